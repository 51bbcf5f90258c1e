import type * as v from 'valibot';
import { nearest } from '../core/nearest.ts';
import { isMap, pathPattern, type ConfigDocument, type DocumentPath } from './document.ts';
import { isKeyNotYetSupported } from './not-yet.ts';
import { problemAt, type Problem } from './problems.ts';
import { configSchema } from './schema.ts';

/** A schema together with what wraps, pipes or repeats another one; all that this file walks through. */
type AnySchema = v.GenericSchema & {
  readonly wrapped?: AnySchema;
  readonly item?: AnySchema;
  readonly entries?: Readonly<Record<string, AnySchema>>;
};

/**
 * Finds every key that no schema knows, and every value that should be a map and is of another kind; valibot stops at a
 * map's first unknown key, and takes a list for a map.
 */
export function findUnknownKeys(document: ConfigDocument): Problem[] {
  const problems: Problem[] = [];
  walk(configSchema, document.content, []);
  return problems;

  function walk(schema: AnySchema, value: unknown, path: DocumentPath): void {
    const inner = schema.wrapped;
    if (inner !== undefined) return walk(inner, value, path);
    if (schema.item !== undefined && Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(schema.item, item, [...path, index]);
    }
    if (schema.entries === undefined) return;
    if (isMap(value)) walkMap(schema.entries, value, path);
    else if (typeof value === 'object' && value !== null) {
      const found = Array.isArray(value) ? 'a list' : 'a date';
      const message = `expected a map, found ${found}`;
      problems.push(problemAt(document, path, 'value', { message }));
    }
  }

  function walkMap(
    entries: Readonly<Record<string, AnySchema>>,
    value: Readonly<Record<string, unknown>>,
    path: DocumentPath,
  ): void {
    for (const key of Object.keys(value)) {
      const keyPath = [...path, key];
      const known = Object.hasOwn(entries, key) ? entries[key] : undefined;
      if (known !== undefined) {
        walk(known, value[key], keyPath);
        continue;
      }
      const text = isKeyNotYetSupported(pathPattern(keyPath))
        ? { message: 'not supported yet', suggestion: 'remove it' }
        : { message: 'unknown key', suggestion: suggestKey(key, path, Object.keys(entries)) };
      problems.push(problemAt(document, keyPath, 'key', text));
    }
  }
}

function suggestKey(key: string, path: DocumentPath, known: readonly string[]): string {
  // SIGHUP for HUP is further away than a slip.
  const close = known.find((name) => `SIG${name}` === key) ?? nearest(key, known);
  if (close !== undefined) return `did you mean ${close}?`;
  const elsewhere = allKeys(configSchema as AnySchema, '').find(
    ([name, pattern]) => name === key && pattern !== pathPattern([...path, key]),
  );
  if (elsewhere !== undefined) return `it belongs at ${elsewhere[1]}`;
  return `known here: ${known.join(', ')}`;
}

function allKeys(schema: AnySchema, pattern: string): [name: string, pattern: string][] {
  if (schema.wrapped !== undefined) return allKeys(schema.wrapped, pattern);
  if (schema.item !== undefined) return allKeys(schema.item, `${pattern}[]`);
  return Object.entries(schema.entries ?? {}).flatMap(([key, inner]) => {
    const own = pattern === '' ? key : `${pattern}.${key}`;
    return [[key, own] as [string, string], ...allKeys(inner, own)];
  });
}
