import type { Clock } from '../../core/time.ts';
import type { Rung, RungWatch, Turn } from './rung.ts';

/** A watch without a place is visited at least this often. */
export const LONGEST_ROUND_MS = 5000;
/** So many visits a minute are what the rounds cost for each watch where there are many. */
export const ROUNDS_A_MINUTE = 60_000 / LONGEST_ROUND_MS;
const SHORTEST_ROUND_MS = 1000;
/** More visits than this in a second cost the processor more than the earlier news are worth. */
const VISITS_PER_SECOND = 25;
/** A timer may be so much early, and has come for its round all the same. */
const EARLY_MS = 20;
/** The first wait of a watch is longer where there are many, by so much for each. */
const FIRST_WAIT_A_WATCH_MS = 1;
const SHORTEST_FIRST_WAIT_MS = 1000;
const LONGEST_FIRST_WAIT_MS = 10_000;
/** Where a bell rings, no more of those that it rings for wait, however many could: a thousand waits of a minute are seventeen questions a second. */
const MOST_RUNG_WAITS = 150;

/** One watch among those that share the connections. */
export interface Place {
  /** Whether this watch may wait at the agent now; one that may not asks when its turn comes. */
  mayWait(): boolean;
  /** Resolves when the turn of this watch has come: with its round, or as soon as a bell rings for it. Or when the signal aborts. */
  untilTurn(signal: AbortSignal): Promise<Turn>;
  /** Says what a bell calls the watch by from now on, with undefined that none rings for it. Not to be called while its turn is awaited. */
  ringAs(name: string | undefined): void;
  /** Notes that the watch brought something new. */
  noteNews(): void;
  /** Notes that its wait brought nothing: it leaves its place to a watch that had news after its own last. */
  noteQuiet(): void;
  /** Ends the watch. */
  leave(): void;
}

/** Watches that have no place: how many are visited in rounds, and how many when a bell rings. */
export interface Visited {
  readonly inRounds: number;
  readonly whenRung: number;
}

interface Member {
  placed: boolean;
  /** When it last brought something new; the first answer does not count. */
  newsAtMs: number;
  /** Absent: no bell rings for it. */
  rung: RungWatch | undefined;
}

/**
 * Says who may wait at the agent where there are more watches than connections to wait on: those that had news last.
 *
 * A watch that waits costs nothing and hears of a change at once. All others are visited together, in rounds, each with a
 * question that is answered at once: forty requests that wake the processor together cost half of what they cost one by one.
 * Rounds are 1 s apart where few are visited, and 5 s where many are. Watches that a bell rings for are visited when it does, and leave their
 * places to those that have nothing but rounds; of very many, most leave theirs to nobody, since the bell costs less than their waits.
 */
export class Places {
  readonly #count: () => number;
  readonly #clock: Clock;
  /** Programs that began together, or have the same time, need not come together. */
  readonly #phaseMs: number;
  readonly #rung: Rung | undefined;
  readonly #members = new Set<Member>();
  #placed = 0;
  #rungPlaced = 0;

  /** `count` is how many may wait, which may change; `random` gives [0, 1); `rung` are those that a bell rings for. */
  constructor(count: () => number, clock: Clock, random: () => number, rung?: Rung) {
    this.#count = count;
    this.#clock = clock;
    this.#rung = rung;
    this.#phaseMs = Math.floor(LONGEST_ROUND_MS * random());
  }

  /** Whether there are so many watches that what all do together is felt. */
  get areMany(): boolean {
    return this.firstWaitMs > SHORTEST_FIRST_WAIT_MS;
  }

  /** How long a watch waits at first: the more there are, the less each may be asked. */
  get firstWaitMs(): number {
    const waitMs = this.#members.size * FIRST_WAIT_A_WATCH_MS;
    return Math.min(LONGEST_FIRST_WAIT_MS, Math.max(SHORTEST_FIRST_WAIT_MS, waitMs));
  }

