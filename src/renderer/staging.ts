import { crc32 } from 'node:zlib';
import { atMost } from '../core/at-most.ts';
import type { Logger } from '../core/logger.ts';
import { stageFile } from '../output/atomic-write.ts';
import { applyAttributes, sameAttributes } from '../output/attributes.ts';
import type { OwedMarkers } from '../output/owed-markers.ts';
import type { PromptFolders } from '../output/prompt-folders.ts';
import { Remainders } from '../output/remainders.ts';
import { readCurrent } from '../output/read-destination.ts';
import { resolveDestination } from '../output/resolve-destination.ts';
import { commandLabel } from '../process/command-line.ts';
import { refuseByFormat } from './format-refusal.ts';
import { isRolledBack } from './going-back.ts';
import type { LastGood } from './last-good.ts';
import type { Published } from './publisher.ts';
import { SideFiles } from './side-files.ts';
import { attempt, settle, SIDE_BY_SIDE, type Step } from './step.ts';
import type { Target } from './target.ts';

/** What staging works with. */
export interface StagingOptions {
  /** Takes the text of targets that have no destination. */
  readonly print: (text: string) => void;
  readonly markers: OwedMarkers;
  readonly lastGood: LastGood | undefined;
  /** Where files are replaced the fast way. */
  readonly folders: PromptFolders;
  readonly logger: Logger;
}

/** Finds out what of a batch differs from its files, and writes that beside them, ready to be swapped in. */
export class Staging {
  readonly #options: StagingOptions;
  readonly #printed = new Map<Target, string>();
  readonly #remainders = new Remainders();
  readonly #sideFiles = new SideFiles(this.#remainders);
  /** Stands for the text that was last put in place for each target. */
  readonly #placed = new Map<Target, number>();

  constructor(options: StagingOptions) {
    this.#options = options;
  }

  /** Stages what differs; the rest is settled. */
  async stage(steps: readonly Step[]): Promise<void> {
    await this.#remainders.sweep();
    await atMost(SIDE_BY_SIDE, steps, (step) => attempt(step, () => this.#stage(step)));
    await atMost(SIDE_BY_SIDE, forgivenOf(steps), (step) =>
      attempt(step, async () => {
        delete step.published;
        await this.#stage(step, true);
      }),
    );
  }

  /** The file of this target now has this text. */
  notePlaced(target: Target, text: string): void {
    this.#placed.set(target, checksum(text));
  }

  /** `forgives` what was rolled back. */
  async #stage(step: Step, forgives = false): Promise<void> {
    await this.#stageOwn(step, forgives);
    if (step.published?.outcome === 'held') return;
    const { target, files } = step.publication;
    step.beside = await this.#sideFiles.stage(files, { goBack: isRolledBack(target) });
    // What is written beside it is a change of the target.
    if (step.beside.length > 0) delete step.published;
  }

  async #stageOwn(step: Step, forgives: boolean): Promise<void> {
    const { target, text } = step.publication;
    const { destination, file } = target;
    if (destination === undefined) {
      if (await refuseByFormat(step)) return;
      step.published = this.#print(target, text);
      return;
    }
    // With the same text, what is written beside it may be what failed.
    const hasBeside = step.publication.files.length > 0;
    if (hasBeside && !forgives && (await this.#wasRolledBack(step))) return;
    // What differs from the text that we put there ourselves need not be compared with the file: that would be half of the time
    // from a change to its file.
    const placed = this.#placedBefore(target);
    const { symlink, user } = file;
    const calls = this.#options.folders.callsFor(destination);
    const found = await resolveDestination(destination, symlink, user, calls);
    const current =
      found.existing !== undefined && (placed === undefined || placed === checksum(text))
        ? await readCurrent(found.path)
        : undefined;
    if (current?.bytes.equals(Buffer.from(text)) === true) {
      if (!(await sameAttributes(current.stat, file))) {
        await applyAttributes(current.path, file, current.stat);
        this.#options.logger.info(`set mode and owner of ${target.label}; its text is unchanged`);
      }
      const commandOwed = await this.#isOwed(target);
      this.notePlaced(target, text);
      await this.#options.lastGood?.placed(step.publication);
      step.published = { outcome: 'unchanged', commandOwed };
      return;
    }
    if (!hasBeside && !forgives && (await this.#wasRolledBack(step))) return;
    if (await refuseByFormat(step)) return;
    const needsFile = target.check !== undefined || target.fileGroup !== undefined;
    step.staged = await stageFile(destination, text, file, {
      ...{ found, needsFile, remainders: this.#remainders },
      calls: this.#options.folders.callsFor(found.path),
    });
  }

  /** Stands for the text that is there since we put it there; undefined where it is another, or nobody knows. */
  #placedBefore(target: Target): number | undefined {
    const wasTakenBack = this.#options.lastGood?.wasTakenBack(target) === true;
    return wasTakenBack ? undefined : this.#placed.get(target);
  }

  /** Whether a command is owed from an earlier run or config; debts of this one are known to whoever runs its commands. */
  async #isOwed(target: Target): Promise<boolean> {
    const { command, destination } = target;
    const isKnown = this.#placed.has(target);
    if (isKnown || command === undefined || destination === undefined) return false;
    const { markers } = this.#options;
    // A config that was read again finds the commands of the one before, which go on.
    if (markers.isUnderWay(destination, commandLabel(command))) return false;
    return markers.isOwed(destination);
  }

  /** Whether this very text was put in place, and taken back. */
  async #wasRolledBack(step: Step): Promise<boolean> {
    const { target } = step.publication;
    const error = await this.#options.lastGood?.objection(step.publication);
    if (error === undefined) return false;
    const commandOwed = await this.#isOwed(target);
    await settle(step, { outcome: 'held', by: 'rollback', error, commandOwed });
    return true;
  }

  #print(target: Target, text: string): Published {
    if (this.#printed.get(target) === text) return { outcome: 'unchanged', commandOwed: false };
    this.#printed.set(target, text);
    this.#options.print(text);
    return { outcome: 'written', files: [target.label] };
  }
}

/** Two texts may share one; all that comes of it is that the file is read and compared. */
function checksum(text: string): number {
  return crc32(text);
}

/** Texts of groups that were rolled back, and now come together with another one that is new: it was all of them that failed. */
function forgivenOf(steps: readonly Step[]): readonly Step[] {
  const groupOf = ({ publication }: Step): string | undefined => publication.target.fileGroup;
  const renewed = new Set(steps.filter(({ staged }) => staged !== undefined).map(groupOf));
  return steps.filter((step) => {
    const group = groupOf(step);
    const { published } = step;
    return (
      group !== undefined &&
      renewed.has(group) &&
      published?.outcome === 'held' &&
      published.by === 'rollback'
    );
  });
}
