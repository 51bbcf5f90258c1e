import { describe, expect, it } from 'vitest';
import { Bus } from '../../../../src/core/bus.ts';
import { GuardCount } from '../../../../src/renderer/guard/count.ts';
import { GuardMemories } from '../../../../src/renderer/guard/memory.ts';
import type { GuardRules } from '../../../../src/renderer/safety.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { makeTarget } from '../../../support/targets.ts';

const TARGET = makeTarget({ label: 'a', destination: '/etc/a' });
const RULES: GuardRules = {
  neverEmpty: ['web'],
  minInstances: new Map(),
  maxRemovedPercent: new Map([['*', 50]]),
  removeAfterMs: new Map(),
};

describe('the count of the guards of a file', () => {
  it('has each guard that the rules ask for, also one that never looked, and goes on with other rules', async () => {
    const clock = new ManualClock();
    const bus = new Bus();
    const told: unknown[] = [];
    bus.on('guard:evaluated', (fact) => told.push(fact));
    const memory = new GuardMemories().of(TARGET);
    const count = new GuardCount(TARGET, RULES, { memory, clock, bus });
    await clock.advance(5000);
    count.evaluated('neverEmpty', true);
    count.evaluated('neverEmpty', false);
    count.objected('neverEmpty');
    expect(count.report()).toEqual({
      tallies: [
        { guard: 'neverEmpty', evaluated: 2, objections: 1, lastObjectedMs: 5000 },
        { guard: 'maxRemovedPercent', evaluated: 0, objections: 0 },
      ],
    });
    expect(told).toEqual([
      { target: 'a', guard: 'neverEmpty', passed: true },
      { target: 'a', guard: 'neverEmpty', passed: false },
    ]);

    memory.heldSinceMs = 4000;
    const other = { ...RULES, maxRemovedPercent: new Map() };
    const next = new GuardCount(TARGET, other, { memory, clock, bus });
    next.evaluated('neverEmpty', true);
    expect(next.report()).toEqual({
      heldSinceMs: 4000,
      tallies: [{ guard: 'neverEmpty', evaluated: 3, objections: 1, lastObjectedMs: 5000 }],
    });
  });
});
