import type { Clock } from '../../core/time.ts';
import type {
  Engine,
  Recall,
  Rendering,
  Template,
  TemplateOptions,
  TemplateSource,
} from '../engine.ts';
import { denylist, disabled } from '../denylist.ts';
import { Notes } from '../notes.ts';
import { readsOf } from '../reads/analysis.ts';
import { Readings } from '../reads/reading.ts';
import { AnswerMarks, Tripwire } from '../tripwire.ts';
import { BUILT_INS } from './built-ins.ts';
import { evaluate, type EvaluateOptions } from './evaluate.ts';
import { asTemplateError } from './failure.ts';
import type { GoFunctions } from './functions.ts';
import { parseTemplate } from './parser.ts';
import { walkThrough } from './reads.ts';
import { DEFAULT_DELIMITERS } from './tokens.ts';
import { ValueSizes } from './value-size.ts';
import type { GoFunction, GoValue } from './values.ts';

/** What the engine is made with. */
export interface GoEngineOptions {
  /** The environment that functions see. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Functions beside Go's own; one of the same name takes the place of Go's. */
  readonly functions: GoFunctions;
  /** What templates are given as dot; undefined (nothing) by default. */
  readonly dot?: GoValue;
}

/** Go's `text/template` behind the engine contract. */
export function createGoEngine(options: GoEngineOptions): Engine {
  const marks = new AnswerMarks();
  const sizes = new ValueSizes();
  const readings = new Readings();
  return {
    name: 'go',
    compile(source, templateOptions) {
      return compile(source, templateOptions, options, { marks, sizes, readings });
    },
  };
}

/** What is found out about answers once, for all renderings. */
interface Remembered {
  readonly marks: AnswerMarks;
  readonly sizes: ValueSizes;
  readonly readings: Readings;
}

function compile(
  source: TemplateSource,
  { strict, allowControlCharacters, ...wishes }: TemplateOptions,
  options: GoEngineOptions,
  { marks, sizes, readings }: Remembered,
): Template {
  const { name, text, folder } = source;
  const functions = new Map([...BUILT_INS, ...allowed(options.functions, wishes.functionDenylist)]);
  const templates = orTemplateError(() =>
    parseTemplate(name, text, functions, wishes.delimiters ?? DEFAULT_DELIMITERS),
  );
  const how: EvaluateOptions = { missingKey: wishes.missingKey ?? 'default', strict, sizes };
  return {
    name,
    render(recall: Recall): Rendering {
      const notes = new Notes({
        recall,
        environment: options.environment,
        folder,
        nowMs: options.clock.timeOfDay(),
        tripwire: new Tripwire(allowControlCharacters ? undefined : marks),
        sandboxPath: wishes.sandboxPath,
        destination: source.destination,
      });
      try {
        const output = evaluate(templates, name, options.dot, notes, how);
        return notes.rendering({ text: output });
      } catch (error) {
        return notes.rendering({ error: asTemplateError(error, 'template') });
      }
    },
    reads: readsOf(readings, { measures: true }, (analysis) => walkThrough(templates, analysis)),
  };
}

/** The functions with a complaint in place of each that may not be called: Go's own are harmless, and stay. */
function allowed(functions: GoFunctions, patterns: readonly string[] | undefined): GoFunctions {
  const isDenied = denylist(patterns);
  return new Map(
    Array.from(functions, ([name, row]) => [name, isDenied(name) ? refusing(name, row) : row]),
  );
}

function refusing(name: string, row: GoFunction): GoFunction {
  return {
    ...row,
    call() {
      throw disabled(name);
    },
  };
}

function orTemplateError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asTemplateError(error, 'template');
  }
}
