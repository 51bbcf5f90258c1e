import { orAborted } from '../core/deadline.ts';

/** A time in which we may lead: it ends when somebody says so, or with the signal that it was begun with. */
export class Term {
  readonly signal: AbortSignal;
  readonly #own = new AbortController();
  readonly #outer: AbortSignal;

  constructor(outer: AbortSignal) {
    this.signal = this.#own.signal;
    this.#outer = outer;
    outer.addEventListener('abort', this.#stop);
    if (outer.aborted) this.#stop();
  }

  /** It is over; `why` is an Error for people. */
  end(why: Error): void {
    this.#own.abort(why);
  }

  /** Leaves nothing with the outer signal, which may live long. */
  close(): void {
    this.#outer.removeEventListener('abort', this.#stop);
  }

  readonly #stop = (): void => this.#own.abort(this.#outer.reason);
}

/** Whether we may lead: whoever leads while its service is ill keeps those from it who could. */
export class Fitness {
  #unfit: Error | undefined;
  #term: Term | undefined;
  readonly #whenFit: (() => void)[] = [];

  /** We may from now on, or may not: then `why` is an Error for people. */
  change(why: Error | undefined): void {
    this.#unfit = why;
    if (why !== undefined) this.#term?.end(why);
    else for (const tell of this.#whenFit.splice(0)) tell();
  }

  /** Why we may not; undefined where we may. */
  get unfit(): Error | undefined {
    return this.#unfit;
  }

  /** Begins a term as soon as we may lead; it is over already where the signal aborted first. Close it. */
  async term(signal: AbortSignal): Promise<Term> {
    while (this.#unfit !== undefined && !signal.aborted) {
      await orAborted(new Promise<void>((resolve) => this.#whenFit.push(resolve)), signal);
    }
    this.#term = new Term(signal);
    return this.#term;
  }
}
