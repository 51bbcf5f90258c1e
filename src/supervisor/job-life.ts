import type { ProcessEnd } from '../process/long-process.ts';
import type { EventCode } from './happening.ts';

/** The words in which the life of a job is told: `transitions.ts` is the table of it, `job.ts` carries it out. */

/** Where a job is in its life. */
export type JobStateName =
  /** Its `when` has not come. */
  | 'waiting'
  /** Its process was asked for and does not run yet. */
  | 'starting'
  | 'running'
  /** Its time was up, and its group is being killed. */
  | 'killing'
  /** Between two runs: there is no process. */
  | 'resting'
  /** Told to stop, or ended for good: what has to come before the stop signal happens now. */
  | 'withdrawing'
  /** The stop signal was sent. */
  | 'ending'
  | 'done';

/** A job's life at one moment. */
export interface JobState {
  readonly name: JobStateName;
  /** Runs that were begun. */
  readonly runs: number;
  /** Failed or ended runs in a row, since the last one that lasted: what the delay grows by. */
  readonly attempt: number;
  /** Whether there is a process. `withdrawing` is the only state that may be either way. */
  readonly hasProcess: boolean;
  /** An event came while it ran, and it runs once more for it. */
  readonly again: boolean;
  /** What follows once its process has ended or started: nothing more, another run, or what its rules say. */
  readonly next: 'rules' | 'restart' | 'stop';
  /** How the last run ended. */
  readonly lastEnd: RunEnd | undefined;
}

/** How a run ended: as a process does, or without ever having been one. */
export type RunEnd = ProcessEnd | { readonly couldNotStart: string; readonly code: 126 | 127 };

/** What the table has to know of a job's settings. */
export interface JobRules {
  readonly hasExec: boolean;
  /** What starts a run after the first: nothing, an interval, or each event. */
  readonly repeats: 'never' | 'interval' | 'each';
  /** Whether the first run of an interval job comes at once. */
  readonly intervalFirst: 'now' | 'later';
  readonly intervalMs: number;
  /** Whether it waits for an event before its first run. */
  readonly waits: boolean;
  readonly whenTimeoutMs: number | undefined;
  readonly timeoutMs: number | undefined;
  /** Runs after the first; Infinity: without end. */
  readonly maxRestarts: number;
  /** How long to wait before run number `attempt + 2` in a row. */
  readonly restartDelayMs: (attempt: number) => number;
  readonly resetMs: number;
}

/** What may happen to a job. */
export type JobEvent =
  | { readonly kind: 'begin' }
  /** Its `when` came, or somebody wants it to run. */
  | { readonly kind: 'trigger' }
  | { readonly kind: 'started' }
  | { readonly kind: 'startFailed'; readonly end: RunEnd }
  /** `ranMs`: how long it ran. */
  | { readonly kind: 'ended'; readonly end: RunEnd; readonly ranMs: number }
  | { readonly kind: 'timer'; readonly timer: TimerName }
  /** Take it down for good. */
  | { readonly kind: 'stop' }
  /** Take its process down and start another. */
  | { readonly kind: 'restart' }
  /** What has to come before the stop signal is done. */
  | { readonly kind: 'withdrawn' };

/** A job's timers. */
export type TimerName = 'when' | 'run' | 'restart' | 'interval';

/** What a job does. */
export type Effect =
  | { readonly do: 'spawn' }
  /** The stop signal, its time, KILL. */
  | { readonly do: 'signal' }
  /** KILL to the group, at once. */
  | { readonly do: 'kill' }
  /** Whoever is left of the group of a process that has ended is killed. */
  | { readonly do: 'clear' }
  | { readonly do: 'announce'; readonly code: EventCode }
  | { readonly do: 'arm'; readonly timer: TimerName; readonly afterMs: number }
  | { readonly do: 'disarm'; readonly timer: TimerName }
  /** Begins to check and to advertise, or goes on with it. */
  | { readonly do: 'watch' }
  /** Stops checking; what is advertised is reported critical. */
  | { readonly do: 'unwatch' }
  /** What comes before the stop signal: hooks, de-registration, drain. `withdrawn` follows. */
  | { readonly do: 'withdraw' }
  | { readonly do: 'complete' };

/** A state, and what is done on the way to it. */
export interface Step {
  readonly state: JobState;
  readonly effects: readonly Effect[];
}

/** The life of a job that has not begun. */
export const UNBORN: JobState = {
  name: 'waiting',
  runs: 0,
  attempt: 0,
  hasProcess: false,
  again: false,
  next: 'rules',
  lastEnd: undefined,
};
