import { queryId, type Query } from '../catalog/query.ts';
import type { Value } from '../catalog/values.ts';
import type { Bus } from '../core/bus.ts';
import type { AutotmplError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { createMask } from '../output/mask.ts';
import type { Missing, Rendering } from '../template/engine.ts';
import type { User, Watcher } from '../watch/watcher.ts';
import type { CompiledTarget } from './compile-targets.ts';
import { absentError, hopelessError, templateError } from './course-errors.ts';
import { Due } from './due.ts';
import { Fare, type FareState } from './fare.ts';
import type { Ledger, MadeOf } from './ledger.ts';
import type { Publication, Published } from './publisher.ts';
import type { Reload } from './reload.ts';
import { resolve } from './resolve.ts';
import type { Target } from './target.ts';
import type { Waiting } from './waiting-report.ts';
import { WriteRetry } from './write-retry.ts';

/** Whoever registers rubbish by the thousand is not to fill the log as well. */
const MOST_SAID = 10;

/** What a course works with. */
export interface CourseOptions {
  readonly watcher: Watcher;
  readonly once: boolean;
  readonly ledger: Ledger;
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
  /** What the last complete rendering used; kept while incomplete, or nested queries would flap. */
  #needs: ReadonlyMap<string, Query> = new Map();
  /** Queries whose answers changed since the last complete rendering. */
  #changes = new Set<string>();
  /** Those that the last complete rendering was made for. */
  #reasons: readonly string[] = [];
  /** What the text was made of that was rendered last. */
  #madeOf: MadeOf = new Map();
  #missing: readonly Missing[] = [];
  #hadText = false;
  #isAskedFor = false;
  #lastSecrets: ReadonlySet<string> = new Set();
  /** What the last text did without. */
  #leftOut: ReadonlySet<string> = new Set();
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
    this.#writeRetry = new WriteRetry(target.label, options, () => this.#due.become());
  }

  /** Whether it waits to be rendered. */
  get isDue(): boolean {
    return this.#due.now;
  }

  /** Whether the last rendering came to an end, good or bad, and nothing is waited for. */
  get isSettled(): boolean {
    return this.#fare.state !== 'waiting' && !this.#due.now;
  }

  /** Whether the file was ever as it should be in this run. */
  get hadText(): boolean {
    return this.#hadText;
  }

  /** How its file stands. */
  get state(): FareState {
    return this.#fare.state;
  }

  /** What is wrong with it; undefined where nothing is. */
  get error(): AutotmplError | undefined {
    return this.#fare.error;
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
  }

  /** Whether it is due; and if so, it is not any more. */
  takeDue(): boolean {
    const due = this.#due.take();
    if (due) this.#writeRetry.cancel();
    return due;
  }

  /** Renders from memory and says what is needed from now on; returns the text, where there is one. */
  render(): Publication | undefined {
    const { watcher, bus } = this.#options;
    const resolution = resolve(this.#template, watcher.recall);
    const { rendering } = resolution;
    const complete = resolution.kind === 'complete';
    // A command may still print what the file held until now.
    this.secrets = new Set([...this.#lastSecrets, ...rendering.secrets]);
    if (complete) this.#lastSecrets = rendering.secrets;
    this.#needs = complete ? rendering.used : new Map([...this.#needs, ...rendering.used]);
    watcher.want(this, this.#needs);
    bus.emit('target:rendered', { target: this.target.label, missing: rendering.missing.size });
    this.#missing = resolution.kind === 'incomplete' ? resolution.missing : [];
    if (resolution.kind === 'failed') this.#fare.fail(templateError(resolution));
    if (resolution.kind === 'incomplete') this.#wait(resolution.missing);
    if (!complete) return undefined;
    this.#madeOf = this.#recallAll(rendering.used.keys());
    this.#reasons = [...this.#changes];
    this.#changes = new Set();
    this.#log(rendering);
    this.#tellLeftOut(rendering);
    const { secrets, files } = rendering;
    const anew = this.#isAskedFor;
    this.#isAskedFor = false;
    return { target: this.target, text: resolution.text, secrets, files, anew };
  }

  /** Takes note of what became of its publication; returns the command to run, if there is one. */
  conclude(publication: Publication, published: Published): Reload[] {
    const { bus, logger } = this.#options;
    const { label } = this.target;
    const reasons = this.#reasons;
    if (published.outcome === 'failed') {
      this.#changes = new Set([...reasons, ...this.#changes]);
      this.#fare.fail(published.error);
      if (!this.#options.once) this.#writeRetry.failed();
      return [];
    }
    if (published.outcome === 'stopped') {
      this.#changes = new Set([...reasons, ...this.#changes]);
      return [];
    }
    if (published.outcome === 'held') {
      this.#changes = new Set([...reasons, ...this.#changes]);
      this.#fare.hold(published.by, published.error);
      if (published.again === true && !this.#options.once) this.#writeRetry.failed();
      // The file that is in place has proved to be good: whoever waits for files need not wait for another.
      if (published.by === 'rollback') this.#hadText = true;
      return published.commandOwed === true ? this.#reload(reasons) : [];
    }
    const withoutReason = this.#hadText ? 'rendered again' : 'first rendering';
    this.#fare.succeed();
    if (published.outcome !== 'shown') this.#options.ledger.note(this.target, this.#madeOf);
    this.#hadText = true;
    this.#writeRetry.succeeded();
    if (published.outcome !== 'unchanged') this.changed = true;
    if (published.outcome === 'unchanged') bus.emit('target:unchanged', { target: label });
    if (published.outcome === 'written') {
      const bytes = Buffer.byteLength(publication.text);
      const reason = reasons.slice(0, 5).join(', ') || withoutReason;
      for (const file of published.files) {
        logger.info(`wrote ${file}`, { target: label, bytes, reason });
      }
      bus.emit('target:written', { target: label, bytes, reason });
    }
    const owed = published.outcome === 'unchanged' && published.commandOwed;
    if (owed)
      logger.info(`${label} is as it should be, but its command never succeeded on it`, {
        target: label,
      });
    return owed || published.outcome === 'written' ? this.#reload(reasons) : [];
  }

  #reload(reasons: readonly string[]): Reload[] {
    const { command, commandTimeoutMs: timeoutMs, commandRules } = this.target;
    if (command === undefined) return [];
    const rules = commandRules === undefined ? {} : { rules: commandRules };
    return [{ command, timeoutMs, ...rules, targets: [this.target], reasons }];
  }

  /** Says what is left out when it is first left out, not at every rendering. */
  #tellLeftOut({ leftOut, secrets }: Rendering): void {
    const { bus, logger } = this.#options;
    const { label } = this.target;
    const before = this.#leftOut;
    this.#leftOut = new Set(leftOut);
    if (leftOut.length === 0 && before.size === 0) return;
    bus.emit('target:leftOut', { target: label, count: leftOut.length });
    const mask = createMask(secrets);
    const news = leftOut.filter((one) => !before.has(one));
    for (const what of news.slice(0, MOST_SAID)) {
      logger.warn(`${label} leaves out ${mask(what)}`, { target: label });
    }
    const more = news.length - MOST_SAID;
    if (more > 0) logger.warn(`${label} leaves out ${more} more`, { target: label });
  }

  #recallAll(ids: Iterable<string>): MadeOf {
    const madeOf = new Map<string, Value>();
    for (const id of ids) {
      const value = this.#options.watcher.answer(id)?.value;
      if (value !== undefined) madeOf.set(id, value);
    }
    return madeOf;
  }

  /** What the template has to say, unless nothing of it may be shown. */
  #log({ said, secrets }: Rendering): void {
    const { label, secret } = this.target;
    if (said.length === 0 || secret) return;
    const mask = createMask(secrets);
    for (const text of said) {
      this.#options.logger.info(`${label} says: ${mask(text).trimEnd()}`, { target: label });
    }
  }

  /** Whether the catalog does not answer something that the last text was made of. */
  #isTroubled(): boolean {
    for (const id of this.#needs.keys()) {
      if (this.#options.watcher.answer(id)?.state !== 'fresh') return true;
    }
    return false;
  }

  /** Says at once when something that was there is gone; what never was there is for the waiting report. */
  #wait(missing: readonly Missing[]): void {
    // With -once a query that can never succeed makes the target fail instead of waiting for ever.
    const { watcher, logger, once } = this.#options;
    const hopeless = missing.find(({ query }) => watcher.isHopeless(queryId(query)));
    if (once && hopeless !== undefined) {
      const answer = watcher.answer(queryId(hopeless.query));
      this.#missing = [];
      this.#fare.fail(hopelessError(this.target.label, answer));
      return;
    }
    const absent = this.target.absentFatal
      ? missing.find(({ why }) => why === 'absent')
      : undefined;
    if (absent !== undefined) {
      this.#missing = [];
      const error = absentError(this.target.label, this.#template.name, absent);
      this.#fare.fail(error, { absent: true });
      return;
    }
    this.#fare.wait();
    if (!this.#hadText) return;
    const gone = missing.filter(
      ({ why, query }) => why === 'absent' && this.#changes.has(queryId(query)),
    );
    for (const { query } of gone) {
      logger.warn(
        `${queryId(query)} is gone; ${this.target.label} stays as it was until it is back`,
        {
          target: this.target.label,
          query: queryId(query),
        },
      );
      this.#changes.delete(queryId(query));
    }
  }
}
