import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Stop } from '../../../src/core/stop.ts';
import { sleepBy } from '../../../src/core/time.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('a stop', () => {
  it('tells each listener once, in their order', () => {
    const stop = new Stop();
    const told: string[] = [];
    stop.onabort = () => told.push('onabort');
    for (const name of ['a', 'b', 'c']) stop.addEventListener('abort', () => told.push(name));
    const twice = (): unknown => told.push('twice');
    stop.addEventListener('abort', twice);
    stop.addEventListener('abort', twice);
    expect(stop.aborted).toBe(false);
    stop.abort();
    stop.abort();
    expect(stop.aborted).toBe(true);
    expect(told).toEqual(['onabort', 'a', 'b', 'c', 'twice']);
  });

  it('does not tell one that was taken back, not even by another that is told', () => {
    const stop = new Stop();
    const told: string[] = [];
    const first = (): unknown => told.push('first');
    const last = (): unknown => told.push('last');
    stop.addEventListener('abort', first);
    stop.addEventListener('abort', () => stop.removeEventListener('abort', last));
    stop.addEventListener('abort', last);
    stop.removeEventListener('abort', first);
    stop.abort();
    expect(told).toEqual([]);
  });

  it('has an AbortError as its reason where nobody gave another', () => {
    const stop = new Stop();
    expect(stop.reason).toBeUndefined();
    expect(() => stop.throwIfAborted()).not.toThrow();
    stop.abort();
    expect(stop.reason).toMatchObject({ name: 'AbortError' });
    expect(() => stop.throwIfAborted()).toThrow('aborted');
    const other = new Stop();
    other.abort('HUP');
    expect(other.reason).toBe('HUP');
  });

  it('is taken as a signal by what waits for one, ours and Node’s', async () => {
    const stop = new Stop();
    const clock = new ManualClock();
    const slept = sleepBy(clock, 1000, stop);
    const heard = once(new EventTarget(), 'never', { signal: stop });
    const failed = expect(heard).rejects.toThrow('aborted');
    stop.abort();
    await slept;
    await failed;
    expect(clock.pending).toBe(0);
  });
});
