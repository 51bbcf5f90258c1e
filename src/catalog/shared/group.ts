import { AutotmplError, describeError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Clock } from '../../core/time.ts';
import type { Answer, Catalog } from '../catalog.ts';
import type { HeldLock, Locks } from '../locks.ts';
import type { KeyPair, Value } from '../values.ts';
import { pack, unpack, type Shared } from './parcel.ts';
import type { SharingSettings } from './settings.ts';
import { Standing } from './standing.ts';

/** No more than one parcel is written in this time: changes that come together travel together. */
const SPACING_MS = 100;
/** What could not be written is tried again after this. */
const WRITE_AGAIN_MS = 2000;
/** What a leader writes is in the session's name, so that nobody who was overtaken writes after the next one: no time has to pass in between. */
const LOCK_DELAY_MS = 1;

/** What a group works with. */
export interface GroupParts {
  /** Where the leader's parcel is read: a catalog of keys. */
  readonly board: Catalog;
  readonly locks: Locks;
  readonly settings: SharingSettings;
  /** Who we are, for people who look into the lock. */
  readonly holder: string;
  /** What there is to share, while we lead. */
  readonly answers: () => ReadonlyMap<string, Value>;
  /** Called when a leader was found or lost, or shares something else. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * All instances that render one template, as one of them sees it. They need a leader only where nothing is shared: whoever finds a parcel there
 * follows it, with one query; where there is none, all stand for the lock, and whoever gets it asks and writes. Lock and parcel are in
 * the name of one session, and end with it.
 */
export class Group {
  readonly #key: string;
  readonly #parts: GroupParts;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #isLeading = false;
  #shared: Shared | undefined;
  #trouble: Error | undefined;
  #touch: () => void = () => undefined;
  #told = '';

  /** `key` is what all of its instances know it by. */
  constructor(key: string, parts: GroupParts) {
    this.#key = `${parts.settings.prefix}${key}`;
    this.#parts = parts;
    this.#ended = this.#run(this.#stopping.signal);
  }

  /** Whether it is us who asks for all. */
  get isLeading(): boolean {
    return this.#isLeading;
  }

  /** What the leader shares; undefined where nobody does. */
  get shared(): Shared | undefined {
    return this.#shared;
  }

  /** Why it is not known whether that is still so; undefined where it is. */
  get trouble(): Error | undefined {
    return this.#trouble;
  }

  /** Looks whether there is something else to share. */
  touch(): void {
    this.#touch();
  }

  /** Says once that something shared is of no use, and that it is asked for without others. */
  reject(what: string, why: string): void {
    const message = `${what}, shared under ${this.#key}, is not taken: ${why}; it is asked for directly`;
    if (message === this.#told) return;
    this.#told = message;
    this.#parts.logger.warn(message, { key: this.#key });
  }

  /** Leaves it; a leader's lock and parcel are gone by then, where the catalog answers. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const lock = await this.#follow(signal);
        if (lock === undefined) return;
        await this.#lead(lock, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      // Each query is asked for directly then, as if nobody shared.
      this.#parts.logger.error(`nothing is shared under ${this.#key}: ${describeError(error)}`);
    }
  }

  /** Follows whoever leads; resolves with the lock once we do, and with undefined when the signal aborts. */
  async #follow(signal: AbortSignal): Promise<HeldLock | undefined> {
    const round = new AbortController();
    const end = (): void => round.abort();
    signal.addEventListener('abort', end, { once: true });
    const standing = new Standing(this.#stand, end);
    try {
      const query = { kind: 'key', path: `${this.#key}/data` } as const;
      for await (const answer of this.#parts.board.watch(query, round.signal)) {
        if (round.signal.aborted) break;
        const found = await this.#take(answer as Answer<KeyPair | null>);
        if (found === 'nothing') standing.begin();
        else if (found === 'parcel') await standing.end();
      }
    } finally {
      signal.removeEventListener('abort', end);
      if (signal.aborted || standing.lock === undefined) await standing.end();
    }
    if (standing.failure !== undefined) throw standing.failure;
    return standing.lock;
  }

  readonly #stand = (signal: AbortSignal): Promise<HeldLock> => {
    const { locks, settings, holder } = this.#parts;
    return locks.acquire(
      `${this.#key}/lock`,
      {
        value: holder,
        ttlMs: settings.ttlMs,
        lockDelayMs: LOCK_DELAY_MS,
        afterwards: 'delete',
      },
      signal,
    );
  };

