/** What stands between the percent sign and the verb. */
export interface FormatFlags {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
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
  width: undefined,
  precision: undefined,
};

/** The text filled up to the width: spaces before it, behind it with `-`, or zeros before it with `0`. */
export function pad(text: string, { width, minus, zero }: FormatFlags): string {
  const lacking = (width ?? 0) - [...text].length;
  if (lacking <= 0) return text;
  if (minus) return text + ' '.repeat(lacking);
  return (zero ? '0' : ' ').repeat(lacking) + text;
}
