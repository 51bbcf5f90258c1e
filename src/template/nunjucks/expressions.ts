import type { Analysis } from '../reads/analysis.ts';
import { ASKING, readAll, type Given } from '../reads/functions.ts';
import { NOTHING, type Held } from '../reads/held.ts';
import { NotFollowed } from '../reads/part.ts';
import { CallReads, type Arguments } from './call-reads.ts';
import type { Declarations } from './declarations.ts';
import { filterReads } from './filter-reads.ts';
import type { SyntaxNode } from './syntax-node.ts';

/** Operators that make something new of both sides, and so read them. */
const READING: ReadonlySet<string> = new Set([
  ...['Add', 'Concat', 'Sub', 'Mul', 'Div', 'FloorDiv', 'Mod', 'Pow', 'In', 'Neg', 'Pos'],
]);
/** Tests that only look whether there is anything. */
const LOOKING: ReadonlySet<string> = new Set(['defined', 'undefined', 'none', 'null']);
/** What the expressions of templates read, and what they may give. What is not known by name reads everything that it is given. */
export class Expressions {
  readonly #analysis: Analysis;
  readonly #declared: Declarations;
  readonly #calls: CallReads;
  readonly #statement: (node: SyntaxNode) => void;

  /** `statement` looks at what stands within expressions: the texts of blocks. */
  constructor(analysis: Analysis, declared: Declarations, statement: (node: SyntaxNode) => void) {
    this.#analysis = analysis;
    this.#declared = declared;
    this.#calls = new CallReads(analysis, declared);
    this.#statement = statement;
  }

  /** What an expression may give. Throws NotFollowed. */
  value(node: SyntaxNode | null | undefined): Held {
    if (node === null || node === undefined) return NOTHING;
    if (READING.has(node.typename)) {
      for (const side of [node.left, node.right, node.target]) this.read(side);
      return NOTHING;
    }
    switch (node.typename) {
      case 'Literal':
      case 'TemplateData':
        return NOTHING;
      case 'Capture':
        this.#statement(node);
        return NOTHING;
      case 'Symbol':
        return this.#name(String(node.value));
      case 'Group':
        return this.#all(node.children);
      case 'Array':
        return this.#all(node.children).inList();
      case 'Dict':
      case 'KeywordArgs':
        return this.#all(node.children).inMap();
      case 'Pair':
        return this.value(node.value as SyntaxNode);
      case 'LookupVal':
        return this.#member(node);
      case 'And':
      case 'Or': {
        const left = this.value(node.left);
        left.count();
        return left.with(this.value(node.right));
      }
      case 'Not':
        this.value(node.target).count();
        return NOTHING;
      case 'InlineIf':
        this.value(node.cond).count();
        return this.value(node.body).with(this.value(node.else_));
      case 'Compare':
        this.read(node.expr);
        for (const { expr } of node.ops ?? []) this.read(expr);
        return NOTHING;
      case 'Is':
        return this.#test(node);
      case 'Filter':
        return this.#filter(node);
      case 'FunCall':
        return this.#call(node);
      case 'Caller':
        this.#statement(node);
        return NOTHING;
      default:
        throw new NotFollowed(node.typename);
    }
  }

  /** All of what an expression gives is read. */
  read(node: SyntaxNode | null | undefined): void {
    this.value(node).readWhole();
  }

  #all(nodes: readonly SyntaxNode[] = []): Held {
    return nodes.reduce((all, node) => all.with(this.value(node)), NOTHING);
  }

  #name(name: string): Held {
    if (this.#declared.modules.has(name)) throw new NotFollowed('a module is handed on');
    // A function that is handed on may be called by any name.
    const asked = Object.hasOwn(ASKING, name) ? ASKING[name] : undefined;
    if (asked !== undefined) this.#analysis.root(asked).readWhole();
    return this.#analysis.variable(name);
  }

  #member({ target, val }: SyntaxNode): Held {
    const name = val?.typename === 'Literal' ? val.value : undefined;
    if (target?.typename === 'Symbol' && typeof name === 'string') {
      // A function has no members.
      const holder = String(target.value);
      const exported = this.#declared.modules.has(holder) ? this.#name(name) : NOTHING;
      return this.#analysis.variable(holder).member(name).with(exported);
    }
    const holder = this.value(target);
    if (typeof name === 'string') return holder.member(name);
    if (typeof name === 'number') return holder.items();
    this.read(val);
    holder.readWhole();
    return NOTHING;
  }

  #test({ left, right }: SyntaxNode): Held {
    const test = right?.name?.value ?? right?.value;
    const tested = this.value(left);
    if (LOOKING.has(String(test))) tested.count();
    else tested.readWhole();
    for (const argument of right?.args?.children ?? []) this.read(argument);
    return NOTHING;
  }

  #filter({ name, args }: SyntaxNode): Held {
    const { given, named } = this.#given(args);
    for (const { held } of [...given, ...named.values()]) held.count();
    return filterReads(String(name?.value), given, named, this.#analysis);
  }

  #call({ name: callee, args }: SyntaxNode): Held {
    const { given, named } = this.#given(args);
    // How long they are is counted.
    for (const { held } of [...given, ...named.values()]) held.count();
    if (callee?.typename === 'Symbol') {
      return this.#calls.byName(String(callee.value), { given, named });
    }
    const method = callee?.typename === 'LookupVal' ? callee.val : undefined;
    if (typeof method?.value !== 'string') {
      this.read(callee);
      return readAll([...given, ...named.values()], this.#analysis);
    }
    const holder = callee?.target;
    if (holder?.typename === 'Symbol' && this.#declared.modules.has(String(holder.value))) {
      this.#analysis.variable(String(holder.value)).readWhole();
      return this.#calls.ofModule(method.value, { given, named });
    }
    return this.#calls.ofMethod(this.value(holder), method.value, { given, named });
  }

  #given(args: SyntaxNode | undefined): Arguments {
    const given: Given[] = [];
    const named = new Map<string, Given>();
    for (const node of args?.children ?? []) {
      if (node.typename === 'KeywordArgs') {
        for (const { key, value } of node.children ?? []) {
          named.set(String(key?.value), this.#argument(value as SyntaxNode));
        }
      } else given.push(this.#argument(node));
    }
    return { given, named };
  }

  #argument(node: SyntaxNode): Given {
    const held = this.value(node);
    return node.typename === 'Literal' ? { held, constant: node.value } : { held };
  }
}
