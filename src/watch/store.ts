import type { Answer } from '../catalog/catalog.ts';
import { describeError } from '../core/errors.ts';
import { isSameData } from '../core/same-data.ts';

/** What saving an answer amounted to. */
export interface Saved {
  /** The value differs from the one before, or is the first. */
  readonly changed: boolean;
  /** The state differs from the one before. */
  readonly stateChanged: boolean;
  /** What is said against the catalog's answer is another thing than before. */
  readonly reasonChanged: boolean;
}

/** The last answer to each query. */
export class Store {
  readonly #answers = new Map<string, Answer>();

  get(id: string): Answer | undefined {
    return this.#answers.get(id);
  }

  /** Keeps the old value (the same object) where the new one equals it, so that what was learned of it stays true. */
  save(id: string, answer: Answer): Saved {
    const before = this.#answers.get(id);
    const stateChanged = before?.state !== answer.state;
    // In trouble the words vary with each try; a doubt is one and the same until it becomes another.
    const reasonChanged =
      before?.state === 'suspect' &&
      answer.state === 'suspect' &&
      describeError(before.reason) !== describeError(answer.reason);
    // In trouble the last good value stays, even where the catalog did not repeat it.
    const value = answer.value === undefined ? before?.value : answer.value;
    const changed =
      value !== undefined && (before?.value === undefined || !isSameData(before.value, value));
    const kept = changed ? value : (before?.value ?? value);
    this.#answers.set(
      id,
      answer.state === 'fresh'
        ? { state: 'fresh', value: kept as NonNullable<typeof kept> | null }
        : { state: answer.state, value: kept, reason: answer.reason },
    );
    return { changed, stateChanged, reasonChanged };
  }

  delete(id: string): void {
    this.#answers.delete(id);
  }
}
