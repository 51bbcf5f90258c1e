import { describe, expect, it } from 'vitest';
import { parseHclTree } from '../../../../src/config/hcl/parse-hcl.ts';
import type { DocumentPath } from '../../../../src/config/document.ts';
import { asParsedText } from '../../../../src/config/value-tree.ts';

/** The content as JSON has it, without the maps' missing prototypes. */
function content(text: string): unknown {
  const parsed = parseHclTree(text);
  if (!parsed.ok) throw new Error(parsed.errors.map(({ message }) => message).join('\n'));
  return JSON.parse(JSON.stringify(parsed.root.value)) as unknown;
}

/** All that is wrong, as `line:column message`. */
function complaints(text: string): string[] {
  const parsed = parseHclTree(text);
  return parsed.ok
    ? []
    : parsed.errors.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('HCL', () => {
  it.each([
    ['nothing', '', {}],
    ['text', 'a = "b"', { a: 'b' }],
    ['a key in quotes', '"a b" = "c"', { 'a b': 'c' }],
    ['a key with dots and dashes', 'a.b-c_1 = 1', { 'a.b-c_1': 1 }],
    ['booleans', 'a = true\nb = false', { a: true, b: false }],
    ['numbers', 'a = 1\nb = -2\nc = 1.5\nd = 1e3\ne = 0', { a: 1, b: -2, c: 1.5, d: 1000, e: 0 }],
    ['octal and hexadecimal numbers', 'a = 0600\nb = 0x1F\nc = -017', { a: 384, b: 31, c: -15 }],
    ['lists, with a comma at the end', 'a = [1, "b", [true,],]', { a: [1, 'b', [true]] }],
    ['an empty list', 'a = []', { a: [] }],
    ['a map', 'a = { b = "c" }', { a: { b: 'c' } }],
    ['a block', 'a { b = "c" }', { a: { b: 'c' } }],
    ['an empty block', 'a {}', { a: {} }],
    ['a list of maps', 'a = [{ b = 1 }, { b = 2 }]', { a: [{ b: 1 }, { b: 2 }] }],
    ['several arguments on a line', 'a { b = 1 c = 2 }', { a: { b: 1, c: 2 } }],
    ['commas between arguments', 'a { b = 1, c = 2, }', { a: { b: 1, c: 2 } }],
    ['a label', 'a "b" { c = 1 }', { a: { b: { c: 1 } } }],
    ['two labels', 'a "b" "c" { d = 1 }', { a: { b: { c: { d: 1 } } } }],
    [
      'blocks that come again',
      'a { b = 1 }\na { b = 2 }\na { b = 3 }',
      { a: [1, 2, 3].map((b) => ({ b })) },
    ],
    ['a list of maps and a block', 'a = [{ b = 1 }]\na { b = 2 }', { a: [{ b: 1 }, { b: 2 }] }],
    ['the last of two values', 'a = 1\na = 2', { a: 2 }],
    [
      'comments of all kinds',
      '# x\na = 1 # x\n// y\n/* z\n} */ b /* in */ = 2 // y',
      { a: 1, b: 2 },
    ],
    ['no comment in a text', 'a = "# // /* b"', { a: '# // /* b' }],
    ['line ends of Windows', 'a = 1\r\nb {\r\n  c = 2\r\n}\r\n', { a: 1, b: { c: 2 } }],
  ])('has %s', (_, text, expected) => {
    expect(content(text)).toEqual(expected);
  });

  it.each([
    [String.raw`"a\n\t\\\"b"`, 'a\n\t\\"b'],
    [String.raw`"\u00e9\U0001f600\x41\101"`, 'é😀AA'],
    ['"${NAME} and ${lookup("a", "b")}"', '${NAME} and ${lookup("a", "b")}'],
    ['"a $ b $$ c"', 'a $ b $$ c'],
    ['"{{ key \\"a\\" }}"', '{{ key "a" }}'],
  ])('reads the text %s', (text, expected) => {
    expect(content(`a = ${text}`)).toEqual({ a: expected });
  });

  it.each([
    ['as it stands', '<<EOF\n  a\n b "c" \\n ${d}\nEOF\n', '  a\n b "c" \\n ${d}\n'],
    ['with another name, and more behind it', '<<TEXT\nEOF\nTEXT\nb = 1', 'EOF\n'],
    ['without a line', '<<EOF\nEOF', ''],
    ['with its end indented', '<<EOF\na\n  EOF\n', 'a\n'],
    ['unindented by its last line', '<<-EOF\n    a\n      b\n    EOF\n', 'a\n  b\n'],
    ['as it is where a line has less', '<<-EOF\n  a\n    b\n    EOF\n', '  a\n    b\n'],
  ])('reads a heredoc %s', (_, text, expected) => {
    expect(content(`a = ${text}`)).toMatchObject({ a: expected });
  });

  it('tells where each value and each key stands', () => {
    const text = 'a = 1\nb "c" {\n  d = [\n    1, "e" ]\n}\nt { s = 1 }\nt {\n  s = 2 }';
    const parsed = parseHclTree(text);
    if (!parsed.ok) throw new Error('not HCL');
    const { locate } = asParsedText(text, parsed.root);
    const at = (path: DocumentPath, aim: 'key' | 'value') => {
      const { line, column } = locate(path, aim);
      return `${line}:${column}`;
    };
    expect(at(['a'], 'key')).toBe('1:1');
    expect(at(['a'], 'value')).toBe('1:5');
    expect(at(['b', 'c', 'd'], 'key')).toBe('3:3');
    expect(at(['b', 'c', 'd', 1], 'value')).toBe('4:8');
    expect(at(['b', 'nothing'], 'value')).toBe('2:3');
    expect(at(['t', 0, 's'], 'value')).toBe('6:9');
    expect(at(['t', 1, 's'], 'value')).toBe('8:7');
  });

  it('says which values are lost because their keys come again', () => {
    const tree = parseHclTree('a = 1\nb {}\nb {}\na = 2');
    expect(tree).toMatchObject({ ok: true, repeated: [{ line: 4, column: 1, key: 'a' }] });
  });

  it('tells all errors at once', () => {
    expect(complaints('a = \nb = 1\nc = "x\nd { e = ! }\nf = bare\ng = 1\n')).toEqual([
      '2:1 invalid "b" where a value is expected (text needs quotes)',
      '3:5 a line ends inside of a text whose closing quote is missing',
      '4:9 invalid character "!"',
      '5:5 invalid "b" where a value is expected (text needs quotes)',
    ]);
  });

  it.each([
    ['a = 089', '1:5 a number that begins with 0 is octal, and has no 8 or 9'],
    ['a = 10s', '1:5 a number with something behind it; text needs quotes'],
    ['a = 1.2.3.4', '1:5 a number with something behind it; text needs quotes'],
    ['a "b" = 1', '1:7 a key with labels is a block, and has no ='],
    ['a', '1:2 the text ends where = or { is expected'],
    ['a {', '1:4 the text ends before a } is there'],
    ['a = [1 2]', '1:8 invalid "2" where a comma or ] is expected'],
    ['a = "\\q"', '1:6 an unknown escape; a backslash is \\\\'],
    ['a = "${b', '1:6 the text ends inside of ${'],
    ['/* a', '1:1 the text ends inside of a comment'],
    ['a = <<EOF\nb\n', '1:5 the text ends inside of a heredoc: no line is EOF alone'],
    ['a { b { c = <<EOF\n', '1:13 the text ends inside of a heredoc: no line is EOF alone'],
    ['a { b = 1\n/* c', '2:1 the text ends inside of a comment'],
    ['a = <<"EOF"\nEOF', '1:5 a heredoc begins with << and a name at the end of a line'],
    ['}', '1:1 invalid "}" where a key is expected'],
  ])('refuses %j', (text, expected) => {
    expect(complaints(text)).toEqual([expected]);
  });

  it('is not led astray by depth or by names', () => {
    expect(complaints(`a = ${'['.repeat(5000)}`)[0]).toMatch(/nested too deeply/);
    expect(complaints(`${'a { '.repeat(5000)}`)[0]).toMatch(/nested too deeply/);
    const parsed = parseHclTree('__proto__ { a = 1 }');
    expect(parsed).toMatchObject({ ok: true });
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  it('shows nothing of a text that it cannot read', () => {
    expect(complaints('token = "secret\nother = hunter2').join()).not.toMatch(/secret|hunter2/);
  });
});
