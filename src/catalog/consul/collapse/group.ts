import type { Clock } from '../../../core/time.ts';
import { followQuery } from '../../blocking/follow-query.ts';
import type { QuestionParts } from '../../blocking/question.ts';
import type { RequestPlan } from '../../blocking/request-plan.ts';
import type { Answer } from '../../catalog.ts';
import { ExchangeError } from '../../http/exchange-error.ts';
import type { HttpReply } from '../../http/exchange.ts';
import type { KeyPair } from '../../values.ts';
import { isSamePair, type Home, type Member } from './member.ts';
import { mostBytesFor, Spending } from './worth.ts';

/** What the watch of a prefix is made of. */
export interface GroupParts {
  readonly prefix: string;
  /** The plan of a query whose value is every pair below the prefix, by its whole path. */
  readonly plan: RequestPlan;
  readonly follow: QuestionParts;
  readonly clock: Clock;
  /** Called once, when it serves its members: those that were served elsewhere until then are its own now. */
  readonly onFounded: () => void;
  /** Called when it costs more than its members are worth; it goes on serving them. */
  readonly onCostly: () => void;
  /** Called when it cannot serve anybody: it has ended, and its members are nobody's. */
  readonly onBroken: (members: readonly Member[], failure: Broken) => void;
  /** Called when it has no member any more: it has ended. */
  readonly onEmpty: () => void;
}

/** Why the watch of a prefix cannot be had: it holds too much, it is refused, or the error says so. */
export type Broken =
  | { readonly why: 'tooLarge' }
  | { readonly why: 'refused' }
  | { readonly why: 'failed'; readonly error: unknown };

/** One watch of a prefix that serves the watches of keys below it. */
export class Group implements Home {
  readonly prefix: string;
  readonly #parts: GroupParts;
  readonly #ended = new AbortController();
  /** Those that it serves, those that it lists while they are alone, and those that it will serve. */
  readonly #members = new Set<Member>();
  #entries: Map<string, KeyPair> | undefined;
  #trouble: { readonly state: 'held' | 'suspect'; readonly reason: Error } | undefined;
  readonly #spending: Spending;
  /** Of the last answer that was heard, and of those since the last that was taken. */
  #bytes = 0;
  #heardBytes = 0;
  #isWanted: (() => void) | undefined;

  constructor(parts: GroupParts) {
    this.#parts = parts;
    this.prefix = parts.prefix;
    this.#spending = new Spending(parts.clock.now());
  }

  /** Whether it has had an answer. */
  get isFounded(): boolean {
    return this.#entries !== undefined;
  }

  /** Length of the last answer; undefined before the first. */
  get bytes(): number | undefined {
    return this.#entries && this.#bytes;
  }

  get size(): number {
    return this.#members.size;
  }

  /** Begins to ask. */
  start(): void {
    void this.#run();
  }

  /** Takes a member in: it is served from now on, or from the first answer on. */
  invite(member: Member): void {
    if (member.next !== this) member.next?.leave(member);
    this.#members.add(member);
    if (this.#entries === undefined) {
      member.next = this;
      this.#tellTrouble(member);
    } else {
      this.#adopt(member);
    }
  }

