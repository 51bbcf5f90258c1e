import { orAborted } from '../core/deadline.ts';
import type { Actor } from '../core/actor.ts';
import type { Bus } from '../core/bus.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import type { Watcher } from '../watch/watcher.ts';
import { BatchCommands } from './batch-commands.ts';
import type { CompiledTarget } from './compile-targets.ts';
import { readyOf, takeDue, type Ready } from './course-groups.ts';
import { Course } from './course.ts';
import { FirstBatch } from './first-batch.ts';
import type { Holder } from './fare.ts';
import { GuardMemories } from './guard/memory.ts';
import type { Ledger } from './ledger.ts';
import { Lanes } from './lanes.ts';
import type { Landed, Publisher } from './publisher.ts';
import type { Reload } from './reload.ts';
import { releaseHeld, type ReleaseOutcome } from './release-held.ts';
import type { Reloads } from './reloads.ts';
import { targetStandingOf, type TargetStanding } from './target-standing.ts';
import { ViewComparison } from './view-comparison.ts';
import { troubleIn, WaitingReport, type Waiting } from './waiting-report.ts';

/** What the renderer works with. */
export interface RendererOptions {
  readonly targets: readonly CompiledTarget[];
  readonly watcher: Watcher;
  readonly publisher: Publisher;
  readonly reloads: Reloads;
  readonly ledger: Ledger;
  /** What guards remember from one config to the next. */
  readonly memories?: GuardMemories;
  /** How an operator has a file that guards hold take what is there, as a clause. */
  readonly releaseAdvice?: (label: string) => string;
  /** How one has a file that something else holds tried again; undefined where nobody can. */
  readonly retryAdvice?: (label: string, by: Holder) => string | undefined;
  /** Ends once every target is written or has failed, and every command has ended; waits for no quiet period. */
  readonly once: boolean;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
}

/**
 * Keeps files true: renders the targets whose answers changed, publishes them in batches, and asks for their commands after
 * all files of a batch are written.
 */
export class Renderer implements Actor {
  readonly name = 'renderer';
  readonly #options: RendererOptions;
  readonly #courses: readonly Course[];
  readonly #report: WaitingReport;
  readonly #firstBatch: FirstBatch;
  #isReady = false;
  #opened: Promise<void> = Promise.resolve();
  readonly #lanes = new Lanes(() => this.#wake());
  #signal: AbortSignal | undefined;
  #wake: () => void = () => undefined;

