import type { Stats } from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** What chmod(2) sets. */
const PERMISSION_BITS = 0o7777;

/** More than a tick of any file system's clock. */
const YOUNG_MS = 50;

/** Mode and owner of a file. */
export interface Dress {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Mode and owner that a file has. */
export function dressOf({ mode, uid, gid }: Stats): Dress {
  return { mode: mode & PERMISSION_BITS, uid, gid };
}

/** What a file should be: its text, and the mode and owner that it had when it was last seen to hold it. */
export class ExpectedFile {
  /** A character for each byte: it takes what it holds, while zlib's own buffer keeps 16 kB alive for each file, however short. */
  readonly #packed: string;
  readonly #length: number;
  /** Texts in it that must not be shown. */
  readonly secrets: ReadonlySet<string>;
  #dress: Dress | undefined;
  #seen: string | undefined;

  constructor(text: string, secrets: ReadonlySet<string>) {
    const bytes = Buffer.from(text);
    this.#length = bytes.length;
    // Kept for a thousand files, and hardly ever read.
    this.#packed = deflateRawSync(bytes, { level: 1 }).toString('latin1');
    this.secrets = secrets;
  }

  /** Its bytes. */
  get bytes(): Buffer {
    return inflateRawSync(Buffer.from(this.#packed, 'latin1'));
  }

  /** How many bytes it has. */
  get length(): number {
    return this.#length;
  }

  /** Mode and owner; undefined where the file was never seen to be right. */
  get dress(): Dress | undefined {
    return this.#dress;
  }

  /** Whether this is the very file that was found to be right, untouched since. */
  isSeen(stat: Stats): boolean {
    return this.#seen === stampOf(stat);
  }

  /** The file is right as it is now, by the clock of its file system. */
  see(stat: Stats): void {
    this.#dress ??= dressOf(stat);
    // Another change within the same tick of that clock would leave the same stamp: what is so young is read again.
    this.#seen = Date.now() - stat.ctimeMs < YOUNG_MS ? undefined : stampOf(stat);
  }
}

/** Differs for another file, and for the same one after any change: whatever changes it sets its ctime (inode(7)). */
function stampOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}
