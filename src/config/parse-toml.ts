import { parse, TomlError } from 'smol-toml';
import type { DocumentPath, ParsedText, Spot } from './document.ts';

/**
 * Reads TOML. The parser tells no positions of values, so they are looked for in the lines of the text: right
 * for what is written one key a line, the beginning of the line or table for the rest.
 */
export function parseToml(text: string): ParsedText {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The rest of the message is an excerpt of the text.
    const message = error.message.split('\n', 1)[0] ?? '';
    return { ok: false, errors: [{ line: error.line, column: error.column, message }] };
  }
  const entries = readLines(text);
  return { ok: true, content, locate: (path, aim) => locateIn(entries, path, aim) };
}

/** A key or table header that stands on a line of its own. */
interface Entry {
  readonly path: DocumentPath;
  readonly key: Spot;
  readonly value: Spot;
}

const KEY = String.raw`(?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')`;
const DOTTED = String.raw`${KEY}(?:\s*\.\s*${KEY})*`;
const HEADER = new RegExp(String.raw`^(\s*)(\[\[?)\s*(${DOTTED})\s*\]\]?\s*(?:#.*)?$`);
const ASSIGNMENT = new RegExp(String.raw`^(\s*)(${DOTTED})(\s*=\s*)`);

function readLines(text: string): Entry[] {
  const entries: Entry[] = [];
  const lengths = new Map<string, number>();
  let table: DocumentPath = [];
  for (const [index, written] of text.split('\n').entries()) {
    const line = index + 1;
    const header = HEADER.exec(written.trimEnd());
    if (header !== null) {
      const [, indent = '', bracket, name = ''] = header;
      table = tablePath(splitKey(name), bracket === '[[', lengths);
      const spot = { line, column: indent.length + 1 };
      entries.push({ path: table, key: spot, value: spot });
      continue;
    }
    const assignment = ASSIGNMENT.exec(written);
    if (assignment === null) continue;
    const [whole, indent = '', name = ''] = assignment;
    entries.push({
      path: [...table, ...splitKey(name)],
      key: { line, column: indent.length + 1 },
      value: { line, column: whole.length + 1 },
    });
  }
  return entries;
}

/** Puts list positions into the path of a table: those of the last element so far, or with `[[…]]` of a new one. */
function tablePath(
  keys: readonly string[],
  appends: boolean,
  lengths: Map<string, number>,
): DocumentPath {
  const path: (string | number)[] = [];
  for (const [position, key] of keys.entries()) {
    path.push(key);
    const name = JSON.stringify(path);
    let length = lengths.get(name);
    if (appends && position === keys.length - 1) {
      length = (length ?? 0) + 1;
      lengths.set(name, length);
    }
    if (length !== undefined) path.push(length - 1);
  }
  return path;
}

function splitKey(dotted: string): string[] {
  return [...dotted.matchAll(new RegExp(KEY, 'g'))].map(([key]) =>
    /^["']/.test(key) ? key.slice(1, -1) : key,
  );
}

function locateIn(entries: readonly Entry[], path: DocumentPath, aim: 'key' | 'value'): Spot {
  let best: Entry | undefined;
  for (const entry of entries) {
    const isOnTheWay =
      entry.path.length <= path.length &&
      entry.path.every((step, position) => step === path[position]);
    if (isOnTheWay && entry.path.length > (best?.path.length ?? 0)) best = entry;
  }
  if (best === undefined) return { line: 1, column: 1 };
  return aim === 'key' && best.path.length === path.length ? best.key : best.value;
}
