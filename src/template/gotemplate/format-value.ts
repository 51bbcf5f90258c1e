import { cut, pad, PLAIN, type FormatFlags } from './format-flags.ts';
import { formatFloat, formatInteger } from './format-number.ts';
import { isList, sortedEntries, typeName } from './inspect.ts';
import { quoteRaw, quoteText } from './quote-text.ts';
import { GoMethod, GoStruct, type GoMap, type GoRecord, type GoValue } from './values.ts';

/** A value by a verb, as Go's `fmt` writes it. A verb that is none for the value is shown as Go does: `%!d(string=x)`. */
export function formatByVerb(value: GoValue, verb: string, flags: FormatFlags): string {
  if (verb === 'T') return pad(cut(typeName(value), flags), flags);
  if (value === undefined || value === null) {
    return verb === 'v' ? pad('<nil>', flags) : `%!${verb}(<nil>)`;
  }
  if (verb === 'p') return formatAddress(value, flags);
  return formatInside(value, verb, flags);
}

/** A value that may be part of another. */
function formatInside(value: GoValue, verb: string, flags: FormatFlags): string {
  if (verb === 'v' && flags.goSyntax) return inGoSyntax(value, flags);
  if (value === undefined || value === null) return '<nil>';
  if (isList(value)) return formatList(value, verb, flags);
  if (value instanceof GoStruct) return formatStruct(value, verb, flags);
  if (value instanceof GoMethod) return verb === 'v' ? ADDRESS : badVerb(value, verb, flags);
  if (typeof value === 'object') return formatMap(value, verb, flags);
  return formatScalar(value, verb, flags) ?? badVerb(value, verb, flags);
}

/** Where a value lies differs in each run of a Go program, and a file that differs in each run is of no use. */
const ADDRESS = '0xc000000000';

function formatAddress(value: GoValue, flags: FormatFlags): string {
  const hasAddress = typeof value === 'object' && !(value instanceof GoStruct);
  return hasAddress ? pad(ADDRESS, flags) : badVerb(value, 'p', flags);
}

/** A value by `%v`: how actions print. */
export function formatAsPrinted(value: GoValue): string {
  if (typeof value === 'string') return value;
  return typeof value === 'bigint' ? String(value) : formatByVerb(value, 'v', PLAIN);
}

function formatScalar(
  value: string | boolean | bigint | number,
  verb: string,
  flags: FormatFlags,
): string | undefined {
  if (typeof value === 'string') return formatText(value, verb, flags);
  if (typeof value === 'bigint') return formatInteger(value, verb, flags);
  if (typeof value === 'number') return formatFloat(value, verb, flags);
  return verb === 't' || verb === 'v' ? pad(String(value), flags) : undefined;
}

function formatText(value: string, verb: string, flags: FormatFlags): string | undefined {
  switch (verb) {
    case 'v':
    case 's':
      return pad(cut(value, flags), flags);
    case 'q': {
      const text = cut(value, flags);
      return pad((flags.sharp ? quoteRaw(text) : undefined) ?? quoteText(text, flags.plus), flags);
    }
    case 'x':
    case 'X':
      return pad(hexadecimal(value, verb, flags), flags);
    default:
      return undefined;
  }
}

/** The bytes of a text; a precision counts bytes, `#` and a space put prefixes and spaces between them. */
function hexadecimal(value: string, verb: 'x' | 'X', flags: FormatFlags): string {
  const bytes = Buffer.from(value, 'utf8').subarray(0, flags.precision);
  const prefix = flags.sharp && bytes.length > 0 ? `0${verb}` : '';
  const digits = bytes.toString('hex');
  const cased = verb === 'X' ? digits.toUpperCase() : digits;
  if (!flags.space) return prefix + cased;
  return cased.replace(/../g, (pair, at) => `${at === 0 ? '' : ' '}${prefix}${pair}`);
}

function formatList(list: readonly GoValue[], verb: string, flags: FormatFlags): string {
  return `[${list.map((item) => formatInside(item, verb, flags)).join(' ')}]`;
}

function formatMap(map: GoMap | GoRecord, verb: string, flags: FormatFlags): string {
  const entries = sortedEntries(map).map(
    ([key, value]) => `${formatInside(key, verb, flags)}:${formatInside(value, verb, flags)}`,
  );
  return `map[${entries.join(' ')}]`;
}

function formatStruct(struct: GoStruct, verb: string, flags: FormatFlags): string {
  const entries = struct
    .fields()
    .map(
      ([name, value]) => `${flags.fieldNames ? `${name}:` : ''}${formatInside(value, verb, flags)}`,
    );
  return `{${entries.join(' ')}}`;
}

/** The flags hold for the value that is shown, as in Go. */
function badVerb(value: GoValue, verb: string, flags: FormatFlags): string {
  return `%!${verb}(${typeName(value)}=${formatInside(value, 'v', flags)})`;
}

/** `%#v`: as it would stand in a Go program. */
function inGoSyntax(value: GoValue, flags: FormatFlags): string {
  if (value === undefined || value === null) return 'interface {}(nil)';
  if (isList(value)) {
    return `${typeName(value)}{${value.map((item) => inGoSyntax(item, flags)).join(', ')}}`;
  }
  if (value instanceof GoMethod) return '(func)(nil)';
  if (value instanceof GoStruct) {
    const fields = value.fields().map(([name, field]) => `${name}:${inGoSyntax(field, flags)}`);
    return `${value.typeName}{${fields.join(', ')}}`;
  }
  if (typeof value === 'object') {
    const entries = sortedEntries(value).map(
      ([key, item]) => `${inGoSyntax(key, flags)}:${inGoSyntax(item, flags)}`,
    );
    return `${typeName(value)}{${entries.join(', ')}}`;
  }
  return formatScalar(value, typeof value === 'string' ? 'q' : 'v', flags) ?? '';
}
