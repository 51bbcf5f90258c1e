import type { Effect, JobRules, JobState, RunEnd, Step, TimerName } from './job-life.ts';
import type { EventCode } from './happening.ts';

/**
 * The steps that several rows of the table of transitions have in common: how a run begins, what its end leads to, and how a job's
 * life ends. Pure, as the table is.
 */

/** Nothing happens. */
export const stay = (state: JobState): Step => ({ state, effects: [] });

/** Whoever waits for this event of the job is told. */
export const announce = (code: EventCode): Effect => ({ do: 'announce', code });

/** Its timer, if it is set, does not fire. */
export const disarm = (timer: TimerName): Effect => ({ do: 'disarm', timer });

/** None of its timers fires. */
const disarmAll: readonly Effect[] = (['when', 'run', 'restart', 'interval'] as const).map(disarm);

/** The next interval begins. */
export function rearm({ intervalMs }: JobRules): Effect {
  return { do: 'arm', timer: 'interval', afterMs: intervalMs };
}

/** Its life begins: it waits for its `when`, or runs. */
export function begin(state: JobState, rules: JobRules): Step {
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

/** Another run begins. */
export function run(state: JobState, rules: JobRules): Step {
  const runs = state.runs + 1;
  const timers: Effect[] = [disarm('when'), disarm('restart')];
  // From start to start: a run takes nothing of the time to the next.
  if (rules.repeats === 'interval' && runs <= rules.maxRestarts) timers.push(rearm(rules));
  else timers.push(disarm('interval'));
  const next: JobState = { ...state, name: 'starting', runs, again: false, next: 'rules' };
  if (rules.hasExec) return { state: next, effects: [...timers, { do: 'spawn' }] };
  return after(timers, started(next, rules));
}

/** Its process runs; what was wanted meanwhile is done now. */
export function started(state: JobState, rules: JobRules): Step {
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
export function ended(state: JobState, end: RunEnd, ranMs: number, rules: JobRules): Step {
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

/** Nothing more is started; what has to come before the stop signal comes. */
export function withdraw(state: JobState): Step {
  return {
    state: { ...state, name: 'withdrawing' },
    effects: [...disarmAll, { do: 'withdraw' }],
  };
}

/** It is over. */
export function finish(state: JobState, effects: readonly Effect[]): Step {
  return {
    state: { ...state, name: 'done', hasProcess: false },
    effects: [...effects, ...disarmAll, { do: 'unwatch' }, announce('stopped'), { do: 'complete' }],
  };
}

/** What never ran has nothing to announce. */
export function silentlyDone(state: JobState): Step {
  return { state: { ...state, name: 'done' }, effects: [...disarmAll, { do: 'complete' }] };
}

/** What was done first, and then a step. */
export function after(first: readonly Effect[], step: Step): Step {
  return { state: step.state, effects: [...first, ...step.effects] };
}

/** The event that tells how a run ended. */
export function exitCode(end: RunEnd): EventCode {
  return 'code' in end && end.code === 0 ? 'exitSuccess' : 'exitFailed';
}
