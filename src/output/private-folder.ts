import { constants } from 'node:fs';
import { lstat, mkdir, open, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AutotmplError, systemCode } from '../core/errors.ts';
import { isOurs } from '../core/strangers.ts';
import { stageFile } from './atomic-write.ts';
import { fileError, READING } from './file-error.ts';
import { makeFolders, syncFolders } from './folders.ts';
import type { FileOptions } from './file-options.ts';

/** A longer file is none of ours. */
const LONGEST_BYTES = 64_000_000;
const FOLDER_MODE = 0o700;
const OTHERS_MAY_WRITE = 0o022;

const OPTIONS: FileOptions = {
  mode: 0o600,
  createDirs: false,
  backup: false,
  symlink: 'refuse',
  write: 'rename',
};

/** A file as it was kept. */
export interface PrivateFile {
  readonly text: string;
  /** When it was last written or touched, in milliseconds since the epoch. */
  readonly touchedAtMs: number;
}

/**
 * A folder that nobody but this user (and root) can read or write, for what is kept over restarts. Whatever others could have put there is
 * refused. Its functions throw an AutotmplError.
 */
export class PrivateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes it, and the one above, where they are missing, and makes sure that it is ours alone. */
  async ensure(): Promise<void> {
    try {
      const above = dirname(this.path);
      await makeFolders(above);
      await refuseStrangers(above);
      for (const folder of [above, this.path]) await makePrivate(folder);
    } catch (error) {
      throw fileError('Cannot make', this.path, error);
    }
    await this.#check();
  }

  /** Reads a file; undefined where there is none. */
  async read(name: string): Promise<PrivateFile | undefined> {
    const path = join(this.path, name);
    try {
      await this.#check();
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      const file = await open(path, flags);
      try {
        const { uid, mode, size, mtimeMs } = await file.stat();
        const isOurs = uid === process.geteuid?.() && (mode & OTHERS_MAY_WRITE) === 0;
        const isFile = (mode & constants.S_IFMT) === constants.S_IFREG;
        if (!isOurs || !isFile || size > LONGEST_BYTES) throw foreign(path);
        return { text: await file.readFile('utf8'), touchedAtMs: mtimeMs };
      } finally {
        await file.close();
      }
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw fileError(READING, path, error);
    }
  }

  /** Replaces a file atomically, or makes it. The caller makes it last with `sync`, once for many. */
  async write(name: string, text: string): Promise<void> {
    const staged = await stageFile(join(this.path, name), text, OPTIONS);
    await staged.commit();
  }

  /** Makes it last what was written. */
  async sync(): Promise<void> {
    await syncFolders([join(this.path, 'x')]);
  }

  /** Notes that a file is as good as if it had been written at this time. Does nothing where it cannot. */
  async touch(name: string, atMs: number): Promise<void> {
    await utimes(join(this.path, name), atMs / 1000, atMs / 1000).catch(() => undefined);
  }

  async #check(): Promise<void> {
    const entry = await lstat(this.path);
    const isOurs = entry.uid === process.geteuid?.() && (entry.mode & 0o077) === 0;
    if (!entry.isDirectory() || !isOurs) {
      throw new AutotmplError(
        'output',
        `Cannot use ${this.path}: others could read or write in it`,
        {
          advice: `Give a folder that belongs to this user and has mode 0700 (chmod 700 ${this.path}), and is no symbolic link.`,
        },
      );
    }
  }
}

/** Who owns the folder above could take ours away, and lay another in its place. */
async function refuseStrangers(folder: string): Promise<void> {
  for (const look of [lstat, stat]) {
    const entry = await look(folder).catch(() => undefined);
    if (entry === undefined || isOurs(entry)) continue;
    throw new AutotmplError(
      'output',
      `Cannot use ${folder}: it belongs to user ${entry.uid}, and others could write in it`,
      { advice: 'Give a folder that belongs to this user or to root.' },
    );
  }
}

async function makePrivate(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

function foreign(path: string): AutotmplError {
  return new AutotmplError('output', `Cannot use ${path}: others could have written it`, {
    advice: 'Remove it.',
  });
}
