import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { constants, createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureConsul } from '../../../../scripts/consul.mjs';
import { NegotiatedTransport } from '../../../../src/catalog/http/negotiated-transport.ts';
import type { HttpRequest } from '../../../../src/catalog/http/exchange.ts';
import type { TransportOptions } from '../../../../src/catalog/http/transport.ts';
import { systemClock, type Clock } from '../../../../src/core/time.ts';
import { makeCertificates, type TestCertificates } from '../../../support/certificates.ts';
import {
  startFakeHttp2Agent,
  type FakeHttp2Agent,
  type StreamHandler,
} from '../../../support/fake-http2-agent.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const WAIT: Partial<HttpRequest> = { holdsMs: 60_000, deadlineMs: 80_000 };

let folder: string;
let certificates: TestCertificates;
const ends: (() => unknown)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autotmpl-negotiated-'));
  certificates = await makeCertificates(folder);
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function transportTo(
  port: number,
  options: Partial<TransportOptions> = {},
  clock: Clock = systemClock,
): NegotiatedTransport {
  const transport = new NegotiatedTransport(
    'Consul',
    {
      address: { transport: 'tcp', secure: true, host: '127.0.0.1', port, pathPrefix: '/prefix' },
      tls: { caFile: certificates.caFile, verify: true },
      maxConnections: 10,
      ...options,
    },
    clock,
  );
  ends.push(() => transport.close());
  return transport;
}

async function agentThat(
  handler: StreamHandler,
  options: Parameters<typeof startFakeHttp2Agent>[2] = {},
): Promise<FakeHttp2Agent> {
  const agent = await startFakeHttp2Agent(certificates, handler, options);
  ends.push(() => agent.close());
  return agent;
}

function ask(
  transport: NegotiatedTransport,
  path: string,
  overrides: Partial<HttpRequest> = {},
  signal = new AbortController().signal,
) {
  const asked = transport.exchange(
    { path, headers: {}, packed: false, deadlineMs: 10_000, ...overrides },
    signal,
  );
  asked.catch(() => undefined);
  return asked;
}

const failureOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'no failure',
    (error: unknown) => (error as { failure?: string }).failure ?? error,
  );

/** Answers at once what does not wait, and keeps the streams of what does. */
function holding() {
  const held: ServerHttp2Stream[] = [];
  const handler: StreamHandler = (stream, headers) => {
    if (headers[':path']?.includes('wait') === true) {
      held.push(stream);
      stream.on('close', () => held.splice(held.indexOf(stream), 1));
    } else {
      stream.respond({ ':status': 200 });
      stream.end('{}');
    }
  };
  return { held, handler };
}

const becomes = (what: string, isSo: () => boolean) => waitUntil(isSo, { what });

