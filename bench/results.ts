import type { Outside } from './scale/outsider.ts';
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
  /** Median over the median of the baseline at the same size. */
  readonly ratio?: number;
  /** User and system time in the mean, and over that of the baseline: what a busy machine changes least. */
  readonly cpuMs?: number;
  readonly cpuRatio?: number;
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

/** A program that keeps many files true, from its start on; see {@link ScaleFacts}. */
export interface ScaleOutcome extends Outcome {
  readonly transport: 'http' | 'https';
  readonly keys: number;
  readonly services: number;
  readonly templates: number;
  /** From the start until the last file was there; of a baseline, until every fact was read. */
  readonly coldMs?: number;
  /** The most connections to the agent that it had open at once, from its start to its end. */
  readonly connections?: number;
  /** What another client on the same address met with all the while. */
  readonly outside?: Outside;
  /** From the write of a fact, one after the other all over the catalog, until it was in its file. */
  readonly delayMs?: Distribution;
  /** Of the bare blocking query on a key of its own, which takes turns with these changes; the ratio is of the medians. */
  readonly bareMs?: Distribution;
  readonly ratio?: number;
  /** Changes that were not in their file when the waiting was over; they are not in {@link delayMs}. */
  readonly unseen?: number;
  /** Resident once all files were there and it had come to rest, and after all changes. */
  readonly memoryBytes?: number;
  readonly memoryAfterBytes?: number;
  /** Of one core, while nothing changes. */
  readonly idleCpuPercent?: number;
  /** Questions that the agent answered, while nothing changes. */
  readonly idleQuestionsPerSecond?: number;
  /** Processor time from the first change to the last arrival, rest between them included, over the number of changes. */
  readonly cpuMsPerChange?: number;
}

/** How one figure grows with the number of facts: {@link slopeOf}. */
export interface GrowthSlope {
  readonly what: string;
  /** Of the line that fits all sizes best, on logarithmic axes: 1 is linear. */
  readonly slope: number;
  /** Between the two largest sizes. */
  readonly lastSlope: number;
}

/** A storm of writes into a prefix that a program prints. */
export interface StormOutcome extends Outcome {
  readonly windowMs: number;
  /** What the writer reached. */
  readonly writesPerSecond?: number;
  /** Questions that the agent answered during the window. */
  readonly questions?: number;
  readonly cpuPercent?: number;
  /** From the last write of all until its value was in the file. */
  readonly lastValueMs?: number;
}

/** A reading of a program's memory after so many changes. */
export interface FlatReading {
  readonly changes: number;
  /** After garbage collection. */
  readonly heapBytes: number;
  readonly memoryBytes: number;
}

/** Memory over many changes. */
export interface FlatOutcome extends Outcome {
  readonly readings: readonly FlatReading[];
}

/** What the program is shipped as. */
export interface FormOutcome extends OnceOutcome {
  /** Of all files that it is started from. */
  readonly sizeBytes?: number;
}

/** One of the aims that the project set itself. */
export interface Aim {
  /** The scenario that it is judged by. */
  readonly scenario: string;
  readonly what: string;
  readonly unit: 'ms' | 'bytes' | 'ratio' | 'percent' | 'count' | 'slope';
  readonly limit: number;
  readonly value: number;
  readonly met: boolean;
}

/** What the scenarios found; those that did not run are absent. */
export interface ScenarioResults {
  readonly change?: readonly ChangeOutcome[];
  readonly once?: readonly OnceOutcome[];
  readonly idle?: { readonly windowMs: number; readonly outcomes: readonly IdleOutcome[] };
  readonly start?: readonly StepOutcome[];
  readonly jobs?: { readonly windowMs: number; readonly outcomes: readonly IdleOutcome[] };
  readonly critical?: readonly StepOutcome[];
  readonly instances?: readonly StepOutcome[];
  readonly render?: readonly StepOutcome[];
  readonly many?: readonly StepOutcome[];
  readonly scale?: readonly ScaleOutcome[];
  readonly growth?: {
    readonly outcomes: readonly ScaleOutcome[];
    readonly slopes: readonly GrowthSlope[];
  };
  readonly storm?: readonly StormOutcome[];
  readonly flat?: readonly FlatOutcome[];
  readonly forms?: readonly FormOutcome[];
}

/** All of one run: the content of bench/results/latest.json. */
export interface Results extends ScenarioResults {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly machine: Machine;
  /** How many processes wanted a core in the mean of the minute before each scenario. */
  readonly load: Readonly<Record<string, number>>;
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
