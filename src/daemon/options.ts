import type { Catalog } from '../catalog/catalog.ts';
import type { AgentAccesses } from '../catalog/index.ts';
import type { Locks } from '../catalog/locks.ts';
import type { Registrar } from '../catalog/registrar.ts';
import type { CatalogSettings, Settings } from '../config/settings.ts';
import type { AdjustableLogger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { showConsulAddress } from '../catalog/consul/address.ts';
import type { Lease } from '../output/claims.ts';
import type { CompiledTarget } from '../renderer/compile-targets.ts';
import type { Publisher } from '../renderer/publisher.ts';

/** How a run stands, or stood at its end. */
export type { Standing } from '../renderer/standing.ts';

/** Variables of an environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a daemon is made with: how it runs, and the outside world. */
export interface DaemonOptions {
  readonly once: boolean;
  readonly dry: boolean;
  /** With `dry`: whole texts and no diffs, as consul-template has it. */
  readonly showsText?: boolean;
  /** Brings texts to where they shall go, in place of the files. */
  readonly publisher?: Publisher;
  /** Reads the settings anew, for a reload. */
  readonly load: () => Promise<Settings>;
  /** Folders of templates that ship with the package; the last place where includes are looked for. */
  readonly packageTemplates: readonly string[];
  readonly environment: Environment;
  /** Ours. */
  readonly version: string;
  /** Takes data: rendered text and diffs. */
  readonly print: (text: string) => void;
  /** Takes the output of templates' commands, a line at a time; absent: the log does. */
  readonly passOn?: (stream: 'stdout' | 'stderr', line: string) => void;
  /** Gives back the memory that a start took, and uses little from then on; absent: nobody minds. */
  readonly saveMemory?: () => void;
  /** chalk's level for what is printed. */
  readonly color: 0 | 1 | 2 | 3;
  readonly clock: Clock;
  readonly logger: AdjustableLogger;
}

/** Settings that can be run: their templates are compiled, their catalog can be had, and their destinations are ours. */
export interface Prepared {
  readonly settings: Settings;
  readonly targets: readonly CompiledTarget[];
  readonly catalog: Catalog;
  /** What jobs are registered and elected with; both undefined where nothing is supervised, or the catalog has neither. */
  readonly registrar: Registrar | undefined;
  readonly locks: Locks | undefined;
  /** What commands take their turns by; undefined where none waits for others. */
  readonly slots: Locks | undefined;
  /** How all of these reach their agent, and what else is made that reaches it. */
  readonly accesses: AgentAccesses;
  /** Held until another generation has its own. */
  readonly lease: Lease;
}

/** Ours, with the address of the catalog as it was settled: templates, commands and jobs reach the same agent. */
export function environmentFor(
  environment: Environment,
  { catalog, environment: said = {} }: Settings,
): Environment {
  if (catalog.backend !== 'consul') return { ...environment, ...said };
  const address = showConsulAddress(catalog.consul.address);
  return { ...environment, CONSUL_HTTP_ADDR: address, ...said };
}

/** Whether two settings name the same catalog, reached in the same way. */
export function isSameCatalog(first: CatalogSettings, second: CatalogSettings): boolean {
  return JSON.stringify(first) === JSON.stringify(second);
}

/** Whether two settings find all their facts at the same places, reached in the same way. */
export function isSameSource(first: Settings, second: Settings): boolean {
  const sources = ({ catalog, vault, nomad, deduplicate }: Settings): string =>
    JSON.stringify([catalog, vault ?? null, nomad ?? null, deduplicate ?? null]);
  return sources(first) === sources(second);
}
