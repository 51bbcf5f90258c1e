import { basename, dirname } from 'node:path';
import type { Actor } from '../../core/actor.ts';
import { atMost } from '../../core/at-most.ts';
import { whenAborted } from '../../core/deadline.ts';
import type { Bus } from '../../core/bus.ts';
import { formatDuration } from '../../core/duration.ts';
import { describeError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import type { OwedMarkers } from '../../output/owed-markers.ts';
import { resolveDestination } from '../../output/resolve-destination.ts';
import type { Target } from '../target.ts';
import { compareFile, type Difference } from './compare-file.ts';
import { diffOf } from './describe-drift.ts';
import { ExpectedFile } from './expected-file.ts';
import { Fight } from './fight.ts';
import { FolderWatches, type WatchFolder } from './folder-watches.ts';
import type { OwnWrites } from './own-writes.ts';
import { putBack } from './put-back.ts';

/** Somebody who changes a file is given so long to finish: editors and `sed` do it in steps. */
const SETTLE_MS = 200;
/** Every file is looked at so often, whatever the system tells or does not tell. */
const POLL_MS = 60_000;
/** A folder that is gone is looked for after this, then less and less often. */
const MISSING_FOLDER_MS = 1000;
/** Files that are looked at side by side. */
const SIDE_BY_SIDE = 4;

/** What looking for drift works with. */
export interface DriftOptions {
  readonly markers: OwedMarkers;
  /** Texts that must not be shown, of all targets. */
  readonly secrets: () => ReadonlySet<string>;
  /** The text of a target's file was put back, so that its command has to run. */
  readonly onRestored: (target: Target) => void;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly watchFolder?: WatchFolder;
}

type FileTarget = Target & { readonly destination: string };

/** A file that is looked after. */
interface Kept {
  readonly target: FileTarget;
  /** Putting it back. */
  readonly fight: Fight;
  /** Saying that it differs. */
  readonly complaint: Fight;
  expected: ExpectedFile;
  /** How it differs; absent: it does not. */
  drift?: { readonly sinceMs: number; difference: Difference };
  /** It is being put back at this moment. */
  isPutBack: boolean;
  cancelPutBack?: CancelTimer;
  lastFailure?: string;
}

/**
 * Notices when somebody else changes a file that is kept true: within a second where the system tells, and by a look each minute everywhere.
 * Says it once, or puts the file back, as its target has it.
 */
export class Drift implements Actor, OwnWrites {
  readonly name = 'drift';
  readonly #options: DriftOptions;
  readonly #folders: FolderWatches;
  readonly #kept = new Map<string, Kept>();
  /** Who is looked at when a name in a folder is touched. */
  readonly #names = new Map<string, Map<string, Set<Kept>>>();
  readonly #touched = new Set<Kept>();
  /** Looks and putting back under way. */
  readonly #underWay = new Set<Promise<void>>();
  #turns: Promise<unknown> = Promise.resolve();
  /** Turns that replace files now, but not to put one back: that is no reason to leave the others. */
  #replacing = 0;
  #cancelLook: CancelTimer | undefined;
  #cancelPoll: CancelTimer | undefined;
  #cancelSearch: CancelTimer | undefined;
  #searchMs = MISSING_FOLDER_MS;
  #refused = false;
  #stopped = false;

  constructor(options: DriftOptions) {
    this.#options = options;
    this.#folders = new FolderWatches({
      onTouched: (folder, name) => this.#onTouched(folder, name),
      onRefused: (reason) => this.#onRefused(reason),
      ...(options.watchFolder !== undefined && { watchFolder: options.watchFolder }),
    });
  }

  /** Files that differ, by the labels of their targets: since when, in milliseconds since the epoch. */
  drifted(): ReadonlyMap<string, number> {
    const drifted = [...this.#kept.values()].flatMap(({ target, drift }) =>
      drift === undefined ? [] : [[target.label, drift.sinceMs] as const],
    );
    return new Map(drifted);
  }

  async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#queue(async () => {
      this.#replacing += 1;
      try {
        return await work();
      } finally {
        this.#replacing -= 1;
      }
    });
  }

  note(target: Target, text: string, secrets: ReadonlySet<string>): void {
    if (!isFileTarget(target) || target.onDrift === 'ignore' || this.#stopped) return;
    const before = this.#kept.get(target.destination);
    const expected = new ExpectedFile(text, secrets);
    if (before === undefined) {
      const { clock } = this.#options;
      const kept = {
        target,
        expected,
        fight: new Fight(clock),
        complaint: new Fight(clock),
        isPutBack: false,
      };
      this.#kept.set(target.destination, kept);
      this.#track(this.#follow(kept));
      return;
    }
    before.expected = expected;
    this.#end(before, 'it was written anew');
    this.#touch(before);
  }

  /** Looks until told to stop. */
  async run(signal: AbortSignal): Promise<void> {
    this.#armPoll();
    await whenAborted(signal);
    this.#stopped = true;
    this.#folders.close();
    this.#cancelLook?.();
    this.#cancelPoll?.();
    this.#cancelSearch?.();
    for (const { cancelPutBack } of this.#kept.values()) cancelPutBack?.();
    await Promise.all(this.#underWay);
  }

  /** Finds out where a file really is, and has its folders watched. */
  async #follow(kept: Kept): Promise<void> {
    const { destination, file } = kept.target;
    const found = await resolveDestination(destination, file.symlink, file.user).catch(
      () => undefined,
    );
    for (const path of new Set([destination, found?.path ?? destination])) {
      const folder = dirname(path);
      const names = this.#names.get(folder) ?? new Map<string, Set<Kept>>();
      this.#names.set(folder, names);
      names.set(basename(path), (names.get(basename(path)) ?? new Set()).add(kept));
      await this.#folders.add(folder);
    }
    this.#touch(kept);
  }

  /** One replaces files at a time. */
  async #queue<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turns.then(work);
    this.#turns = turn.catch(() => undefined);
    return turn;
  }

  #onTouched(folder: string, name: string | undefined): void {
    const names = this.#names.get(folder);
    if (name !== undefined) {
      for (const kept of names?.get(name) ?? []) this.#touch(kept);
      return;
    }
    for (const some of names?.values() ?? []) for (const kept of some) this.#touch(kept);
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

  #touch(kept: Kept): void {
    if (this.#stopped) return;
    this.#touched.add(kept);
    this.#cancelLook ??= this.#options.clock.setTimer(() => this.#lookAtTouched(), SETTLE_MS);
  }

  #lookAtTouched(): void {
    this.#cancelLook = undefined;
    const touched = [...this.#touched];
    this.#touched.clear();
    this.#track(atMost(SIDE_BY_SIDE, touched, (kept) => this.#look(kept)));
  }

  #armPoll(): void {
    this.#cancelPoll = this.#options.clock.setTimer(() => {
      this.#track(this.#poll());
      this.#armPoll();
    }, POLL_MS);
  }

  async #poll(): Promise<void> {
    await this.#renewFolders();
    await atMost(SIDE_BY_SIDE, [...this.#kept.values()], (kept) => this.#look(kept));
  }

  /** A folder that is gone tells nothing when it comes back. */
  #armSearch(): void {
    this.#cancelSearch ??= this.#options.clock.setTimer(() => {
      this.#cancelSearch = undefined;
      this.#track(this.#search());
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

  /** Compares a file with what it should be; later, where we replace files at this moment. */
  async #look(kept: Kept): Promise<void> {
    const { expected } = kept;
    if (this.#stopped) return;
    if (this.#replacing > 0 || kept.isPutBack) {
      this.#touch(kept);
      return;
    }
    let difference: Difference | undefined;
    try {
      difference = await compareFile(kept.target, expected);
    } catch (error) {
      this.#options.logger.debug(`cannot look at ${kept.target.label}: ${describeError(error)}`);
      return;
    }
    if (this.#replacing > 0 || kept.isPutBack || kept.expected !== expected) {
      this.#touch(kept);
      return;
    }
    await this.#judge(kept, difference);
  }

  async #judge(kept: Kept, difference: Difference | undefined): Promise<void> {
    if (difference === undefined) {
      this.#end(kept, 'somebody else put that right');
      return;
    }
    if (kept.drift?.difference.key === difference.key) return;
    kept.drift = { sinceMs: kept.drift?.sinceMs ?? this.#options.clock.now(), difference };
    if (kept.target.onDrift === 'restore') await this.#planPutBack(kept, difference);
    else await this.#report(kept, difference, LEFT_ALONE);
  }

  /** The file is right again. */
  #end(kept: Kept, why: string): void {
    kept.cancelPutBack?.();
    delete kept.cancelPutBack;
    delete kept.lastFailure;
    if (kept.drift === undefined) return;
    delete kept.drift;
    const { label } = kept.target;
    this.#options.logger.info(`${label} is as it should be again: ${why}`, { target: label });
  }

  async #report(kept: Kept, difference: Difference, then: string): Promise<void> {
    const { bus, secrets } = this.#options;
    const { target, expected, complaint } = kept;
    bus.emit('target:drifted', { target: target.label, restored: false });
    // Whoever changes it each second need not be told of each second.
    if (!complaint.isRested) return;
    complaint.note();
    const diff = await diffOf(target, difference, expected, secrets());
    this.#warn(kept, difference, then, diff);
  }

  async #planPutBack(kept: Kept, difference: Difference): Promise<void> {
    const { pauseMs, count, lastsMs } = kept.fight;
    if (kept.cancelPutBack !== undefined) return;
    if (pauseMs === 0) {
      await this.#putBack(kept);
      return;
    }
    const often = `it was put back ${count} times in ${formatDuration(Math.max(1000, lastsMs))}, and is put back again in ${formatDuration(pauseMs)}`;
    const then =
      count === 1
        ? `it is put back in ${formatDuration(pauseMs)}`
        : `${often}: two programs that write one file undo each other's work`;
    this.#putBackAfter(kept, pauseMs);
    await this.#report(kept, difference, then);
  }

  #putBackAfter(kept: Kept, pauseMs: number): void {
    kept.cancelPutBack?.();
    kept.cancelPutBack = this.#options.clock.setTimer(() => {
      delete kept.cancelPutBack;
      this.#track(this.#putBack(kept));
    }, pauseMs);
  }

  async #putBack(kept: Kept): Promise<void> {
    const { target, fight } = kept;
    kept.isPutBack = true;
    try {
      await this.#queue(() => this.#putBackInTurn(kept));
    } catch (error) {
      fight.note();
      const reason = describeError(error);
      const message = `${target.label} drifted and cannot be put back: ${reason}; it is tried again`;
      if (kept.lastFailure !== reason)
        this.#options.logger.error(message, { target: target.label });
      kept.lastFailure = reason;
      if (!this.#stopped) this.#putBackAfter(kept, fight.pauseMs);
    } finally {
      kept.isPutBack = false;
    }
  }

  async #putBackInTurn(kept: Kept): Promise<void> {
    const { markers, bus, onRestored, secrets } = this.#options;
    const { target, expected, fight } = kept;
    // It may have been written anew meanwhile, or put right.
    const difference = this.#stopped ? undefined : await compareFile(target, expected);
    if (difference === undefined) {
      delete kept.drift;
      return;
    }
    await putBack(target, difference, expected, markers);
    fight.note();
    const diff = await diffOf(target, difference, expected, secrets());
    this.#warn(kept, difference, 'it was put back', diff);
    delete kept.drift;
    delete kept.lastFailure;
    bus.emit('target:drifted', { target: target.label, restored: true });
    if (difference.kind !== 'dress') onRestored(target);
  }

  #warn({ target: { label } }: Kept, { what }: Difference, then: string, diff: object): void {
    this.#options.logger.warn(`${label} drifted, by somebody else's hand: it ${what}; ${then}`, {
      target: label,
      ...diff,
    });
  }

  #track(work: Promise<unknown>): void {
    const ended = work.then(
      () => undefined,
      (error: unknown) =>
        this.#options.logger.error(`looking for drift failed: ${describeError(error)}`),
    );
    this.#underWay.add(ended);
    void ended.finally(() => this.#underWay.delete(ended));
  }
}

const LEFT_ALONE =
  'it is left so (onDrift: report), and overwritten when its data changes or autotmpl starts again';

function isFileTarget(target: Target): target is FileTarget {
  return target.destination !== undefined;
}
