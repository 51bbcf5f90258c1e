import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureConsul } from '../../scripts/consul.mjs';
import { createConsulLocks } from '../../src/catalog/consul/locks.ts';
import type { ConsulOptions } from '../../src/catalog/consul/options.ts';
import { PackageClient } from '../../src/catalog/consul/package-client.ts';
import type { LockOptions, Locks } from '../../src/catalog/locks.ts';
import { describeError } from '../../src/core/errors.ts';
import { systemClock } from '../../src/core/time.ts';
import { makeCertificates } from '../support/certificates.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { accessTo, consulOptions } from '../support/consul-catalog.ts';
import { countSessions, endSessions, lockHolder } from '../support/consul-locks.ts';
import { makeConsulToken } from '../support/consul-tokens.ts';
import { startFakeAgent } from '../support/fake-agent.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { waitUntil } from '../support/wait-until.ts';

const KEY = 'service/app/leader';
const OPTIONS: LockOptions = { value: 'host-1', ttlMs: 10_000, lockDelayMs: 1 };
const never = new AbortController().signal;

const ends: (() => void | Promise<void>)[] = [];
afterEach(endAll);

async function endAll(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}

function open(address: string, overrides: Partial<ConsulOptions> = {}) {
  const logger = recordingLogger();
  const locks: Locks = createConsulLocks(consulOptions(address, overrides), {
    clock: systemClock,
    logger,
  });
  ends.push(() => locks.close());
  return { locks, logger };
}

/** Somebody who waits for the lock until the end of the test. */
function waitFor(locks: Locks, options: LockOptions = OPTIONS) {
  const stop = new AbortController();
  ends.push(() => stop.abort());
  const acquired = locks.acquire(KEY, options, stop.signal);
  acquired.catch(() => undefined);
  return acquired;
}

describe('a lock of a Consul agent in trouble', () => {
  let agent: ConsulAgent;
  beforeAll(async () => {
    agent = await startConsul({ dataDir: true });
  });
  afterAll(() => agent.stop());
  afterEach(async () => {
    await endAll();
    await endSessions(agent);
  });

  it('is lost at the end of its time to live where the agent hangs', async () => {
    const lock = await open(agent.address).locks.acquire(KEY, OPTIONS, never);
    await agent.kill('SIGSTOP');
    ends.push(() => agent.kill('SIGCONT'));
    const stoppedAt = performance.now();
    await waitUntil(() => lock.lost.aborted, { timeoutMs: 15_000, what: 'the loss' });
    // The session was heard of a moment before the agent was stopped.
    const heldMs = performance.now() - stoppedAt;
    expect(heldMs).toBeGreaterThan(9000);
    // By the clock of a busy machine; its owner looks no later than at the 10 s (test/unit has that to the millisecond).
    expect(heldMs).toBeLessThan(12_000);
    expect(describeError(lock.lost.reason)).toContain('not heard for the 10 s');
    const began = performance.now();
    await lock.release();
    // And not when the agent answers.
    expect(performance.now() - began).toBeLessThan(8000);
  });

  it('is lost as soon as an agent is back that has forgotten it', async () => {
    const lock = await open(agent.address).locks.acquire(KEY, OPTIONS, never);
    await agent.restart({ wipe: true });
    await waitUntil(() => lock.lost.aborted, { timeoutMs: 9000, what: 'the loss' });
  });

  it('is kept over a restart of the agent that takes no longer than its time to live', async () => {
    const lock = await open(agent.address).locks.acquire(KEY, OPTIONS, never);
    await agent.restart();
    await lock.announce('still here');
    expect((await lockHolder(agent, KEY))?.value).toBe('still here');
    expect(lock.lost.aborted).toBe(false);
  });

  it('is taken as soon as an agent is there', async () => {
    await agent.kill('SIGKILL');
    const { locks, logger } = open(agent.address);
    const acquired = waitFor(locks);
    await waitUntil(() => logger.records.length > 0, { what: 'a warning' });
    expect(logger.text()).toMatch(/warn waiting for the lock service\/app\/leader: .*nobody/);
    await agent.start();
    expect((await acquired).lost.aborted).toBe(false);
    // Once for each kind of trouble, however often it was tried.
    expect(new Set(logger.records.map(({ message }) => message)).size).toBe(logger.records.length);
  });

  it('waits for the checks that it depends on, and is lost with them', async () => {
    const check = { CheckID: 'mysql', TTL: '10m', Status: 'critical' };
    ends.push(() => agent.deregister('mysql'));
    const report = (Status: string) =>
      agent.expectOk('PUT', '/v1/agent/check/update/mysql', JSON.stringify({ Status }));
    const { locks, logger } = open(agent.address);
    const acquired = waitFor(locks, { ...OPTIONS, checks: ['mysql'] });
    await waitUntil(() => /Missing check 'mysql'/.test(logger.text()), { what: 'no check' });
    await agent.register({ Name: 'mysql', Check: check });
    await waitUntil(() => /critical state/.test(logger.text()), { what: 'a critical check' });
    await report('passing');
    const lock = await acquired;
    await report('critical');
    await waitUntil(() => lock.lost.aborted, { what: 'the loss' });
  });

  it('is one for `consul lock`, too', async () => {
    const consul = await ensureConsul();
    const key = 'with/consul/.lock';
    const lock = await open(agent.address).locks.acquire(key, OPTIONS, never);
    const env = { ...process.env, CONSUL_HTTP_ADDR: agent.address };
    const run = (...flags: string[]) =>
      new Promise<string>((resolve) => {
        const words = ['lock', '-shell=false', ...flags, 'with/consul', 'echo', 'theirs'];
        execFile(consul, words, { env }, (_, stdout, stderr) => resolve(stdout + stderr));
      });
    const refused = await run('-try=200ms');
    expect(refused).not.toContain('theirs');
    expect(refused).not.toContain('does not match lock use');
    await lock.release();
    expect(await run()).toContain('theirs');
  });

  it('is known by its name among the sessions', async () => {
    await open(agent.address).locks.acquire(KEY, OPTIONS, never);
    const { body } = await agent.expectOk('GET', '/v1/session/list');
    const [session] = JSON.parse(body.toString()) as Record<string, unknown>[];
    expect(session).toMatchObject({
      Name: expect.stringContaining(`autotmpl ${KEY}`) as unknown,
      Behavior: 'release',
      TTL: '10000ms',
      NodeChecks: ['serfHealth'],
    });
  });

  it('cannot live shorter than Consul allows', async () => {
    const { locks } = open(agent.address);
    for (const ttlMs of [9999, 86_400_001]) {
      await expect(locks.acquire(KEY, { ...OPTIONS, ttlMs }, never)).rejects.toThrow(
        'not possible in Consul',
      );
    }
  });
});

