/** What stands where a secret was. */
export const MASK = '********';
/** What stands there in the error of a template: consul-template's word, which people look for. */
export const REDACTED = '[redacted]';

/** Shorter lines of a secret of several lines are common text (`}`, `---`), and are masked only where the whole secret stands. */
const SHORTEST_LINE = 4;
/** A secret as short as this is a part of many words: it is masked only where it stands alone, and in no other form. */
const LONGEST_SHORT = 2;
/** Shorter secrets give base64 of so few characters that it would be found everywhere. */
const SHORTEST_INNER_BASE64_BYTES = 6;

/** Returns a text with its secrets masked. */
export type Mask = (text: string) => string;

/** A stretch of a text, its end not included. */
type Span = readonly [start: number, end: number];

/**
 * Makes the function that masks these secrets in a text: themselves, each longer line of those with several lines,
 * and the forms that they take inside of other text (base64, alone or as a part of more; hexadecimal; JSON, URL, shell and YAML quoting). A secret of one or two characters is masked where it
 * stands alone: covering every `7` would hide all but the secret.
 * `sign` stands in their place. Line feeds stay, so that line numbers do. Make it once for many texts: the forms are computed here.
 */
export function createMask(secrets: ReadonlySet<string>, sign = MASK): Mask {
  const needles = new Set<string>();
  for (const secret of secrets) {
    for (const piece of [secret, ...linesOf(secret)]) {
      for (const form of formsOf(piece)) needles.add(form);
    }
  }
  if (needles.size === 0) return (text) => text;
  return (text) => cover(text, merge(find(text, needles)), sign);
}

function linesOf(secret: string): string[] {
  if (!secret.includes('\n')) return secret.trim() === secret ? [] : [secret.trim()];
  return secret
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST_LINE);
}

function* formsOf(secret: string): Generator<string> {
  if (secret.trim() === '') return;
  yield secret;
  if (isShort(secret)) return;
  const bytes = Buffer.from(secret);
  yield* base64Forms(bytes);
  yield bytes.toString('hex');
  yield bytes.toString('hex').toUpperCase();
  const json = JSON.stringify(secret).slice(1, -1);
  yield json;
  yield json.replaceAll('/', '\\/');
  // Go's encoder, and every one that writes for HTML, escapes these three as well.
  yield json.replace(/[^\x00-\x7f]/g, escapeUnit);
  yield json.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
  // By way of bytes: a lone surrogate would make it throw.
  const url = encodeURIComponent(bytes.toString());
  yield url;
  yield url.replaceAll('%20', '+');
  yield url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  yield encodeURI(bytes.toString());
  yield secret.replaceAll("'", `'\\''`);
  yield secret.replaceAll("'", "''");
}

/**
 * The secret as base64 on its own, and as it looks within longer base64 (`user:password`) at each of the three places where
 * it can start in a group of three bytes, without the characters that it shares with its neighbours.
 */
function* base64Forms(bytes: Buffer): Generator<string> {
  yield bytes.toString('base64');
  yield bytes.toString('base64').replaceAll('=', '');
  yield bytes.toString('base64url');
  if (bytes.length < SHORTEST_INNER_BASE64_BYTES) return;
  for (const before of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor((padded.length * 8) / 6);
    yield padded.toString('base64').slice(start, end);
    yield padded.toString('base64url').slice(start, end);
  }
}

function isShort(needle: string): boolean {
  return needle.length <= LONGEST_SHORT;
}

/** As JSON of those who write nothing but ASCII. */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function standsAlone(text: string, start: number, end: number): boolean {
  return !/[\p{L}\p{N}]/u.test(
    text.slice(Math.max(0, start - 1), start) + text.slice(end, end + 1),
  );
}

function find(text: string, needles: ReadonlySet<string>): Span[] {
  const spans: Span[] = [];
  for (const needle of needles) {
    for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) {
      const end = at + needle.length;
      if (!isShort(needle) || standsAlone(text, at, end)) spans.push([at, end]);
    }
  }
  return spans.sort((left, right) => left[0] - right[0]);
}

/** Secrets may overlap: what the one leaves would tell a part of the other. */
function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last !== undefined && span[0] < last[1]) {
      merged[merged.length - 1] = [last[0], Math.max(last[1], span[1])];
    } else {
      merged.push(span);
    }
  }
  return merged;
}

function cover(text: string, spans: readonly Span[], sign: string): string {
  let covered = '';
  let from = 0;
  for (const [start, end] of spans) {
    covered += text.slice(from, start) + text.slice(start, end).replace(/[^\n]+/g, sign);
    from = end;
  }
  return covered + text.slice(from);
}
