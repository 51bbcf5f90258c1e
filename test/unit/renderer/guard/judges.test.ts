import { describe, expect, it } from 'vitest';
import type { Query } from '../../../../src/catalog/query.ts';
import type { MadeOf } from '../../../../src/renderer/ledger.ts';
import { judgeAll, type Findings } from '../../../../src/renderer/guard/judges.ts';
import { RecentRemovals } from '../../../../src/renderer/guard/recent-removals.ts';
import type { GuardRules } from '../../../../src/renderer/safety.ts';
import { Facts, guardRules, instancesOf, keysOf } from '../../../support/guarded.ts';
import { healthyOf, instance, keyPair } from '../../../support/watched.ts';

/** What is said against going from one state of things to the other. */
function judge(
  rules: Partial<GuardRules>,
  before: Facts | undefined,
  now: Facts,
  more: { readonly areSecret?: boolean; readonly dropped?: ReadonlyMap<string, Query> } = {},
): Findings {
  const { areSecret = false, dropped = new Map() } = more;
  return judgeAll(
    { used: now.used, dropped, before: before?.values, now: now.values },
    { rules: guardRules(rules), removals: new RecentRemovals(), nowMs: 0, areSecret },
  );
}

const said = ({ objections }: Findings): string[] => objections.map(({ sentence }) => sentence);
const sales = (...ids: string[]): Facts => new Facts().withService('sales', ...ids);
const TWELVE = 'abcdefghijkl'.split('');

describe('minInstances', () => {
  const atLeastTwo = { minInstances: new Map([['sales', 2]]) };

  it.each<[string, Facts | undefined, Facts, string[]]>([
    ['enough', sales('a', 'b', 'c'), sales('a', 'b'), []],
    [
      'too few, and fewer than there were',
      sales('a', 'b', 'c'),
      sales('b'),
      ['sales went from 3 instances to 1, and at least 2 are asked for: a, c are gone'],
    ],
    [
      'none',
      sales('a', 'b'),
      sales(),
      ['sales went from 2 instances to none, and at least 2 are asked for: a, b are gone'],
    ],
    [
      'too few at the first rendering',
      undefined,
      sales('a'),
      ['sales has 1 instance, and at least 2 are asked for'],
    ],
    ['too few, but what the file has already', sales('a'), sales('a'), []],
    ['too few, but more than there were', sales(), sales('a'), []],
    [
      'as few as there were, but others',
      sales('a'),
      sales('b'),
      ['sales went from 1 instance to 1, and at least 2 are asked for: a is gone'],
    ],
  ])('%s', (_, before, now, objections) => {
    expect(said(judge(atLeastTwo, before, now))).toEqual(objections);
  });

  it('counts keys by a prefix, whether they are asked for one by one or as a tree', () => {
    const rules = { minInstances: new Map([['config/', 3]]) };
    const now = new Facts()
      .with({ kind: 'key', path: 'config/a' }, keyPair('config/a', '1'))
      .with({ kind: 'key', path: 'config/b' }, null)
      .with({ kind: 'tree', prefix: 'config/more' }, keysOf('config/more/c'));
    expect(said(judge(rules, undefined, now))).toEqual([
      'config/ has 2 keys, and at least 3 are asked for',
    ]);
  });

  it('means services where it names none, and no keys and nodes', () => {
    const now = sales('a').with({ kind: 'key', path: 'flag' }, null).with({ kind: 'nodes' }, []);
    const findings = judge({ minInstances: new Map([['*', 2]]) }, undefined, now);
    expect(said(findings)).toEqual(['sales has 1 instance, and at least 2 are asked for']);
  });
});