  constructor(options: RendererOptions) {
    this.#options = options;
    this.#firstBatch = new FirstBatch((reloads) => options.reloads.enqueue(reloads));
    const { memories = new GuardMemories() } = options;
    const { releaseAdvice = () => 'change the guard', retryAdvice = () => undefined } = options;
    memories.begin(options.targets.map(({ target }) => target));
    const onDue = (): void => this.#wake();
    const comparison = new ViewComparison();
    this.#courses = options.targets.map(
      (compiled) =>
        new Course(compiled, {
          ...options,
          ...{ memories, comparison, releaseAdvice, retryAdvice, onDue },
        }),
    );
    this.#report = new WaitingReport(
      options.clock,
      options.logger,
      () => this.waiting(),
      troubleIn(options.watcher),
    );
  }

  /** How many targets it keeps true. */
  get size(): number {
    return this.#courses.length;
  }

  /** How each file stands; what is wrong is a sentence. */
  standings(): readonly TargetStanding[] {
    return this.#courses.map(targetStandingOf);
  }

  /** Has a held file taken, or tried again, as far as an operator can. `name` is as {@link releaseHeld} takes it. */
  releaseHeld(name: string): ReleaseOutcome {
    return releaseHeld(this.#courses, name);
  }

  /** What cannot be rendered yet, and why. */
  waiting(): readonly Waiting[] {
    return this.#courses.flatMap((course) => course.waiting() ?? []);
  }

  /** Errors of the targets that fail at the moment. */
  failures(): readonly Error[] {
    return this.#courses.flatMap((course) => course.error ?? []);
  }

  /** Texts that must not be shown, of all targets. */
  secrets(): ReadonlySet<string> {
    return new Set(this.#courses.flatMap((course) => [...course.secrets]));
  }

  /** Queries of templates that were never rendered whole: what is secret among their answers is not known yet. */
  undecided(): ReadonlySet<string> {
    return new Set(this.#courses.flatMap((course) => [...course.undecided]));
  }

  /** How many targets changed, or would have if this run wrote files. */
  get changed(): number {
    return this.#courses.filter((course) => course.changed).length;
  }

  /** Whether every file has been as it should be. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Renders the targets of a source anew, though nothing changed; `source` is as the config names it. Returns how many there are. */
  renderAgain(source: string): number {
    const courses = this.#courses.filter(({ target }) => target.source.name === source);
    for (const course of courses) course.renderAgain();
    return courses.length;
  }

  /** Renders the targets of these files anew: what is in place of one changed without them. */
  reconsider(destinations: ReadonlySet<string | undefined>): void {
    for (const course of this.#courses) {
      const { destination } = course.target;
      if (destination !== undefined && destinations.has(destination)) course.fileChanged();
    }
  }

  /** Works until told to stop, or with `once` until all is done. What its targets want stays watched: see {@link release}. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    const { publisher } = this.#options;
    // Meanwhile the first answers are on their way; nothing is published before it is done.
    this.#opened = publisher.open(this.#courses.map((course) => course.target));
    this.#opened.catch(() => undefined);
    const onAbort = (): void => this.#wake();
    signal.addEventListener('abort', onAbort);
    this.#firstBatch.begin(this.#options.clock);
    try {
      for (const course of this.#courses) course.begin();
      while (!signal.aborted) {
        await this.#turn(signal);
        this.#lanes.throwIfBroken();
        if (this.#options.once && this.#isDone()) break;
        await this.#untilDue();
      }
      await orAborted(this.#options.reloads.idle(), signal);
    } finally {
      await this.#lanes.ended();
      signal.removeEventListener('abort', onAbort);
      this.#firstBatch.stop();
      this.#report.stop();
      for (const course of this.#courses) course.stop();
    }
  }

  /** Wants nothing any more. Apart from `run`, so that a successor can take over what is watched. */
  release(): void {
    for (const course of this.#courses) this.#options.watcher.want(course, new Map());
  }

  /** One batch: what is due is rendered, then published, then its commands are asked for. Whose check is under way has a lane of its own, and follows. */
  async #turn(signal: AbortSignal): Promise<void> {
    const due = takeDue(this.#courses);
    const ready = readyOf(due.map((course) => ({ course, publication: course.render() })));
    await this.#opened;
    const { landed, lanes } = await this.#options.publisher.publish(
      ready.map(({ publication }) => publication),
      signal,
    );
    const commands = new BatchCommands(lanes, this.#options.clock, (reloads) =>
      this.#firstBatch.add(reloads, () => this.#isStarted()),
    );
    commands.landed(this.#conclude(ready, landed));
    for (const lane of lanes) {
      this.#lanes.follow(lane, (verdict) => {
        commands.landed(this.#conclude(ready, verdict), lane);
        this.#lookAround();
      });
    }
    this.#lookAround();
  }

  /** Takes note of what became of these; returns the commands to run. */
  #conclude(ready: readonly Ready[], landed: Landed): readonly Reload[] {
    const written: Course[] = [];
    const reloads: Reload[] = [];
    for (const { course, publication } of ready) {
      const published = landed.get(publication);
      if (published === undefined) continue;
      reloads.push(...course.conclude(publication, published));
      if (published.outcome === 'written') written.push(course);
    }
    this.#tellOfFiles(written);
    return reloads;
  }

  #lookAround(): void {
    this.#report.update();
    this.#becomeReady();
  }

  #tellOfFiles(written: readonly Course[]): void {
    if (written.length === 0) return;
    this.#options.bus.emit('files:written', { targets: written.map(({ target }) => target.label) });
  }

  /** Commands do not count: they may wait for a process that itself waits for the files. */
  #becomeReady(): void {
    if (this.#isReady || !this.#courses.every((course) => course.hasFile)) return;
    this.#isReady = true;
    // Who waits for this may wait for them, too.
    this.#firstBatch.close();
    this.#options.bus.emit('renderer:ready', { targets: this.#courses.length });
  }

  /** Whether all files of the start are there, or cannot be. */
  #isStarted(): boolean {
    const isNotYet = (course: Course): boolean => course.isDue || course.isUnderWay;
    const complete = this.#options.watcher.unheard === 0 && !this.#courses.some(isNotYet);
    return complete || this.#isSettled();
  }

  #isSettled(): boolean {
    return this.#courses.every((course) => course.isSettled);
  }

  #isDone(): boolean {
    return this.#isSettled() && !this.#firstBatch.isOpen;
  }

  async #untilDue(): Promise<void> {
    if (this.#courses.some((course) => course.isDue)) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#signal?.aborted === true || this.#courses.some((course) => course.isDue)) resolve();
    });
  }
}
