/**
 * Marks that stand for control characters. In text that anybody may write, each control character is replaced by a mark
 * before a template sees it, so that whatever a template does with the text (cut, join, search, store) the mark
 * goes along with it, and is still there when the text is printed.
 *
 * Control characters are C0, DEL and C1, and the two separators that some parsers take for line ends. A mark is a
 * character of the last block of private use, U+10F000 to U+10F0A9, which no known font or standard has taken.
 */

const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;
const EVERY_CONTROL = new RegExp(CONTROL, 'g');

/** The first half of every mark: a text that was cut through a mark still shows it. */
const HALF = '\udbfc';
const EVERY_MARK = /\udbfc[\udc00-\udca9]/g;
const SECOND_HALF = 0xdc00;

const CONTROL_OR_MARK = new RegExp(`${CONTROL.source}|${HALF}`);

/** U+2028 and U+2029, which come behind the last of C1 among the marks. */
const LINE_SEPARATOR = 0x2028;
const LINE_SEPARATOR_MARK = 0xa8;

/** Whether a text holds a control character. */
export function holdsControl(text: string): boolean {
  return CONTROL.test(text);
}

/** Whether a text holds a control character, or a mark, or the half of one. */
export function holdsControlOrMark(text: string): boolean {
  return CONTROL_OR_MARK.test(text);
}

/** The control characters of a text, in order. */
export function controlsOf(text: string): readonly string[] {
  return text.match(EVERY_CONTROL) ?? [];
}

/** Whether a text holds a mark, or the half of one. */
export function holdsMark(text: string): boolean {
  return text.includes(HALF);
}

/** The text with a mark in place of every control character. */
export function markText(text: string): string {
  return text.replace(EVERY_CONTROL, (character) => {
    const code = character.charCodeAt(0);
    const mark = code < LINE_SEPARATOR ? code : code - LINE_SEPARATOR + LINE_SEPARATOR_MARK;
    return HALF + String.fromCharCode(SECOND_HALF + mark);
  });
}

/** The text as it was before {@link markText}. */
export function unmarkText(text: string): string {
  if (!holdsMark(text)) return text;
  return text.replace(EVERY_MARK, (pair) => {
    const mark = pair.charCodeAt(1) - SECOND_HALF;
    return String.fromCharCode(
      mark < LINE_SEPARATOR_MARK ? mark : mark - LINE_SEPARATOR_MARK + LINE_SEPARATOR,
    );
  });
}
