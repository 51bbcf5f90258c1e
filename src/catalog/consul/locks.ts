import { hostname } from 'node:os';
import { backoffDelay } from '../../core/backoff.ts';
import { AutotmplError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type { HeldLock, LockOptions, Locks } from '../locks.ts';
import type { ConsulOptions } from './options.ts';
import { PackageClient, statusOf, type CallOptions } from './package-client.ts';
import { Session } from './session.ts';

/** Consul's own limits for a session (https://developer.hashicorp.com/consul/api-docs/session). */
const LEAST_TTL_MS = 10_000;
const MOST_TTL_MS = 86_400_000;
const RETRY = { baseMs: 1000, capMs: 15_000 };
/** How long one question for news of a key waits at the agent. */
const WAIT_S = 30;
const RELEASE_WITHIN_MS = 1000;

/** What Consul says of a key. */
interface Pair {
  readonly Session?: string;
  readonly LockIndex: number;
  readonly ModifyIndex: number;
}

/**
 * Locks by Consul's sessions (https://developer.hashicorp.com/consul/docs/dynamic-app-config/sessions), with the `consul` package: a
 * session is opened only once the lock is free, so that those who wait cost the servers nothing.
 */
export function createConsulLocks(options: ConsulOptions, clock: Clock): Locks {
  const client = new PackageClient(options, clock);
  const held = new Set<HeldLock>();

  const acquire = async (
    key: string,
    lock: LockOptions,
    signal: AbortSignal,
  ): Promise<HeldLock> => {
    checkOptions(lock);
    let session: Session | undefined;
    try {
      for (let attempt = 0; ;) {
        try {
          await untilFree(client, key, session?.id, signal);
          if (session?.lost.aborted !== false) {
            session = await Session.open(client, clock, sessionName(key), lock, signal);
          }
          const fence = await tryToTake(client, key, lock.value, session, signal);
          if (fence !== undefined) {
            const taken: HeldLock = hold(client, clock, key, session, fence, () =>
              held.delete(taken),
            );
            held.add(taken);
            session = undefined;
            return taken;
          }
          // Free, and not for us: the delay after a loss, or somebody was faster.
          attempt = 0;
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof AutotmplError)) throw error;
          attempt += 1;
        }
        await clock.sleep(backoffDelay(attempt, RETRY), signal);
        signal.throwIfAborted();
      }
    } finally {
      await session?.close();
    }
  };

  return {
    acquire,
    async close() {
      await Promise.all([...held].map((lock) => lock.release()));
      client.close();
    },
  };
}

function checkOptions({ ttlMs }: LockOptions): void {
  if (ttlMs >= LEAST_TTL_MS && ttlMs <= MOST_TTL_MS) return;
  throw new AutotmplError('config', `a lock's ttl of ${ttlMs / 1000} s is not possible in Consul`, {
    advice: 'give 10s to 24h',
  });
}

function sessionName(key: string): string {
  return `autotmpl ${key} ${hostname()} ${process.pid}`;
}

/** Resolves when nobody holds the key, or when we do: an answer of ours may have been lost on its way. */
async function untilFree(
  client: PackageClient,
  key: string,
  ours: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  let index = 0;
  for (;;) {
    const pair = await read(client, key, index, signal);
    const holder = pair?.Session ?? '';
    if (holder === '' || holder === ours) return;
    index = pair?.ModifyIndex ?? 0;
  }
}

async function read(
  client: PackageClient,
  key: string,
  index: number,
  signal: AbortSignal,
): Promise<Pair | undefined> {
  return client.call(`Consul did not tell of ${key}`, signal, async (consul, call) => {
    const waiting =
      index === 0
        ? {}
        : { index: String(index), wait: `${WAIT_S}s`, timeout: (WAIT_S + 10) * 1000 };
    return (await consul.kv.get({ ...call, ...waiting, key })) as Pair | undefined;
  });
}

/** Takes the lock if it can be had; returns what fences it, or undefined where it cannot. */
async function tryToTake(
  client: PackageClient,
  key: string,
  value: string,
  { id }: Session,
  signal: AbortSignal,
): Promise<number | undefined> {
  await client.call(`Consul did not take a lock on ${key}`, signal, (consul, call) =>
    consul.kv.set({ ...call, key, value, acquire: id }),
  );
  const pair = await read(client, key, 0, signal);
  return pair?.Session === id ? pair.LockIndex : undefined;
}

function hold(
  client: PackageClient,
  clock: Clock,
  key: string,
  session: Session,
  fence: number,
  onRelease: () => void,
): HeldLock {
  const released = new AbortController();
  const over = AbortSignal.any([released.signal, session.lost]);
  void follow(client, clock, key, session, over);
  const write = (
    failure: string,
    signal: AbortSignal,
    how: (call: CallOptions) => Parameters<CallableSet>[0],
  ): Promise<unknown> =>
    client.call(failure, signal, (consul, call) => consul.kv.set(how(call)) as Promise<unknown>);
  return {
    key,
    fence,
    lost: session.lost,
    async announce(value) {
      await write(`Consul did not take a value for ${key}`, over, (call) => {
        return { ...call, key, value, acquire: session.id };
      });
    },
    async release() {
      if (released.signal.aborted) return;
      released.abort();
      onRelease();
      const late = new AbortController();
      const cancel = clock.setTimer(() => late.abort(), RELEASE_WITHIN_MS);
      await write(`Consul did not take ${key} back`, late.signal, (call) => {
        return { ...call, key, value: '', release: session.id };
      })
        // The end of the session releases it, too.
        .catch(() => undefined);
      cancel();
      await session.close();
    },
  };
}

/** The one way of the package's to write a key that is needed here. */
type CallableSet = (options: {
  readonly key: string;
  readonly value: string;
  readonly acquire?: string;
  readonly release?: string;
}) => unknown;

/** Notices at once when the key is not ours any more, whatever became of the session. */
async function follow(
  client: PackageClient,
  clock: Clock,
  key: string,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  for (let index = 0, attempt = 0; !signal.aborted;) {
    try {
      const pair = await read(client, key, index, signal);
      if (pair?.Session !== session.id) {
        session.lose(new AutotmplError('catalog', `${key} is not ours any more in Consul`));
        return;
      }
      attempt = 0;
      index = pair.ModifyIndex;
    } catch (error) {
      if (signal.aborted || statusOf(error) === 404) return;
      attempt += 1;
      // Meanwhile the session tells when nothing was heard for too long.
      await clock.sleep(backoffDelay(attempt, RETRY), signal);
    }
  }
}
