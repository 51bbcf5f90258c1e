import { describe, expect, it } from 'vitest';
import {
  partition,
  type PartitionRules,
} from '../../../../../src/catalog/consul/collapse/partition.ts';

const RULES: PartitionRules = {
  most: 30,
  least: 4,
  spare: 10,
  isBarred: () => false,
  bytesBelow: () => undefined,
  isThere: () => false,
};

/** Prefixes and how many keys each has. */
function divided(paths: readonly string[], rules: Partial<PartitionRules> = {}) {
  const leaves = partition([...paths].sort(), { ...RULES, ...rules });
  return leaves.map(({ prefix, paths: { length } }) => [prefix, length]);
}

const numbered = (prefix: string, count: number, digits = 0) =>
  Array.from({ length: count }, (_, at) => `${prefix}${String(at).padStart(digits, '0')}`);

const barred =
  (...prefixes: readonly string[]) =>
  (prefix: string) =>
    prefixes.includes(prefix);

const CASES: readonly {
  readonly title: string;
  readonly paths: readonly string[];
  readonly rules?: Partial<PartitionRules>;
  readonly leaves: readonly (readonly [prefix: string, keys: number])[];
}[] = [
  { title: 'no keys', paths: [], leaves: [] },
  { title: 'too few keys', paths: ['a/1', 'a/2', 'a/3'], leaves: [] },
  {
    title: 'keys with a long common beginning',
    paths: numbered('app/eu/', 5),
    leaves: [['app/eu/', 5]],
  },
  { title: 'keys without one', paths: ['a', 'b', 'c', 'd'], leaves: [['', 4]] },
  {
    title: 'two folders, of which neither is large',
    paths: [...numbered('a/', 5), ...numbered('b/', 5)],
    leaves: [['', 10]],
  },
  {
    title: 'a barred beginning',
    paths: [...numbered('a/', 5), ...numbered('b/', 5)],
    rules: { isBarred: barred('') },
    leaves: [
      ['b/', 5],
      ['a/', 5],
    ],
  },
  {
    title: 'a barred beginning that is a key itself',
    paths: ['a', 'a/1', 'a/2', 'a/3', 'a/4'],
    rules: { isBarred: barred('a') },
    leaves: [['a/', 4]],
  },
  {
    title: 'a barred beginning of one key only',
    paths: ['a'],
    rules: { least: 1, isBarred: barred('a') },
    leaves: [],
  },
  {
    title: 'parts of a barred beginning that are too small each',
    paths: ['a/1', 'b/1', 'c/1', 'd/1'],
    rules: { isBarred: barred('') },
    leaves: [],
  },
  {
    title: 'barred parts, down to their keys',
    paths: numbered('a/', 8),
    rules: { isBarred: () => true },
    leaves: [],
  },
  {
    title: 'more folders below a barred beginning than leaves that size would give',
    paths: numbered('', 10).flatMap((folder) => numbered(`${folder}/`, 5)),
    rules: { most: 2, isBarred: barred('') },
    leaves: numbered('', 10)
      .reverse()
      .map((folder) => [`${folder}/`, 5]),
  },
  {
    title: 'a large flat folder, at the next digit',
    paths: numbered('key-', 1000, 4),
    leaves: numbered('key-0', 10).map((prefix) => [prefix, 100]),
  },
  {
    title: 'a large flat folder where there may be few leaves',
    paths: numbered('key-', 1000, 4),
    rules: { most: 9 },
    leaves: [['key-0', 1000]],
  },
  {
    title: 'what is known to be large',
    paths: [...numbered('a/', 10, 2), ...numbered('b/', 40, 2)],
    rules: { bytesBelow: (prefix) => ({ '': 90_000, 'b/': 20_000 })[prefix] },
    leaves: [
      ['a/0', 10],
      ['b/', 40],
    ],
  },
  {
    title: 'what is there, as long as it is not twice as large',
    paths: [...numbered('a/', 10, 2), ...numbered('b/', 40, 2)],
    rules: { bytesBelow: (prefix) => ({ '': 90_000 })[prefix], isThere: barred('') },
    leaves: [['', 50]],
  },
  {
    title: 'a large folder whose parts would leave too many keys alone',
    paths: numbered('a/', 200, 3).map(
      (path) => `${path.slice(0, 2)}${path.slice(-2)}${path.slice(2)}`,
    ),
    rules: { bytesBelow: (prefix) => (prefix === 'a/' ? 100_000 : 1), least: 30 },
    leaves: [['a/', 200]],
  },
  {
    title: 'characters of two code units, never in their middle',
    paths: ['🚀1', '🚀2', '🚁1', '🚁2'],
    leaves: [['', 4]],
  },
  {
    title: 'characters of two code units at a barred beginning',
    paths: ['🚀1', '🚀2', '🚁1', '🚁2'],
    rules: { least: 2, isBarred: barred('') },
    leaves: [
      ['🚁', 2],
      ['🚀', 2],
    ],
  },
];

describe('keys are divided by what they begin with', () => {
  for (const { title, paths, rules, leaves } of CASES) {
    it(title, () => expect(divided(paths, rules)).toEqual(leaves));
  }

  it('gives each leaf its keys, in order', () => {
    expect(partition(['a/1', 'a/2', 'a/3', 'a/4'], RULES)).toEqual([
      { prefix: 'a/', paths: ['a/1', 'a/2', 'a/3', 'a/4'] },
    ]);
  });

  it('makes some thirty leaves of ten thousand keys that are numbered, none of more than a thousand', () => {
    const leaves = divided(numbered('bench/key-', 10_000, 5));
    expect(leaves).toHaveLength(28);
    expect(Math.max(...leaves.map(([, keys]) => Number(keys)))).toBe(1000);
    expect(leaves.reduce((sum, [, keys]) => sum + Number(keys), 0)).toBe(10_000);
  });

  it('takes no longer than it should for a hundred thousand keys', () => {
    const paths = numbered('', 1000, 4).flatMap((folder) => numbered(`app/${folder}/`, 100, 3));
    const begun = process.cpuUsage();
    expect(divided(paths, { most: 100 }).length).toBeGreaterThan(30);
    const { user } = process.cpuUsage(begun);
    expect(user / 1000).toBeLessThan(2000);
  });
});
