/**
 * What a config may say one day. It is refused by name, since what is ignored looks like what works. A row leaves
 * this table when its key enters the schema.
 */
const KEYS: ReadonlySet<string> = new Set(['catalog.etcd', 'catalog.zookeeper']);

/** Whether a key, as a path with `[]` for any list position, is known but not supported yet. */
export function isKeyNotYetSupported(pattern: string): boolean {
  return KEYS.has(pattern);
}
