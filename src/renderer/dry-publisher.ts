import type { Stats } from 'node:fs';

import { AutotmplError, describeError } from '../core/errors.ts';
import { sameAttributes } from '../output/attributes.ts';
import { unifiedDiff } from '../output/diff.ts';
import { readDestination } from '../output/read-destination.ts';
import { commandLabel } from '../process/command-line.ts';
import type { Publication, Published, Publisher } from './publisher.ts';
import type { Target } from './target.ts';

/** What the publisher works with. */
export interface DryPublisherOptions {
  readonly print: (text: string) => void;
  /** chalk's level for the diff: 0 is none. */
  readonly color: 0 | 1 | 2 | 3;
}

/** Shows what would change as a diff, and which command would run. Writes nothing. */
export class DryPublisher implements Publisher {
  readonly #options: DryPublisherOptions;
  /** What was shown last for each target: the same diff is not shown twice. */
  readonly #shown = new Map<Target, string>();

  constructor(options: DryPublisherOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    // Nothing is taken: another process may go on writing these files.
  }

  async publish(batch: readonly Publication[]): Promise<readonly Published[]> {
    const published: Published[] = [];
    for (const publication of batch) published.push(await this.#show(publication));
    return published;
  }

  async #show(publication: Publication): Promise<Published> {
    const { target, text } = publication;
    const { destination } = target;
    try {
      if (this.#shown.get(target) === text) return { outcome: 'unchanged', commandOwed: false };
      this.#shown.set(target, text);
      if (destination === undefined) {
        // It would go to standard output, and that is where it goes.
        this.#options.print(text);
        return { outcome: 'shown' };
      }
      const current = await readDestination(destination, target.file.symlink);
      const before = current?.bytes.toString('utf8');
      if (current !== undefined && before === text) {
        return await this.#showUnchanged(target, current.stat);
      }
      this.#options.print(
        unifiedDiff({
          label: target.label,
          before,
          after: text,
          color: this.#options.color,
          secrets: publication.secrets,
          hideText: target.secret,
        }),
      );
      if (target.command !== undefined) {
        this.#options.print(`would run: ${commandLabel(target.command)}\n`);
      }
      return { outcome: 'shown' };
    } catch (error) {
      const failure =
        error instanceof AutotmplError
          ? error
          : new AutotmplError('output', `cannot compare ${target.label}: ${describeError(error)}`);
      return { outcome: 'failed', error: failure };
    }
  }

  /** The text is the same; what a run would still set counts as a change, but asks for no command. */
  async #showUnchanged(target: Target, file: Stats): Promise<Published> {
    if (await sameAttributes(file, target.file)) {
      this.#options.print(`${target.label}: unchanged\n`);
      return { outcome: 'unchanged', commandOwed: false };
    }
    this.#options.print(`${target.label}: unchanged text; its mode or owner would be set\n`);
    return { outcome: 'shown' };
  }
}
