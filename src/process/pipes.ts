import { execFile } from 'node:child_process';
import { chownSync, closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** In the system's numbers. */
interface PipeOwner {
  readonly uid?: number;
  readonly gid?: number;
}

/** A pipe of the kernel: what one process writes, we read. */
export interface Pipe {
  readonly reader: Socket;
  /** For the child; close it here once the child has it, or the pipe never ends. */
  readonly writer: number;
}

/** With a read-only root, the folder for temporary files may be so, too; in every container this one can be written to. */
const MEMORY_FOLDER = '/dev/shm';

/** How the names of folders begin that hold pipes until both their ends are open. */
export const PIPE_FOLDER = 'autotmpl-pipe-';

/** Where they are made: in the first of these that takes one. */
export function pipeParents(): readonly string[] {
  return [tmpdir(), MEMORY_FOLDER];
}

/**
 * Makes real pipes for the output of one command; undefined where the system lets us make none. `owner` is who may open them by
 * their names, if that is not us.
 *
 * What Node itself gives a child are sockets, and a socket cannot be opened by its name: a program whose log is a link to
 * /dev/stderr, as nginx's in its official image, would end with ENXIO. Node has no pipe(2); a named pipe that loses its
 * name as soon as both ends are open is the same thing.
 */
export async function openPipes(
  owner: PipeOwner = {},
): Promise<{ stdout: Pipe; stderr: Pipe } | undefined> {
  for (const parent of pipeParents()) {
    const pipes = await openPipesIn(parent, owner);
    if (pipes !== undefined) return pipes;
  }
  return undefined;
}

async function openPipesIn(
  parent: string,
  { uid, gid }: PipeOwner,
): Promise<{ stdout: Pipe; stderr: Pipe } | undefined> {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(parent, PIPE_FOLDER));
    const paths = { stdout: join(folder, 'stdout'), stderr: join(folder, 'stderr') };
    await promisify(execFile)('mkfifo', ['-m', '600', paths.stdout, paths.stderr]);
    if (uid !== undefined && gid !== undefined) {
      for (const path of Object.values(paths)) chownSync(path, uid, gid);
    }
    return { stdout: openPipe(paths.stdout), stderr: openPipe(paths.stderr) };
  } catch {
    return undefined;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function openPipe(path: string): Pipe {
  // In this order neither open waits for the other end.
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const writer = openSync(path, constants.O_WRONLY);
    return { reader: new Socket({ fd: reader, readable: true, writable: false }), writer };
  } catch (error) {
    closeSync(reader);
    throw error;
  }
}
