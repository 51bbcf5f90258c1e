import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { exposedFolders } from '../output/exposed-folders.ts';
import { findJournals } from '../output/find-journals.ts';
import { removeLeftovers } from '../output/leftovers.ts';
import type { OwedMarkers } from '../output/owed-markers.ts';
import { PromptFolders } from '../output/prompt-folders.ts';
import { Checking, isChecked } from './checking.ts';
import type { OwnWrites } from './drift/own-writes.ts';
import { isRolledBack } from './going-back.ts';
import type { LastGood } from './last-good.ts';
import { Places } from './places.ts';
import type { Landed, Lane, Publication, Publisher, Publishing } from './publisher.ts';
import type { RunCheck } from './run-check.ts';
import { Staging } from './staging.ts';
import { isStaged, landedOf, outcomeOf, type Step } from './step.ts';
import { Swapping } from './swapping.ts';
import type { Target } from './target.ts';
import { holdTogether, passOver, unitsOf, type Unit } from './units.ts';

/** Checks that run side by side: they are programs, and take what processors there are. One that takes longer than this is no reason to leave others. */
const CHECKS = { sideBySide: 4, longestMs: 1000 };

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
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Writes files: the whole batch is staged first, then swapped in, in order, then made to last. What has a check is swapped in by itself when that has passed. A
 * group is replaced all together, or not at all.
 */
export class FilePublisher implements Publisher {
  readonly #logger: Logger;
  readonly #folders = new PromptFolders();
  readonly #staging: Staging;
  readonly #checking: Checking;
  readonly #swapping: Swapping;
  readonly #places: Places;
  readonly #ownWrites: OwnWrites | undefined;
  #turns: Promise<unknown> = Promise.resolve();

  constructor(options: FilePublisherOptions) {
    const { print, markers, runCheck, lastGood, ownWrites, clock, logger } = options;
    this.#logger = logger;
    this.#ownWrites = ownWrites;
    const folders = this.#folders;
    this.#staging = new Staging({ print, markers, lastGood, folders, logger });
    this.#checking = new Checking(runCheck);
    this.#places = new Places(CHECKS, clock);
    this.#swapping = new Swapping({
      ...{ markers, lastGood, folders, logger },
      onPlaced: (target, text) => this.#staging.notePlaced(target, text),
    });
  }

  async open(targets: readonly Target[]): Promise<void> {
    const destinations = targets.flatMap((target) => target.destination ?? []);
    const learning = this.#folders.learn(destinations);
    for (const folder of await exposedFolders(destinations)) {
      this.#logger.warn(
        `everybody on this machine can replace what is in ${folder}, and so the files that are written there: chmod o-w or o+t it`,
      );
    }
    await this.#finishSwaps(destinations);
    await learning;
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

  async publish(batch: readonly Publication[], signal: AbortSignal): Promise<Publishing> {
    const steps: Step[] = batch.map((publication) => ({ publication, beside: [] }));
    await this.#inTurn(async () => {
      await this.#staging.stage(steps);
      this.#note(steps.filter(({ published }) => published?.outcome === 'unchanged'));
    });
    const lanes: Lane[] = [];
    const others: Unit[] = [];
    for (const unit of unitsOf(steps)) {
      await holdTogether(unit);
      if (isChecked(unit.steps)) lanes.push(this.#laneOf(unit, signal));
      else others.push(unit);
    }
    await this.#inTurn(() => this.#putInPlace(others));
    return { landed: landedOf(others.flatMap((unit) => unit.steps)), lanes };
  }

  #laneOf(unit: Unit, signal: AbortSignal): Lane {
    const landed = this.#checkAndPutInPlace(unit, signal);
    // Whoever follows the lane hears of it; until then others of the batch are put in place.
    landed.catch(() => undefined);
    return { publications: unit.steps.map(({ publication }) => publication), landed };
  }

  /** Checks in no turn: nothing else of us shall wait for a check that hangs. */
  async #checkAndPutInPlace(unit: Unit, signal: AbortSignal): Promise<Landed> {
    await this.#places.within(() => this.#checking.check(unit.steps, signal));
    await holdTogether(unit);
    await this.#inTurn(async () => {
      await passOver(unit);
      await this.#putInPlace([unit]);
    });
    return landedOf(unit.steps);
  }

  async #putInPlace(units: readonly Unit[]): Promise<void> {
    const staged = units.flatMap(({ steps }) => steps).filter(isStaged);
    if (staged.length === 0) return;
    await this.#swapping.swapAll(units);
    await this.#swapping.makeLast(staged);
    this.#note(staged.filter((step) => outcomeOf(step).outcome === 'written'));
  }

  /** Works on files when nobody else of us does. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#ownWrites !== undefined) return this.#ownWrites.inTurn(work);
    const turn = this.#turns.then(work);
    this.#turns = turn.catch(() => undefined);
    return turn;
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
