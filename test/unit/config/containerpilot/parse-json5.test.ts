import { describe, expect, it } from 'vitest';
import { parseJson5 } from '../../../../src/config/containerpilot/parse-json5.ts';

function value(text: string, syntax: 'json' | 'json5' = 'json5'): unknown {
  const parsed = parseJson5(text, syntax);
  if (!parsed.ok) throw new Error(parsed.errors[0]?.message);
  return JSON.parse(JSON.stringify(parsed.content));
}

function error(text: string, syntax: 'json' | 'json5' = 'json'): string {
  const parsed = parseJson5(text, syntax);
  if (parsed.ok) throw new Error('the text was taken, and should not have been');
  const [{ line, column, message } = { line: 0, column: 0, message: '' }] = parsed.errors;
  return `${line}:${column} ${message}`;
}

describe('JSON', () => {
  it('is read as JSON.parse reads it', () => {
    const text = String.raw`{"a": [1, -2.5e3, true, null, "x\"\\\u00e9\n"], "b": {}, "c": []}`;
    expect(value(text, 'json')).toEqual(JSON.parse(text));
  });

  it('has no comments, commas too many, bare keys or single quotes in ContainerPilot 2', () => {
    expect(error('{ // c\n}')).toBe("1:3 invalid character '/' where a key is expected");
    expect(error('{"consul":"x",}')).toBe("1:15 invalid character '}' where a key is expected");
    expect(error('{"a":[1,]}')).toBe("1:9 invalid character ']' where a value is expected");
    expect(error('{a:1}')).toContain('1:2');
    expect(error("{'a':1}")).toBe(`1:2 invalid character "'" where a key is expected`);
    expect(error('{"a":0x10}')).toBe("1:7 invalid character 'x' after a number");
    expect(error('{"a":01}')).toContain('1:7');
    expect(error(String.raw`{"a":"\x41"}`)).toContain('in an escape');
  });

  it.each([
    ['', '1:1 the text ends where a value is expected'],
    ['{"a":', '1:6 the text ends where a value is expected'],
    ['{"a" 1}', "1:6 invalid character '1' where the colon after a key is expected"],
    ['{"a":1 "b":2}', `1:8 invalid character '"' where a comma or } is expected`],
    ['[1 2]', "1:4 invalid character '2' where a comma or ] is expected"],
    ['{}\n{}', "2:1 invalid character '{' after the end of the config"],
    ['{"a": hunter2}', '(text needs quotes)'],
    ['{"a": "hunter2\n"}', '1:15 a line ends inside of a text whose closing quote is missing'],
  ])('%j is refused at its place, and never quoted', (text, words) => {
    expect(error(text)).toContain(words);
    expect(error(text)).not.toContain('hunter2');
  });

  it('nested without end is refused, and does not overflow the stack', () => {
    expect(error('['.repeat(100_000))).toContain('nested too deeply');
  });

  it('reaches no prototype', () => {
    const parsed = parseJson5('{"__proto__": {"polluted": true}}', 'json');
    expect(parsed.ok && Object.keys(parsed.content as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('JSON5', () => {
  it('has comments, trailing commas, bare keys, both quotes, and its own numbers and escapes', () => {
    const text = String.raw`// top
      { /* in
        between */ bare$_1: 'it\'s "x"', "quoted": +.5, 'c': 0x1F, d: 5., e: [1, 2,],
        f: 'a\
b', g: "\x41\v\0\q", }`;
    expect(value(text)).toEqual({
      bare$_1: 'it\'s "x"',
      quoted: 0.5,
      c: 31,
      d: 5,
      e: [1, 2],
      f: 'ab',
      g: 'A\v\0q',
    });
  });

  it('tells of each value and key where it stands', () => {
    const parsed = parseJson5('{\n  jobs: [\n    null,\n    {name: "a"}\n  ]\n}', 'json5');
    if (!parsed.ok) throw new Error('not read');
    expect(parsed.locate(['jobs', 1, 'name'], 'value')).toEqual({ line: 4, column: 12 });
    expect(parsed.locate(['jobs', 1, 'name'], 'key')).toEqual({ line: 4, column: 6 });
    expect(parsed.locate(['jobs', 1], 'value')).toEqual({ line: 4, column: 5 });
    expect(parsed.locate(['jobs', 1, 'nothing', 'x'], 'key')).toEqual({ line: 4, column: 5 });
  });

  it('counts the last of a key that is there twice', () => {
    expect(value('{a: 1, a: 2}')).toEqual({ a: 2 });
  });
});
