import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { parseHttpAddress } from '../../../../src/catalog/http/address.ts';
import type { ConnectionRules } from '../../../../src/catalog/http/options.ts';
import { Transport } from '../../../../src/catalog/http/transport.ts';
import { systemClock } from '../../../../src/core/time.ts';
import { startFakeAgent, type FakeAgent } from '../../../support/fake-agent.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function transportWith(connections: ConnectionRules) {
  const agent = await startFakeAgent((_, response) => response.end('{}'));
  ends.push(() => agent.close());
  const address = parseHttpAddress(agent.address, 80);
  if (address === undefined) throw new Error('no address');
  const options = { address, tls: { verify: true }, maxConnections: 10, connections };
  const transport = new Transport('Consul', options, systemClock);
  ends.push(() => transport.close());
  return { agent, transport };
}

const ask = (transport: Transport) =>
  transport.exchange(
    { path: '/', headers: {}, packed: false, deadlineMs: 5000 },
    new AbortController().signal,
  );

const becomes = (agent: FakeAgent, connections: number) =>
  waitUntil(() => agent.connections === connections, { what: `${connections} connections` });

describe('connections', () => {
  it('are kept, and as many as may be idle', async () => {
    const { agent, transport } = await transportWith({ maxIdle: 2 });
    await Promise.all([1, 2, 3, 4, 5].map(() => ask(transport)));
    await becomes(agent, 2);
    expect((await ask(transport)).status).toBe(200);
    expect(agent.connections).toBe(2);
  });

  it('are closed when they were idle for long enough', async () => {
    const { agent, transport } = await transportWith({ idleTimeoutMs: 100 });
    await ask(transport);
    expect(agent.connections).toBe(1);
    await becomes(agent, 0);
    expect((await ask(transport)).status).toBe(200);
  });

  it('serve one request each where they are not to be reused', async () => {
    const { agent, transport } = await transportWith({ reuse: false });
    await ask(transport);
    await becomes(agent, 0);
    expect((await ask(transport)).status).toBe(200);
  });

  it('carry the requests of another client too, in whatever way it writes the address', async () => {
    const { agent, transport } = await transportWith({});
    await ask(transport);
    const { port } = new URL(agent.address);
    for (const host of ['127.0.0.1', 'localhost']) {
      const reply = get({ host, port, family: 4, agent: transport.lend() });
      const [answer] = (await once(reply, 'response')) as [IncomingMessage];
      await once(answer.resume(), 'end');
    }
    expect(agent.connections).toBe(1);
    expect(transport.usage().sockets).toBe(1);
  });
});
