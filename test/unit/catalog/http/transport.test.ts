import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseHttpAddress } from '../../../../src/catalog/http/address.ts';
import type { ConnectionRules } from '../../../../src/catalog/http/options.ts';
import { IDLE_TIMEOUT_MS, Transport } from '../../../../src/catalog/http/transport.ts';
import { systemClock } from '../../../../src/core/time.ts';
import { startFakeAgent, type FakeAgent } from '../../../support/fake-agent.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function transportWith(connections: ConnectionRules) {
  const agent = await startFakeAgent((_, response) => {
    // Node's own server would say that it closes idle connections after five seconds; Consul closes none.
    response.writeHead(200, { connection: 'keep-alive', 'keep-alive': 'timeout=600' }).end('{}');
  });
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

  it('are closed after a minute and a half where nobody says otherwise', async () => {
    const sockets: Socket[] = [];
    const note = (message: unknown): void => {
      sockets.push((message as { readonly socket: Socket }).socket);
    };
    subscribe('net.client.socket', note);
    ends.push(() => void unsubscribe('net.client.socket', note));
    const { agent, transport } = await transportWith({});
    await ask(transport);
    await waitUntil(() => sockets[0]?.timeout === IDLE_TIMEOUT_MS, { what: 'an idle socket' });
    expect(IDLE_TIMEOUT_MS).toBe(90_000);
    // What the system's timer would say then.
    sockets[0]?.emit('timeout');
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
