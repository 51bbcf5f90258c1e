/** A heredoc with the offset behind it, or what keeps it from being one, and where. */
export type Heredoc =
  | { readonly text: string; readonly end: number }
  | { readonly problem: string; readonly offset: number };

const START = /<<(-?)([\p{L}\p{Nd}_]+)\r?\n/uy;

/**
 * Reads `<<EOF` and the lines down to the one that is `EOF` alone. The line feed of the last line belongs to the text; nothing in
 * it is an escape. With `<<-EOF` the indentation of the last line is taken off all lines, where all have it.
 */
export function readHeredoc(text: string, offset: number): Heredoc {
  START.lastIndex = offset;
  const start = START.exec(text);
  if (start === null) {
    return { problem: 'a heredoc begins with << and a name at the end of a line', offset };
  }
  const [opening, dash, name] = start;
  const lines: string[] = [];
  for (let position = offset + opening.length; position < text.length;) {
    const feed = text.indexOf('\n', position);
    const lineEnd = feed === -1 ? text.length : feed;
    const line = text.slice(position, lineEnd);
    if (line.trim() === name) {
      const indent = /^\s*/.exec(line)?.[0] ?? '';
      const end = position + line.trimEnd().length;
      return { text: joined(dash === '' ? lines : unindented(lines, indent)), end };
    }
    lines.push(line);
    position = lineEnd + 1;
  }
  return { problem: `the text ends inside of a heredoc: no line is ${name} alone`, offset };
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function unindented(lines: readonly string[], indent: string): readonly string[] {
  return lines.every((line) => line.startsWith(indent))
    ? lines.map((line) => line.slice(indent.length))
    : lines;
}
