import { unifiedDiff } from '../output/diff.ts';
import { createMask } from '../output/mask.ts';
import type { SideFile } from '../template/engine.ts';
import type { Publication, Published, Publisher, Publishing } from '../renderer/publisher.ts';
import { formatRefusal } from '../renderer/format-refusal.ts';
import type { Target } from '../renderer/target.ts';

const NONE: ReadonlySet<string> = new Set();

/** What the publisher works with. */
export interface PlayPublisherOptions {
  /** Takes what there is to be seen, a piece for each change of a file. */
  readonly show: (text: string) => void;
  /** Writes a text to where a replay may write; absent: nowhere. */
  readonly write?: (path: string, text: string) => Promise<void>;
  /** chalk's level for diffs. */
  readonly color: 0 | 1 | 2 | 3;
}

/**
 * Shows how texts change, each against the one before it, as if files were written. It writes none of them to its place: a replay is for
 * looking at.
 */
export class PlayPublisher implements Publisher {
  readonly #options: PlayPublisherOptions;
  readonly #texts = new Map<string, string>();
  /** The same texts as they are shown: with what was secret in them then masked. */
  readonly #shown = new Map<string, string>();
  #busy = 0;
  #changes = 0;

  constructor(options: PlayPublisherOptions) {
    this.#options = options;
  }

  /** Whether it works on a batch. */
  get isBusy(): boolean {
    return this.#busy > 0;
  }

  /** How many new texts there were, and of how many files. */
  get played(): { readonly texts: number; readonly files: number } {
    return { texts: this.#changes, files: this.#texts.size };
  }

  async open(): Promise<void> {
    // Nothing is taken: whoever keeps the real files true goes on.
  }

  async publish(batch: readonly Publication[]): Promise<Publishing> {
    this.#busy += 1;
    try {
      const landed = new Map<Publication, Published>();
      for (const publication of batch) landed.set(publication, await this.#publish(publication));
      return { landed, lanes: [] };
    } finally {
      this.#busy -= 1;
    }
  }

  async #publish(publication: Publication): Promise<Published> {
    const { target, text, files } = publication;
    const refusal = await formatRefusal(publication);
    if (refusal !== undefined) return { outcome: 'held', by: 'check', error: refusal };
    const changed: string[] = [];
    if (await this.#take(target.destination, target.label, text, publication)) {
      changed.push(target.label);
    }
    for (const file of files) {
      const whole = wholeText(file, this.#texts.get(file.path));
      if (await this.#take(file.path, file.path, whole, publication)) changed.push(file.path);
    }
    if (changed.length === 0) return { outcome: 'unchanged', commandOwed: false };
    return { outcome: 'written', files: changed };
  }

  async #take(
    path: string | undefined,
    label: string,
    text: string,
    { target, secrets }: Publication,
  ): Promise<boolean> {
    const name = path ?? label;
    const before = this.#texts.get(name);
    if (before === text) return false;
    this.#texts.set(name, text);
    this.#changes += 1;
    const mask = createMask(secrets);
    const shown = this.#shown.get(name);
    this.#shown.set(name, mask(text));
    this.#options.show(this.#difference(mask(label), shown, mask(text), target));
    if (path !== undefined) await this.#options.write?.(path, text);
    return true;
  }

  /** The first text is what there was when the recording began, and no change. */
  #difference(
    label: string,
    before: string | undefined,
    after: string,
    { secret: hideText }: Target,
  ): string {
    if (before === undefined) {
      const lines = after.split('\n').length - (after.endsWith('\n') ? 1 : 0);
      return `${label}: ${lines} ${lines === 1 ? 'line' : 'lines'} at first\n`;
    }
    if (before === after) return `${label} changes, in what is secret only\n`;
    const { color } = this.#options;
    // Both texts are ours, and their secrets known: unlike in a file, no line can have an older one.
    const diff = unifiedDiff({ label, before, after, color, secrets: NONE, hideText });
    return `${label} changes:\n${diff}`;
  }
}

function wholeText({ how, text }: SideFile, before = ''): string {
  if (how === 'replace') return text;
  return before.endsWith(text) ? before : before + text;
}
