import type { ProcessEnd } from '../process/long-process.ts';
import type { EventCode } from './settings.ts';

/**
 * The life of a job as a table: what a job does when something happens depends on nothing but its state, its rules and the
 * event. Effects are data; job.ts carries them out. docs/lifecycle.md draws it.
 */

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

type Handler = (state: JobState, event: never, rules: JobRules) => Step;
type Row = Readonly<Record<JobEvent['kind'], Handler>>;

/** What happens next. Pure. */
export function transition(state: JobState, event: JobEvent, rules: JobRules): Step {
  return TABLE[state.name][event.kind](state, event as never, rules);
}

const stay = (state: JobState): Step => ({ state, effects: [] });
const remember = (state: JobState): Step => ({ state: { ...state, again: true }, effects: [] });
const announce = (code: EventCode): Effect => ({ do: 'announce', code });
const disarm = (timer: TimerName): Effect => ({ do: 'disarm', timer });
const disarmAll: readonly Effect[] = (['when', 'run', 'restart', 'interval'] as const).map(disarm);

/** One row a state, one entry an event: what is absent in life is here as `stay`, on purpose. */
const TABLE: Readonly<Record<JobStateName, Row>> = {
  waiting: {
    begin: (state, _event, rules) => begin(state, rules),
    trigger: (state, _event, rules) => run(state, rules),
    started: stay,
    startFailed: stay,
    ended: stay,
    timer: (state, { timer }: JobEvent & { kind: 'timer' }, rules) => {
      if (timer === 'interval') return run(state, rules);
      if (timer !== 'when') return stay(state);
      return finish(state, [announce('timedOut'), announce('stopping')]);
    },
    stop: (state) =>
      state.runs === 0 ? silentlyDone(state) : withdraw({ ...state, next: 'stop' }),
    restart: (state, _event, rules) => run(state, rules),
    withdrawn: stay,
  },
  starting: {
    begin: stay,
    trigger: remember,
    started: (state, _event, rules) => started(state, rules),
    startFailed: (state, { end }: JobEvent & { kind: 'startFailed' }, rules) =>
      ended(state, end, 0, rules),
    ended: stay,
    timer: stay,
    stop: (state) => stay({ ...state, next: 'stop' }),
    restart: (state) => (state.next === 'stop' ? stay(state) : stay({ ...state, next: 'restart' })),
    withdrawn: stay,
  },
  running: {
    begin: stay,
    trigger: remember,
    started: stay,
    startFailed: stay,
    ended: (state, { end, ranMs }: JobEvent & { kind: 'ended' }, rules) =>
      ended(state, end, ranMs, rules),
    timer: (state, { timer }: JobEvent & { kind: 'timer' }, rules) => {
      // A run that is still under way when the next one is due takes its place.
      if (timer === 'interval') return { state, effects: [rearm(rules)] };
      if (timer !== 'run' || !state.hasProcess) return stay(state);
      return { state: { ...state, name: 'killing' }, effects: [announce('timedOut'), KILL] };
    },
    stop: (state) => withdraw({ ...state, next: 'stop' }),
    restart: (state, _event, rules) => {
      if (!rules.hasExec) return stay(state);
      return {
        state: { ...state, name: 'ending', next: 'restart' },
        effects: [disarm('run'), { do: 'unwatch' }, { do: 'signal' }],
      };
    },
    withdrawn: stay,
  },
  killing: {
    begin: stay,
    trigger: remember,
    started: stay,
    startFailed: stay,
    ended: (state, { end, ranMs }: JobEvent & { kind: 'ended' }, rules) =>
      ended(state, end, ranMs, rules),
    timer: (state, { timer }: JobEvent & { kind: 'timer' }, rules) =>
      timer === 'interval' ? { state, effects: [rearm(rules)] } : stay(state),
    stop: (state) => stay({ ...state, next: 'stop' }),
    restart: (state) => (state.next === 'stop' ? stay(state) : stay({ ...state, next: 'restart' })),
    withdrawn: stay,
  },
  resting: {
    begin: stay,
    trigger: (state, _event, rules) => run(state, rules),
    started: stay,
    startFailed: stay,
    ended: stay,
    timer: (state, { timer }: JobEvent & { kind: 'timer' }, rules) =>
      timer === 'restart' || timer === 'interval' ? run(state, rules) : stay(state),
    stop: (state) => withdraw({ ...state, next: 'stop' }),
    restart: (state, _event, rules) => run(state, rules),
    withdrawn: stay,
  },
  withdrawing: {
    begin: stay,
    trigger: stay,
    started: stay,
    startFailed: stay,
    // It went of its own accord before it was told to.
    ended: (state, { end }: JobEvent & { kind: 'ended' }) => ({
      state: { ...state, hasProcess: false, lastEnd: end },
      effects: [{ do: 'clear' }, announce(exitCode(end))],
    }),
    timer: stay,
    stop: stay,
    restart: stay,
    withdrawn: (state) =>
      state.hasProcess
        ? { state: { ...state, name: 'ending' }, effects: [{ do: 'signal' }] }
        : finish(state, []),
  },
  ending: {
    begin: stay,
    trigger: stay,
    started: stay,
    startFailed: stay,
    ended: (state, { end }: JobEvent & { kind: 'ended' }, rules) => {
      const ended = { ...state, hasProcess: false, lastEnd: end };
      const effects: readonly Effect[] = [{ do: 'clear' }, announce(exitCode(end))];
      if (state.next === 'restart') return after(effects, run(ended, rules));
      return finish(ended, effects);
    },
    timer: stay,
    stop: (state) =>
      state.next === 'restart'
        ? { state: { ...state, next: 'stop' }, effects: [WITHDRAW_BESIDE] }
        : stay(state),
    restart: stay,
    withdrawn: stay,
  },
  done: {
    begin: stay,
    trigger: stay,
    started: stay,
    startFailed: stay,
    ended: stay,
    timer: stay,
    stop: stay,
    restart: (state, _event, rules) => run({ ...state, attempt: 0, next: 'rules' }, rules),
    withdrawn: stay,
  },
};

