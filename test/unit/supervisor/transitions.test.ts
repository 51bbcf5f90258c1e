import { describe, expect, it } from 'vitest';

import {
  UNBORN,
  type Effect,
  type JobEvent,
  type JobRules,
  type JobState,
  type JobStateName,
} from '../../../src/supervisor/job-life.ts';
import { transition } from '../../../src/supervisor/transitions.ts';

const RULES: JobRules = {
  hasExec: true,
  repeats: 'never',
  intervalFirst: 'now',
  intervalMs: 1000,
  waits: false,
  whenTimeoutMs: undefined,
  timeoutMs: undefined,
  maxRestarts: 0,
  restartDelayMs: (attempt) => 100 * (attempt + 1),
  resetMs: 60_000,
};

const OK = { code: 0 };
const FAILED = { code: 3 };
const STATES: readonly JobStateName[] = [
  ...(['waiting', 'starting', 'running', 'killing', 'resting'] as const),
  ...(['withdrawing', 'ending', 'done'] as const),
];
const EVENTS: readonly JobEvent[] = [
  { kind: 'begin' },
  { kind: 'trigger' },
  { kind: 'started' },
  { kind: 'startFailed', end: { couldNotStart: 'not found', code: 127 } },
  { kind: 'ended', end: FAILED, ranMs: 10 },
  { kind: 'timer', timer: 'when' },
  { kind: 'timer', timer: 'run' },
  { kind: 'timer', timer: 'restart' },
  { kind: 'timer', timer: 'interval' },
  { kind: 'stop' },
  { kind: 'restart' },
  { kind: 'withdrawn' },
];

/** Effects as a line each, for people to read. */
function shown(effects: readonly Effect[]): string[] {
  return effects
    .filter((effect) => effect.do !== 'disarm')
    .map((effect) => {
      if (effect.do === 'announce') return `announce ${effect.code}`;
      return effect.do === 'arm' ? `arm ${effect.timer} ${effect.afterMs}` : effect.do;
    });
}

/** Lives through events; returns the state, and what was done on the way. */
function live(
  rules: Partial<JobRules>,
  ...events: readonly JobEvent[]
): { state: JobState; done: string[] } {
  let state = UNBORN;
  const done: string[] = [];
  for (const event of events) {
    const step = transition(state, event, { ...RULES, ...rules });
    state = step.state;
    done.push(...shown(step.effects));
  }
  return { state, done };
}

const begin: JobEvent = { kind: 'begin' };
const trigger: JobEvent = { kind: 'trigger' };
const started: JobEvent = { kind: 'started' };
const stop: JobEvent = { kind: 'stop' };
const withdrawn: JobEvent = { kind: 'withdrawn' };
const ended = (end: { code: number } = OK, ranMs = 10): JobEvent => ({ kind: 'ended', end, ranMs });
const timer = (name: 'when' | 'run' | 'restart' | 'interval'): JobEvent => ({
  kind: 'timer',
  timer: name,
});

