import { readFile } from 'node:fs/promises';
import { describeError, systemCode } from '../core/errors.ts';
import { unifiedDiff } from '../output/diff.ts';
import { faultFinderOf } from '../output/format/index.ts';
import { createMask } from '../output/mask.ts';
import { commandLabel } from '../process/command-line.ts';
import { DEFAULT_COMMAND_TIMEOUT_MS, type Target } from '../renderer/target.ts';
import type { Position } from '../template/engine.ts';
import type { Expected, Place, TestCase } from './case-file.ts';
import { checkText } from './check-text.ts';
import type { Awaited, Outcome } from './render-case.ts';

/** Why a case fails. */
export interface Complaint {
  /** What in the case file is not met. */
  readonly place: Place;
  /** One sentence. */
  readonly message: string;
  /** Lines that show it: a diff, or the words of a check. */
  readonly detail?: string;
}

/** A text that is to be written, for it to be expected from now on. */
export type Update =
  | { readonly kind: 'snapshot'; readonly path: string; readonly text: string }
  /** The case's `expect`. */
  | { readonly kind: 'expect'; readonly index: number; readonly text: string };

/** What is made of a case. */
export interface Verdict {
  readonly complaints: readonly Complaint[];
  /** What would make it right, where it is asked for; what is updated is not complained of. */
  readonly updates: readonly Update[];
}

/** How a case is judged. */
export interface JudgeOptions {
  /** Expected texts give way to what was rendered. */
  readonly updates: boolean;
  /** chalk's level for diffs. */
  readonly color: 0 | 1 | 2 | 3;
  /** Whose check `check: true` is. */
  readonly target: Pick<Target, 'check' | 'label' | 'secret' | 'destination'>;
}

type Rendered = Extract<Outcome, { kind: 'text' }>;

/** Holds what came of a template against what its case expects. */
export async function judge(
  testCase: TestCase,
  outcome: Outcome,
  options: JudgeOptions,
): Promise<Verdict> {
  const { error, missing } = testCase.expectations;
  if (error !== undefined) return only(judgeError(error, outcome));
  if (missing !== undefined) return only(judgeMissing(missing, outcome));
  if (outcome.kind !== 'text') return only(noText(testCase.place, outcome));
  return judgeText(testCase, outcome, options);
}

function only(complaint: Complaint | undefined): Verdict {
  return { complaints: complaint === undefined ? [] : [complaint], updates: [] };
}

function judgeError({ value, place }: Expected, outcome: Outcome): Complaint | undefined {
  if (outcome.kind !== 'error') {
    return { place, message: `an error was expected, and ${whatCame(outcome)}` };
  }
  const found = describeError(outcome.error);
  if (found.includes(value)) return undefined;
  return { place, message: `the template fails with another error: ${found}` };
}

function judgeMissing(
  { value, place }: Expected<readonly string[]>,
  outcome: Outcome,
): Complaint | undefined {
  if (outcome.kind !== 'waits') {
    return { place, message: `it was to wait for ${value.join(', ')}, and ${whatCame(outcome)}` };
  }
  const found = outcome.awaited.map(({ id }) => id);
  const same = found.length === value.length && found.every((id) => value.includes(id));
  if (same) return undefined;
  return {
    place,
    message: `it was to wait for ${value.join(', ')}, and waits for ${found.join(', ')}`,
  };
}

function whatCame(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'text':
      return 'it renders';
    case 'error':
      return `it fails: ${describeError(outcome.error)}`;
    case 'waits':
      return `it waits for ${outcome.awaited.map(describeAwaited).join('; ')}`;
  }
}

function noText(place: Place, outcome: Exclude<Outcome, Rendered>): Complaint {
  return { place, message: `there is no text: ${whatCame(outcome)}` };
}

function describeAwaited({ id, why, reason, position }: Awaited): string {
  const where = position === undefined ? '' : ` (${describePosition(position)})`;
  const cause =
    why === 'absent'
      ? 'it does not exist'
      : reason === undefined
        ? 'it has no answer'
        : describeError(reason);
  return `${id}${where}: ${cause}`;
}

function describePosition({ template, line, column }: Position): string {
  return `${template}:${line}:${column}`;
}

