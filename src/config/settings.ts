import type { ConsulOptions } from '../catalog/consul/options.ts';
import type { LogFormat, LogLevel } from '../core/logger.ts';
import type { Target } from '../renderer/target.ts';

/** What every dialect of config and every flag is read into: checked, with its defaults, and nothing left to guess. */
export interface Settings {
  readonly catalog: CatalogSettings;
  /** Absolute folders that templates are looked for in, after the template's own. */
  readonly searchPath: readonly string[];
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
  /** In the order in which they were given; commands run in this order. */
  readonly targets: readonly Target[];
}

/** Which catalog answers. */
export type CatalogSettings =
  | { readonly backend: 'consul'; readonly consul: ConsulOptions }
  /** `path` is absolute. */
  | { readonly backend: 'file'; readonly file: { readonly path: string } };
