import type { Logger } from '../../../core/logger.ts';
import type { CancelTimer, Clock } from '../../../core/time.ts';
import { GivenUpError } from '../../blocking/follow-query.ts';
import type { QuestionParts } from '../../blocking/question.ts';
import type { RequestPlan } from '../../blocking/request-plan.ts';
import type { Answer } from '../../catalog.ts';
import { compareText } from '../../order.ts';
import type { Value } from '../../values.ts';
import { Group, type Broken } from './group.ts';
import { Member, type FollowAlone } from './member.ts';
import { partition, type Leaf } from './partition.ts';
import { Bars } from './worth.ts';

/** What the watches of keys work with. */
export interface KeyWatchesParts {
  readonly follow: QuestionParts;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The plan of a query whose value is every pair below a prefix; throws where it cannot be asked for. */
  readonly planPrefix: (prefix: string) => RequestPlan;
  /** How many queries may wait at the agent. */
  readonly forWaits: () => number;
  /** So many keys are followed by themselves before any are collapsed; absent: as many as there is room for. */
  readonly from?: number | undefined;
}

/** How many watches of prefixes there are, how many keys they serve, and how many were undone since they did not pay or were refused. */
export interface CollapseCounts {
  readonly groups: number;
  readonly keys: number;
  readonly undone: number;
}

/** Fewer keys are followed by themselves: they hear of a change first, and are woken by nothing else. */
const COLLAPSE_FROM = 100;
/** They are also followed by themselves as long as they leave others this share of the connections to wait on. */
const SHARE_ALONE = 2 / 3;
const SHARE_OF_GROUPS = 1 / 3;
const FEWEST_ALONE = 8;
const MOST_GROUPS = 120;
/** Fewer keys than this are not worth a watch of their prefix. */
const LEAST_KEYS = 4;
/** Keys that come together are sorted out together: when no more came for so long, but at the latest after so long. */
const GATHER = { quietMs: 10, mostMs: 40 };
/** A watch of a prefix with a longer answer is divided, where there may be more of them. */
const DIVIDED_FROM_BYTES = 96 * 1024;
const MOST_REMEMBERED = 1000;
/** All are sorted out anew when there are so many times more of them. */
const GROWTH = 1.5;
/** Of the absent keys of a prefix so many are asked about in a minute. */
const CONFIRMED_A_MINUTE = 16;
const MINUTE_MS = 60_000;

/**
 * Follows the keys of one scope, each as if by a query of its own. Where there are many, those with a common beginning are served by one watch
 * of it, as long as that costs less: see `partition.ts` for which, `worth.ts` for the price, `group.ts` for how a key comes and goes.
 */
export class KeyWatches {
  readonly #parts: KeyWatchesParts;
  readonly #members = new Set<Member>();
  readonly #groups = new Map<string, Group>();
  readonly #bars = new Bars();
  /** Of those prefixes whose watch showed it. */
  readonly #bytesBelow = new Map<string, number>();
  /** How many there were when all were sorted out last. */
  #sortedOut = 0;
  #isStale = false;
  #undone = 0;
  #hasSaidRefused = false;
  #gatheringSinceMs: number | undefined;
  #cancelGather: CancelTimer | undefined;
  #cancelMinute: CancelTimer | undefined;

  constructor(parts: KeyWatchesParts) {
    this.#parts = parts;
  }

