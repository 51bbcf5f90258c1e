import { createHash } from 'node:crypto';
import { jsonPieces } from '../../core/json-pieces.ts';
import { Slices } from '../../core/slices.ts';
import { queryId, type Query } from '../query.ts';
import { readValue } from '../read-value.ts';
import type { ShareableQuery } from '../shareable.ts';
import type { Value } from '../values.ts';

/** Grows whenever a reader of before could not read what is written. */
const VERSION = 1;
const HEADER = /^autotmpl-answers (\d{1,9}) ([0-9a-f]{64})\n/;

/** Kinds of queries whose answers are kept: those that may be given to others, so that no secret is among them by its nature. */
const KINDS: Readonly<Record<ShareableQuery['kind'], true>> = {
  service: true,
  connect: true,
  services: true,
  node: true,
  nodes: true,
  datacenters: true,
  key: true,
  tree: true,
};

/** The value of each query, by its id. */
export interface Answers extends ReadonlyMap<string, Value> {
  /** The queries themselves, by their ids; absent where nobody knows them. */
  readonly queries?: ReadonlyMap<string, Query>;
}

/** What one file was made of, as it is kept. */
export interface KeptRecord {
  /** The file's path: a name that is made of it may be that of another. */
  readonly destination: string;
  readonly answers: Answers;
  /** Queries whose answers are not kept, since they hold a secret. */
  readonly secret: ReadonlySet<string>;
}

/** The kind of a query by its id, where its answers may be kept at all. */
export function keptKind(id: string): ShareableQuery['kind'] | undefined {
  const kind = id.slice(0, id.indexOf('('));
  return Object.hasOwn(KINDS, kind) ? (kind as ShareableQuery['kind']) : undefined;
}

/**
 * The record as text, with its version and checksum, made in slices. `isSecret` says of a value, as pieces of text, whether it holds what must not be
 * kept.
 */
export async function keptText(
  destination: string,
  madeOf: Answers,
  isSecret: (id: string, text: string) => boolean,
): Promise<string> {
  const slices = new Slices();
  const body = new Body(`{"destination":${JSON.stringify(destination)},"answers":{`);
  const queries: Query[] = [];
  const secret: string[] = [];
  let isFirst = true;
  for (const [id, value] of madeOf) {
    if (keptKind(id) === undefined) continue;
    const pieces = await openPieces(value, (text) => isSecret(id, text), slices);
    if (pieces === undefined) {
      secret.push(id);
      continue;
    }
    body.add(`${isFirst ? '' : ','}${JSON.stringify(id)}:`);
    isFirst = false;
    for (const piece of pieces) {
      body.add(piece);
      if (slices.isOver) await slices.turn();
    }
    queries.push(...queryIn(madeOf, id));
  }
  body.add(`},"queries":${JSON.stringify(queries)},"secret":${JSON.stringify(secret)}}`);
  return `autotmpl-answers ${VERSION} ${body.checksum()}\n${body.text()}\n`;
}

/** A value as JSON in pieces; undefined where one is secret. */
async function openPieces(
  value: Value,
  isSecret: (text: string) => boolean,
  slices: Slices,
): Promise<readonly string[] | undefined> {
  const pieces: string[] = [];
  for (const piece of jsonPieces(value)) {
    if (isSecret(piece)) return undefined;
    pieces.push(piece);
    if (slices.isOver) await slices.turn();
  }
  return pieces;
}

/** A text whose checksum grows with it. */
class Body {
  readonly #hash = createHash('sha256');
  readonly #pieces: string[] = [];

  constructor(start: string) {
    this.add(start);
  }

  add(piece: string): void {
    this.#hash.update(piece);
    this.#pieces.push(piece);
  }

  checksum(): string {
    return this.#hash.digest('hex');
  }

  text(): string {
    return this.#pieces.join('');
  }
}

/** Reads a record. Throws an error that says why it is none: damaged, or of another version. */
export function readKeptText(text: string): KeptRecord {
  const header = HEADER.exec(text);
  if (header === null) throw new Error('it is damaged, or was never a file of kept answers');
  if (Number(header[1]) !== VERSION) {
    throw new Error(`it has version ${header[1]}, and this autotmpl reads version ${VERSION}`);
  }
  const body = text.slice(header[0].length, -1);
  if (checksumOf(body) !== header[2] || !text.endsWith('\n')) throw new Error('it is damaged');
  const record = JSON.parse(body) as {
    readonly destination: string;
    readonly answers: Readonly<Record<string, unknown>>;
    readonly queries: readonly Query[];
    readonly secret: readonly string[];
  };
  const answers = new Map<string, Value>();
  for (const [id, value] of Object.entries(record.answers)) {
    const kind = keptKind(id);
    if (kind !== undefined) answers.set(id, readValue(kind, value));
  }
  const queries = new Map(record.queries.map((query) => [queryId(query), query]));
  return {
    destination: record.destination,
    answers: Object.assign(answers, { queries }),
    secret: new Set(record.secret),
  };
}

function queryIn({ queries }: Answers, id: string): readonly Query[] {
  const query = queries?.get(id);
  return query === undefined ? [] : [query];
}

function checksumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
