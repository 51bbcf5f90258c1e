import { describe, expect, it } from 'vitest';
import { answerTo } from '../../../../src/catalog/file/answers.ts';
import { answerName } from '../../../../src/catalog/file/document-answers.ts';
import { readDocument } from '../../../../src/catalog/file/document.ts';
import { DocumentError, parseTree, placeOf } from '../../../../src/catalog/file/yaml-tree.ts';
import type { CatalogQuery } from '../../../../src/catalog/query.ts';
import type { ValueOf } from '../../../../src/catalog/values.ts';

async function ask<const Q extends CatalogQuery>(
  text: string,
  query: Q,
): Promise<ValueOf[Q['kind']]> {
  return answerTo(readDocument(await parseTree(text)), query) as ValueOf[Q['kind']];
}

/** `line:column message` of what is wrong with a document. */
async function complaint(text: string): Promise<string> {
  try {
    readDocument(await parseTree(text));
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const { line, column } = placeOf(text, error.at);
    return `${line}:${column} ${error.message}`;
  }
  return 'nothing';
}

const SERVICE = { kind: 'service', name: 'web', passingOnly: false } as const;

describe('a catalog document', () => {
  it('may be YAML or JSON, and hold nothing', async () => {
    expect(await ask('{}', { kind: 'services' })).toEqual([]);
    expect(await ask('{"keys": {"a": 1}}', { kind: 'key', path: 'a' })).toMatchObject({
      Value: '1',
    });
  });

  it('keeps scalars as they are written', async () => {
    const text = 'keys: {a: 1.10, b: yes, c: 0x1F, d: ~, e: "~", f: 2024-01-01}';
    const pairs = await ask(text, { kind: 'tree', prefix: '' });
    expect(pairs.map(({ Value }) => Value)).toEqual(['1.10', 'yes', '0x1F', '', '~', '2024-01-01']);
  });

  it('takes keys as nested maps and as whole paths', async () => {
    const text = 'keys:\n  config: {a: "1", deep: {b: "2"}}\n  config/c: "3"\n  empty: {}\n';
    const pairs = await ask(text, { kind: 'tree', prefix: '' });
    expect(pairs.map(({ Path }) => Path)).toEqual(['config/a', 'config/c', 'config/deep/b']);
  });

  it('gives instances an ID, a node and an address where they have none', async () => {
    const text = 'services:\n  web: [{port: 80}, {port: 81, address: 10.0.0.2}]\n';
    const instances = await ask(text, SERVICE);
    expect(instances.map(({ ID, Node, Address, Port }) => [ID, Node, Address, Port])).toEqual([
      ['web', 'local', '127.0.0.1', 80],
      ['web-2', 'local', '10.0.0.2', 81],
    ]);
  });

  it('implies a node with the address of the first instance on it', async () => {
    const text =
      'services: {web: [{node: n2, address: 10.0.0.2}, {node: n2, id: b, address: 10.0.0.3}]}';
    const nodes = await ask(text, { kind: 'nodes' });
    expect(nodes.map(({ Node, Address }) => [Node, Address])).toEqual([['n2', '10.0.0.2']]);
  });

  it('derives the status from checks, and a check from a status', async () => {
    const text = `services:
  web:
    - {id: a, checks: [{id: x, status: passing}, {name: y, status: warning}]}
    - {id: b, status: maintenance}
    - {id: c, status: critical}
`;
    const instances = await ask(text, SERVICE);
    expect(instances.map(({ Status }) => Status)).toEqual(['warning', 'maintenance', 'critical']);
    expect(instances[0]?.Checks.map(({ CheckID }) => CheckID)).toEqual(['x', 'y']);
    expect(instances[2]?.Checks.map(({ CheckID }) => CheckID)).toEqual(['service:c']);
  });

  it('knows datacenters by their nodes; keys belong to its own', async () => {
    const text = `datacenter: west
nodes: [{name: n1, datacenter: east}]
services: {web: [{node: n1, id: e}, {id: w}]}
keys: {a: "1"}
`;
    expect(await ask(text, { kind: 'datacenters', reachableOnly: false })).toEqual([
      'east',
      'west',
    ]);
    const ids = async (dc?: string) =>
      (await ask(text, dc === undefined ? SERVICE : { ...SERVICE, dc })).map(({ ID }) => ID);
    expect(await ids()).toEqual(['w']);
    expect(await ids('east')).toEqual(['e']);
    expect(await ask(text, { kind: 'key', path: 'a', dc: 'east' })).toBeNull();
    await expect(ids('north')).rejects.toThrow('north');
  });

  it('gives the mesh its certificates, and those who ask for others an error', async () => {
    const text = `caRoots: [{id: r1, name: root, rootCertPEM: PEM}]
caLeaf: {web: {certPEM: C, privateKeyPEM: K}}
services: {web: [{id: a, connect: true}, {id: b}]}
`;
    expect(await ask(text, { kind: 'caRoots' })).toEqual([
      { ID: 'r1', Name: 'root', RootCertPEM: 'PEM', Active: true },
    ]);
    expect(await ask(text, { kind: 'caLeaf', service: 'web' })).toMatchObject({ CertPEM: 'C' });
    await expect(ask(text, { kind: 'caLeaf', service: 'db' })).rejects.toThrow('db');
    await expect(ask('{}', { kind: 'caRoots' })).rejects.toThrow('caRoots');
    const connected = await ask(text, { ...SERVICE, kind: 'connect' });
    expect(connected.map(({ ID }) => ID)).toEqual(['a']);
  });

  it('resolves aliases', async () => {
    const text = 'services:\n  web: [{id: a, meta: &m {v: "1"}}, {id: b, meta: *m}]\n';
    const instances = await ask(text, SERVICE);
    expect(instances.map(({ ServiceMeta }) => ServiceMeta.v)).toEqual(['1', '1']);
  });

  it('tells a check of the node from those of the instance', async () => {
    const text = `services: {web: [{checks: [{id: serfHealth, status: passing, ofNode: true}, {id: own, status: passing}]}]}`;
    const [instance] = await ask(text, SERVICE);
    expect(
      instance?.Checks.map(({ CheckID, ServiceID, ServiceName }) => [
        CheckID,
        ServiceID,
        ServiceName,
      ]),
    ).toEqual([
      ['own', 'web', 'web'],
      ['serfHealth', '', ''],
    ]);
  });

  it('gives a whole answer before anything else that it says, and with the types that are written', async () => {
    const text = `keys: {a: said}
answers:
  key(a): {Path: a, Value: "1", ModifyIndex: 7}
  key(gone): null
  service(web|any): [{ID: x, Port: 80, Enabled: true, Tags: []}]
`;
    expect(await ask(text, { kind: 'key', path: 'a' })).toEqual({
      ...{ Path: 'a', Value: '1', ModifyIndex: 7 },
    });
    expect(await ask(text, { kind: 'key', path: 'gone' })).toBeNull();
    expect(await ask(text, SERVICE)).toEqual([{ ID: 'x', Port: 80, Enabled: true, Tags: [] }]);
  });

  it('names a query without what was written in it, which has no name that lasts', () => {
    const command: [string, ...string[]] = ['./x.sh', 'a secret'];
    expect(answerName({ kind: 'plugin', command })).toBe('plugin(./x.sh)');
    expect(
      answerName({
        kind: 'vaultPki',
        path: 'pki/issue/a',
        data: { common_name: 'x' },
        destination: '/x',
      }),
    ).toBe('vaultPki(pki/issue/a common_name -> /x)');
    expect(answerName({ kind: 'key', path: 'a #0123456789abcdef' })).toBe(
      'key(a #0123456789abcdef)',
    );
  });

  it.each([
    ['', '1:1 the document is empty'],
    ['# only a comment\n', '1:1 the document is empty'],
    ['[]', '1:1 the catalog must be a map'],
    ['servces: {}', '1:1 the catalog has no field "servces" (did you mean services? it has'],
    ['services:\n  web:\n    - {prot: 80}\n', '3:8 an instance of web has no field "prot"'],
    [
      'services:\n  web:\n    - {port: http}\n',
      '3:14 an instance of web: port must be a whole number',
    ],
    ['services: {web: [{status: fine}]}', '1:27 an instance of web: status must be one of'],
    ['services: {web: {port: 80}}', '1:17 services: web must be a list'],
    ['services: {web: [{id: a}, {id: a}]}', '1:27 node "local" has two instances with the id "a"'],
    [
      'services: {web: [{status: passing, checks: []}]}',
      '1:18 an instance of web may have status or',
    ],
    ['nodes: [{address: 10.0.0.1}]', '1:9 a node must have a name'],
    ['nodes: [{name: a}, {name: a}]', '1:20 there are two nodes "a"'],
    ['keys: {a: {b: "1"}, a/b: "2"}', '1:26 the catalog: keys: a/b is there twice'],
    ['keys: {a: [1]}', '1:11 the catalog: keys: a must be text'],
    ['keys: text', '1:7 the catalog: keys must be a map'],
    ['a: 1\na: 2\n', '2:1 Map keys must be unique'],
    ['keys: {a: *none}', '1:11 '],
    ['keys:\n  a: "open\n', '3:1 Missing closing "quote'],
  ])('is broken, with its place: %j', async (text, expected) => {
    expect(await complaint(text)).toContain(expected);
  });
});
