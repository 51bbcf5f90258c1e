import type { Publication, Published, Publisher } from '../publisher.ts';
import type { Target } from '../target.ts';
import type { OwnWrites } from './own-writes.ts';

/** Publishes as another does, and notes what each file holds from then on. */
export class NotingPublisher implements Publisher {
  readonly #publisher: Publisher;
  readonly #ownWrites: OwnWrites;

  constructor(publisher: Publisher, ownWrites: OwnWrites) {
    this.#publisher = publisher;
    this.#ownWrites = ownWrites;
  }

  async open(targets: readonly Target[]): Promise<void> {
    await this.#publisher.open(targets);
  }

  async publish(batch: readonly Publication[], signal: AbortSignal): Promise<readonly Published[]> {
    return this.#ownWrites.inTurn(async () => {
      const published = await this.#publisher.publish(batch, signal);
      for (const [index, { target, text, secrets }] of batch.entries()) {
        const outcome = published[index]?.outcome;
        if (outcome === 'written' || outcome === 'unchanged') {
          this.#ownWrites.note(target, text, secrets);
        }
      }
      return published;
    });
  }
}
