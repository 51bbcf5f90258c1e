import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../../../src/catalog/http/exchange-error.ts';
import { Liveness } from '../../../../src/catalog/blocking/liveness.ts';
import { ManualClock, settle } from '../../../support/manual-clock.ts';

function waitForAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
}

function watched(probe: (signal: AbortSignal) => Promise<void>) {
  const clock = new ManualClock();
  let probes = 0;
  const liveness = new Liveness({
    clock,
    probe: (signal) => {
      probes++;
      return probe(signal);
    },
  });
  return { clock, liveness, probes: () => probes };
}

describe('the liveness of the agent', () => {
  it('is asked for once for all queries, after 10 s of silence', async () => {
    const { clock, liveness, probes } = watched(() => Promise.resolve());
    const controller = new AbortController();
    const waiting = [1, 2, 3].map(() => liveness.guard(controller.signal, waitForAbort));
    await clock.advance(9999);
    expect(probes()).toBe(0);
    await clock.advance(1);
    expect(probes()).toBe(1);
    await clock.advance(30_000);
    expect(probes()).toBe(4);
    controller.abort(new Error('over'));
    for (const each of waiting) await expect(each).rejects.toThrow('over');
    await settle();
    expect(clock.pending).toBe(0);
  });

  it('is not asked for while the agent talks', async () => {
    const { clock, liveness, probes } = watched(() => Promise.resolve());
    const controller = new AbortController();
    const waiting = liveness.guard(controller.signal, waitForAbort);
    for (let second = 0; second < 60; second += 5) {
      await clock.advance(5000);
      liveness.answered();
    }
    expect(probes()).toBe(0);
    controller.abort(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
  });

  it('ends every waiting query when the agent does not answer', async () => {
    const { clock, liveness } = watched(() => Promise.reject(new ExchangeError('timeout')));
    const { signal } = new AbortController();
    const waiting = [1, 2].map(() => liveness.guard(signal, waitForAbort));
    const told = Promise.allSettled(waiting);
    await clock.advance(10_000);
    for (const result of await told) {
      expect(result).toMatchObject({ status: 'rejected', reason: { failure: 'hung' } });
    }
  });

  it('takes any other failure for an answer', async () => {
    const { clock, liveness } = watched(() => Promise.reject(new ExchangeError('limit')));
    const controller = new AbortController();
    const waiting = liveness.guard(controller.signal, waitForAbort);
    await clock.advance(25_000);
    controller.abort(new Error('still waiting'));
    await expect(waiting).rejects.toThrow('still waiting');
  });

  it('wakes those who rest as soon as the agent says something', async () => {
    const { clock, liveness } = watched(() => Promise.resolve());
    const { signal } = new AbortController();
    let rested = false;
    const resting = liveness.untilAnswer(10_000, signal).then(() => (rested = true));
    await clock.advance(50);
    expect(rested).toBe(false);
    liveness.answered();
    await resting;
    expect(clock.pending).toBe(0);
  });
});
