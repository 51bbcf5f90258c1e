import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Query } from '../../src/catalog/query.ts';
import { makeCertificates } from '../support/certificates.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { catalogOn } from '../support/consul-catalog.ts';
import { establishedSockets } from '../support/established-sockets.ts';
import { Follower } from '../support/follower.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { waitUntil } from '../support/wait-until.ts';

const COUNT = 1000;
/** What one transaction may hold. */
const BATCH = 50;

describe('many queries over TLS', () => {
  let folder: string;
  let agent: ConsulAgent;
  let caFile: string;
  const ends: (() => void | Promise<void>)[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autotmpl-http2-'));
    const certificates = await makeCertificates(folder);
    caFile = certificates.caFile;
    agent = await startConsul({
      dataDir: true,
      tls: {
        caFile,
        certFile: certificates.serverCertFile,
        keyFile: certificates.serverKeyFile,
        verifyIncoming: false,
      },
    });
    for (let first = 0; first < COUNT; first += BATCH) {
      const operations = Array.from({ length: BATCH }, (_, offset) => ({
        KV: { Verb: 'set', Key: `many/${first + offset}`, Value: btoa(`value ${first + offset}`) },
      }));
      await agent.expectOk('PUT', '/v1/txn', JSON.stringify(operations));
    }
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  afterAll(async () => {
    await agent.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function openCatalog(overrides: Parameters<typeof catalogOn>[1] = {}): Catalog {
    const catalog = catalogOn(agent.address, {
      tls: { caFile, verify: true },
      // Each by a query of its own: this is about queries that are many.
      collapseFrom: Number.POSITIVE_INFINITY,
      ...overrides,
    });
    ends.push(() => catalog.close());
    return catalog;
  }

  function follow<const Q extends Query>(catalog: Catalog, query: Q): Follower<Q> {
    const follower = new Follower(catalog, query);
    ends.push(() => follower.stop());
    return follower;
  }

  const followAll = (catalog: Catalog) =>
    Array.from({ length: COUNT }, (_, number) =>
      follow(catalog, { kind: 'key', path: `many/${number}` }),
    );

  const allFresh = (followers: readonly Follower<Query>[], timeoutMs = 15_000) =>
    waitUntil(() => followers.every(({ last }) => last?.state === 'fresh'), {
      what: 'a fresh answer to every query',
      timeoutMs,
    });

  it('share a few connections, and hear of any change', async () => {
    const catalog = openCatalog();
    const followers = followAll(catalog);
    await allFresh(followers);
    let most = 0;
    const count = async () => (most = Math.max(most, await establishedSockets(agent.ports.http)));
    for (const number of [0, 499, 999]) {
      await agent.putKey(`many/${number}`, 'changed');
      await followers[number]?.fresh((pair) => pair?.Value === 'changed');
      await count();
    }
    expect(catalog.traffic?.()).toMatchObject({
      ...{ server: 'Consul', protocol: 'HTTP/2', queries: COUNT, maxSockets: 48 },
    });
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThan(10);
    expect(
      followers.filter(({ answers }) => answers.some(({ state }) => state !== 'fresh')),
    ).toEqual([]);
  });

  it('go on when the agent was killed and is back', { timeout: 90_000 }, async () => {
    const followers = followAll(openCatalog());
    await allFresh(followers);
    await agent.kill('SIGKILL');
    await waitUntil(() => followers.every(({ last }) => last?.state === 'held'), {
      what: 'every query to be held',
    });
    await agent.start();
    await allFresh(followers, 30_000);
    await agent.putKey('many/500', 'after');
    await followers[500]?.fresh((pair) => pair?.Value === 'after');
    expect(await establishedSockets(agent.ports.http)).toBeLessThan(10);
  });

  it('notice a stopped agent within 20 s', { timeout: 90_000 }, async () => {
    const catalog = openCatalog();
    const followers = [1, 2].map((number) =>
      follow(catalog, { kind: 'key', path: `many/${number}` }),
    );
    await allFresh(followers);
    await agent.kill('SIGSTOP');
    for (const follower of followers) {
      expect((await follower.held(20_000)).message).toContain('stopped answering');
    }
    await agent.kill('SIGCONT');
    await allFresh(followers, 10_000);
  });

  it('go on over fewer connections where the agent grants no more, which is said once', async () => {
    const limited = await startConsul({
      tls: {
        caFile,
        certFile: join(folder, 'dc1-server-consul-0.pem'),
        keyFile: join(folder, 'dc1-server-consul-0-key.pem'),
        verifyIncoming: false,
      },
      extraConfig: { limits: { http_max_conns_per_client: 2 } },
    });
    ends.push(() => limited.stop());
    const logger = recordingLogger();
    const catalog = catalogOn(
      limited.address,
      { tls: { caFile, verify: true }, collapseFrom: Number.POSITIVE_INFINITY },
      logger,
    );
    ends.push(() => catalog.close());
    const followers = followAll(catalog);
    await allFresh(followers);
    const warnings = () =>
      logger.records.filter(
        ({ level, message }) => level === 'warn' && message.includes('closed a further connection'),
      );
    await waitUntil(() => warnings().length > 0, { what: 'a warning' });
    expect(warnings().map(({ message }) => message)).toEqual([
      expect.stringContaining('limits.http_max_conns_per_client'),
    ]);
    expect(catalog.traffic?.()?.sockets).toBeLessThanOrEqual(2);
    expect(catalog.traffic?.()?.granted).toBeLessThanOrEqual(2);
    expect(
      followers.filter(({ answers }) => answers.some(({ state }) => state !== 'fresh')),
    ).toEqual([]);
  });

  it('leave room for the others when thousands of them come and go', async () => {
    const catalog = openCatalog();
    for (let round = 0; round < 5; round++) {
      const passing = Array.from(
        { length: 400 },
        (_, number) => new Follower(catalog, { kind: 'key', path: `many/${number}` } as const),
      );
      await allFresh(passing);
      await sleep(50);
      await Promise.all(passing.map((follower) => follower.stop()));
    }
    const key = follow(catalog, { kind: 'key', path: 'many/7' });
    await key.fresh(undefined);
    await agent.putKey('many/7', 'after the storm');
    await key.fresh((pair) => pair?.Value === 'after the storm');
    expect(await establishedSockets(agent.ports.http)).toBeLessThan(25);
  });
});
