import type { Bus } from '../core/bus.ts';
import type { AutotmplError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import type { Contents } from './contents.ts';
import { withAdvice } from './course-errors.ts';
import type { Fare, Holder } from './fare.ts';
import type { Guard } from './guard/guard.ts';
import type { Publication, Published } from './publisher.ts';
import type { Reasons } from './reasons.ts';
import { reloadsOf, type Reload } from './reload.ts';
import type { Target } from './target.ts';
import { tellPlaced } from './tell-placed.ts';
import { WriteRetry } from './write-retry.ts';

/** What a landing works with. */
export interface LandingOptions {
  readonly fare: Fare;
  readonly reasons: Reasons;
  readonly contents: Contents;
  readonly guard: Guard | undefined;
  readonly once: boolean;
  /** How somebody has a held file tried again, as a clause; undefined where nobody can. */
  readonly retryAdvice: (label: string, by: Holder) => string | undefined;
  /** Whether the target has to be rendered again at this moment. */
  readonly isDue: () => boolean;
  /** The time has come to try again what could not be put in place. */
  readonly onRetry: () => void;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
}

type HeldBack = Extract<Published, { readonly outcome: 'held' }>;

/** What becomes of a target's texts on their way to its file: one goes at a time, and what comes of it decides what follows. */
export class Landing {
  readonly #target: Target;
  readonly #options: LandingOptions;
  readonly #retry: WriteRetry;
  #isUnderWay = false;
  #wasOvertaken = false;
  #hadText = false;
  #changed = false;

  constructor(target: Target, options: LandingOptions) {
    this.#target = target;
    this.#options = options;
    this.#retry = new WriteRetry(target.label, options, options.onRetry);
  }

  /** Whether a text is on its way to the file. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Whether the file was ever as it should be in this run. */
  get hadText(): boolean {
    return this.#hadText;
  }

  /** Whether the file changed, or would have if this run wrote files. */
  get changed(): boolean {
    return this.#changed;
  }

  /** A text is on its way from now on; returns what says whether a newer one is to go in its place. */
  begin(): () => boolean {
    this.#isUnderWay = true;
    return () => this.#isOvertaken();
  }

  /** The text does not go, since another of its group does not. */
  standBack(publication: Publication): void {
    this.#isUnderWay = false;
    this.#options.reasons.giveBack(publication);
  }

  /** Takes note of what became of the text; returns the command to run, if there is one. */
  conclude(publication: Publication, published: Published): Reload[] {
    this.#isUnderWay = false;
    this.#wasOvertaken = published.outcome === 'overtaken';
    switch (published.outcome) {
      case 'failed':
        this.#options.reasons.giveBack();
        this.#options.fare.fail(published.error);
        this.#tryAgain();
        return [];
      case 'stopped':
      case 'overtaken':
        this.#options.reasons.giveBack(publication);
        return [];
      case 'held':
        return this.#held(published);
      case 'shown':
      case 'unchanged':
      case 'written':
        return this.#placed(publication, published);
    }
  }

  /** Does not try again for now: there is another text. */
  cancelRetry(): void {
    this.#retry.cancel();
  }

  /** A text that is passed over for a newer one is followed by one that is not: data that changes all the time must not leave the file as it is. */
  #isOvertaken(): boolean {
    const { isDue, reasons } = this.#options;
    return isDue() && reasons.areThere && !this.#wasOvertaken;
  }

  #held(published: HeldBack): Reload[] {
    const { reasons, fare, contents } = this.#options;
    reasons.giveBack();
    fare.hold(published.by, this.#advised(published));
    if (published.again === true) this.#tryAgain();
    if (published.by === 'rollback') {
      // What is in place again has proved to be good: whoever waits for files need not wait for another.
      this.#hadText = true;
      contents.rolledBack();
    }
    return published.commandOwed === true ? this.#reloads() : [];
  }

  /** What is tried again by itself needs nobody. */
  #advised({ by, error, again }: HeldBack): AutotmplError {
    if (again === true) return error;
    return withAdvice(error, this.#options.retryAdvice(this.#target.label, by));
  }

  #placed(publication: Publication, published: Parameters<typeof tellPlaced>[1]): Reload[] {
    const { fare, guard, contents, reasons } = this.#options;
    const { outcome } = published;
    const reason = reasons.sentence(this.#hadText ? 'rendered again' : 'first rendering');
    fare.succeed();
    if (outcome !== 'shown') guard?.accepted(outcome === 'written');
    contents.placed(publication, outcome);
    this.#hadText = true;
    this.#retry.succeeded();
    if (outcome !== 'unchanged') this.#changed = true;
    tellPlaced(publication, published, reason, this.#options);
    const isOwed = outcome === 'unchanged' && published.commandOwed;
    return isOwed || outcome === 'written' ? this.#reloads() : [];
  }

  #tryAgain(): void {
    if (!this.#options.once) this.#retry.failed();
  }

  #reloads(): Reload[] {
    return reloadsOf(this.#target, this.#options.reasons.taken);
  }
}
