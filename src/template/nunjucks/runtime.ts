import { AutotmplError } from '../../core/errors.ts';
import type { Position } from '../engine.ts';
import { LONGEST_TEXT } from '../limits.ts';
import type { Notes } from '../notes.ts';
import type { Budget } from './budget.ts';
import { plainText } from './built-in-filters.ts';
import { bindLoop, PlainFrame } from './frames.ts';
import { runtime as nunjucksRuntime, type EnvironmentBase } from './internals.ts';
import { createLookUps } from './look-ups.ts';
import { patternMaker, type MakePattern } from './pattern.ts';

/** One rendering under way. */
export interface Run {
  readonly notes: Notes;
  readonly budget: Budget;
  readonly strict: boolean;
  /** Whether the template may not call this function of ours. */
  readonly isDenied: (name: string) => boolean;
  /** How many templates have begun and not ended: includes within includes. */
  depth: number;
  /** The first error and where it happened: nunjucks wraps errors and forgets both. */
  failure: { readonly error: unknown; readonly position: Position | undefined } | undefined;
}

type Callable = (...args: unknown[]) => unknown;

/**
 * What compiled templates work with instead of nunjucks' own runtime: guarded lookup of names and members, positions for
 * every step, and one place that decides what may be printed. `current` gives the rendering under way; they never
 * overlap, since rendering is synchronous. `displayName` gives what people know a template by.
 */
export function createRuntime(current: () => Run, displayName: (path: string) => string): object {
  const at = (template: string, line: number, column: number): Position => ({
    template: displayName(template),
    line,
    column,
  });

  /** Runs a step at its place; afterwards the place before it counts again, as after a macro of another file. */
  const step = <T>(position: Position, work: () => T): T => {
    const { notes } = current();
    const before = notes.position;
    notes.position = position;
    const result = work();
    notes.position = before;
    return result;
  };

  // Few templates have a pattern, and what makes one is not read before.
  let make: MakePattern | undefined;
  const pattern: MakePattern = (source, flags) =>
    (make ??= patternMaker((search) => current().budget.timed(search)))(source, flags);

  return {
    ...nunjucksRuntime,
    ...createLookUps(() => current().notes.tripwire, pattern),
    pattern,
    Frame: PlainFrame,
    bindLoop,

    callAt(
      callee: unknown,
      name: string,
      context: object,
      args: unknown[],
      ...place: [string, number, number]
    ) {
      return step(at(...place), () => {
        if (typeof callee !== 'function') throw notCallable(name, callee);
        const { budget } = current();
        budget.call(args);
        return budget.made((callee as Callable).apply(context, args));
      });
    },

    filterAt(
      environment: EnvironmentBase,
      name: string,
      context: object,
      args: unknown[],
      inputName: string,
      ...place: [string, number, number]
    ) {
      return step(at(...place), () => {
        if (args[0] === undefined && !TAKES_UNDEFINED.has(name) && isFinal(current())) {
          throw undefinedError(inputName, `to pipe into ${name}`);
        }
        const { budget } = current();
        budget.call(args);
        return budget.made(environment.getFilter(name).apply(context, args));
      });
    },

    operand(value: unknown, name: string, ...place: [string, number, number]) {
      if ((value === undefined || value === null) && isFinal(current())) {
        step(at(...place), () => {
          throw undefinedError(name, 'to join to other text');
        });
      }
      if (typeof value === 'string' && value.length > LONGEST_TEXT) {
        step(at(...place), () => current().budget.hold(value));
      }
      return value;
    },

    mark(...place: [string, number, number]) {
      current().notes.position = at(...place);
    },

    loopOver(value: unknown, name: string, ...place: [string, number, number]) {
      step(at(...place), () => {
        if (value === undefined && current().strict) throw undefinedError(name, 'to loop over');
      });
    },

    // Once a turn and once a print: to gather the place in a list would be the most of the work.
    turn(printedLength: number, template: string, line: number, column: number) {
      const { budget, notes } = current();
      try {
        budget.turn(printedLength);
      } catch (error) {
        notes.position = at(template, line, column);
        throw error;
      }
    },

    print(value: unknown, name: string, template: string, line: number, column: number): string {
      // Most of what is printed, and it cannot fail.
      if (
        typeof value === 'string' &&
        value.length <= LONGEST_TEXT &&
        !current().notes.tripwire.objectsTo(value)
      ) {
        return value;
      }
      if (typeof value === 'number' && !Number.isNaN(value)) return String(value);
      return step(at(template, line, column), () => printable(value, name, current()));
    },

    handleError(error: unknown) {
      const run = current();
      run.failure ??= { error, position: run.notes.position };
      return nunjucksRuntime.handleError(error, 0, 0);
    },
  };
}

/** Filters that are there for what may be missing. */
const TAKES_UNDEFINED: ReadonlySet<string> = new Set(['default', 'd', 'length']);

/**
 * Whether what is undefined now stays so. While an answer is missing an error would only hide which others are needed, and
 * the target waits anyway.
 */
function isFinal({ strict, notes }: Run): boolean {
  return strict && !notes.isIncomplete;
}

function printable(value: unknown, name: string, run: Run): string {
  if (value === undefined || value === null) {
    if (run.strict) throw undefinedError(name, 'to print');
    return '';
  }
  if (Number.isNaN(value) && run.strict) throw undefinedError(name, 'to print: not a number');
  const text = textOf(plainText(value), name);
  run.budget.hold(text);
  if (run.notes.tripwire.objectsTo(text)) {
    throw new AutotmplError(
      'template',
      `"${name}" holds a control character or line feed that came from service or node data, which anybody who may register can write`,
      {
        advice:
          'pipe it into a quoting filter (nginx, haproxy, shell, json, yaml, toml, ini, systemd) or a validator (host, port, ident), or set controlCharacters: allow on the target',
      },
    );
  }
  return text;
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'function') {
    throw new AutotmplError('template', `"${name}" is a function and was printed without a call`, {
      advice: `write ${name}()`,
    });
  }
  if (Array.isArray(value)) {
    if (value.some(isMap)) throw notPrintable(name, 'a list of maps');
    return value.join(',');
  }
  if (isMap(value)) throw notPrintable(name, 'a map');
  return String(value);
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notPrintable(name: string, kind: string): AutotmplError {
  return new AutotmplError('template', `"${name}" is ${kind}, which has no text of its own`, {
    advice: 'print one of its members, or pipe it into toJSON or toYAML',
  });
}

function undefinedError(name: string, purpose: string): AutotmplError {
  const subject = name === '(…)' ? 'the expression' : `"${name}"`;
  return new AutotmplError('template', `${subject} is undefined, there is nothing ${purpose}`, {
    advice:
      'correct the name, give it a default ("| default(…)"), or set strict: false on the target',
  });
}

function notCallable(name: string, callee: unknown): AutotmplError {
  return new AutotmplError(
    'template',
    callee === undefined ? `there is no function "${name}"` : `"${name}" is no function`,
    { advice: 'docs/reference/functions.md lists the functions' },
  );
}