describe('a lock with access control', () => {
  let agent: ConsulAgent;
  beforeAll(async () => {
    agent = await startConsul({ acl: true });
  });
  afterAll(() => agent.stop());

  it.each([
    ['key "service/" { policy = "write" }', 'key:write for service/app/leader'],
    ['key_prefix "service/" { policy = "write" }', "session:write for the agent's node"],
    [
      'key_prefix "service/" { policy = "read" } session_prefix "" { policy = "write" }',
      'key:write for service/app/leader',
    ],
  ])('says what a token with %s lacks, and goes on when it has it', async (rules, lacks) => {
    const token = await makeConsulToken(agent, rules);
    const { locks, logger } = open(agent.address, { token });
    void waitFor(locks);
    await waitUntil(() => logger.records.length > 0, { what: 'a warning' });
    expect(logger.text()).toContain('403');
    expect(logger.text()).toContain(lacks);
    expect(logger.text()).not.toContain(token);
  });

  it.each([
    'key_prefix "service/" { policy = "write" }',
    'key_prefix "service/" { policy = "read" } session_prefix "" { policy = "write" }',
  ])(
    'is not heard of as one that others have, where a token with %s cannot take it',
    async (rules) => {
      const token = await makeConsulToken(agent, rules);
      const { locks } = open(agent.address, { token });
      const heard: (Error | undefined)[] = [];
      void waitFor(locks, { ...OPTIONS, onHeard: (trouble) => heard.push(trouble) });
      await waitUntil(() => heard.length > 1, { what: 'two refusals' });
      expect(heard.filter((trouble) => !String(trouble).includes('403'))).toEqual([]);
    },
  );

  it('needs write rights on the key and for sessions, and no more', async () => {
    const token = await makeConsulToken(
      agent,
      'key "service/app/leader" { policy = "write" } session "test-node" { policy = "write" }',
    );
    const { locks } = open(agent.address, { token });
    const lock = await locks.acquire(KEY, OPTIONS, never);
    await lock.release();
    expect(await countSessions(agent)).toBe(0);
  });
});

