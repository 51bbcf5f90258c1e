import { getHeapStatistics } from 'node:v8';
import { expect, it } from 'vitest';
import { saveMemory } from '../../../src/core/heap.ts';

const GARBAGE_BYTES = 100 * 2 ** 20;

it('gives back what a start left behind, and leaves no gc for others to call', () => {
  const kept = Array.from({ length: 100 }, () =>
    new Array<number>(GARBAGE_BYTES / 100 / 8).fill(0.5),
  );
  const before = getHeapStatistics().used_heap_size;
  expect(kept).toHaveLength(100);
  kept.length = 0;
  saveMemory();
  expect(getHeapStatistics().used_heap_size).toBeLessThan(before - GARBAGE_BYTES / 2);
  expect(globalThis.gc).toBeUndefined();
});
