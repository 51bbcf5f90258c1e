/** The text of a case file with other texts in the `expect` of its cases, by their numbers; all else stays as it was written. */
export async function withExpected(
  text: string,
  expected: ReadonlyMap<number, string>,
): Promise<string> {
  const yaml = await import('yaml');
  const document = yaml.parseDocument(text, { schema: 'failsafe' });
  const edits: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  for (const [index, value] of expected) {
    const entry = document.getIn(['cases', index], true);
    if (!yaml.isMap(entry)) continue;
    const pair = entry.items.find(({ key }) => yaml.isScalar(key) && key.value === 'expect');
    const [node, key] = [pair?.value, pair?.key];
    if (!yaml.isScalar(node) || !yaml.isScalar(key) || !node.range || !key.range) continue;
    const [from, to] = node.range;
    const column = from - text.lastIndexOf('\n', from) - 1;
    const indent = key.range[0] - text.lastIndexOf('\n', key.range[0]) - 1;
    const inFlow = entry.flow === true || column < indent;
    const written = inFlow ? JSON.stringify(value) : scalar(value, indent + 2);
    const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    const edit = reach(text, to, isBlock, written);
    // A block that keeps its empty lines would keep those below it too.
    const below = /^\|\d?\+/.test(written) ? emptyLines(text, edit.to) : 0;
    edits.push({ from, to: edit.to + below, text: edit.text });
  }
  // From the end, so that places before it stay what they are.
  return edits
    .sort((a, b) => b.from - a.from)
    .reduce((all, edit) => all.slice(0, edit.from) + edit.text + all.slice(edit.to), text);
}

/** How far what is replaced reaches, and what comes in its place. */
function reach(
  text: string,
  to: number,
  wasBlock: boolean,
  written: string,
): { readonly to: number; readonly text: string } {
  const becomesBlock = written.startsWith('|');
  if (!wasBlock) {
    if (!becomesBlock) return { to, text: written };
    // A comment behind it stands behind the mark of the block from now on.
    const lineEnd = text.indexOf('\n', to);
    const end = lineEnd === -1 ? text.length : lineEnd + 1;
    const [mark = '', ...lines] = written.split('\n');
    const comment = text.slice(to, end).trimEnd();
    return { to: end, text: [mark + comment, ...lines].join('\n') };
  }
  return { to, text: becomesBlock ? written : `${written}\n` };
}

function emptyLines(text: string, from: number): number {
  return /^(?:[ \t]*\n)*/.exec(text.slice(from))?.[0].length ?? 0;
}

/** A text as a block, each line behind so many spaces, or in quotes where a block cannot say it. */
function scalar(text: string, indent: number): string {
  // Spaces at an end are lost to editors, and carriage returns to YAML.
  if (text.trim() === '' || /[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]/.test(text))
    return JSON.stringify(text);
  const starts = /^\n*[ \t]/.test(text) ? '2' : '';
  const ends = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') ? '+' : '';
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  const lines = body.split('\n').map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
  return `|${starts}${ends}\n${lines.join('\n')}\n`;
}
