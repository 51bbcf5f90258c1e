import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import type { Catalog } from './catalog.ts';
import { createConsulCatalog } from './consul/index.ts';
import { createConsulLocks } from './consul/locks.ts';
import type { ConsulOptions } from './consul/options.ts';
import { createConsulRegistrar } from './consul/registrar.ts';
import { createFileCatalog, type FileCatalogOptions } from './file/index.ts';
import { createLocalCatalog } from './local/index.ts';
import type { Locks } from './locks.ts';
import type { Registrar } from './registrar.ts';

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
}

/**
 * The catalog that answers every query: those for local files by itself, the rest by the chosen backend. Throws an
 * AutotmplError where the options cannot work.
 */
export function createCatalog(choice: CatalogChoice, parts: CatalogParts): Catalog {
  const backend = createBackend(choice, parts);
  const local = createLocalCatalog(parts);
  return {
    name: backend.name,
    watch: (query, signal) => (query.kind === 'file' ? local : backend).watch(query, signal),
    close() {
      local.close();
      backend.close();
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
export function createRegistrar(
  choice: CatalogChoice,
  { clock }: CatalogParts,
): Registrar | undefined {
  switch (choice.backend) {
    case 'consul':
      return createConsulRegistrar(choice.consul, clock);
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
