import type { Clock } from '../../core/time.ts';
import type {
  Engine,
  Recall,
  Rendering,
  Template,
  TemplateOptions,
  TemplateSource,
} from '../engine.ts';
import { Notes } from '../notes.ts';
import { AnswerMarks, Tripwire } from '../tripwire.ts';
import { BUILT_INS } from './built-ins.ts';
import { evaluate, type EvaluateOptions } from './evaluate.ts';
import { asTemplateError } from './failure.ts';
import type { GoFunctions } from './functions.ts';
import type { MissingKey } from './members.ts';
import { parseTemplate } from './parser.ts';
import { DEFAULT_DELIMITERS, type Delimiters } from './tokens.ts';
import type { GoValue } from './values.ts';

/** What the engine is made with. */
export interface GoEngineOptions {
  /** The environment that functions see. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Functions beside Go's own; one of the same name takes the place of Go's. */
  readonly functions: GoFunctions;
  /** What templates are given as dot; undefined (nothing) by default. */
  readonly dot?: GoValue;
  /** What a missing entry gives, in templates that are not strict; in strict ones it is an error. `default` by default. */
  readonly missingKey?: Exclude<MissingKey, 'error'>;
  readonly delimiters?: Delimiters;
}

/** Go's `text/template` behind the engine contract. */
export function createGoEngine(options: GoEngineOptions): Engine {
  const functions = new Map([...BUILT_INS, ...options.functions]);
  const marks = new AnswerMarks();
  return {
    name: 'go',
    compile(source, templateOptions) {
      return compile(source, templateOptions, options, functions, marks);
    },
  };
}

function compile(
  source: TemplateSource,
  { strict, allowControlCharacters }: TemplateOptions,
  options: GoEngineOptions,
  functions: GoFunctions,
  marks: AnswerMarks,
): Template {
  const { name, text, folder } = source;
  const templates = orTemplateError(() =>
    parseTemplate(name, text, functions, options.delimiters ?? DEFAULT_DELIMITERS),
  );
  const how: EvaluateOptions = {
    missingKey: strict ? 'error' : (options.missingKey ?? 'default'),
    strict,
  };
  return {
    name,
    render(recall: Recall): Rendering {
      const notes = new Notes({
        recall,
        environment: options.environment,
        folder,
        nowMs: options.clock.now(),
        tripwire: new Tripwire(allowControlCharacters ? undefined : marks),
      });
      try {
        const output = evaluate(templates, name, options.dot, notes, how);
        return notes.rendering({ text: output });
      } catch (error) {
        return notes.rendering({ error: asTemplateError(error, 'template') });
      }
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
