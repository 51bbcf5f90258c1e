/**
 * Writes a name as the end of an API path, its slashes kept. Undefined for a name that no path can carry: the agent's router
 * cleans paths, escaped ones too, so `a//b`, `/a` and `..` would be redirected to another name.
 */
export function encodePath(name: string): string | undefined {
  const parts = name.split('/');
  const carried = parts.every(
    (part, position) =>
      part !== '.' &&
      part !== '..' &&
      (part !== '' || (position > 0 && position === parts.length - 1)),
  );
  return carried ? parts.map(encodeURIComponent).join('/') : undefined;
}

/** Adds parameters to a path that may have some. */
export function withParameters(path: string, parameters: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${parameters}`;
}
