import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { createSharedAnswers, type CatalogParts } from '../catalog/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Settings } from '../config/settings.ts';
import { AutotmplError } from '../core/errors.ts';
import type { Target } from '../renderer/target.ts';
import type { DaemonOptions } from './options.ts';

/** Whether these settings share answers with other instances in a run of this kind: one that lasts, and writes. */
export function sharesAnswers(
  settings: Settings,
  { once, dry }: Pick<DaemonOptions, 'once' | 'dry'>,
): boolean {
  return settings.deduplicate !== undefined && !once && !dry;
}

/**
 * What a template is known by among all instances that render it: a fingerprint of what is written in it and how that is read, wherever it
 * lies and whatever file it becomes. Undefined for a secret one, which shares nothing.
 */
export function groupKeyOf(
  { engine, delimiters, secret }: Target,
  text: string,
): string | undefined {
  if (secret) return undefined;
  const { left = '', right = '' } = delimiters ?? {};
  return createHash('sha256')
    .update(JSON.stringify([engine, left, right, text]))
    .digest('hex');
}

/**
 * A catalog that takes the answers of other instances where it can. `groupsOf` says whose a query is, by its id. Throws an AutotmplError
 * (`config`) where the settings cannot work.
 */
export function withSharing(
  catalog: Catalog,
  settings: Settings,
  groupsOf: (id: string) => readonly string[],
  parts: CatalogParts,
): Catalog {
  const { deduplicate } = settings;
  if (deduplicate === undefined) return catalog;
  const shared = createSharedAnswers(
    settings.catalog,
    deduplicate,
    { catalog, groupsOf, holder: `${hostname()} ${process.pid}` },
    parts,
  );
  if (shared !== undefined) return shared;
  parts.logger.warn('deduplicate: this catalog has no locks, so every instance asks for itself');
  return catalog;
}

/** Throws an AutotmplError (`config`) where answers can never be shared in the way that the settings say. */
export function checkSharing({ deduplicate }: Settings): void {
  if (deduplicate === undefined) return;
  const { prefix, ttlMs } = deduplicate;
  if (ttlMs < LEAST_TTL_MS || ttlMs > MOST_TTL_MS) {
    throw new AutotmplError('config', `deduplicate.ttl: ${ttlMs / 1000} s is not possible`, {
      advice: 'give 10s to 24h: Consul takes no other',
    });
  }
  if (/^\/|\/\/|[^ -~]/.test(prefix)) {
    throw new AutotmplError(
      'config',
      `deduplicate.prefix: ${JSON.stringify(prefix)} cannot be the beginning of a key`,
      { advice: 'give one without empty parts, such as app/shared/' },
    );
  }
}

const LEAST_TTL_MS = 10_000;
const MOST_TTL_MS = 86_400_000;
