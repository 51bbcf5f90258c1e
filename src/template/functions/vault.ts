/** Secrets of Vault. All that they hold is masked in diffs, logs and errors, from the start. */
import type {
  VaultCertificate,
  VaultData,
  VaultReadQuery,
  VaultSecret,
  VaultWriteQuery,
} from '../../catalog/vault-facts.ts';
import { cannot, takePrintable, takeText } from './arguments.ts';
import type { FunctionScope } from './function.ts';
import { keepSecrets } from './secret.ts';

/**
 * A secret of Vault: `secret("secret/app").Data.data.password`. `path` is `PATH[?version=N]`; KV version 2 is found out, so
 * `secret/app` and `secret/data/app` are the same. The file waits while there is no such secret, and the secret is renewed,
 * or read again, before its lease ends. With `data`, each `"name=value"`, it is what Vault makes of what is written; `""`
 * writes nothing. It has `Data`, `LeaseID`, `LeaseDuration`, `Renewable`, `RequestID`, `Warnings`, `Auth` and `WrapInfo`; for KV
 * version 2, `Data` has `data` and `metadata`. As a filter, `text | secret` marks a text of any other origin as secret.
 *
 * @filter text | secret
 */
export function secret(
  scope: FunctionScope,
  path: unknown,
  ...data: unknown[]
): VaultSecret | null {
  const { path: name, parameters } = parsePath('secret', path);
  const query: VaultReadQuery | VaultWriteQuery =
    data.length === 0
      ? { kind: 'vaultRead', path: name, parameters }
      : { kind: 'vaultWrite', path: name, data: takeData('secret', data) };
  if (query.kind === 'vaultWrite') keepSecrets(scope, Object.values(query.data));
  const found = scope.ask(query);
  if (found === null && query.kind === 'vaultRead') scope.requirePresence(query);
  if (found === undefined || found === null) return null;
  keepSecrets(scope, secretsOf(found));
  return found;
}

/** The names below a path of Vault, sorted; those of folders end with a slash. Empty where there is nothing. */
export function secrets(scope: FunctionScope, path: unknown): readonly string[] {
  const text = takeText('secrets', 'path', path).trim();
  return scope.ask({ kind: 'vaultList', path: trimSlashes('secrets', text) }) ?? [];
}

/**
 * A certificate of Vault's PKI: `pkiCert("pki/issue/web", "common_name=web.example.com")` has `Cert`, `Key`, `CA` and `CAChain` (a
 * list), as PEM; `Data` has the same. A certificate that the rendered file holds with its key is used for as long as it is good, and
 * a new one is issued when nine tenths of its life are over. All templates that ask for the same get the same one.
 */
export function pkiCert(
  scope: FunctionScope,
  path: unknown,
  ...data: unknown[]
): VaultCertificate & { readonly Data: VaultCertificate } {
  const { path: name } = parsePath('pkiCert', path);
  const { destination } = scope;
  const found =
    scope.ask({
      kind: 'vaultPki',
      path: name,
      data: takeData('pkiCert', data),
      ...(destination === undefined ? {} : { destination }),
    }) ?? NO_CERTIFICATE;
  scope.keepSecret(found.Key);
  return Object.freeze(Object.assign(Object.create(null) as object, found, { Data: found }));
}

const NO_CERTIFICATE: VaultCertificate = Object.freeze({
  Cert: '',
  Key: '',
  CA: '',
  CAChain: Object.freeze([]),
});

/** All of a secret but what says how long it is good, and which version of KV it is. */
function secretsOf({ Data, Auth, WrapInfo }: VaultSecret): readonly unknown[] {
  const { data, metadata } = Data;
  const isKvVersion2 = typeof data === 'object' && typeof metadata === 'object';
  return [isKvVersion2 ? data : Data, Auth?.ClientToken, WrapInfo?.Token];
}

/** What is no path of Vault's is most likely a secret itself, given to the function where the filter was meant: it is not shown. */
function parsePath(call: string, path: unknown): { path: string; parameters: VaultData } {
  const text = takeText(call, 'path', path).trim();
  const question = text.indexOf('?');
  const name = trimSlashes(call, question === -1 ? text : text.slice(0, question));
  if (!name.includes('/')) {
    throw cannot(
      call,
      'its path has no slash, so it names nothing in Vault',
      'write MOUNT/PATH; to mark a text as secret, pipe it: text | secret',
    );
  }
  const parameters = new URLSearchParams(question === -1 ? '' : text.slice(question + 1));
  return { path: name, parameters: sorted([...parameters]) };
}

function trimSlashes(call: string, text: string): string {
  const path = text.replace(/^\/+|\/+$/g, '');
  if (path === '') throw cannot(call, 'its path is empty');
  return path;
}

/** Reads `name=value`, around which white space does not count; empty texts say nothing. */
function takeData(call: string, data: readonly unknown[]): VaultData {
  const pairs = data
    .map((pair) => takePrintable(call, 'data', pair))
    .filter((pair) => pair.trim() !== '');
  return sorted(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals === -1) throw cannot(call, 'each data must be name=value');
      return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()] as const;
    }),
  );
}

function sorted(entries: (readonly [string, string])[]): VaultData {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
