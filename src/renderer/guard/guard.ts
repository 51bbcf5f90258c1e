import type { Query } from '../../catalog/query.ts';
import type { Bus } from '../../core/bus.ts';
import { formatDuration } from '../../core/duration.ts';
import type { AutotmplError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import type { Recall } from '../../template/engine.ts';
import { areSame, type Ledger, type MadeOf } from '../ledger.ts';
import type { GuardRules } from '../safety.ts';
import type { Target } from '../target.ts';
import type { Counted } from './census.ts';
import { GuardCount, type GuardReport } from './count.ts';
import { droppedQueries } from './dropped.ts';
import { allIdle, sharedNames, tellOfIdle } from './idle-report.ts';
import { judgeAll } from './judges.ts';
import type { GuardMemories, GuardMemory } from './memory.ts';
import { guardsIn } from './objections.ts';
import { RemovalGrace } from './removal-grace.ts';
import { UnknownPast } from './unknown-past.ts';
import { delayed, refused, RELEASED, type WordsFor } from './words.ts';

/** What a guard works with. */
export interface GuardOptions {
  readonly ledger: Ledger;
  readonly memories: GuardMemories;
  /** What is known, as the catalog has it. */
  readonly recall: Recall;
  readonly once: boolean;
  /** How an operator releases a file, as a clause: `autotmpl release LABEL takes it`. */
  readonly releaseAdvice: (label: string) => string;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
  /** Called when the time has come to look again. */
  readonly onDue: () => void;
}

/** What a file would be made of. */
export interface Draft {
  readonly used: ReadonlyMap<string, Query>;
  readonly madeOf: MadeOf;
  readonly text: string;
}

/** Why a draft does not become the file. */
export interface Hold {
  readonly error: AutotmplError;
  /** The guards that object, and did not before. */
  readonly fresh: readonly string[];
  /** `warn`: it only comes later. */
  readonly level: 'error' | 'warn';
}

/** All guards of one target: what it may see, whether its file may become what it would be, and when it is looked at again. */
export class Guard {
  readonly #target: Target;
  readonly #rules: GuardRules;
  readonly #options: GuardOptions;
  readonly #memory: GuardMemory;
  readonly #count: GuardCount;
  readonly #grace: RemovalGrace | undefined;
  readonly #past: UnknownPast;
  #cancelTimer: CancelTimer = () => undefined;
  #draft: Draft | undefined;
  #removals: readonly Counted[] = [];
  /** What the file was made of when it was last put in place under this config. */
  #lastUsed: ReadonlyMap<string, Query> | undefined;
  #opensMs: number | undefined;
  #wasIdleSaid = false;

  constructor(target: Target, rules: GuardRules, options: GuardOptions) {
    const { memories, ledger, recall, clock, bus, logger, once } = options;
    this.#target = target;
    this.#rules = rules;
    this.#options = options;
    this.#memory = memories.of(target);
    this.#count = new GuardCount(target, rules, { memory: this.#memory, clock, bus });
    this.#past = new UnknownPast(target, logger);
    for (const [guard, name] of sharedNames(rules)) {
      memories.idle.expect(target.label, `${guard} ${name}`);
    }
    // A single run waits for nothing.
    if (rules.removeAfterMs.size === 0 || once) {
      this.#memory.graces.clear();
    } else {
      this.#grace = new RemovalGrace({
        ...{ rules: rules.removeAfterMs, recall },
        known: (id) => ledger.of(target)?.get(id),
        memories: this.#memory.graces,
        nowMs: () => clock.now(),
      });
    }
  }

  /** What the template may see. */
  get recall(): Recall {
    return this.#grace?.recall ?? this.#options.recall;
  }

  /** Says why the draft may not become the file; undefined where it may. */
  judge(draft: Draft): Hold | undefined {
    this.#draft = draft;
    this.#opensMs = undefined;
    this.#grace?.keepOnly(draft.used, draft.madeOf);
    if (this.#grace?.isIdle === false) {
      this.#count.evaluated('removeAfter', this.#grace.kept === 0);
    }
    const objection = this.#object(draft);
    if (objection !== undefined) this.#memory.isDelayed = false;
    const hold = objection ?? this.#delay(draft);
    if (hold === undefined) this.#letGo();
    else this.#memory.heldSinceMs ??= this.#options.clock.now();
    return hold;
  }

  /** The draft that was judged last is the file now; `changed`: it was another before. */
  accepted(changed: boolean): void {
    const { clock, once } = this.#options;
    const memory = this.#memory;
    const nowMs = clock.now();
    if (this.#draft === undefined) return;
    this.#lastUsed = this.#draft.used;
    if (memory.released === undefined) {
      for (const counted of this.#removals) memory.removals.note(counted, nowMs);
    } else {
      memory.removals.forget();
    }
    memory.released = undefined;
    memory.objections.clear();
    const { maxChanges, maxRemovedPercent } = this.#rules;
    if (changed && maxRemovedPercent.size > 0) this.#past.replaced();
    if (maxChanges !== undefined && !once) {
      memory.budget.note(this.#draft.text, changed, maxChanges, nowMs);
    }
  }

  /** Has the file take what was refused last, and not what may come later. */
  release(): void {
    if (this.#draft === undefined) return;
    this.#memory.released = { madeOf: this.#draft.madeOf, by: 'operator' };
    this.#memory.objections.clear();
    this.#memory.budget.refill();
    this.#options.onDue();
  }

  /** Sees to it that the target is looked at again when time alone changes something. */
  plan(): void {
    const { clock, onDue } = this.#options;
    const nowMs = clock.now();
    const { holdForMs } = this.#rules;
    const times = [
      this.#grace?.endsMs,
      this.#opensMs,
      holdForMs === undefined ? undefined : this.#memory.objections.nextEndMs(nowMs, holdForMs),
    ].flatMap((time) => time ?? []);
    this.stop();
    if (times.length === 0) return;
    this.#cancelTimer = clock.setTimer(onDue, Math.max(0, Math.min(...times) - nowMs));
  }

  /** Ends its timer. */
  stop(): void {
    this.#cancelTimer();
  }

  /** How its guards stand. */
  report(): GuardReport {
    return this.#count.report();
  }

  #object({ used, madeOf }: Draft): Hold | undefined {
    const { ledger, clock } = this.#options;
    const { released, objections, removals } = this.#memory;
    if (released !== undefined && areSame(released.madeOf, madeOf)) return undefined;
    const nowMs = clock.now();
    const before = released?.madeOf ?? ledger.of(this.#target);
    const lastUsed = this.#lastUsed;
    const dropped = droppedQueries({ lastUsed, used, before, now: madeOf });
    const found = judgeAll(
      { used, dropped, before, now: madeOf },
      {
        rules: this.#rules,
        removals,
        // While something is objected to, what went before it does not fall out of sight.
        nowMs: objections.sinceMs ?? nowMs,
        areSecret: this.#target.secret,
      },
    );
    this.#removals = found.removals;
    this.#past.look(before);
    const idle = allIdle(found.idle, this.#grace?.idleNames);
    if (!this.#wasIdleSaid) tellOfIdle(this.#target, this.#rules, idle, this.#options);
    this.#wasIdleSaid = true;
    this.#count.judged(found);
    const { holdForMs } = this.#rules;
    const { standing, fresh, anyExpired } = objections.take(found.objections, nowMs, holdForMs);
    for (const guard of guardsIn(fresh)) this.#count.objected(guard);
    if (standing.length > 0) {
      return {
        // A single run does not see the end of it.
        error: refused(standing, this.#options.once ? undefined : holdForMs, this.#words),
        fresh: guardsIn(fresh),
        level: 'error',
      };
    }
    if (anyExpired) this.#memory.released = { madeOf, by: 'time' };
    return undefined;
  }

  /** A file that changed often enough changes later. */
  #delay({ text }: Draft): Hold | undefined {
    const { maxChanges } = this.#rules;
    const { once, clock } = this.#options;
    if (maxChanges === undefined || once) return undefined;
    const nowMs = clock.now();
    const opensMs = this.#memory.budget.opensMs(text, maxChanges, nowMs);
    this.#count.evaluated('maxChanges', opensMs === undefined);
    this.#opensMs = opensMs;
    if (opensMs === undefined) return undefined;
    const isFresh = !this.#memory.isDelayed;
    this.#memory.isDelayed = true;
    if (isFresh) this.#count.objected('maxChanges');
    return {
      error: delayed({ ...this.#words, maxChanges, inMs: opensMs - nowMs, clock }),
      fresh: isFresh ? ['maxChanges'] : [],
      level: 'warn',
    };
  }

  get #words(): WordsFor {
    const { label } = this.#target;
    return { label, advice: this.#options.releaseAdvice(label) };
  }

  /** Nothing is held any more. */
  #letGo(): void {
    const memory = this.#memory;
    if (memory.heldSinceMs === undefined) return;
    const { bus, logger, clock } = this.#options;
    const { label } = this.#target;
    const by = memory.released?.by ?? 'data';
    const heldFor = formatDuration(clock.now() - memory.heldSinceMs);
    memory.heldSinceMs = undefined;
    memory.isDelayed = false;
    bus.emit('target:released', { target: label, by });
    logger.info(`${label} is released after ${heldFor}: ${RELEASED[by]}`, { target: label });
  }
}
