import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HeldLock, LockOptions, Locks } from '../../src/catalog/locks.ts';
import { AutotmplError } from '../../src/core/errors.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A backend whose locks can be looked at and broken from outside. */
export interface LocksHarness {
  /** One more program that wants locks of the same catalog. */
  createLocks(): Locks;
  /** What others read in the lock; undefined where nobody holds it. */
  seen(key: string): Promise<string | undefined>;
  /** The text of a key; undefined where there is none. */
  read(key: string): Promise<string | undefined>;
  /** Ends the hold of whoever has the lock, as the catalog itself does when its time to live is over. */
  expire(key: string): Promise<void>;
  /** How many sessions, leases or ephemeral nodes there are. */
  countSessions(): Promise<number>;
  /** Takes all locks of the tests away, and whatever tells of them. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const KEY = 'service/app/leader';
const OPTIONS: LockOptions = { value: 'host-1', ttlMs: 10_000, lockDelayMs: 1 };

/** What every backend that has locks must do, each in the same words. */
export function describeLocks(backend: string, createHarness: () => Promise<LocksHarness>): void {
  describe(`the locks of ${backend}`, () => {
    const never = new AbortController().signal;
    let harness: LocksHarness;
    let ours: Locks;
    let theirs: Locks;

    beforeAll(async () => {
      harness = await createHarness();
    });
    afterAll(() => harness.close());
    beforeEach(async () => {
      await harness.clear();
      ours = harness.createLocks();
      theirs = harness.createLocks();
    });
    afterEach(async () => {
      await Promise.all([ours.close(), theirs.close()]);
    });

    /** A wait for the lock that a test looks at; it ends with the test. */
    function contend(locks: Locks, options: LockOptions = OPTIONS) {
      const stop = new AbortController();
      let lock: HeldLock | undefined;
      const acquired = locks.acquire(KEY, options, stop.signal).then((held) => (lock = held));
      return {
        acquired,
        stop: (reason: Error) => stop.abort(reason),
        has: () => lock !== undefined,
      };
    }

    it('gives a free lock, and shows who has it', async () => {
      const lock = await ours.acquire(KEY, OPTIONS, never);
      expect(lock.key).toBe(KEY);
      expect(lock.lost.aborted).toBe(false);
      expect(await harness.seen(KEY)).toBe('host-1');
    });

    it('tells whoever waits that the catalog answers', async () => {
      const heard: (Error | undefined)[] = [];
      const onHeard = (trouble: Error | undefined): void => void heard.push(trouble);
      const lock = await ours.acquire(KEY, { ...OPTIONS, onHeard }, never);
      const next = contend(theirs, { ...OPTIONS, onHeard });
      await waitUntil(() => heard.length > 1, { what: 'a word from the one who waits' });
      expect(heard.filter((trouble) => trouble !== undefined)).toEqual([]);
      expect(next.has()).toBe(false);
      await lock.release();
      await next.acquired;
    });

    it('takes any text as the value', async () => {
      const value = '{"host": "größer", "at": "10.0.0.1:80"}\n';
      await ours.acquire(KEY, { ...OPTIONS, value }, never);
      expect(await harness.seen(KEY)).toBe(value);
    });

    it('has one holder, and the next one as soon as it is given back', async () => {
      const lock = await ours.acquire(KEY, { ...OPTIONS, lockDelayMs: 60_000 }, never);
      const next = contend(theirs, { ...OPTIONS, value: 'host-2' });
      // The other one has seen that the lock is taken once it had the time to take a free one.
      await ours.acquire('another', OPTIONS, never);
      await theirs.acquire('one/more', OPTIONS, never);
      expect(next.has()).toBe(false);
      expect(await harness.seen(KEY)).toBe('host-1');
      await lock.release();
      await next.acquired;
      expect(await harness.seen(KEY)).toBe('host-2');
      expect(lock.lost.aborted).toBe(false);
    });

    it('lets its holder write other keys, and nobody after it was lost', async () => {
      const lock = await ours.acquire(KEY, OPTIONS, never);
      await lock.write('service/app/data', 'first');
      await lock.write('service/app/data', 'second');
      expect(await harness.read('service/app/data')).toBe('second');
      await harness.expire(KEY);
      await waitUntil(() => lock.lost.aborted, { what: 'the loss' });
      await expect(lock.write('service/app/data', 'late')).rejects.toThrow(AutotmplError);
      expect(await harness.read('service/app/data')).toBe('second');
    });

    it('leaves nothing of what was written in its name where that is to go with it', async () => {
      const lock = await ours.acquire(KEY, { ...OPTIONS, afterwards: 'delete' }, never);
      await lock.write('service/app/data', 'text');
      expect(await harness.read('service/app/data')).toBe('text');
      await lock.release();
      expect(await harness.read('service/app/data')).toBeUndefined();
      expect(await harness.read(KEY)).toBeUndefined();
      const again = await theirs.acquire(KEY, { ...OPTIONS, afterwards: 'delete' }, never);
      await again.write('service/app/data', 'text');
      await harness.expire(KEY);
      await waitUntil(async () => (await harness.read('service/app/data')) === undefined, {
        what: 'the end of the key',
      });
      expect(await harness.read(KEY)).toBeUndefined();
    });

    it('is fenced off while a key is another holder’s', async () => {
      const one = await ours.acquire(KEY, OPTIONS, never);
      await one.write('service/app/data', 'one');
      const other = await theirs.acquire('service/app/other', OPTIONS, never);
      await expect(other.write('service/app/data', 'other')).rejects.toThrow(AutotmplError);
      expect(await harness.read('service/app/data')).toBe('one');
    });

    it('goes to exactly one of many who want it, again and again', async () => {
      const programs = Array.from({ length: 5 }, () => harness.createLocks());
      let holders = 0;
      const most: number[] = [];
      const take = async (locks: Locks): Promise<void> => {
        const lock = await locks.acquire(KEY, OPTIONS, never);
        holders += 1;
        most.push(holders);
        await lock.announce('busy');
        holders -= 1;
        await lock.release();
      };
      await Promise.all(programs.map(take));
      expect(most).toEqual([1, 1, 1, 1, 1]);
      await Promise.all(programs.map((locks) => locks.close()));
    });

    it('fences each holder off from those before, though the key was deleted', async () => {
      const fences: number[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        const lock = await ours.acquire(KEY, OPTIONS, never);
        fences.push(lock.fence);
        await lock.release();
        await harness.clear();
      }
      expect(fences).toEqual([...fences].sort((a, b) => a - b));
      expect(new Set(fences).size).toBe(3);
    });

    it('changes what others see while it is held, and only then', async () => {
      const lock = await ours.acquire(KEY, OPTIONS, never);
      await lock.announce('host-1 is ready');
      expect(await harness.seen(KEY)).toBe('host-1 is ready');
      expect(lock.lost.aborted).toBe(false);
      await lock.release();
      await expect(lock.announce('still here')).rejects.toThrow(AutotmplError);
      expect(await harness.seen(KEY)).toBeUndefined();
    });

    it('says at once that a lock was lost, and why', async () => {
      const lock = await ours.acquire(KEY, OPTIONS, never);
      await harness.expire(KEY);
      await waitUntil(() => lock.lost.aborted, { timeoutMs: 5000, what: 'the loss' });
      expect(lock.lost.reason).toBeInstanceOf(AutotmplError);
      await expect(lock.announce('still here')).rejects.toThrow(AutotmplError);
      await lock.release();
      expect(await harness.seen(KEY)).toBeUndefined();
    });

    it('gives a lost lock to nobody before the delay is over', async () => {
      const lock = await ours.acquire(KEY, { ...OPTIONS, lockDelayMs: 2000 }, never);
      const next = contend(theirs);
      const lostAt = performance.now();
      await harness.expire(KEY);
      await next.acquired;
      expect(performance.now() - lostAt).toBeGreaterThan(1900);
      expect(lock.lost.aborted).toBe(true);
    });

    it('rejects with the reason of a signal that aborts, and leaves nothing behind', async () => {
      await ours.acquire(KEY, OPTIONS, never);
      const before = await harness.countSessions();
      const next = contend(theirs);
      next.stop(new Error('we stop'));
      await expect(next.acquired).rejects.toThrow('we stop');
      const over = AbortSignal.abort(new Error('we stopped'));
      await expect(theirs.acquire('free', OPTIONS, over)).rejects.toThrow('we stopped');
      expect(await harness.countSessions()).toBe(before);
    });

    it.each([0, 1, 2, 4, 8, 16, 32])(
      'leaves no lock behind when it is told to stop %i ms after it began',
      async (delayMs) => {
        const attempt = contend(ours, { ...OPTIONS, lockDelayMs: 60_000 });
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        attempt.stop(new Error('we stop'));
        const end = await attempt.acquired.catch((error: unknown) => error);
        if (end instanceof Error) expect(end.message).toBe('we stop');
        else await (end as HeldLock).release();
        expect(await harness.countSessions()).toBe(0);
        // Nor the delay that follows a loss.
        await theirs.acquire(KEY, OPTIONS, AbortSignal.timeout(5000));
      },
    );

    it('is released once, however often that is said', async () => {
      const lock = await ours.acquire(KEY, OPTIONS, never);
      await Promise.all([lock.release(), lock.release()]);
      await lock.release();
      expect(await harness.countSessions()).toBe(0);
    });

    it('releases what it holds before it closes', async () => {
      await ours.acquire(KEY, OPTIONS, never);
      await ours.acquire('other', OPTIONS, never);
      await ours.close();
      expect(await harness.seen(KEY)).toBeUndefined();
      expect(await harness.seen('other')).toBeUndefined();
      expect(await harness.countSessions()).toBe(0);
    });

    it('waits with that for a release that is under way', async () => {
      const lock = await ours.acquire(KEY, OPTIONS, never);
      void lock.release();
      await ours.close();
      expect(await harness.seen(KEY)).toBeUndefined();
      expect(await harness.countSessions()).toBe(0);
    });

    it.each(['', '/', 'a//b', 'a/../b'])('refuses %j, which is no key', async (key) => {
      await expect(ours.acquire(key, OPTIONS, never)).rejects.toThrow(AutotmplError);
    });

    it('takes a key of any words', async () => {
      const key = 'lock/a b/ü?x#%2F&c=1';
      await ours.acquire(key, OPTIONS, never);
      expect(await harness.seen(key)).toBe('host-1');
    });
  });
}
