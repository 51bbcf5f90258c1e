import type { Delimiters } from '../engine.ts';
import type { GoFunctions } from './functions.ts';
import { tokenize } from './lexer.ts';
import type { ControlStatement, Statement, TemplateTree } from './nodes.ts';
import { PipelineParser } from './pipeline-parser.ts';
import { SourceText } from './source-text.ts';
import { TokenCursor } from './token-cursor.ts';
import type { Token } from './tokens.ts';

/** Deeper nesting of branches and parentheses is nobody's template, and would overflow the stack. */
const DEEPEST_NESTING = 200;

/** The templates that a text makes: itself, and what it defines. */
export type Templates = ReadonlyMap<string, TemplateTree>;

/** Parses a template by the rules of Go's `text/template/parse`. Throws a GoFailure. */
export function parseTemplate(
  name: string,
  text: string,
  functions: GoFunctions,
  delimiters: Delimiters,
): Templates {
  const cursor = new TokenCursor(new SourceText(name, text), tokenize(text, delimiters));
  return new Parser(cursor, functions).parse();
}

interface Branch {
  readonly statements: readonly Statement[];
  /** What ended it: `{{end}}` or `{{else}}`, up to the word. */
  readonly end: Token;
}

class Parser {
  readonly #cursor: TokenCursor;
  readonly #pipelines: PipelineParser;
  readonly #trees = new Map<string, TemplateTree>();
  #loops = 0;
  #depth = 0;

  constructor(cursor: TokenCursor, functions: GoFunctions) {
    this.#cursor = cursor;
    this.#pipelines = new PipelineParser(cursor, functions, DEEPEST_NESTING);
  }

  parse(): Templates {
    const statements: Statement[] = [];
    const cursor = this.#cursor;
    for (;;) {
      const mark = cursor.mark();
      const token = cursor.next();
      if (token.kind === 'end') break;
      if (token.kind === 'open' && isWord(cursor.peekNonSpace(), 'define')) {
        cursor.next();
        this.#define();
        continue;
      }
      cursor.reset(mark);
      const statement = this.#textOrAction();
      if (isBranchEnd(statement)) {
        throw cursor.failure(statement, `unexpected {{${statement.text}}}`);
      }
      statements.push(statement);
    }
    this.#add(this.#cursor.source.name, statements, cursor.peek());
    return this.#trees;
  }

