import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import {
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TestCertificates } from './certificates.ts';

/** Answers one question, in whatever way an agent may and some more. */
export type StreamHandler = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/** A server for HTTP/2 that does what no real agent can be made to do. */
export interface FakeHttp2Agent {
  readonly port: number;
  /** The connections that are open, the oldest first. */
  readonly sessions: readonly ServerHttp2Session[];
  /** How many connections there were. */
  readonly opened: number;
  /** The most streams that one connection carried at a time. */
  readonly mostStreams: number;
  /** Takes no further connections, and closes each that comes. */
  turnAway(): void;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startFakeHttp2Agent(
  certificates: TestCertificates,
  handler: StreamHandler,
  options: { readonly maxStreams?: number; readonly requestCert?: boolean } = {},
): Promise<FakeHttp2Agent> {
  const { maxStreams = 250, requestCert = false } = options;
  const server = createSecureServer({
    cert: await readFile(certificates.serverCertFile),
    key: await readFile(certificates.serverKeyFile),
    ca: await readFile(certificates.caFile),
    requestCert,
    rejectUnauthorized: requestCert,
    settings: { maxConcurrentStreams: maxStreams },
  });
  const sessions: ServerHttp2Session[] = [];
  const sockets = new Set<TLSSocket>();
  let opened = 0;
  let mostStreams = 0;
  let isFull = false;
  server.on('connection', (socket: TLSSocket) => {
    if (isFull) socket.resetAndDestroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    opened++;
    sessions.push(session);
    let streams = 0;
    session.on('error', () => undefined);
    session.on('close', () => sessions.splice(sessions.indexOf(session), 1));
    session.on('stream', (stream, headers) => {
      mostStreams = Math.max(mostStreams, ++streams);
      stream.on('close', () => streams--);
      stream.on('error', () => undefined);
      handler(stream, headers);
    });
  });
  server.on('sessionError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sessions,
    get opened() {
      return opened;
    },
    get mostStreams() {
      return mostStreams;
    },
    turnAway() {
      isFull = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
