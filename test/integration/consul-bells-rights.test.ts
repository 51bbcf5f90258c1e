import { afterAll, beforeAll, expect, it } from 'vitest';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { catalogOn } from '../support/consul-catalog.ts';
import { ConsulPolicy } from '../support/consul-tokens.ts';
import { CountingProxy } from '../support/counting-proxy.ts';
import { Follower } from '../support/follower.ts';
import { waitUntil } from '../support/wait-until.ts';

const COUNT = 80;
const SERVICES = 'service_prefix "svc-" { policy = "read" }';
const OWN_NODE = 'node "test-node" { policy = "read" }';

let agent: ConsulAgent;
beforeAll(async () => {
  agent = await startConsul({ acl: true });
});
afterAll(() => agent.stop());

it('services of which a token may see only some are visited for what it sees, and lost to nobody', async () => {
  const put = (path: string, body: unknown) => agent.expectOk('PUT', path, JSON.stringify(body));
  const registrationOf = (name: string) => ({
    Name: name,
    Port: 1,
    Check: { CheckID: `check-${name}`, TTL: '10h', Status: 'passing' },
  });
  const names = Array.from({ length: COUNT }, (_, at) => `svc-${at}`);
  await Promise.all([...names, 'hidden'].map((name) => agent.register(registrationOf(name))));
  const policy = await ConsulPolicy.make(agent, `${SERVICES} ${OWN_NODE}`);
  const proxy = await CountingProxy.start(agent.address);
  const catalog = catalogOn(proxy.address, { token: policy.token, maxConnections: 10 });
  const followers = names.map(
    (name) => new Follower(catalog, { kind: 'service', name, passingOnly: false } as const),
  );
  try {
    for (const one of followers) await one.fresh(() => true, 20_000);
    await waitUntil(() => proxy.urls.some((url) => /health\/state\/any\?index=/.test(url)), {
      what: 'a bell that is heard',
    });
    const at = (position: number) => followers[position] as (typeof followers)[number];
    const flip = (name: string, Status: string) =>
      put(`/v1/agent/check/update/check-${name}`, { Status });

    // What it may not see advances the index too.
    for (const Status of ['critical', 'passing']) await flip('hidden', Status);
    await flip('svc-60', 'critical');
    await flip('hidden', 'critical');
    await at(60).fresh(([one]) => one?.Status === 'critical', 20_000);

    // A port tells no check, and it may see the node.
    await agent.register({ ...registrationOf('svc-61'), Port: 2 });
    await at(61).fresh(([one]) => one?.Port === 2, 20_000);

    // Of another node it sees neither checks nor instances, until it may.
    await put('/v1/catalog/register', {
      ...{ Node: 'outside', Address: '10.0.0.1' },
      Service: { Service: 'svc-62', ID: 'outside', Port: 7 },
    });
    await policy.write(`${SERVICES} node_prefix "" { policy = "read" }`);
    await put('/v1/catalog/register', {
      ...{ Node: 'outside', Address: '10.0.0.1' },
      Service: { Service: 'svc-62', ID: 'outside', Port: 8 },
    });
    await at(62).fresh((all) => all.some(({ Port }) => Port === 8), 20_000);
    expect(followers.every(({ last }) => last?.state === 'fresh')).toBe(true);
  } finally {
    await Promise.all(followers.map((one) => one.stop()));
    catalog.close();
    await proxy.stop();
  }
}, 90_000);
