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

/** Whole parts of consul-template's configs that are read and not carried out: what is said of each. A row leaves with the part's coming. */
const PARTS: Readonly<Record<string, { readonly message: string; readonly suggestion: string }>> = {
  exec: {
    message: "exec: consul-template's exec mode is not supported yet",
    suggestion: 'put the process under jobs of our own config, or remove it',
  },
};

/** Why a part of consul-template's configs is refused; undefined where it is not. */
export function partNotYetSupported(
  part: string,
): { readonly message: string; readonly suggestion: string } | undefined {
  return PARTS[part];
}
