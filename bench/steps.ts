import type { Role, StepOutcome } from './results.ts';
import { distribution } from './statistics.ts';

/** One thing that is timed again and again. */
interface Step {
  readonly contender: string;
  readonly role: Role;
  readonly step: string;
  readonly delaysMs: number[];
  failure?: string;
}

/** The times of several steps of one scenario; each of ours is compared with a baseline. */
export class Steps {
  readonly #steps: Step[] = [];

  /** Names a step of a baseline or of ours; what is returned takes its times, in milliseconds. */
  add(contender: string, role: Role, step: string): (delayMs: number) => void {
    const delaysMs: number[] = [];
    this.#steps.push({ contender, role, step, delaysMs });
    return (delayMs) => delaysMs.push(delayMs);
  }

  /** What went wrong with ours: the scenario ended there. */
  fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    for (const step of this.#steps) if (step.role === 'subject') step.failure = message;
  }

  /** Each step, with the ratio of its median to that of the baseline before it. */
  outcomes(): StepOutcome[] {
    let baselineMs = NaN;
    return this.#steps.map(({ contender, role, step, delaysMs, failure }) => {
      if (failure !== undefined || delaysMs.length === 0) {
        return { contender, role, step, failure: failure ?? 'it was not measured' };
      }
      const delayMs = distribution(delaysMs);
      if (role === 'baseline') baselineMs = delayMs.median;
      const ratio = role === 'baseline' ? {} : { ratio: delayMs.median / baselineMs };
      return { contender, role, step, delayMs, ...ratio };
    });
  }
}
