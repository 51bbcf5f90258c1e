import { sprintf } from './format.ts';
import { formatAsPrinted } from './format-value.ts';
import { variadic } from './functions.ts';
import { isList, isMap, sizeOf, sortedEntries, typeName } from './inspect.ts';
import { quoteText } from './quote-text.ts';
import { GoMethod, GoStruct, type GoFunction, type GoValue } from './values.ts';

/**
 * What shows a value with its types, for whoever writes a template: https://pkg.go.dev/github.com/davecgh/go-spew/spew. What
 * consul-template prints to its standard output is logged here, once the rendering is complete, with secrets masked.
 */
export const SPEW_FUNCTIONS: Readonly<Record<string, GoFunction>> = {
  spew_sdump: variadic(0, (values) => dump(values)),
  spew_sprintf: variadic(1, ([format, ...values]) => sprintf(formatAsPrinted(format), values)),
  spew_dump: {
    call(scope, values) {
      scope.say(dump(values));
      return '';
    },
    least: 0,
    most: Number.POSITIVE_INFINITY,
    gives: 'facts',
  },
  spew_printf: {
    call(scope, [format, ...values]) {
      scope.say(sprintf(formatAsPrinted(format), values));
      return '';
    },
    least: 1,
    most: Number.POSITIVE_INFINITY,
    gives: 'facts',
  },
};

function dump(values: readonly GoValue[]): string {
  return values.map((value) => `${written(value, '')}\n`).join('');
}

/** A value with its types; addresses in memory, which say nothing, are left out. */
function written(value: GoValue, margin: string): string {
  if (value === undefined || value === null) return '(interface {}) <nil>';
  const type = `(${typeName(value)})`;
  if (typeof value === 'string') {
    return `${type} (len=${Buffer.byteLength(value)}) ${quoteText(value, false)}`;
  }
  if (isList(value)) {
    const items = value.map((item) => written(item, `${margin} `));
    return `${type} (len=${value.length} cap=${value.length}) ${block(items, margin)}`;
  }
  if (value instanceof GoStruct) {
    const fields = value
      .fields()
      .map(([name, field]) => `${name}: ${written(field, `${margin} `)}`);
    const inside = block(fields, margin);
    return type.startsWith('(*') ? `${type}(${inside})` : `${type} ${inside}`;
  }
  if (value instanceof GoMethod) return `${type} <func>`;
  if (isMap(value)) {
    const entries = sortedEntries(value).map(
      ([key, item]) => `${written(key, '')}: ${written(item, `${margin} `)}`,
    );
    return `${type} (len=${sizeOf(value)}) ${block(entries, margin)}`;
  }
  return `${type} ${formatAsPrinted(value)}`;
}

function block(lines: readonly string[], margin: string): string {
  if (lines.length === 0) return `{\n${margin}}`;
  return `{\n${lines.map((line) => `${margin} ${line}`).join(',\n')}\n${margin}}`;
}
