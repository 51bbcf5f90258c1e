import { AutotmplError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import type { Catalog } from './catalog.ts';
import { aclPolicy, aclRulesOf } from './consul/acl-rules.ts';
import { AgentAccesses } from './consul/access.ts';
import { createConsulCatalog } from './consul/index.ts';
import { createConsulLocks } from './consul/locks.ts';
import type { ConsulOptions } from './consul/options.ts';
import { createConsulRegistrar } from './consul/registrar.ts';
import { createFileCatalog, type FileCatalogOptions } from './file/index.ts';
import { KeptCatalog, type KeptAnswers } from './kept/kept-catalog.ts';
import { createLocalCatalog } from './local/index.ts';
import type { RunPlugin } from './local/plugins.ts';
import type { Locks } from './locks.ts';
import { createNomadCatalog } from './nomad/index.ts';
import type { NomadOptions } from './nomad/options.ts';
import { homeOf, isCatalogQuery, queryId, type Query } from './query.ts';
import { createSharedCatalog, type SharingParts } from './shared/index.ts';
import type { SharingSettings } from './shared/settings.ts';
import type { Registrar } from './registrar.ts';
import { createVaultCatalog } from './vault/index.ts';
import type { VaultOptions } from './vault/options.ts';

/** The options of each backend, by its name. */
export interface BackendOptions {
  readonly consul: ConsulOptions;
  readonly file: FileCatalogOptions;
}

/** A backend's name, with its options under the same name. */
export type CatalogChoice = {
  [Name in keyof BackendOptions]: { readonly backend: Name } & Pick<BackendOptions, Name>;
}[keyof BackendOptions];

/** What every backend takes from outside. */
export interface CatalogParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether tries are counted where the options say how many; otherwise a catalog in trouble is asked for ever. */
  readonly givesUp?: boolean;
  /** Whether an answer from before, which the server may have, stands in for a first one that cannot be had: it is `held`. */
  readonly fallsBack?: boolean;
  /** How agents are reached: what has the same shares connections. Absent: each has its own. */
  readonly accesses?: AgentAccesses;
  /** Runs plugins; absent: there are none here. */
  readonly runPlugin?: RunPlugin;
}

/** What lets all parts of a program that reach the same agent share its connections. */
export function shareConnections(parts: Pick<CatalogParts, 'clock' | 'logger'>): AgentAccesses {
  return new AgentAccesses(parts);
}

/** The ways to agents that parts of a program share. */
export type { AgentAccesses };

/** What stands beside the chosen catalog; absent is what nobody configured. */
export interface CatalogsBeside {
  readonly vault?: VaultOptions | undefined;
  readonly nomad?: NomadOptions | undefined;
}

/**
 * The catalog that answers every query: those for local files and plugins by itself, those for secrets by Vault, those for Nomad by Nomad, the
 * rest by the chosen backend. Throws an AutotmplError where the options cannot work.
 */
export function createCatalog(
  choice: CatalogChoice,
  beside: CatalogsBeside,
  parts: CatalogParts,
): Catalog {
  const catalog = createBackend(choice, parts);
  // A document may hold answers of theirs, which stand in where nobody configured the real ones.
  const standIn = choice.backend === 'file' ? catalog : undefined;
  const homes = {
    catalog,
    local: createLocalCatalog(parts),
    vault:
      beside.vault === undefined
        ? unconfigured('vault', VAULT_ADVICE, standIn)
        : createVaultCatalog(beside.vault, parts),
    nomad:
      beside.nomad === undefined
        ? unconfigured('nomad', NOMAD_ADVICE, standIn)
        : createNomadCatalog(beside.nomad, parts),
  };
  return {
    name: catalog.name,
    watch: (query, signal, known) => homes[homeOf(query)].watch(query, signal, known),
    traffic: () => catalog.traffic?.(),
    close() {
      for (const home of Object.values(homes)) home.close();
    },
  };
}

