import type { Actor } from '../../core/actor.ts';
import type { Bus } from '../../core/bus.ts';
import { whenAborted } from '../../core/deadline.ts';
import { describeError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Clock } from '../../core/time.ts';
import type { OwedMarkers } from '../../output/owed-markers.ts';
import { isFileTarget, type Target } from '../target.ts';
import { compareFile, type Difference } from './compare-file.ts';
import { Complaint } from './complaint.ts';
import type { DriftingFile } from './drifting-file.ts';
import { ExpectedFile } from './expected-file.ts';
import type { WatchFolder } from './folder-watches.ts';
import { Lookout } from './lookout.ts';
import type { OwnWrites } from './own-writes.ts';
import { Restoring } from './restoring.ts';
import { Turns } from './turns.ts';
import { UnderWay } from './under-way.ts';

/** What looking for drift works with. */
export interface DriftOptions {
  readonly markers: OwedMarkers;
  /** Texts that must not be shown, of all targets. */
  readonly secrets: () => ReadonlySet<string>;
  /** What was put back is what the target's command has succeeded on. */
  readonly onGoodRestored: (target: Target) => Promise<void>;
  /** The text of a target's file was put back, so that its command has to run. */
  readonly onRestored: (target: Target) => void;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly watchFolder?: WatchFolder;
}

/** A file with those who see to it. */
interface Kept {
  readonly file: DriftingFile;
  readonly complaint: Complaint;
  readonly restoring: Restoring;
}

/**
 * Notices when somebody else changes a file that is kept true: within a second where the system tells, and by a look each minute everywhere.
 * Says it once, or puts the file back, as its target has it.
 */
export class Drift implements Actor, OwnWrites {
  readonly name = 'drift';
  readonly #options: DriftOptions;
  readonly #underWay: UnderWay;
  readonly #lookout: Lookout<Kept>;
  readonly #turns = new Turns();
  readonly #kept = new Map<string, Kept>();
  #stopped = false;

  constructor(options: DriftOptions) {
    const { clock, logger, watchFolder } = options;
    this.#options = options;
    this.#underWay = new UnderWay((error) =>
      logger.error(`looking for drift failed: ${describeError(error)}`),
    );
    this.#lookout = new Lookout({
      ...{ clock, logger, underWay: this.#underWay },
      look: (kept) => this.#look(kept),
      ...(watchFolder !== undefined && { watchFolder }),
    });
  }

  /** Files that differ, by the labels of their targets: since when, in milliseconds since the epoch. */
  drifted(): ReadonlyMap<string, number> {
    const drifted = [...this.#kept.values()].flatMap(({ file: { target, drift } }) =>
      drift === undefined ? [] : [[target.label, drift.sinceMs] as const],
    );
    return new Map(drifted);
  }

  async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#turns.replace(work);
  }

  note(target: Target, text: string, secrets: ReadonlySet<string>): void {
    if (!isFileTarget(target) || target.onDrift === 'ignore' || this.#stopped) return;
    const before = this.#kept.get(target.destination);
    const expected = new ExpectedFile(text, secrets);
    if (before === undefined) {
      const kept = this.#keep({ target, expected });
      this.#kept.set(target.destination, kept);
      this.#lookout.add(kept, target);
      return;
    }
    before.file.expected = expected;
    this.#end(before, 'it was written anew');
    this.#lookout.touch(before);
  }

  /** Looks until told to stop. */
  async run(signal: AbortSignal): Promise<void> {
    this.#lookout.begin();
    await whenAborted(signal);
    this.#stopped = true;
    this.#lookout.stop();
    for (const { restoring } of this.#kept.values()) restoring.stop();
    await this.#underWay.ended();
  }

  #keep(file: DriftingFile): Kept {
    const complaint = new Complaint(file, this.#options);
    const shared = { complaint, turns: this.#turns, underWay: this.#underWay };
    return { file, complaint, restoring: new Restoring(file, { ...this.#options, ...shared }) };
  }

  /** Compares a file with what it should be; later, where we replace files at this moment. */
  async #look(kept: Kept): Promise<void> {
    const { target, expected } = kept.file;
    if (this.#stopped) return;
    if (this.#isReplaced(kept)) {
      this.#lookout.touch(kept);
      return;
    }
    let difference: Difference | undefined;
    try {
      difference = await compareFile(target, expected);
    } catch (error) {
      this.#options.logger.debug(`cannot look at ${target.label}: ${describeError(error)}`);
      return;
    }
    if (this.#isReplaced(kept) || kept.file.expected !== expected) {
      this.#lookout.touch(kept);
      return;
    }
    await this.#judge(kept, difference);
  }

  /** Whether it may be replaced by us at this moment. Putting another one back is no reason to leave it. */
  #isReplaced({ restoring }: Kept): boolean {
    return this.#turns.areReplacing || restoring.isUnderWay;
  }

  async #judge(kept: Kept, difference: Difference | undefined): Promise<void> {
    if (difference === undefined) {
      this.#end(kept, 'somebody else put that right');
      return;
    }
    const { file, restoring, complaint } = kept;
    if (file.drift?.difference.key === difference.key) return;
    file.drift = { sinceMs: file.drift?.sinceMs ?? this.#options.clock.now(), difference };
    if (file.target.onDrift === 'restore') await restoring.plan(difference);
    else await complaint.differs(difference, leftAlone(difference));
  }

  /** The file is right again. */
  #end({ file, restoring }: Kept, why: string): void {
    restoring.cancel();
    if (file.drift === undefined) return;
    delete file.drift;
    const { label } = file.target;
    this.#options.logger.info(`${label} is as it should be again: ${why}`, { target: label });
  }
}

/** What becomes of a file that is only reported, as a clause. */
function leftAlone({ isInTheWay }: Difference): string {
  const then =
    isInTheWay === true
      ? 'nothing is written until that is taken away'
      : 'overwritten when its data changes or autotmpl starts again';
  return `it is left so (onDrift: report), and ${then}`;
}
