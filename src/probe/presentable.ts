/** The catalog keeps 4 kB of a check's output, and of more the beginning; the end is what tells. */
const LONGEST_BYTES = 4000;

/** Text as people may see it in a catalog or a log: without control characters but line feeds and tabs, and the end of it where it is long. */
export function presentable(text: string, longestBytes = LONGEST_BYTES): string {
  const plain = text.replace(/[^\P{Cc}\n\t]/gu, '').trim();
  const bytes = Buffer.from(plain);
  if (bytes.length <= longestBytes) return plain;
  const end = bytes.subarray(-longestBytes).toString();
  // The first character may have been cut in two.
  return `…${end.replace(/^\uFFFD+/, '')}`;
}
