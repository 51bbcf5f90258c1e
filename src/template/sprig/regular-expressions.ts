/** Regular expressions. They are RE2's, as Go's are. */
import { compilePattern, regexReplaceAll } from '../functions/text.ts';
import { derived } from '../gotemplate/functions.ts';
import type { GoFunction, GoValue } from '../gotemplate/values.ts';
import { takeCount, takeGoText } from './arguments.ts';
import { withMust } from './lists.ts';

/** Sprig's functions for regular expressions. */
export const REGULAR_EXPRESSIONS: Readonly<Record<string, GoFunction>> = {
  ...withMust('regexMatch', (call) =>
    derived((pattern, text) => matches(call, pattern, text, 1).length > 0),
  ),
  ...withMust('regexFind', (call) =>
    derived((pattern, text) => matches(call, pattern, text, 1)[0]?.text ?? ''),
  ),
  ...withMust('regexFindAll', (call) =>
    derived((pattern, text, count) =>
      matches(call, pattern, text, takeCount(call, 'count', count)).map((match) => match.text),
    ),
  ),
  ...withMust('regexReplaceAll', () =>
    derived((pattern, text, replacement) => regexReplaceAll(pattern, replacement, text)),
  ),
  ...withMust('regexReplaceAllLiteral', (call) =>
    derived((pattern, text, replacement) => {
      const literal = takeGoText(call, 'replacement', replacement).replaceAll('$', '$$$$');
      return regexReplaceAll(pattern, literal, text);
    }),
  ),
  ...withMust('regexSplit', (call) =>
    derived((pattern, text, count) => split(call, [pattern, text, count])),
  ),
  regexQuoteMeta: derived((text) =>
    takeGoText('regexQuoteMeta', 'text', text).replace(/[\\.+*?()|[\]{}^$]/g, '\\$&'),
  ),
};

interface Match {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The first `most` matches; all of them where that is negative. */
function matches(call: string, pattern: GoValue, text: GoValue, most: number): readonly Match[] {
  const whole = takeGoText(call, 'text', text);
  const matcher = compilePattern(call, pattern).matcher(whole);
  const found: Match[] = [];
  let position = -1;
  while ((most < 0 || found.length < most) && matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    // Like Go: no empty match directly behind another match.
    if (end === position && start === end) continue;
    found.push({ start, end, text: whole.slice(start, end) });
    position = end;
  }
  return found;
}

function split(call: string, [pattern, text, count]: readonly GoValue[]): readonly string[] {
  const whole = takeGoText(call, 'text', text);
  const most = takeCount(call, 'count', count);
  if (most === 0) return [];
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of matches(call, pattern, text, -1)) {
    if (most > 0 && parts.length === most - 1) break;
    // Go's: an empty match at the beginning splits nothing off.
    if (end === 0) continue;
    parts.push(whole.slice(from, start));
    from = end;
  }
  return from === whole.length &&
    whole !== '' &&
    parts.length > 0 &&
    endsEmpty(call, pattern, whole)
    ? parts
    : [...parts, whole.slice(from)];
}

/** Whether the last match is an empty one at the end, behind which nothing is left to be a part. */
function endsEmpty(call: string, pattern: GoValue, whole: string): boolean {
  const last = matches(call, pattern, whole, -1).at(-1);
  return last !== undefined && last.start === whole.length && last.end === whole.length;
}
