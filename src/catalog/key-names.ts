/**
 * What a key is called below a prefix. The prefix is text, not a folder: below `p/s`, `p/sub/c` is `ub/c`; slashes at the front
 * of the rest are not part of the name (consul-template's `tree` and `ls`).
 */
export function relativeKey(path: string, prefix: string): string {
  return path.slice(prefix.length).replace(/^\/+/, '');
}
