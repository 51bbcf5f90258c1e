import { describe, expect, it } from 'vitest';
import { answerTo } from '../../../../src/catalog/file/answers.ts';
import { describeAnswers, documentText } from '../../../../src/catalog/file/describe.ts';
import { readDocument, type CatalogDocument } from '../../../../src/catalog/file/document.ts';
import { parseTree } from '../../../../src/catalog/file/yaml-tree.ts';
import type { Query } from '../../../../src/catalog/query.ts';
import { freezeValue, type Value } from '../../../../src/catalog/values.ts';

const SOURCE = `datacenter: east
nodes: [{name: n1, id: "1", address: 10.0.0.1, meta: {rack: "1.10"}, taggedAddresses: {lan: 10.0.0.1}}]
services:
  web:
    - id: a
      node: n1
      address: 10.0.0.9
      port: 80
      tags: [x, "true"]
      meta: {empty: "", "~": "null", number: "007", long: "  a\\n\\n# b: c\\t\\u001b"}
      weights: {passing: 5, warning: 0}
      taggedAddresses: {wan: {address: 1.2.3.4, port: 8}}
      checks: [{id: serfHealth, status: passing, ofNode: true}, {id: own, name: Own, status: warning, notes: n, output: o}]
    - {id: b, node: n1, status: critical}
  db: [{node: n2}]
keys: {a: {b: "1"}, "": "", "x y": "~", __proto__: p, constructor: c}
`.replace('"": "", ', '');

const QUERIES: readonly Query[] = [
  { kind: 'service', name: 'web', passingOnly: false },
  { kind: 'service', name: 'web', passingOnly: true, tag: 'x' },
  { kind: 'service', name: 'none', passingOnly: true },
  { kind: 'service', name: 'web', passingOnly: false, near: '_agent' },
  { kind: 'services' },
  { kind: 'nodes' },
  { kind: 'node', name: 'n1' },
  { kind: 'node', name: 'none' },
  { kind: 'datacenters', reachableOnly: false },
  { kind: 'key', path: 'a/b' },
  { kind: 'key', path: 'none' },
  { kind: 'tree', prefix: '' },
];

const read = async (text: string): Promise<CatalogDocument> => readDocument(await parseTree(text));

async function described(answered: readonly { query: Query; value: Value }[], exactKeys = false) {
  const text = await documentText(await describeAnswers(answered, { exactKeys }));
  return { text, document: await read(text) };
}

describe('a document of answers', () => {
  it('gives each of them again, whichever others it was made with', async () => {
    const source = await read(SOURCE);
    const all = QUERIES.map((query) => ({ query, value: answerTo(source, query) }));
    for (const some of [
      all,
      ...all.map((one) => [one]),
      ...all.map((one) => [one, ...all.slice(3)]),
    ]) {
      const { document } = await described(some);
      for (const { query, value } of some) expect(answerTo(document, query)).toEqual(value);
    }
  });

  it('is in plain words where these are enough', async () => {
    const source = await read(SOURCE);
    const query = QUERIES[0] as Query;
    const { text } = await described([{ query, value: answerTo(source, query) }]);
    expect(text).toContain('  web:\n    - id: a\n');
    expect(text).not.toContain('answers:');
  });

  it('forgets the indexes of keys unless they are asked for', async () => {
    const query: Query = { kind: 'key', path: 'a' };
    const value = freezeValue({
      ...{ Path: 'a', Key: 'a', Value: '1', CreateIndex: 3, ModifyIndex: 4 },
      ...{ LockIndex: 0, Flags: 42, Session: 's' },
    });
    const answered = [{ query, value }];
    expect((await described(answered)).text).toBe('keys:\n  a: "1"\n');
    expect(answerTo((await described(answered, true)).document, query)).toEqual(value);
  });

  it('holds what it has no words for as whole answers', async () => {
    const answered = [
      { query: { kind: 'vaultList', path: 'a' } as const, value: freezeValue(['1', 'true']) },
      { query: { kind: 'file', path: '/x' } as const, value: 'text\n' },
      { query: { kind: 'key', path: 'a', dc: 'west' } as const, value: null },
    ];
    const { document } = await described(answered);
    for (const { query, value } of answered) expect(answerTo(document, query)).toEqual(value);
  });
});
