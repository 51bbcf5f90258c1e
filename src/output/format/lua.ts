/** What may hold braces that do not count: comments and strings, short and long. */
const SKIPPED =
  /--\[(=*)\[[^]*?\]\1\]|--[^\n]*|\[(=*)\[[^]*?\]\2\]|"(?:[^"\\\n]+|\\[^])*"|'(?:[^'\\\n]+|\\[^])*'|[{}]/g;

/** Where the block of Lua ends that begins at an offset, behind its opening brace: behind the closing one. Undefined: nowhere. */
export function endOfLua(text: string, start: number): number | undefined {
  let depth = 1;
  SKIPPED.lastIndex = start;
  for (let found = SKIPPED.exec(text); found !== null; found = SKIPPED.exec(text)) {
    if (found[0] === '{') depth += 1;
    if (found[0] === '}') depth -= 1;
    if (depth === 0) return SKIPPED.lastIndex;
  }
  return undefined;
}
