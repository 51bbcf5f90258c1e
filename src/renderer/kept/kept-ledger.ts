import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Value } from '../catalog/values.ts';
import { atMost } from '../core/at-most.ts';
import { formatDuration } from '../core/duration.ts';
import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { CancelTimer, Clock } from '../core/time.ts';
import { removeLeftovers } from '../output/leftovers.ts';
import { createMask } from '../output/mask.ts';
import { PrivateFolder } from '../output/private-folder.ts';
import { MemoryLedger, type Ledger, type MadeOf } from './ledger.ts';
import type { Target } from './target.ts';

/** What changed is gathered for so long before it is written; longer where writing is slow, so that it takes a tenth of the time at most. */
const GATHER_MS = 1000;
const SLOWNESS = 10;
/** After a failure it is tried again, later each time up to this. */
const MOST_PAUSE_MS = 60_000;
/** A file whose answers may be secret for all that is known is left as it is for so long, then written without them. */
const UNDECIDED_MS = 30_000;
/** That kept answers are true still is noted so often, and at the stop. */
const CONFIRM_MS = 600_000;
const SIDE_BY_SIDE = 4;

/** A record as it is read. */
export interface LedgerRecord {
  readonly destination: string;
  readonly answers: MadeOf;
  readonly secret: ReadonlySet<string>;
}

/** How a record is written and read; `read` throws for one that is damaged or of another version. */
export interface LedgerForm {
  write(
    destination: string,
    madeOf: MadeOf,
    isSecret: (id: string, text: string) => boolean,
  ): string;
  read(text: string): LedgerRecord;
}

/** What must not be kept. */
export interface LedgerSecrets {
  /** Texts of which none may be in a kept answer. */
  readonly texts: ReadonlySet<string>;
  /** Queries that a template uses which was not rendered yet, and so has not said what is secret. */
  readonly undecided: ReadonlySet<string>;
}

/** What a kept ledger works with. */
export interface KeptLedgerOptions {
  readonly folder: string;
  readonly form: LedgerForm;
  readonly secrets: () => LedgerSecrets;
  /** Whether the catalog says the same at this moment. */
  readonly isCurrent: (id: string) => boolean;
  /** Reads only; for a run that writes nothing. */
  readonly readOnly: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is known of one destination. */
interface Entry {
  madeOf: MadeOf;
  /** Queries whose answers are not kept, since they hold a secret. */
  secret: ReadonlySet<string>;
  /** When all of it was last known to be true. */
  atMs: number;
  /** Stands for what the file holds; absent: there is none, for all that is known. */
  written?: string;
  /** Since when it has something to write. */
  changedAtMs?: number;
}

/**
 * Knows what each file was last made of, over restarts: each destination has a file of its own in a private folder, so that programs that share
 * the folder do not meet. Secrets are never kept. That it cannot be read or written is said once, and harms nothing else.
 */
export class KeptLedger implements Ledger {
  readonly #options: KeptLedgerOptions;
  readonly #folder: PrivateFolder;
  readonly #memory = new MemoryLedger();
  readonly #entries = new Map<string, Entry>();
  readonly #looked = new Set<string>();
  #cancelFlush: CancelTimer | undefined;
  #cancelConfirm: CancelTimer | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #pauseMs = GATHER_MS;
  #complaint = '';
  #isClosed = false;
  /** Secrets that were known when the files were last looked through for them. */
  #knownSecrets: ReadonlySet<string> = new Set();

  constructor(options: KeptLedgerOptions) {
    this.#options = options;
    this.#folder = new PrivateFolder(options.folder);
    if (!options.readOnly) this.#armConfirm();
  }

