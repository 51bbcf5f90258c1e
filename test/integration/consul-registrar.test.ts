import { createServer, request } from 'node:http';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConsulOptions } from '../../src/catalog/consul/options.ts';
import { createConsulRegistrar } from '../../src/catalog/consul/registrar.ts';
import type { HealthReport, Registrar } from '../../src/catalog/registrar.ts';
import { describeError } from '../../src/core/errors.ts';
import { systemClock } from '../../src/core/time.ts';
import { entryOf } from '../contract/registrar-contract.ts';
import { makeCertificates } from '../support/certificates.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { consulOptions, SILENT } from '../support/consul-catalog.ts';
import { consulEntry } from '../support/consul-entry.ts';
import { makeConsulToken } from '../support/consul-tokens.ts';
import { startFakeAgent } from '../support/fake-agent.ts';

const never = new AbortController().signal;
const PASSING: HealthReport = { status: 'passing', output: 'ok' };
const CRITICAL: HealthReport = { status: 'critical', output: 'no answer' };

const ends: (() => void | Promise<void>)[] = [];
afterEach(endAll);

async function endAll(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}

function open(address: string, overrides: Partial<ConsulOptions> = {}): Registrar {
  const registrar = createConsulRegistrar(consulOptions(address, overrides), {
    clock: systemClock,
    logger: SILENT,
  });
  ends.push(() => registrar.close());
  return registrar;
}

async function messageOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'it worked',
    (error: unknown) => describeError(error),
  );
}

describe('registering at a Consul agent', () => {
  let agent: ConsulAgent;
  beforeAll(async () => {
    agent = await startConsul({ dataDir: true });
  });
  afterAll(() => agent.stop());
  afterEach(async () => {
    await endAll();
    await agent.deregister('app-host');
  });

  it("makes a check of ContainerPilot's kind", async () => {
    const check = { ...entryOf().check, notes: 'TTL for app set by containerpilot', ttlMs: 3000 };
    await open(agent.address).keep(entryOf({ check }), PASSING, never);
    const { body } = await agent.expectOk('GET', '/v1/agent/checks');
    expect(JSON.parse(body.toString())).toMatchObject({
      'app-host': {
        CheckID: 'app-host',
        ServiceID: 'app-host',
        Type: 'ttl',
        Notes: 'TTL for app set by containerpilot',
        Status: 'passing',
        Output: 'ok',
      },
    });
  });

  it('asks the agent to remove an entry that stays critical, and goes over to another time', async () => {
    const registrar = open(agent.address);
    const { check } = entryOf();
    const seconds = 1_000_000_000;
    await registrar.keep(
      entryOf({ check: { ...check, deregisterAfterMs: 90_000 } }),
      PASSING,
      never,
    );
    expect(await storedCheck(agent)).toMatchObject({
      TTL: 60 * seconds,
      DeregisterCriticalServiceAfter: 90 * seconds,
    });
    await registrar.keep(entryOf({ check: { ...check, ttlMs: 2500 } }), PASSING, never);
    expect(await storedCheck(agent)).toMatchObject({
      TTL: 2.5 * seconds,
      DeregisterCriticalServiceAfter: 0,
    });
  });

  it('replaces a check of another id that an earlier life left', async () => {
    await agent.register({
      ...{ ID: 'app-host', Name: 'app', Port: 8000 },
      Check: { CheckID: 'service:old', TTL: '60s', Status: 'critical' },
    });
    await open(agent.address).keep(entryOf(), PASSING, never);
    // More than one check is an error there.
    expect(await consulEntry(agent, 'app-host')).toMatchObject(PASSING);
  });

  it('registers again where the agent has lost the check, or everything', async () => {
    const registrar = open(agent.address);
    await registrar.keep(entryOf(), PASSING, never);
    await agent.expectOk('PUT', '/v1/agent/check/deregister/app-host');
    expect(await registrar.keep(entryOf(), PASSING, never)).toBe('registered');
    await agent.restart({ wipe: true });
    expect(await consulEntry(agent, 'app-host')).toBeUndefined();
    expect(await registrar.keep(entryOf(), PASSING, never)).toBe('registered');
    expect(await consulEntry(agent, 'app-host')).toMatchObject(PASSING);
  });

  it('never shows an entry with a health that it does not have', async () => {
    const seen: string[] = [];
    const witness = await startWitness(agent, async () => {
      const entry = await consulEntry(agent, 'app-host');
      seen.push(`${entry?.address} ${entry?.status}`);
    });
    await open(agent.address).keep(entryOf({ address: '10.0.0.1' }), PASSING, never);
    await open(witness).keep(entryOf({ address: '10.0.0.2' }), CRITICAL, never);
    expect(seen).not.toContain('10.0.0.2 passing');
    expect(seen.at(-1)).toBe('10.0.0.2 critical');
  });

  it('asks twice for what is right, and writes once', async () => {
    const asked: string[] = [];
    const witness = await startWitness(agent, (line) => void asked.push(line));
    const registrar = open(witness);
    await registrar.keep(entryOf(), PASSING, never);
    asked.length = 0;
    await registrar.keep(entryOf(), PASSING, never);
    expect(asked).toEqual([
      'GET /v1/agent/service/app-host',
      'PUT /v1/agent/check/update/app-host',
    ]);
  });

  it('has no answer from an agent that hangs, and obeys whoever does not want to wait', async () => {
    const registrar = open(agent.address);
    await registrar.keep(entryOf(), PASSING, never);
    await agent.kill('SIGSTOP');
    ends.push(() => agent.kill('SIGCONT'));
    const began = performance.now();
    const soon = AbortSignal.timeout(50);
    await expect(registrar.keep(entryOf(), PASSING, soon)).rejects.toThrow('due to timeout');
    expect(performance.now() - began).toBeLessThan(4000);
    const told = messageOf(registrar.keep(entryOf(), PASSING, never));
    expect(await told).toContain('no answer in time');
  });

  it('says where nobody answers', async () => {
    const told = await messageOf(open('http://127.0.0.1:1').keep(entryOf(), PASSING, never));
    expect(told).toContain('http://127.0.0.1:1');
    expect(told).toContain('nobody answers there');
  });
});

