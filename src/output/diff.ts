import { createHmac, randomBytes } from 'node:crypto';
import { Chalk, type ColorSupportLevel } from 'chalk';
import { FILE_HEADERS_ONLY, formatPatch, structuredPatch, type StructuredPatch } from 'diff';
import { createMask, type Mask } from './mask.ts';
import { printable } from './printable.ts';

/** Two versions of a file, and how their difference is to be shown. */
export interface DiffRequest {
  /** What people know the file by. */
  readonly label: string;
  /** Absent: there is no file yet. */
  readonly before: string | undefined;
  readonly after: string;
  /** 0 is no colour. */
  readonly color: ColorSupportLevel;
  /** Values of which no occurrence may be shown. */
  readonly secrets: ReadonlySet<string>;
  /** Nothing of the text is shown, only how much of it changed. */
  readonly hideText: boolean;
}

/**
 * More changed lines than this are too many to read, and would hold the event loop for seconds: the algorithm is
 * quadratic in it.
 */
const MOST_CHANGED_LINES = 1000;
const CONTEXT_LINES = 3;
const HIDDEN_LINE = '-(not shown: this file holds secrets)';
/** New at each start, so that nobody can find out a hidden text by hashing guesses. */
const HASH_KEY = randomBytes(32);

/**
 * The difference as a unified diff that ends with a line feed, or an empty string where there is none. Safe for a terminal: control
 * characters are escaped. Secrets are masked; and since a line that is removed may hold an older secret that nobody
 * knows any more, in a file with secrets it is shown only when the new text has the same line.
 */
export function unifiedDiff(request: DiffRequest): string {
  const { before, after } = request;
  if (before === after) return '';
  const mask = createMask(request.secrets);
  const patch = structuredPatch(
    before === undefined ? '/dev/null' : 'before',
    'after',
    before ?? '',
    after,
    undefined,
    undefined,
    { context: CONTEXT_LINES, maxEditLength: MOST_CHANGED_LINES },
  );
  const body = request.hideText
    ? [`(not shown: this file is secret; ${countChanges(request, patch)}; ${hashes(request)})`]
    : patch === undefined
      ? [`(too many changes to show: ${countLines(request)})`]
      : patch.hunks.length === 0
        ? ['(an empty file)']
        : hunkLines(request, patch, mask);
  return paint([...headerLines(request, mask), ...body], request.color);
}

function headerLines(request: DiffRequest, mask: Mask): string[] {
  const label = printable(mask(request.label)).replaceAll('\n', '\\n');
  return [`--- ${request.before === undefined ? '/dev/null' : label}`, `+++ ${label}`];
}

function countChanges(request: DiffRequest, patch: StructuredPatch | undefined): string {
  if (patch === undefined) return countLines(request);
  const lines = patch.hunks.flatMap((hunk) => hunk.lines);
  const added = lines.filter((line) => line.startsWith('+')).length;
  const removed = lines.filter((line) => line.startsWith('-')).length;
  return `${lineCount(added)} added, ${lineCount(removed)} removed`;
}

function countLines({ before, after }: DiffRequest): string {
  return `${lineCount(splitLines(before ?? '').length)} before, ${lineCount(splitLines(after).length)} now`;
}

function lineCount(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`;
}

function hashes({ before, after }: DiffRequest): string {
  const hash = (text: string) =>
    createHmac('sha256', HASH_KEY).update(text).digest('hex').slice(0, 12);
  return `${before === undefined ? 'no file' : hash(before)} before, ${hash(after)} now`;
}

/** Masking looks at whole texts, since a secret may have several lines; so each shown line is looked up by its number. */
function hunkLines(request: DiffRequest, patch: StructuredPatch, mask: Mask): string[] {
  const hidesRemoved = request.secrets.size > 0;
  const after = splitLines(request.after);
  const shown = splitLines(mask(request.after));
  const current = new Set(after);
  const shownWhereverItStands = new Map(after.map((line, at) => [line, shown[at] ?? '']));

  const text = (line: string, newLine: number): string => {
    const sign = line[0] ?? '';
    if (sign === '\\') return line;
    if (sign !== '-') return printable(`${sign}${shown[newLine - 1] ?? ''}`);
    const content = line.slice(1);
    if (!hidesRemoved) return printable(line);
    if (!current.has(content)) return HIDDEN_LINE;
    return printable(`-${shownWhereverItStands.get(content) ?? ''}`);
  };

  const hunks = patch.hunks.map((hunk) => {
    let newLine = hunk.newStart;
    const lines = hunk.lines.map((line) => {
      const shownLine = text(line, newLine);
      if (line.startsWith('+') || line.startsWith(' ')) newLine += 1;
      return shownLine;
    });
    return { ...hunk, lines };
  });
  const formatted = formatPatch({ ...patch, hunks }, FILE_HEADERS_ONLY);
  // Its own two header lines give way to ours: names are quoted there as patch(1) wants them, not as people know them.
  return formatted.split('\n').slice(2, -1);
}

/** Lines without their line feeds; a line feed at the end starts no further line. */
function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function paint(lines: readonly string[], color: ColorSupportLevel): string {
  const chalk = new Chalk({ level: color });
  const painted = lines.map((line, at) => {
    if (at < 2) return chalk.bold(line);
    if (line.startsWith('+')) return chalk.green(line);
    if (line.startsWith('-')) return chalk.red(line);
    if (line.startsWith('@@')) return chalk.cyan(line);
    return line;
  });
  return `${painted.join('\n')}\n`;
}
