import { queryId, type Query } from '../query.ts';
import { freezeValue, type Value } from '../values.ts';
import { readEntries } from './fields.ts';
import { readData } from './plain-data.ts';
import type { Located } from './yaml-tree.ts';

/** Whole answers by the {@link answerName} of their queries. */
export type RecordedAnswers = ReadonlyMap<string, Value>;

/** Kinds whose ids hold a fingerprint. */
const FINGERPRINTED: ReadonlySet<Query['kind']> = new Set(['plugin', 'vaultWrite', 'vaultPki']);

/**
 * What a query is called in a document: its id. What is written to Vault or said to a plugin is a fingerprint there that means nothing
 * to another process, so it is left out.
 */
export function answerName(query: Query): string {
  if (!FINGERPRINTED.has(query.kind)) return queryId(query);
  return queryId(query).replace(/ #[\w-]{16}(?=\)| -> )/, '');
}

/** Whole answers. They are taken as they are: what has another shape than the query's answer is for the template to fail on. */
export function readAnswers(value: Located, what: string): RecordedAnswers {
  return new Map(
    readEntries(value, what).map((entry) => [
      entry.name,
      freezeValue(readData(entry.value)) as Value,
    ]),
  );
}
