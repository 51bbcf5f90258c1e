import type { Answer, Catalog } from '../../src/catalog/catalog.ts';
import type { Query } from '../../src/catalog/query.ts';
import type { Value, ValueOf } from '../../src/catalog/values.ts';
import { waitUntil } from './wait-until.ts';

/** Follows one query and keeps every answer. Stop it with `stop`. */
export class Follower<Q extends Query> {
  readonly answers: Answer<ValueOf[Q['kind']]>[] = [];
  /** What the iteration threw. */
  failure: unknown;
  readonly #controller = new AbortController();
  readonly #ended: Promise<void>;
  #done = false;

  /** `known`: what was good before. */
  constructor(catalog: Catalog, query: Q, known?: Value) {
    this.#ended = this.#run(catalog, query, known);
  }

  /** True once the iteration is over, in whatever way. */
  get done(): boolean {
    return this.#done;
  }

  /** The newest answer. */
  get last(): Answer<ValueOf[Q['kind']]> | undefined {
    return this.answers.at(-1);
  }

  /** Waits until the newest answer is fresh and its value is as asked for; returns that value. */
  async fresh(
    isWanted: (value: ValueOf[Q['kind']]) => boolean = () => true,
    timeoutMs = 30_000,
  ): Promise<ValueOf[Q['kind']]> {
    const { answer } = await waitUntil(
      () => {
        if (this.failure !== undefined) throw this.failure as Error;
        const answer = this.last;
        if (answer?.state !== 'fresh' || !isWanted(answer.value)) return undefined;
        return { answer };
      },
      {
        timeoutMs,
        what: `a fresh answer; the last is ${JSON.stringify(this.last)?.slice(0, 500)}`,
      },
    );
    return answer.value;
  }

  /** Waits until the newest answer is held; returns why. */
  async held(timeoutMs = 30_000): Promise<Error> {
    return this.#reasonOf('held', timeoutMs);
  }

  /** Waits until the newest answer is not believed; returns why. */
  async suspect(timeoutMs = 30_000): Promise<Error> {
    return this.#reasonOf('suspect', timeoutMs);
  }

  async #reasonOf(state: 'held' | 'suspect', timeoutMs: number): Promise<Error> {
    return waitUntil(() => (this.last?.state === state ? this.last.reason : undefined), {
      timeoutMs,
      what: `an answer that is ${state}; the last is ${JSON.stringify(this.last)?.slice(0, 500)}`,
    });
  }

  /** Waits until the iteration throws. */
  async thrown(): Promise<unknown> {
    return waitUntil(() => this.failure, { what: 'an iteration that throws' });
  }

  /** Aborts, and resolves once the iteration is over. */
  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#ended;
  }

  async #run(catalog: Catalog, query: Query, known: Value | undefined): Promise<void> {
    try {
      for await (const answer of catalog.watch(query, this.#controller.signal, known)) {
        this.answers.push(answer as Answer<ValueOf[Q['kind']]>);
      }
    } catch (error) {
      this.failure = error;
    }
    this.#done = true;
  }
}
