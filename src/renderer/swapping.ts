import { describeError } from '../core/errors.ts';
import { atMost } from '../core/at-most.ts';
import type { Logger } from '../core/logger.ts';
import { keepBackup } from '../output/backup.ts';
import { findJournals } from '../output/find-journals.ts';
import { syncFolders } from '../output/folders.ts';
import type { WaitingFile } from '../output/group-swap.ts';
import type { OwedMarkers, Swap } from '../output/owed-markers.ts';
import type { PromptFolders } from '../output/prompt-folders.ts';
import { readCurrent } from '../output/read-destination.ts';
import type { Placement } from '../output/staged-file.ts';
import type { LastGood } from './last-good.ts';
import { attempt, isStaged, settle, SIDE_BY_SIDE, stagedFiles, type Step } from './step.ts';
import type { Target } from './target.ts';
import { holdTogether, type Unit } from './units.ts';

/** What swapping works with. */
export interface SwappingOptions {
  readonly markers: OwedMarkers;
  readonly lastGood: LastGood | undefined;
  /** Where files are replaced the fast way. */
  readonly folders: PromptFolders;
  readonly logger: Logger;
  /** Called when a file has its text. */
  readonly onPlaced: (target: Target, text: string) => void;
}

/** Puts staged files in place, and makes that last. */
export class Swapping {
  readonly #options: SwappingOptions;
  /** Destinations that could only be written in place: said once each. */
  readonly #inPlace = new Set<string>();
  /** Whether a group was left with files of both kinds, which its journal knows. */
  #isHalfDone = false;

  constructor(options: SwappingOptions) {
    this.#options = options;
  }

  /** Puts the files of these units in place. Those that have to do with no other file go side by side. */
  async swapAll(units: readonly Unit[]): Promise<void> {
    const isAlone = ({ group, steps }: Unit): boolean =>
      group === undefined && steps.every(({ beside }) => beside.length === 0);
    await atMost(SIDE_BY_SIDE, units.filter(isAlone), (unit) => this.#swapUnit(unit));
    for (const unit of units) if (!isAlone(unit)) await this.#swapUnit(unit);
  }

  /** Puts the files of a unit in place, where it has any: those of a group all, or none. */
  async #swapUnit(unit: Unit): Promise<void> {
    const steps = unit.steps.filter(isStaged);
    if (unit.group !== undefined && steps.length > 1) {
      await this.#swapTogether(unit, steps);
      return;
    }
    for (const step of steps) await attempt(step, () => this.#swap(step));
    await holdTogether(unit);
  }

  /** To be called once a batch is swapped: a power loss does not undo it. */
  async makeLast(steps: readonly Step[]): Promise<void> {
    try {
      const paths = steps.flatMap(stagedFiles).map(({ destination }) => destination);
      await syncFolders(paths, (path) => this.#options.folders.callsFor(path));
    } catch (error) {
      // The files are there and whole; only their survival of a power loss is in doubt.
      this.#options.logger.warn(describeError(error));
    }
  }

  async #swapTogether(unit: Unit, steps: readonly Step[]): Promise<void> {
    for (const step of steps) await attempt(step, () => this.#keepOld(step));
    await holdTogether(unit);
    if (!steps.every(isStaged)) return;
    const { swapTogether } = await import('../output/group-swap.ts');
    const files = steps.flatMap(waitingFileOf);
    if (this.#isHalfDone) await settleJournals(files);
    const failure = await this.#marked(steps, async (stays) => {
      const failed = await swapTogether(files);
      if (failed?.isHalfDone === false) stays();
      return failed;
    });
    this.#isHalfDone = failure?.isHalfDone === true;
    if (failure !== undefined) {
      const blamed = steps.find(({ staged }) => staged?.destination === failure.destination);
      await settle(blamed ?? (steps[0] as Step), { outcome: 'failed', error: failure.error });
      await holdTogether(unit);
      return;
    }
    for (const step of steps) await attempt(step, () => this.#followUp(step));
  }

  async #keepOld({ publication, staged }: Step): Promise<void> {
    const { target } = publication;
    await this.#options.lastGood?.keep(publication);
    if (staged === undefined || !target.file.backup) return;
    await keepBackup(staged.destination, 'link', () => readCurrent(staged.destination));
  }

  /** Side files are no part of the group: they follow once it is in place. */
  async #followUp({ publication, staged, beside }: Step): Promise<void> {
    const { target, text } = publication;
    await this.#options.lastGood?.placed(publication);
    if (staged !== undefined) this.#options.onPlaced(target, text);
    for (const one of beside) await one.commit();
  }

  /** Works with the markers of all these targets standing. */
  async #marked<Result>(
    [first, ...others]: readonly Step[],
    work: Swap<Result>,
    stays: () => void = () => undefined,
  ): Promise<Result> {
    if (first === undefined) return work(stays);
    const { destination, command } = first.publication.target;
    // Whatever ends us between the swap and the command's success, the next start makes it good.
    if (destination === undefined || command === undefined) {
      return this.#marked(others, work, stays);
    }
    return this.#options.markers.around(destination, (oneStays) =>
      this.#marked(others, work, () => {
        stays();
        oneStays();
      }),
    );
  }

  async #swap(step: Step): Promise<void> {
    const { publication, staged } = step;
    const { target, text } = publication;
    const { destination } = target;
    await this.#options.lastGood?.keep(publication);
    const placement = await this.#marked([step], (stays) => commitAll(step, stays));
    await this.#options.lastGood?.placed(publication);
    if (staged === undefined || destination === undefined) return;
    this.#options.onPlaced(target, text);
    if (placement === 'inPlace' && !this.#inPlace.has(destination)) {
      this.#inPlace.add(destination);
      this.#options.logger.warn(
        `${target.label} is written in place, since it cannot be renamed over: a reader may see half of it`,
      );
    }
  }
}

/** Puts the files of a step in place, its own last; `stays` is called where none of them could be. */
async function commitAll(
  { staged, beside }: Step,
  stays: () => void,
): Promise<Placement | undefined> {
  let done = 0;
  try {
    for (const one of beside) {
      await one.commit();
      done += 1;
    }
    return await staged?.commit();
  } catch (error) {
    if (done === 0) stays();
    throw error;
  }
}

function waitingFileOf({ staged }: Step): WaitingFile[] {
  if (staged?.path === undefined) return [];
  return [{ destination: staged.destination, path: staged.path }];
}

async function settleJournals(files: readonly WaitingFile[]): Promise<void> {
  const { finishSwaps } = await import('../output/finish-swaps.ts');
  await finishSwaps(await findJournals(files.map(({ destination }) => destination)));
}