describe('neverEmpty', () => {
  const rules = { neverEmpty: ['sales'] };

  it.each<[string, Facts | undefined, Facts, string[]]>([
    ['something', sales('a', 'b'), sales('a'), []],
    [
      'nothing',
      sales('a'),
      sales(),
      ['sales went from 1 instance to none, and must never be empty: a is gone'],
    ],
    ['nothing at first', undefined, sales(), ['sales has no instance, and must never be empty']],
    ['nothing, as before', sales(), sales(), []],
  ])('%s', (_, before, now, objections) => {
    expect(said(judge(rules, before, now))).toEqual(objections);
  });

  it('objects where the service is not even in the list that the template goes through', () => {
    const list = (...names: string[]) =>
      new Facts().with(
        { kind: 'services' },
        names.map((Name) => ({ Name, Tags: [] })),
      );
    const sentence = 'sales is not in the list of services, and must never be empty';
    expect(said(judge(rules, undefined, list('consul')))).toEqual([sentence]);
    expect(said(judge(rules, list('consul', 'sales'), list('consul')))).toEqual([sentence]);
    expect(said(judge(rules, list('consul'), list('consul')))).toEqual([]);
    // It is there, and this template has no use for it.
    const unused = judge(rules, undefined, list('consul', 'sales'));
    expect(unused).toMatchObject({ objections: [], idle: [{ name: 'sales' }] });
  });

  it('misses a service that the template does not ask for any more, since a list has lost it', () => {
    const before = sales('a', 'b').with({ kind: 'nodes' }, []);
    const now = new Facts().with({ kind: 'nodes' }, []);
    const dropped = new Map([['service(sales)', healthyOf('sales')]]);
    expect(said(judge(rules, before, now, { dropped }))).toEqual([
      'sales went from 2 instances to none, and must never be empty: a, b are gone',
    ]);
  });
});

