import { describe, expect, it } from 'vitest';
import { Cursor, NOW } from '../../../../src/catalog/blocking/cursor.ts';

const FULL_MS = 60_000;

function blockedAt(index: number): Cursor {
  const cursor = new Cursor();
  cursor.accept(index, cursor.next(FULL_MS), 1);
  return cursor;
}

/** One that has waited long enough to wait for the full time. */
function settledAt(index: number): Cursor {
  const cursor = blockedAt(index);
  waits(cursor, 6);
  return cursor;
}

/** Lets so many waits run out, and gives their lengths. */
function waits(cursor: Cursor, count: number): number[] {
  return Array.from({ length: count }, () => {
    const asked = cursor.next(FULL_MS);
    cursor.accept(asked.index, asked, asked.waitMs);
    return asked.waitMs;
  });
}

const RAMP = [1000, 2000, 4000, 8000, 16_000, 32_000, FULL_MS, FULL_MS];

describe('the index of a blocking query', () => {
  it('begins with a read that does not wait', () => {
    expect(new Cursor().next(FULL_MS)).toEqual({ index: 0, waitMs: 0 });
  });

  it('is waited at for 1 s by a new watch, then twice as long each time, up to the full wait', () => {
    const cursor = blockedAt(7);
    expect(cursor.next(FULL_MS).index).toBe(7);
    expect(waits(cursor, 8)).toEqual(RAMP);
  });

  it('is waited at as long as there are watches at its first wait, and then twice as long each time', () => {
    let firstWaitMs = 1000;
    const cursor = new Cursor(() => firstWaitMs);
    firstWaitMs = 4000;
    cursor.accept(7, cursor.next(FULL_MS), 1);
    expect(waits(cursor, 2)).toEqual([4000, 8000]);
    firstWaitMs = 20_000;
    expect(waits(cursor, 3)).toEqual([16_000, 32_000, FULL_MS]);
    cursor.lose();
    cursor.accept(7, cursor.next(FULL_MS), 1);
    expect(waits(cursor, 4)).toEqual([20_000, 40_000, FULL_MS, FULL_MS]);
    expect(cursor.next(5000).waitMs).toBe(5000);
  });

  it('is never below 1, since 0 would not wait', () => {
    expect(blockedAt(0).next(FULL_MS).index).toBe(1);
  });

  it('goes on when it grows', () => {
    const cursor = blockedAt(7);
    expect(cursor.accept(9, cursor.next(FULL_MS), 20)).toBe('woken');
    expect(cursor.next(FULL_MS).index).toBe(9);
  });

  it('is waited at no shorter after a storm of changes', () => {
    const cursor = settledAt(7);
    for (let index = 8; index < 100; index++) cursor.accept(index, cursor.next(FULL_MS), 20);
    expect(cursor.next(FULL_MS)).toEqual({ index: 99, waitMs: FULL_MS });
  });

  it('is waited at no longer for waits that were cut short', () => {
    const cursor = blockedAt(7);
    for (let turn = 0; turn < 9; turn++) cursor.accept(7, cursor.next(200), 200);
    expect(waits(cursor, 8)).toEqual(RAMP);
  });

  it('stays when the wait ran out', () => {
    const cursor = settledAt(7);
    expect(cursor.accept(7, cursor.next(FULL_MS), FULL_MS)).toBe('quiet');
    expect(cursor.next(FULL_MS)).toEqual({ index: 7, waitMs: FULL_MS });
  });

  it('is asked anew when it is lower than ours', () => {
    const cursor = blockedAt(7);
    expect(cursor.accept(3, cursor.next(FULL_MS), 20)).toBe('rolledBack');
    expect(cursor.next(FULL_MS)).toEqual({ index: 0, waitMs: 0 });
  });

  it.each([0.01, 0.5, 0.9])(
    'is asked anew when the answer came before its time, after %d of the wait',
    (share) => {
      const cursor = settledAt(7);
      expect(cursor.accept(7, cursor.next(FULL_MS), FULL_MS * share)).toBe('early');
      expect(cursor.next(FULL_MS)).toEqual({ index: 0, waitMs: 0 });
    },
  );

  it('is waited at for ten minutes at the most, as no agent waits longer', () => {
    const cursor = blockedAt(7);
    const hourMs = 3_600_000;
    for (let turn = 0; turn < 12; turn++) {
      const position = cursor.next(hourMs);
      expect(cursor.accept(7, position, position.waitMs)).toBe('quiet');
    }
    expect(cursor.next(hourMs).waitMs).toBe(600_000);
  });

  it.each([
    ['a lost connection', (cursor: Cursor) => cursor.lose()],
    ['a lower index', (cursor: Cursor) => cursor.accept(3, { index: 7, waitMs: FULL_MS }, 20)],
  ])('is waited at for 1 s, then twice as long each time, after %s', (_, lose) => {
    const cursor = settledAt(7);
    lose(cursor);
    expect(cursor.accept(3, cursor.next(FULL_MS), 1)).toBe('read');
    expect(waits(cursor, 8)).toEqual(RAMP);
  });

  it('is quiet when a read finds the one that is known', () => {
    const cursor = settledAt(7);
    expect(cursor.accept(7, NOW, 1)).toBe('quiet');
    expect(cursor.next(FULL_MS)).toEqual({ index: 7, waitMs: FULL_MS });
  });

  it('is taken from a read that finds another, and doubted for a while where that one is lower', () => {
    const cursor = settledAt(7);
    expect(cursor.accept(9, NOW, 1)).toBe('read');
    expect(cursor.next(FULL_MS)).toEqual({ index: 9, waitMs: FULL_MS });
    expect(cursor.accept(8, NOW, 1)).toBe('read');
    expect(waits(cursor, 8)).toEqual(RAMP);
  });

  it.each([0, 1])(
    'says nothing where a read finds %i, as of an endpoint that counts nothing',
    (index) => {
      const cursor = blockedAt(index);
      expect(cursor.known).toBeUndefined();
      expect(cursor.accept(index, NOW, 1)).toBe('read');
    },
  );

  it('is not known before the first answer, nor after it was lost', () => {
    const cursor = new Cursor();
    expect([cursor.known, cursor.isLost]).toEqual([undefined, true]);
    cursor.accept(7, cursor.next(FULL_MS), 1);
    expect([cursor.known, cursor.isLost]).toEqual([7, false]);
    cursor.lose();
    expect([cursor.known, cursor.isLost]).toEqual([undefined, true]);
  });
});
