import { it } from 'vitest';

/** What a stage leaves behind, as functions that take it away: the last comes first. */
export type Ends = (() => unknown)[];

/**
 * A test function whose tests run side by side, for those that wait more than they work. Each gets a stage of its own as
 * `{ stage }`, which `make` sets up; what `make` and the test push to `ends` is done when the test is over. A whole file
 * overlaps where its `describe` is `describe.concurrent` as well; the longest tests should come first.
 */
export function sideBySide<Stage>(make: (ends: Ends) => Stage | Promise<Stage>) {
  // eslint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture needs, and takes no other
  return it.extend('stage', async ({}, { onCleanup }) => {
    const ends: Ends = [];
    const endAll = async () => {
      for (const end of ends.reverse()) await end();
    };
    try {
      const stage = await make(ends);
      onCleanup(endAll);
      return stage;
    } catch (error) {
      await endAll();
      throw error;
    }
  }).concurrent;
}
