import type { GoFailure } from './failure.ts';
import type { GoFunctions } from './functions.ts';
import { LiteralError, readCharacter, readNumber, readString } from './literals.ts';
import type { Command, Operand, Pipeline, Span } from './nodes.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { Token, TokenKind } from './tokens.ts';

const ROOT_VARIABLE = '$';

/** Parses what stands inside of an action, and knows which variables there are. */
export class PipelineParser {
  readonly #cursor: TokenCursor;
  readonly #functions: GoFunctions;
  readonly #deepest: number;
  #variables = [ROOT_VARIABLE];
  #depth = 0;

  constructor(cursor: TokenCursor, functions: GoFunctions, deepest: number) {
    this.#cursor = cursor;
    this.#functions = functions;
    this.#deepest = deepest;
  }

  /** Begins a scope of variables; what it returns ends it again. */
  openScope(): number {
    return this.#variables.length;
  }

  closeScope(scope: number): void {
    this.#variables.length = scope;
  }

  /** Parses with no variable but `$`: a template sees none of those around its definition. */
  inNewTemplate<T>(parse: () => T): T {
    const outer = this.#variables;
    this.#variables = [ROOT_VARIABLE];
    const result = parse();
    this.#variables = outer;
    return result;
  }

  /** A pipeline with the token that ends it. */
  parse(context: string, endKind: 'close' | 'rightParenthesis'): Pipeline {
    const cursor = this.#cursor;
    const { start } = cursor.peekNonSpace();
    const { variables, assigns } = this.#declarations(context);
    const commands: Command[] = [];
    for (;;) {
      const token = cursor.peekNonSpace();
      if (token.kind === endKind) {
        this.#check(commands, context, start);
        const end = cursor.lastEnd();
        cursor.next();
        const lone = variables.length === 0 ? loneOperand(commands) : undefined;
        return { kind: 'pipeline', variables, assigns, commands, lone, start, end };
      }
      if (!beginsOperand(token)) throw cursor.unexpected(token, context);
      commands.push(this.#command());
    }
  }

  /** `$x :=`, `$x =`, and in a range `$i, $x :=`. */
  #declarations(context: string): Pick<Pipeline, 'variables' | 'assigns'> {
    const cursor = this.#cursor;
    const variables: string[] = [];
    for (;;) {
      const mark = cursor.mark();
      const variable = cursor.peekNonSpace();
      if (variable.kind !== 'variable') break;
      cursor.next();
      const next = cursor.peekNonSpace();
      if (next.kind !== 'assign' && next.kind !== 'declare' && next.kind !== 'comma') {
        cursor.reset(mark);
        break;
      }
      cursor.next();
      variables.push(variable.text);
      this.#variables.push(variable.text);
      if (next.kind !== 'comma') return { variables, assigns: next.kind === 'assign' };
      if (context !== 'range' || variables.length === 2) {
        throw cursor.failure(next, `too many declarations in ${context}`);
      }
      if (cursor.peekNonSpace().kind !== 'variable') {
        throw cursor.failure(next, 'range can only initialize variables');
      }
    }
    if (variables.length > 0) {
      throw cursor.unexpected(cursor.peekNonSpace(), 'range, behind the names of its variables');
    }
    return { variables, assigns: false };
  }

