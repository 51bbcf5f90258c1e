import { describe, expect, it } from 'vitest';
import type { Counted } from '../../../../src/renderer/guard/census.ts';
import { ChangeBudget } from '../../../../src/renderer/guard/change-budget.ts';
import { IdleNames } from '../../../../src/renderer/guard/idle-names.ts';
import { judgeMaxRemovedPercent } from '../../../../src/renderer/guard/max-removed-percent.ts';
import { Objections, type Objection } from '../../../../src/renderer/guard/objections.ts';
import { AT_ONCE_MS, RecentRemovals } from '../../../../src/renderer/guard/recent-removals.ts';

const members = (...ids: string[]) => new Map(ids.map((id) => [id, id]));
const step = (before: string[], now: string[]): Counted => ({
  ...{ key: 'service sales', name: 'sales', noun: 'instance' },
  ...{ before: members(...before), now: members(...now) },
});

describe('what went lately', () => {
  /** Lets one go after the other; returns how many were left when it was objected. */
  function loseOneEvery(pauseMs: number): number {
    const removals = new RecentRemovals();
    const left = 'abcdefghijkl'.split('');
    for (let nowMs = 0; left.length > 0; nowMs += pauseMs) {
      const counted = step([...left], left.slice(1));
      if (judgeMaxRemovedPercent(removals.withThem(counted, nowMs), 50, false) !== undefined) break;
      removals.note(counted, nowMs);
      left.shift();
    }
    return left.length;
  }

  it('counts as going at once: instances that fail one after the other are half of all soon', () => {
    expect(loseOneEvery(1000)).toBe(6);
  });

  it('is over after a minute: a service may be taken down step by step, but for the last instance', () => {
    expect(loseOneEvery(AT_ONCE_MS)).toBe(1);
  });

  it('is not gone any more when it is back', () => {
    const removals = new RecentRemovals();
    removals.note(step(['a', 'b'], ['b']), 0);
    removals.note(step(['b'], ['a', 'b']), 10);
    const counted = removals.withThem(step(['a', 'b'], ['a']), 20);
    expect(judgeMaxRemovedPercent(counted, 50, false)).toBeUndefined();
  });

  it('does not count what came lately: a service may be scaled up and down as often as one likes', () => {
    const removals = new RecentRemovals();
    for (let turn = 0; turn < 20; turn += 1) {
      const guest = `guest${turn}`;
      removals.note(step(['a'], ['a', guest]), turn);
      const back = step(['a', guest], ['a']);
      expect(
        judgeMaxRemovedPercent(removals.withThem(back, turn), 50, false),
        guest,
      ).toBeUndefined();
      removals.note(back, turn);
    }
  });

  it('counts one that flaps as one that was there all the time', () => {
    const removals = new RecentRemovals();
    removals.note(step(['a', 'b', 'c'], ['b', 'c']), 0);
    removals.note(step(['b', 'c'], ['a', 'b', 'c']), 10);
    removals.note(step(['a', 'b', 'c'], ['b', 'c']), 20);
    const counted = removals.withThem(step(['b', 'c'], ['c']), 30);
    expect([...(counted.before ?? new Map<string, string>()).keys()]).toEqual(['b', 'c', 'a']);
  });

  it('says nothing where nobody knows what there was', () => {
    const removals = new RecentRemovals();
    removals.note(step(['a', 'b'], ['b']), 0);
    const unknown = { ...step([], ['b']), before: undefined };
    expect(removals.withThem(unknown, 0)).toBe(unknown);
  });
});

describe('the budget of changes', () => {
  const twice = { count: 2, withinMs: 1000 };

  it('lets so many through, and the next when the first of them is long enough ago', () => {
    const budget = new ChangeBudget();
    expect(budget.opensMs('1', twice, 0)).toBeUndefined();
    budget.note('1', true, twice, 0);
    expect(budget.opensMs('2', twice, 300)).toBeUndefined();
    budget.note('2', true, twice, 300);
    expect(budget.opensMs('3', twice, 400)).toBe(1000);
    expect(budget.opensMs('3', twice, 1000)).toBeUndefined();
    budget.note('3', true, twice, 1000);
    expect(budget.opensMs('4', twice, 1000)).toBe(1300);
  });

  it('costs nothing to keep a text, or to come back to it', () => {
    const budget = new ChangeBudget();
    budget.note('1', true, twice, 0);
    budget.note('1', false, twice, 1);
    budget.note('2', true, twice, 2);
    expect(budget.opensMs('2', twice, 3)).toBeUndefined();
    expect(budget.opensMs('1', twice, 3)).toBe(1000);
  });

  it('can be had anew', () => {
    const budget = new ChangeBudget();
    budget.note('1', true, { count: 1, withinMs: 1000 }, 0);
    budget.refill();
    expect(budget.opensMs('2', { count: 1, withinMs: 1000 }, 1)).toBeUndefined();
  });
});

describe('objections', () => {
  const against = (key: string): Objection => ({ guard: 'neverEmpty', key, sentence: key });

  it('are new once, and stand from their beginning, however the data changes', () => {
    const objections = new Objections();
    expect(objections.take([against('a')], 0, 1000).fresh).toHaveLength(1);
    expect(objections.take([against('a')], 900, 1000)).toMatchObject({
      fresh: [],
      standing: [{ key: 'a' }],
    });
    expect(objections.nextEndMs(900, 1000)).toBe(1000);
    expect(objections.take([against('a')], 1000, 1000)).toEqual({
      fresh: [],
      standing: [],
      anyExpired: true,
    });
  });

  it('have a time each', () => {
    const objections = new Objections();
    objections.take([against('a')], 0, 1000);
    objections.take([against('a'), against('b')], 900, 1000);
    expect(objections.take([against('a'), against('b')], 1000, 1000).standing).toEqual([
      against('b'),
    ]);
    expect(objections.nextEndMs(1000, 1000)).toBe(1900);
  });

  it('begin anew when the data was back in between', () => {
    const objections = new Objections();
    objections.take([against('a')], 0, 1000);
    expect(objections.take([], 500, 1000)).toEqual({ fresh: [], standing: [], anyExpired: false });
    expect(objections.take([against('a')], 1000, 1000).standing).toHaveLength(1);
  });

  it('stand for ever where no time is given', () => {
    const objections = new Objections();
    objections.take([against('a')], 0);
    expect(objections.take([against('a')], 1e12).standing).toHaveLength(1);
  });
});

describe('names that all targets share', () => {
  it('guard nothing only once no target asks for them', () => {
    const idle = new IdleNames();
    for (const target of ['one', 'two']) idle.expect(target, 'sales');
    expect(idle.note('one', 'sales', false)).toBe(false);
    expect(idle.note('two', 'sales', false)).toBe(true);
    expect(idle.note('two', 'sales', false)).toBe(false);
  });

  it('guard what one of them asks for', () => {
    const idle = new IdleNames();
    for (const target of ['one', 'two']) idle.expect(target, 'sales');
    idle.note('one', 'sales', true);
    expect(idle.note('two', 'sales', false)).toBe(false);
  });
});
