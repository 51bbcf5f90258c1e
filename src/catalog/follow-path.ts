import { watch, type FSWatcher } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import { fileStamp, stampOf } from './file-stamp.ts';

/** What is at a path. */
export type PathState =
  | { readonly state: 'present'; readonly text: string }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly error: Error };

/** The net under the system's notices, which network file systems and full watch tables do not give. */
const LOOK_EVERY_MS = 2000;
/** A writer that truncates before it writes is given this time. */
const SETTLE_MS = 20;
const SETTLE_EMPTY_MS = 200;
const LARGEST_BYTES = 64 * 1024 * 1024;

/**
 * Follows a file: its state first, then again whenever it was written, replaced, re-linked (as Kubernetes does with its
 * ConfigMaps), removed or made. Ends when the signal aborts, with no watch or timer left.
 */
export async function* followPath(
  path: string,
  signal: AbortSignal,
  clock: Clock,
): AsyncGenerator<PathState> {
  const notices = new FolderNotices(path);
  let seen: string | undefined;
  let wasEmpty: boolean | undefined;
  try {
    while (!signal.aborted) {
      // Watched before it is looked at, so that nothing falls in between.
      await notices.renew();
      const stamp = await lookAt(path);
      if (stamp !== seen) {
        const { state, stamp: read } = await readSettled(path, { wasEmpty, clock, signal });
        if (signal.aborted) return;
        seen = read;
        wasEmpty = state.state === 'present' && state.text === '';
        yield state;
        continue;
      }
      await notices.next(LOOK_EVERY_MS, clock, signal);
      if (notices.heard) await clock.sleep(SETTLE_MS, signal);
    }
  } finally {
    notices.close();
  }
}

interface Looked {
  readonly state: PathState;
  readonly stamp: string;
}

/** Reads a file that is not being written: a version that became empty is looked at twice before it is believed. */
async function readSettled(
  path: string,
  {
    wasEmpty,
    clock,
    signal,
  }: {
    readonly wasEmpty: boolean | undefined;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): Promise<Looked> {
  const looked = await readWhole(path);
  const becameEmpty =
    wasEmpty !== true && looked.state.state === 'present' && looked.state.text === '';
  if (!becameEmpty) return looked;
  await clock.sleep(SETTLE_EMPTY_MS, signal);
  return readWhole(path);
}

/** The stamp belongs to what was read: it is taken from the open file, before its first byte. */
async function readWhole(path: string): Promise<Looked> {
  try {
    const file = await open(path, 'r');
    try {
      const stats = await file.stat({ bigint: true });
      if (!stats.isFile()) throw new Error('it is not a file');
      if (stats.size > LARGEST_BYTES) throw new Error('it is larger than 64 MB');
      return {
        state: { state: 'present', text: await file.readFile('utf8') },
        stamp: stampOf(stats),
      };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return { state: { state: 'absent' }, stamp: ABSENT };
    }
    const reason = error instanceof Error ? error : new Error(String(error));
    return { state: { state: 'unreadable', error: reason }, stamp: await lookAt(path) };
  }
}

const ABSENT = 'absent';

async function lookAt(path: string): Promise<string> {
  try {
    return (await fileStamp(path)) ?? ABSENT;
  } catch (error) {
    return `unreadable ${systemCode(error) ?? ''}`;
  }
}

/**
 * Hears that something changed in the folders that a path leads through: its own, and that of the file that it is linked to. A
 * watch on the file itself would go with the file when it is replaced.
 */
class FolderNotices {
  readonly #path: string;
  readonly #watchers = new Map<string, FSWatcher>();
  #wake: (() => void) | undefined;
  #heard = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the last `next` ended because of a notice. */
  get heard(): boolean {
    return this.#heard;
  }

  /** Watches the folders that the path leads through now. */
  async renew(): Promise<void> {
    this.#heard = false;
    const folders = new Set([dirname(this.#path)]);
    try {
      folders.add(dirname(await realpath(this.#path)));
    } catch {
      // Not there: its folder says when it comes.
    }
    for (const [folder, watcher] of this.#watchers) {
      if (!folders.has(folder)) this.#drop(folder, watcher);
    }
    for (const folder of folders) this.#watch(folder);
  }

  /** Resolves at the next notice, or after `delayMs`, or when the signal aborts. */
  async next(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (this.#heard || signal.aborted) return;
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    this.#wake = wake;
    signal.addEventListener('abort', wake, { once: true });
    await clock.sleep(delayMs, woken.signal);
    signal.removeEventListener('abort', wake);
    this.#wake = undefined;
  }

  close(): void {
    for (const [folder, watcher] of this.#watchers) this.#drop(folder, watcher);
  }

  #watch(folder: string): void {
    if (this.#watchers.has(folder)) return;
    try {
      const watcher = watch(folder, () => {
        this.#heard = true;
        this.#wake?.();
      });
      watcher.on('error', () => this.#drop(folder, watcher));
      this.#watchers.set(folder, watcher);
    } catch {
      // No such folder, or no watch to be had: the slow look finds the change.
    }
  }

  #drop(folder: string, watcher: FSWatcher): void {
    watcher.close();
    this.#watchers.delete(folder);
  }
}
