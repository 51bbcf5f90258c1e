/**
 * What lets its holder act in our name: commands do not get it. `CONSUL_HTTP_TOKEN_FILE` stays: it is a path, the file's
 * own permissions guard the token, and a command that has to ask Consul itself can do so through it.
 */
const CREDENTIALS = [
  'CONSUL_HTTP_TOKEN',
  'CONSUL_TOKEN',
  'CONSUL_HTTP_AUTH',
  'VAULT_TOKEN',
  'NOMAD_TOKEN',
  'ETCDCTL_USER',
  'ETCDCTL_PASSWORD',
] as const;

/** The environment of a command: our own without our credentials, and `extra`, which wins. */
export function commandEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !isCredential(name)) result[name] = value;
  }
  return { ...result, ...extra };
}

function isCredential(name: string): boolean {
  return CREDENTIALS.some((credential) => credential === name);
}
