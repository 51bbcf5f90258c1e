import { whenAborted } from '../core/deadline.ts';
import { Stop } from '../core/stop.ts';
import type { Answer, Catalog, CatalogTraffic } from '../catalog/catalog.ts';
import { queryId, type Query } from '../catalog/query.ts';
import type { ValueOf } from '../catalog/values.ts';
import type { Actor } from '../core/actor.ts';
import type { Bus } from '../core/bus.ts';
import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { Graph } from './graph.ts';
import { Store } from './store.ts';
import { TroubleReport } from './trouble-report.ts';

/** Somebody who needs answers. */
export interface User {
  /** The answer to a query that this user needs has changed, or was given for the first time. */
  answerChanged(id: string): void;
  /** A query that this user needs began to be in trouble before it was ever answered, or can never succeed. */
  answerTroubled?(id: string, reason: Error): void;
  /** What those are known by, in other instances too, that need the same answers; absent: nobody else needs them, or may have them. */
  readonly groupKey?: string | undefined;
}

/** What the watcher works with. */
export interface WatcherOptions {
  readonly catalog: Catalog;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long a query that has a value is left alone before its news are asked for: for a run that may end in that time. */
  readonly restMs?: number;
}

interface Watch {
  readonly query: Query;
  readonly stop: Stop;
  readonly ended: Promise<void>;
}

/**
 * Keeps facts current: one watch for each distinct query in the whole program, its last answer, and who uses it. Users are
 * told of changes, and look the rest up in memory.
 */
export class Watcher implements Actor {
  readonly name = 'watcher';
  readonly #options: WatcherOptions;
  readonly #graph = new Graph<User>();
  readonly #store = new Store();
  readonly #report: TroubleReport;
  readonly #watches = new Map<string, Watch>();
  /** Watches that were told to stop and have not ended yet. */
  readonly #ending = new Set<Promise<void>>();
  /** Queries that can never succeed. */
  readonly #hopeless = new Set<string>();
  #stopping = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#report = new TroubleReport(options.clock, options.logger);
  }

  /** Runs until told to stop; then ends every watch and gives the catalog back. */
  async run(signal: AbortSignal): Promise<void> {
    await whenAborted(signal);
    this.#stopping = true;
    for (const id of [...this.#watches.keys()]) this.#end(id);
    await Promise.all(this.#ending);
    this.#report.flush();
    this.#options.catalog.close();
  }

  /** The last answer to a query, as templates recall it. */
  recall = <Q extends Query>(query: Q): Answer<ValueOf[Q['kind']]> | undefined =>
    this.#store.get(queryId(query)) as Answer<ValueOf[Q['kind']]> | undefined;

  /** The last answer by the query's id. */
  answer(id: string): Answer | undefined {
    return this.#store.get(id);
  }

  /** Whether a query can never succeed, so that waiting for it is in vain. */
  isHopeless(id: string): boolean {
    return this.#hopeless.has(id);
  }

  /** What the users of a query share its answer under: each key once. */
  groupsOf(id: string): readonly string[] {
    const keys = this.#graph.usersOf(id).flatMap(({ groupKey }) => groupKey ?? []);
    return [...new Set(keys)];
  }

  /** How many queries are watched. */
  get size(): number {
    return this.#watches.size;
  }

  /** How the catalog's server is asked; undefined where it keeps no connections. */
  traffic(): CatalogTraffic | undefined {
    return this.#options.catalog.traffic?.();
  }

  /** How many queries there are of each state. */
  counts(): Readonly<Record<Answer['state'] | 'unanswered', number>> {
    const counts = { fresh: 0, held: 0, suspect: 0, unanswered: 0 };
    for (const id of this.#watches.keys()) {
      const answer = this.#store.get(id);
      if (answer === undefined) counts.unanswered += 1;
      else if (answer.state === 'held' && answer.value === undefined) counts.unanswered += 1;
      else counts[answer.state] += 1;
    }
    return counts;
  }

  /** How many queries have neither been answered nor been in trouble so far. */
  get unheard(): number {
    let count = 0;
    for (const id of this.#watches.keys()) if (this.#store.get(id) === undefined) count += 1;
    return count;
  }

  /** Every query that is watched, by id. */
  queries(): ReadonlyMap<string, Query> {
    return new Map([...this.#watches].map(([id, watch]) => [id, watch.query]));
  }

  /**
   * Says what a user needs from now on. New queries are asked at once; one that nobody needs any more is dropped, and its
   * answer forgotten. Call it with what a user had plus what it misses while it is incomplete, or nested queries would flap.
   */
  want(user: User, queries: ReadonlyMap<string, Query>): void {
    for (const id of this.#graph.set(user, queries)) this.#end(id);
    if (this.#stopping) return;
    for (const [id, query] of queries) {
      if (!this.#watches.has(id)) this.#begin(id, query);
    }
  }

  #begin(id: string, query: Query): void {
    const stop = new Stop();
    const watch: Watch = { query, stop, ended: this.#follow(id, query, stop) };
    this.#watches.set(id, watch);
  }

  #end(id: string): void {
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    this.#watches.delete(id);
    this.#store.delete(id);
    this.#hopeless.delete(id);
    this.#report.forget(id);
    watch.stop.abort();
    this.#ending.add(watch.ended);
    void watch.ended.finally(() => this.#ending.delete(watch.ended));
  }

  async #follow(id: string, query: Query, signal: AbortSignal): Promise<void> {
    const { clock, restMs = 0 } = this.#options;
    try {
      for await (const answer of this.#options.catalog.watch(query, signal)) {
        if (signal.aborted) return;
        this.#take(id, answer);
        // The backend is asked for the next answer when the loop comes round.
        if (restMs > 0 && answer.state === 'fresh' && answer.value !== null) {
          await clock.sleep(restMs, signal);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof Error ? error : new Error(String(error));
      this.#options.logger.error(`${id} can never be answered: ${describeError(reason)}`, {
        query: id,
      });
      this.#hopeless.add(id);
      this.#store.save(id, { state: 'held', value: undefined, reason });
      for (const user of this.#graph.usersOf(id)) user.answerTroubled?.(id, reason);
    }
  }

  #take(id: string, answer: Answer): void {
    const before = this.#store.get(id);
    const { changed, stateChanged, reasonChanged } = this.#store.save(id, answer);
    if (stateChanged || reasonChanged) this.#announce(id, before, answer);
    if (!changed) return;
    this.#options.bus.emit('query:changed', { query: id });
    for (const user of this.#graph.usersOf(id)) user.answerChanged(id);
  }

  /** Said once when trouble begins or doubts do, again where they turn into something else, and once when it ends; never at a retry. */
  #announce(id: string, before: Answer | undefined, answer: Answer): void {
    const { bus } = this.#options;
    if (answer.state === 'fresh') {
      if (before === undefined) return;
      this.#report.ended(id);
      bus.emit('query:recovered', { query: id });
      return;
    }
    const reason = describeError(answer.reason);
    const hasValue = before?.value !== undefined || answer.value !== undefined;
    this.#report.began(id, answer.reason, hasValue);
    const fact = answer.state === 'suspect' ? 'query:suspected' : 'query:held';
    bus.emit(fact, { query: id, reason });
    if (before === undefined) {
      for (const user of this.#graph.usersOf(id)) user.answerTroubled?.(id, answer.reason);
    }
  }
}
