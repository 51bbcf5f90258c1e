import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { readInstances } from '../../src/catalog/consul/values.ts';
import type { ServiceInstance } from '../../src/catalog/values.ts';
import { chanceOf, oneOf } from '../support/chance.ts';
import { startConsul, type ConsulAgent, type ServiceRegistration } from '../support/consul.ts';
import { catalogOn } from '../support/consul-catalog.ts';
import { CountingProxy } from '../support/counting-proxy.ts';
import { Follower } from '../support/follower.ts';
import { waitUntil } from '../support/wait-until.ts';

const COUNT = 300;
const CONNECTIONS = 20;
/** Far beyond any noise, and far from the ten minutes after which all are visited without a reason. */
const HEARD_MS = 20_000;

type Ask = { readonly kind: 'service'; readonly name: string; readonly passingOnly: false };

/** Services of even numbers have a check. */
const registrationOf = (at: number): ServiceRegistration => ({
  Name: `svc-${at}`,
  ID: `svc-${at}`,
  Port: 1000 + at,
  ...(at % 2 === 0 && { Check: { CheckID: `check-${at}`, TTL: '10h', Status: 'passing' } }),
});

describe('many services, few connections', () => {
  let agent: ConsulAgent;
  let proxy: CountingProxy;
  let catalog: Catalog;
  let followers: Follower<Ask>[];

  const put = (path: string, body?: unknown) =>
    agent.expectOk('PUT', path, body === undefined ? undefined : JSON.stringify(body));
  const follower = (at: number): Follower<Ask> => followers[at] as Follower<Ask>;
  const sees = (at: number, isWanted: (instances: readonly ServiceInstance[]) => boolean) =>
    follower(at).fresh(isWanted, HEARD_MS);
  const flip = (at: number, Status: string) =>
    put(`/v1/agent/check/update/check-${at}`, { Status });
  const external = (fields: Readonly<Record<string, unknown>>) =>
    put('/v1/catalog/register', { Node: 'outside', Address: '10.0.0.1', ...fields });
  const asked = () => proxy.urls.length;

  beforeAll(async () => {
    agent = await startConsul();
    for (let first = 0; first < COUNT; first += 20) {
      const some = Array.from({ length: 20 }, (_, at) =>
        agent.register(registrationOf(first + at)),
      );
      await Promise.all(some);
    }
    await external({ Service: { Service: 'svc-290', ID: 'outside', Port: 7 } });
    await external({
      SkipNodeUpdate: true,
      Check: { Node: 'outside', CheckID: 'node', Name: 'node', Status: 'passing' },
    });
    proxy = await CountingProxy.start(agent.address);
    catalog = catalogOn(proxy.address, { maxConnections: CONNECTIONS });
    followers = Array.from(
      { length: COUNT },
      (_, at) => new Follower(catalog, { kind: 'service', name: `svc-${at}`, passingOnly: false }),
    );
    await Promise.all(followers.map((one) => one.fresh(() => true, 30_000)));
    // All are visited once after the bells are heard.
    await waitUntil(
      () => [...proxy.counts].filter(([path, n]) => isService(path) && n > 1).length > 280,
      {
        timeoutMs: 30_000,
        what: 'the first visit of all',
      },
    );
  }, 90_000);
  afterAll(async () => {
    await Promise.all(followers.map((one) => one.stop()));
    catalog.close();
    await proxy.stop();
    await agent.stop();
  });

  it('cost almost nothing while nothing changes', async () => {
    await sleep(1000);
    const before = asked();
    await sleep(6000);
    // In rounds it would be 285 by now. What waits has short waits at first.
    expect(asked() - before).toBeLessThan(100);
  });

  // Before all that is followed by visits of all, which may come as much as twenty seconds later.
  it('are not all visited for a check', async () => {
    const before = asked();
    for (const Status of ['critical', 'passing']) {
      await flip(220, Status);
      await sees(220, ([one]) => one?.Status === Status);
    }
    await sleep(1000);
    expect(asked() - before).toBeLessThan(100);
  });

  const web = (at: number, fields: Partial<ServiceRegistration> = {}) =>
    agent.register({ ...registrationOf(at), ...fields });

  it.each<[string, number, () => Promise<unknown>, (one: readonly ServiceInstance[]) => boolean]>([
    // Only a visit of all finds these, and none is due yet as it is for fifteen seconds after some of the others.
    [
      'a node has another address',
      290,
      () => external({ Address: '10.9.9.9' }),
      (all) => all.some(({ NodeAddress }) => NodeAddress === '10.9.9.9'),
    ],
    [
      'the check of a whole node fails',
      290,
      () =>
        external({
          SkipNodeUpdate: true,
          Check: { Node: 'outside', CheckID: 'node', Name: 'node', Status: 'critical' },
        }),
      (all) => all.some(({ Status }) => Status === 'critical'),
    ],
    [
      'a node goes',
      290,
      () => put('/v1/catalog/deregister', { Node: 'outside' }),
      (all) => all.length === 1,
    ],
    [
      'an instance goes that had none',
      215,
      () => agent.deregister('svc-215'),
      (all) => all.length === 0,
    ],
    ['a check fails', 200, () => flip(200, 'critical'), ([one]) => one?.Status === 'critical'],
    [
      'an instance comes with its check',
      202,
      () => web(202, { ID: 'more', Check: { CheckID: 'more', TTL: '10h' } }),
      (all) => all.length === 2,
    ],
    [
      'an instance comes without a check',
      203,
      () => web(203, { ID: 'bare' }),
      (all) => all.length === 2,
    ],
    [
      'a port is another, and the check the same',
      204,
      () => web(204, { Port: 9 }),
      ([one]) => one?.Port === 9,
    ],
    [
      'a port is another, without a check',
      205,
      () => web(205, { Port: 9 }),
      ([one]) => one?.Port === 9,
    ],
    ['tags are others', 207, () => web(207, { Tags: ['new'] }), ([one]) => one?.Tags[0] === 'new'],
    [
      'meta data are others',
      209,
      () => web(209, { Meta: { new: 'yes' } }),
      ([one]) => one?.ServiceMeta.new === 'yes',
    ],
    [
      'an address is another',
      210,
      () => web(210, { Address: '10.1.1.1' }),
      ([one]) => one?.Address === '10.1.1.1',
    ],
    [
      'a check comes',
      211,
      () =>
        put('/v1/agent/check/register', {
          Name: 'late',
          ID: 'late',
          ServiceID: 'svc-211',
          TTL: '10h',
          Status: 'warning',
        }),
      ([one]) => one?.Status === 'warning',
    ],
    [
      'a check goes',
      211,
      () => put('/v1/agent/check/deregister/late'),
      ([one]) => one?.Status === 'passing',
    ],
    [
      'a service goes into maintenance',
      213,
      () => put('/v1/agent/service/maintenance/svc-213?enable=true'),
      ([one]) => one?.Status === 'maintenance',
    ],
    [
      'an instance goes with its check',
      214,
      () => agent.deregister('svc-214'),
      (all) => all.length === 0,
    ],
  ])('are visited when %s', async (_, at, change, isWanted) => {
    await change();
    await sees(at, isWanted);
  });

  it('do not wait for one that flaps, which is asked at a pace', async () => {
    let isOver = false;
    let flips = 0;
    const flapping = (async () => {
      while (!isOver) await flip(222, ++flips % 2 === 0 ? 'passing' : 'critical');
    })();
    await sleep(1000);
    const before = asked();
    const since = performance.now();
    for (const at of [224, 226, 228]) {
      await flip(at, 'critical');
      await sees(at, ([one]) => one?.Status === 'critical');
    }
    const seconds = (performance.now() - since) / 1000;
    isOver = true;
    await flapping;
    await flip(222, 'warning');
    await sees(222, ([one]) => one?.Status === 'warning');
    expect(flips).toBeGreaterThan(30);
    // Three bells, the one that flaps, three others, and one visit of all.
    expect(asked() - before).toBeLessThan(COUNT + 100 + 30 * seconds);
  });

  it('are all as they are in truth after any number of changes', async () => {
    const chance = chanceOf(7);
    for (let step = 0; step < 150; step++) {
      const at = Math.floor(chance() * COUNT);
      const port = 2000 + step;
      const kind = oneOf(chance, ['flip', 'port', 'extra', 'tags', 'gone', 'back', 'outside']);
      if (kind === 'port') await web(at, { Port: port });
      else if (kind === 'extra')
        await web(at, {
          ID: `extra-${at}`,
          Port: port,
          Check: { CheckID: `extra-${at}`, TTL: '10h' },
        });
      else if (kind === 'tags') await web(at, { Tags: [`t${step}`] });
      else if (kind === 'gone')
        await agent.request('PUT', `/v1/agent/service/deregister/svc-${at}`);
      else if (kind === 'back') await web(at);
      else if (kind === 'outside')
        await external({ Service: { Service: `svc-${at}`, ID: `o-${at}`, Port: port } });
      else
        await agent.request(
          'PUT',
          `/v1/agent/check/update/check-${at}`,
          JSON.stringify({ Status: oneOf(chance, ['passing', 'critical', 'warning']) }),
        );
      if (chance() < 0.1) await sleep(200);
    }
    await isTrue();
  }, 60_000);

  it('follow a catalog that was restored', async () => {
    const snapshot = await agent.saveSnapshot();
    for (const at of [41, 43, 45]) await web(at, { Port: 4 });
    await sees(45, ([one]) => one?.Port === 4);
    await external({ Service: { Service: 'svc-47', ID: 'later', Port: 8 } });
    await sees(47, (all) => all.some(({ Port }) => Port === 8));
    await agent.restoreSnapshot(snapshot);
    await sees(47, (all) => all.every(({ Port }) => Port !== 8));
    await isTrue();
  }, 60_000);

  it('follow an agent that was away', async () => {
    await agent.restart();
    await agent.register({ ...registrationOf(1), Port: 5 });
    await sees(1, (all) => all.some(({ Port }) => Port === 5));
  }, 60_000);

  /** Waits until all are as the agent has them. */
  async function isTrue(): Promise<void> {
    for (const [at, one] of followers.entries()) {
      const truth = async () => {
        const { body } = await agent.expectOk('GET', `/v1/health/service/svc-${at}`);
        return JSON.stringify(readInstances(JSON.parse(body.toString()), false));
      };
      await waitUntil(
        async () =>
          one.last?.state === 'fresh' && JSON.stringify(one.last.value) === (await truth()),
        {
          timeoutMs: HEARD_MS,
          what: `the truth of svc-${at}: ${await truth()}`,
        },
      );
    }
  }
});

function isService(path: string): boolean {
  return path.startsWith('/v1/health/service/');
}
