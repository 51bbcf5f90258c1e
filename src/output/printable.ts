/**
 * Control characters (C0 but tab and line feed, DEL, C1), the line separators that only some programs break lines at, and
 * the marks that turn the direction of text around, with which a line can be made to look like another
 * (https://trojansource.codes).
 */
const UNPRINTABLE =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Makes text safe for a terminal: what could drive it, or mislead the eye, is written as `\\u001b`. Tab and line feed stay. */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
