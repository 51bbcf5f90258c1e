import { existsSync } from 'node:fs';
import type { Query } from '../catalog/query.ts';
import type { Bus } from '../core/bus.ts';
import type { AutotmplError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import type { Missing } from '../template/engine.ts';
import type { User, Watcher } from '../watch/watcher.ts';
import { hopelessness, sayGone } from './absence.ts';
import type { CompiledTarget } from './compile-targets.ts';
import { templateError } from './course-errors.ts';
import { Due } from './due.ts';
import { Fare, type FareState, type Holder } from './fare.ts';
import type { GuardReport } from './guard/count.ts';
import { Guard } from './guard/guard.ts';
import type { GuardMemories } from './guard/memory.ts';
import { recallAll, type Ledger, type MadeOf } from './ledger.ts';
import type { Publication, Published } from './publisher.ts';
import type { Reload } from './reload.ts';
import { Remarks } from './remarks.ts';
import { resolve } from './resolve.ts';
import type { Target } from './target.ts';
import { tellPlaced } from './tell-placed.ts';
import type { Waiting } from './waiting-report.ts';
import { groupError } from './units.ts';
import { WriteRetry } from './write-retry.ts';

/** What a course works with. */
export interface CourseOptions {
  readonly watcher: Watcher;
  readonly once: boolean;
  readonly ledger: Ledger;
  readonly memories: GuardMemories;
  readonly releaseAdvice: (label: string) => string;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
  /** Called when the target has to be rendered. */
  readonly onDue: () => void;
}

/** The way of one target from a changed answer to a publication: what it needs, when it is due, and how it fares. */
export class Course implements User {
  readonly target: Target;
  readonly groupKey: string | undefined;
  readonly #template: CompiledTarget['template'];
  readonly #options: CourseOptions;
  readonly #due: Due;
  readonly #fare: Fare;
  readonly #writeRetry: WriteRetry;
  readonly #guard: Guard | undefined;
  readonly #remarks: Remarks;
  /** What the last complete rendering used; kept while incomplete, or nested queries would flap. */
  #needs: ReadonlyMap<string, Query> = new Map();
  /** Queries whose answers changed since the last complete rendering. */
  #changes = new Set<string>();
  /** Those that the last complete rendering was made for. */
  #reasons: readonly string[] = [];
  /** What the text was made of that was rendered last. */
  #madeOf: MadeOf = new Map();
  /** What the file was made of before it was last replaced. */
  #madeOfBefore: MadeOf | undefined;
  #missing: readonly Missing[] = [];
  #hadText = false;
  #isAskedFor = false;
  /** Whether its text is on its way to the file. */
  #isUnderWay = false;
  /** Whether its last text was passed over for a newer one. */
  #wasOvertaken = false;
  #wasWhole = false;
  #waitsWith: string | undefined;
  #lastSecrets: ReadonlySet<string> = new Set();
  /** Secrets of the text that was put in place last: while a file is held, data may go on changing. */
  #inPlace: ReadonlySet<string> = new Set();
  /** Whether the file changed, or would have if this run wrote files. */
  changed = false;
  /** Texts that must not be shown: of the last rendering, and of what the file was made of before. */
  secrets: ReadonlySet<string> = new Set();

  constructor({ target, template, groupKey }: CompiledTarget, options: CourseOptions) {
    this.target = target;
    this.groupKey = groupKey;
    this.#template = template;
    this.#options = options;
    this.#due = new Due(target.quiet, options.clock, options.onDue);
    this.#fare = new Fare(target, options);
    this.#remarks = new Remarks(target, options);
    this.#writeRetry = new WriteRetry(target.label, options, () => this.#due.become());
    this.#guard =
      target.guard === undefined
        ? undefined
        : new Guard(target, target.guard, {
            ...options,
            recall: options.watcher.recall,
            onDue: () => this.#due.become(),
          });
  }

  /** Whether it waits to be rendered, and can be. */
  get isDue(): boolean {
    return this.#due.now && !this.#isUnderWay;
  }

  /** Whether its last text is on its way to the file: published, and not concluded. Until then no other is rendered. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Whether the last rendering came to an end, good or bad, and nothing is waited for. */
  get isSettled(): boolean {
    return this.#fare.state !== 'waiting' && !this.#due.now && !this.#isUnderWay;
  }

  /** Whether the file was ever as it should be in this run. */
  get hadText(): boolean {
    return this.#hadText;
  }

  /** Queries that its template may show, while it was never rendered whole and so has not said what of them is secret. */
  get undecided(): Iterable<string> {
    return this.#wasWhole ? [] : this.#needs.keys();
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
    if (this.#hadText) return true;
    return this.state === 'held' && destination !== undefined && existsSync(destination);
  }

  /** How its guards stand; undefined where it has none. */
  guards(): GuardReport | undefined {
    return this.#guard?.report();
  }

  /** Has a file that guards hold take what was refused last; returns whether there was anything to release. */
  release(): boolean {
    if (this.holder !== 'guard') return false;
    this.#guard?.release();
    return true;
  }

  /** The label of another of its group, which has to be ready first; undefined where there is none. */
  get waitsWith(): string | undefined {
    return this.#waitsWith;
  }

  /** What it waits for; undefined where it waits for nothing. */
  waiting(): Waiting | undefined {
    if (this.#missing.length === 0) return undefined;
    return {
      label: this.target.label,
      template: this.#template.name,
      missing: this.#missing,
      hadText: this.#hadText,
    };
  }

  answerChanged(id: string): void {
    this.#changes.add(id);
    if (this.#due.now) return;
    // The first rendering is never held up: there is nothing yet that a flurry of changes could disturb.
    if (this.#options.once || !this.#hadText) this.#due.become();
    else if (this.target.quiet.maxMs > 0) this.#due.becomeAfter('quiet');
    else if (this.#isTroubled()) this.#due.becomeAfter('troubled');
    else if (this.#needs.size > 1) this.#due.becomeAfter('settle');
    else this.#due.become();
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
    this.#isAskedFor = true;
    this.#due.become();
  }

  /** Has to be rendered again, since its file is not what it was. */
  fileChanged(): void {
    this.#due.become();
  }

  /** Ends its timers. */
  stop(): void {
    this.#due.cancel();
    this.#writeRetry.cancel();
    this.#guard?.stop();
  }

  /** Whether it is due; and if so, it is not any more. */
  takeDue(): boolean {
    if (this.#isUnderWay) return false;
    const due = this.#due.take();
    if (due) this.#writeRetry.cancel();
    return due;
  }

  /** It is rendered in this turn, though it may not be due: another of its group is. */
  takeEarly(): void {
    this.#due.takeEarly();
    this.#writeRetry.cancel();
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
    const complete = resolution.kind === 'complete';
    // A command may still print what the file held until now.
    this.secrets = new Set([...this.#inPlace, ...this.#lastSecrets, ...rendering.secrets]);
    if (complete) this.#lastSecrets = rendering.secrets;
    this.#wasWhole ||= complete;
    this.#needs = complete ? rendering.used : new Map([...this.#needs, ...rendering.used]);
    watcher.want(this, this.#needs);
    bus.emit('target:rendered', { target: this.target.label, missing: rendering.missing.size });
    this.#missing = resolution.kind === 'incomplete' ? resolution.missing : [];
    if (resolution.kind === 'failed') this.#fare.fail(templateError(resolution));
    if (resolution.kind === 'incomplete') this.#wait(resolution.missing);
    if (complete) this.#madeOf = recallAll(rendering.used, recall);
    const hold = complete
      ? this.#guard?.judge({
          used: rendering.used,
          madeOf: this.#madeOf,
          text: resolution.text,
        })
      : undefined;
    this.#guard?.plan();
    if (hold !== undefined) this.#fare.holdByGuard(hold);
    if (!complete || hold !== undefined) return undefined;
    this.#reasons = [...this.#changes];
    this.#changes = new Set();
    this.#remarks.tell(rendering);
    const { secrets, files } = rendering;
    const anew = this.#isAskedFor;
    this.#isAskedFor = false;
    this.#isUnderWay = true;
    const isOvertaken = (): boolean => this.#isOvertaken();
    return { target: this.target, text: resolution.text, secrets, files, anew, isOvertaken };
  }

  /** A text that is passed over for a newer one is followed by one that is not: data that changes all the time must not leave the file as it is. */
  #isOvertaken(): boolean {
    return this.#due.now && this.#changes.size > 0 && !this.#wasOvertaken;
  }

  /** Its text is not published, since another of its group has none. */
  standBack({ target, anew = false }: Publication, other: Course): void {
    this.#isUnderWay = false;
    this.#changes = new Set([...this.#reasons, ...this.#changes]);
    this.#isAskedFor ||= anew;
    const { label } = other.target;
    if (other.state === 'waiting' || other.error === undefined) {
      // Not there yet is nothing to be loud about; the one that waits says what it waits for.
      this.#fare.wait();
      this.#waitsWith = label;
    } else {
      // What guards have against the other may change at every moment, and is said there.
      const quietly = this.holder === 'group' && other.holder === 'guard';
      const error = groupError(target.fileGroup ?? '', label, other.error);
      this.#fare.hold('group', error, { quietly });
    }
  }

  /** Takes note of what became of its publication; returns the command to run, if there is one. */
  conclude(publication: Publication, published: Published): Reload[] {
    const reasons = this.#reasons;
    this.#isUnderWay = false;
    this.#wasOvertaken = published.outcome === 'overtaken';
    if (published.outcome === 'failed') {
      this.#changes = new Set([...reasons, ...this.#changes]);
      this.#fare.fail(published.error);
      if (!this.#options.once) this.#writeRetry.failed();
      return [];
    }
    if (published.outcome === 'stopped' || published.outcome === 'overtaken') {
      this.#changes = new Set([...reasons, ...this.#changes]);
      // What somebody asked for holds for the next text as well.
      this.#isAskedFor ||= publication.anew === true;
      return [];
    }
    if (published.outcome === 'held') {
      this.#changes = new Set([...reasons, ...this.#changes]);
      this.#fare.hold(published.by, published.error);
      if (published.again === true && !this.#options.once) this.#writeRetry.failed();
      if (published.by === 'rollback') this.#rolledBack();
      return published.commandOwed === true ? this.#reload(reasons) : [];
    }
    const withoutReason = this.#hadText ? 'rendered again' : 'first rendering';
    this.#fare.succeed();
    this.#inPlace = publication.secrets;
    if (published.outcome !== 'shown') {
      const { ledger } = this.#options;
      this.#guard?.accepted(published.outcome === 'written');
      if (published.outcome === 'written') this.#madeOfBefore = ledger.of(this.target);
      ledger.note(this.target, this.#madeOf);
    }
    this.#hadText = true;
    this.#writeRetry.succeeded();
    if (published.outcome !== 'unchanged') this.changed = true;
    const reason = reasons.slice(0, 5).join(', ') || withoutReason;
    tellPlaced(publication, published, reason, this.#options);
    const owed = published.outcome === 'unchanged' && published.commandOwed;
    return owed || published.outcome === 'written' ? this.#reload(reasons) : [];
  }

  /** The file is what it was before, and made of what it was made of then. */
  #rolledBack(): void {
    // It has proved to be good: whoever waits for files need not wait for another.
    this.#hadText = true;
    if (this.#madeOfBefore !== undefined) {
      this.#options.ledger.note(this.target, this.#madeOfBefore);
    }
  }

  #reload(reasons: readonly string[]): Reload[] {
    const { command, commandTimeoutMs: timeoutMs, commandRules } = this.target;
    if (command === undefined) return [];
    const rules = commandRules === undefined ? {} : { rules: commandRules };
    return [{ command, timeoutMs, ...rules, targets: [this.target], reasons }];
  }

  /** Whether the catalog does not answer something that the last text was made of. */
  #isTroubled(): boolean {
    for (const id of this.#needs.keys()) {
      if (this.#options.watcher.answer(id)?.state !== 'fresh') return true;
    }
    return false;
  }

  #wait(missing: readonly Missing[]): void {
    const absence = { target: this.target, template: this.#template.name, missing };
    const hopeless = hopelessness(absence, this.#options);
    if (hopeless !== undefined) {
      const { error, ...why } = hopeless;
      this.#missing = [];
      this.#fare.fail(error, why);
      return;
    }
    this.#fare.wait();
    if (this.#hadText) sayGone(absence, this.#changes, this.#options.logger);
  }
}