describe('the life of a job', () => {
  it('has an answer for every event in every state', () => {
    for (const name of STATES) {
      for (const event of EVENTS) {
        const step = transition({ ...UNBORN, name }, event, RULES);
        expect(STATES).toContain(step.state.name);
      }
    }
  });

  it('runs once, and is done', () => {
    const { state, done } = live({}, begin, started, ended(), withdrawn);
    expect(done).toEqual([
      ...['spawn', 'announce started', 'watch'],
      ...['clear', 'unwatch', 'announce exitSuccess', 'withdraw'],
      ...['unwatch', 'announce stopped', 'complete'],
    ]);
    expect(state).toMatchObject({ name: 'done', runs: 1, lastEnd: OK });
  });

  it('waits for its event, and never runs when that does not come in time', () => {
    const rules = { waits: true, whenTimeoutMs: 500 };
    expect(live(rules, begin)).toMatchObject({
      state: { name: 'waiting' },
      done: ['arm when 500'],
    });
    expect(live(rules, begin, trigger).state.name).toBe('starting');
    const { state, done } = live(rules, begin, timer('when'));
    expect(state).toMatchObject({ name: 'done', runs: 0 });
    expect(done.slice(1)).toEqual([
      ...['announce timedOut', 'announce stopping', 'unwatch', 'announce stopped', 'complete'],
    ]);
  });

  it('says nothing of its end when it never ran', () => {
    expect(live({ waits: true }, begin, stop).done).toEqual(['complete']);
  });

  it('is started again after a delay that grows, as often as it may be', () => {
    const { state, done } = live(
      { maxRestarts: 2 },
      ...[begin, started, ended(FAILED), timer('restart')],
      ...[started, ended(FAILED), timer('restart')],
      ...[started, ended(FAILED), withdrawn],
    );
    expect(done.filter((effect) => /spawn|arm/.test(effect))).toEqual([
      ...['spawn', 'arm restart 100', 'spawn', 'arm restart 200', 'spawn'],
    ]);
    expect(state).toMatchObject({ name: 'done', runs: 3 });
  });

  it('has all its restarts again once a run has lasted', () => {
    const { done } = live(
      { maxRestarts: 1 },
      ...[begin, started, ended(FAILED), timer('restart'), started, ended(FAILED, 60_000)],
    );
    expect(done.filter((effect) => /arm/.test(effect))).toEqual([
      'arm restart 100',
      'arm restart 100',
    ]);
  });

  it('is never started again without a delay, whatever happens', () => {
    const walk = new RandomWalk(1);
    for (let steps = 0; steps < 20_000; steps += 1) walk.step({ maxRestarts: Infinity });
    expect(walk.spawnsAfterAnEnd).toBe(0);
  });

  it('counts a program that cannot be started as a run that failed', () => {
    const failure: JobEvent = {
      kind: 'startFailed',
      end: { couldNotStart: 'not found', code: 127 },
    };
    const { state, done } = live({}, begin, failure, withdrawn);
    expect(done).toContain('announce exitFailed');
    expect(state.lastEnd).toEqual({ couldNotStart: 'not found', code: 127 });
  });

  it('runs at each interval, from start to start, and leaves out the one that comes while it runs', () => {
    const rules = { repeats: 'interval', maxRestarts: Infinity } as const;
    const { done } = live(rules, begin, started, timer('interval'), ended(), timer('interval'));
    expect(done.filter((effect) => /spawn|arm/.test(effect))).toEqual([
      ...['arm interval 1000', 'spawn', 'arm interval 1000', 'arm interval 1000', 'spawn'],
    ]);
  });

  it('does not lose the interval that passes while its process starts', () => {
    const rules = { repeats: 'interval', maxRestarts: Infinity } as const;
    const { done } = live(rules, begin, timer('interval'), started, ended(), timer('interval'));
    expect(done.filter((effect) => effect === 'spawn')).toHaveLength(2);
    expect(done[2]).toBe('arm interval 1000');
  });

  it('waits for one interval first, where it is told to', () => {
    const rules = { repeats: 'interval', intervalFirst: 'later', maxRestarts: Infinity } as const;
    expect(live(rules, begin).done).toEqual(['arm interval 1000']);
    expect(live(rules, begin, timer('interval')).state.name).toBe('starting');
  });

  it('runs N restarts of an interval job as N + 1 runs', () => {
    const rules = { repeats: 'interval', maxRestarts: 2 } as const;
    const { state } = live(
      rules,
      ...[begin, started, ended(), timer('interval'), started, ended()],
      ...[timer('interval'), started, ended(), withdrawn],
    );
    expect(state).toMatchObject({ name: 'done', runs: 3 });
  });

  it('runs for each event, and once more for all that came while it ran', () => {
    const rules = { repeats: 'each', waits: true } as const;
    const { state, done } = live(
      rules,
      ...[begin, trigger, started, trigger, trigger, trigger, ended(), started, ended()],
    );
    expect(done.filter((effect) => effect === 'spawn')).toHaveLength(2);
    expect(state.name).toBe('waiting');
  });

  it('is killed when a run takes too long, and announces both', () => {
    const { done } = live({ timeoutMs: 200 }, begin, started, timer('run'), ended(FAILED));
    expect(done).toEqual([
      ...['spawn', 'announce started', 'arm run 200', 'watch', 'announce timedOut', 'kill'],
      ...['clear', 'unwatch', 'announce exitFailed', 'withdraw'],
    ]);
  });

  it('is signalled only after what has to come before', () => {
    const { done } = live({}, begin, started, stop, withdrawn, ended(), withdrawn);
    expect(done.slice(3)).toEqual([
      ...['withdraw', 'signal', 'clear', 'announce exitSuccess'],
      ...['unwatch', 'announce stopped', 'complete'],
    ]);
  });

  it('is not signalled when it has ended by itself meanwhile', () => {
    const { state, done } = live({}, begin, started, stop, ended(FAILED), withdrawn);
    expect(done).not.toContain('signal');
    expect(state).toMatchObject({ name: 'done', lastEnd: FAILED });
  });

  it('is stopped when the stop comes before its process runs', () => {
    const { done } = live({}, begin, stop, started, withdrawn);
    expect(done).toEqual(['spawn', 'announce started', 'withdraw', 'signal']);
  });

  it('gets another process by a restart, without leaving the catalog', () => {
    const { state, done } = live({}, begin, started, { kind: 'restart' }, ended(), started);
    expect(done.slice(3)).toEqual([
      ...[
        'unwatch',
        'signal',
        'clear',
        'announce exitSuccess',
        'spawn',
        'announce started',
        'watch',
      ],
    ]);
    expect(state).toMatchObject({ name: 'running', runs: 2 });
  });

  it('needs no process to be advertised', () => {
    const { state, done } = live({ hasExec: false }, begin, stop, withdrawn);
    expect(done).toEqual([
      ...['announce started', 'watch', 'withdraw', 'unwatch', 'announce stopped', 'complete'],
    ]);
    expect(state.name).toBe('done');
  });

  it.each([1, 2, 3, 4, 5])('never loses a process nor has two of them (random walk %d)', (seed) => {
    const walk = new RandomWalk(seed);
    const rules: Partial<JobRules>[] = [
      { maxRestarts: Infinity },
      { repeats: 'each', waits: true },
      { repeats: 'interval', maxRestarts: Infinity },
      { hasExec: false },
      { timeoutMs: 100, maxRestarts: 3 },
    ];
    for (let steps = 0; steps < 20_000; steps += 1) walk.step(rules[seed - 1] ?? {});
    expect(walk.complaints).toEqual([]);
  });
});

