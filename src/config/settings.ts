import type { ConsulOptions } from '../catalog/consul/options.ts';
import type { NomadOptions } from '../catalog/nomad/options.ts';
import type { VaultOptions } from '../catalog/vault/options.ts';
import type { ControlSettings, TelemetrySettings } from '../control/settings.ts';
import type { Target } from '../renderer/target.ts';
import type { SupervisorSettings } from '../supervisor/settings.ts';
import type { LogSettings } from './log-settings.ts';
import type { DeduplicateSettings, RunSettings } from './run-settings.ts';

/** What every dialect of config and every flag is read into: checked, with its defaults, and nothing left to guess. */
export interface Settings {
  readonly catalog: CatalogSettings;
  /** Where secrets are read. Absent: nowhere, and a template that asks for one is told what to set. */
  readonly vault?: VaultOptions;
  /** Where Nomad's services and variables are read. Absent: nowhere. */
  readonly nomad?: NomadOptions;
  /** Absolute folders that templates are looked for in, after the template's own. */
  readonly searchPath: readonly string[];
  readonly log: LogSettings;
  /** In the order in which they were given; commands run in this order. */
  readonly targets: readonly Target[];
  /** Absent: nothing is supervised. */
  readonly supervisor?: SupervisorSettings;
  /** Absent: nothing is served. */
  readonly telemetry?: TelemetrySettings;
  /** Absent: nobody can ask. */
  readonly control?: ControlSettings;
  /** How to run. Absent: as the flags say. */
  readonly run?: RunSettings;
  /** Absolute folder for what is kept over restarts. Absent: nothing is, but for what lies beside a destination. */
  readonly state?: string;
  /** A start while the catalog is away works with the last good answers. */
  readonly startsWithLastGood?: boolean;
  /** Absent: every instance asks for itself. */
  readonly deduplicate?: DeduplicateSettings | undefined;
  /** What templates, commands and jobs find in their environment, beside our own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What is allowed and most likely not meant: whole sentences, each with its place. */
  readonly warnings?: readonly string[];
  /** What is taken and has no meaning here: whole sentences, each with its place and why. */
  readonly remarks?: readonly string[];
}

/** Which catalog answers. */
export type CatalogSettings =
  | { readonly backend: 'consul'; readonly consul: ConsulOptions }
  /** `path` is absolute. */
  | { readonly backend: 'file'; readonly file: { readonly path: string } };
