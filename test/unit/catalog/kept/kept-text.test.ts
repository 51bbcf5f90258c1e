import { describe, expect, it } from 'vitest';
import { keptKind, keptText, readKeptText } from '../../../../src/catalog/kept/kept-text.ts';
import { queryId, type Query } from '../../../../src/catalog/query.ts';
import type { Value } from '../../../../src/catalog/values.ts';

const PAIR: Value = {
  ...{ Path: 'a/b', Key: 'b', Value: 'blue\n"\u2028', CreateIndex: 1, ModifyIndex: 2 },
  ...{ LockIndex: 0, Flags: 0, Session: '' },
};
const open = (): boolean => false;

describe('the text of kept answers', async () => {
  it('is read as what was written, an absence too', async () => {
    const answers = new Map<string, Value>([
      ['key(a/b)', PAIR],
      ['key(gone)', null],
      ['services()', [{ Name: 'web', Tags: ['x'] }]],
    ]);
    const record = readKeptText(await keptText('/etc/a', answers, open));
    expect(record).toEqual({ destination: '/etc/a', answers, secret: new Set() });
  });

  it('is what it is at once, however long its answers are, and is written in slices', async () => {
    const pairs = Array.from({ length: 30_000 }, (_, at) => ({ ...PAIR, Path: `é😀${at}` }));
    const node = { Node: { Node: 'n' }, Services: pairs.map(({ Path }) => ({ ID: Path })) };
    const answers = new Map<string, Value>([
      ['tree(a)', pairs],
      ['node(n)', node as unknown as Value],
      ['key(gone)', null],
    ]);
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const text = await keptText('/etc/a', answers, open);
    isDone = true;
    expect(turns).toBeGreaterThan(2);
    const body = { destination: '/etc/a', answers: Object.fromEntries(answers) };
    expect(text.split('\n')[1]).toBe(JSON.stringify({ ...body, queries: [], secret: [] }));
    expect(readKeptText(text).answers.size).toBe(3);
  });

  it('leaves out an answer of which a late part is secret', async () => {
    const pairs = Array.from({ length: 3000 }, (_, at) => ({ ...PAIR, Value: `value ${at};` }));
    const text = await keptText('/etc/a', new Map([['tree(a)', pairs]]), (_id, piece) =>
      piece.includes('value 2999;'),
    );
    expect(text).not.toContain('value');
    expect(readKeptText(text).secret).toEqual(new Set(['tree(a)']));
  });

  it('has the queries of the answers that are kept', async () => {
    const key: Query = { kind: 'key', path: 'a/b' };
    const service: Query = { kind: 'service', name: 'web', tag: 'x@y', passingOnly: true };
    const values = new Map<string, Value>([
      [queryId(key), PAIR],
      [queryId(service), []],
    ]);
    const queries = new Map([key, service].map((query) => [queryId(query), query]));
    const text = await keptText(
      '/etc/a',
      Object.assign(values, { queries }),
      (id) => id === 'key(a/b)',
    );
    expect(readKeptText(text).answers.queries).toEqual(new Map([[queryId(service), service]]));
  });

  it('has the names of secret answers, and nothing of them', async () => {
    const text = await keptText('/etc/a', new Map([['key(a/b)', PAIR]]), (id) => id === 'key(a/b)');
    expect(text).not.toContain('blue');
    expect(readKeptText(text).secret).toEqual(new Set(['key(a/b)']));
  });

  it.each<[string, Query]>([
    ['secrets of Vault', { kind: 'vaultRead', path: 'secret/a' } as Query],
    ['variables of Nomad', { kind: 'nomadVar', path: 'a' }],
    ['private keys', { kind: 'caLeaf', service: 'web' }],
    ['output of plugins', { kind: 'plugin', command: ['key(a)'] }],
    ['local files', { kind: 'file', path: 'services()' }],
  ])('never has %s', async (_, query) => {
    expect(keptKind(queryId(query))).toBeUndefined();
    const text = await keptText('/etc/a', new Map([[queryId(query), PAIR]]), open);
    expect(text).not.toContain('blue');
    expect(readKeptText(text).answers.size).toBe(0);
  });

  const whole = await keptText('/etc/a', new Map([['key(a/b)', PAIR]]), open);
  it.each([
    ['nothing', '', /damaged, or was never/],
    ['something else', '{"answers":{}}', /damaged, or was never/],
    ['a changed byte', whole.replace('blue', 'blub'), /damaged/],
    ['a missing end', whole.slice(0, -1), /damaged/],
    ['more at its end', `${whole}x\n`, /damaged/],
    [
      'another version',
      whole.replace('answers 1', 'answers 2'),
      /version 2, and this autotmpl reads version 1/,
    ],
  ])('is refused with %s', (_, text, why) => {
    expect(() => readKeptText(text)).toThrow(why);
  });
});
