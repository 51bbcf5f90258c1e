import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { CountingProxy } from '../support/counting-proxy.ts';
import { Scene } from '../support/scene.ts';
import { waitUntil } from '../support/wait-until.ts';

const TEMPLATE = `{{ key("app/name") }}
{% for pair in tree("app/list") %}{{ pair.Key }}={{ pair.Value }} {% endfor %}
{% for one in service("web") %}{{ one.ID }} {% endfor %}
`;
/** Consul takes up to twice of it to end a session. */
const TTL = '10s';
const TAKE_OVER_MS = 30_000;

interface Instance {
  readonly name: string;
  readonly proxy: CountingProxy;
  readonly program: Program;
}

let agent: ConsulAgent;
let scene: Scene;
let instances: Instance[];

beforeEach(async () => {
  agent = await startConsul();
  await agent.putKey('app/name', 'first');
  await agent.putKey('app/list/a', '1');
  await agent.register({ ID: 'web-1', Name: 'web', Port: 80 });
  scene = new Scene();
  scene.write('t.njk', TEMPLATE);
  instances = [];
});
afterEach(async () => {
  // One that was stopped would never end.
  for (const { program } of instances) program.kill('SIGCONT');
  await scene.close();
  for (const { proxy } of instances) await proxy.stop();
  await agent.stop();
});

interface StartOptions {
  readonly source?: string;
  readonly secret?: boolean;
  readonly flags?: readonly string[];
}

async function start(
  name: string,
  { source = 't.njk', secret = false, flags = [] }: StartOptions = {},
): Promise<Instance> {
  const proxy = await CountingProxy.start(agent.address);
  const config = {
    catalog: { consul: { address: proxy.address } },
    deduplicate: { prefix: 'dedup/', ttl: TTL },
    templates: [{ source, destination: `${name}.out`, secret }],
  };
  scene.write(`${name}.json`, JSON.stringify(config));
  const program = scene.startWith(['-config', `${name}.json`, '-log-level', 'debug', ...flags]);
  const instance = { name, proxy, program };
  instances.push(instance);
  return instance;
}

const startThree = () => Promise.all(['one', 'two', 'three'].map((name) => start(name)));

const textOf = (name: string): string =>
  scene.exists(`${name}.out`) ? scene.read(`${name}.out`) : '';

const shows = (those: readonly Instance[], text: string, timeoutMs?: number) =>
  scene.until(
    `${text} in the files of all`,
    () => those.every(({ name }) => textOf(name).includes(text)),
    timeoutMs,
  );