  #check(commands: readonly Command[], context: string, start: number): void {
    if (commands.length === 0) {
      throw this.#cursor.failure({ start }, `missing value for ${context}`);
    }
    const stage = commands.findIndex(
      ({ operands: [first] }, index) => index > 0 && !isExecutable(first),
    );
    const command = commands[stage];
    if (command !== undefined) {
      throw this.#cursor.failure(command, `non executable command in pipeline stage ${stage + 1}`);
    }
  }

  /** Operands with white space between them, up to a pipe or the end. */
  #command(): Command {
    const cursor = this.#cursor;
    const first = this.#operand();
    if (first === undefined) throw cursor.unexpected(cursor.peekNonSpace(), 'command');
    const operands: [Operand, ...Operand[]] = [first];
    for (;;) {
      const token = cursor.peek();
      if (token.kind === 'space') {
        cursor.peekNonSpace();
        const operand = this.#operand();
        if (operand !== undefined) operands.push(operand);
        continue;
      }
      if (token.kind === 'pipe') cursor.next();
      else if (token.kind !== 'close' && token.kind !== 'rightParenthesis') {
        throw cursor.unexpected(token, 'operand');
      }
      return { operands, start: first.start, end: operands.at(-1)?.end ?? first.end };
    }
  }

  /** A term and the fields behind it. */
  #operand(): Operand | undefined {
    const cursor = this.#cursor;
    const term = this.#term();
    if (term === undefined || cursor.peek().kind !== 'field') return term;
    if (['constant', 'dot', 'nil'].includes(term.kind)) {
      const text = cursor.source.excerpt(term.start, term.end);
      throw cursor.failure(cursor.peek(), `unexpected . after term ${JSON.stringify(text)}`);
    }
    const path: string[] = [];
    while (cursor.peek().kind === 'field') path.push(cursor.next().text.slice(1));
    const span = { start: term.start, end: cursor.lastEnd() };
    if (term.kind === 'field' || term.kind === 'variable') {
      return { ...term, ...span, path: [...term.path, ...path] };
    }
    return { kind: 'chain', of: term, path, ...span };
  }

  #term(): Operand | undefined {
    const cursor = this.#cursor;
    const token = cursor.peekNonSpace();
    if (!beginsOperand(token)) return undefined;
    cursor.next();
    const span: Span = { start: token.start, end: token.end };
    const { kind } = token;
    if (kind === 'identifier') return this.#function(token);
    if (kind === 'dot') return { kind, ...span };
    if (kind === 'keyword') return { kind: 'nil', ...span };
    if (kind === 'field') return { kind, path: [token.text.slice(1)], ...span };
    if (kind === 'leftParenthesis') return this.#parenthesised(token);
    if (kind !== 'variable') return { kind: 'constant', value: this.#constant(token), ...span };
    if (this.#variables.includes(token.text)) return { kind, name: token.text, path: [], ...span };
    throw cursor.failure(token, `undefined variable ${JSON.stringify(token.text)}`);
  }

  #constant(token: Token): bigint | number | string | boolean {
    if (token.kind === 'bool') return token.text === 'true';
    if (token.kind === 'character') return this.#read(token, readCharacter);
    return token.kind === 'number' ? this.#read(token, readNumber) : this.readText(token);
  }

  #function(token: Token): Operand {
    const called = this.#functions.get(token.text);
    if (called === undefined) {
      throw this.#cursor.failure(token, `function ${JSON.stringify(token.text)} not defined`);
    }
    const position = this.#cursor.source.positionAt(token.start);
    const { start, end } = token;
    return { kind: 'function', name: token.text, called, position, start, end };
  }

  #parenthesised(token: Token): Operand {
    this.#depth += 1;
    if (this.#depth > this.#deepest) {
      throw this.#cursor.failure(token, `nested more than ${this.#deepest} deep`);
    }
    const pipe = this.parse('parenthesized pipeline', 'rightParenthesis');
    this.#depth -= 1;
    return { ...pipe, start: token.start, end: this.#cursor.lastEnd() };
  }

  /** The text of a string or raw string. */
  readText(token: Token): string {
    if (token.kind === 'string') return this.#read(token, readString);
    // As in Go's own source.
    return token.text.slice(1, -1).replaceAll('\r', '');
  }

  #read<T>(token: Token, read: (literal: string) => T): T {
    try {
      return read(token.text);
    } catch (error) {
      throw error instanceof LiteralError ? this.#literalFailure(token, error) : error;
    }
  }

  #literalFailure(token: Token, error: LiteralError): GoFailure {
    return this.#cursor.failure(token, error.message);
  }
}

const BEGINS_OPERAND: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'identifier',
  'dot',
  'variable',
  'field',
  'bool',
  'character',
  'number',
  'leftParenthesis',
  'string',
  'rawString',
]);

function beginsOperand({ kind, text }: Token): boolean {
  return BEGINS_OPERAND.has(kind) || (kind === 'keyword' && text === 'nil');
}

function isExecutable({ kind }: Operand): boolean {
  return kind !== 'constant' && kind !== 'dot' && kind !== 'nil';
}

/** The only operand, where to evaluate it is all there is to do. */
function loneOperand(commands: readonly Command[]): Operand | undefined {
  const [command] = commands;
  if (command === undefined || commands.length > 1 || command.operands.length > 1) return undefined;
  const [operand] = command.operands;
  return SIMPLE_KINDS.has(operand.kind) ? operand : undefined;
}

const SIMPLE_KINDS: ReadonlySet<Operand['kind']> = new Set([
  'dot',
  'constant',
  'field',
  'variable',
]);
