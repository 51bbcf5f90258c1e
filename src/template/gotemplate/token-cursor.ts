import { GoFailure } from './failure.ts';
import type { SourceText } from './source-text.ts';
import type { Token, TokenKind } from './tokens.ts';

/** Walks over the tokens of one template. */
export class TokenCursor {
  readonly source: SourceText;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(source: SourceText, tokens: readonly Token[]) {
    this.source = source;
    this.#tokens = tokens;
  }

  /** The next token; past the last one, the last one again. */
  peek(): Token {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)];
    if (token === undefined) throw new Error('a template without tokens');
    return token;
  }

  /** The next token that is no white space. The white space before it is passed over. */
  peekNonSpace(): Token {
    while (this.peek().kind === 'space') this.#at += 1;
    return this.peek();
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  nextNonSpace(): Token {
    this.peekNonSpace();
    return this.next();
  }

  /** A mark to come back to with {@link reset}. */
  mark(): number {
    return this.#at;
  }

  reset(mark: number): void {
    this.#at = mark;
  }

  /** The offset behind the last token that was taken. */
  lastEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  /** The next token that is no white space, which has to be of one of these kinds. */
  expect(context: string, ...kinds: readonly TokenKind[]): Token {
    const token = this.nextNonSpace();
    if (!kinds.includes(token.kind)) throw this.unexpected(token, context);
    return token;
  }

  /** The error for a token that cannot stand here; `context` says where. */
  unexpected(token: Token, context: string): GoFailure {
    if (token.kind === 'error') return this.failure(token, token.text);
    if (token.kind === 'end')
      return this.failure(token, `unexpected end of the template in ${context}`);
    const name =
      token.kind === 'keyword' ? `{{${token.text}}}` : JSON.stringify(shortened(token.text));
    return this.failure(token, `unexpected ${name} in ${context}`);
  }

  failure(at: { readonly start: number }, message: string): GoFailure {
    return new GoFailure(this.source.positionAt(at.start), message);
  }
}

function shortened(text: string): string {
  return text.length > 20 ? `${text.slice(0, 20)}…` : text;
}
