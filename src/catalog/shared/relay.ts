import { describeError } from '../../core/errors.ts';
import { isSameData } from '../../core/same-data.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import type { Answer, Catalog } from '../catalog.ts';
import { queryId } from '../query.ts';
import type { Value } from '../values.ts';
import type { Group } from './group.ts';
import { readValue } from '../read-value.ts';
import type { ShareableQuery } from '../shareable.ts';

/** So long somebody else may take to share an answer before we ask for it ourselves; and so much at random, since others wait with us. */
const PATIENCE_MS = 2000;
const JITTER_MS = 1000;

/** What a relay works with. */
export interface RelayParts {
  /** Who is asked directly. */
  readonly catalog: Catalog;
  /** Groups whose template asks this. */
  readonly groups: readonly Group[];
  /** Notes a fresh answer of the catalog's that others may have; undefined: there is none any more. */
  readonly note: (value: Value | undefined) => void;
  readonly clock: Clock;
  /** Gives [0, 1). */
  readonly random: () => number;
}

/** Keeps the answer to one query current: from whoever leads one of its groups, or, while nobody does and where we lead, from the catalog itself. */
export class Relay {
  readonly #query: ShareableQuery;
  readonly #parts: RelayParts;
  #next: Answer | Error | undefined;
  /** The last good value, whoever it came from. */
  #known: Value | undefined;
  /** What was shared, where the last answer that was given says that it is so: the same again is no answer. */
  #given: { readonly raw: unknown } | undefined;
  #wake: () => void = () => undefined;
  #cancelPatience: CancelTimer | undefined;
  #direct: AbortController | undefined;
  readonly #ending = new Set<Promise<void>>();

  constructor(query: ShareableQuery, parts: RelayParts, known?: Value) {
    this.#query = query;
    this.#parts = parts;
    this.#known = known;
  }

  /** Whether its query is asked in this group. */
  isOf(group: Group): boolean {
    return this.#parts.groups.includes(group);
  }

  /** Looks anew who answers: a group has changed. */
  look(): void {
    const { groups, clock, random } = this.#parts;
    if (groups.some(({ isLeading }) => isLeading)) {
      this.#askDirectly();
      return;
    }
    const trouble = groups.find((group) => group.trouble !== undefined)?.trouble;
    if (trouble === undefined && this.#isGivenAlready()) {
      this.#endPatience();
      return;
    }
    const { raw, value } = this.#shared();
    if (value !== undefined && trouble === undefined) {
      this.#stopAsking();
      this.#give({ state: 'fresh', value });
      this.#given = { raw };
      return;
    }
    if (this.#direct !== undefined) return;
    if (trouble !== undefined && value !== undefined) {
      this.#give({ state: 'held', value, reason: trouble });
    }
    this.#cancelPatience ??= clock.setTimer(
      () => this.#askDirectly(),
      PATIENCE_MS + JITTER_MS * random(),
    );
  }

  /** The answers, as `Catalog.watch` promises them. */
  async *answers(signal: AbortSignal): AsyncGenerator<Answer> {
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake, { once: true });
    try {
      this.look();
      while (!signal.aborted) {
        const next = this.#next;
        this.#next = undefined;
        if (next instanceof Error) throw next;
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.#stopAsking();
      await Promise.all(this.#ending);
    }
  }

  /** A parcel comes whole when anything in it has changed: mostly it is something else. */
  #isGivenAlready(): boolean {
    if (this.#given === undefined) return false;
    const id = queryId(this.#query);
    const [raw] = this.#parts.groups.flatMap(({ shared }) =>
      shared?.has(id) === true ? [shared.get(id)] : [],
    );
    return isSameData(raw, this.#given.raw);
  }

  #shared(): { readonly raw?: unknown; readonly value?: Value } {
    const id = queryId(this.#query);
    for (const group of this.#parts.groups) {
      const raw = group.shared?.get(id);
      if (raw === undefined) continue;
      try {
        return { raw, value: readValue(this.#query.kind, raw) };
      } catch (error) {
        group.reject(id, describeError(error));
      }
    }
    return {};
  }

  #askDirectly(): void {
    this.#endPatience();
    if (this.#direct !== undefined) return;
    this.#given = undefined;
    const controller = new AbortController();
    this.#direct = controller;
    const ended = this.#follow(controller.signal);
    this.#ending.add(ended);
    void ended.finally(() => this.#ending.delete(ended));
  }

  #stopAsking(): void {
    this.#endPatience();
    if (this.#direct === undefined) return;
    this.#direct.abort();
    this.#direct = undefined;
    this.#parts.note(undefined);
  }

  #endPatience(): void {
    this.#cancelPatience?.();
    this.#cancelPatience = undefined;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    try {
      for await (const answer of this.#parts.catalog.watch(this.#query, signal, this.#known)) {
        if (signal.aborted) return;
        this.#parts.note(answer.state === 'fresh' ? answer.value : undefined);
        this.#give(answer);
      }
    } catch (error) {
      if (!signal.aborted) this.#give(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #give(next: Answer | Error): void {
    this.#given = undefined;
    if (!(next instanceof Error) && next.state === 'fresh') this.#known = next.value;
    this.#next = next;
    this.#wake();
  }
}
