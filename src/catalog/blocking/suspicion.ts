import { AutotmplError } from '../../core/errors.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Clock } from '../../core/time.ts';
import type { Value } from '../values.ts';
import type { Evidence } from './evidence.ts';
import type { Ask, Finding, RequestPlan, Seen } from './request-plan.ts';
import type { BlockingServer } from './server.ts';

/** A catalog that began anew is believed once it has said the same for so long: its services come back one after the other. */
const SETTLE_MS = 5000;
/** One that changes all the time is believed after this: nobody who wiped his catalog is held for ever. */
const SETTLE_AT_MOST_MS = 30_000;
/** Rights that come back show in the answer; only where nothing is left to be shown must they be asked about again, and so seldom. */
const ASK_AGAIN_MS = 10_000;
/** Where an endpoint has nothing to count, its index is this. */
const NO_INDEX = 1;

const SAYS_FILTERED = 'says that it leaves out what the token may not read';

/** Why a good answer is not believed. */
export interface Doubt {
  readonly reason: AutotmplError;
  /** Whether it passes by itself, and soon. */
  readonly passes: boolean;
}

interface Believed {
  readonly value: Value;
  readonly size: number;
  readonly evidence: Evidence;
}

interface Settling {
  readonly sinceMs: number;
  sameSinceMs: number;
  digest: string;
}

/**
 * Judges answers that have lost something. Servers leave out what a token may not read without a word, and have holes for a while after they
 * began anew; both look as if somebody had taken it away. What was really taken away is believed at once: there, the servers do not
 * refuse to show what is missing, the index has advanced, and nothing was amiss in between.
 */
export class Suspicion {
  readonly #plan: RequestPlan;
  readonly #server: BlockingServer;
  readonly #clock: Clock;
  #believed: Believed | undefined;
  /** Something was amiss since the last answer that was believed. */
  #isShaken = false;
  /** The last doubt, the answer that it is about, and until when the same again is doubted without a question. */
  #last: { readonly doubt: Doubt; readonly digest: string; readonly untilMs: number } | undefined;
  /** It shrank while its index stood still, and nobody has explained that since. */
  #isUnexplained = false;
  #settling: Settling | undefined;

  constructor(plan: RequestPlan, server: BlockingServer, clock: Clock) {
    this.#plan = plan;
    this.#server = server;
    this.#clock = clock;
  }

  /** Whether the last good answer was not believed. */
  get isOn(): boolean {
    return this.#last !== undefined;
  }

  /** Whether a value has lost something, so that it must be read twice and judged. */
  isDue(found: Value): boolean {
    const { scrutiny } = this.#plan;
    if (scrutiny === undefined) return false;
    const size = scrutiny.size(found);
    const before = this.#believed;
    return before === undefined ? size === 0 && scrutiny.fromFirst : size < before.size;
  }

