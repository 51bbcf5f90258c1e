import { formatDuration } from '../../core/duration.ts';
import { describeError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import type { OwedMarkers } from '../../output/owed-markers.ts';
import type { Target } from '../target.ts';
import { compareFile, type Difference } from './compare-file.ts';
import type { Complaint } from './complaint.ts';
import type { DriftingFile } from './drifting-file.ts';
import { Fight } from './fight.ts';
import { putBack } from './put-back.ts';
import type { Turns } from './turns.ts';
import type { UnderWay } from './under-way.ts';

/** What restoring a file works with. */
export interface RestoringOptions {
  readonly complaint: Complaint;
  readonly markers: OwedMarkers;
  readonly turns: Turns;
  readonly underWay: UnderWay;
  /** What was put back is what the command has succeeded on. */
  readonly onGoodRestored: (target: Target) => Promise<void>;
  /** The text of the target's file was put back, so that its command has to run. */
  readonly onRestored: (target: Target) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Puts one file back that somebody else changed: at once, and later each time while they go on. One that cannot be put back is tried again. */
export class Restoring {
  readonly #file: DriftingFile;
  readonly #options: RestoringOptions;
  readonly #fight: Fight;
  /** Tries that failed since it was last right. */
  #tries: Fight;
  #cancelPlan: CancelTimer | undefined;
  #isUnderWay = false;
  #lastFailure: string | undefined;
  #stopped = false;

  constructor(file: DriftingFile, options: RestoringOptions) {
    this.#file = file;
    this.#options = options;
    this.#fight = new Fight(options.clock);
    this.#tries = new Fight(options.clock);
  }

  /** Whether it is put back at this moment. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** It differs so: puts it back, or says when that will be. */
  async plan(difference: Difference): Promise<void> {
    const { pauseMs, count, lastsMs } = this.#fight;
    if (this.#cancelPlan !== undefined) return;
    if (pauseMs === 0) {
      await this.#try();
      return;
    }
    const often = `it was put back ${count} times in ${formatDuration(Math.max(1000, lastsMs))}, and is put back again in ${formatDuration(pauseMs)}`;
    const then =
      count === 1
        ? `it is put back in ${formatDuration(pauseMs)}`
        : `${often}: two programs that write one file undo each other's work`;
    this.#tryAfter(pauseMs);
    await this.#options.complaint.differs(difference, then);
  }

  /** It is right again: what was planned is not done. */
  cancel(): void {
    this.#cancelPlan?.();
    this.#cancelPlan = undefined;
    this.#forgetFailures();
  }

  /** Puts nothing back any more. */
  stop(): void {
    this.#stopped = true;
    this.cancel();
  }

  #tryAfter(pauseMs: number): void {
    if (this.#stopped) return;
    const { clock, underWay } = this.#options;
    this.#cancelPlan?.();
    this.#cancelPlan = clock.setTimer(() => {
      this.#cancelPlan = undefined;
      underWay.add(this.#try());
    }, pauseMs);
  }

  async #try(): Promise<void> {
    this.#isUnderWay = true;
    try {
      await this.#options.turns.take(() => this.#putBack());
    } catch (error) {
      this.#tries.note();
      this.#complain(describeError(error));
      this.#tryAfter(this.#tries.pauseMs);
    } finally {
      this.#isUnderWay = false;
    }
  }

  async #putBack(): Promise<void> {
    const { markers, complaint, onRestored, onGoodRestored } = this.#options;
    const { target, expected } = this.#file;
    // It may have been written anew meanwhile, or put right.
    const difference = this.#stopped ? undefined : await compareFile(target, expected);
    if (difference === undefined) {
      delete this.#file.drift;
      return;
    }
    const wasGood = !(await markers.isOwed(target.destination));
    await putBack(target, difference, expected, markers);
    if (wasGood) await onGoodRestored(target);
    this.#fight.note();
    delete this.#file.drift;
    await complaint.wasPutBack(difference);
    this.#forgetFailures();
    if (difference.kind !== 'dress') onRestored(target);
  }

  #forgetFailures(): void {
    this.#lastFailure = undefined;
    this.#tries = new Fight(this.#options.clock);
  }

  #complain(reason: string): void {
    const { label } = this.#file.target;
    const message = `${label} drifted and cannot be put back: ${reason}; it is tried again`;
    if (this.#lastFailure !== reason) this.#options.logger.error(message, { target: label });
    this.#lastFailure = reason;
  }
}
