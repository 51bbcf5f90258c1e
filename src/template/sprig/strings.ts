/** Text. */
import { cannot } from '../functions/arguments.ts';
import { quoteText } from '../gotemplate/quote-text.ts';
import { derived, variadic } from '../gotemplate/functions.ts';
import type { GoFunction, GoValue } from '../gotemplate/values.ts';
import { isNil, LONGEST_RESULT, takeCount, takeGoText, toText } from './arguments.ts';
import { camelCase, snakeCase, swapCase } from './letter-case.ts';
import { wrapText } from './wrap.ts';

/** Sprig's functions for text. */
export const STRINGS: Readonly<Record<string, GoFunction>> = {
  abbrev: derived(abbrev),
  abbrevboth: derived(abbrevBoth),
  trunc: derived(trunc),
  trim: onText('trim', (text) => text.trim()),
  upper: onText('upper', (text) => text.toUpperCase()),
  lower: onText('lower', (text) => text.toLowerCase()),
  title: onText('title', (text) => eachWord(text, (first) => first.toUpperCase())),
  untitle: onText('untitle', (text) => eachWord(text, (first) => first.toLowerCase())),
  substr: derived(substr),
  repeat: derived(repeat),
  trimall: derived((cutset, text) => trimAll('trimall', cutset, text)),
  trimAll: derived((cutset, text) => trimAll('trimAll', cutset, text)),
  trimSuffix: onTexts('trimSuffix', (suffix, text) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  trimPrefix: onTexts('trimPrefix', (prefix, text) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  nospace: onText('nospace', (text) => text.replace(/\p{White_Space}/gu, '')),
  initials: onText('initials', (text) =>
    [...text.matchAll(/(?<!\P{White_Space})\P{White_Space}/gu)].map(([first]) => first).join(''),
  ),
  swapcase: onText('swapcase', swapCase),
  snakecase: onText('snakecase', (text) => snakeCase(text, '_')),
  kebabcase: onText('kebabcase', (text) => snakeCase(text, '-')),
  camelcase: onText('camelcase', camelCase),
  wrap: derived((width, text) => {
    const columns = takeCount('wrap', 'width', width);
    return wrapText(takeGoText('wrap', 'text', text), columns, '\n', false);
  }),
  wrapWith: derived((width, separator, text) => {
    const columns = takeCount('wrapWith', 'width', width);
    const between = takeGoText('wrapWith', 'separator', separator);
    return wrapText(takeGoText('wrapWith', 'text', text), columns, between, true);
  }),
  contains: onTexts('contains', (part, text) => text.includes(part)),
  hasPrefix: onTexts('hasPrefix', (prefix, text) => text.startsWith(prefix)),
  hasSuffix: onTexts('hasSuffix', (suffix, text) => text.endsWith(suffix)),
  quote: variadic(0, (values) => each(values, (value) => quoteText(toText(value), false))),
  squote: variadic(0, (values) => each(values, (value) => `'${toText(value)}'`)),
  cat: variadic(0, (values) => each(values, toText)),
  indent: derived((spaces, text) => indent('indent', spaces, text)),
  nindent: derived((spaces, text) => `\n${indent('nindent', spaces, text)}`),
  replace: derived((from, to, text) => {
    const [old, fresh] = [takeGoText('replace', 'from', from), takeGoText('replace', 'to', to)];
    return takeGoText('replace', 'text', text).replaceAll(old, () => fresh);
  }),
  plural: derived((one, many, count) =>
    takeCount('plural', 'count', count) === 1
      ? takeGoText('plural', 'one', one)
      : takeGoText('plural', 'many', many),
  ),
  toString: derived(toText),
  hello: derived(() => 'Hello!'),
};

function onText(call: string, work: (text: string) => GoValue): GoFunction {
  return derived((text) => work(takeGoText(call, 'text', text)));
}

function onTexts(call: string, work: (argument: string, text: string) => GoValue): GoFunction {
  return derived((argument, text) =>
    work(takeGoText(call, 'argument', argument), takeGoText(call, 'text', text)),
  );
}

function each(values: readonly GoValue[], write: (value: GoValue) => string): string {
  return values
    .filter((value) => !isNil(value))
    .map(write)
    .join(' ');
}

function abbrev(width: GoValue, text: GoValue): string {
  const columns = takeCount('abbrev', 'width', width);
  const whole = takeGoText('abbrev', 'text', text);
  return columns < 4 ? whole : shorten(whole, columns);
}

/** Keeps `width` characters from about `offset` on, with dots where something is left out. */
function abbrevBoth(offset: GoValue, width: GoValue, text: GoValue): string {
  const columns = takeCount('abbrevboth', 'width', width);
  let start = takeCount('abbrevboth', 'offset', offset);
  const whole = takeGoText('abbrevboth', 'text', text);
  if (columns < 4 || (start > 0 && columns < 7) || whole.length <= columns) return whole;
  start = Math.min(start, whole.length);
  if (whole.length - start < columns - 3) start = whole.length - (columns - 3);
  if (start <= 4) return `${whole.slice(0, columns - 3)}...`;
  if (start + columns - 3 < whole.length) return `...${shorten(whole.slice(start), columns - 3)}`;
  return `...${whole.slice(whole.length - (columns - 3))}`;
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 3)}...`;
}

/** The first `count` bytes, or with a negative one the last ones. */
function trunc(count: GoValue, text: GoValue): string {
  const length = takeCount('trunc', 'count', count);
  const bytes = Buffer.from(takeGoText('trunc', 'text', text));
  if (length < 0 && bytes.length + length > 0) return bytes.subarray(length).toString();
  return length >= 0 && bytes.length > length
    ? bytes.subarray(0, length).toString()
    : bytes.toString();
}

function substr(start: GoValue, end: GoValue, text: GoValue): string {
  const bytes = Buffer.from(takeGoText('substr', 'text', text));
  const from = takeCount('substr', 'start', start);
  const to = takeCount('substr', 'end', end);
  if (from < 0) return bytes.subarray(0, Math.max(0, to)).toString();
  return bytes.subarray(from, to < 0 ? bytes.length : to).toString();
}

function repeat(count: GoValue, text: GoValue): string {
  const times = takeCount('repeat', 'count', count);
  const one = takeGoText('repeat', 'text', text);
  if (times < 0) throw cannot('repeat', 'count is negative');
  if (times * one.length > LONGEST_RESULT) {
    throw cannot('repeat', `it would be longer than ${LONGEST_RESULT} characters`);
  }
  return one.repeat(times);
}

function trimAll(call: string, cutset: GoValue, text: GoValue): string {
  const cut = new Set(takeGoText(call, 'cutset', cutset));
  const characters = [...takeGoText(call, 'text', text)];
  const start = characters.findIndex((one) => !cut.has(one));
  const end = characters.findLastIndex((one) => !cut.has(one));
  return start === -1 ? '' : characters.slice(start, end + 1).join('');
}

function indent(call: string, spaces: GoValue, text: GoValue): string {
  const count = takeCount(call, 'spaces', spaces);
  if (count < 0 || count > 1000) throw cannot(call, 'spaces must be between 0 and 1000');
  const margin = ' '.repeat(count);
  return margin + takeGoText(call, 'text', text).replaceAll('\n', `\n${margin}`);
}

function eachWord(text: string, change: (first: string) => string): string {
  return text.replace(/(?<![\p{L}\p{N}_'])\p{L}/gu, change);
}
