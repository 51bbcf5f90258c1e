import { AutotmplError, describeError } from '../../core/errors.ts';
import { Stop } from '../../core/stop.ts';
import type { Clock } from '../../core/time.ts';
import type { Answer, Catalog, CatalogTraffic } from '../catalog.ts';
import { queryId, type Query } from '../query.ts';
import type { Value } from '../values.ts';

/** A catalog that says nothing is given so long before a kept answer takes its place. */
const PATIENCE_MS = 2000;

/** An answer that was kept. */
export interface KeptAnswer {
  readonly value: Value;
  /** When it was last known to be true, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** What was kept of earlier answers. */
export interface KeptAnswers {
  find(id: string): KeptAnswer | undefined;
  /** Why there is none, as the end of a sentence. */
  whyNot(id: string): string;
}

/** What a catalog with kept answers is made of. */
export interface KeptParts {
  readonly catalog: Catalog;
  readonly kept: KeptAnswers;
  /** Whether they stand in for the catalog while it gives none; otherwise its answers are only compared with them. */
  readonly standsIn: boolean;
  readonly clock: Clock;
}

/**
 * Another catalog, with answers from before: that one is told of them, so that it can doubt what has less in it. It is asked first, always. Where
 * they stand in for it and it fails, or says nothing for two seconds, the kept answer is given as `held`, until it answers.
 */
export class KeptCatalog implements Catalog {
  readonly name: string;
  readonly #parts: KeptParts;
  readonly #inUse = new Map<string, KeptAnswer>();

  constructor(parts: KeptParts) {
    this.#parts = parts;
    this.name = parts.catalog.name;
  }

  /** Kept answers that stand in for the catalog's now, by the ids of their queries. */
  get inUse(): ReadonlyMap<string, KeptAnswer> {
    return this.#inUse;
  }

  async *watch(query: Query, signal: AbortSignal, known?: Value): AsyncIterable<Answer> {
    const { catalog, kept } = this.#parts;
    const id = queryId(query);
    const before = known ?? kept.find(id)?.value;
    const answers = catalog.watch(query, signal, before)[Symbol.asyncIterator]();
    let isAnswered = false;
    try {
      let next = answers.next();
      if (await this.#isSilent(next, signal)) {
        const held = this.#standIn(id, SILENT);
        if (held !== undefined) yield held;
      }
      for (let result = await next; result.done !== true; result = await next) {
        const answer = result.value;
        if (answer.state === 'fresh') {
          isAnswered = true;
          this.#inUse.delete(id);
        }
        yield answer.state === 'fresh' || isAnswered ? answer : this.#unanswered(id, answer);
        next = answers.next();
      }
    } catch (error) {
      // It will never answer, and what is kept is all that there will be.
      const reason = error instanceof Error ? error : new Error(String(error));
      const held = signal.aborted || isAnswered ? undefined : this.#standIn(id, reason);
      if (held !== undefined) yield held;
      throw error;
    } finally {
      this.#inUse.delete(id);
      await answers.return?.();
    }
  }

  traffic(): CatalogTraffic | undefined {
    return this.#parts.catalog.traffic?.();
  }

  close(): void {
    this.#parts.catalog.close();
  }

  /** What is given while the catalog has not answered once: what it was told to know is none of its answers. */
  #unanswered(id: string, answer: Troubled): Answer {
    const { standsIn, kept } = this.#parts;
    const { state, reason } = answer;
    if (!standsIn) return { state, value: undefined, reason };
    if (this.#isYounger(id, answer)) return answer;
    const held = this.#standIn(id, reason, state);
    if (held !== undefined) return held;
    const words = `${describeError(reason)}; no answer is kept on disk: ${kept.whyNot(id)}`;
    return {
      ...{ state, value: answer.value },
      reason: new AutotmplError('catalog', words, { cause: reason }),
    };
  }

  /** Whether the catalog had something from before itself, and later than what is kept; that is in use then. */
  #isYounger(id: string, { value, atMs }: Troubled): boolean {
    const kept = this.#inUse.get(id) ?? this.#parts.kept.find(id);
    if (value === undefined || atMs === undefined || atMs <= (kept?.atMs ?? 0)) return false;
    this.#inUse.set(id, { value, atMs });
    return true;
  }

  async #isSilent(next: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
    if (!this.#parts.standsIn) return false;
    const patience = new Stop();
    const end = (): void => patience.abort();
    signal.addEventListener('abort', end, { once: true });
    try {
      const heard = next.then(
        () => false,
        () => false,
      );
      const silent = this.#parts.clock.sleep(PATIENCE_MS, patience).then(() => true);
      return (await Promise.race([heard, silent])) && !signal.aborted;
    } finally {
      signal.removeEventListener('abort', end);
      patience.abort();
    }
  }

  #standIn(id: string, reason: Error, state: 'held' | 'suspect' = 'held'): Answer | undefined {
    const kept = this.#inUse.get(id) ?? this.#parts.kept.find(id);
    if (kept === undefined || !this.#parts.standsIn) return undefined;
    this.#inUse.set(id, kept);
    const since = new Date(kept.atMs).toISOString().slice(0, 16).replace('T', ' ');
    const words = `${describeError(reason)}; the answer kept on disk is used, of ${since} UTC`;
    return {
      state,
      value: kept.value,
      reason: new AutotmplError('catalog', words, { cause: reason }),
    };
  }
}

type Troubled = Exclude<Answer, { readonly state: 'fresh' }>;

const SILENT = new Error('the catalog has not answered yet');
