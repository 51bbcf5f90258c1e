import type { Effect, JobEvent, JobRules, JobState, JobStateName, Step } from './job-life.ts';
import {
  after,
  announce,
  begin,
  disarm,
  ended,
  exitCode,
  finish,
  rearm,
  run,
  silentlyDone,
  started,
  stay,
  withdraw,
} from './steps.ts';

/**
 * The life of a job as a table: what a job does when something happens depends on nothing but its state, its rules and the
 * event. Effects are data; `job.ts` carries them out. Its words are in `job-life.ts`, the steps that rows have in common in `steps.ts`;
 * docs/lifecycle.md draws it.
 */

const KILL: Effect = { do: 'kill' };
/** A restart that became a stop: its process is on its way out already, and what comes before the signal comes beside it. */
const WITHDRAW_BESIDE: Effect = { do: 'withdraw' };

const remember = (state: JobState): Step => ({ state: { ...state, again: true }, effects: [] });

type Handler = (state: JobState, event: never, rules: JobRules) => Step;
type Row = Readonly<Record<JobEvent['kind'], Handler>>;

/** What happens next. Pure. */
export function transition(state: JobState, event: JobEvent, rules: JobRules): Step {
  return TABLE[state.name][event.kind](state, event as never, rules);
}

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
    timer: (state, { timer }: JobEvent & { kind: 'timer' }, rules) =>
      timer === 'interval' ? { state, effects: [rearm(rules)] } : stay(state),
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