/** An agent that says HTTP/2 in the handshake, and then whatever `speak` does. */
async function tlsAgent(protocols: readonly string[], speak: (socket: TLSSocket) => void) {
  const sockets = new Set<TLSSocket>();
  const server = createTls(
    {
      cert: await readFile(certificates.serverCertFile),
      key: await readFile(certificates.serverKeyFile),
      ALPNProtocols: [...protocols],
    },
    (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      speak(socket);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The frame that says nothing about any limit. */
const EMPTY_SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);

describe('an exchange over HTTP/2', () => {
  it('carries a question with its headers, and gives a whole answer', async () => {
    let seen: unknown;
    const agent = await agentThat((stream, headers) => {
      seen = headers;
      stream.respond({ ':status': 404, 'x-consul-index': '7' });
      stream.end('nothing');
    });
    const transport = transportTo(agent.port, { auth: { username: 'a', password: 'b' } });
    const reply = await ask(transport, '/v1/kv/a', { headers: { 'x-consul-token': 't' } });
    expect(reply).toMatchObject({ status: 404, headers: { 'x-consul-index': '7' } });
    expect(reply.body.toString()).toBe('nothing');
    expect(seen).toMatchObject({
      ':method': 'GET',
      ':path': '/prefix/v1/kv/a',
      'x-consul-token': 't',
      'user-agent': 'autotmpl',
      authorization: 'Basic YTpi',
    });
    expect(transport.usage()).toMatchObject({ protocol: 'HTTP/2', sockets: 1, exchanges: 0 });
  });

  it('carries what is written', async () => {
    const agent = await agentThat((stream, headers) => {
      stream.respond({ ':status': 200 });
      void stream.toArray().then((chunks: Buffer[]) => {
        stream.end(`${headers[':method']} ${Buffer.concat(chunks).toString()}`);
      });
    });
    const reply = await ask(transportTo(agent.port), '/v1/txn', { write: { a: 'ö' } });
    expect(reply.body.toString()).toBe('PUT {"a":"ö"}');
  });

  it('unpacks an answer that came packed, and leaves the body of no news', async () => {
    const agent = await agentThat((stream, headers) => {
      const isPacked = headers['accept-encoding'] === 'gzip';
      stream.respond({ ':status': 200, ...(isPacked && { 'content-encoding': 'gzip' }) });
      stream.end(isPacked ? gzipSync('packed') : 'plain');
    });
    const transport = transportTo(agent.port);
    expect((await ask(transport, '/', { packed: true })).body.toString()).toBe('packed');
    const reply = await ask(transport, '/', { bringsNothing: ({ status }) => status === 200 });
    expect(reply.body.toString()).toBe('');
  });

  it('is over at its deadline, however slowly the body goes on, and hinders no other', async () => {
    const agent = await agentThat((stream, headers) => {
      stream.respond({ ':status': 200 });
      if (headers[':path'] === '/prefix/slow') {
        const drip = setInterval(() => stream.write('x'), 20);
        stream.on('close', () => clearInterval(drip));
      } else stream.end('quick');
    });
    const transport = transportTo(agent.port);
    const slow = ask(transport, '/slow', { deadlineMs: 400 });
    expect((await ask(transport, '/quick')).body.toString()).toBe('quick');
    expect(await failureOf(slow)).toBe('timeout');
    expect((await ask(transport, '/quick')).body.toString()).toBe('quick');
    expect(agent.opened).toBe(1);
  });

  it('takes no answer of more than 64 MB, and goes on with the others', async () => {
    const piece = Buffer.alloc(1024 * 1024);
    const agent = await agentThat((stream, headers) => {
      stream.respond({ ':status': 200 });
      if (headers[':path'] !== '/prefix/large') return void stream.end('small');
      const pour = (): void => {
        while (!stream.destroyed && stream.write(piece));
      };
      stream.on('drain', pour);
      pour();
    });
    const transport = transportTo(agent.port);
    expect(await failureOf(ask(transport, '/large'))).toBe('tooLarge');
    expect((await ask(transport, '/small')).body.toString()).toBe('small');
    expect(agent.opened).toBe(1);
  });

  it.each([
    ['taken back without a word', (stream: ServerHttp2Stream) => stream.close(0)],
    ['taken back', (stream: ServerHttp2Stream) => stream.close(constants.NGHTTP2_CANCEL)],
    ['broken off', (stream: ServerHttp2Stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR)],
    ['lost with its connection', (stream: ServerHttp2Stream) => stream.session?.destroy()],
  ])('makes no answer of a body that is %s', async (_, end) => {
    const agent = await agentThat((stream) => {
      stream.respond({ ':status': 200, 'content-length': '100' });
      stream.write('half of it', () => setTimeout(() => end(stream), 20));
    });
    expect(await failureOf(ask(transportTo(agent.port), '/'))).toBe('cut');
  });

  it.each([
    ['REFUSED_STREAM', constants.NGHTTP2_REFUSED_STREAM],
    ['INTERNAL_ERROR', constants.NGHTTP2_INTERNAL_ERROR],
    ['NO_ERROR', constants.NGHTTP2_NO_ERROR],
  ])('is reset where the server answers with %s', async (_, code) => {
    const agent = await agentThat((stream) => stream.close(code));
    expect(await failureOf(ask(transportTo(agent.port), '/'))).toBe('reset');
  });

  it('tells the server when nobody listens any more, and leaves the connection to the others', async () => {
    const { held, handler } = holding();
    const agent = await agentThat(handler);
    const transport = transportTo(agent.port);
    const controller = new AbortController();
    const reason = new Error('enough');
    const waiting = ask(transport, '/wait', WAIT, controller.signal);
    await becomes('a question that waits', () => held.length === 1);
    const [stream] = held;
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await becomes('a stream that is closed', () => held.length === 0);
    expect(stream?.rstCode).toBe(constants.NGHTTP2_CANCEL);
    expect((await ask(transport, '/')).status).toBe(200);
    expect(agent.opened).toBe(1);
  });
});

describe('connections that are shared', () => {
  it('are as few as carry what waits, with room on each for what does not', async () => {
    const { held, handler } = holding();
    const agent = await agentThat(handler, { maxStreams: 10 });
    const transport = transportTo(agent.port);
    expect(transport.capacity).toBe(10);
    for (let count = 0; count < 20; count++) void ask(transport, '/wait', WAIT);
    await becomes('all of them to wait', () => held.length === 20);
    expect(agent.opened).toBe(3);
    expect(agent.mostStreams).toBe(8);
    expect(transport.capacity).toBe(100);
    expect(transport.usage()).toEqual({
      ...{ protocol: 'HTTP/2', sockets: 3, maxSockets: 10, exchanges: 20 },
    });
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => ask(transport, '/now')));
    expect(agent.opened).toBe(3);
  });

  it('are filled to what the server takes, and never beyond, where there may be no more of them', async () => {
    const { held, handler } = holding();
    const agent = await agentThat(handler, { maxStreams: 10 });
    const transport = transportTo(agent.port, { maxConnections: 2 });
    for (let count = 0; count < 25; count++) void ask(transport, '/wait', WAIT);
    await becomes('as many to wait as there is room for', () => held.length === 18);
    await Promise.all(Array.from({ length: 20 }, () => ask(transport, '/now')));
    expect(held).toHaveLength(18);
    expect(agent.opened).toBe(2);
    expect(agent.mostStreams).toBe(10);
  });

  it('are no more than the server grants: the others carry what they can', async () => {
    const { held, handler } = holding();
    const agent = await agentThat(handler, { maxStreams: 10 });
    const transport = transportTo(agent.port);
    await ask(transport, '/now');
    agent.turnAway();
    const waiting = Array.from({ length: 12 }, () => ask(transport, '/wait', WAIT));
    expect(await Promise.race(waiting.map(failureOf))).toBe('limit');
    await becomes('as many to wait as there is room for', () => held.length === 9);
    expect(await failureOf(ask(transport, '/wait', WAIT))).toBe('limit');
    expect((await ask(transport, '/now')).status).toBe(200);
    expect(transport.capacity).toBe(10);
    expect(agent.opened).toBe(1);
  });

  it('are fewer from when one is kept for what only HTTP/1.1 carries', async () => {
    const { held, handler } = holding();
    const agent = await agentThat(handler, { maxStreams: 10 });
    const transport = transportTo(agent.port, { maxConnections: 3 });
    const waiting = Array.from({ length: 20 }, () => ask(transport, '/wait', WAIT));
    await becomes('all of them to wait', () => held.length === 20);
    expect(agent.sessions).toHaveLength(3);
    transport.keepForLending();
    expect(await Promise.race(waiting.map(failureOf))).toBe('reset');
    await becomes('one to be closed', () => agent.sessions.length === 2);
    expect(transport.usage()).toMatchObject({ protocol: 'HTTP/2', sockets: 2, maxSockets: 3 });
  });

  it('are one of HTTP/1.1 where that is all there may be, and it is needed', async () => {
    const server = createSecureServer(
      {
        cert: await readFile(certificates.serverCertFile),
        key: await readFile(certificates.serverKeyFile),
        allowHTTP1: true,
      },
      (request, response) => response.end(request.httpVersion),
    );
    const sockets = new Set<TLSSocket>();
    let most = 0;
    server.on('secureConnection', (socket: TLSSocket) => {
      most = Math.max(most, sockets.add(socket).size);
      socket.on('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const transport = transportTo((server.address() as AddressInfo).port, { maxConnections: 1 });
    const versionOf = async () => (await ask(transport, '/now')).body.toString();
    expect(await versionOf()).toBe('2.0');
    transport.keepForLending();
    await becomes('the connection to be closed', () => sockets.size === 0);
    expect(await versionOf()).toBe('1.1');
    expect(transport.capacity).toBe(1);
    expect(transport.usage()).toMatchObject({ protocol: 'HTTP/1.1', sockets: 1, maxSockets: 1 });
    expect(most).toBe(1);
  });

  it('count what was given up for as long as the server may go on with it', async () => {
    const { held, handler } = holding();
    const clock = new ManualClock();
    const agent = await agentThat(handler, { maxStreams: 10 });
    const transport = transportTo(agent.port, { maxConnections: 1 }, clock);
    const controller = new AbortController();
    for (let count = 0; count < 9; count++) {
      void ask(transport, '/wait', WAIT, controller.signal);
    }
    await becomes('the connection to be full', () => held.length === 9);
    controller.abort();
    const next = ask(transport, '/wait', WAIT);
    await becomes('nothing to wait', () => held.length === 0);
    await clock.advance(59_000);
    expect(held).toHaveLength(0);
    await clock.advance(1000);
    await becomes('the next to wait', () => held.length === 1);
    expect(agent.opened).toBe(1);
    transport.close();
    expect(await failureOf(next)).toBe('reset');
    await becomes('all timers to be gone', () => clock.pending === 0);
  });

  it('are closed when they carried nothing for long', async () => {
    const { handler } = holding();
    const agent = await agentThat(handler);
    const transport = transportTo(agent.port, { connections: { idleTimeoutMs: 100 } });
    await ask(transport, '/');
    await becomes('no connection', () => agent.sessions.length === 0);
    expect((await ask(transport, '/')).status).toBe(200);
    expect(agent.opened).toBe(2);
  });

  it('take nothing new once the server said goodbye, and bring what is under way to its end', async () => {
    const { held, handler } = holding();
    const agent = await agentThat(handler);
    const transport = transportTo(agent.port);
    const waiting = ask(transport, '/wait', WAIT);
    await becomes('a question that waits', () => held.length === 1);
    agent.sessions[0]?.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
    await becomes('another connection to be used', () => {
      void ask(transport, '/');
      return agent.opened === 2;
    });
    held[0]?.respond({ ':status': 200 });
    held[0]?.end('at last');
    expect((await waiting).body.toString()).toBe('at last');
    await becomes('the first one to be closed', () => agent.sessions.length === 1);
  });

  it('fail what the server says goodbye to, so that it is asked anew', async () => {
    const { held, handler } = holding();
    const agent = await agentThat(handler);
    const transport = transportTo(agent.port);
    const waiting = ask(transport, '/wait', WAIT);
    await becomes('a question that waits', () => held.length === 1);
    agent.sessions[0]?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0);
    expect(await failureOf(waiting)).toBe('reset');
    expect((await ask(transport, '/')).status).toBe(200);
    expect(agent.opened).toBe(2);
  });

  it('do not wait for a goodbye where there may be only one of them', async () => {
    const { held, handler } = holding();
    const agent = await agentThat(handler);
    const transport = transportTo(agent.port, { maxConnections: 1 });
    const waiting = ask(transport, '/wait', WAIT);
    await becomes('a question that waits', () => held.length === 1);
    agent.sessions[0]?.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
    await becomes('another connection to be used', () => {
      void ask(transport, '/');
      return agent.opened === 2;
    });
    expect(await failureOf(waiting)).toBe('reset');
  });

  it('are made with new certificates when they are there, and those with the old ones run empty', async () => {
    const own = join(folder, 'own.pem');
    const ownKey = join(folder, 'own-key.pem');
    await copyFile(certificates.clientCertFile, own);
    await copyFile(certificates.clientKeyFile, ownKey);
    const { held, handler } = holding();
    const shown: string[] = [];
    const agent = await agentThat(
      (stream, headers) => {
        shown.push((stream.session?.socket as TLSSocket).getPeerCertificate().fingerprint);
        handler(stream, headers);
      },
      { requestCert: true },
    );
    const clock = new ManualClock();
    const tls = { caFile: certificates.caFile, certFile: own, keyFile: ownKey, verify: true };
    const transport = transportTo(agent.port, { tls }, clock);
    const waiting = ask(transport, '/wait', WAIT);
    await becomes('a question that waits', () => held.length === 1);

    await promisify(execFile)(await ensureConsul(), ['tls', 'cert', 'create', '-client'], {
      cwd: folder,
    });
    await copyFile(join(folder, 'dc1-client-consul-1.pem'), own);
    await copyFile(join(folder, 'dc1-client-consul-1-key.pem'), ownKey);
    await clock.advance(5001);
    await ask(transport, '/now');
    expect(agent.opened).toBe(2);
    expect(new Set(shown).size).toBe(2);

    held[0]?.respond({ ':status': 200 });
    held[0]?.end('by the old one');
    expect((await waiting).body.toString()).toBe('by the old one');
    for (let turn = 0; turn < 4; turn++) {
      await clock.advance(10_000);
      await ask(transport, '/now');
    }
    await becomes('the old one to be closed', () => agent.sessions.length === 1);
  });
});

describe('a server that hangs', () => {
  it('is found out by a ping, on a connection on which questions wait', async () => {
    const clock = new ManualClock();
    const port = await tlsAgent(['h2'], (socket) => socket.write(EMPTY_SETTINGS));
    const transport = transportTo(port, {}, clock);
    const waiting = ask(transport, '/wait', WAIT);
    await becomes('a question that waits', () => transport.usage().exchanges === 1);
    let isOver = false;
    void waiting.catch(() => (isOver = true));
    await clock.advance(14_000);
    expect(isOver).toBe(false);
    await clock.advance(1001);
    expect(await failureOf(waiting)).toBe('hung');
  });

  it('is not one that answers the ping', async () => {
    const { held, handler } = holding();
    const clock = new ManualClock();
    const agent = await agentThat(handler);
    const transport = transportTo(agent.port, {}, clock);
    let pings = 0;
    const waiting = ask(transport, '/wait', WAIT);
    await becomes('a question that waits', () => held.length === 1);
    agent.sessions[0]?.on('ping', () => pings++);
    for (let turn = 1; turn <= 3; turn++) {
      await clock.advance(10_000);
      await becomes('a ping', () => pings === turn);
      // Its answer is on the way.
      await ask(transport, '/now');
    }
    await clock.advance(5000);
    held[0]?.respond({ ':status': 200 });
    held[0]?.end('there');
    expect((await waiting).body.toString()).toBe('there');
  });

  it('is given up by whoever dials it', async () => {
    const port = await tlsAgent(['h2'], () => undefined);
    const transport = transportTo(port, { connections: { dialTimeoutMs: 200 } });
    expect(await failureOf(ask(transport, '/'))).toBe('timeout');
  });
});

describe('a connection that cannot be had', () => {
  it('is turned away by the limit where it is closed at once', async () => {
    const { handler } = holding();
    const agent = await agentThat(handler);
    agent.turnAway();
    expect(await failureOf(ask(transportTo(agent.port), '/'))).toBe('limit');
  });

  it.each([
    ['closes it', (socket: TLSSocket) => socket.destroy()],
    [
      'answers as to HTTP/1.1',
      (socket: TLSSocket) =>
        socket.end('HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n'),
    ],
  ])('is turned away by the limit where the server shakes hands and %s', async (_, speak) => {
    const port = await tlsAgent(['h2'], speak);
    expect(await failureOf(ask(transportTo(port), '/'))).toBe('limit');
  });

  it('is refused where nobody listens', async () => {
    const { handler } = holding();
    const agent = await agentThat(handler);
    const transport = transportTo(agent.port);
    await agent.close();
    ends.shift();
    expect(await failureOf(ask(transport, '/'))).toBe('refused');
    expect(await failureOf(ask(transport, '/'))).toBe('refused');
  });

  it('is one of a server whose certificate is not trusted', async () => {
    const { handler } = holding();
    const agent = await agentThat(handler);
    const transport = transportTo(agent.port, { tls: { verify: true } });
    expect(await failureOf(ask(transport, '/'))).toBe('tls');
    expect(agent.opened).toBe(0);
  });

  it('is one of a server that wants a certificate and gets none', async () => {
    const { handler } = holding();
    const agent = await agentThat(handler, { requestCert: true });
    expect(await failureOf(ask(transportTo(agent.port), '/'))).toBe('tls');
  });
});

describe('a server that speaks HTTP/1.1 only', () => {
  it('is asked in that, over as many connections as there may be', async () => {
    const server = createHttps(
      {
        cert: await readFile(certificates.serverCertFile),
        key: await readFile(certificates.serverKeyFile),
      },
      (request, response) => response.end(`${request.httpVersion} ${request.url}`),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => (server.closeAllConnections(), server.close()));
    const transport = transportTo((server.address() as AddressInfo).port);
    const replies = await Promise.all(['/a', '/b'].map((path) => ask(transport, path)));
    expect(replies.map(({ body }) => body.toString())).toEqual(['1.1 /prefix/a', '1.1 /prefix/b']);
    expect(transport.capacity).toBe(10);
    expect(transport.usage()).toMatchObject({ protocol: 'HTTP/1.1', maxSockets: 10 });
  });

  it('is what we are where connections are not to be kept', async () => {
    const versions: string[] = [];
    const server = createHttps(
      {
        cert: await readFile(certificates.serverCertFile),
        key: await readFile(certificates.serverKeyFile),
        ALPNProtocols: ['h2', 'http/1.1'],
      },
      (request, response) => {
        versions.push(request.httpVersion);
        response.end();
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => (server.closeAllConnections(), server.close()));
    const transport = transportTo((server.address() as AddressInfo).port, {
      connections: { reuse: false },
    });
    await ask(transport, '/');
    expect(versions).toEqual(['1.1']);
  });
});
