import { existsSync } from 'node:fs';
import type { Bus } from '../core/bus.ts';
import type { AutotmplError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import type { Missing, Rendering } from '../template/engine.ts';
import type { User, Watcher } from '../watch/watcher.ts';
import { hopelessness, sayGone } from './absence.ts';
import type { CompiledTarget } from './compile-targets.ts';
import { Contents } from './contents.ts';
import { templateError } from './course-errors.ts';
import { Due } from './due.ts';
import { Fare, type FareState, type Holder } from './fare.ts';
import type { GuardReport } from './guard/count.ts';
import { Guard } from './guard/guard.ts';
import type { GuardMemories } from './guard/memory.ts';
import { Landing } from './landing.ts';
import type { Ledger } from './ledger.ts';
import { Needs } from './needs.ts';
import { pauseFor } from './pause.ts';
import type { Publication, Published } from './publisher.ts';
import { Reasons } from './reasons.ts';
import type { Reload } from './reload.ts';
import { Remarks } from './remarks.ts';
import { resolve } from './resolve.ts';
import type { Target } from './target.ts';
import type { ViewComparison } from './view-comparison.ts';
import type { Waiting } from './waiting-report.ts';
import { groupError } from './units.ts';

/** What a course works with. */
export interface CourseOptions {
  readonly watcher: Watcher;
  readonly once: boolean;
  readonly ledger: Ledger;
  readonly memories: GuardMemories;
  /** Of what all templates have of answers. */
  readonly comparison: ViewComparison;
  readonly releaseAdvice: (label: string) => string;
  readonly retryAdvice: (label: string, by: Holder) => string | undefined;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
  /** Called when the target has to be rendered. */
  readonly onDue: () => void;
}

/**
 * The way of one target from a changed answer to a publication: when it is due, what is rendered then, and how it fares. What becomes of its texts
 * from there on is in `landing.ts`.
 */
export class Course implements User {
  readonly target: Target;
  readonly groupKey: string | undefined;
  readonly #template: CompiledTarget['template'];
  readonly #options: CourseOptions;
  readonly #due: Due;
  readonly #fare: Fare;
  readonly #guard: Guard | undefined;
  readonly #remarks: Remarks;
  readonly #needs: Needs;
  readonly #reasons = new Reasons();
  readonly #contents: Contents;
  readonly #landing: Landing;
  #waitsWith: string | undefined;

  constructor({ target, template, groupKey }: CompiledTarget, options: CourseOptions) {
    this.target = target;
    this.groupKey = groupKey;
    this.#template = template;
    this.#options = options;
    this.#due = new Due(target.quiet, options.clock, options.onDue);
    this.#fare = new Fare(target, options);
    this.#remarks = new Remarks(target, options);
    this.#needs = new Needs(this, options.watcher);
    this.#contents = new Contents(
      target,
      (kind) => template.reads(kind),
      options.ledger,
      options.comparison,
    );
    this.#guard =
      target.guard === undefined
        ? undefined
        : new Guard(target, target.guard, {
            ...options,
            recall: options.watcher.recall,
            onDue: () => this.#due.become(),
          });
    this.#landing = new Landing(target, {
      ...options,
      ...{ fare: this.#fare, reasons: this.#reasons, contents: this.#contents, guard: this.#guard },
      isDue: () => this.#due.now,
      onRetry: () => this.#due.become(),
    });
  }

  /** Whether it waits to be rendered, and can be. */
  get isDue(): boolean {
    return this.#due.now && !this.#landing.isUnderWay;
  }

  /** Whether its last text is on its way to the file: published, and not concluded. Until then no other is rendered. */
  get isUnderWay(): boolean {
    return this.#landing.isUnderWay;
  }

  /** Whether the last rendering came to an end, good or bad, and nothing is waited for. */
  get isSettled(): boolean {
    return this.#fare.state !== 'waiting' && !this.#due.now && !this.#landing.isUnderWay;
  }

  /** Queries that its template may show, while it was never rendered whole and so has not said what of them is secret. */
  get undecided(): Iterable<string> {
    return this.#needs.undecided;
  }

  /** Texts that must not be shown: of the last rendering, and of what the file was made of before. */
  get secrets(): ReadonlySet<string> {
    return this.#contents.secrets;
  }

  /** Whether the file changed, or would have if this run wrote files. */
  get changed(): boolean {
    return this.#landing.changed;
  }

  /** How its file stands. */
  get state(): FareState {
    return this.#fare.state;
  }

  /** What is wrong with it; undefined where nothing is. */
  get error(): AutotmplError | undefined {
    return this.#fare.error;
  }

  /** What holds its file; undefined where nothing does. */
  get holder(): Holder | undefined {
    return this.#fare.holder;
  }

  /** Whether there is a good file: one of this run, or one that is kept since a new one is objected to. */
  get hasFile(): boolean {
    const { destination } = this.target;
    if (this.#landing.hadText) return true;
    return this.state === 'held' && destination !== undefined && existsSync(destination);
  }

  /** How its guards stand; undefined where it has none. */
  guards(): GuardReport | undefined {
    return this.#guard?.report();
  }

  /**
   * Has a file that guards hold take what was refused last, and one that its check or a rollback holds try that again; returns which, or undefined where there is
   * nothing to release.
   */
  release(): 'released' | 'triedAgain' | undefined {
    if (this.holder === 'guard') {
      this.#guard?.release();
      return 'released';
    }
    if (this.holder !== 'check' && this.holder !== 'rollback') return undefined;
    // Whoever asks wants to hear how it went, also where that is nothing new.
    this.#fare.sayAgain();
    this.renderAgain();
    return 'triedAgain';
  }

  /** The label of another of its group, which has to be ready first; undefined where there is none. */
  get waitsWith(): string | undefined {
    return this.#waitsWith;
  }

  /** What it waits for; undefined where it waits for nothing. */
  waiting(): Waiting | undefined {
    const { missing } = this.#needs;
    if (missing.length === 0) return undefined;
    return {
      label: this.target.label,
      template: this.#template.name,
      missing,
      hadText: this.#landing.hadText,
    };
  }

  answerChanged(id: string): void {
    if (this.#showsNothingOf(id)) return;
    this.#reasons.changed(id);
    if (this.#due.now) return;
    const isFirst = this.#options.once || !this.#landing.hadText;
    const pause = pauseFor({ isFirst, quiet: this.target.quiet, needs: this.#needs });
    if (pause === undefined) this.#due.become();
    else this.#due.becomeAfter(pause);
  }

  answerTroubled(): void {
    // Nothing to render from; but whoever counts first answers has to look again.
    this.#due.become();
  }

  /** Has to be rendered as soon as the renderer runs. */
  begin(): void {
    this.#due.begin();
  }

  /** Has to be rendered again, though no answer changed; what was refused is looked at anew. */
  renderAgain(): void {
    this.#reasons.askFor();
    this.#due.become();
  }

  /** Has to be rendered again, since its file is not what it was. */
  fileChanged(): void {
    this.#due.become();
  }

  /** Ends its timers. */
  stop(): void {
    this.#due.cancel();
    this.#landing.cancelRetry();
    this.#guard?.stop();
  }

  /** Whether it is due; and if so, it is not any more. */
  takeDue(): boolean {
    if (this.#landing.isUnderWay) return false;
    const due = this.#due.take();
    if (due) this.#landing.cancelRetry();
    return due;
  }

  /** It is rendered in this turn, though it may not be due: another of its group is. */
  takeEarly(): void {
    this.#due.takeEarly();
    this.#landing.cancelRetry();
  }

  /**
   * Renders from memory and says what is needed from now on; returns the text, where there is one that no guard objects to. Where
   * there is none, its state says why.
   */
  render(): Publication | undefined {
    const { watcher, bus } = this.#options;
    this.#waitsWith = undefined;
    const recall = this.#guard?.recall ?? watcher.recall;
    const resolution = resolve(this.#template, recall);
    const { rendering } = resolution;
    this.#contents.rendered(resolution, recall);
    this.#needs.take(resolution);
    bus.emit('target:rendered', { target: this.target.label, missing: rendering.missing.size });
    if (resolution.kind === 'failed') this.#fare.fail(templateError(resolution));
    if (resolution.kind === 'incomplete') this.#wait(resolution.missing);
    const text = resolution.kind === 'complete' ? resolution.text : undefined;
    const isLetPass = text !== undefined && this.#passesGuards(text, rendering);
    this.#guard?.plan();
    if (!isLetPass) return undefined;
    const { anew } = this.#reasons.take();
    this.#remarks.tell(rendering);
    const { secrets, files } = rendering;
    const isOvertaken = this.#landing.begin();
    return { target: this.target, text, secrets, files, anew, isOvertaken };
  }

  /** Its text is not published, since another of its group has none. */
  standBack(publication: Publication, other: Course): void {
    this.#landing.standBack(publication);
    const { label } = other.target;
    if (other.state === 'waiting' || other.error === undefined) {
      // Not there yet is nothing to be loud about; the one that waits says what it waits for.
      this.#fare.wait();
      this.#waitsWith = label;
    } else {
      // What guards have against the other may change at every moment, and is said there.
      const quietly = this.holder === 'group' && other.holder === 'guard';
      const error = groupError(this.target.fileGroup ?? '', label, other.error);
      this.#fare.hold('group', error, { quietly });
    }
  }

  /** Takes note of what became of its publication; returns the command to run, if there is one. */
  conclude(publication: Publication, published: Published): Reload[] {
    return this.#landing.conclude(publication, published);
  }

  /**
   * Whether the file is as it should be, and would be so with the new answer: what changed is nothing that the template had of it. Guards look at
   * whole answers.
   */
  #showsNothingOf(id: string): boolean {
    if (this.#options.once || this.#guard !== undefined) return false;
    if (this.#fare.state !== 'current' || this.#due.now || this.#landing.isUnderWay) return false;
    const value = this.#options.watcher.answer(id)?.value;
    return value !== undefined && this.#contents.isSameWith(id, value);
  }

  /** Whether guards have nothing against a text. */
  #passesGuards(text: string, { used }: Rendering): boolean {
    const hold = this.#guard?.judge({ used, madeOf: this.#contents.madeOf, text });
    if (hold !== undefined) this.#fare.holdByGuard(hold);
    return hold === undefined;
  }

  #wait(missing: readonly Missing[]): void {
    const absence = { target: this.target, template: this.#template.name, missing };
    const hopeless = hopelessness(absence, this.#options);
    if (hopeless !== undefined) {
      const { error, ...why } = hopeless;
      this.#needs.giveUp();
      this.#fare.fail(error, why);
      return;
    }
    this.#fare.wait();
    if (this.#landing.hadText) sayGone(absence, this.#reasons, this.#options.logger);
  }
}
