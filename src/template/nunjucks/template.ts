import { AutotmplError, describeError } from '../../core/errors.ts';
import type { Position } from '../engine.ts';
import { PlacedError, PositionedCompiler } from './compiler.ts';
import {
  parse,
  Template,
  type EnvironmentBase,
  type Frame,
  type Node,
  type RootFunction,
} from './internals.ts';
import type { SyntaxNode } from './syntax-node.ts';

/** Counts the end of a template that ran, and its text where it has one. */
export type Leave = (text: string | undefined) => void;

/** What the templates of one engine share. */
export interface CompileContext {
  readonly runtime: object;
  /** Names that a template of this text may pipe into. */
  filtersFor(text: string): ReadonlySet<string>;
  /** What people know a template by, given its path. */
  displayName(path: string): string;
  /** Counts a template that begins to run; what it returns counts its end. Throws where they include each other without end. */
  enter(): Leave;
  /** Compiles what a template names in an include, import or extends, so that a missing one is known at once. */
  preload(name: string, includingPath: string, mayBeMissing: boolean): void;
}

/** A template of ours: compiled with positions, and run with our runtime however nunjucks comes to it. */
export class CompiledTemplate extends Template {
  readonly #context: CompileContext;

  constructor(text: string, environment: EnvironmentBase, path: string, context: CompileContext) {
    super(text, environment, path, false);
    this.#context = context;
  }

  override _compile(): void {
    const { runtime } = this.#context;
    let functions: { root: RootFunction } & Record<string, RootFunction>;
    try {
      const tree = parse(this.tmplStr, this.path);
      const compiler = new PositionedCompiler(this.path, this.#context.filtersFor(this.tmplStr));
      compiler.compile(tree, undefined as unknown as Frame);
      // This is how nunjucks runs templates: they are code, written by whoever owns the config.
      // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
      functions = new Function(compiler.getCode())() as typeof functions;
      this.#preloadIncludes(tree);
    } catch (error) {
      throw this.#compileError(error);
    }
    this.blocks = this._getBlocks(functions);
    this.rootRenderFunc = (environment, context, frame, _runtime, callback) => {
      const leave = this.#context.enter();
      functions.root(environment, context, frame, runtime, (error, result) => {
        // What includes this one goes on inside of the callback.
        leave(result);
        callback(error, result);
      });
    };
    this.compiled = true;
  }

  /** Its text as a tree, made anew: most templates are compiled and never looked at again. */
  syntaxTree(): SyntaxNode {
    return parse(this.tmplStr, this.path);
  }

  #preloadIncludes(tree: Node): void {
    for (const { template, ignoreMissing } of templateTags(tree)) {
      try {
        this.#context.preload(String(template.value), this.path, ignoreMissing === true);
      } catch (error) {
        throw this.#at(error, template.lineno + 1, template.colno + 1);
      }
    }
  }

  #compileError(error: unknown): AutotmplError {
    if (error instanceof PlacedError) return this.#at(error.error, error.line, error.column);
    if (error instanceof AutotmplError) return error;
    const { lineno, colno } = error as { lineno?: number; colno?: number };
    // What is never closed is noticed at the end of the text.
    return this.#at(error, lineno ?? this.tmplStr.trimEnd().split('\n').length, colno);
  }

  #at(error: unknown, line = 1, column = 1): AutotmplError {
    return positioned(error, { template: this.#context.displayName(this.path), line, column });
  }
}

/** The error as people read it: `template:line:column: message`. An error that has its place already keeps it. */
export function positioned(error: unknown, position: Position | undefined): AutotmplError {
  if (error instanceof PositionedError) return error;
  const where =
    position === undefined ? '' : `${position.template}:${position.line}:${position.column}: `;
  const advice = error instanceof AutotmplError ? error.advice : undefined;
  return new PositionedError(
    'template',
    `${where}${error instanceof AutotmplError ? error.message : tidy(error)}`,
    { cause: error, ...(advice === undefined ? {} : { advice }) },
  );
}

class PositionedError extends AutotmplError {}

/** nunjucks puts `(path) [Line 1, Column 2]` and line feeds in front of what it has to say. */
function tidy(error: unknown): string {
  if (error instanceof RangeError) return describeRange(error);
  return describeError(error)
    .replace(/\((?:[^()]*)\)(?: \[Line \d+(?:, Column \d+)?\])?\n\s*/g, '')
    .replace(/^(?:Template render error|Error): /, '')
    .trim();
}

/** What the engine of JavaScript itself calls too much. */
function describeRange({ message }: RangeError): string {
  if (/call stack/i.test(message)) return 'the template includes or calls itself without end';
  return /string length/i.test(message) ? 'the template makes too much text' : message;
}

const TEMPLATE_TAGS: ReadonlySet<string> = new Set(['Include', 'Import', 'FromImport', 'Extends']);

/** The include, import and extends tags whose name is written out; one that is computed is only known while rendering. */
function templateTags(node: unknown, found: TemplateTag[] = []): TemplateTag[] {
  if (typeof node !== 'object' || node === null) return found;
  if (Array.isArray(node)) {
    for (const item of node) templateTags(item, found);
    return found;
  }
  const tag = node as TemplateTag;
  if (TEMPLATE_TAGS.has(tag.typename) && tag.template.typename === 'Literal') found.push(tag);
  for (const child of Object.values(node)) templateTags(child, found);
  return found;
}

interface TemplateTag {
  readonly typename: string;
  readonly template: Node;
  readonly ignoreMissing?: boolean;
}