const VAULT_ADVICE =
  "name Vault's address under catalog.vault.address, with -vault-addr or in VAULT_ADDR";
const NOMAD_ADVICE = "name Nomad's address under catalog.nomad.address or in NOMAD_ADDR";

/**
 * Stands where nothing was configured: a template that asks for it is told what to set, at its first query, unless a document stands in
 * that has the answer.
 */
function unconfigured(name: 'vault' | 'nomad', advice: string, standIn?: Catalog): Catalog {
  return {
    name,
    async *watch(query: Query, signal: AbortSignal) {
      try {
        if (standIn !== undefined) {
          yield* standIn.watch(query, signal);
          return;
        }
      } catch (error) {
        if (!(error instanceof AutotmplError)) throw error;
      }
      const title = name === 'vault' ? 'Vault' : 'Nomad';
      throw new AutotmplError('config', `${queryId(query)}: no ${title} is configured`, { advice });
    },
    close() {
      // There is nothing to give back.
    },
  };
}

function createBackend(choice: CatalogChoice, parts: CatalogParts): Catalog {
  switch (choice.backend) {
    case 'consul':
      return createConsulCatalog(choice.consul, parts);
    case 'file':
      return createFileCatalog(choice.file, parts);
  }
}

/** The registrar of the chosen backend; undefined for one that takes no services. Throws an AutotmplError where the options cannot work. */
export function createRegistrar(choice: CatalogChoice, parts: CatalogParts): Registrar | undefined {
  switch (choice.backend) {
    case 'consul':
      return createConsulRegistrar(choice.consul, parts);
    case 'file':
      return undefined;
  }
}

/** The locks of the chosen backend; undefined for one that has none. Throws an AutotmplError where the options cannot work. */
export function createLocks(choice: CatalogChoice, parts: CatalogParts): Locks | undefined {
  switch (choice.backend) {
    case 'consul':
      return createConsulLocks(choice.consul, parts);
    case 'file':
      return undefined;
  }
}

/** How instances share their answers, and how what is shared is read. */
export interface SharedReads extends SharingSettings {
  /** How far a server may be behind that is asked for it; 0: only the leader is. */
  readonly maxStaleMs: number;
  readonly waitMs: number;
}

/**
 * A catalog whose answers come from another instance, where one shares them; undefined for a backend without locks, where none can.
 */
export function createSharedAnswers(
  choice: CatalogChoice,
  { maxStaleMs, waitMs, ...settings }: SharedReads,
  asked: Pick<SharingParts, 'catalog' | 'groupsOf' | 'holder'>,
  parts: CatalogParts,
): Catalog | undefined {
  const locks = createLocks(choice, parts);
  if (choice.backend !== 'consul' || locks === undefined) return undefined;
  const reads = maxStaleMs > 0 ? ({ mode: 'stale', maxStaleMs } as const) : undefined;
  const board = createConsulCatalog({ ...choice.consul, reads, readsOf: undefined, waitMs }, parts);
  return createSharedCatalog({ ...asked, board, locks, settings, ...parts });
}

/**
 * The text of the access policy under which the chosen backend answers these queries, and no more: for a person to read and install.
 * Undefined for a backend that knows no policies.
 */
export function createCatalogPolicy(
  choice: CatalogChoice,
  queries: Iterable<Query>,
): string | undefined {
  switch (choice.backend) {
    case 'consul':
      return aclPolicy([...queries].filter(isCatalogQuery).flatMap(aclRulesOf));
    case 'file':
      return undefined;
  }
}

/** A catalog with answers from before: with `standsIn` for the time in which it gives none, else only to compare with. */
export function withKeptAnswers(
  catalog: Catalog,
  kept: KeptAnswers,
  parts: { readonly standsIn: boolean; readonly clock: Clock },
): KeptCatalog {
  return new KeptCatalog({ catalog, kept, ...parts });
}