  /** Reads what was kept of these targets. Never rejects: what cannot be read is said, and not there. */
  async load(targets: readonly Target[]): Promise<void> {
    const kept = targets.filter(isKept).filter(({ destination }) => !this.#looked.has(destination));
    const problems: string[] = [];
    if (!this.#options.readOnly) {
      await removeLeftovers(kept.map(({ destination }) => this.#pathOf(destination)));
    }
    await atMost(SIDE_BY_SIDE, kept, async (target) => {
      this.#looked.add(target.destination);
      try {
        await this.#loadOne(target);
      } catch (error) {
        problems.push(`${target.label}: ${describeError(error)}`);
      }
    });
    const [first, ...others] = problems;
    if (first === undefined) return;
    const more = others.length === 0 ? '' : `, and ${others.length} more`;
    this.#options.logger.warn(
      `kept answers are left unread, as if there were none: ${first}${more}`,
      { folder: this.#folder.path },
    );
  }

  of(target: Target): MadeOf | undefined {
    return this.#memory.of(target);
  }

  note(target: Target, madeOf: MadeOf): void {
    this.#memory.note(target, madeOf);
    if (!isKept(target)) return;
    const before = this.#entries.get(target.destination);
    if (before !== undefined && isSame(before.madeOf, madeOf)) return;
    const atMs = this.#options.clock.now();
    this.#entries.set(target.destination, {
      ...{ madeOf, atMs, changedAtMs: atMs, secret: before?.secret ?? new Set() },
      ...(before?.written !== undefined && { written: before.written }),
    });
    this.#armFlush();
  }

  /** What was last answered to a query, of all files; the youngest. */
  find(id: string): { readonly value: Value; readonly atMs: number } | undefined {
    let youngest: { readonly value: Value; readonly atMs: number } | undefined;
    for (const { madeOf, atMs } of this.#entries.values()) {
      const value = madeOf.get(id);
      if (value !== undefined && atMs >= (youngest?.atMs ?? 0)) youngest = { value, atMs };
    }
    return youngest;
  }

  /** Whether an answer is not kept since it holds a secret. */
  isSecret(id: string): boolean {
    return [...this.#entries.values()].some(({ secret }) => secret.has(id));
  }

  /** Writes what has changed, and notes what is true still; resolves when it is done, or cannot be. */
  async settle(): Promise<void> {
    if (this.#options.readOnly) return;
    this.#flushing = this.#flushing.then(async () => {
      await this.#flush();
      await this.#confirm();
    });
    await this.#flushing;
  }

  /** Writes nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancelFlush?.();
    this.#cancelConfirm?.();
  }

  async #loadOne(target: Target & { readonly destination: string }): Promise<void> {
    const { destination } = target;
    const file = await this.#folder.read(nameOf(destination));
    if (file === undefined || this.#entries.has(destination)) return;
    const record = this.#options.form.read(file.text);
    if (record.destination !== destination) throw new Error('it is of another file');
    const { answers: madeOf, secret } = record;
    // By a clock that went back, or a copy: nothing is known of the time to come.
    const atMs = Math.min(file.touchedAtMs, this.#options.clock.now());
    this.#entries.set(destination, { madeOf, secret, atMs, written: fingerprintOf(file.text) });
    this.#memory.note(target, madeOf);
  }

  #pathOf(destination: string): string {
    return join(this.#folder.path, nameOf(destination));
  }

  #armFlush(): void {
    if (this.#options.readOnly || this.#isClosed) return;
    this.#cancelFlush ??= this.#options.clock.setTimer(() => {
      this.#cancelFlush = undefined;
      this.#flushing = this.#flushing.then(() => this.#flush());
    }, this.#pauseMs);
  }

  #armConfirm(): void {
    this.#cancelConfirm = this.#options.clock.setTimer(() => {
      this.#flushing = this.#flushing.then(() => this.#confirm());
      this.#armConfirm();
    }, CONFIRM_MS);
  }

  async #flush(): Promise<void> {
    const { clock, secrets } = this.#options;
    const { texts, undecided } = secrets();
    const startedAtMs = clock.now();
    // A secret may have become known that was none when a file was written.
    const isNews = [...texts].some((text) => !this.#knownSecrets.has(text));
    const due = [...this.#entries].filter(
      ([, entry]) =>
        (isNews || entry.changedAtMs !== undefined) && isReady(entry, undecided, startedAtMs),
    );
    const mask = createMask(texts);
    const isSecret = (id: string, text: string): boolean =>
      undecided.has(id) || mask(text) !== text;
    try {
      await this.#writeAll(due, isSecret, undecided);
      this.#knownSecrets = texts;
      this.#pauseMs = Math.max(GATHER_MS, (clock.now() - startedAtMs) * SLOWNESS);
      this.#recovered();
    } catch (error) {
      this.#pauseMs = Math.min(this.#pauseMs * 2, MOST_PAUSE_MS);
      this.#complain(error);
    }
    const isOpen = [...this.#entries.values()].some(({ changedAtMs }) => changedAtMs !== undefined);
    if (isOpen) this.#armFlush();
  }

  async #writeAll(
    due: readonly (readonly [string, Entry])[],
    isSecret: (id: string, text: string) => boolean,
    undecided: ReadonlySet<string>,
  ): Promise<void> {
    let changed = 0;
    for (const [destination, entry] of due) {
      const { madeOf } = entry;
      const secret = new Set<string>();
      const text = this.#options.form.write(destination, madeOf, (id, value) => {
        const holds = isSecret(id, value);
        if (holds) secret.add(id);
        return holds;
      });
      const written = fingerprintOf(text);
      if (written !== entry.written) {
        if (changed === 0) await this.#folder.ensure();
        await this.#folder.write(nameOf(destination), text);
        changed += 1;
      }
      // Another may have taken its place meanwhile, which is to be written, too.
      const current = this.#entries.get(destination) ?? entry;
      current.written = written;
      current.secret = secret;
      if (current.madeOf === madeOf && !isUndecided(madeOf, undecided)) delete current.changedAtMs;
    }
    if (changed > 0) await this.#folder.sync();
  }

  /** Notes on the files whose answers the catalog still gives that they are as good as new. */
  async #confirm(): Promise<void> {
    const { clock, isCurrent } = this.#options;
    for (const [destination, entry] of this.#entries) {
      if (entry.written === undefined) continue;
      if ([...entry.madeOf.keys()].every(isCurrent)) entry.atMs = clock.now();
      await this.#folder.touch(nameOf(destination), entry.atMs);
    }
  }

