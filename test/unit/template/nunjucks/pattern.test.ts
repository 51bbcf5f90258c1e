import { describe, expect, it } from 'vitest';

import { systemClock } from '../../../../src/core/time.ts';
import { createNunjucksEngine } from '../../../../src/template/nunjucks/engine.ts';
import { patternMaker } from '../../../../src/template/nunjucks/pattern.ts';
import { errorKnowing, textKnowing } from './known-engine.ts';

const make = patternMaker((search) => search());
/** JavaScript goes through this twice as long for each further letter. */
const ENDLESS = '(a+)+$';
const hostile = { 'key(k)': key(`${'a'.repeat(100)}!`) };

function key(Value: string) {
  const numbers = { CreateIndex: 1, ModifyIndex: 1, LockIndex: 0, Flags: 0 };
  return { Path: 'k', Key: 'k', Value, Session: '', ...numbers };
}

describe('a regular expression that JavaScript would try for ever', () => {
  it.each([
    ['replace(r/(a+)+$/, "")', 'unchanged'],
    ['replace(r/(a+)+$/g, "")', 'unchanged'],
    ['search(r/(a+)+$/)', '-1'],
    [`search("${ENDLESS}")`, '-1'],
    [`match("${ENDLESS}") is null`, 'true'],
    [`match("${ENDLESS}") === null`, 'true'],
    ['match(r/(a+)+$/g) === null', 'true'],
    ['split(r/(a+)+$/) | length', '1'],
    ['split(r/(a|aa)+$/) | length', '1'],
  ])('ends in a text by %s', (call, expected) => {
    const text = textKnowing(hostile, `{{ key("k").${call} }}`);
    expect(text).toBe(expected === 'unchanged' ? hostile['key(k)'].Value : expected);
  });

  it.each([
    ['{{ r/(a+)+$/.test(key("k")) }}', 'false'],
    ['{{ r/(a+)+$/.exec(key("k")) === null }}', 'true'],
    ['{{ key("k") | replace(r/(a+)+$/, "") | length }}', '101'],
    [`{% for m in key("k").matchAll("${ENDLESS}") %}x{% endfor %}`, ''],
    [`{% for m in key("k").matchAll(r/(a+)+$/g) %}x{% endfor %}`, ''],
    [`{{ ["${ENDLESS}"].map(key("k").match) | length }}`, '1'],
    [`{% set name = "match" %}{{ key("k")[name]("${ENDLESS}") === null }}`, 'true'],
  ])('ends in %s', (text, expected) => {
    expect(textKnowing(hostile, text)).toBe(expected);
  });

  it('ends in a macro, and in what a filter block holds', () => {
    const macro = '{% macro m(t) %}{{ t.replace(r/(a+)+$/, "-") }}{% endmacro %}{{ m(key("k")) }}';
    expect(textKnowing(hostile, macro)).toBe(hostile['key(k)'].Value);
    const block = '{% filter replace(r/(a+)+$/, "-") %}{{ key("k") }}{% endfilter %}';
    expect(textKnowing(hostile, block)).toBe(hostile['key(k)'].Value);
  });

  it('is stopped where it takes as long as a text in each of its letters', () => {
    let workMs = 0;
    const engine = createNunjucksEngine({
      searchPath: [],
      environment: {},
      clock: systemClock,
      workTime: () => (workMs += 1000),
    });
    const text = '\n{{ "a".repeat(400000).replace(r/.*z|a/g, "") }}';
    const { error } = engine
      .compile(
        { name: 't.njk', text, folder: '/nowhere' },
        { strict: true, allowControlCharacters: false },
      )
      .render(() => undefined);
    expect(error?.message).toMatch(
      /^t\.njk:2:\d+: the template takes more than 10 s of the processor$/,
    );
  });
});

describe('a regular expression that RE2 does not have', () => {
  it.each(['a(?=b)', 'a(?!b)', '(?<=a)b', '(?<!a)b', '(a)\\1', '(?<n>a)\\k<n>', 'a{1001}'])(
    'is an error when the template is read: %s',
    (source) => {
      expect(() => textKnowing({}, `\n{{ "x".match(r/${source}/) }}`)).toThrow(
        /^t\.njk:2:\d+: the regular expression is none of RE2$/,
      );
    },
  );

  it('is an error at its place where it is made of text', () => {
    expect(errorKnowing({}, '{{ "x".match("a(?=b)") }}')).toMatch(
      /^t\.njk:1:\d+: the regular expression is none of RE2$/,
    );
  });
});

const SOURCES = [
  ...['a', 'b+', '', 'x*', '[a-c]', '(a)(b)?', '(?<first>a)(?<other>z)?', '^b', 'c$', 'A'],
  ...[String.raw`\s+`, String.raw`\d`, String.raw`[^]`, String.raw`\u0041`, String.raw`a\/b`, '.'],
];
const TEXTS = ['', 'a', 'abcabc', 'b\nbc\nc', 'x1 y22  z', 'aaa/b', 'A/a/b', 'aXbXc'];
const WAYS: Readonly<Record<string, (text: string, pattern: RegExp) => unknown>> = {
  match: (text, pattern) => text.match(pattern),
  search: (text, pattern) => text.search(pattern),
  split: (text, pattern) => text.split(pattern),
  'split at most': (text, pattern) => text.split(pattern, 2),
  replace: (text, pattern) => text.replace(pattern, '<$&|$1|$$>'),
  'replace by function': (text, pattern) =>
    text.replace(pattern, (all, ...more) => `<${all}${more.length}>`),
  exec: (text, pattern) => pattern.exec(text),
  'exec twice': (text, pattern) => [pattern.exec(text), pattern.exec(text), pattern.lastIndex],
  test: (text, pattern) => [pattern.test(text), pattern.test(text)],
};

describe('a regular expression of a template', () => {
  it.each(Object.entries(WAYS))('gives what JavaScript gives: %s', (_way, use) => {
    for (const source of SOURCES) {
      for (const flags of ['', 'g', 'i', 'gi', 'm', 'gm', 'y', 'gy']) {
        for (const text of TEXTS) {
          const what = `/${source}/${flags} in ${JSON.stringify(text)}`;
          const expected = use(text, new RegExp(source, flags));
          expect(use(text, make(source, flags)), what).toEqual(expected);
        }
      }
    }
  });

  it('gives what JavaScript gives: matchAll', () => {
    for (const source of SOURCES) {
      for (const text of TEXTS) {
        const expected = [...text.matchAll(new RegExp(source, 'g'))];
        expect([...text.matchAll(make(source, 'g'))], source).toEqual(expected);
      }
    }
  });

  it('takes no half of a character', () => {
    expect('a😀b'.split(make('', ''))).toEqual(['a', '😀', 'b']);
    expect('a😀b'.replace(make('', 'g'), '-')).toBe('-a-😀-b-');
    expect('😀'.match(make('.', ''))?.[0]).toBe('😀');
  });
});