  async #take(answer: Answer<KeyPair | null>): Promise<'parcel' | 'nothing' | 'trouble'> {
    if (answer.state !== 'fresh') {
      this.#trouble = answer.reason;
      this.#parts.onChange();
      return 'trouble';
    }
    this.#trouble = undefined;
    this.#shared = await this.#read(answer.value);
    this.#parts.onChange();
    return this.#shared === undefined ? 'nothing' : 'parcel';
  }

  async #read(pair: KeyPair | null): Promise<Shared | undefined> {
    // Without a session it outlived its leader, or never had one: nobody keeps it true.
    if (pair === null || pair.Session === '') return undefined;
    try {
      return await unpack(pair.Value);
    } catch (error) {
      this.reject('what a leader wrote', describeError(error));
      return undefined;
    }
  }

  async #lead(lock: HeldLock, signal: AbortSignal): Promise<void> {
    const { logger, onChange } = this.#parts;
    const over = new AbortController();
    const end = (): void => {
      over.abort();
      this.#touch();
    };
    signal.addEventListener('abort', end, { once: true });
    lock.lost.addEventListener('abort', end, { once: true });
    if (signal.aborted || lock.lost.aborted) end();
    this.#isLeading = true;
    this.#shared = undefined;
    logger.info(`sharing answers with other instances under ${this.#key}`, { key: this.#key });
    onChange();
    try {
      await this.#keepShared(lock, over.signal);
    } finally {
      this.#isLeading = false;
      this.#touch = () => undefined;
      signal.removeEventListener('abort', end);
      lock.lost.removeEventListener('abort', end);
      await lock.release();
      if (!signal.aborted) {
        logger.info(`another instance may share its answers under ${this.#key}`, {
          key: this.#key,
        });
        onChange();
      }
    }
  }

  async #keepShared(lock: HeldLock, over: AbortSignal): Promise<void> {
    const { clock, settings } = this.#parts;
    let written: string | undefined;
    while (!over.aborted) {
      const touched = new Promise<void>((resolve) => (this.#touch = resolve));
      written = await this.#write(lock, written);
      if (written === undefined) {
        await clock.sleep(WRITE_AGAIN_MS, over);
        continue;
      }
      // What others wrote over it is mended; where nobody did, the same again wakes nobody.
      const cancel = clock.setTimer(() => {
        written = undefined;
        this.#touch();
      }, settings.ttlMs);
      if (!over.aborted) await touched;
      cancel();
      await clock.sleep(SPACING_MS, over);
    }
  }

  /** Writes what there is to share, where it is not written yet; undefined where that failed. */
  async #write(lock: HeldLock, written: string | undefined): Promise<string | undefined> {
    const { answers, logger } = this.#parts;
    const { text, leftOut } = await pack(answers());
    if (text === written) return text;
    try {
      await lock.write(`${this.#key}/data`, text);
    } catch (error) {
      if (!(error instanceof AutotmplError)) throw error;
      if (!lock.lost.aborted) {
        this.#tell(`cannot share answers under ${this.#key}: ${describeError(error)}`);
      }
      return undefined;
    }
    logger.debug(`shared answers under ${this.#key}`, { key: this.#key, bytes: text.length });
    if (leftOut.length > 0) {
      this.#tell(
        `answers are too long to be shared under ${this.#key}: every instance asks for them itself (${leftOut[0]} and ${leftOut.length - 1} more)`,
      );
    }
    return text;
  }

  #tell(message: string): void {
    if (message === this.#told) return;
    this.#told = message;
    this.#parts.logger.warn(message, { key: this.#key });
  }
}
