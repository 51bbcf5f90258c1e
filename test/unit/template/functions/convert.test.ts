import { parse as parseToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';

import { call, plain } from './known-facts.ts';

describe('parseBool, parseInt, parseUint and parseFloat', () => {
  it('read what Go reads', () => {
    expect(['1', 't', 'True', 'TRUE'].map((text) => call('parseBool', text))).not.toContain(false);
    expect(['', '0', 'f', 'False'].map((text) => call('parseBool', text))).not.toContain(true);
    expect(call('parseInt', '-12')).toBe(-12);
    expect(call('parseInt', '')).toBe(0);
    expect(call('parseUint', '12')).toBe(12);
    expect(call('parseFloat', '-1.5e3')).toBe(-1500);
    expect(call('parseFloat', '')).toBe(0);
  });

  it('refuse everything else, without showing it', () => {
    for (const name of ['parseBool', 'parseInt', 'parseUint', 'parseFloat']) {
      expect(() => call(name, 'hunter2')).toThrow(new RegExp(`^${name}: (?!.*hunter2)`));
    }
    expect(() => call('parseUint', '-1')).toThrow('not a whole number');
    expect(() => call('parseInt', '1.5')).toThrow('not a whole number');
    expect(() => call('parseInt', '0x10')).toThrow('not a whole number');
    expect(() => call('parseFloat', 'Infinity')).toThrow('not a decimal number');
  });

  it('refuse a whole number that would be changed', () => {
    expect(() => call('parseInt', '9007199254740993')).toThrow('too large');
  });
});

describe('parseJSON and parseYAML', () => {
  it('read data', () => {
    expect(plain(call('parseJSON', '{"a":{"b":[1,2]}}'))).toEqual({ a: { b: [1, 2] } });
    expect(plain(call('parseYAML', 'a: &x {b: [1, two]}\nc: {<<: *x, d: 1}\n'))).toEqual({
      a: { b: [1, 'two'] },
      c: { b: [1, 'two'], d: 1 },
    });
  });

  it('read empty text as an empty map', () => {
    expect(plain(call('parseJSON', ''))).toEqual({});
    expect(plain(call('parseYAML', ''))).toEqual({});
  });

  it('give frozen data without prototypes, sorted by name', () => {
    for (const name of ['parseJSON', 'parseYAML']) {
      const data = call(name, '{"b": {"__proto__": {"x": 1}}, "a": [2]}') as Record<
        string,
        unknown
      >;
      expect(Object.keys(data)).toEqual(['a', 'b']);
      expect(Object.isFrozen(data['a'])).toBe(true);
      expect(Object.isFrozen(data['b'])).toBe(true);
      expect(Object.getPrototypeOf(data)).toBeNull();
      expect(Object.getPrototypeOf(data['b'])).toBeNull();
      expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    }
  });

  it('say where the text is wrong, and not what it is', () => {
    expect(() => call('parseJSON', '{\n "password": hunter2}')).toThrow(
      /^parseJSON: the text is not JSON(?!.*hunter2)/,
    );
    expect(() => call('parseYAML', 'a: [hunter2\nb: }')).toThrow(
      /^parseYAML: the text is not one YAML document \(line \d+, column \d+\)$/,
    );
    expect(() => call('parseYAML', 'a: 1\n---\nb: 2')).toThrow('not one YAML document');
  });

  it('refuse YAML that holds itself or explodes', () => {
    expect(() => call('parseYAML', '&a [*a]')).toThrow('parseYAML');
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 9; i += 1) {
      const [from, to] = ['abcdefghij'[i - 1], 'abcdefghij'[i]];
      bomb.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(',')}]`);
    }
    expect(() => call('parseYAML', bomb.join('\n'))).toThrow('parseYAML');
  });
});

describe('toJSON and its family', () => {
  it('write JSON as Go does', () => {
    expect(call('toJSON', '<a&b>')).toBe('"\\u003ca\\u0026b\\u003e"');
    expect(call('toUnescapedJSON', '<a&b>')).toBe('"<a&b>"');
    expect(call('toJSONPretty', { a: [1, '<'] })).toBe(
      '{\n  "a": [\n    1,\n    "\\u003c"\n  ]\n}',
    );
    expect(call('toUnescapedJSONPretty', { a: '<' })).toBe('{\n  "a": "<"\n}');
    expect(call('toUnescapedJSON', '\u2028')).toBe('"\\u2028"');
  });

  it('refuse undefined', () => {
    expect(() => call('toJSON', undefined)).toThrow('toJSON: value must be a value');
  });
});

describe('toYAML', () => {
  it.each(['a\nb', ' a\nb', '\na', 'a\n\n b\n', 'a\n', '---\nb', 'x\nadmin: true', 'a\n\tb'])(
    'writes %j so that it may stand behind a name',
    (text) => {
      expect(plain(call('parseYAML', `name: ${String(call('toYAML', text))}\nend: 1`))).toEqual({
        name: text,
        end: 1,
      });
    },
  );

  it('writes sorted maps without the last line end', () => {
    expect(call('toYAML', { foo: 'bar' })).toBe('foo: bar');
    expect(call('toYAML', { b: [1, { c: 'x' }], a: 'z' })).toBe('a: z\nb:\n- 1\n- c: x');
  });

  it('quotes what a reader of YAML 1.1 or 1.2 would take for something else', () => {
    const words = ['no', 'yes', 'on', '0644', '1e3', '0o17', 'null', '~', '2001-01-01', '1:30'];
    for (const word of words) {
      const text = call('toYAML', { a: word }) as string;
      expect(parseYaml(text), word).toEqual({ a: word });
      expect(parseYaml(text, { version: '1.1' }), word).toEqual({ a: word });
    }
  });

  it('escapes what some readers take for the end of a line', () => {
    const hostile = { 'k\u0085- x': ['a\u0085- b', 'c\u2028d: e', 'f\x07g', 'h\ri: j', '\ufeffk'] };
    const text = call('toYAML', hostile) as string;
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]/);
    expect(parseYaml(text)).toEqual(hostile);
  });

  it('writes a value that occurs twice both times', () => {
    const twice = { x: 1 };
    expect(call('toYAML', [twice, twice])).toBe('- x: 1\n- x: 1');
  });
});

describe('toTOML', () => {
  it('writes a document', () => {
    expect(call('toTOML', { foo: 'bar' })).toBe('foo = "bar"');
  });

  it('writes hostile text and names so that they come back', () => {
    const hostile = { 'a]\n[b': { 'x = 1 # "': 'y"\n[z]\x7f\x07\\' } };
    expect(plain(parseToml(call('toTOML', hostile) as string))).toEqual(hostile);
  });

  it('refuses what is no map, and what TOML cannot say', () => {
    expect(() => call('toTOML', 'x')).toThrow('toTOML: map must be a map, but it is text');
    expect(() => call('toTOML', { a: [null] })).toThrow('what TOML cannot say');
  });
});
