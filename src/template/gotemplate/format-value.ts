import { pad, PLAIN, type FormatFlags } from './format-flags.ts';
import { formatFloat, formatInteger } from './format-number.ts';
import { quoteRaw, quoteText } from './quote-text.ts';
import {
  GoMethod,
  GoStruct,
  isList,
  sortedEntries,
  typeName,
  type GoMap,
  type GoRecord,
  type GoValue,
} from './values.ts';

/** A value by a verb, as Go's `fmt` writes it. A verb that is none for the value is shown as Go does: `%!d(string=x)`. */
export function formatByVerb(value: GoValue, verb: string, flags: FormatFlags): string {
  if (verb === 'T') return pad(typeName(value), flags);
  if (value === undefined || value === null) {
    return verb === 'v' ? pad('<nil>', flags) : `%!${verb}(<nil>)`;
  }
  if (verb === 'v' && flags.sharp) return inGoSyntax(value, flags);
  if (isList(value)) return formatList(value, verb, flags);
  if (value instanceof GoStruct) return formatStruct(value, verb, flags);
  if (value instanceof GoMethod) return verb === 'v' ? '<func>' : badVerb(value, verb);
  if (typeof value === 'object') return formatMap(value, verb, flags);
  return formatScalar(value, verb, flags) ?? badVerb(value, verb);
}

/** A value by `%v`: how actions print. */
export function formatAsPrinted(value: GoValue): string {
  return typeof value === 'string' ? value : formatByVerb(value, 'v', PLAIN);
}

function formatScalar(
  value: string | boolean | bigint | number,
  verb: string,
  flags: FormatFlags,
): string | undefined {
  // In %+v the plus is for the names of fields.
  const own = verb === 'v' ? { ...flags, plus: false } : flags;
  if (typeof value === 'string') return formatText(value, verb, own);
  if (typeof value === 'bigint') return formatInteger(value, verb, own);
  if (typeof value === 'number') return formatFloat(value, verb, own);
  return verb === 't' || verb === 'v' ? pad(String(value), own) : undefined;
}

function formatText(value: string, verb: string, flags: FormatFlags): string | undefined {
  const { precision } = flags;
  const text = precision === undefined ? value : [...value].slice(0, precision).join('');
  switch (verb) {
    case 'v':
    case 's':
      return pad(text, flags);
    case 'q':
      return pad((flags.sharp ? quoteRaw(text) : undefined) ?? quoteText(text, flags.plus), flags);
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
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const cased = verb === 'X' ? digits.map((pair) => pair.toUpperCase()) : digits;
  return flags.space ? cased.map((pair) => prefix + pair).join(' ') : prefix + cased.join('');
}

function formatList(list: readonly GoValue[], verb: string, flags: FormatFlags): string {
  return `[${list.map((item) => formatByVerb(item, verb, flags)).join(' ')}]`;
}

function formatMap(map: GoMap | GoRecord, verb: string, flags: FormatFlags): string {
  const entries = sortedEntries(map).map(
    ([key, value]) => `${formatByVerb(key, verb, flags)}:${formatByVerb(value, verb, flags)}`,
  );
  return `map[${entries.join(' ')}]`;
}

function formatStruct({ fields }: GoStruct, verb: string, flags: FormatFlags): string {
  const named = verb === 'v' && flags.plus;
  const entries = [...fields].map(
    ([name, value]) => `${named ? `${name}:` : ''}${formatByVerb(value, verb, flags)}`,
  );
  return `{${entries.join(' ')}}`;
}

function badVerb(value: GoValue, verb: string): string {
  return `%!${verb}(${typeName(value)}=${formatAsPrinted(value)})`;
}

/** `%#v`: as it would stand in a Go program. */
function inGoSyntax(value: GoValue, flags: FormatFlags): string {
  if (value === undefined || value === null) return 'interface {}(nil)';
  if (isList(value)) {
    return `${typeName(value)}{${value.map((item) => inGoSyntax(item, flags)).join(', ')}}`;
  }
  if (value instanceof GoMethod) return '(func)(nil)';
  if (value instanceof GoStruct) {
    const fields = [...value.fields].map(([name, field]) => `${name}:${inGoSyntax(field, flags)}`);
    return `${value.typeName}{${fields.join(', ')}}`;
  }
  if (typeof value === 'object') {
    const entries = sortedEntries(value).map(
      ([key, item]) => `${inGoSyntax(key, flags)}:${inGoSyntax(item, flags)}`,
    );
    return `${typeName(value)}{${entries.join(', ')}}`;
  }
  const plain = { ...flags, sharp: false };
  if (typeof value === 'string') return formatText(value, 'q', plain) ?? '';
  return formatScalar(value, 'v', plain) ?? '';
}
