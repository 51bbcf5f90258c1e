import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../../../core/time.ts';
import { systemCode } from '../../../core/errors.ts';
import type { Certificates } from '../certificates.ts';
import { classifyFailure, ExchangeError } from '../exchange-error.ts';
import type { ConnectionRules, TlsOptions } from '../options.ts';
import { serverName } from '../server-name.ts';

/** Whom to dial, and how. */
export interface DialOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: Pick<TlsOptions, 'verify' | 'serverName'>;
  readonly certificates: Certificates;
  readonly rules: ConnectionRules;
  readonly clock: Clock;
}

/** Whoever does not accept a connection in this time is not there. */
const DIAL_TIMEOUT_MS = 10_000;
/** Idle time before the system asks whether the other side is still there. */
const TCP_KEEP_ALIVE_MS = 15_000;
/** Node's own 64 kB would have each long answer wait for us many times. */
const STREAM_WINDOW_BYTES = 1024 * 1024;
const SESSION_WINDOW_BYTES = 16 * 1024 * 1024;
/** Beyond Node's own 10 MB a session takes no new streams; two hundred long answers may pass that. */
const SESSION_MEMORY_MB = 256;
/** A server that refuses a connection does so at once. */
const TURNED_AWAY_WITHIN_MS = 1000;

/**
 * Opens a connection and resolves once the server has said how many streams it takes, which is when it can be used; with undefined
 * where it does not speak HTTP/2. Rejects with an {@link ExchangeError}; the connection is gone by then.
 */
export async function dial(
  options: DialOptions,
  signal: AbortSignal,
): Promise<ClientHttp2Session | undefined> {
  signal.throwIfAborted();
  const { host, port, tls, certificates, rules, clock } = options;
  const startedAt = clock.now();
  const socket = connectTls({
    host,
    port,
    secureContext: certificates.context(),
    rejectUnauthorized: tls.verify,
    ALPNProtocols: ['h2', 'http/1.1'],
    ...serverName(tls.serverName, { host }),
  });
  socket.setKeepAlive(true, rules.keepAliveMs ?? TCP_KEEP_ALIVE_MS);
  return new Promise((resolve, reject) => {
    let session: ClientHttp2Session | undefined;
    const release = (): void => {
      cancelDeadline();
      signal.removeEventListener('abort', abort);
      socket.removeListener('error', fail);
      socket.removeListener('close', close);
    };
    const end = (reason: unknown): void => {
      release();
      session?.destroy();
      socket.on('error', () => undefined).destroy();
      reject(reason instanceof Error ? reason : new Error(String(reason)));
    };
    const fail = (error?: unknown): void => end(turnedAway(error, clock.now() - startedAt));
    const close = (): void => fail();
    const abort = (): void => end(signal.reason);
    const cancelDeadline = clock.setTimer(
      () => end(new ExchangeError('timeout')),
      rules.dialTimeoutMs ?? DIAL_TIMEOUT_MS,
    );
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', fail);
    socket.once('close', close);
    socket.once('secureConnect', () => {
      if (socket.alpnProtocol !== 'h2') {
        release();
        socket.on('error', () => undefined).destroy();
        resolve(undefined);
        return;
      }
      const opened = speakHttp2(socket, host, port);
      session = opened;
      opened.once('error', fail);
      opened.once('close', close);
      opened.once('remoteSettings', () => {
        release();
        opened.removeListener('error', fail);
        opened.removeListener('close', close);
        resolve(opened);
      });
    });
  });
}

function speakHttp2(socket: TLSSocket, host: string, port: number): ClientHttp2Session {
  const name = host.includes(':') ? `[${host}]` : host;
  const session = connectHttp2(`https://${name}:${port}`, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
    maxSessionMemory: SESSION_MEMORY_MB,
  });
  session.once('connect', () => session.setLocalWindowSize(SESSION_WINDOW_BYTES));
  return session;
}

/**
 * Beyond its limit an agent closes a fresh connection without a word, or with words that are not HTTP/2's: what it would say to a
 * client of HTTP/1.1.
 */
function turnedAway(error: unknown, elapsedMs: number): ExchangeError {
  const isProtocol = systemCode(error)?.startsWith('ERR_HTTP2') ?? error === undefined;
  if (!isProtocol) {
    return classifyFailure(error, { reusedSocket: false, elapsedMs, answerBegan: false });
  }
  return new ExchangeError(elapsedMs < TURNED_AWAY_WITHIN_MS ? 'limit' : 'reset', error);
}
