import type { Answer } from '../catalog/catalog.ts';
import type { Query, QueryKind } from '../catalog/query.ts';
import type { Value, ValueOf } from '../catalog/values.ts';

/**
 * The contract of a template language.
 *
 * An engine compiles a template once; rendering is synchronous, pure and asks nobody: it recalls what is
 * known, and notes what it used and what it missed.
 */

/**
 * What is remembered about a query. `undefined` says that it was never answered; an absent thing is found, with
 * a `null` or empty value. The two are different, and only the first makes a rendering wait for an answer.
 */
export type Recall = <Q extends Query>(query: Q) => Answer<ValueOf[Q['kind']]> | undefined;

/** Where the text of a template comes from. */
export interface TemplateSource {
  /** What people know it by: its path as they wrote it, or `contents of <destination>`. */
  readonly name: string;
  /** The text. */
  readonly text: string;
  /** Absolute path of the folder for includes and `file`, searched before the search path. */
  readonly folder: string;
  /** Absolute path of the file that is rendered from it; absent: it is only printed. */
  readonly destination?: string | undefined;
}

/** A place in a template; line and column start at 1. */
export interface Position {
  readonly template: string;
  readonly line: number;
  readonly column: number;
}

/** A query that a rendering cannot do without, and why it has to wait. */
export interface Missing {
  readonly query: Query;
  /**
   * `unanswered`: the catalog has not said anything yet. `absent`: it said that there is no such thing, and the
   * function that asked (`key`, `safeLs`, …) needs one.
   */
  readonly why: 'unanswered' | 'absent';
  /** Where it was asked for, as far as the engine can tell. */
  readonly position?: Position;
}

/** A file that a template wants to be written beside its own. Whoever accepts the rendering writes it. */
export interface SideFile {
  /** Absolute path. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** Owner, by name or number; absent: as it is. */
  readonly user?: string;
  readonly group?: string;
  /** Whether the text is all of the file, or what it ends with. */
  readonly how: 'replace' | 'append';
  readonly text: string;
}

/** What a function of a template makes of an answer before the template has it; mostly the answer as it is. */
export type View = (answer: Value) => unknown;

/** What a template had of an answer. */
export interface Had {
  readonly kind: QueryKind;
  readonly views: readonly View[];
}

/** What a template reads of what it has of answers. Where all that it had of two answers is the same to it, the text is the same. */
export interface Reading {
  isSame(one: unknown, other: unknown): boolean;
}

/** The outcome of one pass over a template. */
export interface Rendering {
  /** The text; worth something only where nothing is missing. Undefined where the pass failed. */
  readonly text: string | undefined;
  /** Every query that took part, answered or not, by its `queryId`. */
  readonly used: ReadonlyMap<string, Query>;
  /** What the template had of each of them, by `queryId`; absent where every change counts. */
  readonly had: ReadonlyMap<string, Had>;
  /** Where each of them was first asked for, by `queryId`, as far as the engine can tell. */
  readonly askedAt: ReadonlyMap<string, Position>;
  /** What has to come before the text counts, by `queryId`. */
  readonly missing: ReadonlyMap<string, Missing>;
  /** Texts that were marked secret while rendering; never to be shown. */
  readonly secrets: ReadonlySet<string>;
  /** Further files, one for each path, in the order in which they were first asked for. They count as much as the text does. */
  readonly files: readonly SideFile[];
  /** What the template has to say to whoever writes it. */
  readonly said: readonly string[];
  /** What of the answers the text does without, and why: instances that nobody could reach. Each once. */
  readonly leftOut: readonly string[];
  /**
   * Why the pass failed. While something is missing that is no error yet: it only means not ready (a template may
   * index an empty list).
   */
  readonly error: Error | undefined;
}

/** The languages that a template may be written in. */
export type TemplateLanguage = 'nunjucks' | 'go';

/** What begins and ends an action of a Go template. */
export interface Delimiters {
  readonly left: string;
  readonly right: string;
}

/**
 * What a map entry that is not there gives in a Go template: nothing, the zero of the map's values (an empty text in a map of
 * texts), or an error.
 */
export type MissingKey = 'default' | 'zero' | 'error';

/** What a target may ask of its template. */
export interface TemplateOptions {
  /** Undefined in output is an error. */
  readonly strict: boolean;
  /** Control characters of service and node data may be printed unquoted. */
  readonly allowControlCharacters: boolean;
  /** Go's `missingkey`; `default` where it is absent. Nunjucks has no such thing. */
  readonly missingKey?: MissingKey;
  /** Go's `{{` and `}}` where they are absent. Those of Nunjucks are fixed. */
  readonly delimiters?: Delimiters;
  /** Names of functions that the template may not call; `*` stands for any characters. */
  readonly functionDenylist?: readonly string[];
  /** Absolute folder; `file` reads nothing outside of it. */
  readonly sandboxPath?: string;
}

/** A compiled template. */
export interface Template {
  readonly name: string;
  render(recall: Recall): Rendering;
  /** What it reads of the answers to a kind of query, whatever they are. */
  reads(kind: QueryKind): Reading;
}

/** A template language. */
export interface Engine {
  readonly name: string;
  /** Compiles a template, with everything it includes by name. Throws an AutotmplError with file, line and column. */
  compile(source: TemplateSource, options: TemplateOptions): Template;
}
