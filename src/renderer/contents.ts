import type { Value } from '../catalog/values.ts';
import type { Recall, Rendering, Template } from '../template/engine.ts';
import { madeWith, recallAll, type Ledger, type MadeOf } from './ledger.ts';
import type { Publication, Published } from './publisher.ts';
import type { Resolution } from './resolve.ts';
import type { Target } from './target.ts';
import type { ViewComparison } from './view-comparison.ts';

/** What the texts of a target are made of and what of them must not be shown: of the one rendered last, and of the one in place, which may be older. */
export class Contents {
  readonly #target: Target;
  readonly #ledger: Ledger;
  readonly #comparison: ViewComparison;
  readonly #reads: Template['reads'];
  /** What the text was made of that was rendered last. */
  #madeOf: MadeOf = new Map();
  /** What that text shows of it. */
  #had: Rendering['had'] = new Map();
  /** The same of the text in place, or shown. */
  #inPlaceOf: { readonly madeOf: MadeOf; readonly had: Rendering['had'] } | undefined;
  /** What the file was made of before it was last replaced. */
  #madeOfBefore: MadeOf | undefined;
  #lastSecrets: ReadonlySet<string> = new Set();
  /** Secrets of the text that was put in place last: while a file is held, data may go on changing. */
  #inPlace: ReadonlySet<string> = new Set();
  #secrets: ReadonlySet<string> = new Set();

  /** `reads` says what the template reads of what it has. */
  constructor(
    target: Target,
    reads: Template['reads'],
    ledger: Ledger,
    comparison: ViewComparison,
  ) {
    this.#target = target;
    this.#reads = reads;
    this.#ledger = ledger;
    this.#comparison = comparison;
  }

  /** Texts that must not be shown: of the last rendering, and of what the file was made of before. */
  get secrets(): ReadonlySet<string> {
    return this.#secrets;
  }

  /** What the text was made of that was rendered last. */
  get madeOf(): MadeOf {
    return this.#madeOf;
  }

  /** It was rendered, from what is recalled so. */
  rendered({ kind, rendering: { used, had, secrets } }: Resolution, recall: Recall): void {
    // A command may still print what the file held until now.
    this.#secrets = new Set([...this.#inPlace, ...this.#lastSecrets, ...secrets]);
    if (kind !== 'complete') return;
    this.#lastSecrets = secrets;
    this.#madeOf = recallAll(used, recall);
    this.#had = had;
  }

  /**
   * Whether a text made with this answer would be the one in place again, since all that the template read of the answer is the same. If so,
   * the file counts as made of it.
   */
  isSameWith(id: string, answer: Value): boolean {
    if (this.#inPlaceOf === undefined) return false;
    const { madeOf, had } = this.#inPlaceOf;
    const hadOfIt = had.get(id);
    const before = madeOf.get(id);
    if (hadOfIt === undefined || before === undefined) return false;
    const reading = this.#reads(hadOfIt.kind);
    if (!this.#comparison.areSame(hadOfIt, reading, before, answer)) return false;
    this.#madeOf = madeWith(madeOf, id, answer);
    this.#inPlaceOf = { madeOf: this.#madeOf, had };
    this.#ledger.note(this.#target, this.#madeOf);
    return true;
  }

  /** The text that was rendered last is in place, or shown where no files are written. */
  placed({ secrets }: Publication, outcome: Published['outcome']): void {
    this.#inPlace = secrets;
    this.#inPlaceOf = { madeOf: this.#madeOf, had: this.#had };
    if (outcome === 'shown') return;
    if (outcome === 'written') this.#madeOfBefore = this.#ledger.of(this.#target);
    this.#ledger.note(this.#target, this.#madeOf);
  }

  /** The file is what it was before, and made of what it was made of then. */
  rolledBack(): void {
    if (this.#madeOfBefore !== undefined) this.#ledger.note(this.#target, this.#madeOfBefore);
  }
}
