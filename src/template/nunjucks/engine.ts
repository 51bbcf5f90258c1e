import { dirname, join } from 'node:path';

import { AutotmplError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type {
  Engine,
  Recall,
  Rendering,
  Template,
  TemplateOptions,
  TemplateSource,
} from '../engine.ts';
import { denylist } from '../denylist.ts';
import { Notes } from '../notes.ts';
import { AnswerMarks, Tripwire } from '../tripwire.ts';
import { Budget, type WorkTime } from './budget.ts';
import { TemplateEnvironment, templateNotFound } from './environment.ts';
import { PlainFrame } from './frames.ts';
import { findTemplate, isRelative, leadsOut } from './loader.ts';
import { TemplateReads } from './reads.ts';
import { createRuntime, type Run } from './runtime.ts';
import { CompiledTemplate, positioned, type CompileContext, type Leave } from './template.ts';

/** Long before the stack would overflow: nunjucks unwinds that for many seconds. */
const DEEPEST_INCLUDE = 100;

/** What the engine is made with. */
export interface NunjucksOptions {
  /** Absolute folders for includes, after the template's own. */
  readonly searchPath: readonly string[];
  /** The environment that templates see. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The processor's time, against which a rendering is held; that of this process by default. */
  readonly workTime?: WorkTime;
}

/** Nunjucks behind the engine contract. Templates that are included are read and compiled once for each engine. */
export function createNunjucksEngine(options: NunjucksOptions): Engine {
  return new NunjucksEngine(options);
}

class NunjucksEngine implements Engine {
  readonly name = 'nunjucks';
  readonly #options: NunjucksOptions;
  readonly #environment: TemplateEnvironment;
  readonly #context: CompileContext;
  /** By absolute path. */
  readonly #included = new Map<string, CompiledTemplate>();
  /** By what was asked for, and from where: a file that is deleted later is still there for whoever used it. */
  readonly #found = new Map<string, CompiledTemplate>();
  readonly #compiling = new Set<CompiledTemplate>();
  readonly #displayNames = new Map<string, string>();
  readonly #marks = new AnswerMarks();
  #reads: TemplateReads | undefined;
  /** Folder of the template that is compiled or rendered: the first place where plain names are looked for. */
  #folder = '';
  #run: Run | undefined;

  constructor(options: NunjucksOptions) {
    this.#options = options;
    this.#environment = new TemplateEnvironment(
      (name, includingPath) => this.#findWhileRendering(name, includingPath),
      () => this.#current(),
    );
    const displayName = (path: string): string => this.#displayNames.get(path) ?? path;
    this.#context = {
      runtime: createRuntime(() => this.#current(), displayName),
      filtersFor: (text) => this.#environment.filtersFor(text),
      displayName,
      enter: () => this.#enter(),
      preload: (name, includingPath, mayBeMissing) => {
        const template = this.#find(name, includingPath);
        if (template === undefined && mayBeMissing) return;
        if (template === undefined) throw templateNotFound(name);
        // A template may include itself under a condition: only one that is not being compiled yet is compiled.
        if (!this.#compiling.has(template)) this.#compile(template);
      },
    };
  }

  compile(source: TemplateSource, options: TemplateOptions): Template {
    // No file has this name, and `./x` in the template starts from the right folder.
    const path = join(source.folder, `#${this.#displayNames.size}`);
    this.#displayNames.set(path, source.name);
    const compiled = new CompiledTemplate(source.text, this.#environment, path, this.#context);
    this.#folder = source.folder;
    this.#compile(compiled);
    const isDenied = denylist(options.functionDenylist);
    let reads: Template['reads'] | undefined;
    return {
      name: source.name,
      render: (recall) => this.#render(compiled, source, options, isDenied, recall),
      reads: (kind) => (reads ??= this.#readsOf(compiled, source))(kind),
    };
  }

  /** Found out when it is first asked for: a template whose answers do not change, or that runs once, is never looked through. */
  #readsOf(template: CompiledTemplate, { folder }: TemplateSource): Template['reads'] {
    this.#reads ??= new TemplateReads();
    return this.#reads.of(template, (name, { path }) => {
      this.#folder = folder;
      return this.#found.get(this.#request(name, path));
    });
  }

  #compile(template: CompiledTemplate): void {
    this.#compiling.add(template);
    try {
      template.compile();
    } finally {
      this.#compiling.delete(template);
    }
  }

  #render(
    compiled: CompiledTemplate,
    source: TemplateSource,
    options: TemplateOptions,
    isDenied: Run['isDenied'],
    recall: Recall,
  ): Rendering {
    const notes = new Notes({
      recall,
      environment: this.#options.environment,
      folder: source.folder,
      nowMs: this.#options.clock.timeOfDay(),
      tripwire: new Tripwire(options.allowControlCharacters ? undefined : this.#marks),
      sandboxPath: options.sandboxPath,
      destination: source.destination,
    });
    const { strict } = options;
    const budget = new Budget(this.#options.workTime ?? workTime);
    const run: Run = { notes, budget, strict, isDenied, depth: 0, failure: undefined };
    this.#run = run;
    this.#folder = source.folder;
    try {
      return notes.rendering({ text: compiled.render({}, new PlainFrame()) });
    } catch (error) {
      const failure = run.failure ?? { error, position: notes.position };
      return notes.rendering({ error: positioned(failure.error, failure.position) });
    } finally {
      this.#run = undefined;
    }
  }

  /** A relative name that was not written out in a template was made from data, and data may not choose files. */
  #findWhileRendering(
    name: string,
    includingPath: string | undefined,
  ): CompiledTemplate | undefined {
    if (!isRelative(name)) return this.#find(name, includingPath);
    const known = this.#found.get(this.#request(name, includingPath));
    if (known === undefined) throw leadsOut(name);
    return known;
  }

  #request(name: string, includingPath: string | undefined): string {
    const start = isRelative(name) ? dirname(includingPath ?? '') : this.#folder;
    return `${start}\0${name}`;
  }

  #find(name: string, includingPath: string | undefined): CompiledTemplate | undefined {
    const request = this.#request(name, includingPath);
    const known = this.#found.get(request);
    if (known !== undefined) return known;
    const loaded =
      name === ''
        ? { path: '', text: '' }
        : findTemplate(name, [this.#folder, ...this.#options.searchPath], includingPath);
    if (loaded === undefined) return undefined;
    const template =
      this.#included.get(loaded.path) ??
      new CompiledTemplate(loaded.text, this.#environment, loaded.path, this.#context);
    this.#included.set(loaded.path, template);
    this.#found.set(request, template);
    return template;
  }

  #enter(): Leave {
    const run = this.#current();
    if (run.depth === DEEPEST_INCLUDE) {
      throw new AutotmplError('template', 'the template includes itself without end', {
        advice: `includes may be ${DEEPEST_INCLUDE} deep`,
      });
    }
    run.budget.include();
    run.depth += 1;
    let inside = true;
    return (text) => {
      if (inside) run.depth -= 1;
      inside = false;
      if (text !== undefined) run.budget.printed(text.length);
    };
  }

  #current(): Run {
    if (this.#run === undefined) {
      throw new AutotmplError(
        'template',
        'a template function was called while no template was rendering',
      );
    }
    return this.#run;
  }
}

/** Of all threads, since the main one cannot be told apart; the others have little to do. */
function workTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
