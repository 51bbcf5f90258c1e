import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { hashInSlices } from '../../core/hash-in-slices.ts';
import { removeLeftovers } from '../../output/leftovers.ts';
import { PrivateFolder } from '../../output/private-folder.ts';
import type { MadeOf } from '../ledger.ts';

/** A record as it is read. */
export interface LedgerRecord {
  readonly destination: string;
  readonly answers: MadeOf;
  readonly secret: ReadonlySet<string>;
}

/** How a record is written and read; `isSecret` is asked about pieces of a value, until one is secret; `read` throws for one that is damaged or of another version. */
export interface LedgerForm {
  write(
    destination: string,
    madeOf: MadeOf,
    isSecret: (id: string, text: string) => boolean,
  ): Promise<string>;
  read(text: string): LedgerRecord;
}

/** A record as it was found. */
export interface FoundRecord extends Omit<LedgerRecord, 'destination'> {
  /** When it was last written, or known to be true, in milliseconds since the epoch. */
  readonly touchedAtMs: number;
  /** Stands for its text. */
  readonly fingerprint: string;
}

/** A record as it is to be written. */
export interface DraftRecord {
  readonly text: string;
  /** Queries whose answers are left out of it. */
  readonly secret: ReadonlySet<string>;
  /** Stands for its text. */
  readonly fingerprint: string;
}

/** What files were made of, on disk: each destination has a record of its own in a private folder, so that programs that share the folder do not meet. */
export class Records {
  readonly #folder: PrivateFolder;
  readonly #form: LedgerForm;

  constructor(folder: string, form: LedgerForm) {
    this.#folder = new PrivateFolder(folder);
    this.#form = form;
  }

  /** The folder's path. */
  get folder(): string {
    return this.#folder.path;
  }

  /** Removes what a writer left behind that was killed. */
  async tidy(destinations: readonly string[]): Promise<void> {
    await removeLeftovers(
      destinations.map((destination) => join(this.folder, nameOf(destination))),
    );
  }

  /** Reads what is kept of a destination; undefined where nothing is. Throws where it cannot be read, or is no record of it. */
  async read(destination: string): Promise<FoundRecord | undefined> {
    const file = await this.#folder.read(nameOf(destination));
    if (file === undefined) return undefined;
    const { text, touchedAtMs } = file;
    const { answers, secret, ...record } = this.#form.read(text);
    if (record.destination !== destination) throw new Error('it is of another file');
    return { answers, secret, touchedAtMs, fingerprint: await fingerprintOf(text) };
  }

  /** The record of a destination, without the answers that hold a secret. */
  async draft(
    destination: string,
    madeOf: MadeOf,
    isSecret: (id: string, text: string) => boolean,
  ): Promise<DraftRecord> {
    const secret = new Set<string>();
    const text = await this.#form.write(destination, madeOf, (id, value) => {
      const holds = isSecret(id, value);
      if (holds) secret.add(id);
      return holds;
    });
    return { text, secret, fingerprint: await fingerprintOf(text) };
  }

  /** Has a folder to write in. Throws an AutotmplError. */
  async ensure(): Promise<void> {
    await this.#folder.ensure();
  }

  /** Replaces the record of a destination atomically. The caller makes it last with `sync`, once for many. Throws an AutotmplError. */
  async write(destination: string, { text }: DraftRecord): Promise<void> {
    await this.#folder.write(nameOf(destination), text);
  }

  /** Makes it last what was written. */
  async sync(): Promise<void> {
    await this.#folder.sync();
  }

  /** Notes that what is kept of a destination was true at this time. Does nothing where it cannot. */
  async touch(destination: string, atMs: number): Promise<void> {
    await this.#folder.touch(nameOf(destination), atMs);
  }
}

function nameOf(destination: string): string {
  return `${createHash('sha256').update(destination).digest('hex').slice(0, 32)}.answers`;
}

async function fingerprintOf(text: string): Promise<string> {
  const hash = createHash('sha256');
  await hashInSlices(hash, text);
  return hash.digest('base64');
}
