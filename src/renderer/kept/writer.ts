import { formatDuration } from '../../core/duration.ts';
import { describeError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { holdsPrivateKey } from '../../core/mask-secrets.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import { createMask } from '../../output/mask.ts';
import { isReady, isUndecided, type Entries, type Entry } from './entry.ts';
import type { Records } from './records.ts';

/** What changed is gathered for so long before it is written; longer where writing is slow, so that it takes a tenth of the time at most. */
const GATHER_MS = 1000;
const SLOWNESS = 10;
/** After a failure it is tried again, later each time up to this. */
const MOST_PAUSE_MS = 60_000;
/** That kept answers are true still is noted so often, and at the stop. */
const CONFIRM_MS = 600_000;

/** What must not be kept. */
export interface LedgerSecrets {
  /** Texts of which none may be in a kept answer. */
  readonly texts: ReadonlySet<string>;
  /** Queries that a template uses which was not rendered yet, and so has not said what is secret. */
  readonly undecided: ReadonlySet<string>;
}

/** What a writer works with. */
export interface WriterOptions {
  /** What is to be on disk; it notes here what is. */
  readonly entries: Entries;
  readonly records: Records;
  readonly secrets: () => LedgerSecrets;
  /** Whether the catalog says the same at this moment. */
  readonly isCurrent: (id: string) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Brings records up to what is known, soon after it changed, and seldom where that is slow or fails; and notes what is true still. No secret is
 * written, and one that becomes known later is taken out of what was. That it cannot write is said once, and harms nothing else.
 */
export class Writer {
  readonly #options: WriterOptions;
  #cancelFlush: CancelTimer | undefined;
  #cancelConfirm: CancelTimer | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #pauseMs = GATHER_MS;
  #complaint = '';
  #isClosed = false;
  /** Secrets that were known when the records were last looked through for them. */
  #knownSecrets: ReadonlySet<string> = new Set();

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Notes from time to time what is true still. */
  begin(): void {
    this.#cancelConfirm = this.#options.clock.setTimer(() => {
      this.#flushing = this.#flushing.then(() => this.#confirm());
      this.begin();
    }, CONFIRM_MS);
  }

  /** There is something to write. */
  changed(): void {
    if (this.#isClosed) return;
    this.#cancelFlush ??= this.#options.clock.setTimer(() => {
      this.#cancelFlush = undefined;
      this.#flushing = this.#flushing.then(() => this.#flush());
    }, this.#pauseMs);
  }

  /** Writes what has changed, and notes what is true still; resolves when it is done, or cannot be. */
  async settle(): Promise<void> {
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

  async #flush(): Promise<void> {
    const { entries, clock, secrets } = this.#options;
    const { texts, undecided } = secrets();
    const startedAtMs = clock.now();
    // A secret may have become known that was none when a record was written.
    const isNews = [...texts].some((text) => !this.#knownSecrets.has(text));
    const due = [...entries].filter(
      ([, entry]) =>
        (isNews || entry.changedAtMs !== undefined) && isReady(entry, undecided, startedAtMs),
    );
    try {
      await this.#writeAll(due, texts, undecided);
      this.#knownSecrets = texts;
      this.#pauseMs = Math.max(GATHER_MS, (clock.now() - startedAtMs) * SLOWNESS);
      this.#recovered();
    } catch (error) {
      this.#pauseMs = Math.min(this.#pauseMs * 2, MOST_PAUSE_MS);
      this.#complain(error);
    }
    const isOpen = [...entries.values()].some(({ changedAtMs }) => changedAtMs !== undefined);
    if (isOpen) this.changed();
  }

  async #writeAll(
    due: readonly (readonly [string, Entry])[],
    texts: ReadonlySet<string>,
    undecided: ReadonlySet<string>,
  ): Promise<void> {
    const { entries, records } = this.#options;
    const mask = createMask(texts);
    const isSecret = (id: string, text: string): boolean =>
      undecided.has(id) || holdsPrivateKey(text) || mask(text) !== text;
    let changed = 0;
    for (const [destination, entry] of due) {
      const { madeOf } = entry;
      const draft = await records.draft(destination, madeOf, isSecret);
      if (draft.fingerprint !== entry.written) {
        if (changed === 0) await records.ensure();
        await records.write(destination, draft);
        changed += 1;
      }
      // Another may have taken its place meanwhile, which is to be written, too.
      const current = entries.get(destination) ?? entry;
      current.written = draft.fingerprint;
      current.secret = draft.secret;
      if (current.madeOf === madeOf && !isUndecided(madeOf, undecided)) delete current.changedAtMs;
    }
    if (changed > 0) await records.sync();
  }

  /** Notes on the records whose answers the catalog still gives that they are as good as new. */
  async #confirm(): Promise<void> {
    const { entries, records, clock, isCurrent } = this.#options;
    for (const [destination, entry] of entries) {
      if (entry.written === undefined) continue;
      if ([...entry.madeOf.keys()].every(isCurrent)) entry.atMs = clock.timeOfDay();
      await records.touch(destination, entry.atMs);
    }
  }

  #complain(error: unknown): void {
    const reason = describeError(error);
    if (reason === this.#complaint) return;
    this.#complaint = reason;
    this.#options.logger.warn(
      `answers are not kept on disk: ${reason}; it is tried again each ${formatDuration(MOST_PAUSE_MS)} at the latest, and nothing else is hindered`,
      { folder: this.#options.records.folder },
    );
  }

  #recovered(): void {
    if (this.#complaint === '') return;
    this.#complaint = '';
    const { logger, records } = this.#options;
    logger.info('answers are kept on disk again', { folder: records.folder });
  }
}
