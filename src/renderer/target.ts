import type { FileOptions } from '../output/file-options.ts';
import type { CommandLine } from '../process/command-line.ts';
import type { EnvironmentRules } from '../process/environment-rules.ts';
import type { TemplateLanguage, TemplateOptions } from '../template/engine.ts';
import type { SafetyRules } from './safety.ts';

/** How long to wait for more changes before rendering: `minMs` after the last one, `maxMs` after the first at the most. */
export interface QuietPeriod {
  readonly minMs: number;
  readonly maxMs: number;
}

/** How a command is run. */
export interface CommandRules {
  /** Which variables it gets. Absent: all of ours but credentials. */
  readonly environment?: EnvironmentRules;
  /** How it is ended; absent: TERM. */
  readonly killSignal?: NodeJS.Signals;
  /** From then to KILL. */
  readonly killAfterMs?: number;
  /** It waits for a random part of this before it runs. */
  readonly splayMs?: number;
}

/** One file that is kept true. */
export interface Target extends TemplateOptions, SafetyRules {
  /** What people know it by: the destination as they wrote it, or `stdout (<source>)`. */
  readonly label: string;
  /** The template: a file's absolute path, or the text itself. `name` is what messages call it. */
  readonly source:
    | { readonly path: string; readonly name: string }
    | { readonly contents: string; readonly name: string; readonly folder: string };
  /** What the template is written in. */
  readonly engine: TemplateLanguage;
  /** Absolute path of the file; absent: the text goes to standard output. */
  readonly destination?: string;
  readonly file: FileOptions;
  /** Runs after the file was replaced. */
  readonly command?: CommandLine;
  readonly commandTimeoutMs: number;
  /** How the command is run, where more is said of it. */
  readonly commandRules?: CommandRules;
  /** Its failure ends the program. */
  readonly errorFatal?: boolean;
  /** It fails, and ends the program, where it has to wait for what the catalog does not have. */
  readonly absentFatal?: boolean;
  readonly quiet: QuietPeriod;
  /** No text of it appears in diffs or logs. */
  readonly secret: boolean;
}

/** A target whose text goes to a file. */
export type FileTarget = Target & { readonly destination: string };

/** Whether a target's text goes to a file. */
export function isFileTarget(target: Target): target is FileTarget {
  return target.destination !== undefined;
}

/** A command has this long where nobody says otherwise. */
export const DEFAULT_COMMAND_TIMEOUT_MS = 30_000;
