import { existsSync } from 'node:fs';
import type { Logger } from '../../core/logger.ts';
import type { MadeOf } from '../ledger.ts';
import type { Target } from '../target.ts';

/** Says of a file from before this run that it was replaced unseen, since nobody knows how much of it is gone. */
export class UnknownPast {
  readonly #target: Target;
  readonly #logger: Logger;
  #hadFile = false;

  constructor(target: Target, logger: Logger) {
    this.#target = target;
    this.#logger = logger;
  }

  /** The file may be replaced next; `before` is what it is made of, undefined where nobody knows. */
  look(before: MadeOf | undefined): void {
    const { destination } = this.#target;
    this.#hadFile = before === undefined && destination !== undefined && existsSync(destination);
  }

  /** The file was replaced by another. */
  replaced(): void {
    if (!this.#hadFile) return;
    const { label, secret } = this.#target;
    const advice = secret ? '' : '; with state in the config it is kept over restarts';
    this.#logger.warn(
      `${label} was replaced, and maxRemovedPercent had nothing to compare with: what the file was made of before this run is not known${advice}`,
      { target: label },
    );
  }
}