const KILL: Effect = { do: 'kill' };
/** A restart that became a stop: its process is on its way out already, and what comes before the signal comes beside it. */
const WITHDRAW_BESIDE: Effect = { do: 'withdraw' };

function rearm({ intervalMs }: JobRules): Effect {
  return { do: 'arm', timer: 'interval', afterMs: intervalMs };
}

function begin(state: JobState, rules: JobRules): Step {
  if (rules.waits) {
    const { whenTimeoutMs } = rules;
    const arm: Effect[] =
      whenTimeoutMs === undefined ? [] : [{ do: 'arm', timer: 'when', afterMs: whenTimeoutMs }];
    return { state, effects: arm };
  }
  if (rules.repeats === 'interval' && rules.intervalFirst === 'later') {
    return { state, effects: [rearm(rules)] };
  }
  return run(state, rules);
}

function run(state: JobState, rules: JobRules): Step {
  const runs = state.runs + 1;
  const timers: Effect[] = [disarm('when'), disarm('restart')];
  // From start to start: a run takes nothing of the time to the next.
  if (rules.repeats === 'interval' && runs <= rules.maxRestarts) timers.push(rearm(rules));
  else timers.push(disarm('interval'));
  const next: JobState = { ...state, name: 'starting', runs, again: false, next: 'rules' };
  if (rules.hasExec) return { state: next, effects: [...timers, { do: 'spawn' }] };
  return after(timers, started(next, rules));
}

function started(state: JobState, rules: JobRules): Step {
  const running: JobState = { ...state, name: 'running', hasProcess: rules.hasExec };
  const effects: Effect[] = [announce('started')];
  if (state.next === 'stop') return after(effects, withdraw(running));
  if (rules.timeoutMs !== undefined && rules.hasExec) {
    effects.push({ do: 'arm', timer: 'run', afterMs: rules.timeoutMs });
  }
  if (state.next === 'restart') {
    return { state: { ...running, name: 'ending' }, effects: [...effects, { do: 'signal' }] };
  }
  return { state: running, effects: [...effects, { do: 'watch' }] };
}

/** A run is over: another one, a rest, or the end. */
function ended(state: JobState, end: RunEnd, ranMs: number, rules: JobRules): Step {
  const wasStable = ranMs >= rules.resetMs;
  const over: JobState = { ...state, hasProcess: false, lastEnd: end };
  const effects: readonly Effect[] = [
    disarm('run'),
    { do: 'clear' },
    { do: 'unwatch' },
    announce(exitCode(end)),
  ];
  if (state.next === 'stop') return after(effects, withdraw(over));
  if (state.next === 'restart') return after(effects, run(over, rules));
  if (rules.repeats === 'each') {
    if (state.again) return after(effects, run(over, rules));
    return { state: { ...over, name: 'waiting' }, effects };
  }
  if (rules.repeats === 'interval') {
    if (state.runs <= rules.maxRestarts) return { state: { ...over, name: 'resting' }, effects };
    return after(effects, withdraw(over));
  }
  const attempt = wasStable ? 0 : over.attempt;
  // A process that lasted has earned all its restarts back.
  const used = wasStable ? 0 : state.attempt;
  if (used >= rules.maxRestarts) return after(effects, withdraw(over));
  return {
    state: { ...over, name: 'resting', attempt: attempt + 1 },
    effects: [...effects, { do: 'arm', timer: 'restart', afterMs: rules.restartDelayMs(attempt) }],
  };
}

function withdraw(state: JobState): Step {
  return {
    state: { ...state, name: 'withdrawing' },
    effects: [...disarmAll, { do: 'withdraw' }],
  };
}

function finish(state: JobState, effects: readonly Effect[]): Step {
  return {
    state: { ...state, name: 'done', hasProcess: false },
    effects: [...effects, ...disarmAll, { do: 'unwatch' }, announce('stopped'), { do: 'complete' }],
  };
}

/** What never ran has nothing to announce. */
function silentlyDone(state: JobState): Step {
  return { state: { ...state, name: 'done' }, effects: [...disarmAll, { do: 'complete' }] };
}

function after(first: readonly Effect[], step: Step): Step {
  return { state: step.state, effects: [...first, ...step.effects] };
}

function exitCode(end: RunEnd): EventCode {
  return 'code' in end && end.code === 0 ? 'exitSuccess' : 'exitFailed';
}
