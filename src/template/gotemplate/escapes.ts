import { sprint } from './format.ts';
import { isPrintable } from './quote-text.ts';
import type { GoValue } from './values.ts';

const HTML: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

/** The values as one text that is safe in HTML. */
export function html(values: readonly GoValue[]): string {
  return joined(values).replace(/[\0"'&<>]/g, (character) => HTML[character] ?? character);
}

/** The values as one text that is safe inside of a JavaScript string. */
export function js(values: readonly GoValue[]): string {
  return joined(values).replace(/[^ !#$%(-;?-[\]-~]/gu, escapeForScript);
}

/** The values as one text that is safe in the query of a URL. */
export function urlquery(values: readonly GoValue[]): string {
  return joined(values).replace(/[^A-Za-z0-9_.~-]/gu, (character) => {
    if (character === ' ') return '+';
    return Array.from(Buffer.from(character, 'utf8'), (byte) => `%${hexadecimal(byte, 2)}`).join(
      '',
    );
  });
}

function joined(values: readonly GoValue[]): string {
  return sprint(values.map((value) => value ?? '<no value>'));
}

function escapeForScript(character: string): string {
  if (/[\\'"]/.test(character)) return `\\${character}`;
  const code = character.codePointAt(0) ?? 0;
  const isPlain = code < 0x80 ? code >= 0x20 && !/[<>&=]/.test(character) : isPrintable(character);
  return isPlain ? character : `\\u${hexadecimal(code, 4)}`;
}

function hexadecimal(code: number, width: number): string {
  return code.toString(16).toUpperCase().padStart(width, '0');
}