describe('registering with access control', () => {
  let agent: ConsulAgent;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autotmpl-registrar-'));
    agent = await startConsul({ acl: true });
  });
  afterAll(async () => {
    await agent.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('names what the token lacks, and not the token', async () => {
    const token = await makeConsulToken(agent, 'service "other" { policy = "write" }');
    const registrar = open(agent.address, { token });
    for (const attempt of [
      registrar.keep(entryOf(), PASSING, never),
      registrar
        .keep(entryOf({ name: 'other', id: 'other-1' }), PASSING, never)
        .then(() => registrar.keep(entryOf({ id: 'other-1' }), PASSING, never)),
    ]) {
      const told = await messageOf(attempt);
      expect(told).toContain('403');
      expect(told).toMatch(/service:(?:read|write) for app/);
      expect(told).not.toContain(token);
    }
  });

  it('has removed what is not there, and says so when it may not remove', async () => {
    const token = await makeConsulToken(agent, 'service "app" { policy = "write" }');
    const registrar = open(agent.address, { token });
    await registrar.deregister('nobody', never);
    await agent.register({ ID: 'other-2', Name: 'other' });
    expect(await messageOf(registrar.deregister('other-2', never))).toContain('403');
  });

  it('registers again what the agent forgot', async () => {
    const token = await makeConsulToken(agent, 'service "app" { policy = "write" }');
    const registrar = open(agent.address, { token });
    await registrar.keep(entryOf(), PASSING, never);
    await agent.expectOk('PUT', '/v1/agent/check/deregister/app-host');
    expect(await registrar.keep(entryOf(), PASSING, never)).toBe('registered');
  });

  it('writes with the token that its file holds now', async () => {
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, await makeConsulToken(agent, 'key "x" { policy = "read" }'));
    const registrar = open(agent.address, { tokenFile });
    expect(await messageOf(registrar.keep(entryOf(), PASSING, never))).toContain('403');
    await writeFile(
      `${tokenFile}.new`,
      await makeConsulToken(agent, 'service "app" { policy = "write" }'),
    );
    await rename(`${tokenFile}.new`, tokenFile);
    await registrar.keep(entryOf(), PASSING, never);
    expect(await consulEntry(agent, 'app-host')).toMatchObject(PASSING);
  });
});

