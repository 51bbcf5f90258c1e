import { atMost } from '../core/at-most.ts';
import type { Logger } from '../core/logger.ts';
import { exposedFolders } from '../output/exposed-folders.ts';
import { findJournals } from '../output/find-journals.ts';
import { removeLeftovers } from '../output/leftovers.ts';
import type { OwedMarkers } from '../output/owed-markers.ts';
import { Checking } from './checking.ts';
import type { OwnWrites } from './drift/own-writes.ts';
import { isRolledBack, type LastGood } from './last-good.ts';
import type { Publication, Published, Publisher } from './publisher.ts';
import type { RunCheck } from './run-check.ts';
import { Staging } from './staging.ts';
import { isStaged, outcomeOf, type Step } from './step.ts';
import { Swapping } from './swapping.ts';
import type { Target } from './target.ts';
import { holdTogether, unitsOf, type Unit } from './units.ts';

/** Checks that run side by side: they are programs, and take what processors there are. */
const CHECKS_SIDE_BY_SIDE = 4;

/** What the publisher works with. */
export interface FilePublisherOptions {
  /** Takes the text of targets that have no destination. */
  readonly print: (text: string) => void;
  readonly markers: OwedMarkers;
  readonly runCheck: RunCheck;
  /** Absent: nothing is ever rolled back. */
  readonly lastGood?: LastGood;
  /** Who has to know what is put in place; absent: nobody. */
  readonly ownWrites?: OwnWrites | undefined;
  readonly logger: Logger;
}

/** Writes files: the whole batch is staged first, then checked, then swapped in, in order, then made to last. A group is replaced all together, or not at all. */
export class FilePublisher implements Publisher {
  readonly #logger: Logger;
  readonly #staging: Staging;
  readonly #checking: Checking;
  readonly #swapping: Swapping;
  readonly #ownWrites: OwnWrites | undefined;

  constructor(options: FilePublisherOptions) {
    const { print, markers, runCheck, lastGood, ownWrites, logger } = options;
    this.#logger = logger;
    this.#ownWrites = ownWrites;
    this.#staging = new Staging({ print, markers, lastGood, logger });
    this.#checking = new Checking(runCheck);
    this.#swapping = new Swapping({
      ...{ markers, lastGood, logger },
      onPlaced: (target, text) => this.#staging.notePlaced(target, text),
    });
  }

  async open(targets: readonly Target[]): Promise<void> {
    const destinations = targets.flatMap((target) => target.destination ?? []);
    for (const folder of await exposedFolders(destinations)) {
      this.#logger.warn(
        `everybody on this machine can replace what is in ${folder}, and so the files that are written there: chmod o-w or o+t it`,
      );
    }
    await this.#finishSwaps(destinations);
    const removed = await removeLeftovers(
      destinations,
      targets.flatMap((target) => (isRolledBack(target) ? (target.destination ?? []) : [])),
    );
    if (removed.length > 0) {
      this.#logger.info('removed temporary files that an earlier run left behind', {
        files: removed,
      });
    }
  }

  async publish(batch: readonly Publication[], signal: AbortSignal): Promise<readonly Published[]> {
    const steps: Step[] = batch.map((publication) => ({ publication, beside: [] }));
    await this.#inTurn(async () => {
      await this.#staging.stage(steps);
      this.#note(steps.filter(({ published }) => published?.outcome === 'unchanged'));
    });
    const units = unitsOf(steps);
    for (const unit of units) await holdTogether(unit);
    // In no turn: nothing else of us shall wait for a check that hangs.
    await atMost(CHECKS_SIDE_BY_SIDE, units, async (unit) => {
      await this.#checking.check(unit.steps, signal);
      await holdTogether(unit);
    });
    const staged = steps.filter(isStaged);
    if (staged.length > 0) await this.#inTurn(() => this.#putInPlace(units, staged));
    return steps.map(outcomeOf);
  }

  async #putInPlace(units: readonly Unit[], staged: readonly Step[]): Promise<void> {
    for (const unit of units) await this.#swapping.swap(unit);
    await this.#swapping.makeLast(staged);
    this.#note(staged.filter((step) => outcomeOf(step).outcome === 'written'));
  }

  /** Works on files when nobody else of us does. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    return this.#ownWrites === undefined ? work() : this.#ownWrites.inTurn(work);
  }

  /** These files hold their texts now. */
  #note(steps: readonly Step[]): void {
    for (const { publication } of steps) {
      this.#ownWrites?.note(publication.target, publication.text, publication.secrets);
    }
  }

  /** Before leftovers are removed: what a swap that was cut short needs is among them. */
  async #finishSwaps(destinations: readonly string[]): Promise<void> {
    const found = await findJournals(destinations);
    if (found.paths.length === 0) return;
    const { finishSwaps } = await import('../output/finish-swaps.ts');
    for (const { path, outcome, files, reason } of await finishSwaps(found)) {
      if (outcome === 'finished') {
        this.#logger.info('finished what an earlier run had begun: all files of a group are new', {
          files,
        });
      } else if (outcome === 'undone') {
        this.#logger.warn('undid what an earlier run had begun: all files of a group are old', {
          files,
        });
      } else {
        this.#logger.warn(`did not obey the journal ${path}: ${reason}`, { files });
      }
    }
  }
}
