import { AutotmplError } from '../../core/errors.ts';
import { functions } from '../functions/index.ts';
import type { TemplateFunction } from '../functions/function.ts';
import { Environment, runtime as nunjucksRuntime } from './internals.ts';
import type { Run } from './runtime.ts';
import type { CompiledTemplate } from './template.ts';

/** Finds a template by the name in a tag; undefined where there is none. */
export type TemplateFinder = (
  name: string,
  includingPath: string | undefined,
) => CompiledTemplate | undefined;

/** nunjucks' environment with our functions, our filters and our way to find templates. */
export class TemplateEnvironment extends Environment {
  readonly #find: TemplateFinder;
  readonly #current: () => Run;

  /** `current` gives the rendering under way. */
  constructor(find: TemplateFinder, current: () => Run) {
    // Autoescape is for HTML: it would corrupt every other kind of file.
    super([], { autoescape: false });
    this.#find = find;
    this.#current = current;
    this.addFilter('safe', (value: unknown) => value);
    // Nunjucks marks their results as safe, and what is marked is printed unseen.
    for (const name of ['escape', 'e', 'forceescape']) {
      const original = this.getFilter(name);
      this.addFilter(name, (value: unknown) => plain(original(value), name));
    }
    for (const [name, row] of Object.entries(functions)) this.#addFunction(name, row, current);
  }

  /** The names that a template may pipe into. */
  filterNames(): ReadonlySet<string> {
    return new Set(Object.keys(this.filters));
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

  #addFunction(name: string, row: TemplateFunction, current: () => Run): void {
    const call = (args: readonly unknown[]): unknown =>
      row.call(
        current().notes,
        args.map((argument) => plain(argument, name)),
      );
    if (name === 'scratch') {
      // consul-template writes `scratch.Set`: a value, and a new one for each rendering.
      Object.defineProperty(this.globals, name, { get: () => call([]), enumerable: true });
      return;
    }
    this.addGlobal(name, (...args: unknown[]) => call(args));
    // Behind a pipe the piped value comes last, as in Go's pipelines.
    if (row.asFilter) {
      this.addFilter(name, (piped: unknown, ...args: unknown[]) => call([...args, piped]));
    }
  }
}

/** The names of functions whose result may be printed whatever went in. */
export function quotingFunctions(): ReadonlySet<string> {
  return new Set(Object.keys(functions).filter((name) => functions[name]?.quotes === true));
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

function plain(argument: unknown, name: string): unknown {
  if (argument instanceof nunjucksRuntime.SafeString) return argument.val;
  if (typeof argument === 'object' && argument !== null && '__keywords' in argument) {
    throw new AutotmplError('template', `${name} takes no named arguments`, {
      advice: 'docs/reference/functions.md shows its arguments',
    });
  }
  return argument;
}
