import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
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

  it('is an AbortSignal to its listeners: functions called on it, and objects', () => {
    const stop = new Stop();
    const told: unknown[] = [];
    stop.addEventListener('abort', function (this: unknown, { type }: Event) {
      told.push(this, type);
    });
    stop.addEventListener('abort', { handleEvent: ({ type }: Event) => told.push(type) });
    stop.abort();
    expect(told).toEqual([stop, 'abort', 'abort']);
  });

  it('tells of nothing else, and nobody who came after it', () => {
    const stop = new Stop();
    let calls = 0;
    const listener = (): unknown => (calls += 1);
    stop.addEventListener('other', listener);
    stop.abort();
    stop.addEventListener('abort', listener);
    stop.abort();
    expect(calls).toBe(0);
    expect(() => stop.dispatchEvent()).toThrow('aborted, not dispatched to');
  });

  it('still tells who no longer wants to hear of something else', () => {
    const stop = new Stop();
    let calls = 0;
    const listener = (): unknown => (calls += 1);
    stop.addEventListener('abort', listener);
    stop.removeEventListener('other', listener);
    stop.abort();
    expect(calls).toBe(1);
  });

  it('tells all others where one throws, whose error ends the process as with Node’s own', () => {
    const stop = new Stop();
    const told: string[] = [];
    stop.onabort = () => {
      throw new Error('a defect');
    };
    stop.addEventListener('abort', () => told.push('another'));
    const later = vi.spyOn(process, 'nextTick').mockImplementation(() => undefined);
    try {
      stop.abort();
      const [[thrower] = []] = later.mock.calls as [[() => void]?];
      expect(thrower).toThrow('a defect');
    } finally {
      later.mockRestore();
    }
    expect(told).toEqual(['another']);
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
