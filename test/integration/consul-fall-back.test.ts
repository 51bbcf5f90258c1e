import { afterEach, expect, it } from 'vitest';
import type { ServiceInstance } from '../../src/catalog/values.ts';
import { createConsulCatalog } from '../../src/catalog/consul/index.ts';
import type { CatalogQuery, Query } from '../../src/catalog/query.ts';
import { describeError } from '../../src/core/errors.ts';
import { systemClock } from '../../src/core/time.ts';
import { startConsul } from '../support/consul.ts';
import { consulOptions, SILENT } from '../support/consul-catalog.ts';
import { Follower } from '../support/follower.ts';
import { waitUntil } from '../support/wait-until.ts';

const WEB = { kind: 'service', name: 'web', passingOnly: true } as const;
const OTHER = { kind: 'service', name: 'other', passingOnly: true } as const;

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function follow<const Q extends CatalogQuery & Query>(
  address: string,
  query: Q,
  fallsBack: boolean,
): Follower<Q> {
  const parts = { clock: systemClock, logger: SILENT, fallsBack };
  const catalog = createConsulCatalog(consulOptions(address), parts);
  ends.push(() => catalog.close());
  const follower = new Follower(catalog, query);
  ends.push(() => follower.stop());
  return follower;
}

it('what the agent had last stands in for a first answer, as held and with its time, while there is no server', async () => {
  const server = await startConsul({ dataDir: true });
  ends.push(() => server.stop());
  const client = await startConsul({ clientOf: server });
  ends.push(() => client.stop());
  for (const [Name, Port] of [
    ['web', 80],
    ['other', 81],
  ] as const) {
    await server.register({ Name, Port });
  }
  const cached = () => client.request('GET', '/v1/health/service/web?cached');
  await waitUntil(async () => (await cached()).body.includes('"Port":80'), {
    what: 'the service in the cache of the agent',
    timeoutMs: 30_000,
  });
  await server.kill('SIGKILL');
  await waitUntil(
    async () => (await client.request('GET', '/v1/health/service/web')).status === 500,
    {
      what: 'an agent without servers',
      timeoutMs: 30_000,
    },
  );

  const [web, strict, other, key] = [
    follow(client.address, WEB, true),
    follow(client.address, WEB, false),
    follow(client.address, OTHER, true),
    follow(client.address, { kind: 'key', path: 'a' }, true),
  ];
  expect(describeError(await web.held(40_000))).toMatch(
    /500.*; what the agent had last is used, of \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
  );
  const { last } = web;
  expect((last?.value as readonly ServiceInstance[]).map(({ Port }) => Port)).toEqual([80]);
  const atMs = last?.state === 'held' ? (last.atMs ?? 0) : 0;
  expect(Date.now() - atMs).toBeGreaterThanOrEqual(0);
  expect(Date.now() - atMs).toBeLessThan(300_000);
  for (const follower of [strict, other, key]) {
    await follower.held(40_000);
    expect(follower.last?.value).toBeUndefined();
  }

  await server.restart();
  await web.fresh((instances) => instances.length === 1, 60_000);
  await other.fresh((instances) => instances.length === 1, 60_000);
}, 180_000);