describe('the way to the agent', () => {
  it('may be TLS with a certificate of ours', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'autotmpl-registrar-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    const files = await makeCertificates(folder);
    const { caFile } = files;
    const agent = await startConsul({
      tls: {
        ...{ caFile, certFile: files.serverCertFile, keyFile: files.serverKeyFile },
        verifyIncoming: true,
      },
    });
    ends.push(() => agent.stop());
    const { clientCertFile: certFile, clientKeyFile: keyFile } = files;
    const tls = { caFile, certFile, keyFile, verify: true };
    const registrar = open(agent.address, { tls });
    expect(await registrar.keep(entryOf(), PASSING, never)).toBe('registered');
  });

  it('may be a Unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'autotmpl-registrar-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    const socket = join(folder, 'consul.sock');
    const agent = await startConsul({
      extraConfig: { addresses: { http: `127.0.0.1 unix://${socket}` } },
    });
    ends.push(() => agent.stop());
    const registrar = open(`unix://${socket}`);
    expect(await registrar.keep(entryOf(), PASSING, never)).toBe('registered');
  });

  it('carries the namespace and the partition on every request', async () => {
    const fake = await startFakeAgent((_, response) => response.end('{}'));
    ends.push(() => fake.close());
    const registrar = open(fake.address, { namespace: 'team a', partition: 'p1' });
    await registrar.keep(entryOf(), PASSING, never);
    await registrar.deregister('app-host', never);
    await registrar.entries(never);
    expect(fake.questions.length).toBeGreaterThan(4);
    for (const { url } of fake.questions) {
      expect(url.searchParams.get('ns')).toBe('team a');
      expect(url.searchParams.get('partition')).toBe('p1');
    }
  });

  it.each([
    [500, 'No cluster leader', 'No cluster leader'],
    [200, '<html>', 'makes sense'],
    [200, '{"Service": 7}', 'makes sense'],
  ])('does not take %i %s for an answer', async (status, body, said) => {
    const fake = await startFakeAgent((_, response) => response.writeHead(status).end(body));
    ends.push(() => fake.close());
    expect(await messageOf(open(fake.address).keep(entryOf(), PASSING, never))).toContain(said);
  });

  it('has not removed what an agent in trouble kept', async () => {
    const fake = await startFakeAgent((_, response) =>
      response.writeHead(500).end('No cluster leader'),
    );
    ends.push(() => fake.close());
    const told = await messageOf(open(fake.address).deregister('app-host', never));
    expect(told).toContain('No cluster leader');
  });
});

/** The only check that the agent keeps on its disk; its API does not tell of the times. */
async function storedCheck(agent: ConsulAgent): Promise<unknown> {
  const folder = join(agent.folder, 'data', 'checks');
  // Beside them is a folder with their states.
  const [name, ...others] = (await readdir(folder)).filter((entry) => entry !== 'state');
  expect(others).toEqual([]);
  const stored = await readFile(join(folder, name ?? ''), 'utf8');
  return (JSON.parse(stored) as { ChkType: unknown }).ChkType;
}

/** Hands on to the agent, and has `look` look at it before each answer is handed back. */
async function startWitness(
  agent: ConsulAgent,
  look: (line: string) => void | Promise<void>,
): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const upstream = request(`${agent.address}${url}`, { method, headers, agent: false });
    upstream.on('response', (answer) => {
      void Promise.resolve(look(`${method} ${url}`)).then(() => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
    });
    incoming.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
