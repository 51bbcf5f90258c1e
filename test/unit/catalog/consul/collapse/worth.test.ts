import { describe, expect, it } from 'vitest';
import {
  BARRED_MS,
  Bars,
  mostBytesFor,
  Spending,
} from '../../../../../src/catalog/consul/collapse/worth.ts';

const KB = 1024;

describe('how long the answer for a prefix may be', () => {
  it.each([
    [1, 64 * KB],
    [16, 64 * KB],
    [100, 400 * KB],
    [1024, 4096 * KB],
    [10_000, 4096 * KB],
  ])('for %i keys: %i bytes', (keys, bytes) => expect(mostBytesFor(keys)).toBe(bytes));
});

describe('what the watch of a prefix spends', () => {
  it('may be what its keys would cost in visits every five seconds, within a minute', () => {
    const spending = new Spending(0);
    const costs = (atMs: number) => spending.note({ bytes: 60 * KB, news: 0 }, 10, atMs);
    expect(costs(0)).toBe(false);
    expect(costs(1000)).toBe(false);
    expect(costs(2000)).toBe(true);
  });

  it('is counted anew each minute', () => {
    const spending = new Spending(0);
    const costs = (atMs: number) => spending.note({ bytes: 60 * KB, news: 0 }, 10, atMs);
    expect([0, 59_999, 60_000, 60_001, 120_000].map(costs)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect([120_001, 120_002].map(costs)).toEqual([false, true]);
  });

  it('is only what the news would not have cost by themselves', () => {
    const spending = new Spending(0);
    const costs = (news: number) => spending.note({ bytes: 60 * KB, news }, 1, 0);
    expect([60, 100, 60].map(costs)).toEqual([false, false, false]);
    expect(costs(47)).toBe(true);
  });
});

describe('a prefix that did not pay', () => {
  it('is barred for ten minutes, and others are not', () => {
    const bars = new Bars();
    bars.put('a/', 10, 0);
    expect(bars.has('a/', 10, BARRED_MS - 1)).toBe(true);
    expect(bars.has('b/', 10, 0)).toBe(false);
    expect(bars.has('a/', 10, BARRED_MS)).toBe(false);
  });

  it('is barred no longer when there are twice as many keys', () => {
    const bars = new Bars();
    bars.put('a/', 10, 0);
    expect(bars.has('a/', 19, 1)).toBe(true);
    expect(bars.has('a/', 20, 1)).toBe(false);
    expect(bars.isEmpty).toBe(true);
  });

  it('is forgotten when its time is over', () => {
    const bars = new Bars();
    bars.put('a/', 10, 0);
    bars.put('b/', 10, 1);
    expect(bars.expire(BARRED_MS - 1)).toBe(false);
    expect(bars.expire(BARRED_MS)).toBe(true);
    expect(bars.isEmpty).toBe(false);
    expect(bars.expire(BARRED_MS + 1)).toBe(true);
    expect(bars.isEmpty).toBe(true);
  });
});
