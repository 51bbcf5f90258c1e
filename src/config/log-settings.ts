import type { LogFormat, LogLevel } from '../core/logger.ts';
import type { SyslogFacility } from '../process/syslog-message.ts';

/** What is logged, how, and where to. */
export interface LogSettings {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Where lines go: a standard stream, or a file by its absolute path. Absent: standard error. */
  readonly output?: 'stdout' | 'stderr' | { readonly file: string };
  /** Where they go too. */
  readonly file?: LogFileSettings;
  /** And where else. */
  readonly syslog?: { readonly facility: SyslogFacility; readonly name: string };
}

/** Files of the log, one after the other. */
export interface LogFileSettings {
  /** Absolute. */
  readonly path: string;
  /**
   * `plain`: the file that is written is `path` itself, and gets a time in its name when the next one begins. `stamped`: it has one
   * from the beginning, as in consul-template.
   */
  readonly naming: 'plain' | 'stamped';
  /** A file that is longer is followed by another; 0: however long. */
  readonly rotateBytes: number;
  /** And so is one that is older, in milliseconds; 0: however old. */
  readonly rotateDurationMs: number;
  /** So many older files are kept; 0 keeps all, -1 none. */
  readonly rotateMaxFiles: number;
}
