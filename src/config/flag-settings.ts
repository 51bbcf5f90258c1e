import type { ConsulLayer } from '../catalog/consul/environment.ts';
import type { FieldLayer } from './consul-template/field-values.ts';
import type { LogFormat, LogLevel } from '../core/logger.ts';
import type { QuietPeriod } from '../renderer/target.ts';
import type { SignalTable } from '../supervisor/settings.ts';

/** A template that the command line names: `SRC[:DST[:COMMAND]]`. */
export interface TemplateFlag {
  readonly source: string;
  readonly destination?: string;
  readonly command?: string;
}

/** What the command line says that a config could say too. Paths are as they were written: relative to the working folder. */
export interface FlagSettings {
  readonly templates: readonly TemplateFlag[];
  readonly consul: ConsulLayer;
  /** What they say of consul-template's fields, `consul` included. */
  readonly fields: FieldLayer;
  /** The file that is the catalog. */
  readonly catalogFile?: string;
  readonly searchPath: readonly string[];
  readonly quiet?: QuietPeriod;
  readonly logLevel?: LogLevel;
  readonly logFormat?: LogFormat;
  /** What signals do, where something is supervised. */
  readonly signals?: SignalTable;
}