/** A job in a world that lets happen what can, in any order; it keeps the books of its process. */
class RandomWalk {
  readonly complaints: string[] = [];
  /** Spawns in the very step in which a run that failed had ended, and that nobody asked for. */
  spawnsAfterAnEnd = 0;
  #state = UNBORN;
  #process: 'none' | 'asked' | 'runs' = 'none';
  #withdrawing = false;
  #random: number;

  constructor(seed: number) {
    this.#random = seed * 7919;
  }

  step(rules: Partial<JobRules>): void {
    const possible = EVENTS.filter((event) => this.#canHappen(event, rules));
    const event = possible[this.#next() % possible.length];
    if (event === undefined) return;
    if (event.kind === 'started') this.#process = 'runs';
    if (event.kind === 'startFailed' || event.kind === 'ended') this.#process = 'none';
    if (event.kind === 'withdrawn') this.#withdrawing = false;
    const wanted = this.#state.next === 'restart' || event.kind === 'restart';
    const { state, effects } = transition(this.#state, event, { ...RULES, ...rules });
    this.#state = state;
    for (const effect of effects) this.#note(effect, event, wanted);
    if (state.name === 'done' && this.#process !== 'none') {
      this.complaints.push(`done after ${event.kind}, and its process is left`);
    }
    if (state.hasProcess !== (this.#process === 'runs') && rules.hasExec !== false) {
      this.complaints.push(`${state.name} after ${event.kind} is wrong about its process`);
    }
  }

  #note(effect: Effect, event: JobEvent, wanted: boolean): void {
    if (effect.do === 'spawn') {
      if (this.#process !== 'none') this.complaints.push(`two processes after ${event.kind}`);
      this.#process = 'asked';
      if (event.kind === 'ended' && !wanted) this.spawnsAfterAnEnd += 1;
    }
    if (effect.do === 'withdraw') this.#withdrawing = true;
    if ((effect.do === 'signal' || effect.do === 'kill') && this.#process !== 'runs') {
      this.complaints.push(`${effect.do} after ${event.kind}, and there is no process`);
    }
  }

  #canHappen({ kind }: JobEvent, { hasExec = true }: Partial<JobRules>): boolean {
    switch (kind) {
      case 'begin':
        return this.#state === UNBORN;
      case 'started':
      case 'startFailed':
        return this.#process === 'asked' && hasExec;
      case 'ended':
        return this.#process === 'runs';
      case 'withdrawn':
        return this.#withdrawing;
      // Few of these, or there is no life in between.
      case 'stop':
      case 'restart':
        return this.#next() % 10 === 0;
      case 'trigger':
      case 'timer':
        return true;
    }
  }

  #next(): number {
    this.#random = (this.#random * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(this.#random / 65_536);
  }
}
