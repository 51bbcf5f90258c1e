/** What programs make of their configuration: the directives, read by the rules of each, without comments and spaces. */

/**
 * The directives of an nginx configuration, each a line of its words, with the depth of its block. After
 * `ngx_conf_read_token` in src/core/ngx_conf_file.c: a quote or a `#` counts at the start of a word only.
 */
export function nginxDirectives(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let words: string[] = [];
  const token =
    /\s+|#[^\n]*|([;{}])|"((?:\\[^]|[^"\\])*)"|'((?:\\[^]|[^'\\])*)'|((?:\\[^]|\$\{|[^\s;{}\\])+)/y;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Error(`nginx could not read on at ${text.slice(at, at + 50)}`);
    const [, end, ...word] = match;
    const said = word.find((one) => one !== undefined);
    if (said !== undefined) words.push(said);
    if (end === undefined) continue;
    if (end !== '}' || words.length > 0)
      found.push(`${'  '.repeat(depth)}${JSON.stringify(words)}${end}`);
    if (end === '{') depth += 1;
    if (end === '}') depth -= 1;
    words = [];
  }
  if (depth !== 0 || words.length > 0) throw new Error('a block or a directive does not end');
  return found;
}

/** The lines of an HAProxy configuration as words, by "Quoting and escaping" of its manual (2.2). */
export function haproxyLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => {
      const words: string[] = [];
      const word = /[ \t\r]+|(#.*)|((?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\#])+)/y;
      while (word.lastIndex < line.length) {
        const at = word.lastIndex;
        const match = word.exec(line);
        if (match === null)
          throw new Error(`HAProxy could not read on at ${line.slice(at, at + 50)}`);
        if (match[1] !== undefined) break;
        if (match[2] !== undefined) words.push(match[2]);
      }
      return words;
    })
    .filter((words) => words.length > 0)
    .map((words) => JSON.stringify(words));
}

/** The entries of a hosts file (hosts(5)). */
export function hostsEntries(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/).join(' '))
    .filter((line) => line !== '');
}
