import { AutotmplError } from '../../core/errors.ts';
import { Compiler, type Frame, type Node } from './internals.ts';
import { checkPattern } from './pattern.ts';

/** What stands for an expression that has no name. */
const EXPRESSION = '(…)';

/**
 * nunjucks' code generator, changed in one respect: every call, filter, loop and output tells the runtime where in the
 * template it stands. nunjucks itself knows this only for some of them, and loses it in macros and filters.
 */
export class PositionedCompiler extends Compiler {
  readonly #filters: ReadonlySet<string>;

  /** `filters` are the names that a template may pipe into. */
  constructor(templateName: string, filters: ReadonlySet<string>) {
    super(templateName, false);
    this.#filters = filters;
  }

  /** In brackets, which tell V8 to compile the function at once: it will run, and would else be read twice. */
  override _emitFuncBegin(node: Node, name: string): void {
    this._emit(`const ${name} = (`);
    super._emitFuncBegin(node, name);
  }

  override _emitFuncEnd(noReturn?: boolean): void {
    super._emitFuncEnd(noReturn);
    this._emitLine(');');
  }

  override compileOutput(node: Node, frame: Frame): void {
    for (const child of node.children ?? []) {
      if (child.typename === 'TemplateData') {
        if (child.value === '') continue;
        this._emit(`${this.buffer} += `);
        this.compileLiteral(child, frame);
        this._emitLine(';');
      } else {
        this._emit(`${this.buffer} += runtime.print(`);
        this.compile(child, frame);
        this._emitLine(`, ${JSON.stringify(this._getNodeName(child))}, ${this.#position(child)});`);
      }
    }
  }

  /** JavaScript's regular expressions may take for ever. */
  override compileLiteral(node: Node, frame: Frame): void {
    const { value } = node;
    if (!(value instanceof RegExp)) {
      super.compileLiteral(node, frame);
      return;
    }
    try {
      checkPattern(value);
    } catch (error) {
      throw error instanceof AutotmplError ? new PlacedError(error, node) : error;
    }
    this._emit(`runtime.pattern(${JSON.stringify(value.source)}, ${JSON.stringify(value.flags)})`);
  }

  compileFunCall(node: Node, frame: Frame): void {
    if (node.name === undefined || node.args === undefined) this.fail('a call without a name');
    this._emit('runtime.callAt(');
    this._compileExpression(node.name, frame);
    this._emit(`, ${JSON.stringify(this._getNodeName(node.name))}, context, `);
    this._compileAggregate(node.args, frame, '[', ']');
    this._emit(`, ${this.#position(node)})`);
  }

  compileFilter(node: Node, frame: Frame): void {
    if (node.name === undefined || node.args === undefined) this.fail('a filter without a name');
    const name = String(node.name.value);
    if (!this.#filters.has(name)) {
      throw new PlacedError(unknownFilter(name), node);
    }
    this._emit(`runtime.filterAt(env, ${JSON.stringify(name)}, context, `);
    this._compileAggregate(node.args, frame, '[', ']');
    const [input] = node.args.children ?? [];
    const inputName = input === undefined ? EXPRESSION : this._getNodeName(input);
    this._emit(`, ${JSON.stringify(inputName)}, ${this.#position(node)})`);
  }

  /** JavaScript makes the text "undefined" of what is not there. */
  override _binOpEmitter(node: Node, frame: Frame, operator: string): void {
    const { left, right } = node;
    if (!operator.startsWith(' + ') || left === undefined || right === undefined) {
      super._binOpEmitter(node, frame, operator);
      return;
    }
    this.#operand(left, frame);
    this._emit(operator);
    this.#operand(right, frame);
  }

  #operand(node: Node, frame: Frame): void {
    this._emit('runtime.operand(');
    this.compile(node, frame);
    this._emit(`, ${JSON.stringify(this._getNodeName(node))}, ${this.#position(node)})`);
  }

  /** As people wrote it, as far as it is a path of names. */
  override _getNodeName(node: Node): string {
    switch (node.typename) {
      case 'Symbol':
        return String(node.value);
      case 'Literal':
        return JSON.stringify(node.value) ?? EXPRESSION;
      case 'FunCall':
        return node.name === undefined ? EXPRESSION : `${this._getNodeName(node.name)}(…)`;
      case 'LookupVal': {
        const target = node.target === undefined ? EXPRESSION : this._getNodeName(node.target);
        const name = node.val?.typename === 'Literal' ? node.val.value : undefined;
        if (typeof name === 'string' && /^[a-z_]\w*$/i.test(name)) return `${target}.${name}`;
        return `${target}[${node.val === undefined ? '…' : this._getNodeName(node.val)}]`;
      }
      default:
        return EXPRESSION;
    }
  }

  override compileFor(node: Node, frame: Frame): void {
    if (node.arr?.typename === 'Symbol') {
      this._emit('runtime.loopOver(');
      this._compileExpression(node.arr, frame);
      this._emitLine(`, ${JSON.stringify(String(node.arr.value))}, ${this.#position(node.arr)});`);
    }
    super.compileFor(node, frame);
  }

  /** Where a turn of a loop begins. */
  override _emitLoopBindings(node: Node, list: string, index: string, length: string): void {
    this._emitLine(`runtime.turn(${this.buffer}.length, ${this.#position(node)});`);
    // A variable of this name is as wrong as it is in nunjucks.
    const names = node.name?.children ?? [node.name];
    if (names.some((name) => name?.value === 'loop')) {
      super._emitLoopBindings(node, list, index, length);
    } else {
      this._emitLine(`runtime.bindLoop(frame, ${index}, ${length});`);
    }
  }

  override compileIn(node: Node, frame: Frame): void {
    this.#placed(node, () => super.compileIn(node, frame));
  }

  override compileIs(node: Node, frame: Frame): void {
    this.#placed(node, () => super.compileIs(node, frame));
  }

  override compileInclude(node: Node, frame: Frame): void {
    this.#mark(node);
    super.compileInclude(node, frame);
  }

  override compileImport(node: Node, frame: Frame): void {
    this.#mark(node);
    super.compileImport(node, frame);
  }

  override compileFromImport(node: Node, frame: Frame): void {
    this.#mark(node);
    super.compileFromImport(node, frame);
  }

  override compileExtends(node: Node, frame: Frame): void {
    this.#mark(node);
    super.compileExtends(node, frame);
  }

  /** An operator that may fail, with its place before it. */
  #placed(node: Node, compileOperator: () => void): void {
    this._emit(`(runtime.mark(${this.#position(node)}), `);
    compileOperator();
    this._emit(')');
  }

  #mark(node: Node): void {
    this._emitLine(`runtime.mark(${this.#position(node)});`);
  }

  #position(node: Node): string {
    return `${JSON.stringify(this.templateName)}, ${node.lineno + 1}, ${node.colno + 1}`;
  }
}

/** An error of a template that is compiled, with its place. Line and column start at 1. */
export class PlacedError extends Error {
  readonly error: AutotmplError;
  readonly line: number;
  readonly column: number;

  constructor(error: AutotmplError, { lineno, colno }: Node) {
    super(error.message);
    this.error = error;
    this.line = lineno + 1;
    this.column = colno + 1;
  }
}

function unknownFilter(filter: string): AutotmplError {
  return new AutotmplError('template', `there is no filter "${filter}"`, {
    advice:
      'docs/reference/functions.md lists the filters of autotmpl, the manual of Nunjucks its own',
  });
}
