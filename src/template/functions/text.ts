/** Text: cut, joined, searched and written differently. */
import { cannot, sortedMap, takeInteger, takeList, takePrintable, takeText } from './arguments.ts';
import { re2Package } from './packages.ts';

/** Characters that are divided into words at a time. */
const STRETCH = 1000;
/** More than it takes to know that a word ends: a letter, what joins it to the next, and accents. */
const MARGIN = 100;

/** The text with every `from` replaced by `to`. */
export function replaceAll(from: unknown, to: unknown, text: unknown): string {
  const replacement = takeText('replaceAll', 'to', to);
  return takeText('replaceAll', 'text', text).replaceAll(
    takeText('replaceAll', 'from', from),
    () => replacement,
  );
}

/** The parts of a text between separators, as a list. White space around the text is dropped first; nothing left is an empty list. */
export function split(separator: unknown, text: unknown): readonly string[] {
  const trimmed = trimSpaceOf(takeText('split', 'text', text));
  if (trimmed === '') return [];
  return Object.freeze(pieces(trimmed, takeText('split', 'separator', separator)));
}

/**
 * The items of a list as one text with the separator between them. With three arguments, as in
 * `service("web") | join(", ", "Address")`, one field of each item is taken. A list alone is joined without a separator.
 *
 * @filter list | join or list | join(separator) or list | join(separator, field)
 */
export function join(separator: unknown, fieldOrList?: unknown, list?: unknown): string {
  if (fieldOrList === undefined && Array.isArray(separator)) return join('', separator);
  const between = takeText('join', 'separator', separator);
  if (list === undefined) {
    return takeList('join', 'list', fieldOrList)
      .map((item) => takePrintable('join', 'each item', item))
      .join(between);
  }
  const field = takeText('join', 'field', fieldOrList);
  return takeList('join', 'list', list)
    .map((item) => {
      const value = (item as Readonly<Record<string, unknown>> | null | undefined)?.[field];
      return takePrintable('join', `${JSON.stringify(field)} of each item`, value);
    })
    .join(between);
}

/** A text such as `a:x,b:y` as a map: split at `between` into entries, and each of those at its first `inside`. */
export function splitToMap(
  between: unknown,
  inside: unknown,
  text: unknown,
): Readonly<Record<string, string>> {
  const mark = takeText('splitToMap', 'inside', inside);
  const entries = pieces(
    trimSpaceOf(takeText('splitToMap', 'text', text)),
    takeText('splitToMap', 'between', between),
  );
  return sortedMap(
    entries
      .filter((entry) => entry !== '')
      .map((entry) => {
        const at = entry.indexOf(mark);
        return at === -1
          ? ([entry, ''] as const)
          : ([entry.slice(0, at), entry.slice(at + mark.length)] as const);
      }),
  );
}

/**
 * The text with `spaces` spaces in front of every line that holds something, as consul-template has it. Nunjucks' two
 * other forms are kept: with `withFirst` given, all lines but the first are indented, blank ones too, and the first as
 * well where it is true; with the text alone, all but the first by four spaces.
 *
 * @filter text | indent(spaces) or text | indent(spaces, withFirst) or text | indent
 */
export function indent(spaces: unknown, withFirstOrText?: unknown, text?: unknown): string {
  if (withFirstOrText === undefined && typeof spaces === 'string') return indent(4, false, spaces);
  const count = takeInteger('indent', 'spaces', spaces);
  if (count < 0 || count > 1000) throw cannot('indent', 'spaces must be between 0 and 1000');
  const margin = ' '.repeat(count);
  if (typeof withFirstOrText !== 'boolean') {
    return takeText('indent', 'text', withFirstOrText).replace(/^(?=[^\n])/gm, margin);
  }
  const indented = takeText('indent', 'text', text).replaceAll('\n', `\n${margin}`);
  return withFirstOrText ? margin + indented : indented;
}

/**
 * The text without leading and trailing characters of `cutset`; with one argument alone, without white space around it.
 *
 * @filter text | trim or text | trim(cutset)
 */
export function trim(cutset: unknown, text?: unknown): string {
  if (text === undefined) return trimSpaceOf(takeText('trim', 'text', cutset));
  const cut = new Set(takeText('trim', 'cutset', cutset));
  const characters = [...takeText('trim', 'text', text)];
  const start = characters.findIndex((character) => !cut.has(character));
  const end = characters.findLastIndex((character) => !cut.has(character));
  return start === -1 ? '' : characters.slice(start, end + 1).join('');
}

/** The text without white space around it. */
export function trimSpace(text: unknown): string {
  return trimSpaceOf(takeText('trimSpace', 'text', text));
}

