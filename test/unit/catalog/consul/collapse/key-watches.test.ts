import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Catalog } from '../../../../../src/catalog/catalog.ts';
import { createConsulCatalog } from '../../../../../src/catalog/consul/index.ts';
import type { ConsulOptions } from '../../../../../src/catalog/consul/options.ts';
import { describeError } from '../../../../../src/core/errors.ts';
import { systemClock } from '../../../../../src/core/time.ts';
import { catalogOn, consulOptions } from '../../../../support/consul-catalog.ts';
import {
  startFakeAgent,
  type FakeAgent,
  type FakeHandler,
  type FakeQuestion,
} from '../../../../support/fake-agent.ts';
import { Follower } from '../../../../support/follower.ts';
import { recordingLogger } from '../../../../support/recording-logger.ts';
import { waitUntil } from '../../../../support/wait-until.ts';

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A store that answers as Consul does, but for what a test has it answer. */
class FakeKeys {
  /** Answers in its place; returns whether it did. */
  instead: (question: FakeQuestion, response: ServerResponse) => boolean = () => false;
  #index = 10;
  readonly #pairs = new Map<string, { readonly value: string; readonly index: number }>();
  readonly #held = new Set<() => void>();

  readonly handler: FakeHandler = (question, response) => {
    if (this.instead(question, response)) return;
    const { index } = this.#found(question);
    if (question.index === 0 || index > question.index) return this.#answer(question, response);
    const again = (): void => {
      if (this.#found(question).index <= question.index) return;
      this.#held.delete(again);
      this.#answer(question, response);
    };
    this.#held.add(again);
    setTimeout(() => {
      if (this.#held.delete(again)) this.#answer(question, response);
    }, question.waitMs).unref();
  };

  put(paths: readonly string[], value: string): void {
    const index = ++this.#index;
    for (const path of paths) this.#pairs.set(path, { value, index });
    for (const again of [...this.#held]) again();
  }

  /** All but this, as the servers leave out what a token may not read. */
  answerTree(question: FakeQuestion, response: ServerResponse, but: readonly string[] = []): void {
    const { index, paths } = this.#found(question);
    send(response, index, this.#bodyOf(paths.filter((path) => !but.includes(path))));
  }

  #found({ url }: FakeQuestion): { readonly index: number; readonly paths: readonly string[] } {
    const asked = decodeURIComponent(url.pathname.slice('/v1/kv/'.length));
    const isTree = url.searchParams.has('recurse');
    const paths = [...this.#pairs.keys()].filter((path) =>
      isTree ? path.startsWith(asked) : path === asked,
    );
    const indexes = paths.map((path) => this.#pairs.get(path)?.index ?? 0);
    return { paths, index: paths.length === 0 ? this.#index : Math.max(...indexes) };
  }

  #answer(question: FakeQuestion, response: ServerResponse): void {
    const { index, paths } = this.#found(question);
    send(response, index, this.#bodyOf(paths));
  }

  #bodyOf(paths: readonly string[]): unknown[] {
    return paths.map((path) => {
      const { value, index } = this.#pairs.get(path) ?? { value: '', index: 0 };
      return pair(path, value, index);
    });
  }
}

function pair(path: string, value: string, index: number) {
  return { Key: path, Value: Buffer.from(value).toString('base64'), ModifyIndex: index };
}

function send(response: ServerResponse, index: number, body: readonly unknown[]): void {
  response.writeHead(body.length === 0 ? 404 : 200, {
    'X-Consul-Index': String(index),
    'X-Consul-KnownLeader': 'true',
  });
  response.end(body.length === 0 ? '' : JSON.stringify(body));
}

const isTree = ({ url }: FakeQuestion) => url.searchParams.has('recurse');
const pathsOf = (agent: FakeAgent) => agent.questions.map(({ url }) => url.pathname);

async function scene(overrides: Partial<ConsulOptions> = {}) {
  const keys = new FakeKeys();
  const agent = await startFakeAgent(keys.handler);
  ends.push(() => agent.close());
  const logger = recordingLogger();
  const catalog = catalogOn(agent.address, { collapseFrom: 0, ...overrides }, logger);
  ends.push(() => catalog.close());
  return { keys, agent, catalog, logger };
}

function follow(catalog: Catalog, ...paths: readonly string[]) {
  const followers = paths.map((path) => new Follower(catalog, { kind: 'key', path } as const));
  ends.push(async () => void (await Promise.all(followers.map((follower) => follower.stop()))));
  return followers;
}

const counts = (catalog: Catalog) => catalog.traffic?.()?.collapsed;

const PATHS = ['a/1', 'a/2', 'a/3', 'a/4', 'a/5'];

describe('keys that are followed together', () => {
  it('are one question, and each hears of its own changes only', async () => {
    const { keys, agent, catalog } = await scene();
    keys.put(PATHS, 'one');
    const followers = follow(catalog, ...PATHS);
    for (const follower of followers) await follower.fresh();
    keys.put(['a/2'], 'two');
    await followers[1]?.fresh((value) => value?.Value === 'two');
    expect(new Set(pathsOf(agent))).toEqual(new Set(['/v1/kv/a/']));
    expect(followers.map(({ answers }) => answers.length)).toEqual([1, 2, 1, 1, 1]);
  });

  it('are held before their first answer while nobody answers, and answered when somebody does', async () => {
    const { keys, catalog } = await scene({ retry: { backoffMs: 20, maxBackoffMs: 20 } });
    let isAway = true;
    keys.instead = (_, response) => {
      if (isAway) response.destroy();
      return isAway;
    };
    keys.put(PATHS, 'one');
    const followers = follow(catalog, ...PATHS);
    for (const follower of followers) expect(await follower.held()).toBeInstanceOf(Error);
    isAway = false;
    for (const follower of followers) await follower.fresh((value) => value?.Value === 'one');
    expect(followers[0]?.answers.map(({ state }) => state)).toEqual(['held', 'fresh']);
  });

  it('are held together while nobody answers, and fresh again together, with what changed', async () => {
    const { keys, agent, catalog } = await scene({ retry: { backoffMs: 20, maxBackoffMs: 20 } });
    keys.put(PATHS, 'one');
    const followers = follow(catalog, ...PATHS, 'a/none');
    for (const follower of followers) await follower.fresh();
    let isAway = true;
    keys.instead = (_, response) => {
      if (isAway) response.writeHead(500).end('rpc error');
      return isAway;
    };
    keys.put(['a/9'], 'wakes');
    await waitUntil(() => agent.questions.length > 0, { what: 'a question' });
    for (const follower of followers) await follower.held();
    expect(followers.map(({ last }) => last?.value === null)).toEqual([
      ...PATHS.map(() => false),
      true,
    ]);
    isAway = false;
    keys.put(['a/1'], 'two');
    await followers[0]?.fresh((value) => value?.Value === 'two');
    for (const follower of followers) await follower.fresh();
  });

  it('are held and stay together where the token is unknown', async () => {
    const { keys, catalog } = await scene({ retry: { backoffMs: 20, maxBackoffMs: 20 } });
    keys.put(PATHS, 'one');
    keys.instead = (_, response) => {
      response.writeHead(403).end('ACL not found');
      return true;
    };
    const followers = follow(catalog, ...PATHS);
    for (const follower of followers) {
      expect(describeError(await follower.held())).toMatch(/the token is unknown to Consul/);
    }
    expect(counts(catalog)).toMatchObject({ groups: 1, undone: 0 });
  });

  it('are asked for by themselves where all of them together are refused, which is said once', async () => {
    const { keys, catalog, logger } = await scene();
    keys.put(PATHS, 'one');
    keys.instead = (question, response) => {
      if (!isTree(question)) return false;
      response.writeHead(403).end('Permission denied');
      return true;
    };
    const followers = follow(catalog, ...PATHS);
    for (const follower of followers) await follower.fresh();
    keys.put(['a/3'], 'two');
    await followers[2]?.fresh((value) => value?.Value === 'two');
    expect(
      logger.records.filter(({ level }) => level === 'info').map(({ message }) => message),
    ).toEqual([
      expect.stringMatching(/^the answer for all below "a\/" is refused: its 5 keys .*key_prefix/),
    ]);
    expect(followers.flatMap(({ answers }) => answers.map(({ state }) => state))).not.toContain(
      'held',
    );
  });

  it('that the answer leaves out are asked for by their own names, and served again once it has them', async () => {
    const { keys, agent, catalog } = await scene();
    keys.put(PATHS, 'one');
    let isHidden = true;
    keys.instead = (question, response) => {
      if (!isHidden || !isTree(question) || question.index > 0) return false;
      keys.answerTree(question, response, ['a/2']);
      return true;
    };
    const followers = follow(catalog, ...PATHS);
    for (const follower of followers) await follower.fresh((value) => value?.Value === 'one');
    expect(pathsOf(agent)).toContain('/v1/kv/a/2');
    isHidden = false;
    keys.put(PATHS, 'two');
    for (const follower of followers) await follower.fresh((value) => value?.Value === 'two');
    const before = pathsOf(agent).filter((path) => path === '/v1/kv/a/2').length;
    keys.put(['a/2'], 'three');
    await followers[1]?.fresh((value) => value?.Value === 'three');
    expect(pathsOf(agent).filter((path) => path === '/v1/kv/a/2')).toHaveLength(before);
  });

  it('are not asked for again while all of them rest', async () => {
    const { keys, agent, catalog } = await scene();
    keys.put(PATHS, 'one');
    const controller = new AbortController();
    const watches = PATHS.map((path) =>
      catalog.watch({ kind: 'key', path }, controller.signal)[Symbol.asyncIterator](),
    );
    ends.push(() => controller.abort());
    await Promise.all(watches.map((watch) => watch.next()));
    keys.put(PATHS, 'two');
    await systemClock.sleep(100);
    expect(agent.questions).toHaveLength(1);
    const next = await watches[3]?.next();
    expect(next?.value).toMatchObject({ state: 'fresh', value: { Value: 'two' } });
    expect(agent.questions.length).toBeGreaterThan(1);
  });
});

describe('keys that are followed by themselves first', () => {
  it('keep what they have until the watch of their prefix has an answer, and take nothing older from it', async () => {
    const { keys, agent, catalog } = await scene({ collapseFrom: 4 });
    keys.put(PATHS, 'one');
    const late: (() => void)[] = [];
    keys.instead = (question, response) => {
      if (!isTree(question) || question.index > 0) return false;
      // It is answered as of now, but the answer takes its time.
      const paths = PATHS.map((path) => pair(path, 'one', 11));
      late.push(() => send(response, 11, paths));
      return true;
    };
    const first = follow(catalog, ...PATHS.slice(0, 4));
    for (const follower of first) await follower.fresh();
    const [last] = follow(catalog, 'a/5');
    await waitUntil(() => late.length > 0, { what: 'the question for all' });
    keys.put(['a/1'], 'two');
    await first[0]?.fresh((value) => value?.Value === 'two');
    for (const answer of late) answer();
    await last?.fresh((value) => value?.Value === 'one');
    await waitUntil(() => counts(catalog)?.keys === 5, { what: 'all together' });
    const asked = agent.questions.length;
    keys.put(PATHS, 'three');
    for (const follower of first) await follower.fresh((value) => value?.Value === 'three');
    expect(first[0]?.answers.map(({ value }) => value?.Value)).toEqual(['one', 'two', 'three']);
    expect(first[1]?.answers.map(({ value }) => value?.Value)).toEqual(['one', 'three']);
    const again = agent.questions.slice(asked).filter((question) => !isTree(question));
    expect(again.filter(({ url }) => url.pathname !== '/v1/kv/a/1')).toEqual([]);
  });

  it('are few, and ask at once', async () => {
    const { keys, agent, catalog } = await scene({ collapseFrom: 5 });
    keys.put(PATHS, 'one');
    for (const follower of follow(catalog, ...PATHS)) await follower.fresh();
    expect(agent.questions.filter(isTree)).toEqual([]);
    expect(counts(catalog)).toEqual({ keys: 0, groups: 0, undone: 0 });
  });
});

it('does not go back to what another server still has when a key leaves the watch of its prefix', async () => {
  const { keys, agent, catalog } = await scene({ reads: { mode: 'stale', maxStaleMs: 2000 } });
  keys.put(PATHS, 'one');
  keys.put(['a/2'], 'two');
  const followers = follow(catalog, ...PATHS);
  for (const follower of followers) await follower.fresh();
  keys.instead = (question, response) => {
    if (isTree(question)) keys.answerTree(question, response, ['a/2']);
    // Another server has not heard of it.
    else if (question.url.searchParams.has('stale')) send(response, 11, [pair('a/2', 'one', 11)]);
    else return false;
    return true;
  };
  keys.put(['a/1'], 'three');
  await waitUntil(() => pathsOf(agent).includes('/v1/kv/a/2'), {
    what: 'a question for the key itself',
  });
  await followers[0]?.fresh((value) => value?.Value === 'three');
  await systemClock.sleep(50);
  expect(followers[1]?.answers.map(({ value }) => value?.Value)).not.toContain('one');
  expect(followers[1]?.last).toMatchObject({ state: 'fresh', value: { Value: 'two' } });
});

it('ends all with the reason once the tries are used up that a run allows', async () => {
  const agent = await startFakeAgent((_, response) => response.writeHead(500).end('rpc error'));
  ends.push(() => agent.close());
  const options = consulOptions(agent.address, {
    collapseFrom: 0,
    retry: { attempts: 2, backoffMs: 10, maxBackoffMs: 10 },
  });
  const catalog = createConsulCatalog(options, {
    ...{ clock: systemClock, logger: recordingLogger() },
    givesUp: true,
  });
  ends.push(() => catalog.close());
  for (const follower of follow(catalog, ...PATHS)) {
    expect(describeError(await follower.thrown())).toMatch(/^given up after 3 tries: .*rpc error/);
  }
  expect(pathsOf(agent)).toEqual(['/v1/kv/a/', '/v1/kv/a/', '/v1/kv/a/']);
});