  get counts(): CollapseCounts {
    let keys = 0;
    for (const group of this.#groups.values()) if (group.isFounded) keys += group.size;
    return { groups: this.#groups.size, keys, undone: this.#undone };
  }

  /** Follows a key as `Catalog.watch` promises. */
  async *watch(
    path: string,
    follow: FollowAlone,
    signal: AbortSignal,
    known: Value | undefined,
  ): AsyncGenerator<Answer> {
    if (signal.aborted) return;
    const onAlone = (one: Member, answer: Answer): void =>
      (one.home as Group | undefined)?.alone(one, answer);
    const member = new Member({ path, follow, known, onAlone });
    this.#join(member);
    try {
      yield* member.answers(signal);
    } finally {
      this.#part(member);
    }
  }

  #join(member: Member): void {
    this.#members.add(member);
    const group = this.#groupOver(member.path);
    if (group !== undefined) group.invite(member);
    else if (this.#members.size <= this.#most()) member.goAlone();
    else this.#gather();
  }

  #part(member: Member): void {
    this.#members.delete(member);
    member.stopAlone();
    member.home?.leave(member);
    member.next?.leave(member);
    if (this.#members.size > 0) return;
    this.#cancelGather?.();
    this.#cancelMinute?.();
    this.#cancelGather = this.#cancelMinute = undefined;
  }

  #groupOver(path: string): Group | undefined {
    const now = this.#parts.clock.now();
    for (const [prefix, group] of this.#groups) {
      if (path.startsWith(prefix) && !this.#bars.has(prefix, group.size, now)) return group;
    }
    return undefined;
  }

  /** How many keys are followed by themselves before any are collapsed. */
  #most(): number {
    const { from, forWaits } = this.#parts;
    if (from !== undefined) return from;
    return Math.max(FEWEST_ALONE, Math.min(COLLAPSE_FROM, Math.floor(forWaits() * SHARE_ALONE)));
  }

  /** Waits for more to sort out together. */
  #gather(): void {
    const now = this.#parts.clock.now();
    this.#cancelGather?.();
    this.#gatheringSinceMs ??= now;
    const leftMs = this.#gatheringSinceMs + GATHER.mostMs - now;
    const sort = (): void => this.#sortOut();
    this.#cancelGather = this.#parts.clock.setTimer(
      sort,
      Math.max(0, Math.min(GATHER.quietMs, leftMs)),
    );
  }

  #sortOut(): void {
    this.#cancelGather = undefined;
    this.#gatheringSinceMs = undefined;
    const isGrown = this.#members.size >= this.#sortedOut * GROWTH;
    const isWhole = this.#isStale || isGrown || this.#groups.size > this.#mostGroups();
    if (isWhole) {
      this.#sortedOut = this.#members.size;
      this.#isStale = false;
    }
    const members = [...this.#members].filter(
      (member) => isWhole || (member.home ?? member.next) === undefined,
    );
    const leaves = this.#divide(members);
    const groupOf = new Map<string, Group>();
    for (const leaf of leaves) {
      const group = this.#groups.get(leaf.prefix) ?? this.#found(leaf.prefix);
      for (const path of leaf.paths) groupOf.set(path, group);
    }
    for (const member of members) this.#place(member, groupOf.get(member.path));
    const { groups, keys } = this.counts;
    this.#parts.logger.debug(`${members.length} keys sorted out: ${groups} watches of prefixes`, {
      groups,
      keys,
    });
  }

  #divide(members: readonly Member[]): readonly Leaf[] {
    const { clock } = this.#parts;
    const paths = [...new Set(members.map(({ path }) => path))].sort(compareText);
    if (paths.length === 0) return [];
    const now = clock.now();
    const most = this.#most();
    return partition(paths, {
      most: this.#mostGroups(),
      least: Math.max(1, Math.min(LEAST_KEYS, most)),
      spare: most,
      isBarred: (prefix, keys) => this.#bars.has(prefix, keys, now) || !this.#isAskable(prefix),
      isThere: (prefix) => this.#groups.has(prefix),
      bytesBelow: (prefix) => this.#groups.get(prefix)?.bytes ?? this.#bytesBelow.get(prefix),
    });
  }

  #mostGroups(): number {
    return Math.max(1, Math.min(MOST_GROUPS, Math.floor(this.#parts.forWaits() * SHARE_OF_GROUPS)));
  }

  #place(member: Member, group: Group | undefined): void {
    if (group !== undefined) {
      if (member.home !== group && member.next !== group) group.invite(member);
      else if (member.home === group) member.next?.leave(member);
      return;
    }
    member.goAlone();
    member.home?.leave(member);
    member.next?.leave(member);
  }

  /** Half a name may be none: `a/.` is the beginning of `a/.b`. */
  #isAskable(prefix: string): boolean {
    try {
      this.#parts.planPrefix(prefix);
      return true;
    } catch {
      return false;
    }
  }

  #found(prefix: string): Group {
    const { planPrefix, follow, clock } = this.#parts;
    const group = new Group({
      ...{ prefix, follow, clock, plan: planPrefix(prefix) },
      onFounded: () => this.#founded(group),
      onCostly: () => this.#undo(group, 'is woken for more than its keys are worth'),
      onBroken: (members, failure) => this.#broken(group, members, failure),
      onEmpty: () => this.#groups.delete(prefix),
    });
    this.#groups.set(prefix, group);
    this.#cancelMinute ??= clock.setTimer(() => this.#look(), MINUTE_MS);
    group.start();
    return group;
  }

  /** What is known of its length now may be a reason to divide it. */
  #founded({ prefix, bytes = 0 }: Group): void {
    if (this.#bytesBelow.size >= MOST_REMEMBERED) this.#bytesBelow.clear();
    this.#bytesBelow.set(prefix, bytes);
    if (bytes <= DIVIDED_FROM_BYTES) return;
    this.#isStale = true;
    this.#gather();
  }

  #undo({ prefix, size }: Group, why: string): void {
    const { clock, logger } = this.#parts;
    const now = clock.now();
    if (this.#bars.has(prefix, size, now)) return;
    this.#bars.put(prefix, Math.max(1, size), now);
    this.#undone++;
    this.#isStale = true;
    this.#gather();
    logger.debug(
      `one watch for the ${size} keys below ${JSON.stringify(prefix)} ${why}: it is undone`,
      {
        prefix,
        keys: size,
      },
    );
  }

  #broken(group: Group, members: readonly Member[], failure: Broken): void {
    const { prefix } = group;
    const { clock, logger } = this.#parts;
    this.#groups.delete(prefix);
    if (failure.why === 'failed' && failure.error instanceof GivenUpError) {
      for (const member of members) if (!member.isServed) member.fail(failure.error);
      return;
    }
    this.#bars.put(prefix, Math.max(1, members.length), clock.now());
    this.#undone++;
    this.#isStale = true;
    this.#gather();
    const why = { tooLarge: 'is too long', refused: 'is refused', failed: 'cannot be had' }[
      failure.why
    ];
    const line = `the answer for all below ${JSON.stringify(prefix)} ${why}: its ${members.length} keys are not followed by one watch`;
    const fields = { prefix, keys: members.length };
    if (failure.why === 'refused' && !this.#hasSaidRefused) {
      this.#hasSaidRefused = true;
      logger.info(
        `${line} (the token needs key_prefix ${JSON.stringify(prefix)} with policy "list" or "read" for that)`,
        fields,
      );
    } else {
      logger.debug(line, fields);
    }
  }

  #look(): void {
    const { clock } = this.#parts;
    this.#cancelMinute = undefined;
    for (const group of this.#groups.values()) group.confirmAbsent(CONFIRMED_A_MINUTE);
    if (this.#bars.expire(clock.now())) {
      this.#isStale = true;
      this.#gather();
    }
    if (this.#groups.size === 0 && this.#bars.isEmpty) return;
    this.#cancelMinute = clock.setTimer(() => this.#look(), MINUTE_MS);
  }
}
