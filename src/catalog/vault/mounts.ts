import { asRecord, asText, ShapeError } from '../http/shapes.ts';
import type { VaultClient } from './client.ts';
import { replyTrouble, VaultTrouble } from './failures.ts';

/** What is mounted where a path leads. */
export interface Mount {
  /** Without a slash at its end, as paths of our namespace begin with it. */
  readonly path: string;
  readonly isKvVersion2: boolean;
}

/**
 * Asks what is mounted there, as the Vault CLI does before it reads from KV. Undefined where Vault does not tell: the token may
 * nothing there, or the server is too old. Rejects with a VaultTrouble, or the signal's reason.
 */
export async function findMount(
  client: VaultClient,
  path: string,
  token: string,
  signal: AbortSignal,
): Promise<Mount | undefined> {
  const question = `sys/internal/ui/mounts/${path}`;
  const { reply, body } = await client.request({ path: question, token }, signal);
  if (reply.status >= 500 || reply.status === 429 || reply.status === 412) {
    throw new VaultTrouble(
      replyTrouble(reply, { label: `the mount of ${path}`, path: question, capability: 'read' }),
    );
  }
  if (reply.status !== 200) return undefined;
  try {
    return readMount(body, path);
  } catch (error) {
    if (error instanceof ShapeError) return undefined;
    throw error;
  }
}

function readMount(body: unknown, path: string): Mount {
  const data = asRecord(asRecord(body, 'the answer').data, 'the mount');
  const options = asRecord(data.options, "the mount's options");
  const mounted = asText(data.path, "the mount's path").replace(/\/+$/, '');
  return {
    path: withinNamespace(mounted, path),
    isKvVersion2: asText(data.type, "the mount's type") === 'kv' && options.version === '2',
  };
}

/** Vault may name the mount from its root, with our namespace before it. */
function withinNamespace(mounted: string, path: string): string {
  const parts = mounted.split('/');
  for (let first = 0; first < parts.length; first++) {
    const rest = parts.slice(first).join('/');
    if (path === rest || path.startsWith(`${rest}/`)) return rest;
  }
  return mounted;
}

/**
 * The API's path for what people call by its name: KV version 2 has `data/` (or `metadata/`, for lists) behind its mount. A path
 * that has one of the two already is as it should be.
 */
export function apiPath(path: string, mount: Mount, part: 'data' | 'metadata'): string {
  if (!mount.isKvVersion2) return path;
  if (path === mount.path) return `${mount.path}/${part}`;
  const rest = path.slice(mount.path.length + 1);
  const isWhole = /^(?:data|metadata)(?:\/|$)/.test(rest);
  if (part === 'metadata' && /^data(?:\/|$)/.test(rest)) {
    return `${mount.path}/metadata${rest.slice('data'.length)}`;
  }
  return isWhole ? path : `${mount.path}/${part}/${rest}`;
}
