/** Something that happened, for people. */
export interface Entry {
  /** Since the run began. */
  readonly atMs: number;
  readonly text: string;
}

/** An invariant that did not hold. */
export interface Broken {
  readonly atMs: number;
  readonly invariant: string;
  readonly saw: string;
  /** The faults before it, oldest first. */
  readonly faults: readonly Entry[];
}

/** How much of the past is told with a broken invariant. */
const TOLD_FAULTS = 12;

/** What happened in a run, and what was broken first: that ends the run. */
export class Chronicle {
  readonly #beganAt: number;
  readonly #now: () => number;
  readonly #entries: Entry[] = [];
  readonly #counts = new Map<string, number>();
  readonly #say: (line: string) => void;
  readonly #ended = new AbortController();
  #broken: Broken | undefined;

  /** `now` in milliseconds; `say` takes a line for people. */
  constructor(now: () => number, say: (line: string) => void) {
    this.#now = now;
    this.#beganAt = now();
    this.#say = say;
  }

  /** Aborted once an invariant is broken. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  get broken(): Broken | undefined {
    return this.#broken;
  }

  /** How often each thing was counted. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** A fault begins, or ends. */
  fault(text: string): void {
    const entry = { atMs: this.#now() - this.#beganAt, text };
    this.#entries.push(entry);
    this.#say(describeEntry(entry));
  }

  /** Adds to what is counted under this name. */
  count(name: string, more = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + more);
  }

  /** An invariant does not hold. Only the first counts: what follows may follow from it. */
  break(invariant: string, saw: string): void {
    if (this.#broken !== undefined) return;
    const atMs = this.#now() - this.#beganAt;
    this.#broken = { atMs, invariant, saw, faults: this.#entries.slice(-TOLD_FAULTS) };
    this.#ended.abort();
  }
}

/** One line: when, and what. */
export function describeEntry({ atMs, text }: Entry): string {
  return `${(atMs / 1000).toFixed(1).padStart(7)} s  ${text}`;
}
