import { parseJson, ShapeError } from './shapes.ts';

/** So much is parsed at a time; what one member takes more than this is parsed at once all the same. */
const PART_BYTES = 32 * 1024;

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [0x5b, 0x5d, 0x7b, 0x7d];
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * A body of JSON in parts: lists or maps that each hold some of the members of the list or map that the body is, in their order.
 * Another body is one part, whatever it is. Taken together the parts are what the body parsed at once would be; of a name that comes
 * twice in a map the last counts. Throws a ShapeError where the body is not JSON, at the latest behind the last part.
 *
 * Only commas of the outermost list or map are looked for, each part is left to `JSON.parse`: it alone says what is JSON. All the
 * characters that count here are ASCII, and no byte of another character is, so a part never begins in the middle of one.
 */
export function* jsonParts(body: Buffer): Generator<unknown> {
  const at = skipSpaces(body, 0);
  if (!isOpen(body[at])) {
    yield parseJson(body);
    return;
  }
  const end = yield* partsOf(body, at);
  if (skipSpaces(body, end) !== body.length) throw cut();
}

/** A part of a map: some of what one of its members holds, or another member by its name, alone. */
export interface InnerPart {
  readonly isInside: boolean;
  readonly value: unknown;
}

/**
 * A body that is a map in parts, as {@link jsonParts} gives them of what its member of this name holds, where that is a list or a map; each other member
 * is a map with nothing else in it. Throws a ShapeError as it does.
 */
export function* jsonPartsWithin(body: Buffer, name: string): Generator<InnerPart> {
  let at = skipSpaces(body, 0);
  if (body[at] !== OPEN_MAP) throw cut();
  const first = skipSpaces(body, at + 1);
  if (body[first] === CLOSE_MAP) at = first;
  while (body[at] !== CLOSE_MAP) {
    const start = skipSpaces(body, at + 1);
    if (body[start] !== QUOTE) throw cut();
    const colon = skipSpaces(body, endOfText(body, start + 1) + 1);
    const value = skipSpaces(body, colon + 1);
    const isWanted = body.toString('latin1', start, colon).trimEnd() === JSON.stringify(name);
    if (isWanted && body[colon] === COLON && isOpen(body[value])) {
      at = yield* inside(body, value);
    } else {
      at = endOfPart(body, start, 0);
      yield {
        isInside: false,
        value: parseJson(enclosed(body.subarray(start, at), OPEN_MAP, CLOSE_MAP)),
      };
    }
    at = skipSpaces(body, at);
    if (body[at] !== COMMA && body[at] !== CLOSE_MAP) throw cut();
  }
  if (skipSpaces(body, at + 1) !== body.length) throw cut();
}

function* inside(body: Buffer, at: number): Generator<InnerPart, number> {
  const parts = partsOf(body, at);
  for (;;) {
    const { done, value } = parts.next();
    if (done === true) return value;
    yield { isInside: true, value };
  }
}

/** The parts of the list or map that opens here; returns where it has ended. */
function* partsOf(body: Buffer, start: number): Generator<unknown, number> {
  const open = body[start] as number;
  const close = open === OPEN_LIST ? CLOSE_LIST : CLOSE_MAP;
  let at = start + 1;
  for (let isFirst = true; ; isFirst = false) {
    const end = endOfPart(body, at, PART_BYTES);
    const isLast = body[end] !== COMMA;
    if (isLast && body[end] !== close) throw cut();
    const part = parseJson(enclosed(body.subarray(at, end), open, close));
    // `[,1]` and `[1,]`: nothing stands where a member should.
    if (isEmpty(part) && !(isFirst && isLast)) throw cut();
    yield part;
    at = end + 1;
    if (isLast) return at;
  }
}

function isOpen(mark: number | undefined): boolean {
  return mark === OPEN_LIST || mark === OPEN_MAP;
}

/** Where a part ends: at a comma of the outermost list or map when there is enough, or at the mark that closes it. */
function endOfPart(body: Buffer, start: number, least: number): number {
  let depth = 0;
  for (let at = start; at < body.length; at += 1) {
    switch (body[at]) {
      case QUOTE:
        at = endOfText(body, at + 1);
        break;
      case OPEN_LIST:
      case OPEN_MAP:
        depth += 1;
        break;
      case CLOSE_LIST:
      case CLOSE_MAP:
        if (depth === 0) return at;
        depth -= 1;
        break;
      case COMMA:
        if (depth === 0 && at - start >= least) return at;
        break;
      case undefined:
    }
  }
  return body.length;
}

function endOfText(body: Buffer, start: number): number {
  let at = start;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}

function skipSpaces(body: Buffer, start: number): number {
  let at = start;
  while (SPACES.has(body[at] ?? -1)) at += 1;
  return at;
}

function enclosed(members: Buffer, open: number, close: number): Buffer {
  const part = Buffer.allocUnsafe(members.length + 2);
  part[0] = open;
  part.set(members, 1);
  part[part.length - 1] = close;
  return part;
}

function isEmpty(part: unknown): boolean {
  return (Array.isArray(part) ? part : Object.keys(part as object)).length === 0;
}

function cut(): ShapeError {
  return new ShapeError('the body is not JSON');
}
