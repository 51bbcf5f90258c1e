import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { LogFileSettings } from '../config/log-settings.ts';
import { AutotmplError, describeError, systemCode } from '../core/errors.ts';
import { isForEverybody, isOurs, strangeSign } from '../core/strangers.ts';

/** Only we and our group read it: a log may tell more than its reader should know. */
const MODE = 0o640;
const NANOSECONDS = 1_000_000n;

/**
 * A log file that is followed by another when it is too long or too old. Lines reach it at once: those before a crash are what it
 * is for. Its older files are called `NAME-TIME.EXT`, the time in nanoseconds since 1970 as in consul-template; what is called so
 * and is not ours is removed like ours.
 */
export class RotatingFile {
  readonly #settings: LogFileSettings;
  readonly #now: () => number;
  readonly #complain: (sentence: string) => void;
  #path: string;
  #descriptor: number;
  #bytes: number;
  #since: number;
  #lastStamp = 0n;
  #complained = false;

  /** Opens it; throws an AutotmplError (`output`) where that cannot be. `complain` hears what is lost later on. */
  constructor(
    settings: LogFileSettings,
    complain: (sentence: string) => void,
    now: () => number = Date.now,
  ) {
    this.#settings = settings;
    this.#complain = complain;
    this.#now = now;
    this.#path = settings.naming === 'plain' ? settings.path : this.#stamped();
    this.#descriptor = open(this.#path);
    const { size, birthtimeMs } = fstatSync(this.#descriptor);
    this.#bytes = size;
    // What an earlier run began goes on to age.
    this.#since = size === 0 ? now() : Math.min(birthtimeMs, now());
    this.#prune();
  }

  /** A full disk loses lines, and ends nothing. */
  write(line: string): void {
    try {
      if (this.#isDue()) this.#rotate();
      this.#bytes += writeSync(this.#descriptor, line);
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      this.#complainOnce(error);
    }
  }

  /** Opens the file anew, which somebody may have moved away. */
  reopen(): void {
    this.#replaceBy(open(this.#path));
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #isDue(): boolean {
    const { rotateBytes, rotateDurationMs } = this.#settings;
    if (this.#bytes === 0) return false;
    const isLong = rotateBytes > 0 && this.#bytes >= rotateBytes;
    return isLong || (rotateDurationMs > 0 && this.#now() - this.#since >= rotateDurationMs);
  }

  #rotate(): void {
    const { naming, path } = this.#settings;
    if (naming === 'stamped') {
      this.#path = this.#stamped();
    } else if (isSame(path, this.#descriptor)) {
      // Where somebody else has moved it away, there is nothing to move.
      renameSync(path, this.#stamped());
    }
    this.#replaceBy(open(this.#path));
    this.#prune();
  }

  #replaceBy(descriptor: number): void {
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#bytes = fstatSync(descriptor).size;
    this.#since = this.#now();
  }

  /** Removes the oldest of the older files, where there are more than are kept. */
  #prune(): void {
    const { rotateMaxFiles } = this.#settings;
    if (rotateMaxFiles === 0) return;
    const folder = dirname(this.#settings.path);
    const { before, after } = this.#nameParts();
    const older = readdirSync(folder)
      .filter((name) => name.startsWith(`${before}-`) && name.endsWith(after))
      .filter((name) => /^\d+$/.test(name.slice(before.length + 1, name.length - after.length)))
      .filter((name) => join(folder, name) !== this.#path)
      .sort();
    const kept = Math.max(0, rotateMaxFiles);
    for (const name of older.slice(0, Math.max(0, older.length - kept))) {
      rmSync(join(folder, name), { force: true });
    }
  }

  #stamped(): string {
    const { before, after } = this.#nameParts();
    const stamp = BigInt(Math.floor(this.#now())) * NANOSECONDS;
    this.#lastStamp = stamp > this.#lastStamp ? stamp : this.#lastStamp + 1n;
    return join(dirname(this.#settings.path), `${before}-${this.#lastStamp}${after}`);
  }

  #nameParts(): { readonly before: string; readonly after: string } {
    const name = basename(this.#settings.path);
    const extension = extname(name);
    return { before: basename(name, extension), after: extension === '' ? '.log' : extension };
  }

  #complainOnce(error: unknown): void {
    if (this.#complained) return;
    this.#complained = true;
    const { path } = this.#settings;
    this.#complain(`the log file ${path} loses lines: ${describeError(error)}`);
  }
}

function isSame(path: string, descriptor: number): boolean {
  try {
    return statSync(path).ino === fstatSync(descriptor).ino;
  } catch {
    return false;
  }
}

/**
 * Links are what images lead a log to /dev/stdout by. One that a stranger made where everybody may make files is not followed: lines
 * hold what others wrote, and would land in any file that he chose.
 */
function mayFollow(path: string): boolean {
  const link = lstatSync(path, { throwIfNoEntry: false });
  return link === undefined || isOurs(link) || !isForEverybody(statSync(dirname(path)));
}

function open(path: string): number {
  try {
    const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
    const links = mayFollow(path) ? 0 : O_NOFOLLOW;
    const descriptor = openSync(path, O_APPEND | O_CREAT | O_WRONLY | links, MODE);
    const file = fstatSync(descriptor);
    if (!file.isFile() || strangeSign(path, file) === undefined) return descriptor;
    closeSync(descriptor);
    throw new Error(
      'it is the file of another user, or has another name elsewhere, and everybody may write to its folder',
    );
  } catch (error) {
    const why = systemCode(error) ?? describeError(error);
    throw new AutotmplError('output', `the log file ${path} cannot be opened (${why})`, {
      advice: 'its folder must exist, and we must be allowed to write there',
      cause: error,
    });
  }
}
