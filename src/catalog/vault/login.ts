import { readFile } from 'node:fs/promises';
import { AutotmplError, describeError } from '../../core/errors.ts';
import type { VaultAuth } from '../vault-facts.ts';
import type { VaultClient } from './client.ts';
import { refusal, replyTrouble, saidBy, VaultTrouble } from './failures.ts';
import type { VaultKubernetesOptions } from './options.ts';
import { readSecret } from './secret.ts';

/** A wrapping token that gave nothing: it can be used once, so there is no other try. */
export class UnwrapError extends AutotmplError {}

/**
 * Logs in with a Kubernetes service account (https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#login). Rejects with
 * a VaultTrouble, or the signal's reason.
 */
export async function logInToKubernetes(
  client: VaultClient,
  options: VaultKubernetesOptions,
  signal: AbortSignal,
): Promise<VaultAuth> {
  const { role, mountPath } = options;
  const path = `${mountPath.replace(/^\/+|\/+$/g, '')}/login`;
  const write = { role, jwt: await serviceAccountToken(options) };
  const { reply, body } = await client.request({ path, write, token: undefined }, signal);
  const label = `the Kubernetes login as ${role}`;
  if (reply.status !== 200) {
    if (reply.status === 400 || reply.status === 403 || reply.status === 404) {
      throw new VaultTrouble(
        refusal(
          `Vault refuses ${label} at ${path}: ${reply.status} ${saidBy(reply)}`,
          "check the role, the mount path, and the role's bound service accounts and namespaces",
        ),
      );
    }
    throw new VaultTrouble(replyTrouble(reply, { label, path, capability: 'update' }));
  }
  return requireAuth(readSecret(body).Auth, label);
}

/**
 * Unwraps a token (https://developer.hashicorp.com/vault/api-docs/system/wrapping-unwrap). Rejects with an UnwrapError where the
 * wrapping token is no good, which no later try can change; else with a VaultTrouble, or the signal's reason.
 */
export async function unwrapToken(
  client: VaultClient,
  wrappingToken: string,
  signal: AbortSignal,
): Promise<VaultAuth> {
  const path = 'sys/wrapping/unwrap';
  const { reply, body } = await client.request({ path, write: {}, token: wrappingToken }, signal);
  if (reply.status === 200) {
    const { Auth } = readSecret(body);
    if (Auth !== null && Auth.ClientToken !== '') return Auth;
    throw new UnwrapError('catalog', 'what the Vault token wraps is no token', {
      advice: 'wrap the answer of a login: vault token create -wrap-ttl=…',
    });
  }
  if (reply.status === 400 || reply.status === 403 || reply.status === 404) {
    throw new UnwrapError(
      'catalog',
      `Vault does not unwrap the token: ${reply.status} ${saidBy(reply)}`,
      {
        advice:
          'a wrapping token is good for one use and for its TTL: where nobody of yours has used it, somebody else has. Wrap a new one',
      },
    );
  }
  throw new VaultTrouble(
    replyTrouble(reply, { label: 'unwrapping the token', path, capability: 'update' }),
  );
}

function requireAuth(auth: VaultAuth | null, label: string): VaultAuth {
  if (auth !== null && auth.ClientToken !== '') return auth;
  throw new VaultTrouble(refusal(`Vault's answer to ${label} has no token`));
}

async function serviceAccountToken({
  serviceAccountToken: literal,
  serviceAccountTokenFile: path,
}: VaultKubernetesOptions): Promise<string> {
  if (literal !== undefined) return literal;
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new VaultTrouble(
      refusal(
        `cannot read the service account token ${path}: ${describeError(error)}`,
        'mount it (automountServiceAccountToken), or name its file',
      ),
    );
  }
}
