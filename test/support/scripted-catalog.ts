import type { Answer, Catalog } from '../../src/catalog/catalog.ts';
import { queryId, type Query } from '../../src/catalog/query.ts';
import type { Value } from '../../src/catalog/values.ts';

/** A catalog whose answers a test gives by hand; it counts its watches. */
export class ScriptedCatalog implements Catalog {
  readonly name = 'scripted';
  /** Ids of all watches that were ever begun, in order. */
  readonly begun: string[] = [];
  /** What was known when a watch was last begun, by its id. */
  readonly known = new Map<string, Value | undefined>();
  closed = false;
  readonly #open = new Map<string, Set<(answer: Answer | Error) => void>>();
  readonly #last = new Map<string, Answer>();

  /** Ids of the watches that are open. */
  get open(): string[] {
    return [...this.#open].filter(([, takers]) => takers.size > 0).map(([id]) => id);
  }

  /** Answers a query, now and for watches to come. */
  answer(id: string, value: Value): void {
    this.#give(id, { state: 'fresh', value });
  }

  /** Puts a query into trouble; `value` is the last good one, and of `atMs` where it is from before. */
  hold(id: string, message: string, value?: Value, atMs?: number): void {
    const since = atMs === undefined ? {} : { atMs };
    this.#give(id, { state: 'held', value, reason: new Error(message), ...since });
  }

  /** Answers a query with what is not to be believed; `value` is the last good one. */
  suspect(id: string, reason: Error, value?: Value): void {
    this.#give(id, { state: 'suspect', value, reason });
  }

  /** Makes a query fail for good. */
  refuse(id: string, error: Error): void {
    for (const take of this.#open.get(id) ?? []) take(error);
  }

  close(): void {
    this.closed = true;
  }

  async *watch(query: Query, signal: AbortSignal, known?: Value): AsyncIterable<Answer> {
    const id = queryId(query);
    this.begun.push(id);
    this.known.set(id, known);
    const queue: (Answer | Error)[] = [];
    const last = this.#last.get(id);
    if (last !== undefined) queue.push(last);
    let wake: () => void = () => undefined;
    const take = (answer: Answer | Error): void => {
      queue.push(answer);
      wake();
    };
    const takers = this.#open.get(id) ?? new Set();
    this.#open.set(id, takers);
    takers.add(take);
    signal.addEventListener('abort', () => wake());
    try {
      while (!signal.aborted) {
        const next = queue.shift();
        if (next instanceof Error) throw next;
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      takers.delete(take);
    }
  }

  #give(id: string, answer: Answer): void {
    this.#last.set(id, answer);
    for (const take of this.#open.get(id) ?? []) take(answer);
  }
}
