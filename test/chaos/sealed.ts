import { createHash } from 'node:crypto';

/** A file's text with another body, under a seal that is right again: the last line holds the checksum of all before it. */
export function sealed(text: string, change: (body: string) => string): string {
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const body = change(text.slice(0, end));
  const sum = createHash('sha256').update(body).digest('hex');
  return body + text.slice(end).replace(/[0-9a-f]{64}/, sum);
}
