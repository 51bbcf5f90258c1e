import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { freezeValue, type KeyPair, type Value } from '../../../src/catalog/values.ts';
import { ViewComparison } from '../../../src/renderer/view-comparison.ts';
import type { Had, Reading } from '../../../src/template/engine.ts';
import { collectGarbage } from '../../support/collect-garbage.ts';

const pair = (Value: string, LockIndex: number): KeyPair =>
  freezeValue({
    ...{ Path: 'k', Key: 'k', Value, LockIndex, CreateIndex: 1, ModifyIndex: 1, Flags: 0 },
    Session: '',
  });
const valueOf = (answer: Value): unknown => (answer as KeyPair | null)?.Value;

describe('the comparison of what templates have', () => {
  it('is made once for two answers, and is that of these two', () => {
    let count = 0;
    const reading: Reading = {
      isSame: (one, other) => {
        count += 1;
        return one === other;
      },
    };
    const had = { kind: 'key', views: [valueOf] } as unknown as Had;
    const comparison = new ViewComparison();
    const [old, locked, other] = [pair('a', 0), pair('a', 1), pair('b', 1)];
    for (let round = 0; round < 3; round += 1) {
      expect(comparison.areSame(had, reading, old, locked)).toBe(true);
      expect(comparison.areSame(had, reading, old, other)).toBe(false);
      expect(comparison.areSame(had, reading, locked, other)).toBe(false);
    }
    expect(count).toBe(3);
    expect(comparison.areSame(had, reading, null, other)).toBe(false);
    expect(comparison.areSame(had, reading, old, null)).toBe(false);
  });

  it.each([
    ['each of which is held against the one before', true],
    ['all of which are held against the first', false],
  ])('keeps no answers alive %s', async (_what, follows) => {
    const reading: Reading = { isSame: (one, other) => one === other };
    const had = { kind: 'key', views: [valueOf] } as unknown as Had;
    const comparison = new ViewComparison();
    const first = pair('a', 0);
    const gone: WeakRef<KeyPair>[] = [];
    let last = first;
    for (let lock = 1; lock <= 100; lock += 1) {
      const next = pair('a', lock);
      comparison.areSame(had, reading, follows ? last : first, next);
      gone.push(new WeakRef(next));
      last = next;
    }
    // What a weak reference was made of stays for the rest of the turn.
    await nextTurn();
    collectGarbage();
    expect(gone.filter((answer) => answer.deref() !== undefined).length).toBeLessThan(3);
    expect([first.LockIndex, last.LockIndex]).toEqual([0, 100]);
  });
});
