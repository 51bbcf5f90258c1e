import { AutotmplError } from '../../core/errors.ts';

/** Tells of a query for a name that the HTTP API cannot be asked for, now or later. */
export class UnaskableError extends AutotmplError {}

/** What nearly all names are made of. */
const PLAIN = /^[ -~]*$/;
/** The agent takes 1 MB for a request's line and headers, and closes the connection of a longer one unheard. */
const LONGEST_ESCAPED = 512 * 1024;

/**
 * Writes a name as the end of an API path, its slashes kept. Undefined for a name that no path can carry: one with a character
 * that cannot be printed, one that is far too long, and one that the agent's router would clean into another, escaped or not: `a//b`, `/a`, `..`.
 */
export function encodePath(name: string): string | undefined {
  if (!PLAIN.test(name) && !isPrintable(name)) return undefined;
  const parts = name.split('/');
  const isCarried = (part: string, position: number): boolean => {
    if (part === '') return position > 0 && position === parts.length - 1;
    return part !== '.' && part !== '..';
  };
  if (!parts.every(isCarried)) return undefined;
  const escaped = parts.map(encodeURIComponent).join('/');
  return escaped.length > LONGEST_ESCAPED ? undefined : escaped;
}

/**
 * Whether the agent lets a path hold this once its escapes are undone (it answers everything else with a bare 400). The pattern
 * names so many characters that V8 takes milliseconds to read it: not before a name asks for it.
 */
function isPrintable(name: string): boolean {
  return /^[^\p{C}\p{Z}]*$/u.test(name.replaceAll(' ', ''));
}

/** The end of a path that asks for these, with its question mark; nothing where none is given. */
export function parametersOf(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** Adds parameters to a path that may have some. */
export function withParameters(path: string, parameters: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${parameters}`;
}
