/** What stands between the percent sign and the verb. */
export interface FormatFlags {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  /** `%#v`: as it would stand in a Go program. `sharp` itself is then off. */
  readonly goSyntax: boolean;
  /** `%+v`: fields with their names. `plus` itself is then off. */
  readonly fieldNames: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

/** No flags. */
export const PLAIN: FormatFlags = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  goSyntax: false,
  fieldNames: false,
  width: undefined,
  precision: undefined,
};

/** The text filled up to the width: spaces before it, behind it with `-`, or zeros before it with `0`. */
export function pad(text: string, { width, minus, zero }: FormatFlags): string {
  if (width === undefined) return text;
  const lacking = width - countCharacters(text);
  if (lacking <= 0) return text;
  if (minus) return text + ' '.repeat(lacking);
  return (zero ? '0' : ' ').repeat(lacking) + text;
}

/** The text cut to the precision, in characters. */
export function cut(text: string, { precision }: FormatFlags): string {
  if (precision === undefined || text.length <= precision) return text;
  // A character is one unit or two.
  return [...text.slice(0, 2 * precision)].slice(0, precision).join('');
}

/** How many characters a text has; a pair of surrogates is one. */
function countCharacters(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at += 1) {
    if ((text.codePointAt(at) ?? 0) > 0xffff) {
      count -= 1;
      at += 1;
    }
  }
  return count;
}
