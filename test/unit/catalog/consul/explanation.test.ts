import { describe, expect, it } from 'vitest';
import { Explanation, type BellName } from '../../../../src/catalog/consul/explanation.ts';

type Row = readonly [node: string, check: string, service: string, index: number];

const checks = (...rows: readonly Row[]): Buffer =>
  Buffer.from(
    JSON.stringify(
      rows.map(([Node, CheckID, ServiceName, ModifyIndex]) => ({
        Node,
        CheckID,
        ServiceName,
        ModifyIndex,
      })),
    ),
  );
const services = (ofName: Readonly<Record<string, readonly string[]>>): Buffer =>
  Buffer.from(JSON.stringify(ofName));

const WEB: Row = ['n1', 'web', 'web', 10];
const API: Row = ['n1', 'api', 'API', 11];
const NODE: Row = ['n1', 'serfHealth', '', 5];
const OTHER: Row = ['n2', 'db', 'db', 9];

const never = new AbortController().signal;
const take = async (
  explanation: Explanation,
  ...[bell, index, body]: readonly [BellName, number, Buffer]
) => explanation.take(bell, index, body, never);

/** One that knows these checks and services, and was settled. */
async function knowing() {
  const explanation = new Explanation();
  await take(explanation, 'checks', 11, checks(WEB, API, NODE, OTHER));
  await take(explanation, 'services', 11, services({ web: ['a', 'b'], API: [], db: [] }));
  await take(explanation, 'nodes', 5, Buffer.from('[]'));
  explanation.settle();
  return explanation;
}

describe('what the bodies explain', () => {
  it.each<[string, readonly Row[], string[]]>([
    ['a check that changed', [['n1', 'web', 'web', 12], API, NODE, OTHER], ['web']],
    ['one that came', [WEB, API, NODE, OTHER, ['n2', 'x', 'x', 12]], ['x']],
    ['one that went, whatever its letters', [WEB, NODE, OTHER], ['api']],
    [
      'one that is another service’s now',
      [['n1', 'web', 'shop', 12], API, NODE, OTHER],
      ['shop', 'web'],
    ],
    ['a node’s own check', [WEB, API, ['n1', 'serfHealth', '', 12], OTHER], ['api', 'web']],
    [
      'one that is another service’s now, at the same index',
      [['n1', 'web', 'shop', 10], API, NODE, OTHER],
      ['shop', 'web'],
    ],
    [
      'one that is called as that of another node',
      [WEB, API, NODE, OTHER, ['n2', 'web', 'store', 12]],
      ['store'],
    ],
    ['nothing', [OTHER, NODE, API, WEB], []],
  ])('of %s', async (_, rows, names) => {
    expect([...(await take(await knowing(), 'checks', 12, checks(...rows)))].sort()).toEqual(names);
  });

  it('of names and tags, whatever their order', async () => {
    const body = services({ web: ['b', 'a'], API: ['new'], cache: [] });
    expect([...(await take(await knowing(), 'services', 12, body))].sort()).toEqual([
      'api',
      'cache',
      'db',
    ]);
  });
});

describe('long bodies', () => {
  const many = (index: number): readonly Row[] =>
    Array.from({ length: 20_000 }, (_, at) => ['n1', `c${at}`, `s${at}`, at === 9 ? index : 7]);
  const tags = (tag: string): Buffer =>
    services(Object.fromEntries(many(0).map(([, , name], at) => [name, [at === 9 ? tag : 'a']])));

  it('are read in slices, and explain as much', async () => {
    const explanation = new Explanation();
    await take(explanation, 'checks', 7, checks(...many(7)));
    await take(explanation, 'services', 7, tags('a'));
    explanation.settle();
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    expect([...(await take(explanation, 'checks', 8, checks(...many(8))))]).toEqual(['s9']);
    isDone = true;
    expect(turns).toBeGreaterThan(2);
    expect([...(await take(explanation, 'services', 9, tags('b')))]).toEqual(['s9']);
  });

  it('leave a stroke open that is settled before it is read', async () => {
    const explanation = new Explanation();
    await take(explanation, 'checks', 7, checks(...many(7)));
    explanation.settle();
    const taken = take(explanation, 'checks', 8, checks(...many(7)));
    explanation.settle();
    await taken;
    expect(explanation.rest(0)).toBe('change');
  });
});

