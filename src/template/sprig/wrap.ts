/**
 * Text in lines of `width` characters at the most, broken at spaces, with `separator` between them. A longer word is cut where
 * `cutsWords`, else it has a line of its own.
 */
export function wrapText(
  text: string,
  width: number,
  separator: string,
  cutsWords: boolean,
): string {
  const columns = Math.max(1, width);
  const between = separator === '' ? '\n' : separator;
  const lines: string[] = [];
  let rest = text;
  while (rest.length > columns) {
    if (rest.startsWith(' ')) {
      rest = rest.slice(1);
      continue;
    }
    const space = rest.lastIndexOf(' ', columns);
    const end = space > 0 ? space : cutsWords ? columns : rest.indexOf(' ', columns);
    if (end === -1) break;
    lines.push(rest.slice(0, end));
    rest = rest.slice(rest.charAt(end) === ' ' ? end + 1 : end);
  }
  return [...lines, rest].join(between);
}
