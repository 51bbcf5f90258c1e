import { describe, expect, it } from 'vitest';
import { Explanation } from '../../../../src/catalog/consul/explanation.ts';

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

/** One that knows these checks and services, and was settled. */
function knowing() {
  const explanation = new Explanation();
  explanation.take('checks', 11, checks(WEB, API, NODE, OTHER));
  explanation.take('services', 11, services({ web: ['a', 'b'], API: [], db: [] }));
  explanation.take('nodes', 5, Buffer.from('[]'));
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
  ])('of %s', (_, rows, names) => {
    expect([...knowing().take('checks', 12, checks(...rows))].sort()).toEqual(names);
  });

  it('of names and tags, whatever their order', () => {
    const body = services({ web: ['b', 'a'], API: ['new'], cache: [] });
    expect([...knowing().take('services', 12, body)].sort()).toEqual(['api', 'cache', 'db']);
  });
});

describe('what is left to do', () => {
  const changed = checks(['n1', 'web', 'web', 12], API, NODE, OTHER);
  const same = checks(WEB, API, NODE, OTHER);
  const tags = services({ web: ['a', 'b'], API: [], db: [] });

  it('is nothing for checks of services, also where several changed', () => {
    const explanation = knowing();
    explanation.take('checks', 12, changed);
    explanation.take(
      'checks',
      13,
      checks(['n1', 'web', 'web', 12], ['n1', 'api', 'API', 13], NODE),
    );
    expect(explanation.rest(0)).toBeUndefined();
  });

  it('is to visit all where the index of checks advanced, and none says so', () => {
    const explanation = knowing();
    explanation.take('checks', 12, same);
    expect(explanation.rest(0)).toBe('change');
  });

  it('is to visit all where a node changed, or its own check', () => {
    const explanation = knowing();
    explanation.take('nodes', 12, Buffer.from('[]'));
    expect(explanation.rest(0)).toBe('change');
    explanation.settle();
    explanation.take('checks', 13, checks(WEB, API, ['n1', 'serfHealth', '', 13], OTHER));
    expect(explanation.rest(0)).toBe('change');
  });

  it('is the others, unhurried, where a registration came with its check, or went with it', () => {
    const explanation = knowing();
    explanation.take('services', 12, tags);
    explanation.take('checks', 12, changed);
    expect(explanation.rest(0)).toBe('remainder');
    explanation.settle();
    explanation.take('checks', 13, checks(API, NODE, OTHER));
    explanation.take('services', 13, services({ API: [], db: [] }));
    expect(explanation.rest(0)).toBe('remainder');
  });

  it('is to visit all where a registration has another index than any check', () => {
    const explanation = knowing();
    explanation.take('checks', 13, checks(['n1', 'web', 'web', 13], API, NODE, OTHER));
    explanation.take('services', 12, tags);
    expect(explanation.rest(0)).toBe('change');
    explanation.noteRegistered(new Set([12]));
    expect(explanation.rest(0)).toBe('remainder');
  });

  it('is to visit all where one registration is explained, and a node changed', () => {
    const explanation = knowing();
    explanation.take('services', 12, tags);
    explanation.take('checks', 12, changed);
    explanation.take('nodes', 12, Buffer.from('[]'));
    expect(explanation.rest(0)).toBe('change');
  });

  it('is to visit all where a check went at another index than the registration', () => {
    const explanation = knowing();
    explanation.take('services', 12, tags);
    explanation.take('checks', 13, checks(API, NODE, OTHER));
    expect(explanation.rest(0)).toBe('change');
  });

  it('is nothing about what happened before the last visit of all, unless indexes began anew', () => {
    const explanation = knowing();
    explanation.take('services', 12, tags);
    expect(explanation.latest).toBe(12);
    expect(explanation.rest(12)).toBeUndefined();
    explanation.settle();
    explanation.beginAnew();
    expect(explanation.settledServices).toBe(0);
    explanation.take('services', 3, tags);
    expect(explanation.latest).toBe(3);
    expect(explanation.rest(0)).toBe('change');
  });

  it('counts what was settled no more', () => {
    const explanation = knowing();
    explanation.take('services', 12, tags);
    explanation.settle();
    expect(explanation.rest(0)).toBeUndefined();
    expect(explanation.settledServices).toBe(12);
  });

  it('is not explained by what was settled', () => {
    const explanation = knowing();
    explanation.take('checks', 12, changed);
    explanation.noteRegistered(new Set([12]));
    explanation.settle();
    explanation.take('services', 12, tags);
    expect(explanation.rest(0)).toBe('change');
  });
});
