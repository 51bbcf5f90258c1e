import { describe, expect, it } from 'vitest';

import { jsonParts, jsonPartsWithin } from '../../../../src/catalog/http/json-parts.ts';
import { between, chanceOf, oneOf, type Chance } from '../../../support/chance.ts';

const LONG = 'x'.repeat(40_000);

const partsOf = (text: string | Buffer): unknown[] => [...jsonParts(Buffer.from(text as string))];

/** What the parts are together. */
function together(text: string): unknown {
  const parts = partsOf(text);
  if (parts.every(Array.isArray)) return parts.flat(1);
  if (parts.length === 1) return parts[0];
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part as object)));
}

const longLists = {
  'of texts with braces, brackets, commas and quotes': ['{[', '],', '"', '\\', '\\"', '\\\\",'],
  'of texts in all kinds of characters': ['é', '😀', '\u2028', '\ud800', '\u0000', '\u007f'],
  'of lists in lists': [[[[1, [2, [3]]]]], [], [[]]],
  'of maps in maps': [{ a: { b: { '}': '{' } } }, {}, { ']': [] }],
  'of numbers, truths and nothing': [1, -1.5e-7, true, false, null],
};

describe('a long body in parts', () => {
  it.each(Object.entries(longLists))('is the list %s', (_title, items) => {
    const list = Array.from({ length: 20_000 }, (_, at) => items[at % items.length]);
    list.push(LONG, items[0], LONG);
    for (const indent of [0, 1, '\t']) {
      const text = JSON.stringify(list, null, indent);
      expect(partsOf(text).length).toBeGreaterThan(2);
      expect(together(text)).toEqual(list);
    }
  });

  it('is a map, with names that objects have and that come twice', () => {
    const text = `{"a":1,"toString":"${LONG}","__proto__":{"x":1},"b":["${LONG}"],"a":2}`;
    expect(partsOf(text)).toHaveLength(3);
    expect(together(text)).toEqual(
      Object.fromEntries(Object.entries(JSON.parse(text) as object).sort()),
    );
  });

  it.each(['[]', ' [ ] \n', '{}', '{ }', '1', ' "a" ', 'null', '[1]', '{"a":[1,2]}'])(
    'is a short one all the same: %s',
    (text) => {
      expect(partsOf(text)).toEqual([JSON.parse(text)]);
    },
  );

  it('is cut at no byte of a longer character, and broken characters are read as elsewhere', () => {
    const broken = Buffer.concat([
      Buffer.from(`["${LONG}`),
      Buffer.from([0xc3, 0x22, 0x2c, 0x22, 0xf0, 0x9f, 0x22, 0x5d]),
    ]);
    expect(partsOf(broken).flat(1)).toEqual(JSON.parse(broken.toString('utf8')));
  });

  it.each([
    `["${LONG}",]`,
    `["${LONG}",,1]`,
    `[,"${LONG}"]`,
    `["${LONG}",1`,
    `["${LONG}","a`,
    `["${LONG}","a\\`,
    `["${LONG}",1}`,
    `{"a":"${LONG}","b":1]`,
    `{"a":"${LONG}",}`,
    `{"a":"${LONG}","b"}`,
    `["${LONG}",1],[2]`,
    `["${LONG}",1]]`,
    `["${LONG}",1] x`,
    `["${LONG}",[1}]`,
    `["${LONG}"][1]`,
    `["${LONG}" 1]`,
    `\ufeff["${LONG}",1]`,
    '',
    '[',
    ' ',
    '{',
    ']',
  ])('is refused where it is not JSON: case %#', (text) => {
    expect(() => partsOf(text)).toThrow('the body is not JSON');
  });

  it('says of damaged bodies what JSON.parse says of them', () => {
    const chance = chanceOf(7);
    for (let turn = 0; turn < 400; turn += 1) {
      const text = damaged(chance, madeUp(chance));
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expect(() => partsOf(text), text.slice(0, 200)).toThrow('the body is not JSON');
        continue;
      }
      expect(together(text)).toEqual(expected);
    }
  });
});

/** A body whose parts end at random places, since long texts lie between short things. */
function madeUp(chance: Chance): string {
  const items = Array.from({ length: between(chance, 1, 12) }, () =>
    oneOf<unknown>(chance, [LONG, 'a,b', { a: [1, { b: ']' }] }, [[], {}], 7, null, '\\"']),
  );
  if (chance() < 0.5) return JSON.stringify(items);
  return JSON.stringify(Object.fromEntries(items.map((item, at) => [`n${at}`, item])));
}

/** The text with some characters that mean something lost, doubled or put in. */
function damaged(chance: Chance, text: string): string {
  const places = [...text.matchAll(/[[\]{},:"\\]/g)].map(({ index }) => index);
  let result = text;
  for (let count = between(chance, 0, 2); count > 0; count -= 1) {
    const at = oneOf(chance, places);
    const put = oneOf(chance, ['', '', ',', ']', '}', '[', '"', ' ', ',,']);
    result = result.slice(0, at) + put + result.slice(at + between(chance, 0, 1));
  }
  return result;
}

describe('a long member of a body in parts', () => {
  const within = (text: string) => [...jsonPartsWithin(Buffer.from(text), 'in')];
  const inner = (text: string) => within(text).flatMap((part) => (part.isInside ? part.value : []));
  const outer = (text: string): object => {
    const others = within(text).flatMap(({ isInside, value }) => (isInside ? [] : [value]));
    return Object.fromEntries(others.flatMap((other) => Object.entries(other as object)));
  };

  it('is taken apart, wherever it stands', () => {
    const list = Array.from({ length: 9000 }, (_, at) => ({ at, text: `],"in":[${at}\\` }));
    for (const indent of [0, 1]) {
      for (const content of [
        { in: list },
        { a: [1], in: list },
        { in: list, '"in"': { in: [1] } },
        { before: { in: 1 }, in: list, behind: 'x' },
      ]) {
        const text = JSON.stringify(content, null, indent);
        expect(inner(text)).toEqual(list);
        expect(outer(text)).toEqual({ ...content, in: undefined });
        expect(within(text).length).toBeGreaterThan(5);
      }
    }
  });

  it('is a member like others where it holds neither a list nor a map, and may be missing', () => {
    expect(within('{"in":null,"a":1}').map(({ value }) => value)).toEqual([{ in: null }, { a: 1 }]);
    expect(within('{"a" : 1}')).toEqual([{ isInside: false, value: { a: 1 } }]);
    expect(within(' {} ')).toEqual([]);
  });

  it.each([
    ...['[1]', '1', '', '{', '{"in"', '{"in":', '{"in":[', '{"in":[1', '{"in":[1]', '{"in":[1],}'],
    ...['{"in":[1]}x', '{,}', '{"a":1,}', '{"a"1}', '{"in":[1]"a":2}', '{"in":[1,]}', '{a:1}'],
    ...['{"in":[1}', '{"in" [1]}', '{"a":1 "b":2}', '{{}}'],
  ])('is an error where the body is not JSON: %s', (text) => {
    expect(() => within(text)).toThrow(/not JSON/);
  });
});
