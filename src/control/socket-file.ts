import { chmod, link, lstat, mkdtemp, rename, rm, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { AutotmplError, describeError, systemCode } from '../core/errors.ts';

/** What the system has room for in the address of a socket (sun_path, less its last NUL); macOS has 4 bytes less. */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103;
/** Who does not take a connection for so long is taken for alive: it may be busy. */
const CONNECT_WITHIN_MS = 1000;

/** The file of a socket that is ours. */
export interface SocketFile {
  /** Removes it, if it is still ours. */
  remove(): Promise<void>;
}

/**
 * Puts a listening socket at `path`. `listen` is given another path, in a folder that only we can enter; from there the socket comes
 * to its place with its permissions on it: there is no moment in which somebody else could connect. What a dead program left
 * there is replaced; what a living one listens on is refused. Throws an AutotmplError.
 */
export async function placeSocket(
  path: string,
  mode: number,
  listen: (path: string) => Promise<unknown>,
): Promise<SocketFile> {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new AutotmplError('config', `the path of the control socket is too long: ${path}`, {
      advice: `the system allows ${LONGEST_PATH} bytes`,
    });
  }
  const folder = await privateFolder(path);
  try {
    const staged = join(folder, 's');
    await listen(staged);
    await chmod(staged, mode);
    const { ino, dev } = await lstat(staged);
    await takePlace(staged, path, folder);
    return {
      remove: async () => {
        const present = await lstat(path).catch(() => undefined);
        if (present?.ino === ino && present.dev === dev) await rm(path, { force: true });
      },
    };
  } catch (error) {
    throw error instanceof AutotmplError ? error : unusable(path, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function privateFolder(path: string): Promise<string> {
  try {
    // Short: its own path, with the socket in it, has to fit as well. mkdtemp makes it for us alone (0700).
    return await mkdtemp(join(dirname(path), '.a'));
  } catch (error) {
    throw unusable(path, error);
  }
}

/** By a link, which fails where somebody is: of two programs that start together one must hear of the other. */
async function takePlace(staged: string, path: string, folder: string): Promise<void> {
  for (let round = 0; round < 2; round++) {
    try {
      await link(staged, path);
      await unlink(staged);
      return;
    } catch (error) {
      const code = systemCode(error);
      if (code !== 'EEXIST') {
        // A file system without links.
        if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP') {
          return rename(staged, path);
        }
        throw error;
      }
      await removeStale(path, folder);
    }
  }
  throw taken(path);
}

async function removeStale(path: string, folder: string): Promise<void> {
  const seen = await lstat(path).catch(() => undefined);
  if (seen === undefined) return;
  if (!seen.isSocket()) {
    throw new AutotmplError('config', `${path} is there, and is no socket: it is not replaced`, {
      advice: 'give the control socket another path, or move that file away',
    });
  }
  if (await isAlive(path)) throw taken(path);
  const aside = join(folder, basename(path) === 's' ? 't' : basename(path));
  await rename(path, aside).catch(() => undefined);
  const removed = await lstat(aside).catch(() => undefined);
  if (removed === undefined || removed.ino === seen.ino) return;
  // Somebody else took the place between the two looks; that one lives.
  await link(aside, path).catch(() => undefined);
  throw taken(path);
}

/** Whether anybody listens: a socket that a dead program left refuses. */
async function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const timer = setTimeout(() => end(true), CONNECT_WITHIN_MS);
    const end = (alive: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => end(true));
    // EACCES, EAGAIN: somebody is there, who does not want us or has too much to do.
    socket.once('error', (error) => {
      end(!['ECONNREFUSED', 'ENOENT'].includes(systemCode(error) ?? ''));
    });
  });
}

function taken(path: string): AutotmplError {
  return new AutotmplError('config', `another program listens on the control socket ${path}`, {
    advice: 'stop it, or give each its own control.socket',
  });
}

function unusable(path: string, cause: unknown): AutotmplError {
  return new AutotmplError(
    'output',
    `the control socket ${path} cannot be made: ${describeError(cause)}`,
    { advice: `control.socket names another place, one where this user may write`, cause },
  );
}