describe('maxRemovedPercent', () => {
  const half = { maxRemovedPercent: new Map([['*', 50]]) };

  it.each<[string, Facts | undefined, Facts, string[]]>([
    ['half', sales('a', 'b'), sales('a'), []],
    ['less than half, and others in their place', sales('a', 'b', 'c'), sales('b', 'c', 'd'), []],
    ['more', sales('a'), sales('a', 'b', 'c'), []],
    ['nothing known', undefined, sales(), []],
    ['nothing before', sales(), sales('a'), []],
    [
      'most',
      sales(...TWELVE),
      sales('l'),
      [
        'sales went from 12 instances to 1 (91.7 % removed; at most 50 % may go at once): a, b, c, d, e and 6 more are gone',
      ],
    ],
    [
      'all, and as many others in their place',
      sales('a', 'b'),
      sales('c', 'd'),
      [
        'sales went from 2 instances to 2 (100 % removed; at most 50 % may go at once): a, b are gone',
      ],
    ],
    [
      'a little too much',
      sales('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      sales('a', 'b', 'c'),
      [
        'sales went from 7 instances to 3 (57.2 % removed; at most 50 % may go at once): d, e, f, g are gone',
      ],
    ],
  ])('%s', (_, before, now, objections) => {
    expect(said(judge(half, before, now))).toEqual(objections);
  });

  it('has looked also where nobody knows what there was, so that it is not taken for dead', () => {
    expect([...judge(half, undefined, sales('a')).evaluated]).toEqual(['maxRemovedPercent']);
  });

  it('says its bound as it is written', () => {
    const rules = { maxRemovedPercent: new Map([['*', 33.31]]) };
    expect(said(judge(rules, sales('a', 'b', 'c'), sales('a', 'b')))).toEqual([
      'sales went from 3 instances to 2 (33.4 % removed; at most 33.31 % may go at once): c is gone',
    ]);
  });

  it('judges trees, nodes and services, each by itself, but no single key', () => {
    const service = (Name: string) => ({ Name, Tags: [] });
    const node = (Node: string) => ({ ...instance('x'), Node, Datacenter: 'dc1' }) as never;
    const before = new Facts()
      .with({ kind: 'tree', prefix: 'config/' }, keysOf('config/a', 'config/b'))
      .with({ kind: 'nodes' }, [node('n1'), node('n2')])
      .with({ kind: 'services' }, [service('consul'), service('web')])
      .with({ kind: 'key', path: 'flag' }, keyPair('flag', 'on'));
    const now = new Facts()
      .with({ kind: 'tree', prefix: 'config/' }, [])
      .with({ kind: 'nodes' }, [])
      .with({ kind: 'services' }, [])
      .with({ kind: 'key', path: 'flag' }, null);
    expect(said(judge(half, before, now))).toEqual([
      'tree(config/) went from 2 keys to none (100 % removed; at most 50 % may go at once): config/a, config/b are gone',
      'nodes() went from 2 nodes to none (100 % removed; at most 50 % may go at once): n1, n2 are gone',
      'services() went from 2 services to none (100 % removed; at most 50 % may go at once): consul, web are gone',
    ]);
    const named = { maxRemovedPercent: new Map([['flag', 50]]) };
    expect(said(judge(named, before, now))).toEqual([
      'flag went from 1 key to none (100 % removed; at most 50 % may go at once): flag is gone',
    ]);
  });
});

describe('what goes by a name', () => {
  const rules = (name: string) => ({ minInstances: new Map([[name, 9]]) });
  const counted = (name: string, now: Facts): string | undefined =>
    said(judge(rules(name), undefined, now))[0]?.replace(/, and .*/, '');

  it.each([
    ['sales', 'sales has 3 instances'],
    ['v2.sales', 'v2.sales has 1 instance'],
    ['sales@east', 'sales@east has 1 instance'],
    ['v2.sales@east', undefined],
    ['sale', undefined],
  ])('%s: %s', (name, expected) => {
    const now = sales('a', 'b')
      .with(healthyOf('sales', 'v2'), instancesOf('b'))
      .with({ ...healthyOf('sales'), dc: 'east' }, instancesOf('c'));
    expect(counted(name, now)).toBe(expected);
  });

  it.each([
    ['config', 'config has 2 keys'],
    ['config/', 'config/ has 2 keys'],
    ['/config', '/config has 2 keys'],
    ['config/a', 'config/a has 1 key'],
    ['conf', undefined],
    ['config/a/b', 'config/a/b has no key'],
  ])('of keys, %s: %s', (name, expected) => {
    const now = new Facts().with(
      { kind: 'tree', prefix: 'config/' },
      keysOf('config/a', 'config/b'),
    );
    expect(counted(name, now)).toBe(expected);
  });

  it('is counted once for each instance, however many queries list it', () => {
    const now = sales('a', 'b').with(healthyOf('sales', 'v2'), instancesOf('a', 'b'));
    expect(counted('sales', now)).toBe('sales has 2 instances');
  });

  it('is told apart by node and datacenter: ids are a node’s own', () => {
    const [first] = instancesOf('web');
    const now = new Facts().with(healthyOf('web'), [first!, { ...first!, Node: 'n2' }]);
    expect(counted('web', now)).toBe('web has 2 instances');
  });

  it('is not there while it is ill, and a query for all of any health does not hide that', () => {
    const [a, b, c] = instancesOf('a', 'b', 'c');
    const any = { ...healthyOf('sales'), passingOnly: false };
    const ill = [
      { ...a!, Status: 'critical' },
      { ...b!, Status: 'maintenance' },
      { ...c!, Status: 'warning' },
    ] as const;
    const findings = judge(rules('sales'), undefined, sales().with(any, ill));
    expect(said(findings)).toEqual([
      'sales has no instance, and at least 9 are asked for',
      'sales with any health has 1 instance, and at least 9 are asked for',
    ]);
  });

  it('is all others where it is a star', () => {
    const stars = {
      minInstances: new Map([
        ['*', 2],
        ['sales', 1],
      ]),
    };
    const now = sales('a').withService('customers', 'c');
    expect(said(judge(stars, undefined, now))).toEqual([
      'customers has 1 instance, and at least 2 are asked for',
    ]);
  });

  it('may be nothing at all, and that is known', () => {
    const findings = judge({ neverEmpty: ['seles'], ...rules('sales') }, undefined, sales('a'));
    expect(findings.idle).toEqual([{ guard: 'neverEmpty', name: 'seles' }]);
    expect([...findings.evaluated]).toEqual(['minInstances']);
  });
});

describe('a sentence', () => {
  const rules = { neverEmpty: ['sales'] };

  it('names nothing of a secret file', () => {
    expect(said(judge(rules, sales('a'), sales(), { areSecret: true }))).toEqual([
      'sales went from 1 instance to none, and must never be empty',
    ]);
  });

  it('lets no name that anybody registered reach a terminal or fill the log', () => {
    const before = sales(`evil\u001b[2J\nline`, 'x'.repeat(1000));
    const [sentence = ''] = said(judge(rules, before, sales()));
    expect(sentence).toContain('evil\\u001b[2J line');
    expect(sentence.length).toBeLessThan(250);
  });
});

it('objects where a guard itself fails', () => {
  const broken = { get: () => undefined } as unknown as MadeOf;
  const now = sales();
  const findings = judgeAll(
    { used: now.used, dropped: new Map(), before: broken, now: { get: () => 5 } as never },
    {
      rules: guardRules({ neverEmpty: ['sales'] }),
      removals: new RecentRemovals(),
      nowMs: 0,
      areSecret: false,
    },
  );
  expect(said(findings)).toEqual([
    expect.stringMatching(/^the guard neverEmpty failed, which is a defect of autotmpl: /),
  ]);
  expect([...findings.evaluated]).toEqual(['neverEmpty']);
});
