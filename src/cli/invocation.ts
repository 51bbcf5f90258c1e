import type { DialectWord, Likely } from '../config/dialect.ts';
import type { FlagSettings } from '../config/flag-settings.ts';
import type { ControlCommand } from './command-table.ts';
import type { AnswerFormat, TestFormat } from './flag-table.ts';
import type { Program } from './program-name.ts';

/** How to run, apart from what a config could say. */
export interface RunFlags {
  /** Undefined: as the config says, and no where it says nothing. */
  readonly once: boolean | undefined;
  /** The same. */
  readonly parseOnly: boolean | undefined;
  readonly dry: boolean;
  readonly detailedExitcode: boolean;
  /** With `once` only. */
  readonly timeoutMs: number | undefined;
  /** As it was written: relative to the working folder. */
  readonly pidFile: string | undefined;
}

/** What settings are made of, as far as the command line says. */
export interface SettingsRequest {
  readonly program: Program;
  /** Files and folders as they were written; `file://` may stand before one. */
  readonly configPaths: readonly string[];
  /** A config that is itself on the command line, or in the variable `CONTAINERPILOT`. */
  readonly configText?: { readonly name: string; readonly text: string };
  readonly dialect?: DialectWord;
  /** The config was given as only those of another program are. */
  readonly likely?: Likely;
  readonly flags: FlagSettings;
  /** The words of the process to supervise. */
  readonly mainCommand?: readonly string[];
  /** They have neither `supervise` nor `--` before them. */
  readonly isBareCommand?: boolean;
}

/** A command that works with settings. `run` supervises too, where the settings say so. */
export interface SettingsInvocation extends SettingsRequest {
  readonly command: 'run' | 'check' | 'config' | 'supervise';
  readonly run: RunFlags;
}

/** Prints the text of a ContainerPilot config after its template step: its `-template` and `-out`. */
export interface RenderConfigInvocation extends SettingsRequest {
  readonly command: 'renderConfig';
  /** `-` is standard output; otherwise a path, which `file://` may stand before. */
  readonly out: string;
}

/** Asks a running program over its control socket. */
export interface ControlInvocation extends SettingsRequest {
  readonly command: 'control';
  readonly asked: ControlCommand;
  /** As many as the command takes. */
  readonly words: readonly string[];
  readonly format: AnswerFormat;
  /** As it was written; absent: found by the config, or the default. */
  readonly socket: string | undefined;
}

/** Says what templates ask. */
export interface ExplainInvocation extends SettingsRequest {
  readonly command: 'explain';
  readonly format: AnswerFormat;
  /** How long answers are waited for; absent: a few seconds. */
  readonly timeoutMs: number | undefined;
}

/** Turns files of other programs into ours. */
export interface MigrateInvocation extends SettingsRequest {
  readonly command: 'migrate';
  /** At least one, as they were written. */
  readonly files: readonly string[];
  /** The folder that they go to, as it was written; absent: standard output. */
  readonly out: string | undefined;
  /** Render both, and compare. */
  readonly prove: boolean;
  /** Of Go templates, where they are not Go's own. */
  readonly delimiters: { readonly left?: string; readonly right?: string };
  /** How long answers are waited for; absent: a few seconds. */
  readonly timeoutMs: number | undefined;
}

/** How test results are told. */
export type { TestFormat } from './flag-table.ts';

/** Tries templates on cases. */
export interface TestInvocation {
  readonly command: 'test';
  readonly program: Program;
  /** Folders and files, as they were written; at least one. */
  readonly places: readonly string[];
  readonly filter: string | undefined;
  readonly update: boolean;
  readonly format: TestFormat;
  /** Where the report goes; absent: standard output. */
  readonly out: string | undefined;
}

/** Records what the catalog answers. */
export interface RecordInvocation extends SettingsRequest {
  readonly command: 'record';
  /** The file that it goes to, as it was written; absent: standard output. */
  readonly out: string | undefined;
  /** How long changes are recorded; absent: they are not. */
  readonly forMs: number | undefined;
  /** Patterns of keys whose values are masked. */
  readonly mask: readonly string[];
  /** How long the first answers are waited for; absent: a few seconds. */
  readonly timeoutMs: number | undefined;
}

/** Plays a recording. */
export interface ReplayInvocation extends SettingsRequest {
  readonly command: 'replay';
  /** The recording, as it was written. */
  readonly file: string;
  /** 0: as fast as each step is done. */
  readonly speed: number;
  /** The folder that texts go to, as it was written; absent: nowhere. */
  readonly out: string | undefined;
}

/** Runs a command while it holds a lock. */
export interface LockInvocation extends SettingsRequest {
  readonly command: 'lock';
  readonly key: string;
  /** The command; at least one word. */
  readonly words: readonly string[];
  /** Absent: the host's name and our process ID. */
  readonly name: string | undefined;
  /** How long the lock is waited for; absent: for ever. */
  readonly timeoutMs: number | undefined;
  readonly ttlMs: number;
  readonly lockDelayMs: number;
  readonly shell: boolean;
  readonly childExitCode: boolean;
}

/** What the command line asks for. */
export type Invocation =
  | { readonly command: 'help' | 'version' | 'schema'; readonly program: Program }
  | SettingsInvocation
  | RenderConfigInvocation
  | ControlInvocation
  | ExplainInvocation
  | MigrateInvocation
  | TestInvocation
  | RecordInvocation
  | ReplayInvocation
  | LockInvocation;
