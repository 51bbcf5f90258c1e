import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { syncFolders } from '../output/folders.ts';
import type { OwedMarkers } from '../output/owed-markers.ts';
import type { Placement } from '../output/staged-file.ts';
import type { LastGood } from './last-good.ts';
import { attempt, isStaged, stagedFiles, type Step } from './step.ts';
import type { Target } from './target.ts';

/** What swapping works with. */
export interface SwappingOptions {
  readonly markers: OwedMarkers;
  readonly lastGood: LastGood | undefined;
  readonly logger: Logger;
  /** Called when a file has its text. */
  readonly onPlaced: (target: Target, text: string) => void;
}

/** Puts staged files in place, and makes that last. */
export class Swapping {
  readonly #options: SwappingOptions;
  /** Destinations that could only be written in place: said once each. */
  readonly #inPlace = new Set<string>();

  constructor(options: SwappingOptions) {
    this.#options = options;
  }

  /** Puts the files of one step in place, where it has any. */
  async swap(step: Step): Promise<void> {
    if (isStaged(step)) await attempt(step, () => this.#swap(step));
  }

  /** To be called once a batch is swapped: a power loss does not undo it. */
  async makeLast(steps: readonly Step[]): Promise<void> {
    try {
      await syncFolders(steps.flatMap(stagedFiles).map(({ destination }) => destination));
    } catch (error) {
      // The files are there and whole; only their survival of a power loss is in doubt.
      this.#options.logger.warn(describeError(error));
    }
  }

  async #swap({ publication, staged, beside }: Step): Promise<void> {
    const { target, text } = publication;
    const { destination, command } = target;
    const commit = async (): Promise<Placement | undefined> => {
      for (const one of beside) await one.commit();
      return staged?.commit();
    };
    const { markers, lastGood } = this.#options;
    await lastGood?.keep(target);
    // Whatever ends us between the swap and the command's success, the next start makes it good.
    const placement =
      command === undefined || destination === undefined
        ? await commit()
        : await markers.around(destination, commit);
    await lastGood?.placed(publication);
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
