import { createMask } from '../output/mask.ts';
import type { Publication, Published, Publisher, Publishing } from './publisher.ts';
import type { Target } from './target.ts';

/** Prints whole texts, each behind the name of its file, as consul-template's `-dry` does. Writes nothing, and compares nothing. */
export class TextPublisher implements Publisher {
  readonly #print: (text: string) => void;
  /** What was printed last for each target: the same text is not printed twice. */
  readonly #printed = new Map<Target, string>();

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  async open(): Promise<void> {
    // Nothing is taken: another process may go on writing these files.
  }

  async publish(batch: readonly Publication[]): Promise<Publishing> {
    const landed = new Map(batch.map((publication) => [publication, this.#show(publication)]));
    return { landed, lanes: [] };
  }

  #show({ target, text, secrets }: Publication): Published {
    if (this.#printed.get(target) === text) return { outcome: 'unchanged', commandOwed: false };
    this.#printed.set(target, text);
    const shown = target.secret ? '(secret)\n' : createMask(secrets)(text);
    this.#print(target.destination === undefined ? shown : `> ${target.label}\n${shown}`);
    return { outcome: 'shown' };
  }
}
