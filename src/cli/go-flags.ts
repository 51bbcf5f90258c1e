import type { RawFlags } from '../config/raw-flags.ts';
import { parseBoolean } from '../core/boolean.ts';
import { AutotmplError } from '../core/errors.ts';
import type { FlagRow } from './flag-row.ts';
import { RENDER_CONFIG } from './flag-table.ts';
import { suggestFlag } from './suggest.ts';

/** After one of these nothing else on the line matters. */
const LAST_WORDS: ReadonlySet<string> = new Set(['help', 'version']);

/** A command line whose flags are all of one form. */
export interface NormalisedFlags {
  /** Each flag as `--flag=value`, and the words between them. */
  readonly words: readonly string[];
  /** What is left for another program: all behind `--`, or from the first word on that `isForeign` said no of. */
  readonly rest: readonly string[] | undefined;
  /** Whether `--` stands before it. */
  readonly isMarked: boolean;
}

/**
 * Rewrites flags as Go reads them (https://pkg.go.dev/flag: one dash or two, `-flag value` or `-flag=value`, booleans
 * with or without `=true`) into the one form that a GNU-style parser cannot take for another: `--flag=value`.
 *
 * The token after a flag that takes a value is its value, whatever it looks like; except of `-template`, which is ContainerPilot's boolean
 * where `-out` or `-config` follows it, or where it stands at the end and there is a config. `isForeign` is asked of the first word that is no flag whether another program's
 * command line begins there; `given` are the flags before it. Throws an AutotmplError (`usage`) for an unknown flag, a
 * missing value and a boolean that is none; a value is never quoted, it may be a secret.
 */
export function normaliseFlags(
  argv: readonly string[],
  rows: readonly FlagRow[],
  isForeign: (word: string, given: readonly string[]) => boolean = () => false,
): NormalisedFlags {
  const byName = new Map(
    rows.flatMap((row) => [row.name, ...(row.aliases ?? [])].map((name) => [name, row])),
  );
  const result: string[] = [];
  let hasWord = false;
  for (let position = 0; position < argv.length; position++) {
    const token = argv[position] ?? '';
    if (token === '--') {
      return { words: result, rest: argv.slice(position + 1), isMarked: true };
    }
    if (!token.startsWith('-') || token === '-') {
      if (!hasWord && isForeign(token, result)) {
        return { words: result, rest: argv.slice(position), isMarked: false };
      }
      hasWord = true;
      result.push(token);
      continue;
    }
    const [, dashes = '', name = '', joined] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(token) ?? [];
    const row = byName.get(name);
    if (row === undefined) throw unknownFlag(`${dashes}${name}`, name, rows);
    if (row.value === undefined) {
      result.push(`--${row.name}=${String(readBoolean(row, joined))}`);
      if (LAST_WORDS.has(row.name)) return { words: result, rest: undefined, isMarked: false };
      continue;
    }
    if (
      row.name === 'template' &&
      joined === undefined &&
      isBareTemplate(argv[position + 1], result)
    ) {
      result.push(`--${RENDER_CONFIG.name}=true`);
      continue;
    }
    const value = joined ?? argv[++position];
    if (value === undefined || (value === '' && row.mayBeEmpty !== true)) {
      throw new AutotmplError('usage', `-${row.name} needs a value`, {
        advice: `write -${row.name} ${row.value}`,
      });
    }
    result.push(`--${row.name}=${value}`);
  }
  return { words: result, rest: undefined, isMarked: false };
}

/** Each flag's values in their order, by its name; `words` are flags as {@link normaliseFlags} gives them, and nothing else. */
export function collectFlags(words: readonly string[]): RawFlags {
  const raw = new Map<string, string[]>();
  for (const word of words) {
    const [, name = '', value = ''] = /^--([^=]*)=(.*)$/s.exec(word) ?? [];
    raw.set(name, [...(raw.get(name) ?? []), value]);
  }
  return raw;
}

function isBareTemplate(next: string | undefined, given: readonly string[]): boolean {
  if (next === undefined) return given.some((flag) => flag.startsWith('--config='));
  return /^--?(?:out|config)(?:=|$)/.test(next);
}

function readBoolean(row: FlagRow, joined: string | undefined): boolean {
  if (joined === undefined) return true;
  const value = parseBoolean(joined);
  if (value !== undefined) return value;
  throw new AutotmplError('usage', `-${row.name} is true or false, and nothing else`, {
    advice: `write -${row.name} or -${row.name}=false`,
  });
}

function unknownFlag(written: string, name: string, rows: readonly FlagRow[]): AutotmplError {
  return new AutotmplError('usage', `unknown flag ${JSON.stringify(written)}`, {
    advice: suggestFlag(name, rows),
  });
}
