import { basename, dirname } from 'node:path';
import { atMost } from '../../core/at-most.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Logger } from '../../core/logger.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import { resolveDestination } from '../../output/resolve-destination.ts';
import type { FileTarget } from '../target.ts';
import { FolderWatches, type WatchFolder } from './folder-watches.ts';
import type { UnderWay } from './under-way.ts';

/** Somebody who changes a file is given so long to finish: editors and `sed` do it in steps. */
const SETTLE_MS = 200;
/** Every file is looked at so often, whatever the system tells or does not tell. */
const POLL_MS = 60_000;
/** A folder that is gone is looked for after this, then less and less often. */
const MISSING_FOLDER_MS = 1000;
/** Files that are looked at side by side. */
const SIDE_BY_SIDE = 4;

/** What a lookout works with. */
export interface LookoutOptions<Item> {
  /** Looks at the file of an item. */
  readonly look: (item: Item) => Promise<void>;
  readonly underWay: UnderWay;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly watchFolder?: WatchFolder;
}

/**
 * Knows when a file has to be looked at: a moment after something happened to its name, or to that of the file that a link leads to, and each
 * minute, since the system does not tell everything everywhere.
 */
export class Lookout<Item> {
  readonly #options: LookoutOptions<Item>;
  readonly #folders: FolderWatches;
  readonly #items = new Set<Item>();
  /** Who is looked at when a name in a folder is touched. */
  readonly #names = new Map<string, Map<string, Set<Item>>>();
  readonly #touched = new Set<Item>();
  #cancelLook: CancelTimer | undefined;
  #cancelPoll: CancelTimer | undefined;
  #cancelSearch: CancelTimer | undefined;
  #searchMs = MISSING_FOLDER_MS;
  #refused = false;
  #stopped = false;

  constructor(options: LookoutOptions<Item>) {
    this.#options = options;
    this.#folders = new FolderWatches({
      onTouched: (folder, name) => this.#onTouched(folder, name),
      onRefused: (reason) => this.#onRefused(reason),
      ...(options.watchFolder !== undefined && { watchFolder: options.watchFolder }),
    });
  }

  /** Looks at the file of this target, too, from now on; `item` is what it is known by. */
  add(item: Item, target: FileTarget): void {
    this.#items.add(item);
    this.#options.underWay.add(this.#follow(item, target));
  }

  /** Has a file looked at when those who change it have had the time to finish. */
  touch(item: Item): void {
    if (this.#stopped) return;
    this.#touched.add(item);
    this.#cancelLook ??= this.#options.clock.setTimer(() => this.#lookAtTouched(), SETTLE_MS);
  }

  /** Looks at all files from time to time. */
  begin(): void {
    this.#cancelPoll = this.#options.clock.setTimer(() => {
      this.#options.underWay.add(this.#poll());
      this.begin();
    }, POLL_MS);
  }

  /** Ends all watches and timers. */
  stop(): void {
    this.#stopped = true;
    this.#folders.close();
    this.#cancelLook?.();
    this.#cancelPoll?.();
    this.#cancelSearch?.();
  }

  /** Finds out where a file really is, and has its folders watched. */
  async #follow(item: Item, { destination, file }: FileTarget): Promise<void> {
    const found = await resolveDestination(destination, file.symlink, file.user).catch(
      () => undefined,
    );
    for (const path of new Set([destination, found?.path ?? destination])) {
      const folder = dirname(path);
      const names = this.#names.get(folder) ?? new Map<string, Set<Item>>();
      this.#names.set(folder, names);
      names.set(basename(path), (names.get(basename(path)) ?? new Set()).add(item));
      await this.#folders.add(folder);
    }
    this.touch(item);
  }

  #onTouched(folder: string, name: string | undefined): void {
    const names = this.#names.get(folder);
    if (name !== undefined) {
      for (const item of names?.get(name) ?? []) this.touch(item);
      return;
    }
    for (const some of names?.values() ?? []) for (const item of some) this.touch(item);
    this.#armSearch();
  }

  #onRefused(reason: string): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#options.logger.warn(
      `the system watches no more folders (${reason}): changes that others make to some files are noticed only each ${formatDuration(POLL_MS)}`,
      {
        advice:
          'raise fs.inotify.max_user_watches and max_user_instances, or the limit of open files',
      },
    );
  }

  #lookAtTouched(): void {
    this.#cancelLook = undefined;
    const touched = [...this.#touched];
    this.#touched.clear();
    this.#options.underWay.add(this.#lookAt(touched));
  }

  async #poll(): Promise<void> {
    await this.#renewFolders();
    await this.#lookAt([...this.#items]);
  }

  async #lookAt(items: readonly Item[]): Promise<void> {
    await atMost(SIDE_BY_SIDE, items, this.#options.look);
  }

  /** A folder that is gone tells nothing when it comes back. */
  #armSearch(): void {
    this.#cancelSearch ??= this.#options.clock.setTimer(() => {
      this.#cancelSearch = undefined;
      this.#options.underWay.add(this.#search());
    }, this.#searchMs);
  }

  async #search(): Promise<void> {
    await this.#renewFolders();
    this.#searchMs = this.#folders.isMissingOne
      ? Math.min(this.#searchMs * 2, POLL_MS)
      : MISSING_FOLDER_MS;
    if (this.#folders.isMissingOne && !this.#stopped) this.#armSearch();
  }

  async #renewFolders(): Promise<void> {
    for (const folder of await this.#folders.renew()) this.#onTouched(folder, undefined);
  }
}