async function judgeText(
  testCase: TestCase,
  rendered: Rendered,
  options: JudgeOptions,
): Promise<Verdict> {
  const { expectations } = testCase;
  const complaints: (Complaint | undefined)[] = [];
  const updates: Update[] = [];
  const { expect, snapshot, equalsFile } = expectations;
  if (expect !== undefined && expect.value !== rendered.text) {
    if (options.updates)
      updates.push({ kind: 'expect', index: testCase.index, text: rendered.text });
    else complaints.push(unequal(expect.place, 'expect', expect.value, rendered, options));
  }
  if (snapshot !== undefined) {
    const { path, name } = snapshot.value;
    const before = await readIfThere(path);
    if (before !== rendered.text) {
      if (options.updates) updates.push({ kind: 'snapshot', path, text: rendered.text });
      else complaints.push(unequal(snapshot.place, name, before, rendered, options));
    }
  }
  if (equalsFile !== undefined) {
    const { path, name } = equalsFile.value;
    const before = await readIfThere(path);
    if (before !== rendered.text) {
      complaints.push(unequal(equalsFile.place, name, before, rendered, options));
    }
  }
  complaints.push(...judgeParts(testCase, rendered));
  complaints.push(await judgeFormat(testCase, rendered));
  complaints.push(await judgeCheck(testCase, rendered, options));
  return { complaints: complaints.filter((one) => one !== undefined), updates };
}

function unequal(
  place: Place,
  name: string,
  expected: string | undefined,
  { text, secrets }: Rendered,
  { color, target }: JudgeOptions,
): Complaint {
  if (expected === undefined) {
    return {
      place,
      message: `there is no file ${name} to compare with (a snapshot is written with -update)`,
    };
  }
  return {
    place,
    message: 'the text differs (- expected, + rendered)',
    detail: unifiedDiff({
      ...{ label: name, before: expected, after: text, color, secrets },
      hideText: target.secret,
    }),
  };
}

function* judgeParts(
  { expectations: { contains, notContains, matches, notMatches } }: TestCase,
  { text, secrets }: Rendered,
): Generator<Complaint> {
  const mask = createMask(secrets);
  const quote = (part: string): string => JSON.stringify(mask(part));
  for (const { value, place } of contains) {
    if (!text.includes(value))
      yield { place, message: `the text does not contain ${quote(value)}` };
  }
  for (const { value, place } of notContains) {
    if (!text.includes(value)) continue;
    yield {
      place,
      message: `the text contains ${quote(value)}${lineOf(text, text.indexOf(value))}`,
    };
  }
  for (const { value, place } of matches) {
    if (!value.test(text)) yield { place, message: `the text does not match ${String(value)}` };
  }
  for (const { value, place } of notMatches) {
    const found = value.exec(text);
    if (found === null) continue;
    const what = `${quote(found[0])}${lineOf(text, found.index)}`;
    yield { place, message: `the text matches ${String(value)}: ${what}` };
  }
}

function lineOf(text: string, at: number): string {
  return `, in line ${text.slice(0, at).split('\n').length}`;
}

async function judgeFormat(
  { expectations: { format } }: TestCase,
  { text }: Rendered,
): Promise<Complaint | undefined> {
  if (format === undefined) return undefined;
  const fault = (await faultFinderOf(format.value))(text);
  if (fault === undefined) return undefined;
  const { line, column, what } = fault;
  const message = `the text is no ${format.value}: ${what}, in line ${line}, column ${column}`;
  return { place: format.place, message };
}

async function judgeCheck(
  { expectations: { check } }: TestCase,
  { text, secrets }: Rendered,
  { target }: JudgeOptions,
): Promise<Complaint | undefined> {
  if (check === undefined) return undefined;
  const rules =
    check.value === true
      ? target.check
      : { command: check.value, timeoutMs: DEFAULT_COMMAND_TIMEOUT_MS };
  if (rules === undefined) {
    return { place: check.place, message: `${target.label} has no check in its config` };
  }
  const refusal = await checkText(text, rules, target.destination ?? 'text');
  if (refusal === undefined) return undefined;
  const message = `the check ${commandLabel(rules.command)} refuses the text`;
  return { place: check.place, message, detail: createMask(secrets)(`${refusal}\n`) };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
