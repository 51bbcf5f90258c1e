import type { CatalogDocument } from '../catalog/file/document.ts';
import type { CommandLine } from '../process/command-line.ts';
import type { TextFormat } from '../output/format/format.ts';
import type { TemplateLanguage } from '../template/engine.ts';

/**
 * What a case file says: cases of one template, each with the facts that it is given and with what is expected of it.
 * `read-cases.ts` reads it.
 */

/** A place in a case file; line and column start at 1. */
export interface Place {
  /** As it was found: relative to the working folder. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A text or pattern that is expected, with its place. */
export interface Expected<Value = string> {
  readonly value: Value;
  readonly place: Place;
}

/** Which template is tried. */
export type Subject =
  /** Absolute path. */
  | { readonly kind: 'template'; readonly path: string }
  /** A text of the case file's own; `folder` is where the file is. */
  | { readonly kind: 'contents'; readonly contents: string; readonly folder: string }
  /** The target of a config, by its destination as it is written there; `config` is an absolute path. */
  | {
      readonly kind: 'target';
      readonly config: string;
      readonly target: string;
      readonly place: Place;
    };

/** What is expected of a rendering; all of it must hold. */
export interface Expectations {
  /** The text, exactly. */
  readonly expect?: Expected;
  /** The text, exactly, in a file of its own: its absolute path, and its name as it is written. */
  readonly snapshot?: Expected<{ readonly path: string; readonly name: string }>;
  /** The text, exactly, in a file that nobody updates. */
  readonly equalsFile?: Expected<{ readonly path: string; readonly name: string }>;
  readonly contains: readonly Expected[];
  readonly notContains: readonly Expected[];
  readonly matches: readonly Expected<RegExp>[];
  readonly notMatches: readonly Expected<RegExp>[];
  /** The structure that the text has. */
  readonly format?: Expected<TextFormat>;
  /** A command that accepts the text; true is the one of the target. */
  readonly check?: Expected<CommandLine | true>;
  /** A part of the error that the template ends with. */
  readonly error?: Expected;
  /** The queries that the template has to wait for, all of them. */
  readonly missing?: Expected<readonly string[]>;
}

/** What a template is given. */
export interface Facts {
  readonly catalog: CatalogDocument;
  /** All of the environment that the template sees. */
  readonly env: Readonly<Record<string, string>>;
  /** Texts of local files by the paths that the template has for them. */
  readonly files: ReadonlyMap<string, string>;
  /** The time, in milliseconds since the epoch; undefined: that of the machine. */
  readonly nowMs: number | undefined;
}

/** One case. */
export interface TestCase {
  readonly name: string;
  readonly place: Place;
  /** Its number in the file, from 0. */
  readonly index: number;
  readonly subject: Subject;
  /** Absolute folders for includes, before those of the config. */
  readonly searchPath: readonly string[];
  /** What the template is written in; undefined: as its name or the config says. */
  readonly engine: TemplateLanguage | undefined;
  /** Undefined in output is an error; undefined: as it is for the language, or as the config says. */
  readonly strict: boolean | undefined;
  readonly facts: Facts;
  readonly expectations: Expectations;
}

/** A file of cases. */
export interface CaseFile {
  /** As it was found. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly cases: readonly TestCase[];
}
