import nunjucks from 'nunjucks';
import parserModule from 'nunjucks/src/parser.js';
import transformerModule from 'nunjucks/src/transformer.js';

/**
 * The one door to what nunjucks has inside but does not publish types for. nunjucks 3.2.4 is frozen; its version is pinned,
 * and the engine's tests would notice if one of these changed.
 */

/** A node of nunjucks' syntax tree; `lineno` and `colno` start at 0. */
export interface Node {
  readonly typename: string;
  readonly left?: Node;
  readonly right?: Node;
  readonly target?: Node;
  readonly val?: Node;
  readonly lineno: number;
  readonly colno: number;
  readonly value?: unknown;
  readonly name?: Node;
  readonly args?: Node;
  readonly arr?: Node;
  readonly template?: Node;
  readonly children?: readonly Node[];
}

/** Variables in scope while compiling or running. */
export interface Frame {
  variables: Record<string, unknown>;
  lookup(name: string): unknown;
  set(name: string, value: unknown, resolveUp?: boolean): void;
  push(isolateWrites?: boolean): Frame;
}

/** What belongs to one template while it runs. */
export interface Context {
  readonly ctx: Record<string, unknown>;
  readonly env: EnvironmentBase;
}

/** nunjucks' code generator: one method for each kind of node. */
export interface CompilerBase {
  readonly buffer: string;
  readonly templateName: string;
  compile(node: Node, frame: Frame): void;
  compileOutput(node: Node, frame: Frame): void;
  compileFor(node: Node, frame: Frame): void;
  compileIn(node: Node, frame: Frame): void;
  compileIs(node: Node, frame: Frame): void;
  compileInclude(node: Node, frame: Frame): void;
  compileImport(node: Node, frame: Frame): void;
  compileFromImport(node: Node, frame: Frame): void;
  compileExtends(node: Node, frame: Frame): void;
  compileLiteral(node: Node, frame: Frame): void;
  getCode(): string;
  fail(message: string, line?: number, column?: number): never;
  _emit(code: string): void;
  _emitLine(code: string): void;
  _emitFuncBegin(node: Node, name: string): void;
  _emitFuncEnd(noReturn?: boolean): void;
  _compileExpression(node: Node, frame: Frame): void;
  _compileAggregate(node: Node, frame: Frame, start?: string, end?: string): void;
  _getNodeName(node: Node): string;
  _emitLoopBindings(node: Node, list: string, index: string, length: string): void;
  _binOpEmitter(node: Node, frame: Frame, operator: string): void;
}

/** What compiled code is given to work with. */
export interface RuntimeBase {
  readonly Frame: new (parent?: Frame, isolateWrites?: boolean) => Frame;
  readonly SafeString: new (text: string) => { readonly val: string };
  memberLookup(holder: unknown, name: unknown): unknown;
  handleError(error: unknown, line: number, column: number): unknown;
  readonly [name: string]: unknown;
}

/** Called with an error or a result, at once: nothing here is asynchronous. */
export type Callback = (error: unknown, result?: string) => void;

/** The function that a template compiles into. */
export type RootFunction = (
  environment: unknown,
  context: unknown,
  frame: Frame,
  runtime: unknown,
  callback: Callback,
) => void;

/** The part of nunjucks' Template that we build on. */
export interface TemplateBase {
  readonly path: string;
  readonly tmplStr: string;
  readonly env: EnvironmentBase;
  compiled: boolean;
  blocks: unknown;
  rootRenderFunc: RootFunction;
  compile(): void;
  render(context: object, parentFrame?: Frame): string;
  _compile(): void;
  _getBlocks(properties: Record<string, RootFunction>): unknown;
}

/** The part of nunjucks' Environment that we build on. */
export interface EnvironmentBase {
  readonly opts: { readonly autoescape: boolean };
  readonly filters: Record<string, ((...args: unknown[]) => unknown) | undefined>;
  readonly globals: Record<string, unknown>;
  readonly tests: Record<string, unknown>;
  addFilter(name: string, filter: (...args: never[]) => unknown): unknown;
  addGlobal(name: string, value: unknown): unknown;
  getFilter(name: string): (...args: unknown[]) => unknown;
}

const inside = nunjucks as unknown as {
  readonly compiler: {
    readonly Compiler: new (name: string, throwOnUndefined: boolean) => CompilerBase;
  };
  readonly runtime: RuntimeBase;
  readonly Template: new (
    source: string,
    environment: EnvironmentBase,
    path: string,
    eager: boolean,
  ) => TemplateBase;
  readonly Environment: new (loaders: readonly unknown[], options: object) => EnvironmentBase;
};

/** nunjucks' code generator. */
export const Compiler = inside.compiler.Compiler;
/** nunjucks' compiled template. */
export const Template = inside.Template;
/** nunjucks' registry of filters, globals and templates. */
export const Environment = inside.Environment;
/** What nunjucks itself gives to compiled code. */
export const runtime = inside.runtime;

/** Text to syntax tree, with inheritance and filter blocks lowered to plain nodes. */
export function parse(text: string, templateName: string): Node {
  const parser = parserModule as unknown as {
    parse(text: string, extensions: unknown[], options: object): Node;
  };
  const transformer = transformerModule as unknown as {
    transform(node: Node, asyncFilters: unknown[], name: string): Node;
  };
  return transformer.transform(parser.parse(text, [], {}), [], templateName);
}
