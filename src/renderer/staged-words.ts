import type { CommandLine } from '../process/command-line.ts';

/** The variable that holds the path of the staged file. */
export const STAGED_VARIABLE = 'AUTOTMPL_STAGED';
const PLACEHOLDER = /\{\{\s*staged\s*\}\}/g;
const REFERENCE = `\${${STAGED_VARIABLE}}`;

/**
 * Puts the path of the staged file where `{{ staged }}` stands in a command: in a list the path itself; in text for the shell a reference to the
 * variable, quoted as the place asks for, so that a path may hold whatever a path may.
 */
export function withStaged(command: CommandLine, path: string): CommandLine {
  if (typeof command !== 'string') {
    return command.map((word) => word.replace(PLACEHOLDER, () => path));
  }
  let quotes: Quotes = ['none'];
  let from = 0;
  return command.replace(PLACEHOLDER, (placeholder: string, at: number) => {
    quotes = quotesAfter(command.slice(from, at), quotes);
    from = at + placeholder.length;
    const inside = quotes.at(-1);
    if (inside === 'double') return REFERENCE;
    return inside === 'single' ? `'"${REFERENCE}"'` : `"${REFERENCE}"`;
  });
}

/** In which quotes a place of a shell's text stands, from the outside in: `$(…)` and `` `…` `` begin anew inside of double ones. */
type Quotes = readonly ('none' | 'single' | 'double' | 'backquote')[];

function quotesAfter(text: string, before: Quotes): Quotes {
  const open = [...before];
  for (let at = 0; at < text.length; at += 1) {
    const here = text[at];
    const inside = open.at(-1);
    if (inside === 'single') {
      if (here === "'") open.pop();
    } else if (here === '\\') at += 1;
    else if (here === '"') {
      if (inside === 'double') open.pop();
      else open.push('double');
    } else if (here === "'" && inside !== 'double') open.push('single');
    else if (here === '`') {
      if (inside === 'backquote') open.pop();
      else open.push('backquote');
    } else if (here === '(' && (text[at - 1] === '$' || inside === 'none')) open.push('none');
    else if (here === ')' && inside === 'none' && open.length > 1) open.pop();
  }
  return open;
}
