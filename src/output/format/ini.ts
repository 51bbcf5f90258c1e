import type { Complaint } from './format.ts';

const COMMENT = /^\s*[#;]/;
const HEADER = /^\s*\[[^[\]]+\]\s*(?:[#;].*)?$/;
const ASSIGNMENT = /^\s*[^\s=:[][^=:]*[=:]\s*(.*)$/;
/** A switch (`skip-networking`), or MySQL's `!include FILE`. */
const BARE = /^\s*(?:[\w.-]+|![a-z]+ \S.*)\s*(?:[#;].*)?$/;

/**
 * INI has no standard; this is what systemd, PHP, MySQL, Git and Python's configparser have in common: `[section]`, `name = value` (or with a colon), a
 * name alone, comments (`#`, `;`). A value goes on in the next line after a backslash, until its quote is closed, and on lines that are
 * indented.
 */
export function findFaultInIni(text: string): Complaint | undefined {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  /** What the value so far goes on with; `quote`: it began in the line of this number. */
  let goesOn: 'backslash' | { readonly quote: number } | undefined;
  let hasName = false;
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    const control = line.search(/[\x00-\x08\x0b-\x1f\x7f]/);
    if (control !== -1) return { line: number, column: control + 1, what: 'a control character' };
    if (typeof goesOn === 'object') {
      if (closesQuote(line)) goesOn = undefined;
      continue;
    }
    if (goesOn === 'backslash') {
      // systemd skips comments in the middle of a value.
      if (!COMMENT.test(line)) goesOn = line.endsWith('\\') ? 'backslash' : undefined;
      continue;
    }
    if (line.trim() === '' || COMMENT.test(line)) continue;
    const column = line.search(/\S/) + 1;
    const value = ASSIGNMENT.exec(line)?.[1];
    if (value !== undefined) {
      hasName = true;
      if (value.startsWith('"') && !closesQuote(value.slice(1))) goesOn = { quote: number };
      else if (value.endsWith('\\')) goesOn = 'backslash';
      continue;
    }
    if (HEADER.test(line)) {
      hasName = false;
      continue;
    }
    if (/^\s*\[/.test(line)) {
      return { line: number, column, what: 'a section is written [name], alone in its line' };
    }
    if (BARE.test(line)) {
      hasName = true;
      continue;
    }
    if (hasName && column > 1) continue;
    const what = 'neither a [section], nor name = value, nor a comment';
    return { line: number, column, what };
  }
  if (goesOn === undefined) return undefined;
  return goesOn === 'backslash'
    ? { line: lines.length, column: 1, what: 'it ends in the middle of a value' }
    : { line: goesOn.quote, column: 1, what: 'the quote of this value is never closed' };
}

/** Whether there is a double quote that no backslash stands before. */
function closesQuote(text: string): boolean {
  for (let at = 0; at < text.length; at += text[at] === '\\' ? 2 : 1) {
    if (text[at] === '"') return true;
  }
  return false;
}
