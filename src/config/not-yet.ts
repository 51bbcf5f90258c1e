/**
 * What a config may say one day. It is refused by name, since what is ignored looks like what works. A row leaves
 * this table when its key enters the schema.
 */
const KEYS: ReadonlySet<string> = new Set([
  'state',
  'startWith',
  'catalog.etcd',
  'catalog.zookeeper',
  ...['format', 'check', 'probe', 'onFailure', 'fileGroup', 'onDrift', 'reload', 'guard'].map(
    (key) => `templates[].${key}`,
  ),
]);

/** Whether a key, as a path with `[]` for any list position, is known but not supported yet. */
export function isKeyNotYetSupported(pattern: string): boolean {
  return KEYS.has(pattern);
}
