import { parseBoolean } from '../core/boolean.ts';
import { AutotmplError } from '../core/errors.ts';
import type { FlagRow } from './flag-table.ts';
import { suggestFlag } from './suggest.ts';

/** After one of these nothing else on the line matters. */
const LAST_WORDS: ReadonlySet<string> = new Set(['help', 'version']);

/**
 * Rewrites flags as Go reads them (https://pkg.go.dev/flag: one dash or two, `-flag value` or `-flag=value`, booleans
 * with or without `=true`) into the one form that a GNU-style parser cannot take for another: `--flag=value`.
 *
 * The token after a flag that takes a value is its value, whatever it looks like. Everything from `--` on, and every word
 * that is no flag, stays. Throws an AutotmplError (`usage`) for an unknown flag, a missing value and a
 * boolean that is none; a value is never quoted, it may be a secret.
 */
export function normaliseFlags(argv: readonly string[], rows: readonly FlagRow[]): string[] {
  const byName = new Map(
    rows.flatMap((row) => [row.name, ...(row.aliases ?? [])].map((name) => [name, row])),
  );
  const result: string[] = [];
  for (let position = 0; position < argv.length; position++) {
    const token = argv[position] ?? '';
    if (token === '--') return [...result, ...argv.slice(position)];
    if (!token.startsWith('-') || token === '-') {
      result.push(token);
      continue;
    }
    const [, dashes = '', name = '', joined] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(token) ?? [];
    const row = byName.get(name);
    if (row === undefined) throw unknownFlag(`${dashes}${name}`, name, rows);
    if (row.value === undefined) {
      result.push(`--${row.name}=${String(readBoolean(row, joined))}`);
      if (LAST_WORDS.has(row.name)) return result;
      continue;
    }
    const value = joined ?? argv[++position];
    if (value === undefined || value === '') {
      throw new AutotmplError('usage', `-${row.name} needs a value`, {
        advice: `write -${row.name} ${row.value}`,
      });
    }
    result.push(`--${row.name}=${value}`);
  }
  return result;
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
