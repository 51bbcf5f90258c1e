/** One program with everything that reaches the agent: never more connections than allowed, counted where they arrive. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { startConsul, type ConsulAgent, type StartConsulOptions } from '../support/consul.ts';
import { lockHolder } from '../support/consul-locks.ts';
import { freePorts } from '../support/free-ports.ts';
import { messages, Scene } from '../support/scene.ts';
import { SocketProxy } from '../support/socket-proxy.ts';
import { waitUntil } from '../support/wait-until.ts';

const MOST = 20;
const TEMPLATES = 20;
const KEYS_EACH = 10;
const JOBS = 10;

let scene: Scene;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  scene = new Scene();
});
afterEach(async () => {
  await scene.close();
  for (const end of ends.splice(0).reverse()) await end();
});

async function startBehindProxy(options: StartConsulOptions = {}) {
  const agent = await startConsul(options);
  ends.push(() => agent.stop());
  const proxy = await SocketProxy.start(agent.ports.http);
  ends.push(() => proxy.stop());
  for (let at = 0; at < TEMPLATES; at++) {
    const keys = Array.from({ length: KEYS_EACH }, (_, key) => `app/${at}/${key}`);
    await Promise.all(keys.map((key) => agent.putKey(key, 'one')));
    await agent.register({ Name: `service-${at}`, Port: 1000 + at });
  }
  return { agent, proxy };
}

/** 220 queries in 20 files that take turns with others and are shared, ten jobs that are registered, and an election. */
async function configOf(consul: Readonly<Record<string, unknown>>) {
  const [port = 0] = await freePorts(1);
  const config = {
    catalog: { consul: { ...consul, maxConnections: MOST } },
    telemetry: { listen: `127.0.0.1:${port}` },
    deduplicate: { ttl: '10s' },
    election: { key: 'service/job-0/leader', ttl: '10s', lockDelay: '1s' },
    templates: Array.from({ length: TEMPLATES }, (_, at) => ({
      contents: [
        ...Array.from({ length: KEYS_EACH }, (__, key) => `{{ key("app/${at}/${key}") }}`),
        `{% for one in service("service-${at}") %}{{ one.Port }}{% endfor %}`,
      ].join(' '),
      destination: `file-${at}`,
      command: `echo ${at} >> reloads`,
      reload: { lock: `reload/${at}` },
    })),
    jobs: Array.from({ length: JOBS }, (_, at) => ({
      ...{ name: `job-${at}`, exec: ['sleep', '600'], main: at === 0 },
      service: { port: 9000 + at, address: '127.0.0.1', id: `job-${at}` },
      health: { exec: ['true'], interval: '1s', timeout: '20s', ttl: '10s' },
    })),
  };
  return { config, port };
}

async function statusesOf(agent: ConsulAgent): Promise<Record<string, string>> {
  const { body } = await agent.expectOk('GET', '/v1/agent/checks');
  const checks = Object.values(
    JSON.parse(body.toString()) as Record<string, { ServiceID: string; Status: string }>,
  );
  const ours = checks.filter(({ ServiceID }) => ServiceID.startsWith('job-'));
  return Object.fromEntries(ours.map(({ ServiceID, Status }) => [ServiceID, Status]));
}

const WELL = Object.fromEntries(Array.from({ length: JOBS }, (_, at) => [`job-${at}`, 'passing']));

const WAYS: readonly (readonly [string, () => Promise<StartConsulOptions>])[] = [
  ['plain HTTP', async () => ({})],
  [
    'TLS',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'autotmpl-budget-'));
      ends.push(() => rm(folder, { recursive: true, force: true }));
      const { caFile, serverCertFile, serverKeyFile } = await makeCertificates(folder);
      const files = { caFile, certFile: serverCertFile, keyFile: serverKeyFile };
      return { tls: { ...files, verifyIncoming: false } };
    },
  ],
];

describe.each(WAYS)('the connections to an agent over %s', (_, optionsOf) => {
  it('are never more than allowed, whoever wants them, and checks come in time', async () => {
    const options = await optionsOf();
    const { agent, proxy } = await startBehindProxy(options);
    const { config, port } = await configOf(
      options.tls === undefined
        ? { address: `http://${proxy.address}` }
        : { address: `https://${proxy.address}`, tls: { ca: options.tls.caFile } },
    );
    const program = scene.start(config);
    const textOf = (at: number, last: string) =>
      [...Array.from({ length: KEYS_EACH - 1 }, () => 'one'), last, 1000 + at].join(' ');
    for (let at = 0; at < TEMPLATES; at++) {
      await scene.untilText(`file-${at}`, textOf(at, 'one'), 40_000);
    }
    const untilRun = (times: number) =>
      scene.until(
        `every command to have had its turn ${times} times`,
        () =>
          scene.exists('reloads') &&
          scene.read('reloads').trimEnd().split('\n').length === times * TEMPLATES,
        30_000,
      );
    await untilRun(1);
    await waitUntil(async () => JSON.stringify(await statusesOf(agent)) === JSON.stringify(WELL), {
      what: 'ten passing checks',
      timeoutMs: 30_000,
    });
    await waitUntil(async () => (await lockHolder(agent, 'service/job-0/leader')) !== undefined, {
      what: 'a leader',
      timeoutMs: 30_000,
    });

    for (let at = 0; at < TEMPLATES; at++) {
      await agent.putKey(`app/${at}/${KEYS_EACH - 1}`, 'two');
      // A check that is not reported within ten seconds is critical.
      expect(await statusesOf(agent)).toEqual(WELL);
    }
    for (let at = 0; at < TEMPLATES; at++) {
      await scene.untilText(`file-${at}`, textOf(at, 'two'), 30_000);
    }
    await untilRun(2);
    expect(await statusesOf(agent)).toEqual(WELL);

    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const gauge = (name: string) =>
      Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'm').exec(metrics)?.[1]);
    expect(gauge('autotmpl_connections_limit')).toBeLessThanOrEqual(MOST);
    expect(gauge('autotmpl_connections')).toBeLessThanOrEqual(proxy.most);
    expect(gauge('autotmpl_connections')).toBeGreaterThan(0);
    await waitUntil(() => messages(program, / connections to Consul /).length > 0, {
      what: 'a line about connections',
      timeoutMs: 30_000,
    });
    expect(messages(program, / connections? to Consul /)).toHaveLength(1);
    expect(messages(program, /cannot|gave no|did not/)).toEqual([]);
    expect(proxy.most).toBeLessThanOrEqual(MOST);
  }, 120_000);
});
