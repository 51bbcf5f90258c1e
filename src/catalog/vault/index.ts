import { AutotmplError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Clock } from '../../core/time.ts';
import type { Catalog } from '../catalog.ts';
import { homeOf, queryId } from '../query.ts';
import type { VaultQuery } from '../vault-facts.ts';
import { VaultClient } from './client.ts';
import { VaultDesk } from './desk.ts';
import { followInquiry } from './follow-inquiry.ts';
import { Inquiries } from './inquiries.ts';
import type { VaultOptions } from './options.ts';
import { VaultSession } from './session.ts';

/** What the catalog takes from outside. */
export interface VaultParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Gives [0, 1). */
  readonly random?: () => number;
}

/**
 * Vault as a catalog of secrets. Nothing is asked, and no token used, before the first watch. Throws an AutotmplError where the
 * options cannot work; a server that is away is no reason.
 */
export function createVaultCatalog(options: VaultOptions, parts: VaultParts): Catalog {
  const { clock, logger, random = Math.random } = parts;
  const client = new VaultClient(options, clock);
  if (client.address.startsWith('https:') && !options.tls.verify) {
    logger.warn(
      `the certificate of Vault at ${client.address} is not checked: whoever is in between can answer in its place`,
      { vault: client.address },
    );
  }
  const session = new VaultSession(options, { client, clock, logger, random });
  const rules = {
    defaultLeaseMs: options.defaultLeaseMs,
    threshold: options.leaseRenewalThreshold,
    random,
  };
  const inquiries = new Inquiries(new VaultDesk({ client, session, clock, logger, rules }));
  return {
    name: 'vault',
    watch(query, signal) {
      if (homeOf(query) !== 'vault') {
        throw new AutotmplError('catalog', `Vault cannot answer ${queryId(query)}`);
      }
      const inquiry = inquiries.for(query as VaultQuery);
      return followInquiry(inquiry, { clock, random }, signal);
    },
    close() {
      session.close();
      client.close();
    },
  };
}