  leave(member: Member): void {
    this.#members.delete(member);
    if (member.home === this) member.home = undefined;
    if (member.next === this) member.next = undefined;
    if (this.#members.size > 0 || this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#isWanted?.();
    this.#parts.onEmpty();
  }

  wanted(): void {
    this.#isWanted?.();
  }

  /** Takes note of what a listed member was answered by itself: where the watch of the prefix says the same, it serves it again. */
  alone(member: Member, answer: Answer): void {
    if (this.#entries === undefined || this.#trouble !== undefined || answer.state !== 'fresh')
      return;
    const pair = this.#entries.get(member.path);
    if (pair === undefined ? answer.value === null : member.accepts(pair))
      this.#serve(member, pair);
  }

  /** Has up to so many of those that are absent ask for themselves whether that is so: they may have become such as the token may not read. */
  confirmAbsent(most: number): void {
    if (this.#entries === undefined || this.#trouble !== undefined) return;
    const absent = [...this.#members].filter(
      (member) => member.home === this && !member.isAlone && member.isAbsent,
    );
    for (const member of absent.slice(0, most)) {
      // To the end of the row.
      this.#members.delete(member);
      this.#members.add(member);
      member.goAlone();
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    const plan: RequestPlan = {
      ...this.#parts.plan,
      mostBytes: () => mostBytesFor(this.#members.size),
      observer: {
        heard: (reply) => this.#hear(reply),
        failed: (error) => {
          if (error instanceof ExchangeError && error.failure === 'tooLarge')
            this.#break({ why: 'tooLarge' });
        },
      },
    };
    try {
      for await (const answer of followQuery(plan, this.#parts.follow, signal)) {
        if (signal.aborted) return;
        this.#take(answer);
        await this.#untilWanted();
      }
    } catch (error) {
      if (!signal.aborted) this.#break({ why: 'failed', error });
    }
  }

  #hear(reply: HttpReply): void {
    if (reply.status === 403 && !/not found/i.test(reply.body.toString('latin1'))) {
      this.#break({ why: 'refused' });
    }
    if (reply.body.length > 0) this.#bytes = reply.body.length;
    this.#heardBytes += reply.body.length;
  }

  #break(failure: Broken): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    const members = [...this.#members];
    this.#members.clear();
    for (const member of members) {
      if (member.home === this) member.home = undefined;
      if (member.next === this) member.next = undefined;
    }
    this.#isWanted?.();
    this.#parts.onBroken(members, failure);
  }

  #take(answer: Answer): void {
    if (answer.state !== 'fresh') {
      this.#trouble = answer;
      for (const member of this.#members) this.#tellTrouble(member);
      return;
    }
    const recovers = this.#trouble !== undefined;
    this.#trouble = undefined;
    const isFirst = this.#entries === undefined;
    this.#entries = this.#index(answer.value as readonly KeyPair[]);
    if (isFirst) return this.#found();
    let news = 0;
    for (const member of [...this.#members]) {
      if (this.#renew(member, recovers)) news++;
    }
    this.#account(news);
  }

  /** By path; what has not changed stays the same object. */
  #index(pairs: readonly KeyPair[]): Map<string, KeyPair> {
    const entries = new Map<string, KeyPair>();
    for (const pair of pairs) {
      const before = this.#entries?.get(pair.Path);
      entries.set(pair.Path, before !== undefined && isSamePair(pair, before) ? before : pair);
    }
    return entries;
  }

  #found(): void {
    this.#heardBytes = 0;
    for (const member of [...this.#members]) this.#adopt(member);
    this.#parts.onFounded();
  }

  /** Makes a member its own. What it had from elsewhere may be newer than what is here. */
  #adopt(member: Member): void {
    const { home } = member;
    member.next = undefined;
    member.home = this;
    if (home !== undefined && home !== this) home.leave(member);
    const pair = this.#entries?.get(member.path);
    const isKnown = pair === undefined ? member.isAbsent : member.accepts(pair);
    if (isKnown && this.#trouble === undefined) this.#serve(member, pair);
    else member.goAlone(this.#trouble !== undefined);
    this.#isWanted?.();
  }

  /** Gives a member the news of an answer that is not the first. Returns whether there were any. */
  #renew(member: Member, recovers: boolean): boolean {
    const pair = this.#entries?.get(member.path);
    if (pair !== undefined) {
      // What it heard by itself may be newer.
      if (member.isAlone && !member.accepts(pair)) return false;
      return this.#serve(member, pair);
    }
    // What is absent here is left out, perhaps, since the token may not read it: the key itself is refused then.
    if (!member.isAlone && !member.isAbsent) member.goAlone(recovers);
    return false;
  }

  /** A member is served from here with a pair, or goes on being absent. */
  #serve(member: Member, pair: KeyPair | undefined): boolean {
    member.stopAlone();
    if (pair === undefined) return false;
    const known = member.value as KeyPair | null | undefined;
    const same = known !== undefined && isSamePair(pair, known) ? (known as KeyPair) : pair;
    if (same !== pair) this.#entries?.set(pair.Path, same);
    return member.tellFresh(same, same.ModifyIndex);
  }

  #tellTrouble(member: Member): void {
    const { state, reason } = this.#trouble ?? {};
    const isElsewhere = member.isAlone || (member.home !== undefined && member.home !== this);
    if (state !== undefined && reason !== undefined && !isElsewhere)
      member.tellTrouble(state, reason);
  }

  #account(news: number): void {
    const bytes = this.#heardBytes;
    this.#heardBytes = 0;
    const isCostly = this.#spending.note(
      { bytes, news },
      this.#members.size,
      this.#parts.clock.now(),
    );
    if (isCostly) this.#parts.onCostly();
  }

  /** As long as all members rest, the server rests too. */
  async #untilWanted(): Promise<void> {
    while (!this.#ended.signal.aborted && !this.#isAnyWanted()) {
      await new Promise<void>((resolve) => (this.#isWanted = resolve));
    }
  }

  #isAnyWanted(): boolean {
    for (const member of this.#members) if (member.isWanted) return true;
    return false;
  }
}
