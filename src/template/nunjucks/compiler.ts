import { AutotmplError } from '../../core/errors.ts';
import { Compiler, type Frame, type Node } from './internals.ts';

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
      throw new UnknownFilterError(name, node.lineno + 1, node.colno + 1);
    }
    this._emit(`runtime.filterAt(env, ${JSON.stringify(name)}, context, `);
    this._compileAggregate(node.args, frame, '[', ']');
    this._emit(`, ${this.#position(node)})`);
  }

  override compileFor(node: Node, frame: Frame): void {
    if (node.arr?.typename === 'Symbol') {
      this._emit('runtime.loopOver(');
      this._compileExpression(node.arr, frame);
      this._emitLine(`, ${JSON.stringify(String(node.arr.value))}, ${this.#position(node.arr)});`);
    }
    super.compileFor(node, frame);
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

/** A template pipes into a name that is no filter. Line and column start at 1. */
export class UnknownFilterError extends AutotmplError {
  readonly line: number;
  readonly column: number;

  constructor(filter: string, line: number, column: number) {
    super('template', `there is no filter "${filter}"`, {
      advice:
        'docs/reference/functions.md lists the filters of autotmpl, the manual of Nunjucks its own',
    });
    this.line = line;
    this.column = column;
  }
}
