import type { Answer } from '../catalog/catalog.ts';
import { queryId, type Query } from '../catalog/query.ts';
import type { Value } from '../catalog/values.ts';
import { Deadline, orAborted } from '../core/deadline.ts';
import type { Clock } from '../core/time.ts';
import type { CompiledTarget } from '../renderer/compile-targets.ts';
import { resolve, type Resolution } from '../renderer/resolve.ts';
import type { User, Watcher } from '../watch/watcher.ts';

/** One answer that came later. */
export interface Change {
  readonly query: Query;
  readonly answer: Answer;
}

/** What is recorded with. */
export interface RecorderParts {
  readonly watcher: Watcher;
  readonly clock: Clock;
}

interface Course {
  readonly compiled: CompiledTarget;
  found: Map<string, Query>;
  resolution: Resolution | undefined;
}

/** Asks for all that templates want, as the renderer does, and notes what is answered. Writes nothing. */
export class Recorder implements User {
  readonly #parts: RecorderParts;
  readonly #courses: Course[];
  readonly #secrets = new Set<string>();
  /** Queries whose answers changed since they were last looked at. */
  readonly #news = new Set<string>();
  readonly #known = new Map<string, Query>();
  #wake: () => void = () => undefined;

  constructor(targets: readonly CompiledTarget[], parts: RecorderParts) {
    this.#parts = parts;
    this.#courses = targets.map((compiled) => ({
      compiled,
      found: new Map(),
      resolution: undefined,
    }));
  }

  answerChanged(id: string): void {
    this.#news.add(id);
    this.#wake();
  }

  answerTroubled(id: string): void {
    this.#news.add(id);
    this.#wake();
  }

  /** What templates have marked as secret so far. */
  get secrets(): ReadonlySet<string> {
    return this.#secrets;
  }

  /** Everything that was ever asked, with the last answer. */
  get answered(): readonly { readonly query: Query; readonly value: Value }[] {
    return [...this.#known].flatMap(([id, query]) => {
      const value = this.#parts.watcher.answer(id)?.value;
      return value === undefined ? [] : [{ query, value }];
    });
  }

  /** Queries that have no answer. */
  get unanswered(): readonly string[] {
    const wanted = new Set(this.#courses.flatMap(({ found }) => [...found.keys()]));
    return [...wanted].filter((id) => this.#parts.watcher.answer(id)?.value === undefined);
  }

  /** Templates that fail with all that they have asked for, by the labels of their targets. */
  get failures(): readonly { readonly label: string; readonly error: Error }[] {
    return this.#courses.flatMap(({ compiled, resolution }) =>
      resolution?.kind === 'failed'
        ? [{ label: compiled.target.label, error: resolution.error }]
        : [],
    );
  }

  /** Asks, pass by pass, until every answer is there or the time is up. */
  async converge(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const deadline = new Deadline(this.#parts.clock, timeoutMs, signal);
    try {
      this.#pass();
      while (this.#canGrow() && !deadline.signal.aborted) {
        await this.#nextNews(deadline.signal);
        this.#pass();
      }
      this.#news.clear();
    } finally {
      deadline.close();
    }
  }

  /** Hands over each batch of changes, until told to stop. */
  async follow(
    take: (changes: readonly Change[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      if (this.#news.size === 0) await this.#nextNews(signal);
      const ids = [...this.#news];
      this.#news.clear();
      if (ids.length === 0) continue;
      // What the templates mark as secret in the new answers has to be known before they are written.
      this.#pass();
      await take(ids.flatMap((id) => this.#change(id) ?? []));
    }
  }

  /** Notes that the state of an answer changed though its value did not. */
  stateChanged(id: string): void {
    if (this.#known.has(id)) this.answerChanged(id);
  }

  /** Wants nothing any more. */
  release(): void {
    this.#parts.watcher.want(this, new Map());
  }

  #change(id: string): Change | undefined {
    const query = this.#known.get(id);
    const answer = this.#parts.watcher.answer(id);
    return query === undefined || answer === undefined ? undefined : { query, answer };
  }

  #pass(): void {
    const { watcher } = this.#parts;
    for (const course of this.#courses) {
      const resolution = resolve(course.compiled.template, watcher.recall);
      const { used, secrets } = resolution.rendering;
      // As for the renderer: what an incomplete pass did not get to may be wanted all the same.
      course.found = new Map([...(resolution.kind === 'complete' ? [] : course.found), ...used]);
      course.resolution = resolution;
      for (const [id, query] of used) this.#known.set(id, query);
      for (const secret of secrets) this.#secrets.add(secret);
    }
    watcher.want(this, new Map(this.#courses.flatMap(({ found }) => [...found])));
  }

  #canGrow(): boolean {
    const { watcher } = this.#parts;
    return this.#courses.flatMap(awaitedBy).some((id) => {
      return watcher.answer(id)?.value === undefined && !watcher.isHopeless(id);
    });
  }

  async #nextNews(signal: AbortSignal): Promise<void> {
    await orAborted(new Promise<void>((wake) => (this.#wake = wake)), signal);
  }
}

/** Queries whose answers a template waits for; of one that fails, all that it has asked for: another of them may be what it fails without. */
function awaitedBy({ resolution, found }: Course): readonly string[] {
  if (resolution?.kind === 'failed') return [...found.keys()];
  if (resolution?.kind !== 'incomplete') return [];
  return resolution.missing.flatMap(({ why, query }) =>
    why === 'unanswered' ? [queryId(query)] : [],
  );
}
