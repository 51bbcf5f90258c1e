import { expect, it } from 'vitest';
import { ChangingFiles } from '../../support/changing-files.ts';

const FILES = 20;

it('holds no more after thousands of changes, with which queries come and go, than before, and nothing at the end', async () => {
  const files = new ChangingFiles(FILES);
  const before = await files.settled();
  // A plain key, a pointing one, and the one that it points to.
  expect(before).toEqual({ queries: 3 * FILES, open: 3 * FILES, listeners: 3 * FILES, timers: 0 });
  await files.change(4000);
  expect(await files.settled()).toEqual(before);
  expect(files.text(7)).toBe('100 named/7/0 0');
  expect(await files.stop()).toEqual({ queries: 0, open: 0, listeners: 0, timers: 0 });
}, 30_000);