describe('the way to a lock', () => {
  it('may be TLS with a certificate of ours', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'autotmpl-locks-'));
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
    const { locks } = open(agent.address, { tls: { caFile, certFile, keyFile, verify: true } });
    const lock = await locks.acquire(KEY, OPTIONS, never);
    expect((await lockHolder(agent, KEY))?.value).toBe('host-1');
    await lock.release();
    expect(await countSessions(agent)).toBe(0);
  });

  it('shows the package the certificate that is there now', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'autotmpl-locks-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    const files = await makeCertificates(folder);
    const tls = {
      ...{ caFile: files.caFile, certFile: files.serverCertFile, keyFile: files.serverKeyFile },
      verifyIncoming: true,
    };
    const agent = await startConsul({ tls });
    ends.push(() => agent.stop());
    // At first one that the agent does not accept: it is of another authority.
    const other = await mkdtemp(join(tmpdir(), 'autotmpl-locks-'));
    ends.push(() => rm(other, { recursive: true, force: true }));
    const strange = await makeCertificates(other);
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    await copyFile(strange.clientCertFile, certFile);
    await copyFile(strange.clientKeyFile, keyFile);
    const clock = new ManualClock();
    const options = consulOptions(agent.address, {
      tls: { caFile: files.caFile, certFile, keyFile, verify: true },
    });
    const access = accessTo(options, clock);
    const client = new PackageClient(options, access.way.client);
    ends.push(() => access.close());
    const ask = () =>
      client.call({ failure: 'no answer', aclRule: '' }, never, (consul, call) =>
        consul.session.list(call),
      );
    await expect(ask()).rejects.toThrow('no answer');
    await copyFile(files.clientCertFile, certFile);
    await copyFile(files.clientKeyFile, keyFile);
    await clock.advance(10_000);
    await expect(ask()).resolves.toEqual([]);
  });

  it('carries namespace, partition and token on every request', async () => {
    const fake = await startFakeAgent(({ url, turn }, response) => {
      response.setHeader('content-type', 'application/json');
      response.setHeader('x-consul-index', '7');
      if (turn === 0) response.writeHead(404).end();
      else if (url.pathname === '/v1/session/create') response.end('{"ID": "s-1"}');
      else if (url.searchParams.has('index')) return;
      else if (url.search.includes('flags')) response.end('true');
      else response.end(JSON.stringify([{ Session: 's-1', ModifyIndex: 7 }]));
    });
    ends.push(() => fake.close());
    const scope = { namespace: 'team', partition: 'p1', token: 'secret' };
    const lock = await open(fake.address, scope).locks.acquire(KEY, OPTIONS, never);
    expect(lock.fence).toBe(7);
    await lock.release();
    const paths = fake.questions.map(({ url }) => `${url.pathname}${url.search}`).join('\n');
    for (const part of ['session/create', 'acquire=s-1', 'release=s-1', 'session/destroy/s-1']) {
      expect(paths).toContain(part);
    }
    for (const { url, headers } of fake.questions) {
      expect(headers['x-consul-token']).toBe('secret');
      expect(headers['x-consul-namespace'] ?? url.searchParams.get('ns')).toBe('team');
      expect(url.searchParams.get('partition')).toBe('p1');
    }
  });

  it('does not take it for granted that a value was written', async () => {
    let takes = 0;
    const fake = await startFakeAgent(({ url }, response) => {
      response.setHeader('content-type', 'application/json');
      response.setHeader('x-consul-index', '7');
      if (url.pathname === '/v1/session/create') response.end('{"ID": "s-1"}');
      else if (url.searchParams.has('index')) return;
      else if (url.searchParams.has('acquire')) response.end(String(++takes === 1));
      else if (url.searchParams.has('release') || takes === 0) response.writeHead(404).end();
      else response.end(JSON.stringify([{ Session: 's-1', ModifyIndex: 7 }]));
    });
    ends.push(() => fake.close());
    const lock = await open(fake.address).locks.acquire(KEY, OPTIONS, never);
    await expect(lock.announce('still here')).rejects.toThrow('is not ours any more');
  });

  it('closes only when a release that is under way has come through', async () => {
    let answerRelease: (() => void) | undefined;
    const fake = await startFakeAgent(({ url, turn }, response) => {
      response.setHeader('content-type', 'application/json');
      response.setHeader('x-consul-index', '7');
      if (turn === 0) response.writeHead(404).end();
      else if (url.pathname === '/v1/session/create') response.end('{"ID": "s-1"}');
      else if (url.searchParams.has('release')) answerRelease = () => void response.end('true');
      else if (url.searchParams.has('index')) return;
      else if (url.search.includes('flags')) response.end('true');
      else response.end(JSON.stringify([{ Session: 's-1', ModifyIndex: 7 }]));
    });
    ends.push(() => fake.close());
    const { locks } = open(fake.address);
    const lock = await locks.acquire(KEY, OPTIONS, never);
    let closed = false;
    const released = lock.release();
    const closing = locks.close().then(() => (closed = true));
    const answer = await waitUntil(() => answerRelease, { what: 'the release' });
    await settle();
    expect(closed).toBe(false);
    answer();
    await Promise.all([released, closing]);
    expect(fake.questions.at(-1)?.url.pathname).toBe('/v1/session/destroy/s-1');
  });

  it('tells of a trouble once, however often it comes', async () => {
    const fake = await startFakeAgent((_, response) =>
      response.writeHead(500).end('No cluster leader'),
    );
    ends.push(() => fake.close());
    const clock = new ManualClock();
    const logger = recordingLogger();
    const locks = createConsulLocks(consulOptions(fake.address), { clock, logger });
    const stop = new AbortController();
    const ended = expect(locks.acquire(KEY, OPTIONS, stop.signal)).rejects.toThrow('we stop');
    // In small steps, so that no answer comes after its deadline.
    const passTime = async () => {
      await clock.advance(100);
      return fake.questions.length > 4;
    };
    await waitUntil(passTime, { what: 'the fifth question' });
    stop.abort(new Error('we stop'));
    await ended;
    await locks.close();
    expect(logger.records).toHaveLength(1);
    expect(logger.text()).toContain('No cluster leader');
    expect(clock.pending).toBe(0);
  });
});