  #textOrAction(): Statement | Token {
    const token = this.#cursor.next();
    if (token.kind === 'text') return { ...token, kind: 'text' };
    if (token.kind === 'open') return this.#action();
    throw this.#cursor.unexpected(token, 'input');
  }

  /** An action, behind its delimiter; for `end` and `else` the token itself. */
  #action(): Statement | Token {
    const cursor = this.#cursor;
    const token = cursor.peekNonSpace();
    if (token.kind !== 'keyword' || token.text === 'nil') {
      const pipe = this.#pipelines.parse('command', 'close');
      return { kind: 'action', pipe, start: pipe.start, end: pipe.end };
    }
    cursor.next();
    switch (token.text) {
      case 'if':
      case 'with':
      case 'range':
        return this.#control(token.text, token);
      case 'end':
        cursor.expect('end', 'close');
        return token;
      case 'else':
        return token;
      case 'template':
        return this.#template(token);
      case 'block':
        return this.#block(token);
      case 'break':
      case 'continue':
        cursor.expect(`{{${token.text}}}`, 'close');
        if (this.#loops === 0) {
          throw cursor.failure(token, `{{${token.text}}} outside {{range}}`);
        }
        return { kind: token.text, start: token.start, end: token.end };
      default:
        throw cursor.unexpected(token, 'command');
    }
  }

  #control(kind: ControlStatement['kind'], at: Token): ControlStatement {
    const scope = this.#pipelines.openScope();
    const pipe = this.#pipelines.parse(kind, 'close');
    if (kind === 'range') this.#loops += 1;
    const { statements: body, end } = this.#branch(at);
    if (kind === 'range') this.#loops -= 1;
    const otherwise = end.text === 'else' ? this.#otherwise(kind, at) : [];
    this.#pipelines.closeScope(scope);
    return { kind, pipe, body, otherwise, start: at.start, end: pipe.end };
  }

  /** What stands behind `else`: another condition, or a branch. */
  #otherwise(kind: ControlStatement['kind'], at: Token): readonly Statement[] {
    const cursor = this.#cursor;
    const next = cursor.peekNonSpace();
    if (kind !== 'range' && isWord(next, kind)) {
      cursor.next();
      // Its own end is the end of the whole.
      return [this.#deeper(next, () => this.#control(kind, next))];
    }
    cursor.expect('else', 'close');
    const { statements, end } = this.#branch(at);
    if (end.text !== 'end') throw cursor.failure(end, 'expected {{end}}; found {{else}}');
    return statements;
  }

  #branch(at: Token): Branch {
    return this.#deeper(at, () => {
      const statements: Statement[] = [];
      for (;;) {
        if (this.#cursor.peek().kind === 'end') {
          throw this.#cursor.failure(at, `{{${at.text}}} has no {{end}}`);
        }
        const statement = this.#textOrAction();
        if (isBranchEnd(statement)) return { statements, end: statement };
        statements.push(statement);
      }
    });
  }

  #deeper<T>(at: Token, parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEEPEST_NESTING) {
      throw this.#cursor.failure(at, `nested more than ${DEEPEST_NESTING} deep`);
    }
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  #template(at: Token): Statement {
    const name = this.#name('template clause');
    const nameEnd = this.#cursor.lastEnd();
    const pipe = this.#argument('template clause');
    return { kind: 'template', name, pipe, start: at.start, end: pipe?.end ?? nameEnd };
  }

  /** A template that is defined where it is used. */
  #block(at: Token): Statement {
    const name = this.#name('block clause');
    const pipe = this.#pipelines.parse('block clause', 'close');
    this.#add(name, this.#templateBody(at, 'block'), at);
    return { kind: 'template', name, pipe, start: at.start, end: pipe.end };
  }

  #define(): void {
    const at = this.#cursor.peekNonSpace();
    const name = this.#name('define clause');
    this.#cursor.expect('define clause', 'close');
    this.#add(name, this.#templateBody({ ...at, text: 'define' }, 'define'), at);
  }

  #templateBody(at: Token, kind: 'define' | 'block'): readonly Statement[] {
    const loops = this.#loops;
    this.#loops = 0;
    const { statements, end } = this.#pipelines.inNewTemplate(() => this.#branch(at));
    this.#loops = loops;
    if (end.text !== 'end') {
      throw this.#cursor.failure(end, `unexpected {{else}} in ${kind} clause`);
    }
    return statements;
  }

  #name(context: string): string {
    const token = this.#cursor.expect(context, 'string', 'rawString');
    return this.#pipelines.readText(token);
  }

  #argument(context: string) {
    if (this.#cursor.peekNonSpace().kind !== 'close') {
      return this.#pipelines.parse(context, 'close');
    }
    this.#cursor.next();
    return undefined;
  }

  /** Of two templates with a name, one that is empty gives way; two that hold something are a mistake. */
  #add(name: string, body: readonly Statement[], at: Token): void {
    const known = this.#trees.get(name);
    if (known === undefined || isEmpty(known.body)) {
      this.#trees.set(name, { name, source: this.#cursor.source, body });
    } else if (!isEmpty(body)) {
      throw this.#cursor.failure(at, `multiple definition of template ${JSON.stringify(name)}`);
    }
  }
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'keyword' && token.text === word;
}

function isBranchEnd(statement: Statement | Token): statement is Token {
  return statement.kind === 'keyword';
}

function isEmpty(body: readonly Statement[]): boolean {
  return body.every((statement) => statement.kind === 'text' && statement.text.trim() === '');
}
