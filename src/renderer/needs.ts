import type { Answer } from '../catalog/catalog.ts';
import { queryId, type Query } from '../catalog/query.ts';
import type { Missing } from '../template/engine.ts';
import type { User, Watcher } from '../watch/watcher.ts';
import type { Resolution } from './resolve.ts';

/** What a template needs: the queries that it uses, and which of their answers it waits for. */
export class Needs {
  readonly #user: User;
  readonly #watcher: Watcher;
  /** What the last complete rendering used; kept while incomplete, or nested queries would flap. */
  #queries: ReadonlyMap<string, Query> = new Map();
  #missing: readonly Missing[] = [];
  #wasWhole = false;

  constructor(user: User, watcher: Watcher) {
    this.#user = user;
    this.#watcher = watcher;
  }

  /** How many queries it uses. */
  get size(): number {
    return this.#queries.size;
  }

  /** What it waits for. */
  get missing(): readonly Missing[] {
    return this.#missing;
  }

  /** Whether it waits for an answer to something that was not heard of yet, in good or in bad. */
  get areAwaited(): boolean {
    return this.#missing.some(
      ({ query, why }) =>
        why === 'unanswered' && this.#watcher.answer(queryId(query)) === undefined,
    );
  }

  /** Queries that it may show, while it was never rendered whole and so has not said what of them is secret. */
  get undecided(): Iterable<string> {
    return this.#wasWhole ? [] : this.#queries.keys();
  }

  /** Whether the catalog does not answer something that the last text was made of. */
  get areTroubled(): boolean {
    return this.#someState((state) => state !== 'fresh');
  }

  /** Whether the catalog's answer to something that the last text was made of is not believed. */
  get areDoubted(): boolean {
    return this.#someState((state) => state === 'suspect');
  }

  /** Has watched from now on what it turned out to need. */
  take(resolution: Resolution): void {
    const { used } = resolution.rendering;
    const isWhole = resolution.kind === 'complete';
    this.#wasWhole ||= isWhole;
    this.#queries = isWhole ? used : new Map([...this.#queries, ...used]);
    this.#missing = resolution.kind === 'incomplete' ? resolution.missing : [];
    this.#watcher.want(this.#user, this.#queries);
  }

  /** What is missing is not waited for any more. */
  giveUp(): void {
    this.#missing = [];
  }

  #someState(isIt: (state: Answer['state'] | undefined) => boolean): boolean {
    for (const id of this.#queries.keys()) {
      if (isIt(this.#watcher.answer(id)?.state)) return true;
    }
    return false;
  }
}
