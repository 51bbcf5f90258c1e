import type { Distribution } from './statistics.ts';

/** Why a contender is in the run: what is compared with, our program, or another's. */
export type Role = 'baseline' | 'subject' | 'peer';

/** One contender's line of a scenario. What it did not get to is absent, and `failure` says why. */
export interface Outcome {
  readonly contender: string;
  readonly role: Role;
  readonly failure?: string;
}

/** From just before the PUT of a key until its value was seen. */
export interface ChangeOutcome extends Outcome {
  readonly delayMs?: Distribution;
  /** Median over the median of the bare blocking query. */
  readonly ratio?: number;
}

/** One start until exit, for one number of templates. */
export interface OnceOutcome extends Outcome {
  readonly templates: number;
  readonly wallMs?: Distribution;
  /** The highest of all counted runs. */
  readonly peakMemoryBytes?: number;
  /** Median over the median of `node -e 0` at the same size. */
  readonly ratio?: number;
}

/** From one thing that happens to another that follows from it. */
export interface StepOutcome extends ChangeOutcome {
  /** From what to what. */
  readonly step: string;
}

/** A process that has nothing to do. */
export interface IdleOutcome extends Outcome {
  /** From the start until every file was there, or every service passing. */
  readonly readyMs?: number;
  readonly memoryBytes?: number;
  /** User and system time over the window, in percent of one core. */
  readonly cpuPercent?: number;
  /** Open connections to the agent. */
  readonly connections?: number;
}

/** One of the aims that the project set itself. */
export interface Aim {
  readonly what: string;
  readonly unit: 'ms' | 'bytes' | 'ratio';
  readonly limit: number;
  readonly value: number;
  readonly met: boolean;
}

/** All of one run: the content of bench/results/latest.json. */
export interface Results {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly machine: Machine;
  readonly change?: readonly ChangeOutcome[];
  readonly once?: readonly OnceOutcome[];
  readonly idle?: { readonly windowMs: number; readonly outcomes: readonly IdleOutcome[] };
  readonly start?: readonly StepOutcome[];
  readonly jobs?: { readonly windowMs: number; readonly outcomes: readonly IdleOutcome[] };
  readonly critical?: readonly StepOutcome[];
  readonly instances?: readonly StepOutcome[];
  readonly render?: readonly StepOutcome[];
  readonly many?: readonly StepOutcome[];
  readonly aims: readonly Aim[];
}

/** Where the numbers were measured. */
export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  readonly consul: string;
}
