import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { describe, expect } from 'vitest';

import type { Program } from '../support/autotmpl.ts';
import { startConsul, type StartConsulOptions } from '../support/consul.ts';
import { CountingProxy } from '../support/counting-proxy.ts';
import { Scene } from '../support/scene.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { waitUntil } from '../support/wait-until.ts';

const TEMPLATE = `{{ key("app/name") }}
{% for pair in tree("app/list") %}{{ pair.Key }}={{ pair.Value }} {% endfor %}
{% for one in service("web") %}{{ one.ID }} {% endfor %}
`;
/** The shortest that Consul takes. It needs up to twice of it to end a session. */
const TTL = '10s';
const TAKE_OVER_MS = 40_000;

interface Instance {
  readonly name: string;
  readonly proxy: CountingProxy;
  readonly program: Program;
}

interface StartOptions {
  readonly source?: string;
  readonly secret?: boolean;
  readonly flags?: readonly string[];
}

/** An agent with the facts of the template. */
async function startAgent(options: StartConsulOptions = {}) {
  const agent = await startConsul(options);
  await agent.putKey('app/name', 'first');
  await agent.putKey('app/list/a', '1');
  await agent.register({ ID: 'web-1', Name: 'web', Port: 80 });
  return agent;
}

/** Requests for facts themselves, which only a leader makes while there is one. */
const asked = ({ proxy }: Instance): number =>
  [...proxy.counts]
    .filter(([path]) => /^\/v1\/(?:kv\/app|health)\//.test(path))
    .reduce((sum, [, count]) => sum + count, 0);

const isLeader = ({ program }: Instance): boolean => /sharing answers/.test(program.stderr);

const test = sideBySide(async (ends) => {
  // In a folder, so that a test can take it away.
  const agent = await startAgent({ dataDir: true });
  ends.push(() => agent.stop());
  const scene = new Scene();
  scene.write('t.njk', TEMPLATE);
  const instances: Instance[] = [];
  ends.push(async () => {
    // One that was stopped would never end.
    for (const { program } of instances) program.kill('SIGCONT');
    await scene.close();
    for (const { proxy } of instances) await proxy.stop();
  });

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

  /** The one that leads, and those that do not. */
  async function roles(): Promise<{ leader: Instance; followers: Instance[] }> {
    await waitUntil(() => instances.filter(isLeader).length === 1, {
      what: 'one leader',
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

  /** A leader shares a moment after it was elected. */
  const dataKey = async (): Promise<string> =>
    waitUntil(async () => (await keys()).find((key) => key.endsWith('/data')), {
      what: 'something that is shared',
    });

  return { agent, scene, instances, start, startThree, textOf, shows, roles, keys, dataKey };
});

describe.concurrent('instances with the same template', () => {
  test.for(['SIGKILL', 'SIGSTOP'] as const)(
    'have another leader after a %s, and miss no change',
    { timeout: 120_000 },
    async (signal, { stage: { agent, instances, startThree, shows, roles, keys } }) => {
      await startThree();
      await shows(instances, 'first');
      const { leader, followers } = await roles();
      leader.program.kill(signal);
      await agent.putKey('app/name', 'meanwhile');
      await shows(followers, 'meanwhile', TAKE_OVER_MS);
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
  );

  test('elect one that asks, and the others follow what it shares with one blocking query each', async ({
    stage: { agent, instances, startThree, textOf, shows, roles, dataKey },
  }) => {
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
      // One that hears of no leader for long asks for itself meanwhile, which happens on a busy machine.
      await waitUntil(
        async () => {
          const before = asked(follower);
          await agent.putKey('app/name', `${follower.name} ${before}`);
          await shows(instances, `${follower.name} ${before}`);
          return asked(follower) === before;
        },
        { what: 'a follower that does not ask' },
      );
      // What they still wait for, when nothing happens: what is shared, and nothing else.
      const before = follower.proxy.urls.length;
      await agent.putKey('app/name', `third ${follower.name}`);
      await shows([follower], `third ${follower.name}`);
      await waitUntil(() => follower.proxy.urls.length > before, { what: 'the next question' });
      const since = new Set(follower.proxy.urls.slice(before).map((url) => url.split('?')[0]));
      expect([...since]).toEqual([`/v1/kv/${await dataKey()}`]);
    }
  });

  test('leave nothing in the catalog when they end', async ({
    stage: { agent, instances, startThree, shows, roles, keys, dataKey },
  }) => {
    await startThree();
    await shows(instances, 'first');
    await roles();
    await dataKey();
    expect(await keys()).toHaveLength(2);
    for (const { program } of instances) expect((await program.stop()).code).toBe(0);
    expect(await keys()).toEqual([]);
    const sessions = await agent.expectOk('GET', '/v1/session/list');
    expect(JSON.parse(sessions.body.toString())).toEqual([]);
  });

  test('have another leader when theirs stops, at once', async ({
    stage: { agent, instances, startThree, shows, roles },
  }) => {
    await startThree();
    await shows(instances, 'first');
    const { leader, followers } = await roles();
    await leader.program.stop();
    await agent.putKey('app/name', 'second');
    await shows(followers, 'second');
    await waitUntil(() => followers.filter(isLeader).length === 1, { what: 'another leader' });
  });

  test('go on after the catalog was wiped', async ({
    stage: { agent, instances, startThree, shows, roles },
  }) => {
    await startThree();
    await shows(instances, 'first');
    await roles();
    await agent.restart({ wipe: true });
    await agent.putKey('app/name', 'anew');
    await shows(instances, 'anew', TAKE_OVER_MS);
  }, 90_000);

  test('ask for what is too long to be shared, and share the rest', async ({
    stage: { agent, scene, instances, start, textOf, shows, roles },
  }) => {
    const tooLong = () => randomBytes(300_000).toString('base64');
    for (const name of ['a', 'b']) await agent.putKey(`app/${name}`, tooLong());
    scene.write('long.njk', '{{ key("app/name") }} {{ key("app/a") }} {{ key("app/b") }}');
    await Promise.all(['one', 'two'].map((name) => start(name, { source: 'long.njk' })));
    await shows(instances, 'first');
    const { leader, followers } = await roles();
    await leader.program.logs(/too long to be shared .*asks for them itself \(key\(app\/[ab]\)/);
    const [follower] = followers as [Instance];
    // One that hears of no leader for long asks for all itself meanwhile, which happens on a busy machine.
    const asked = await waitUntil(
      async () => {
        const before = follower.proxy.urls.length;
        for (const name of ['name', 'a', 'b']) {
          const start = `${name} after ${before}: `;
          await agent.putKey(`app/${name}`, name === 'name' ? start : `${start}${tooLong()}`);
          await shows(instances, start);
        }
        const urls = follower.proxy.urls.slice(before).map((url) => url.split('?')[0] ?? '');
        const paths = new Set(urls.filter((path) => path.includes('/app/')));
        return paths.size === 1 ? [...paths].join() : undefined;
      },
      { what: 'a follower that asks for one only' },
    );
    expect(asked).toMatch(/\/app\/[ab]$/);
    expect(textOf('one')).toBe(textOf('two'));
  });

  test('share nothing where a run ends by itself, writes nothing, or the template is secret', async ({
    stage: { instances, start, shows, keys },
  }) => {
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

  test('go on sharing over a reload of the config', async ({
    stage: { agent, scene, start, shows, roles, dataKey },
  }) => {
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

  test('ask for themselves where they may not elect', async ({
    stage: { agent, start, shows, keys },
  }) => {
    const one = await start('one');
    await shows([one], 'first');
    // Held by another program's session, under the same name.
    const lock = (await keys()).find((key) => key.endsWith('/lock')) ?? '';
    await one.program.stop();
    const session = await agent.expectOk('PUT', '/v1/session/create', '{"TTL":"60s"}');
    const { ID } = JSON.parse(session.body.toString()) as { ID: string };
    await agent.expectOk('PUT', `/v1/kv/${lock}?acquire=${ID}`, 'somebody else');
    const two = await start('two');
    await shows([two], 'first');
    expect(isLeader(two)).toBe(false);
    expect(asked(two)).toBeGreaterThan(0);
  });
});

const parcel = (entries: unknown): string =>
  `autotmpl-shared/1 ${deflateRawSync(JSON.stringify(entries)).toString('base64')}`;

describe.concurrent('a leader that shares what cannot be taken', () => {
  const EVIL = 'evil;\n}\u0000';
  test.for<[string, string | Buffer]>([
    ['another version', 'autotmpl-shared/2 AAAA'],
    ['bytes', Buffer.from([0, 255, 254, 1, 2, 3, 128])],
    ['another shape', parcel([['key(app/name)', EVIL]])],
    ['services of no shape', parcel([['service(web)', [{ ID: EVIL, Status: 'fine' }]]])],
  ])(
    'is left alone, and the catalog is asked: %s',
    async ([, bytes], { stage: { agent, start, shows, roles, dataKey, textOf } }) => {
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
      await shows([two], 'web-1');
      expect(textOf('two')).toBe(textOf('one'));
      expect(two.program.stderr).not.toContain('evil');
      await agent.putKey('app/name', 'second');
      await shows([two], 'second');
      expect(isLeader(two)).toBe(false);
    },
  );
});

describe.concurrent('what is shared', () => {
  test.for<[string, string | Buffer]>([
    ['another version', 'autotmpl-shared/2 AAAA'],
    ['no base64', 'autotmpl-shared/1 \u0000\u0001{{}}'],
    ['bytes that are no text', Buffer.from([0, 255, 254, 1, 2, 3, 128])],
    ['nothing', ''],
  ])(
    'is not taken where it is %s',
    async (
      [, bytes],
      { stage: { agent, instances, startThree, shows, roles, dataKey, textOf } },
    ) => {
      await startThree();
      await shows(instances, 'first');
      const { followers } = await roles();
      await agent.putKey(await dataKey(), bytes);
      await agent.putKey('app/name', 'second');
      await shows(instances, 'second');
      for (const { program } of followers) expect(program.isRunning).toBe(true);
      expect(textOf('one')).toBe(textOf('two'));
    },
  );
});
