import type { Catalog } from '../../src/catalog/catalog.ts';
import { AgentAccesses, type AgentAccess } from '../../src/catalog/consul/access.ts';
import { parseConsulAddress } from '../../src/catalog/consul/address.ts';
import { createConsulCatalog } from '../../src/catalog/consul/index.ts';
import {
  DEFAULT_MAX_CONNECTIONS,
  DEFAULT_WAIT_MS,
  type ConsulOptions,
} from '../../src/catalog/consul/options.ts';
import type { Logger } from '../../src/core/logger.ts';
import { systemClock, type Clock } from '../../src/core/time.ts';

/** Says nothing. */
export const SILENT: Logger = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The options that a user has who only gives an address. */
export function consulOptions(
  address: string,
  overrides: Partial<ConsulOptions> = {},
): ConsulOptions {
  const parsed = parseConsulAddress(address);
  if (parsed === undefined) throw new Error(`no address: ${address}`);
  return {
    address: parsed,
    tls: { verify: true },
    waitMs: DEFAULT_WAIT_MS,
    maxConnections: DEFAULT_MAX_CONNECTIONS,
    ...overrides,
  };
}

/** The way to a test's agent; close it. */
export function accessTo(options: ConsulOptions, clock: Clock = systemClock): AgentAccess {
  return new AgentAccesses({ clock, logger: SILENT }).open(options);
}

/** A catalog on a test's agent. */
export function catalogOn(
  address: string,
  overrides: Partial<ConsulOptions> = {},
  logger: Logger = SILENT,
): Catalog {
  return createConsulCatalog(consulOptions(address, overrides), {
    clock: systemClock,
    logger,
  });
}