describe('what is left to do', () => {
  const changed = checks(['n1', 'web', 'web', 12], API, NODE, OTHER);
  const same = checks(WEB, API, NODE, OTHER);
  const tags = services({ web: ['a', 'b'], API: [], db: [] });

  it('is nothing for checks of services, also where several changed', async () => {
    const explanation = await knowing();
    await take(explanation, 'checks', 12, changed);
    await take(
      explanation,
      'checks',
      13,
      checks(['n1', 'web', 'web', 12], ['n1', 'api', 'API', 13], NODE),
    );
    expect(explanation.rest(0)).toBeUndefined();
  });

  it('is to visit all where the index of checks advanced, and none says so', async () => {
    const explanation = await knowing();
    await take(explanation, 'checks', 12, same);
    expect(explanation.rest(0)).toBe('change');
  });

  it('is to visit all where a node changed, or its own check', async () => {
    const explanation = await knowing();
    await take(explanation, 'nodes', 12, Buffer.from('[]'));
    expect(explanation.rest(0)).toBe('change');
    explanation.settle();
    await take(explanation, 'checks', 13, checks(WEB, API, ['n1', 'serfHealth', '', 13], OTHER));
    expect(explanation.rest(0)).toBe('change');
  });

  it('is the others, unhurried, where a registration came with its check, or went with it', async () => {
    const explanation = await knowing();
    await take(explanation, 'services', 12, tags);
    await take(explanation, 'checks', 12, changed);
    expect(explanation.rest(0)).toBe('remainder');
    explanation.settle();
    await take(explanation, 'checks', 13, checks(API, NODE, OTHER));
    await take(explanation, 'services', 13, services({ API: [], db: [] }));
    expect(explanation.rest(0)).toBe('remainder');
  });

  it('is to visit all where a registration has another index than any check', async () => {
    const explanation = await knowing();
    await take(explanation, 'checks', 13, checks(['n1', 'web', 'web', 13], API, NODE, OTHER));
    await take(explanation, 'services', 12, tags);
    expect(explanation.rest(0)).toBe('change');
    explanation.noteRegistered(new Set([12]));
    expect(explanation.rest(0)).toBe('remainder');
  });

  it('is to visit all where one registration is explained, and a node changed', async () => {
    const explanation = await knowing();
    await take(explanation, 'services', 12, tags);
    await take(explanation, 'checks', 12, changed);
    await take(explanation, 'nodes', 12, Buffer.from('[]'));
    expect(explanation.rest(0)).toBe('change');
  });

  it('is to visit all where a check went at another index than the registration', async () => {
    const explanation = await knowing();
    await take(explanation, 'services', 12, tags);
    await take(explanation, 'checks', 13, checks(API, NODE, OTHER));
    expect(explanation.rest(0)).toBe('change');
  });

  it('is nothing about what happened before the last visit of all, unless indexes began anew', async () => {
    const explanation = await knowing();
    await take(explanation, 'services', 12, tags);
    expect(explanation.latest).toBe(12);
    expect(explanation.rest(12)).toBeUndefined();
    explanation.settle();
    explanation.beginAnew();
    expect(explanation.settledServices).toBe(0);
    await take(explanation, 'services', 3, tags);
    expect(explanation.latest).toBe(3);
    expect(explanation.rest(0)).toBe('change');
  });

  it('counts what was settled no more', async () => {
    const explanation = await knowing();
    await take(explanation, 'services', 12, tags);
    explanation.settle();
    expect(explanation.rest(0)).toBeUndefined();
    expect(explanation.settledServices).toBe(12);
  });

  it('is not explained by what was settled', async () => {
    const explanation = await knowing();
    await take(explanation, 'checks', 12, changed);
    explanation.noteRegistered(new Set([12]));
    explanation.settle();
    await take(explanation, 'services', 12, tags);
    expect(explanation.rest(0)).toBe('change');
  });
});