  #complain(error: unknown): void {
    const reason = describeError(error);
    if (reason === this.#complaint) return;
    this.#complaint = reason;
    this.#options.logger.warn(
      `answers are not kept on disk: ${reason}; it is tried again each ${formatDuration(MOST_PAUSE_MS)} at the latest, and nothing else is hindered`,
      { folder: this.#folder.path },
    );
  }

  #recovered(): void {
    if (this.#complaint === '') return;
    this.#complaint = '';
    this.#options.logger.info('answers are kept on disk again', { folder: this.#folder.path });
  }
}

/** Nothing of a secret target is kept, and nothing of what goes to standard output: it is no file that could be held. */
function isKept(target: Target): target is Target & { readonly destination: string } {
  return target.destination !== undefined && !target.secret;
}

/** Whether it is known of all that it was made of whether it is a secret; or it was waited for that long enough. */
function isReady(
  { madeOf, changedAtMs }: Entry,
  undecided: ReadonlySet<string>,
  nowMs: number,
): boolean {
  return nowMs - (changedAtMs ?? nowMs) >= UNDECIDED_MS || !isUndecided(madeOf, undecided);
}

function isUndecided(madeOf: MadeOf, undecided: ReadonlySet<string>): boolean {
  for (const id of madeOf.keys()) if (undecided.has(id)) return true;
  return false;
}

function isSame(first: MadeOf, second: MadeOf): boolean {
  if (first === second) return true;
  if (first.size !== second.size) return false;
  for (const [id, value] of first) {
    const other = second.get(id);
    if (other !== value && !isDeepStrictEqual(other, value)) return false;
  }
  return true;
}

function nameOf(destination: string): string {
  return `${createHash('sha256').update(destination).digest('hex').slice(0, 32)}.answers`;
}

function fingerprintOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
