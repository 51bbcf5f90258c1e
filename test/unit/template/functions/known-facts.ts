import { queryId, type Query } from '../../../../src/catalog/query.ts';
import {
  freezeValue,
  type KeyPair,
  type ServiceInstance,
  type Value,
} from '../../../../src/catalog/values.ts';
import type { Recall } from '../../../../src/template/engine.ts';
import { functions } from '../../../../src/template/functions/index.ts';
import { Notes } from '../../../../src/template/notes.ts';
import { Tripwire } from '../../../../src/template/tripwire.ts';

/** What the functions under test are told: pairs answer `key`, `ls` and `tree`; `answers` answers everything else. */
export interface KnownFacts {
  readonly pairs?: Readonly<Record<string, string>>;
  readonly answers?: readonly (readonly [Query, Value])[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly nowMs?: number;
}

/** The notes of a rendering that knows these facts and no others. */
export function notesFor(facts: KnownFacts = {}): Notes {
  const answers = new Map(facts.answers?.map(([query, value]) => [queryId(query), value]));
  const recall = ((query: Query) => {
    const value = facts.pairs === undefined ? undefined : fromPairs(facts.pairs, query);
    const known = value === undefined ? answers.get(queryId(query)) : value;
    return known === undefined ? undefined : { state: 'fresh', value: known };
  }) as Recall;
  return new Notes({
    recall,
    environment: facts.environment ?? {},
    folder: facts.folder ?? '/etc/templates',
    nowMs: facts.nowMs ?? 0,
    tripwire: new Tripwire(undefined),
  });
}

/** Calls a function of the table with its arguments in consul-template's order. */
export function call(name: string, ...args: unknown[]): unknown {
  return callWith(notesFor(), name, ...args);
}

/** Like {@link call}, in a rendering. */
export function callWith(notes: Notes, name: string, ...args: unknown[]): unknown {
  const row = functions[name];
  if (row === undefined) throw new Error(`there is no function ${name}`);
  return row.call(notes, args);
}

/** What a rendering waits for: query and reason. */
export function missing(notes: Notes): string[] {
  const rendering = notes.rendering({ text: '' });
  return [...rendering.missing].map(([id, { why }]) => `${id} ${why}`);
}

/** A value as plain JSON data, to compare with literals. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** An instance of a service as the catalog would give it. */
export function instance(fields: Partial<ServiceInstance> & { ID: string }): ServiceInstance {
  return freezeValue({
    Node: 'n1',
    NodeID: '',
    NodeAddress: '127.0.0.1',
    NodeDatacenter: 'dc1',
    NodeTaggedAddresses: {},
    NodeMeta: {},
    ServiceMeta: {},
    Address: '127.0.0.1',
    ServiceTaggedAddresses: {},
    Name: 'web',
    Tags: [],
    Checks: [],
    Status: 'passing',
    Port: 80,
    Weights: { Passing: 1, Warning: 1 },
    ...fields,
  });
}

/** These pairs as answers by the ids of their queries: each key, those that are absent, and what is below the prefixes. */
export function answersOf(
  pairs: Readonly<Record<string, string>>,
  asked: { readonly prefixes: readonly string[]; readonly absent: readonly string[] },
): Readonly<Record<string, Value>> {
  const queries: readonly Query[] = [
    ...[...Object.keys(pairs), ...asked.absent].map((path) => ({ kind: 'key', path }) as const),
    ...asked.prefixes.map((prefix) => ({ kind: 'tree', prefix }) as const),
  ];
  return Object.fromEntries(
    queries.map((query) => [queryId(query), fromPairs(pairs, query) ?? null]),
  );
}

function fromPairs(pairs: Readonly<Record<string, string>>, query: Query): Value | undefined {
  if (query.kind === 'key') {
    const value = pairs[query.path];
    return value === undefined ? null : pair(query.path, query.path, value);
  }
  if (query.kind !== 'tree') return undefined;
  return Object.keys(pairs)
    .sort()
    .filter((path) => path.startsWith(query.prefix) && !path.endsWith('/'))
    .map((path) =>
      pair(path, path.slice(query.prefix.length).replace(/^\//, ''), pairs[path] ?? ''),
    );
}

function pair(path: string, key: string, value: string): KeyPair {
  return freezeValue({
    Path: path,
    Key: key,
    Value: value,
    CreateIndex: 1,
    ModifyIndex: 1,
    LockIndex: 0,
    Flags: 0,
    Session: '',
  });
}
