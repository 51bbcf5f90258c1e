import { afterEach, describe, expect, it } from 'vitest';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { catalogOn } from '../support/consul-catalog.ts';
import { Follower } from '../support/follower.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { SocketProxy } from '../support/socket-proxy.ts';
import { waitUntil } from '../support/wait-until.ts';

const GRANTED = 20;
const COUNT = 60;

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Limited {
  /** Grants one address {@link GRANTED} connections. */
  readonly address: string;
  /** By which it can be written to. */
  readonly agent: ConsulAgent;
}

/** Closes the connection with a reset, before anything was asked. */
async function consul18(): Promise<Limited> {
  const limits = { http_max_conns_per_client: GRANTED };
  const agent = await startConsul({ extraConfig: { limits } });
  ends.push(() => agent.stop());
  return { address: agent.address, agent };
}

/** Answers 429 and closes the connection. */
async function laterConsul(): Promise<Limited> {
  const agent = await startConsul();
  ends.push(() => agent.stop());
  const proxy = await SocketProxy.start(agent.ports.http, GRANTED);
  ends.push(() => proxy.stop());
  return { address: `http://${proxy.address}`, agent };
}

describe.each([
  ['Consul 1.8, which resets a connection', consul18],
  ['a later Consul, which answers 429', laterConsul],
])('the limit of %s', (_, start) => {
  it('is named once, kept to from then on, and costs no query its answers', async () => {
    const { address, agent } = await start();
    const logger = recordingLogger();
    const catalog = catalogOn(address, { waitMs: 5000 }, logger);
    ends.push(() => catalog.close());
    const put = (number: number, value: string) =>
      agent.expectOk('PUT', `/v1/kv/many/${number}`, value);
    for (let number = 0; number < COUNT; number++) await put(number, 'one');
    const followers = Array.from(
      { length: COUNT },
      (_none, number) => new Follower(catalog, { kind: 'key', path: `many/${number}` } as const),
    );
    ends.push(async () => void (await Promise.all(followers.map((follower) => follower.stop()))));
    for (const follower of followers) await follower.fresh(() => true, 20_000);
    const warnings = () =>
      logger.records.filter(
        ({ level, message }) => level === 'warn' && message.includes('closed a further connection'),
      );
    await waitUntil(() => warnings().length > 0, { what: 'a warning', timeoutMs: 20_000 });

    for (const number of [0, 30, 59]) {
      await waitUntil(
        () =>
          put(number, 'two').then(
            () => true,
            () => false,
          ),
        {
          what: 'a connection for somebody else',
          timeoutMs: 20_000,
        },
      );
      await followers[number]?.fresh((pair) => pair?.Value === 'two', 20_000);
    }
    expect(warnings().map(({ message }) => message)).toEqual([
      expect.stringContaining('limits.http_max_conns_per_client'),
    ]);
    expect(catalog.traffic?.()?.sockets).toBeLessThanOrEqual(GRANTED);
    expect(catalog.traffic?.()?.granted).toBeLessThanOrEqual(GRANTED);
    expect(
      followers.filter(({ answers }) => answers.some(({ state }) => state !== 'fresh')),
    ).toEqual([]);
  }, 90_000);
});
