import type { Query } from '../../catalog/query.ts';
import type { ValueOf } from '../../catalog/values.ts';
import { AutotmplError } from '../../core/errors.ts';
import type { SideFile } from '../engine.ts';
import type { Outcome } from '../tripwire.ts';

/** Queries of whose answers functions hand out something else than these answers. */
export type ViewedQuery = Extract<Query, { readonly kind: 'key' | 'tree' }>;

/** What a function of a running template may reach beyond its arguments; made anew for each rendering. */
export interface FunctionScope {
  /** The answer to a query; undefined while there is none, which is noted: the rendering then waits for it. */
  ask<Q extends Query>(query: Q): ValueOf[Q['kind']] | undefined;
  /**
   * What `have` makes of the answer to a query; undefined while there is none. The template has that and nothing else of it, so another answer that gives
   * the same is no reason to render again: `have` must be pure, and tell apart all that its caller does. It is one function for all calls, or nothing is known to be the same.
   */
  view<Q extends ViewedQuery, V>(query: Q, have: (answer: ValueOf[Q['kind']]) => V): V | undefined;
  /** Notes that the rendering cannot do without something that the catalog says does not exist. */
  requirePresence(query: Query): void;
  /** Whether an answer that this rendering used lists something with this `Name` (a service) or `Node`. */
  lists(field: 'Name' | 'Node', name: string): boolean;
  /** Notes a text that must never be shown in a diff, log or error. */
  keepSecret(text: string): void;
  /** Notes a file to be written once the rendering is accepted. Throws for text that must not be printed unquoted. */
  writeFile(file: SideFile): void;
  /** Notes a text for whoever writes the template; it is logged once the rendering is complete. */
  say(text: string): void;
  /** The text of another template that this one defines; absent in languages where templates define none. */
  executeTemplate?: (name: string, dot: unknown) => string;
  /** Notes what of the catalog's answers the text does without, since it is not usable, and why; whoever runs the place is warned. */
  leaveOut(what: string): void;
  /** The environment that templates see. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute folder of the template: what relative paths start from. */
  readonly folder: string;
  /** Absolute path of the file that is rendered; absent: it is only printed. */
  readonly destination?: string | undefined;
  /** Absolute folder that the template reads no file outside of; absent: it may read any. */
  readonly sandboxPath?: string | undefined;
  /** Milliseconds since the epoch; the same during one rendering. */
  readonly nowMs: number;
  /** Values that a template keeps for itself while it runs. */
  readonly scratch: Map<string, unknown>;
}

/** One row of the function table, shared by all template languages. */
export interface TemplateFunction {
  /** Arguments come in consul-template's order: where a value can be piped in, it is the last one. */
  call(scope: FunctionScope, args: readonly unknown[]): unknown;
  /** Whether it also reads well behind a pipe; the piped value becomes the last argument. */
  readonly asFilter: boolean;
  /** What it does behind a pipe, where that is something else. */
  readonly piped?: (scope: FunctionScope, args: readonly unknown[]) => unknown;
  /** The most arguments that it takes. */
  readonly most: number;
  /** What the tripwire has to know of its result. */
  readonly gives: Outcome;
}

/** A row for a function of its arguments alone; `quotes` where its result is safe to print whatever they are. */
export function pure(
  call: (...args: never[]) => unknown,
  flags: { readonly asFilter?: boolean; readonly quotes?: boolean } = {},
): TemplateFunction {
  return {
    call: (_scope, args) => call(...(args as never[])),
    most: call.length,
    asFilter: flags.asFilter ?? false,
    gives: flags.quotes === true ? 'quoted' : 'derived',
  };
}

/**
 * A row for a function that also needs the scope, as its first argument; `variadic` where it ends in a rest
 * parameter, `gives` where it does more, or less, than to look facts up.
 */
export function scoped(
  call: (scope: FunctionScope, ...args: never[]) => unknown,
  flags: {
    readonly asFilter?: boolean;
    readonly variadic?: boolean;
    readonly gives?: Outcome;
    readonly piped?: (scope: FunctionScope, ...args: never[]) => unknown;
  } = {},
): TemplateFunction {
  return {
    call: (scope, args) => call(scope, ...(args as never[])),
    most: flags.variadic === true ? Number.POSITIVE_INFINITY : call.length - 1,
    asFilter: flags.asFilter ?? false,
    gives: flags.gives ?? 'facts',
    ...(flags.piped !== undefined && { piped: pipedCall(flags.piped) }),
  };
}

function pipedCall(
  call: (scope: FunctionScope, ...args: never[]) => unknown,
): NonNullable<TemplateFunction['piped']> {
  return (scope, args) => {
    if (args.length >= call.length)
      throw new AutotmplError('template', 'it takes no arguments behind a pipe');
    return call(scope, ...(args as never[]));
  };
}