  /** How many have no place now. */
  get visited(): Visited {
    const whenRung = this.#rung?.isOn === true ? this.#rung.size - this.#rungPlaced : 0;
    return { inRounds: this.#members.size - this.#placed - whenRung, whenRung };
  }

  /** How long until the next round, in milliseconds. Rounds of one length begin at the same moments for all. */
  untilRoundMs(): number {
    const enoughMs = Math.ceil(this.visited.inRounds / VISITS_PER_SECOND) * 1000;
    const roundMs = Math.min(LONGEST_ROUND_MS, Math.max(SHORTEST_ROUND_MS, enoughMs));
    const sinceMs = (this.#clock.now() + roundMs - (this.#phaseMs % roundMs)) % roundMs;
    const leftMs = roundMs - sinceMs;
    return leftMs <= EARLY_MS ? leftMs + roundMs : leftMs;
  }

  /** Counts one more watch. `rungAs`: what a bell calls it by. */
  join(rungAs?: string): Place {
    const rung = rungAs === undefined ? undefined : this.#rung?.add(rungAs);
    const member: Member = { placed: false, newsAtMs: Number.NEGATIVE_INFINITY, rung };
    this.#members.add(member);
    this.#take(member);
    this.#noteCrowd();
    return {
      ringAs: (name) => this.#ringAs(member, name),
      mayWait: () => this.#mayWait(member),
      untilTurn: (signal) => this.#untilTurn(member, signal),
      noteNews: () => {
        member.newsAtMs = this.#clock.now();
        if (member.rung !== undefined) member.rung.newsAtMs = member.newsAtMs;
      },
      noteQuiet: () => this.#yield(member),
      leave: () => this.#leave(member),
    };
  }

  #ringAs(member: Member, name: string | undefined): void {
    const before = member.rung;
    // What it was told last, to forget its index, is done first.
    if (before?.name === name || before?.due === 'anew' || this.#rung === undefined) return;
    if (before !== undefined) {
      this.#rung.remove(before);
      if (member.placed) this.#rungPlaced--;
    }
    member.rung = name === undefined ? undefined : this.#rung.add(name);
    if (member.rung !== undefined) {
      member.rung.newsAtMs = member.newsAtMs;
      // Nobody rang for what happened since it was asked last.
      member.rung.due = 'visit';
      if (member.placed) this.#rungPlaced++;
    }
    this.#noteCrowd();
  }

  #leave(member: Member): void {
    if (!this.#members.delete(member)) return;
    const wasPlaced = member.placed;
    this.#give(member);
    if (member.rung !== undefined) this.#rung?.remove(member.rung);
    if (wasPlaced) this.#wakeOne();
    this.#noteCrowd();
  }

  #mayWait(member: Member): boolean {
    if (!this.#take(member)) return false;
    if (member.rung !== undefined) this.#rung?.asks(member.rung);
    return true;
  }

  async #untilTurn({ rung: watch }: Member, signal: AbortSignal): Promise<Turn> {
    const rung = this.#rung;
    if (watch === undefined || rung === undefined) {
      await this.#clock.sleep(this.untilRoundMs(), signal);
      return 'visit';
    }
    await rung.untilRung(watch, signal);
    if (!rung.isOn && !signal.aborted) await this.#clock.sleep(this.untilRoundMs(), signal);
    return rung.asks(watch);
  }

  #take(member: Member): boolean {
    // There may be fewer now than there were when it was taken.
    if (this.#placed > this.#count() || this.#areTooMany(member)) this.#give(member);
    if (!member.placed && this.#members.has(member) && this.#hasPlaceFor(member)) {
      member.placed = true;
      this.#placed++;
      if (member.rung !== undefined) this.#rungPlaced++;
    }
    return member.placed;
  }

  #hasPlaceFor(member: Member): boolean {
    const isBarred = this.#isServed(member.rung) && this.#rungPlaced >= MOST_RUNG_WAITS;
    return this.#placed < this.#count() && !isBarred;
  }

  #areTooMany({ rung }: Member): boolean {
    return this.#isServed(rung) && this.#rungPlaced > MOST_RUNG_WAITS;
  }

  #give(member: Member): void {
    if (member.placed) {
      this.#placed--;
      if (member.rung !== undefined) this.#rungPlaced--;
    }
    member.placed = false;
  }

  #yield(member: Member): void {
    if (!member.placed || this.#members.size === this.#placed) return;
    const next = this.#heir(member);
    if (next === undefined) return;
    this.#give(member);
    if (!this.#take(next)) return void this.#take(member);
    if (next.rung !== undefined) this.#rung?.wake(next.rung);
  }

  /** Who has more need of a member's place than itself. */
  #heir(member: Member): Member | undefined {
    let next: Member | undefined;
    for (const other of this.#members) {
      if (!other.placed && this.#isBefore(other, next ?? member)) next = other;
    }
    return next;
  }

  #isBefore(one: Member, other: Member): boolean {
    const [isServed, isOtherServed] = [one, other].map(({ rung }) => this.#isServed(rung));
    return isServed === isOtherServed ? one.newsAtMs > other.newsAtMs : isOtherServed === true;
  }

  /** Whether a bell rings for a watch, so that it loses little without a place. */
  #isServed(rung: RungWatch | undefined): boolean {
    return rung !== undefined && this.#rung?.isOn === true;
  }

  /** Wakes one of those that sleep until a bell rings, to take a place that is free now. */
  #wakeOne(): void {
    for (const { placed, rung } of this.#members) {
      if (placed || rung?.wake === undefined) continue;
      return this.#rung?.wake(rung);
    }
  }

  #noteCrowd(): void {
    if (this.#rung === undefined) return;
    this.#rung.noteCrowd(this.#rung.size - Math.min(this.#rungPlaced, MOST_RUNG_WAITS));
  }
}
