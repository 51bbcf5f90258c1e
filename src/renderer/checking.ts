import { AutotmplError } from '../core/errors.ts';
import { createMask } from '../output/mask.ts';
import { printable } from '../output/printable.ts';
import { readCurrent } from '../output/read-destination.ts';
import { commandLabel } from '../process/command-line.ts';
import { describeResult, type CommandResult } from '../process/result.ts';
import type { Published } from './publisher.ts';
import type { CheckRequest, RunCheck, StagedPath } from './run-check.ts';
import { isStaged, settle, stagedFiles, type Step } from './step.ts';
import type { Target } from './target.ts';

/** Of a check's output, so much is said. */
const MOST_CHARACTERS = 2000;

/** A text that a check refused, with all that the check could see. */
interface Refusal {
  readonly texts: readonly string[];
  readonly published: Published;
}

/** Has staged files looked at by the checks of their targets. */
export class Checking {
  readonly #run: RunCheck;
  readonly #refusals = new Map<Target, Refusal>();

  constructor(run: RunCheck) {
    this.#run = run;
  }

  /**
   * Runs the check of each of these steps, which are put in place together; one that fails settles its step, and ends it. The same texts are not
   * looked at twice, unless somebody asked for them.
   */
  async check(steps: readonly Step[], signal: AbortSignal): Promise<void> {
    for (const step of steps) {
      const published = await this.#checkOne(step, steps, signal);
      if (published === undefined) continue;
      await settle(step, published);
      return;
    }
    for (const step of steps) {
      const error = await spoiled(step);
      if (error !== undefined) await settle(step, { outcome: 'held', by: 'check', error });
    }
  }

  /** What becomes of the step; undefined where nothing speaks against it. */
  async #checkOne(
    step: Step,
    steps: readonly Step[],
    signal: AbortSignal,
  ): Promise<Published | undefined> {
    const { target, anew = false } = step.publication;
    const request = requestOf(step, steps);
    if (request === undefined) return undefined;
    const texts = steps.flatMap(({ publication: { text, files } }) => [
      text,
      ...files.map((file) => file.text),
    ]);
    const known = this.#refusals.get(target);
    if (known !== undefined && !anew && isSame(known.texts, texts)) return known.published;
    this.#refusals.delete(target);
    const result = await this.#run(request, signal);
    if (result.outcome === 'ok') return undefined;
    if (result.outcome === 'aborted') return { outcome: 'stopped' };
    const error = refusedBy(request, result, step, steps);
    // One that came to no end of its own said nothing of the text.
    if (result.outcome !== 'failed' || result.signal !== undefined) {
      return { outcome: 'held', by: 'check', error, again: true };
    }
    const published: Published = { outcome: 'held', by: 'check', error };
    this.#refusals.set(target, { texts, published });
    return published;
  }
}

/** Whether there is anything to be looked at by a check before these are put in place together. */
export function isChecked(steps: readonly Step[]): boolean {
  return (
    steps.some(isStaged) && steps.some(({ publication }) => publication.target.check !== undefined)
  );
}

/** Undefined where nothing is to be checked. A file that stays as it is is looked at where it is. */
function requestOf(step: Step, steps: readonly Step[]): CheckRequest | undefined {
  const { check, destination } = step.publication.target;
  if (check === undefined || destination === undefined) return undefined;
  const path = step.staged?.path ?? destination;
  return { rules: check, destination, path, files: steps.flatMap(pathsOf) };
}

function pathsOf(step: Step): StagedPath[] {
  const { destination } = step.publication.target;
  const beside = step.beside.map((file) => ({
    destination: file.destination,
    path: file.path ?? file.destination,
  }));
  if (destination === undefined) return beside;
  return [{ destination, path: step.staged?.path ?? destination }, ...beside];
}

function refusedBy(
  request: CheckRequest,
  result: CommandResult,
  step: Step,
  steps: readonly Step[],
): AutotmplError {
  const { label } = step.publication.target;
  const how = describeResult(commandLabel(request.rules.command), result);
  return new AutotmplError('check', `the check of ${label} failed: ${how}${said(result, steps)}`);
}

/** What was rendered is put in place, and nothing else. Undefined where the staged file holds its text still. */
async function spoiled({ publication, staged }: Step): Promise<AutotmplError | undefined> {
  if (staged?.path === undefined) return undefined;
  const { target, text } = publication;
  const current = await readCurrent(staged.path).catch(() => 'another' as const);
  if (current !== 'another' && current?.bytes.equals(Buffer.from(text)) === true) return undefined;
  const done = current === undefined ? 'removed' : 'changed';
  return new AutotmplError('check', `the new text of ${target.label} was ${done} by a check`, {
    advice: 'a check leaves what it looks at as it is: give it a copy to work with',
  });
}

/** The end of what the check printed, as far as that may be shown. The names of staged files are new each time, and mean nothing to anybody. */
function said({ tail }: CommandResult, steps: readonly Step[]): string {
  if (tail.length === 0) return '';
  const secret = steps.find(({ publication }) => publication.target.secret);
  if (secret !== undefined) {
    return `; what it printed is not shown, since ${secret.publication.target.label} is secret`;
  }
  const mask = createMask(new Set(steps.flatMap(({ publication }) => [...publication.secrets])));
  let text = mask(tail.join('\n'));
  for (const { path, destination } of steps.flatMap(stagedFiles)) {
    if (path !== undefined) text = text.replaceAll(path, destination);
  }
  const lines = printable(text).split('\n').join(' | ').trim();
  const cut = lines.length > MOST_CHARACTERS ? `…${lines.slice(-MOST_CHARACTERS)}` : lines;
  return `; it printed: ${cut}`;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}
