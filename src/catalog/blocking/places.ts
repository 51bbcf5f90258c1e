import type { Clock } from '../../core/time.ts';

/** A watch without a place is visited at least this often. */
export const LONGEST_ROUND_MS = 5000;
const SHORTEST_ROUND_MS = 1000;
/** More visits than this in a second cost the processor more than the earlier news are worth. */
const VISITS_PER_SECOND = 25;
/** A timer may be so much early, and has come for its round all the same. */
const EARLY_MS = 20;

/** One watch among those that share the connections. */
export interface Place {
  /** Whether this watch may wait at the agent now; one that may not asks when its round comes. */
  mayWait(): boolean;
  /** How long until the next round, in milliseconds. */
  untilRoundMs(): number;
  /** Notes that the watch brought something new. */
  noteNews(): void;
  /** Notes that its wait brought nothing: it leaves its place to a watch that had news after its own last. */
  noteQuiet(): void;
  /** Ends the watch. */
  leave(): void;
}

interface Member {
  placed: boolean;
  /** When it last brought something new; the first answer does not count. */
  newsAtMs: number;
}

/**
 * Says who may wait at the agent where there are more watches than connections to wait on: those that had news last.
 *
 * A watch that waits costs nothing and hears of a change at once. All others are visited together, in rounds, each with a
 * question that is answered at once: forty requests that wake the processor together cost half of what they cost one by one.
 * Rounds are 1 s apart where few are visited, and 5 s where many are.
 */
export class Places {
  readonly #count: () => number;
  readonly #clock: Clock;
  /** Programs that began together, or have the same time, need not come together. */
  readonly #phaseMs: number;
  readonly #members = new Set<Member>();
  #placed = 0;

  /** `count` is how many may wait, which may change; `random` gives [0, 1). */
  constructor(count: () => number, clock: Clock, random: () => number) {
    this.#count = count;
    this.#clock = clock;
    this.#phaseMs = Math.floor(LONGEST_ROUND_MS * random());
  }

  /** Counts one more watch. */
  join(): Place {
    const member: Member = { placed: false, newsAtMs: Number.NEGATIVE_INFINITY };
    this.#members.add(member);
    this.#take(member);
    return {
      mayWait: () => this.#take(member),
      untilRoundMs: () => this.#untilRoundMs(),
      noteNews: () => (member.newsAtMs = this.#clock.now()),
      noteQuiet: () => this.#yield(member),
      leave: () => {
        this.#members.delete(member);
        this.#give(member);
      },
    };
  }

  #take(member: Member): boolean {
    // There may be fewer now than there were when it was taken.
    if (this.#placed > this.#count()) this.#give(member);
    if (!member.placed && this.#members.has(member) && this.#placed < this.#count()) {
      member.placed = true;
      this.#placed++;
    }
    return member.placed;
  }

  #give(member: Member): void {
    if (member.placed) this.#placed--;
    member.placed = false;
  }

  #yield(member: Member): void {
    if (!member.placed || this.#members.size <= this.#count()) return;
    let next: Member | undefined;
    for (const other of this.#members) {
      if (!other.placed && other.newsAtMs > (next ?? member).newsAtMs) next = other;
    }
    if (next === undefined) return;
    this.#give(member);
    this.#take(next);
  }

  /** Rounds of one length begin at the same moments for all. */
  #untilRoundMs(): number {
    const visited = this.#members.size - this.#placed;
    const enoughMs = Math.ceil(visited / VISITS_PER_SECOND) * 1000;
    const roundMs = Math.min(LONGEST_ROUND_MS, Math.max(SHORTEST_ROUND_MS, enoughMs));
    const sinceMs = (this.#clock.now() + roundMs - (this.#phaseMs % roundMs)) % roundMs;
    const leftMs = roundMs - sinceMs;
    return leftMs <= EARLY_MS ? leftMs + roundMs : leftMs;
  }
}
