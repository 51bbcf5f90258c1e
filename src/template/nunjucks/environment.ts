import { AutotmplError } from '../../core/errors.ts';
import { disabled } from '../denylist.ts';
import { functions } from '../functions/index.ts';
import type { TemplateFunction } from '../functions/function.ts';
import type { Outcome } from '../tripwire.ts';
import {
  MENDED_FILTERS,
  onPlainText,
  plainText,
  QUOTING_BUILT_INS,
  type Filter,
} from './built-in-filters.ts';
import { counted, range } from './counted.ts';
import { Environment } from './internals.ts';
import { SPRIG_FOR_NUNJUCKS } from './sprig-functions.ts';
import type { Run } from './runtime.ts';
import type { CompiledTemplate } from './template.ts';

/** Finds a template by the name in a tag; undefined where there is none. */
export type TemplateFinder = (
  name: string,
  includingPath: string | undefined,
) => CompiledTemplate | undefined;

/** No other function's name has it in it. */
const SPRIG_PREFIX = 'sprig_';

/** nunjucks' environment with our functions, our filters and our way to find templates. */
export class TemplateEnvironment extends Environment {
  readonly #find: TemplateFinder;
  readonly #current: () => Run;
  #hasSprig = false;
  #filterNames: ReadonlySet<string> | undefined;

  /** `current` gives the rendering under way. */
  constructor(find: TemplateFinder, current: () => Run) {
    // Autoescape is for HTML: it would corrupt every other kind of file.
    super([], { autoescape: false });
    this.#find = find;
    this.#current = current;
    // What data may name in a template must not reach what every object has.
    for (const table of [this.globals, this.filters, this.tests])
      Object.setPrototypeOf(table, null);
    Object.assign(this.filters, MENDED_FILTERS);
    this.globals.range = range;
    for (const [name, filter] of Object.entries(this.filters)) {
      this.#addFilter(name, QUOTING_BUILT_INS.has(name) ? 'quoted' : 'derived', filter as Filter);
    }
    this.#addFunctions(functions);
  }

  /** The names that a template of this text may pipe into. To be asked before the template is run: what few texts name is there only then. */
  filtersFor(text: string): ReadonlySet<string> {
    if (!this.#hasSprig && text.includes(SPRIG_PREFIX)) {
      this.#hasSprig = true;
      this.#addFunctions(SPRIG_FOR_NUNJUCKS);
      this.#filterNames = undefined;
    }
    return (this.#filterNames ??= new Set(Object.keys(this.filters)));
  }

  #addFunctions(table: Readonly<Record<string, TemplateFunction>>): void {
    for (const [name, row] of Object.entries(table)) this.#addFunction(name, row);
  }

  /** nunjucks asks for templates through this, from compiled code (with a callback that it expects to be called at once). */
  getTemplate(
    name: unknown,
    _eager: boolean,
    includingPath: string | undefined,
    ignoreMissing: boolean,
    callback: (error: unknown, template?: CompiledTemplate) => void,
  ): void {
    let template: CompiledTemplate | undefined;
    try {
      template = this.#find(String(name), includingPath);
      if (template === undefined && ignoreMissing) template = this.#find('', undefined);
      if (template === undefined) throw templateNotFound(String(name));
      template.compile();
    } catch (error) {
      const run = this.#current();
      run.failure ??= { error, position: run.notes.position };
      callback(error);
      return;
    }
    callback(null, template);
  }

  #addFilter(name: string, gives: Outcome, filter: Filter): void {
    const current = this.#current;
    const work = onPlainText(counted(name, filter));
    this.addFilter(name, function (this: unknown, ...args: unknown[]) {
      const { tripwire } = current().notes;
      return tripwire.guard(gives, args.map(plainText), (inputs) => work.apply(this, [...inputs]));
    });
  }

  #addFunction(name: string, row: TemplateFunction): void {
    const call = (args: readonly unknown[], behindPipe = false): unknown => {
      const { notes, isDenied } = this.#current();
      if (isDenied(name)) throw disabled(name);
      const inputs = args.map((argument) => argumentOf(name, argument));
      return notes.tripwire.guard(row.gives, inputs, (real) =>
        behindPipe && row.piped !== undefined ? row.piped(notes, real) : row.call(notes, real),
      );
    };
    if (name === 'scratch') {
      // consul-template writes `scratch.Set`: a value, and a new one for each rendering.
      Object.defineProperty(this.globals, name, { get: () => call([]), enumerable: true });
      return;
    }
    this.addGlobal(name, (...args: unknown[]) => call(args));
    // Behind a pipe the piped value comes last, as in Go's pipelines.
    if (row.asFilter) {
      this.addFilter(name, (piped: unknown, ...args: unknown[]) => call([...args, piped], true));
    }
  }
}

/** The error for a template that no folder has. */
export function templateNotFound(name: string): AutotmplError {
  return new AutotmplError(
    'template',
    `there is no template ${JSON.stringify(name)} in the search path`,
    {
      advice:
        'it is looked for beside the template, in the searchPath, and among the templates that autotmpl ships',
    },
  );
}

function argumentOf(name: string, argument: unknown): unknown {
  const value = plainText(argument);
  if (typeof value === 'object' && value !== null && '__keywords' in value) {
    throw new AutotmplError('template', `${name} takes no named arguments`, {
      advice: 'docs/reference/functions.md shows its arguments',
    });
  }
  return value;
}
