import type { Catalog } from '../../src/catalog/catalog.ts';
import { parseHttpAddress } from '../../src/catalog/http/address.ts';
import { createVaultCatalog } from '../../src/catalog/vault/index.ts';
import type { VaultOptions } from '../../src/catalog/vault/options.ts';
import type { Logger } from '../../src/core/logger.ts';
import { systemClock } from '../../src/core/time.ts';
import { recordingLogger } from './recording-logger.ts';

/** Options for a server, with what a test changes of them. */
export function vaultOptions(address: string, changes: Partial<VaultOptions> = {}): VaultOptions {
  const parsed = parseHttpAddress(address, 8200);
  if (parsed === undefined) throw new Error(`not an address: ${address}`);
  return {
    address: parsed,
    unwrapToken: false,
    renewToken: true,
    defaultLeaseMs: 300_000,
    leaseRenewalThreshold: 0.9,
    tls: { verify: true },
    maxConnections: 16,
    ...changes,
  };
}

/** A catalog on a server. */
export function vaultCatalogOn(
  address: string,
  changes: Partial<VaultOptions> = {},
  logger: Logger = recordingLogger(),
): Catalog {
  return createVaultCatalog(vaultOptions(address, changes), { clock: systemClock, logger });
}