  /** Notes that the server was away or in trouble: whoever answers next may be another, or may have lost its data. */
  shake(): void {
    this.#isShaken = true;
    this.#settling = undefined;
    if (this.#last !== undefined) this.#last = { ...this.#last, untilMs: 0 };
  }

  /** Notes what was given out; all doubts are over. */
  believe(value: Value, evidence: Evidence): void {
    const size = this.#plan.scrutiny?.size(value) ?? 0;
    this.#believed = { value, size, evidence };
    this.#isShaken = false;
    this.#last = undefined;
    this.#isUnexplained = false;
    this.#settling = undefined;
  }

  /** Notes a value that was good at another time: who knows what happened since, where `seen` does not say it. */
  recall(value: Value, { index, isShaken }: Seen = { index: 0, isShaken: true }): void {
    this.believe(value, { index, digest: '', isFiltered: false });
    this.#isShaken = isShaken;
  }

  /** Judges an answer that is due and was read twice; undefined: it is to be believed. Rejects where what it asks on the side cannot be asked. */
  async judge(found: Value, evidence: Evidence, ask: Ask): Promise<Doubt | undefined> {
    const last = this.#last;
    if (last?.digest === evidence.digest && this.#clock.now() < last.untilMs) return last.doubt;
    const doubt = await this.#judge(found, evidence, ask);
    const untilMs = this.#settlesAtMs() ?? this.#clock.now() + ASK_AGAIN_MS;
    this.#last = doubt && { doubt, digest: evidence.digest, untilMs };
    return doubt;
  }

  async #judge(found: Value, evidence: Evidence, ask: Ask): Promise<Doubt | undefined> {
    const { scrutiny, aclRule } = this.#plan;
    const before = this.#believed;
    if (scrutiny === undefined) return undefined;
    const size = scrutiny.size(found);
    const isGrave = before === undefined || this.#isGrave(before, size, evidence);
    const finding = await scrutiny.findRights(before?.value, found, ask, isGrave);
    if (typeof finding === 'object') {
      return this.#lasting('leaves out what the token may not read', finding.missing);
    }
    if (!isGrave && finding !== 'blind') return undefined;
    if (before === undefined) {
      return evidence.isFiltered ? this.#lasting(SAYS_FILTERED, aclRule) : undefined;
    }
    const unexplained = this.#unexplained(before, evidence, finding);
    if (unexplained !== undefined) return this.#lasting(unexplained, aclRule);
    if (evidence.index <= before.evidence.index && before.evidence.index > NO_INDEX) {
      return this.#settle('began anew, as its index went back, and has', evidence);
    }
    const isLarge = this.#isShaken && isMuch(before.size, size);
    if (!isLarge && this.#settling === undefined) return undefined;
    return this.#settle('was away, and now has', evidence);
  }

  /** Whether it takes more than a second look, and no right that is lost, to believe it. */
  #isGrave(before: Believed, size: number, { index, isFiltered }: Evidence): boolean {
    return (
      this.isOn ||
      this.#isShaken ||
      isMuch(before.size, size) ||
      (index <= before.evidence.index && before.evidence.index > NO_INDEX) ||
      (isFiltered && !before.evidence.isFiltered)
    );
  }

  /** What speaks for a loss of rights where the servers did not say what the token may read. */
  #unexplained(before: Believed, evidence: Evidence, finding: Finding): string | undefined {
    if (finding === 'granted') {
      this.#isUnexplained = false;
      return undefined;
    }
    if (finding === 'blind') {
      return 'shows less than before, and no longer its own service either';
    }
    if (evidence.isFiltered && !before.evidence.isFiltered) {
      return SAYS_FILTERED;
    }
    this.#isUnexplained ||=
      evidence.index === before.evidence.index && before.evidence.index > NO_INDEX;
    return this.#isUnexplained ? 'shows less than before, though nothing has changed' : undefined;
  }

  #lasting(what: string, rule: string): Doubt {
    this.#settling = undefined;
    const advice = `the token needs ${rule}`;
    return {
      passes: false,
      reason: new AutotmplError('catalog', `${this.#server.name} ${what}`, { advice }),
    };
  }

  /** When what is settling is believed, if it stays the same until then. */
  #settlesAtMs(): number | undefined {
    const { sinceMs, sameSinceMs } = this.#settling ?? {};
    if (sinceMs === undefined || sameSinceMs === undefined) return undefined;
    return Math.min(sameSinceMs + SETTLE_MS, sinceMs + SETTLE_AT_MOST_MS);
  }

  #settle(what: string, { digest }: Evidence): Doubt | undefined {
    const nowMs = this.#clock.now();
    this.#settling ??= { sinceMs: nowMs, sameSinceMs: nowMs, digest };
    const settling = this.#settling;
    if (settling.digest !== digest) Object.assign(settling, { sameSinceMs: nowMs, digest });
    if (nowMs >= (this.#settlesAtMs() ?? 0)) return undefined;
    return {
      passes: true,
      reason: new AutotmplError(
        'catalog',
        `${this.#server.name} ${what} less than before: that is believed when it stays so for ${formatDuration(SETTLE_MS)}`,
      ),
    };
  }
}

/** Everything, or half of it. */
function isMuch(before: number, now: number): boolean {
  return now === 0 || now * 2 <= before;
}
