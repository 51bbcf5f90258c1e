import type { Answer } from '../catalog/catalog.ts';
import { queryId, type Query } from '../catalog/query.ts';
import { Deadline, orAborted } from '../core/deadline.ts';
import type { Clock } from '../core/time.ts';
import { commandLabel } from '../process/command-line.ts';
import type { Missing, Position, Rendering } from '../template/engine.ts';
import type { User, Watcher } from '../watch/watcher.ts';
import type { CompiledTarget } from './compile-targets.ts';
import { resolve, type Resolution } from './resolve.ts';
import type { Target } from './target.ts';

/** One query that a template makes, and how its answer stands. */
export interface ExplainedQuery {
  readonly id: string;
  readonly query: Query;
  /** The pass in which it was first made: 1, or more for one that needed another's answer first. */
  readonly pass: number;
  /** Where it was first made, as far as the engine can tell. */
  readonly position: Position | undefined;
  /** `unanswered`: the catalog has not said anything. */
  readonly state: Answer['state'] | 'unanswered';
  /** Why it is not fresh; undefined where it is, or nothing was said. */
  readonly reason: Error | undefined;
  /** How long ago its value came, in milliseconds; undefined where there is none. */
  readonly ageMs: number | undefined;
  /** The value's size as JSON; undefined where there is none. */
  readonly bytes: number | undefined;
  /** Why the template has to wait for it; undefined where it need not. */
  readonly waitedFor: Missing['why'] | undefined;
}

/** What a template asks, and what comes of it. */
export interface ExplainedTarget {
  readonly target: Target;
  /** What a change of any of its answers runs, as people see it; undefined where that is nothing. */
  readonly command: string | undefined;
  /** `incomplete`: it waits for something. */
  readonly state: Resolution['kind'];
  readonly passes: number;
  /** In the order in which they were first made. */
  readonly queries: readonly ExplainedQuery[];
  /** What came of it; undefined unless `complete`. */
  readonly rendering: Rendering | undefined;
  /** Why it failed with everything there; undefined unless `failed`. */
  readonly error: Error | undefined;
}

/** What an explanation is made with. */
export interface ExplanationParts {
  readonly watcher: Watcher;
  readonly clock: Clock;
  /** How long answers are waited for. */
  readonly timeoutMs: number;
}

interface Found {
  readonly query: Query;
  readonly pass: number;
  readonly position: Position | undefined;
}

interface Course {
  readonly compiled: CompiledTarget;
  readonly found: Map<string, Found>;
  /** Undefined before the first pass. */
  resolution: Resolution | undefined;
  passes: number;
}

/**
 * Renders templates pass by pass, each pass with all that the ones before have asked for, and writes down what they ask; changes
 * nothing. Ends when all are complete or fail, when nothing more can come (a key is not there), when the time is up, or when told to.
 */
export async function explainTargets(
  targets: readonly CompiledTarget[],
  parts: ExplanationParts,
  signal: AbortSignal,
): Promise<readonly ExplainedTarget[]> {
  const explainer = new Explainer(targets, parts);
  return explainer.run(signal);
}

class Explainer implements User {
  readonly #parts: ExplanationParts;
  readonly #courses: readonly Course[];
  readonly #cameAtMs = new Map<string, number>();
  #wake: () => void = () => undefined;

  constructor(targets: readonly CompiledTarget[], parts: ExplanationParts) {
    this.#parts = parts;
    this.#courses = targets.map((compiled) => ({
      compiled,
      found: new Map(),
      resolution: undefined,
      passes: 0,
    }));
  }

  answerChanged(id: string): void {
    this.#cameAtMs.set(id, this.#parts.clock.now());
    this.#wake();
  }

  answerTroubled(): void {
    this.#wake();
  }

  async run(signal: AbortSignal): Promise<readonly ExplainedTarget[]> {
    const { watcher, clock, timeoutMs } = this.#parts;
    const deadline = new Deadline(clock, timeoutMs, signal);
    try {
      do this.#pass();
      while (await this.#moreCame(deadline.signal));
      // What came while others were waited for in vain.
      if (deadline.isLate) this.#pass();
      return this.#courses.flatMap((course) => this.#explain(course) ?? []);
    } finally {
      deadline.close();
      watcher.want(this, new Map());
    }
  }

  #pass(): void {
    const { watcher } = this.#parts;
    for (const course of this.#courses) {
      const { compiled, found } = course;
      if (course.resolution !== undefined && course.resolution.kind !== 'incomplete') continue;
      const resolution = resolve(compiled.template, watcher.recall);
      const { used, askedAt } = resolution.rendering;
      const pass = course.passes + 1;
      const isNews = [...used.keys()].some((id) => !found.has(id));
      if (pass === 1 || isNews || resolution.kind !== 'incomplete') course.passes = pass;
      course.resolution = resolution;
      for (const [id, query] of used) {
        if (!found.has(id)) found.set(id, { query, pass, position: askedAt.get(id) });
      }
    }
    watcher.want(this, new Map(this.#courses.flatMap(({ found }) => queriesOf(found))));
  }

  /** Waits until all that is missing has a value; false where that is nothing, or cannot come (in time). */
  async #moreCame(signal: AbortSignal): Promise<boolean> {
    const awaited = this.#courses.flatMap(({ resolution }) =>
      resolution?.kind === 'incomplete'
        ? resolution.missing.filter(({ why }) => why === 'unanswered')
        : [],
    );
    const ids = new Set(awaited.map(({ query }) => queryId(query)));
    const canCome = [...ids].filter((id) => !this.#parts.watcher.isHopeless(id));
    if (canCome.length === 0) return false;
    while (!signal.aborted && canCome.some((id) => !this.#hasCome(id))) {
      await orAborted(new Promise<void>((wake) => (this.#wake = wake)), signal);
    }
    return !signal.aborted;
  }

  #hasCome(id: string): boolean {
    const { watcher } = this.#parts;
    return watcher.isHopeless(id) || watcher.answer(id)?.value !== undefined;
  }

  #explain({ compiled, found, resolution, passes }: Course): ExplainedTarget | undefined {
    if (resolution === undefined) return undefined;
    const { command } = compiled.target;
    return {
      target: compiled.target,
      command: command === undefined ? undefined : commandLabel(command),
      state: resolution.kind,
      passes,
      queries: [...found].map(([id, one]) => this.#explainQuery(id, one, resolution)),
      rendering: resolution.kind === 'complete' ? resolution.rendering : undefined,
      error: resolution.kind === 'failed' ? resolution.error : undefined,
    };
  }

  #explainQuery(id: string, { query, pass, position }: Found, resolution: Resolution) {
    const { watcher, clock } = this.#parts;
    const answer = watcher.answer(id);
    const cameAtMs = this.#cameAtMs.get(id);
    const value = answer?.value;
    return {
      ...{ id, query, pass, position },
      state: answer?.state ?? 'unanswered',
      reason: answer === undefined || answer.state === 'fresh' ? undefined : answer.reason,
      ageMs: value === undefined || cameAtMs === undefined ? undefined : clock.now() - cameAtMs,
      bytes: value === undefined ? undefined : Buffer.byteLength(JSON.stringify(value)),
      waitedFor: resolution.rendering.missing.get(id)?.why,
    } as const;
  }
}

function queriesOf(found: ReadonlyMap<string, Found>): [string, Query][] {
  return [...found].map(([id, { query }]) => [id, query]);
}