/** Requests for facts themselves, which only a leader makes while there is one. */
const asked = ({ proxy }: Instance): number =>
  [...proxy.counts]
    .filter(([path]) => /^\/v1\/(?:kv\/app|health)\//.test(path))
    .reduce((sum, [, count]) => sum + count, 0);

const isLeader = ({ program }: Instance): boolean => /sharing answers/.test(program.stderr);

/** The one that leads, and those that do not. */
async function roles(): Promise<{ leader: Instance; followers: Instance[] }> {
  await waitUntil(() => instances.filter(isLeader).length === 1, {
    what: 'one leader',
    timeoutMs: 15_000,
  });
  return {
    leader: instances.find(isLeader) as Instance,
    followers: instances.filter((one) => !isLeader(one)),
  };
}

const keys = async (): Promise<string[]> => {
  const { status, body } = await agent.request('GET', '/v1/kv/dedup/?keys');
  return status === 404 ? [] : (JSON.parse(body.toString()) as string[]);
};

const dataKey = async (): Promise<string> => {
  const found = (await keys()).find((key) => key.endsWith('/data'));
  if (found === undefined) throw new Error('nothing is shared');
  return found;
};

describe('instances with the same template', () => {
  it('elect one that asks, and the others follow what it shares with one blocking query each', async () => {
    await startThree();
    await shows(instances, 'first');
    const { leader, followers } = await roles();
    expect(followers).toHaveLength(2);
    await agent.putKey('app/name', 'second');
    await agent.putKey('app/list/b', '2');
    await agent.register({ ID: 'web-2', Name: 'web', Port: 81 });
    await shows(instances, 'second');
    await shows(instances, 'b=2');
    await shows(instances, 'web-2');
    expect(new Set(instances.map(({ name }) => textOf(name))).size).toBe(1);
    expect(asked(leader)).toBeGreaterThanOrEqual(6);
    for (const follower of followers) {
      expect(asked(follower)).toBe(0);
      // What they still wait for, when nothing happens: what is shared, and nothing else.
      const before = follower.proxy.urls.length;
      await agent.putKey('app/name', `third ${follower.name}`);
      await shows([follower], `third ${follower.name}`);
      await waitUntil(() => follower.proxy.urls.length > before, { what: 'the next question' });
      const since = new Set(follower.proxy.urls.slice(before).map((url) => url.split('?')[0]));
      expect([...since]).toEqual([`/v1/kv/${await dataKey()}`]);
    }
  });

  it('leave nothing in the catalog when they end', async () => {
    await startThree();
    await shows(instances, 'first');
    await roles();
    expect(await keys()).toHaveLength(2);
    for (const { program } of instances) expect((await program.stop()).code).toBe(0);
    expect(await keys()).toEqual([]);
    const sessions = await agent.expectOk('GET', '/v1/session/list');
    expect(JSON.parse(sessions.body.toString())).toEqual([]);
  });

  it('have another leader when theirs stops, at once', async () => {
    await startThree();
    await shows(instances, 'first');
    const { leader, followers } = await roles();
    await leader.program.stop();
    await agent.putKey('app/name', 'second');
    await shows(followers, 'second');
    await waitUntil(() => followers.filter(isLeader).length === 1, { what: 'another leader' });
  });

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'have another leader after a %s, and miss no change',
    async (signal) => {
      await startThree();
      await shows(instances, 'first');
      const { leader, followers } = await roles();
      leader.program.kill(signal);
      const killedAt = Date.now();
      await agent.putKey('app/name', 'meanwhile');
      await shows(followers, 'meanwhile', TAKE_OVER_MS);
      expect(Date.now() - killedAt).toBeLessThan(2 * 10_000 + 5000);
      await waitUntil(() => followers.filter(isLeader).length === 1, {
        what: 'another leader',
        timeoutMs: TAKE_OVER_MS,
      });
      if (signal === 'SIGKILL') return;
      leader.program.kill('SIGCONT');
      await shows([leader], 'meanwhile', TAKE_OVER_MS);
      await agent.putKey('app/name', 'after');
      await shows(instances, 'after');
      expect((await keys()).length).toBe(2);
    },
    90_000,
  );

  it('go on after the catalog was wiped', async () => {
    await agent.stop();
    agent = await startConsul({ dataDir: true });
    await agent.putKey('app/name', 'first');
    await startThree();
    await shows(instances, 'first');
    await roles();
    await agent.restart({ wipe: true });
    await agent.putKey('app/name', 'anew');
    await shows(instances, 'anew', TAKE_OVER_MS);
  }, 90_000);

  it('ask for what is too long to be shared, and share the rest', async () => {
    for (const name of ['a', 'b', 'c']) {
      await agent.putKey(`app/${name}`, randomBytes(300_000).toString('base64'));
    }
    scene.write('long.njk', '{{ key("app/name") }} {{ key("app/a") }} {{ key("app/b") }}');
    await Promise.all(['one', 'two'].map((name) => start(name, { source: 'long.njk' })));
    await shows(instances, 'first', 20_000);
    const { leader, followers } = await roles();
    await leader.program.logs(/too long to be shared .*asks for them itself \(key\(app\/[ab]\)/);
    await agent.putKey('app/name', 'second');
    await shows(instances, 'second');
    const [follower] = followers;
    const paths = [...(follower?.proxy.counts.keys() ?? [])].filter((path) => /\/app\//.test(path));
    expect(paths).toHaveLength(1);
    expect(textOf('one')).toBe(textOf('two'));
  });

  it('share nothing where a run ends by itself, writes nothing, or the template is secret', async () => {
    const once = await start('once', { flags: ['-once'] });
    expect((await once.program.ended).code).toBe(0);
    const dry = await start('dry', { flags: ['-dry'] });
    await waitUntil(() => dry.program.stdout.includes('first'), { what: 'the diff' });
    const secret = await start('secret', { secret: true });
    await shows([secret], 'first');
    expect(await keys()).toEqual([]);
    for (const { proxy } of instances) {
      expect([...proxy.counts.keys()].filter((path) => /dedup|session/.test(path))).toEqual([]);
    }
  });

  it('go on sharing over a reload of the config', async () => {
    const one = await start('one');
    await shows([one], 'first');
    await roles();
    const key = await dataKey();
    one.program.kill('SIGHUP');
    await one.program.logs(/read again/);
    expect(await dataKey()).toBe(key);
    scene.write('t.njk', `${TEMPLATE}changed`);
    one.program.kill('SIGHUP');
    await shows([one], 'changed');
    await agent.putKey('app/name', 'second');
    await shows([one], 'second');
  });

  it('ask for themselves where they may not elect', async () => {
    const one = await start('one');
    await shows([one], 'first');
    // Held by another program's session, under the same name.
    const lock = (await keys()).find((key) => key.endsWith('/lock')) ?? '';
    await one.program.stop();
    const session = await agent.expectOk('PUT', '/v1/session/create', '{"TTL":"60s"}');
    const { ID } = JSON.parse(session.body.toString()) as { ID: string };
    await agent.expectOk('PUT', `/v1/kv/${lock}?acquire=${ID}`, 'somebody else');
    const two = await start('two');
    await shows([two], 'first', 15_000);
    expect(isLeader(two)).toBe(false);
    expect(asked(two)).toBeGreaterThan(0);
  });
});

const parcel = (entries: unknown): string =>
  `autotmpl-shared/1 ${deflateRawSync(JSON.stringify(entries)).toString('base64')}`;

describe('a leader that shares what cannot be taken', () => {
  const EVIL = 'evil;\n}\u0000';
  it.each<[string, string | Buffer]>([
    ['another version', 'autotmpl-shared/2 AAAA'],
    ['bytes', Buffer.from([0, 255, 254, 1, 2, 3, 128])],
    ['another shape', parcel([['key(app/name)', EVIL]])],
    ['services of no shape', parcel([['service(web)', [{ ID: EVIL, Status: 'fine' }]]])],
  ])('is left alone, and the catalog is asked: %s', async (_, bytes) => {
    const one = await start('one');
    await shows([one], 'first');
    await roles();
    const prefix = (await dataKey()).replace(/data$/, '');
    await one.program.stop();
    const session = await agent.expectOk('PUT', '/v1/session/create', '{"TTL":"60s"}');
    const { ID } = JSON.parse(session.body.toString()) as { ID: string };
    await agent.expectOk('PUT', `/v1/kv/${prefix}lock?acquire=${ID}`, 'somebody else');
    await agent.expectOk('PUT', `/v1/kv/${prefix}data?acquire=${ID}`, bytes);
    const two = await start('two');
    await shows([two], 'web-1', 15_000);
    expect(textOf('two')).toBe(textOf('one'));
    expect(two.program.stderr).not.toContain('evil');
    await agent.putKey('app/name', 'second');
    await shows([two], 'second');
    expect(isLeader(two)).toBe(false);
  });
});

describe('what is shared', () => {
  it.each([
    ['another version', 'autotmpl-shared/2 AAAA'],
    ['no base64', 'autotmpl-shared/1 \u0000\u0001{{}}'],
    ['bytes that are no text', Buffer.from([0, 255, 254, 1, 2, 3, 128])],
    ['nothing', ''],
  ])('is not taken where it is %s', async (_, bytes) => {
    await startThree();
    await shows(instances, 'first');
    const { followers } = await roles();
    await agent.putKey(await dataKey(), bytes);
    await agent.putKey('app/name', 'second');
    await shows(instances, 'second', 20_000);
    for (const { program } of followers) expect(program.isRunning).toBe(true);
    expect(textOf('one')).toBe(textOf('two'));
  });
});
