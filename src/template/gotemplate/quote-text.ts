const LETTERS: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** Letters, marks, numbers, punctuation, symbols and the space: what Go calls printable. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Whether a character shows. */
export function isPrintable(character: string): boolean {
  return PRINTABLE.test(character);
}

/** A text between double quotes as Go writes it; `ascii` where nothing beyond ASCII may show. */
export function quoteText(text: string, ascii: boolean): string {
  const special = text.replace(/[^ !#-[\]-~]/gu, (character) => escaped(character, '"', ascii));
  return `"${special}"`;
}

/** A character between single quotes as Go writes it. */
export function quoteCharacter(character: string, ascii: boolean): string {
  return `'${escaped(character, "'", ascii)}'`;
}

/** A text between back quotes where that can be done. */
export function quoteRaw(text: string): string | undefined {
  const cannot = /[`\ufeff\ufffd\x7f]/.test(text) || /[\x00-\x08\x0a-\x1f]/.test(text);
  return cannot ? undefined : `\`${text}\``;
}

function escaped(character: string, quote: string, ascii: boolean): string {
  if (character === quote) return `\\${quote}`;
  const letter = LETTERS[character];
  if (letter !== undefined) return letter;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80 ? code >= 0x20 && code < 0x7f : !ascii && isPrintable(character)) {
    return character;
  }
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
