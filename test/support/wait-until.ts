import { setTimeout as sleep } from 'node:timers/promises';

/** What is waited for, and how long: it costs nothing where all is well, so that a machine which is busy with other things gets long. */
export interface WaitOptions {
  readonly timeoutMs?: number;
  /** Said when it did not come true in time. */
  readonly what: string;
}

/** Asks again every 10 ms until `condition` gives something true, and returns that. Throws when the time is over. */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 30_000, what }: WaitOptions,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    }
    await sleep(10);
  }
}
