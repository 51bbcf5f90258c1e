import { describe, expect, it } from 'vitest';
import { Chronicle } from './chronicle.ts';
import { readOptions } from './options.ts';
import { describeSchedule, makeSchedule, type Lane } from './schedule.ts';
import { Truth } from './truth.ts';

describe('a schedule', () => {
  const fault = (name: string, lane: Lane) => ({ name, lane, lastsMs: [500, 1500] as const });
  const faults = [
    fault('a', 'host'),
    fault('b', 'host'),
    fault('c', 'host'),
    fault('d', 'catalog'),
  ];

  it('is the same for the same seed, and another for another', () => {
    const described = (seed: number) => describeSchedule(makeSchedule(faults, seed, 30_000));
    expect(described(1)).toBe(described(1));
    expect(described(1)).not.toBe(described(2));
  });

  it('goes through all faults of a lane before it begins anew, and is no longer than asked for', () => {
    const host = makeSchedule(faults, 3, 30_000).get('host') ?? [];
    const names = host.map((planned) => planned.fault.name);
    expect(names.slice(0, 3).sort()).toEqual(['a', 'b', 'c']);
    expect(names.slice(3, 6).sort()).toEqual(['a', 'b', 'c']);
    const lengthMs = host.reduce((sum, { pauseMs, lastsMs }) => sum + pauseMs + lastsMs, 0);
    expect(lengthMs).toBeLessThanOrEqual(30_000);
    expect(lengthMs).toBeGreaterThan(25_000);
  });
});

describe('a chronicle', () => {
  it('keeps the first broken invariant, with the faults before it, and ends the run', () => {
    let nowMs = 1000;
    const lines: string[] = [];
    const chronicle = new Chronicle(
      () => nowMs,
      (line) => lines.push(line),
    );
    nowMs = 3500;
    chronicle.fault('leader killed …');
    expect(chronicle.ended.aborted).toBe(false);
    nowMs = 4000;
    chronicle.break('nothing leaks', 'a socket');
    chronicle.break('nothing leaks', 'another');
    expect(chronicle.ended.aborted).toBe(true);
    expect(chronicle.broken).toEqual({
      ...{ atMs: 3000, invariant: 'nothing leaks', saw: 'a socket' },
      faults: [{ atMs: 2500, text: 'leader killed …' }],
    });
    expect(lines).toEqual(['    2.5 s  leader killed …']);
  });
});

describe('the truth', () => {
  const instance = (id: string, passing = true) => ({
    ...{ service: 'sales', id, address: '127.0.1.1', port: 9000 + Number(id), passing },
  });

  it('is what passes now, and the least of the last minute', () => {
    let nowMs = 0;
    const truth = new Truth(() => nowMs);
    for (const id of ['1', '2', '3']) truth.set(instance(id));
    truth.forget();
    expect(truth.leastOf('sales')).toBe(3);
    truth.set(instance('3', false));
    expect(truth.places('sales')).toEqual(['127.0.1.1:9001', '127.0.1.1:9002']);
    truth.remove('2');
    truth.set(instance('2'));
    truth.set(instance('3'));
    expect(truth.places('sales')).toHaveLength(3);
    expect(truth.leastOf('sales')).toBe(1);
    nowMs = 61_000;
    truth.set(instance('4'));
    expect(truth.leastOf('sales')).toBe(4);
  });
});

describe('the command line of a run', () => {
  it('takes minutes, a seed, faults and a sabotage', () => {
    const words = ['--minutes', '0.5', '--seed', '7', '--faults', 'a,b', '--sabotage', 'half file'];
    expect(readOptions(words)).toEqual({
      ...{ minutes: 0.5, seed: 7, faults: ['a', 'b'], sabotage: 'half file', keep: false },
    });
    expect(readOptions([])).toMatchObject({
      minutes: 1,
      faults: [],
      sabotage: undefined,
      keep: false,
    });
  });

  it.each([[['--minutes', 'x']], [['--minutes', '0']], [['--seed', '1.5']], [['--hours', '1']]])(
    'refuses %j and says what it takes',
    (words) => {
      expect(() => readOptions(words)).toThrow(/npm run chaos -- \[--minutes N\] \[--seed S\]/);
    },
  );
});
