import type { Stats } from 'node:fs';

import { AutotmplError, describeError } from '../core/errors.ts';
import { sameAttributes } from '../output/attributes.ts';
import { unifiedDiff } from '../output/diff.ts';
import { readDestination } from '../output/read-destination.ts';
import { commandLabel } from '../process/command-line.ts';
import { refuseByFormat } from './format-refusal.ts';
import { compareSideFile } from './side-files.ts';
import type { Publication, Published, Publisher, Publishing } from './publisher.ts';
import { attempt, landedOf, type Step } from './step.ts';
import type { Target } from './target.ts';
import { holdTogether, unitsOf } from './units.ts';

/** What the publisher works with. */
export interface DryPublisherOptions {
  readonly print: (text: string) => void;
  /** chalk's level for the diff: 0 is none. */
  readonly color: 0 | 1 | 2 | 3;
}

/** Shows what would change as a diff, and which check and which command would run. Writes nothing. */
export class DryPublisher implements Publisher {
  readonly #options: DryPublisherOptions;
  /** What was shown last for each target: the same diff is not shown twice. */
  readonly #shown = new Map<Target, string>();
  /** The same for side files, by their paths. */
  readonly #shownBeside = new Map<string, string>();

  constructor(options: DryPublisherOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    // Nothing is taken: another process may go on writing these files.
  }

  async publish(batch: readonly Publication[]): Promise<Publishing> {
    const steps: Step[] = batch.map((publication) => ({ publication, beside: [] }));
    for (const step of steps) await attempt(step, async () => void (await refuseByFormat(step)));
    for (const unit of unitsOf(steps)) await holdTogether(unit);
    for (const step of steps) step.published ??= await this.#show(step.publication);
    return { landed: landedOf(steps), lanes: [] };
  }

  async #show(publication: Publication): Promise<Published> {
    const { target } = publication;
    try {
      const own = await this.#showOwn(publication);
      const beside = await this.#showBeside(publication);
      if (own === 'text' || beside) this.#showCommands(target);
      return own === 'nothing' && !beside
        ? { outcome: 'unchanged', commandOwed: false }
        : { outcome: 'shown' };
    } catch (error) {
      const failure =
        error instanceof AutotmplError
          ? error
          : new AutotmplError('output', `cannot compare ${target.label}: ${describeError(error)}`);
      return { outcome: 'failed', error: failure };
    }
  }

  /** A check is only named: what it looks with need not be on this machine, and a file elsewhere would mislead it. */
  #showCommands({ check, command }: Target): void {
    const { print } = this.#options;
    if (check !== undefined) print(`would check: ${commandLabel(check.command)}\n`);
    if (command !== undefined) print(`would run: ${commandLabel(command)}\n`);
  }

  /** Shows what would change in the target's own file; says what that is. */
  async #showOwn(publication: Publication): Promise<'nothing' | 'attributes' | 'text'> {
    const { target, text } = publication;
    const { destination } = target;
    if (this.#shown.get(target) === text) return 'nothing';
    this.#shown.set(target, text);
    if (destination === undefined) {
      // It would go to standard output, and that is where it goes.
      this.#options.print(text);
      return 'attributes';
    }
    const current = await readDestination(destination, target.file.symlink, target.file.user);
    const before = current?.bytes.toString('utf8');
    if (current !== undefined && before === text) return this.#showUnchanged(target, current.stat);
    this.#print(target.label, before, text, publication);
    return 'text';
  }

  /** Shows what would change in side files; returns whether anything would. */
  async #showBeside(publication: Publication): Promise<boolean> {
    let changes = false;
    for (const file of publication.files) {
      const change = await compareSideFile(file);
      if (change === undefined || this.#shownBeside.get(file.path) === change.after) continue;
      this.#shownBeside.set(file.path, change.after);
      if (change.before === change.after) {
        this.#options.print(`${file.path}: unchanged text; its mode or owner would be set\n`);
        continue;
      }
      this.#print(file.path, change.before, change.after, publication);
      changes = true;
    }
    return changes;
  }

  #print(
    label: string,
    before: string | undefined,
    after: string,
    { target, secrets }: Publication,
  ): void {
    const { color } = this.#options;
    this.#options.print(
      unifiedDiff({ label, before, after, color, secrets, hideText: target.secret }),
    );
  }

  /** The text is the same; what a run would still set counts as a change, but asks for no command. */
  async #showUnchanged(target: Target, file: Stats): Promise<'nothing' | 'attributes'> {
    if (await sameAttributes(file, target.file)) {
      this.#options.print(`${target.label}: unchanged\n`);
      return 'nothing';
    }
    this.#options.print(`${target.label}: unchanged text; its mode or owner would be set\n`);
    return 'attributes';
  }
}
