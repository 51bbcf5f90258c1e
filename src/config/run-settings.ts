import type { CommandLine } from '../process/command-line.ts';
import type { EnvironmentRules } from '../process/environment-rules.ts';

/** What a config of consul-template's says of the run itself; the flags beat it. */
export interface RunSettings {
  readonly once: boolean;
  /** Look whether the templates can be parsed, and end. */
  readonly parseOnly: boolean;
  /** Absolute. */
  readonly pidFile?: string;
  /** The signal that ends the program with a code of its own; TERM, INT and QUIT end it too. */
  readonly killSignal: NodeJS.Signals | 'none';
  /** The signal that makes it read everything again. */
  readonly reloadSignal: NodeJS.Signals | 'none';
}

/** The process of consul-template's exec mode: it starts when all files are there, and is told when one of them changes. */
export interface ExecSettings {
  readonly command: CommandLine;
  readonly killSignal: NodeJS.Signals | 'none';
  readonly killTimeoutMs: number;
  /** `none`: nothing happens. Absent: it is ended and started again. */
  readonly reloadSignal?: NodeJS.Signals | 'none';
  /** A reload waits for a random part of this. */
  readonly splayMs: number;
  /** It is ended after this long; 0: never. */
  readonly timeoutMs: number;
  readonly environment: EnvironmentRules;
}

/** How instances with the same template share their answers. */
export interface DeduplicateSettings {
  /** Where in the key-value store they meet; ends with a slash. */
  readonly prefix: string;
  /** A leader that is silent for this long loses its place. */
  readonly ttlMs: number;
  /** How old the shared answers may be. */
  readonly maxStaleMs: number;
  /** Of one blocking query for them. */
  readonly waitMs: number;
}
