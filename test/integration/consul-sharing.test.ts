import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Query } from '../../src/catalog/query.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { catalogOn } from '../support/consul-catalog.ts';
import { startFakeAgent, type FakeAgent } from '../support/fake-agent.ts';
import { Follower } from '../support/follower.ts';

const followers: Follower<Query>[] = [];
afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.stop();
});

function follow<const Q extends Query>(address: string, query: Q): Follower<Q> {
  const follower = new Follower(catalogOn(address), query);
  followers.push(follower);
  return follower;
}

/** What newer Consuls answer, by their documentation: none of them runs here. */
const REPLIES: Readonly<Record<string, unknown>> = {
  '/v1/partitions': [{ Name: 'west', Description: 'far' }, { Name: 'default' }],
  '/v1/exported-services': [
    { Service: 'web', Partition: 'default', Consumers: { Peers: ['b', 'a'] } },
    { Service: 'api', Consumers: { Partitions: ['west'] } },
  ],
  '/v1/imported-services': {
    ImportedServices: [
      { Service: 'web', SourcePartition: 'west' },
      { Service: 'api', Namespace: 'n', SourcePartition: 'west' },
    ],
  },
  '/v1/peerings': [
    {
      ID: '1',
      Name: 'second',
      State: 'PENDING',
      Meta: { env: 'dev' },
      StreamStatus: { ImportedServices: null, ExportedServices: ['web'], LastSend: '2024-01-01' },
      Remote: { Partition: '', Datacenter: 'dc2' },
    },
    { ID: '2', Name: 'first', State: 'ACTIVE', PeerServerAddresses: ['10.0.0.1:8300'] },
  ],
};

describe('what partitions and peers share, on a Consul that knows it', () => {
  let agent: FakeAgent;
  beforeAll(async () => {
    agent = await startFakeAgent(({ url }, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(REPLIES[url.pathname] ?? null));
    });
  });
  afterAll(() => agent.close());

  it('is read in our words, and sorted', async () => {
    const { address } = agent;
    expect(await follow(address, { kind: 'partitions' }).fresh()).toEqual([
      { Name: 'default', Description: '' },
      { Name: 'west', Description: 'far' },
    ]);
    expect(await follow(address, { kind: 'exportedServices' }).fresh()).toMatchObject([
      { Service: 'api', Consumers: { Peers: [], Partitions: ['west'] } },
      { Service: 'web', Consumers: { Peers: ['a', 'b'], Partitions: [] } },
    ]);
    expect(await follow(address, { kind: 'importedServices' }).fresh()).toEqual([
      { Service: 'api', Namespace: 'n', SourcePartition: 'west' },
      { Service: 'web', Namespace: '', SourcePartition: 'west' },
    ]);
    expect(await follow(address, { kind: 'peerings' }).fresh()).toMatchObject([
      { Name: 'first', PeeringState: 'ACTIVE', PeerServerAddresses: ['10.0.0.1:8300'] },
      {
        Name: 'second',
        Meta: { env: 'dev' },
        StreamStatus: { ImportedServices: [], ExportedServices: ['web'] },
        Remote: { Datacenter: 'dc2' },
      },
    ]);
  });

  it('is asked of the partition that the query names', async () => {
    await follow(agent.address, { kind: 'peerings', partition: 'west' }).fresh();
    expect(agent.questions.at(-1)?.url.search).toBe('?partition=west');
  });
});

describe('what partitions and peers share, on a Consul that does not know it', () => {
  let agent: ConsulAgent;
  beforeAll(async () => {
    agent = await startConsul();
  });
  afterAll(() => agent.stop());

  it.each<Query>([
    { kind: 'partitions' },
    { kind: 'exportedServices', partition: 'default' },
    { kind: 'importedServices', partition: 'default' },
    { kind: 'peerings' },
  ])('can never be answered: $kind', async (query) => {
    const failure = (await follow(agent.address, query).thrown()) as Error & { advice?: string };
    expect(failure).toMatchObject({ name: 'AutotmplError', code: 'catalog' });
    expect(failure.message).toContain(`this Consul cannot answer ${query.kind}(`);
    expect(failure.advice).toMatch(/it came with Consul/);
  });
});
