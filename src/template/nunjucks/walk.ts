import type { Analysis } from '../reads/analysis.ts';
import { NotFollowed } from '../reads/part.ts';
import { declarationsOf, type Declarations } from './declarations.ts';
import { Expressions } from './expressions.ts';
import type { SyntaxNode } from './syntax-node.ts';

/** The walk through the syntax trees of a template and of all that it includes. Throws NotFollowed. */
export function walkThrough(trees: readonly SyntaxNode[], analysis: Analysis): () => void {
  const reads = new Walk(analysis, declarationsOf(trees));
  return () => {
    for (const tree of trees) reads.statement(tree);
  };
}

/** Looks at the statements of a template and of all that it includes. */
class Walk {
  readonly #analysis: Analysis;
  readonly #declared: Declarations;
  readonly #expressions: Expressions;

  constructor(analysis: Analysis, declared: Declarations) {
    this.#analysis = analysis;
    this.#declared = declared;
    this.#expressions = new Expressions(analysis, declared, (node) => this.statement(node));
  }

  /** Looks at a statement, or a list of them. Throws NotFollowed. */
  statement(node: SyntaxNode | null | undefined): void {
    if (node === null || node === undefined) return;
    switch (node.typename) {
      case 'Root':
      case 'NodeList':
        for (const child of node.children ?? []) this.statement(child);
        return;
      case 'Output':
        for (const child of node.children ?? []) this.#expressions.read(child);
        return;
      case 'TemplateData':
      case 'Include':
      case 'Import':
      case 'Extends':
      case 'Super':
        return;
      case 'FromImport':
        this.#import();
        return;
      case 'Block':
      case 'Capture':
        this.statement(node.body);
        return;
      case 'If':
        this.#expressions.value(node.cond).count();
        this.statement(node.body);
        this.statement(node.else_);
        return;
      case 'Switch':
        this.#expressions.read(node.expr);
        for (const { cond, body } of node.cases ?? []) {
          this.#expressions.read(cond);
          this.statement(body);
        }
        this.statement(node.default);
        return;
      case 'For':
        this.#loop(node);
        return;
      case 'Set':
        this.#set(node);
        return;
      case 'Macro':
      case 'Caller':
        this.#macro(node);
        return;
      default:
        throw new NotFollowed(node.typename);
    }
  }

  #loop({ arr, name, body, else_ }: SyntaxNode): void {
    const list = this.#expressions.value(arr);
    list.count();
    if (name?.typename === 'Array') {
      for (const [at, target] of (name.children ?? []).entries()) {
        this.#analysis.assign(String(target.value), list.itemsApart(at));
      }
    } else this.#analysis.assign(String(name?.value), list.items());
    this.statement(body);
    this.statement(else_);
  }

  #set({ targets = [], value, body }: SyntaxNode): void {
    this.statement(body);
    const held = this.#expressions.value(value as SyntaxNode | null);
    for (const target of targets) this.#analysis.assign(String(target.value), held);
  }

  /** What is imported by another name is what it is, and the other way round: whoever calls it may mean either. */
  #import(): void {
    for (const [name, alias] of this.#declared.aliases) {
      this.#analysis.assign(alias, this.#analysis.variable(name));
    }
  }

  #macro({ args, body }: SyntaxNode): void {
    for (const parameter of args?.children ?? []) {
      for (const { key, value } of parameter.children ?? []) {
        this.#analysis.assign(String(key?.value), this.#expressions.value(value as SyntaxNode));
      }
    }
    this.statement(body);
  }
}
