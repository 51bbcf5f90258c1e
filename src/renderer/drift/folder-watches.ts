import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { systemCode } from '../../core/errors.ts';

/** Starts to watch a folder, as Node's `watch` does. */
export type WatchFolder = (folder: string, onEvent: (name: string | null) => void) => FSWatcher;

/** What watches of folders work with. */
export interface FolderWatchesOptions {
  /** Something happened to a name in a folder; undefined: maybe to any. */
  readonly onTouched: (folder: string, name: string | undefined) => void;
  /** The system gives no more watches, for this reason. */
  readonly onRefused: (reason: string) => void;
  readonly watchFolder?: WatchFolder;
}

interface Watched {
  readonly watcher: FSWatcher;
  /** Which folder it is, whatever bears its name later. */
  readonly identity: string;
}

/** The system gives no more: as many as its limits allow are watched, and the others looked at from time to time. */
const REFUSALS = new Set(['ENOSPC', 'EMFILE', 'ENFILE', 'ENOSYS']);

/** One watch for each folder, for as long as the folder is the same: what is deleted and made again needs another. */
export class FolderWatches {
  readonly #options: FolderWatchesOptions;
  readonly #folders = new Map<string, Watched | undefined>();
  #closed = false;

  constructor(options: FolderWatchesOptions) {
    this.#options = options;
  }

  /** Whether there are folders that are not there, so that nothing can be heard of them. */
  get isMissingOne(): boolean {
    return [...this.#folders.values()].includes(undefined);
  }

  /** Watches a folder from now on. */
  async add(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return;
    this.#folders.set(folder, undefined);
    await this.#renew(folder);
  }

  /** Watches anew what is not the folder any more that is watched, or was not there before; returns those folders. */
  async renew(): Promise<readonly string[]> {
    const renewed: string[] = [];
    for (const folder of this.#folders.keys()) if (await this.#renew(folder)) renewed.push(folder);
    return renewed;
  }

  /** Ends all watches. */
  close(): void {
    this.#closed = true;
    for (const watched of this.#folders.values()) watched?.watcher.close();
    this.#folders.clear();
  }

  async #renew(folder: string): Promise<boolean> {
    const identity = await identityOf(folder);
    const before = this.#folders.get(folder);
    if (this.#closed || before?.identity === identity) return false;
    before?.watcher.close();
    this.#folders.set(folder, undefined);
    if (identity === undefined) return false;
    const watcher = this.#watch(folder);
    if (watcher === undefined) return false;
    this.#folders.set(folder, { watcher, identity });
    return true;
  }

  #watch(folder: string): FSWatcher | undefined {
    const { onTouched, onRefused, watchFolder = watchSystem } = this.#options;
    try {
      const watcher = watchFolder(folder, (name) => {
        // A folder that is deleted or moved says so by its own name; the next of that name may even have its number.
        if (name === basename(folder)) this.#drop(folder, watcher);
        onTouched(folder, name === null || name === basename(folder) ? undefined : name);
      });
      watcher.on('error', () => this.#drop(folder, watcher));
      return watcher;
    } catch (error) {
      const code = systemCode(error) ?? '';
      if (REFUSALS.has(code)) onRefused(code);
      return undefined;
    }
  }

  #drop(folder: string, watcher: FSWatcher): void {
    watcher.close();
    if (this.#folders.get(folder)?.watcher === watcher) this.#folders.set(folder, undefined);
  }
}

/** Keeps nobody from ending. */
const watchSystem: WatchFolder = (folder, onEvent) =>
  watch(folder, { persistent: false }, (_, name) => onEvent(name));

async function identityOf(folder: string): Promise<string | undefined> {
  try {
    const { dev, ino, birthtimeMs } = await stat(folder);
    return `${dev} ${ino} ${birthtimeMs}`;
  } catch {
    return undefined;
  }
}
