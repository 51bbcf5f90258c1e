import { resolve } from 'node:path';
import { readOneOf, readText, readTextList, type Reader } from '../catalog/file/fields.ts';
import { DocumentError, type Located } from '../catalog/file/yaml-tree.ts';
import type { CommandLine } from '../process/command-line.ts';
import type { TextFormat } from '../output/format/format.ts';
import type { Expectations, Expected, Place } from './case-file.ts';

/** What is said of a rendering, as a case has it. */
export interface ExpectationFields extends Record<string, unknown> {
  readonly expect: Spoken<string>;
  readonly snapshot: Spoken<string>;
  readonly equalsFile: Spoken<string>;
  readonly contains: readonly Spoken<string>[];
  readonly notContains: readonly Spoken<string>[];
  readonly matches: readonly Spoken<RegExp>[];
  readonly notMatches: readonly Spoken<RegExp>[];
  readonly format: Spoken<TextFormat>;
  readonly check: Spoken<CommandLine | true>;
  readonly error: Spoken<string>;
  readonly missing: Spoken<readonly string[]>;
}

/** A value, and its place in the text. */
interface Spoken<Value> {
  readonly value: Value;
  readonly at: number;
}

const FORMATS: readonly TextFormat[] = ['json', 'yaml', 'toml', 'ini', 'xml', 'nginx'];
/** What speaks of a text: a case that expects none may not have it. */
const OF_TEXT = [
  ...['expect', 'snapshot', 'equalsFile', 'contains', 'notContains', 'matches', 'notMatches'],
  ...['format', 'check'],
] as const;

/** Reads each of them. */
export const EXPECTATION_READERS: {
  readonly [Name in keyof ExpectationFields]: Reader<ExpectationFields[Name]>;
} = {
  expect: spoken(readText),
  snapshot: spoken(readText),
  equalsFile: spoken(readText),
  contains: oneOrMore(readSomething),
  notContains: oneOrMore(readSomething),
  matches: oneOrMore(readPattern),
  notMatches: oneOrMore(readPattern),
  format: spoken(readOneOf(FORMATS)),
  check: spoken(readCheck),
  error: spoken(readText),
  missing: spoken((value, what) =>
    value.kind === 'text' ? [readText(value, what)] : readTextList(value, what),
  ),
};

/**
 * What is expected in a case, which begins at `at`. `defaults` say of all cases what format and check their texts have; paths start
 * from `folder`. Throws a DocumentError for a case that expects nothing, or two things that cannot both be.
 */
export function readExpectations(
  own: Partial<ExpectationFields>,
  defaults: Pick<Partial<ExpectationFields>, 'format' | 'check'>,
  { at, folder, placeOf }: { at: number; folder: string; placeOf: (at: number) => Place },
): Expectations {
  const { error, missing } = own;
  const ofText = OF_TEXT.find((name) => own[name] !== undefined);
  const without = error ?? missing;
  if (error !== undefined && missing !== undefined) {
    throw new DocumentError('a case may expect error or missing, not both', missing.at);
  }
  if (without !== undefined && ofText !== undefined) {
    const name = error === undefined ? 'missing' : 'error';
    const advice = `a template that ends with ${name === 'error' ? 'an error' : 'something missing'} gives no text`;
    throw new DocumentError(
      `a case may expect ${name} or ${ofText}, not both: ${advice}`,
      without.at,
    );
  }
  const fields = without === undefined ? { ...defaults, ...own } : own;
  const hasAny = without !== undefined || OF_TEXT.some((name) => fields[name] !== undefined);
  if (!hasAny) {
    throw new DocumentError(
      'a case that expects nothing cannot fail (give it expect, snapshot, contains, matches, format, check, error or missing)',
      at,
    );
  }
  const placed = <Value>({ value, at: where }: Spoken<Value>): Expected<Value> => ({
    value,
    place: placeOf(where),
  });
  const file = ({ value, at: where }: Spoken<string>) =>
    placed({ value: { path: resolve(folder, value), name: value }, at: where });
  return {
    ...(fields.expect !== undefined && { expect: placed(fields.expect) }),
    ...(fields.snapshot !== undefined && { snapshot: file(fields.snapshot) }),
    ...(fields.equalsFile !== undefined && { equalsFile: file(fields.equalsFile) }),
    contains: (fields.contains ?? []).map(placed),
    notContains: (fields.notContains ?? []).map(placed),
    matches: (fields.matches ?? []).map(placed),
    notMatches: (fields.notMatches ?? []).map(placed),
    ...(fields.format !== undefined && { format: placed(fields.format) }),
    ...(fields.check !== undefined && { check: placed(fields.check) }),
    ...(fields.error !== undefined && { error: placed(fields.error) }),
    ...(fields.missing !== undefined && { missing: placed(fields.missing) }),
  };
}

function spoken<Value>(read: Reader<Value>): Reader<Spoken<Value>> {
  return (value, what) => ({ value: read(value, what), at: value.at });
}

function oneOrMore<Value>(read: Reader<Value>): Reader<readonly Spoken<Value>[]> {
  const one = spoken(read);
  return (value, what) =>
    value.kind === 'list' ? value.items.map((item) => one(item, what)) : [one(value, what)];
}

/** Every text contains nothing at all. */
function readSomething(value: Located, what: string): string {
  const text = readText(value, what);
  if (text === '') throw new DocumentError(`${what} must not be empty`, value.at);
  return text;
}

/** `^` and `$` are the ends of lines: texts of configs have many. */
function readPattern(value: Located, what: string): RegExp {
  const text = readSomething(value, what);
  try {
    return new RegExp(text, 'mu');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DocumentError(`${what}: ${why}`, value.at);
  }
}

function readCheck(value: Located, what: string): CommandLine | true {
  if (value.kind === 'text') {
    return value.plain && value.text === 'true' ? true : readSomething(value, what);
  }
  const words = readTextList(value, what);
  if (words.length > 0) return words;
  throw new DocumentError(`${what} must name a command`, value.at);
}
