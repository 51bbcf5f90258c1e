import type { Bus } from '../../core/bus.ts';
import type { Logger } from '../../core/logger.ts';
import type { Clock } from '../../core/time.ts';
import type { Difference } from './compare-file.ts';
import { diffOf } from './describe-drift.ts';
import type { DriftingFile } from './drifting-file.ts';
import { Fight } from './fight.ts';

/** What a complaint works with. */
export interface ComplaintOptions {
  /** Texts that must not be shown, of all targets. */
  readonly secrets: () => ReadonlySet<string>;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** Says that somebody else changed a file: how, and what becomes of that. */
export class Complaint {
  readonly #file: DriftingFile;
  readonly #options: ComplaintOptions;
  readonly #fight: Fight;

  constructor(file: DriftingFile, options: ComplaintOptions) {
    this.#file = file;
    this.#options = options;
    this.#fight = new Fight(options.clock);
  }

  /** It is left as it is for now; `then` says for how long. Each time counts, but one that comes again and again is said less and less often. */
  async differs(difference: Difference, then: string): Promise<void> {
    const { label } = this.#file.target;
    this.#options.bus.emit('target:drifted', { target: label, restored: false });
    // Whoever changes it each second need not be told of each second.
    if (!this.#fight.isRested) return;
    this.#fight.note();
    await this.#warn(difference, then);
  }

  /** It was put back. */
  async wasPutBack(difference: Difference): Promise<void> {
    await this.#warn(difference, 'it was put back');
    const { label } = this.#file.target;
    this.#options.bus.emit('target:drifted', { target: label, restored: true });
  }

  async #warn(difference: Difference, then: string): Promise<void> {
    const { target, expected } = this.#file;
    const { label } = target;
    const diff = await diffOf(target, difference, expected, this.#options.secrets());
    this.#options.logger.warn(
      `${label} drifted, by somebody else's hand: it ${difference.what}; ${then}`,
      { target: label, ...diff },
    );
  }
}
