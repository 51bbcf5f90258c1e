import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../core/errors.ts';

/** This process is the one that writes a destination, until it releases the claim or ends, in whatever way. */
export interface Claim {
  readonly granted: true;
  release(): Promise<void>;
}

/** Another process writes the destination. */
export interface RefusedClaim {
  readonly granted: false;
  /** The other process, as it says itself; absent where it does not answer. */
  readonly holderPid?: number;
}

/**
 * The whole of `sun_path` (unix(7)) after the leading NUL. Shorter names are padded by the libuv of Node 20 and not by
 * newer ones, and would be two names.
 */
const NAME_LENGTH = 107;
const ANSWER_TIMEOUT_MS = 500;

/**
 * Makes sure that one process writes a destination: listens on an abstract unix socket that is named after the real path.
 * The kernel gives a name to one process and takes it back when that process dies, so there is no lock file to go
 * stale. It reaches as far as the network namespace does: two containers do not see each other. Where such sockets do not exist,
 * or can't be had (no descriptors left), the claim is granted: it is there to warn, and must not be what stops a start.
 */
export async function claimDestination(absolutePath: string): Promise<Claim | RefusedClaim> {
  if (process.platform !== 'linux') return unguarded();
  const name = socketName(await realPathOf(absolutePath));
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(`${process.pid}\n`, () => socket.destroy());
    socket.unref();
  });
  try {
    await listen(server, name);
  } catch (error) {
    return systemCode(error) === 'EADDRINUSE' ? refused(await askHolder(name)) : unguarded();
  }
  server.unref();
  return {
    granted: true,
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function unguarded(): Claim {
  return { granted: true, release: async () => undefined };
}

function refused(holderPid: number | undefined): RefusedClaim {
  return { granted: false, ...(holderPid === undefined ? {} : { holderPid }) };
}

function socketName(path: string): string {
  const hash = createHash('sha512').update(path).digest('hex');
  return `\0autotmpl/${hash}`.slice(0, NAME_LENGTH + 1);
}

/** The path with no symbolic link in it. The file itself, or what is above it, may not exist yet. */
export async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(await realPathOf(folder), basename(path));
  }
}

function listen(server: Server, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(name, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve();
    });
  });
}

function askHolder(name: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(name);
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.length > 20) socket.destroy();
    });
    socket.on('close', () => resolve(/^\d{1,10}\n$/.test(answer) ? Number(answer) : undefined));
  });
}
