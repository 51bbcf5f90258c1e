import type { CancelTimer, Clock } from '../core/time.ts';
import type { CommandLine } from '../process/command-line.ts';
import { commandLabel } from '../process/command-line.ts';
import type { Lane } from './publisher.ts';
import type { Reload } from './reload.ts';

/** A command waits so long for the checks of files that ask for the same. */
const PATIENCE_MS = 1000;

/**
 * The commands of one batch: equal ones run once, though some of its files land after the others, when their checks have passed. A check that
 * takes long is not waited for.
 */
export class BatchCommands {
  readonly #ask: (reloads: readonly Reload[]) => void;
  /** How many lanes are under way whose files ask for a command, by its label. */
  readonly #expected = new Map<string, number>();
  #gathered: Reload[] = [];
  #isPatient = true;
  #cancel: CancelTimer = () => undefined;

  /** `ask` takes commands that are to be run, equal ones in one call. */
  constructor(lanes: readonly Lane[], clock: Clock, ask: (reloads: readonly Reload[]) => void) {
    this.#ask = ask;
    for (const label of lanes.flatMap(labelsOf)) this.#count(label, 1);
    if (this.#expected.size > 0) {
      this.#cancel = clock.setTimer(() => this.#loseItsPatience(), PATIENCE_MS);
    }
  }

  /** Takes the commands of files that have landed; `lane`: after their checks. */
  landed(reloads: readonly Reload[], lane?: Lane): void {
    this.#gathered.push(...reloads);
    for (const label of lane === undefined ? [] : labelsOf(lane)) this.#count(label, -1);
    if (this.#expected.size === 0) this.#cancel();
    this.#askForComplete();
  }

  #count(label: string, by: number): void {
    const count = (this.#expected.get(label) ?? 0) + by;
    if (count > 0) this.#expected.set(label, count);
    else this.#expected.delete(label);
  }

  #loseItsPatience(): void {
    this.#isPatient = false;
    this.#askForComplete();
  }

  #askForComplete(): void {
    const isComplete = ({ command }: Reload): boolean =>
      !this.#isPatient || !this.#expected.has(commandLabel(command));
    const complete = this.#gathered.filter(isComplete);
    this.#gathered = this.#gathered.filter((reload) => !isComplete(reload));
    this.#ask(complete);
  }
}

/** Each command that the files of a lane ask for, once. */
function labelsOf({ publications }: Lane): readonly string[] {
  const commands = publications.flatMap(({ target }): CommandLine[] =>
    target.command === undefined ? [] : [target.command],
  );
  return [...new Set(commands.map(commandLabel))];
}
