import { describe, expect, it } from 'vitest';
import { Cursor } from '../../../../src/catalog/consul/cursor.ts';

const FULL_MS = 60_000;

function blockedAt(index: number): Cursor {
  const cursor = new Cursor();
  cursor.accept(index, cursor.next(FULL_MS), 1);
  return cursor;
}

describe('the index of a blocking query', () => {
  it('begins with a read that does not wait', () => {
    expect(new Cursor().next(FULL_MS)).toEqual({ index: 0, waitMs: 0 });
  });

  it('waits at the index of the last answer, for the full wait', () => {
    expect(blockedAt(7).next(FULL_MS)).toEqual({ index: 7, waitMs: FULL_MS });
  });

  it('is never below 1, since 0 would not wait', () => {
    expect(blockedAt(0).next(FULL_MS).index).toBe(1);
  });

  it('goes on when it grows', () => {
    const cursor = blockedAt(7);
    expect(cursor.accept(9, cursor.next(FULL_MS), 20)).toBe('woken');
    expect(cursor.next(FULL_MS)).toEqual({ index: 9, waitMs: FULL_MS });
  });

  it('stays when the wait ran out', () => {
    const cursor = blockedAt(7);
    expect(cursor.accept(7, cursor.next(FULL_MS), FULL_MS)).toBe('quiet');
    expect(cursor.next(FULL_MS)).toEqual({ index: 7, waitMs: FULL_MS });
  });

  it('is asked anew when it is lower than ours', () => {
    const cursor = blockedAt(7);
    expect(cursor.accept(3, cursor.next(FULL_MS), 20)).toBe('rolledBack');
    expect(cursor.next(FULL_MS)).toEqual({ index: 0, waitMs: 0 });
  });

  it('is asked anew when the answer came before its time', () => {
    const cursor = blockedAt(7);
    expect(cursor.accept(7, cursor.next(FULL_MS), 20)).toBe('early');
    expect(cursor.next(FULL_MS)).toEqual({ index: 0, waitMs: 0 });
  });

  it.each([
    ['a lost connection', (cursor: Cursor) => cursor.lose()],
    ['a lower index', (cursor: Cursor) => cursor.accept(3, { index: 7, waitMs: FULL_MS }, 20)],
  ])('is waited at for 1 s, then twice as long each time, after %s', (_, lose) => {
    const cursor = blockedAt(7);
    lose(cursor);
    expect(cursor.accept(3, cursor.next(FULL_MS), 1)).toBe('read');
    const waits = Array.from({ length: 8 }, () => {
      const { waitMs } = cursor.next(FULL_MS);
      cursor.accept(3, { index: 3, waitMs }, waitMs);
      return waitMs;
    });
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, FULL_MS, FULL_MS]);
  });
});