/** The text without `prefix`, where it begins with it. */
export function trimPrefix(prefix: unknown, text: unknown): string {
  const start = takeText('trimPrefix', 'prefix', prefix);
  const whole = takeText('trimPrefix', 'text', text);
  return whole.startsWith(start) ? whole.slice(start.length) : whole;
}

/** The text without `suffix`, where it ends with it. */
export function trimSuffix(suffix: unknown, text: unknown): string {
  const end = takeText('trimSuffix', 'suffix', suffix);
  const whole = takeText('trimSuffix', 'text', text);
  return whole.endsWith(end) ? whole.slice(0, whole.length - end.length) : whole;
}

/** The text in small letters. */
export function toLower(text: unknown): string {
  return takeText('toLower', 'text', text).toLowerCase();
}

/** The text in capital letters. */
export function toUpper(text: unknown): string {
  return takeText('toUpper', 'text', text).toUpperCase();
}

/** The text with the first letter of each word as a capital and the other letters as they are; words as Unicode bounds them (UAX #29). */
export function toTitle(text: unknown): string {
  return [...wordsOf(takeText('toTitle', 'text', text))]
    .map((word) => word.replace(/\p{L}/u, (letter) => letter.toUpperCase()))
    .join('');
}

/** Each word comes with a copy of all that was to be divided, so that long texts are divided a stretch at a time. */
function* wordsOf(text: string): Generator<string> {
  const segmenter = new Intl.Segmenter('und', { granularity: 'word' });
  let length = STRETCH;
  for (let at = 0; at < text.length;) {
    const stretch = text.slice(at, at + length);
    const isLast = at + length >= text.length;
    let done = 0;
    for (const { index, segment } of segmenter.segment(stretch)) {
      const end = index + segment.length;
      // Whether a word ends here may depend on what follows it.
      if (done >= STRETCH || (end > stretch.length - MARGIN && !isLast)) break;
      yield segment;
      done = end;
    }
    length = done === 0 ? length * 2 : STRETCH;
    at += done;
  }
}

/** Whether a regular expression, in the syntax of Go and RE2, is found in the text. */
export function regexMatch(pattern: unknown, text: unknown): boolean {
  const expression = compilePattern('regexMatch', pattern);
  return expression.test(takeText('regexMatch', 'text', text));
}

/**
 * The text with every match of a regular expression, in the syntax of Go and RE2, replaced. In `replacement`, `$1`,
 * `$name` and `${name}` are what a group caught, and `$$` is a dollar sign.
 */
export function regexReplaceAll(pattern: unknown, replacement: unknown, text: unknown): string {
  const expression = compilePattern('regexReplaceAll', pattern);
  const template = takeText('regexReplaceAll', 'replacement', replacement);
  const whole = takeText('regexReplaceAll', 'text', text);
  const names = expression.namedGroups();
  const matcher = expression.matcher(whole);
  let result = '';
  let position = 0;
  while (matcher.find()) {
    // Like Go: no empty match directly behind another match.
    if (matcher.end() === position && position > 0) continue;
    result += whole.slice(position, matcher.start());
    result += expand(template, (name) => {
      const number = /^\d+$/.test(name) ? Number(name) : names[name];
      if (number === undefined || number > matcher.groupCount()) return '';
      return matcher.group(number) ?? '';
    });
    position = matcher.end();
  }
  return result + whole.slice(position);
}

/** Go's rules for replacements: https://pkg.go.dev/regexp#Regexp.Expand */
function expand(template: string, group: (name: string) => string): string {
  return template.replace(
    /\$(?:(\$)|(\w+)|\{(\w+)\})/g,
    (_all, dollar?: string, bareName?: string, bracedName?: string) =>
      dollar ?? group(bareName ?? bracedName ?? ''),
  );
}

/** A regular expression of Go and RE2; `call` is who wants it. */
export function compilePattern(
  call: string,
  pattern: unknown,
): ReturnType<ReturnType<typeof re2Package>['RE2JS']['compile']> {
  const text = takeText(call, 'pattern', pattern);
  const { RE2JS } = re2Package();
  try {
    return RE2JS.compile(text);
  } catch {
    // The package's message shows the pattern, which may be made of a secret.
    throw cannot(
      call,
      'pattern is not a regular expression of Go (RE2)',
      'look-around and back-references do not exist there',
    );
  }
}

function pieces(text: string, separator: string): string[] {
  return separator === '' ? [...text] : text.split(separator);
}

/**
 * Unicode's white space, as Go has it: without the byte order mark that JavaScript counts in. A regular expression would look for the end of the text from
 * each space within it anew.
 */
function trimSpaceOf(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isSpace(text, start)) start += 1;
  while (end > start && isSpace(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

/** None of them takes two units of UTF-16. */
function isSpace(text: string, at: number): boolean {
  return /\p{White_Space}/u.test(text.charAt(at));
}
