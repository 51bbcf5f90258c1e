import { createLocks } from '../catalog/index.ts';
import type { HeldLock } from '../catalog/locks.ts';
import type { Settings } from '../config/settings.ts';
import { AutotmplError } from '../core/errors.ts';
import { formatDuration } from '../core/duration.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import type { CommandLine } from '../process/command-line.ts';
import { commandEnvironment } from '../process/environment.ts';
import { exitCodeOfEnd, startProcess, type RunningProcess } from '../process/long-process.ts';
import { environmentFor } from './options.ts';

/** What is run, and under which lock. */
export interface LockedCommandOptions {
  /** Where the lock is. */
  readonly settings: Settings;
  readonly key: string;
  /** What others see: who holds it. */
  readonly value: string;
  readonly ttlMs: number;
  readonly lockDelayMs: number;
  /** How long the lock is waited for; absent: for ever. */
  readonly timeoutMs?: number;
  readonly command: CommandLine;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How it went. A code is the command's own, or what a shell would give in its place. */
export type LockedEnd =
  | { readonly kind: 'ended'; readonly code: number }
  | { readonly kind: 'couldNotStart'; readonly code: 126 | 127; readonly reason: string }
  /** The lock was lost while the command ran, which was ended then. */
  | { readonly kind: 'lost'; readonly reason: unknown };

/** What a command has from TERM to KILL when its lock is lost: somebody else may have it soon. */
const LOST_GRACE_MS = 5000;

/** A command that runs only while we hold a lock. */
export class LockedCommand {
  readonly #options: LockedCommandOptions;
  #process: RunningProcess | undefined;

  constructor(options: LockedCommandOptions) {
    this.#options = options;
  }

  /** Signals the command's whole group; false where there is none yet, or no more. */
  signal(signal: NodeJS.Signals): boolean {
    return this.#process?.signal(signal) ?? false;
  }

  /**
   * Takes the lock, runs the command and gives the lock back, which happens on every way out. Until the command runs, `stop` ends the
   * wait: it rejects with its reason then. Rejects with an AutotmplError too: `waiting` where the time is over, `config` for what can
   * never be a lock.
   */
  async run(stop: AbortSignal): Promise<LockedEnd> {
    const { settings, clock, logger } = this.#options;
    const locks = createLocks(settings.catalog, { clock, logger });
    if (locks === undefined) {
      throw new AutotmplError(
        'config',
        `a catalog of the kind ${settings.catalog.backend} has no locks`,
        {
          advice: 'take the lock in Consul',
        },
      );
    }
    try {
      const lock = await this.#acquire((signal) => {
        const { key, value, ttlMs, lockDelayMs } = this.#options;
        return locks.acquire(key, { value, ttlMs, lockDelayMs }, signal);
      }, stop);
      return await this.#runUnder(lock, stop);
    } finally {
      // It gives back what is held.
      await locks.close();
    }
  }

  async #acquire(
    acquire: (signal: AbortSignal) => Promise<HeldLock>,
    stop: AbortSignal,
  ): Promise<HeldLock> {
    const { clock, timeoutMs, key } = this.#options;
    if (timeoutMs === undefined) return acquire(stop);
    const late = new AbortController();
    const cancel = clock.setTimer(() => {
      const waited = formatDuration(timeoutMs);
      late.abort(new AutotmplError('waiting', `the lock ${key} could not be had within ${waited}`));
    }, timeoutMs);
    try {
      return await acquire(AbortSignal.any([stop, late.signal]));
    } finally {
      cancel();
    }
  }

  async #runUnder(lock: HeldLock, stop: AbortSignal): Promise<LockedEnd> {
    const { settings, environment, command, logger } = this.#options;
    logger.debug(`the lock ${lock.key} is ours`, { key: lock.key, fence: lock.fence });
    stop.throwIfAborted();
    const lost = lossOf(lock);
    const started = await startProcess({
      command,
      env: commandEnvironment(environmentFor(environment, settings), {
        AUTOTMPL_LOCK_KEY: lock.key,
        AUTOTMPL_LOCK_FENCE: String(lock.fence),
      }),
      output: 'inherit',
    });
    if ('couldNotStart' in started) {
      return { kind: 'couldNotStart', code: started.exitCode, reason: started.couldNotStart };
    }
    this.#process = started;
    // A signal that came while it was being started found nobody.
    if (stop.aborted) started.signal(stop.reason as NodeJS.Signals);
    const end = await Promise.race([started.ended, lost]);
    if (end !== 'lost') return { kind: 'ended', code: exitCodeOfEnd(end) };
    await started.stop('SIGTERM', LOST_GRACE_MS);
    return { kind: 'lost', reason: lock.lost.reason };
  }
}

function lossOf({ lost }: HeldLock): Promise<'lost'> {
  return new Promise((resolve) => {
    if (lost.aborted) resolve('lost');
    lost.addEventListener('abort', () => resolve('lost'), { once: true });
  });
}
