/** What the agent lets a path hold once its escapes are undone (it answers everything else with a bare 400). */
const PRINTABLE = /^[^\p{C}\p{Z}]*$/u;
/** The agent takes 1 MB for a request's line and headers, and closes the connection of a longer one unheard. */
const LONGEST_ESCAPED = 512 * 1024;

/**
 * Writes a name as the end of an API path, its slashes kept. Undefined for a name that no path can carry: one with a character
 * that cannot be printed, one that is far too long, and one that the agent's router would clean into another, escaped or not: `a//b`, `/a`, `..`.
 */
export function encodePath(name: string): string | undefined {
  if (!PRINTABLE.test(name.replaceAll(' ', ''))) return undefined;
  const parts = name.split('/');
  const isCarried = (part: string, position: number): boolean => {
    if (part === '') return position > 0 && position === parts.length - 1;
    return part !== '.' && part !== '..';
  };
  if (!parts.every(isCarried)) return undefined;
  const escaped = parts.map(encodeURIComponent).join('/');
  return escaped.length > LONGEST_ESCAPED ? undefined : escaped;
}

/** Adds parameters to a path that may have some. */
export function withParameters(path: string, parameters: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${parameters}`;
}
