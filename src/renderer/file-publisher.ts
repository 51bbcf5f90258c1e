import { crc32 } from 'node:zlib';

import { atMost } from '../core/at-most.ts';
import { AutotmplError, describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { applyAttributes, sameAttributes } from '../output/attributes.ts';
import { stageFile, type Placement, type StagedFile } from '../output/atomic-write.ts';
import { syncFolders } from '../output/folders.ts';
import { removeLeftovers } from '../output/leftovers.ts';
import type { OwedMarkers } from '../output/owed-markers.ts';
import { readCurrent } from '../output/read-destination.ts';
import { resolveDestination } from '../output/resolve-destination.ts';
import { formatRefusal } from './format-refusal.ts';
import { SideFiles } from './side-files.ts';
import type { Publication, Published, Publisher } from './publisher.ts';
import type { Target } from './target.ts';

/** Files that are staged side by side: what Node's four file threads keep busy. */
const SIDE_BY_SIDE = 8;

/** What the publisher works with. */
export interface FilePublisherOptions {
  /** Takes the text of targets that have no destination. */
  readonly print: (text: string) => void;
  readonly markers: OwedMarkers;
  readonly logger: Logger;
}

interface Step {
  readonly publication: Publication;
  published?: Published;
  staged?: StagedFile;
  /** Side files that are to be replaced. */
  beside: readonly StagedFile[];
}

/** Writes files: the whole batch is staged first, then swapped in, in order, then made to last. */
export class FilePublisher implements Publisher {
  readonly #options: FilePublisherOptions;
  readonly #printed = new Map<Target, string>();
  readonly #sideFiles = new SideFiles();
  /** Stands for the text that was last put in place for each target. */
  readonly #placed = new Map<Target, number>();
  /** Destinations that could only be written in place: said once each. */
  readonly #inPlace = new Set<string>();

  constructor(options: FilePublisherOptions) {
    this.#options = options;
  }

  async open(targets: readonly Target[]): Promise<void> {
    const removed = await removeLeftovers(targets.flatMap((target) => target.destination ?? []));
    if (removed.length > 0) {
      this.#options.logger.info('removed temporary files that an earlier run left behind', {
        files: removed,
      });
    }
  }

  async publish(batch: readonly Publication[]): Promise<readonly Published[]> {
    const steps: Step[] = batch.map((publication) => ({ publication, beside: [] }));
    await atMost(SIDE_BY_SIDE, steps, (step) => this.#attempt(step, () => this.#prepare(step)));
    for (const step of steps) {
      if (isStaged(step)) await this.#attempt(step, () => this.#swap(step));
    }
    await this.#makeLast(steps);
    return steps.map((step) => step.published ?? { outcome: 'written', files: filesOf(step) });
  }

  /** An error of one file never keeps the others from being written. */
  async #attempt(step: Step, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const failure =
        error instanceof AutotmplError
          ? error
          : new AutotmplError(
              'output',
              `cannot write ${step.publication.target.label}: ${describeError(error)}`,
              { cause: error },
            );
      step.published = { outcome: 'failed', error: failure };
      for (const staged of step.beside) await staged.discard();
      await step.staged?.discard();
      delete step.staged;
      step.beside = [];
    }
  }

  async #prepare(step: Step): Promise<void> {
    await this.#prepareOwn(step);
    if (step.published?.outcome === 'held') return;
    step.beside = await this.#sideFiles.stage(step.publication.files);
    // What is written beside it is a change of the target.
    if (step.beside.length > 0) delete step.published;
  }

  async #prepareOwn(step: Step): Promise<void> {
    const { target, text } = step.publication;
    const { destination, file } = target;
    if (destination === undefined) {
      const refusal = await formatRefusal(step.publication);
      step.published =
        refusal === undefined
          ? this.#print(target, text)
          : { outcome: 'held', by: 'check', error: refusal };
      return;
    }
    // What differs from the text that we put there ourselves need not be compared with the file: that would be half of the time
    // from a change to its file.
    const placed = this.#placed.get(target);
    const found = await resolveDestination(destination, file.symlink);
    const current =
      found.existing !== undefined && (placed === undefined || placed === checksum(text))
        ? await readCurrent(found.path)
        : undefined;
    if (current?.bytes.equals(Buffer.from(text)) === true) {
      if (!(await sameAttributes(current.stat, file))) {
        await applyAttributes(current.path, file);
        this.#options.logger.info(`set mode and owner of ${target.label}; its text is unchanged`);
      }
      // What is owed from an earlier run; debts of this one are known to whoever runs its commands.
      const commandOwed =
        placed === undefined &&
        target.command !== undefined &&
        (await this.#options.markers.isOwed(destination));
      this.#placed.set(target, checksum(text));
      step.published = { outcome: 'unchanged', commandOwed };
      return;
    }
    const refusal = await formatRefusal(step.publication);
    if (refusal === undefined) step.staged = await stageFile(destination, text, file, found);
    else step.published = { outcome: 'held', by: 'check', error: refusal };
  }

  async #swap(step: Step): Promise<void> {
    const { target } = step.publication;
    const { destination, command } = target;
    const { staged, beside } = step;
    const commit = async (): Promise<Placement | undefined> => {
      for (const one of beside) await one.commit();
      return staged?.commit();
    };
    // Whatever ends us between the swap and the command's success, the next start makes it good.
    const placement =
      command === undefined || destination === undefined
        ? await commit()
        : await this.#options.markers.around(destination, commit);
    if (staged === undefined || destination === undefined) return;
    this.#placed.set(target, checksum(step.publication.text));
    if (placement === 'inPlace' && !this.#inPlace.has(destination)) {
      this.#inPlace.add(destination);
      this.#options.logger.warn(
        `${target.label} is written in place, since it cannot be renamed over: a reader may see half of it`,
      );
    }
  }

  async #makeLast(steps: readonly Step[]): Promise<void> {
    const swapped = steps.flatMap(({ staged, beside }) =>
      [...beside, ...(staged === undefined ? [] : [staged])].map(({ destination }) => destination),
    );
    try {
      await syncFolders(swapped);
    } catch (error) {
      // The files are there and whole; only their survival of a power loss is in doubt.
      this.#options.logger.warn(describeError(error));
    }
  }

  #print(target: Target, text: string): Published {
    if (this.#printed.get(target) === text) return { outcome: 'unchanged', commandOwed: false };
    this.#printed.set(target, text);
    this.#options.print(text);
    return { outcome: 'written', files: [target.label] };
  }
}

function isStaged({ staged, beside }: Step): boolean {
  return staged !== undefined || beside.length > 0;
}

function filesOf({ publication, staged, beside }: Step): readonly string[] {
  const own = staged === undefined ? [] : [publication.target.label];
  return [...own, ...beside.map(({ destination }) => destination)];
}

/** Two texts may share one; all that comes of it is that the file is read and compared. */
function checksum(text: string): number {
  return crc32(text);
}
