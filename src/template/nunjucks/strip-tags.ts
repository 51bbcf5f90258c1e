const TAG = /<\/?[a-z][a-z0-9]*\b/iy;
const COMMENT = '<!--';
const COMMENT_END = '-->';

/** The text without tags and comments of HTML, and with single spaces; `keepsLines`: with its lines. */
export function stripTags(text: string, keepsLines: boolean): string {
  const trimmed = withoutTags(text).trim();
  if (!keepsLines) return trimmed.replace(/\s+/g, ' ');
  return trimmed
    .replace(/ +/g, ' ')
    .replace(/^ | $/gm, '')
    .replaceAll('\r\n', '\n')
    .replace(/\n\n\n+/g, '\n\n');
}

/** What no later mark can close is not looked for again: a text may consist of beginnings. */
function withoutTags(text: string): string {
  const lastTagEnd = text.lastIndexOf('>');
  const lastCommentEnd = text.lastIndexOf(COMMENT_END);
  const kept: string[] = [];
  let from = 0;
  for (let at = text.indexOf('<'); at !== -1 && at < lastTagEnd;) {
    const end = endOfMark(text, at, lastCommentEnd);
    if (end !== undefined) {
      kept.push(text.slice(from, at));
      from = end;
    }
    at = text.indexOf('<', end ?? at + 1);
  }
  return kept.join('') + text.slice(from);
}

/** Where the tag or comment that begins here has ended; undefined where none does. */
function endOfMark(text: string, at: number, lastCommentEnd: number): number | undefined {
  if (text.startsWith(COMMENT, at)) {
    const start = at + COMMENT.length;
    return start > lastCommentEnd
      ? undefined
      : text.indexOf(COMMENT_END, start) + COMMENT_END.length;
  }
  TAG.lastIndex = at;
  return TAG.test(text) ? text.indexOf('>', TAG.lastIndex) + 1 : undefined;
}
