/** What functions were called before their present names, and still are in templates of that time. */
export const OLD_NAMES: ReadonlyMap<string, string> = new Map([['key_or_default', 'keyOrDefault']]);
