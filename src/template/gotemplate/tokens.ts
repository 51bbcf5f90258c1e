import type { Delimiters } from '../engine.ts';

/** Words that are no names: what each of them begins or means. */
export const KEYWORDS = [
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'nil',
  'range',
  'template',
  'with',
] as const;

/** What a token is. `other` is a character that means nothing in an action. `error` is the last one, and its text is the complaint. */
export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'keyword'
  | 'identifier'
  | 'field'
  | 'variable'
  | 'dot'
  | 'bool'
  | 'number'
  | 'character'
  | 'string'
  | 'rawString'
  | 'assign'
  | 'declare'
  | 'pipe'
  | 'leftParenthesis'
  | 'rightParenthesis'
  | 'comma'
  | 'other'
  | 'end'
  | 'error';

/** A piece of a template. The text of a trimmed `text` token is shorter than its source. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset of its first character. */
  readonly start: number;
  /** Offset behind its last character. */
  readonly end: number;
}

/** Go's own. */
export const DEFAULT_DELIMITERS: Delimiters = { left: '{{', right: '}}' };
