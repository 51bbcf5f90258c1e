import { createHash } from 'node:crypto';
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

/** The record as text, with its version and checksum. `isSecret` says of a value, as text, whether it holds what must not be kept. */
export function keptText(
  destination: string,
  madeOf: Answers,
  isSecret: (id: string, text: string) => boolean,
): string {
  const answers: Record<string, unknown> = {};
  const queries: Query[] = [];
  const secret: string[] = [];
  for (const [id, value] of madeOf) {
    if (keptKind(id) === undefined) continue;
    if (isSecret(id, JSON.stringify(value))) {
      secret.push(id);
      continue;
    }
    answers[id] = value;
    queries.push(...queryIn(madeOf, id));
  }
  const body = JSON.stringify({ destination, answers, queries, secret });
  return `autotmpl-answers ${VERSION} ${checksumOf(body)}\n${body}\n`;
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
