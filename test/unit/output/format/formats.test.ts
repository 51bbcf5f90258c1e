import { describe, expect, it } from 'vitest';
import type { TextFormat } from '../../../../src/output/format/format.ts';
import { faultFinderOf } from '../../../../src/output/format/index.ts';

/** `line:column what`, or `right`. */
async function verdict(format: TextFormat, text: string): Promise<string> {
  const complaint = (await faultFinderOf(format))(text);
  return complaint === undefined
    ? 'right'
    : `${complaint.line}:${complaint.column} ${complaint.what}`;
}

type Rows = readonly (readonly [text: string, verdict: string])[];

const rows: Readonly<Record<TextFormat, Rows>> = {
  json: [
    ['{"a": [1, -2.5e3, true, null, "x\\u00e9\\n"], "b": {}, "c": []}\n', 'right'],
    ['  7  ', 'right'],
    ['', '1:1 it is empty'],
    ['{"a": 1', '1:8 it ends too early'],
    ['{"a": "b', '1:9 it ends too early'],
    ['{"a": 1,}', '1:9 a name in double quotes is missing here'],
    ['[1, ]', '1:5 a value is missing here'],
    ['{"a" 1}', '1:6 a colon is missing here'],
    ['{"a": 1\n "b": 2}', '2:2 a comma or } is missing here'],
    ['[1 2]', '1:4 a comma or ] is missing here'],
    ['{"a": 1} x', '1:10 there is more after the end'],
    ['{"a": 1, "b": 2, "\\u0061": 3}', '1:18 this name is there twice'],
    ['[{"a": 1}, {"a": 1}]', 'right'],
    ['{"a": 01}', '1:8 a comma or } is missing here'],
    ['// no\n{}', '1:1 a value is missing here'],
    ['["a\\x"]', '1:4 JSON does not know this escape'],
    ['["a\nb"]', '1:4 a control character in a string, or its closing quote is missing'],
  ],
  yaml: [
    ['a: 1\nb: [x, y]\n', 'right'],
    ['', 'right'],
    ['a: 1\n---\nb: 2\n---\n- c\n', 'right'],
    ['a: &x {b: 1}\nc: *x\nd: {<<: *x}\n', 'right'],
    ['a: !Ref thing\n', 'right'],
    ['a: 1\nb: 2\na: 3\n', '3:1 this key is there twice'],
    ['a: 1\n---\nb: {c: 1, c: 2}\n', '3:11 this key is there twice'],
    ['a: *x\nb: &x 1\n', '1:4 an alias (*…) whose anchor (&…) does not come before it'],
    ['a: b: c\n', '1:4 Nested mappings are not allowed in compact mappings'],
    [
      'a: [1, 2\nb: 3\n',
      '2:1 Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['a: "x\n', '2:1 Missing closing "quote'],
    ['a:\n\t- b\n', '2:1 Tabs are not allowed as indentation'],
    ['\ufeffa: "ä 😀"\r\n', 'right'],
    ['a: x\nb: \u0007\n', '2:4 a control character, which YAML does not allow'],
    ['a: {<<: {b: 1}, <<: {c: 1}}\n', '1:17 this key is there twice'],
  ],
  toml: [
    ['a = 1\n[b]\nc = ["x"]\n', 'right'],
    ['a = 1\na = 2\n', '2:1 trying to redefine an already defined table or value'],
    ['a = \n', '1:5 invalid value'],
    ['[a\n', '1:3 illegal character in key'],
    ['a = 9223372036854775807\nb = [-9_223_372_036_854_775_808, 0xdead_beef]\n', 'right'],
    ['a = [1,\n  # c\n  2,\n]\nb = {c = 1, d = [\n2,]}\n[[x]]\n07 = 07:32:00\n', 'right'],
    [
      'a = "{,}\\" 1:2"\nb = """\n{\\x41"""\n',
      '3:2 an escape (\\e, \\x) that TOML 1.0 does not know',
    ],
    ["a = '\\e'\nb = '''\n\\x''''\nc = 1979-05-27T07:32:00+01:00\n", 'right'],
    ['\ufeffa = 1\r\nb = 2\r\n', 'right'],
    ['a = 9223372036854775808\n', '1:5 an integer of more than 64 bits'],
    ['a = {b = 1,}\n', '1:12 a comma before this }, which TOML 1.0 does not know'],
    [
      'a = {b = 1,\n c = 2}\n',
      '1:12 a line break in an inline table, which TOML 1.0 does not know',
    ],
    ['a = "\\e"\n', '1:6 an escape (\\e, \\x) that TOML 1.0 does not know'],
    ['a = 1979-05-27 07:32\n', '1:16 a time without seconds, which TOML 1.0 does not know'],
  ],
  ini: [
    ['; c\n# c\n[unit one]  ; c\nA=1\nB = two words\nC: 3\nempty =\n', 'right'],
    ['[mysqld]\nskip-networking\n!includedir /etc/mysql/conf.d\n', 'right'],
    ['[Service]\nExecStart=/bin/a \\\n  --b \\\n# between\n  --c\nUser=x\n', 'right'],
    ['[program:a]\nenvironment =\n  A="1",\n  B="2"\n', 'right'],
    ['[core]\n\teditor = vi\n', 'right'],
    ['a = "one\ntwo\nthree"\nb = 1\n', 'right'],
    ['extension=a.so\r\n[PHP]\r\n', 'right'],
    [
      '[a]\nb = 1\nthis is no setting\n',
      '3:1 neither a [section], nor name = value, nor a comment',
    ],
    ['[a\nb = 1\n', '1:1 a section is written [name], alone in its line'],
    ['[]\n', '1:1 a section is written [name], alone in its line'],
    ['[a] b\n', '1:1 a section is written [name], alone in its line'],
    ['[a]\n = 1\n', '2:2 neither a [section], nor name = value, nor a comment'],
    ['a = 1\nb = "x\nc = 2\n', '2:1 the quote of this value is never closed'],
    ['a = 1 \\', '1:1 it ends in the middle of a value'],
    ['a = \u0000\n', '1:5 a control character'],
  ],
  xml: [
    [
      '<?xml version="1.0" encoding="UTF-8"?>\n<!-- c -->\n<a b="1" c=\'2\'><d/>x &lt; &#65;<![CDATA[<&]]></a>\n',
      'right',
    ],
    ['<!DOCTYPE a [<!ENTITY e "x]>">]>\n<a>&e;</a>', 'right'],
    [
      '<!DOCTYPE hibernate PUBLIC "-//X//EN" "http://x/y.dtd">\n<a:b xmlns:a="x"><a:c></a:c></a:b>',
      'right',
    ],
    ["<!DOCTYPE a [<?pi it's ]>?><!-- it's ]> --><!ENTITY e 'x'>]>\n<a>&e;</a>", 'right'],
    ['<!DOCTYPE a [<!-- <!ENTITY e "x"> -->]>\n<a>&e;</a>', '2:4 an entity that nobody declared'],
    ['<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x.dtd">\n<html>&nbsp;</html>', 'right'],
    ['<!DOCTYPE a [<!ENTITY % more SYSTEM "x">%more;]>\n<a>&e;</a>', 'right'],
    ['<!DOCTYPE a [<!ENTITY e "x">\n<a>&e;</a>', '1:1 this document type is never closed'],
    ['', '1:1 there is no element'],
    ['<a><b></a></b>', '1:7 this end tag does not match the element that was opened in line 1'],
    ['<a>\n<b>\n', '2:1 this element is never closed'],
    ['<a/></a>', '1:5 this end tag closes nothing'],
    ['<a/><b/>', '1:5 a second root element'],
    ['<a/>x', '1:5 text outside of the root element'],
    ['<a b=1/>', '1:3 a tag goes on with name="value", or ends with >'],
    ['<a b="1"c="2"/>', '1:9 a tag goes on with name="value", or ends with >'],
    ['<a b="1" b="2"/>', '1:10 an attribute that is there twice'],
    ['<a b="&"/>', '1:7 an & that begins no entity: it is written &amp;'],
    ['<a b="<"/>', '1:3 a tag goes on with name="value", or ends with >'],
    ['<a>x & y</a>', '1:6 an & that begins no entity: it is written &amp;'],
    ['<a>&nbsp;</a>', '1:4 an entity that nobody declared'],
    ['<a>&#0;</a>', '1:4 a reference to a character that XML does not allow'],
    ['<a>1 < 2</a>', '1:6 a < that begins no tag: it is written &lt;'],
    ['<a><!-- b -- c --></a>', '1:11 a comment may not hold --'],
    ['<a><!-- b</a>', '1:4 this comment is never closed'],
    ['<a><![CDATA[b</a>', '1:4 this CDATA is never closed'],
    ['<a>]]></a>', '1:4 ]]> without a CDATA before it'],
    [
      '\n<?xml version="1.0"?><a/>',
      '2:1 the XML declaration stands only at the very beginning, with its version',
    ],
    ['<a>\u0001</a>', '1:4 a character that XML does not allow'],
  ],
  nginx: [
    ['user x;\nhttp {\n  server { listen 80; }\n}\n', 'right'],
    ['', 'right'],
    ['# only } a { comment', 'right'],
    ["set $a \"x;{}#\";\nset $b '\\'}';\nset $c a#b;\nset ${d}{ x;", '4:9 this { is never closed'],
    ['set ${{a b;\n', 'right'],
    ['return 200 "${a}b$c";\nlog_format x ${a}b;\n', 'right'],
    ['location ~ \\.(a|b)$ { deny all; }\nrewrite ^/x\\{2\\}$ /y;\n', 'right'],
    ['if ($a = "b") { return 204; }\n', 'right'],
    [
      'access_by_lua_block {\n  -- } a comment\n  local t = {a = "}", b = [[}]]}\n}\nuser x;\n',
      'right',
    ],
    [
      'access_by_lua_block { local t = {\n}\nuser x;\n',
      '1:21 the Lua in this block is never closed',
    ],
    ['http {\n  server {\n    listen 80;\n  }\n', '1:6 this { is never closed'],
    ['user x;\n}\n', '2:1 this } closes nothing'],
    ['server {\n  listen 80\n}\n', '2:3 the directive before this } has no semicolon'],
    ['user x;;\n', '1:8 nothing stands before this ;'],
    ['{ user x; }', '1:1 nothing stands before this {'],
    ['user "x;\n', '1:6 this quote is never closed'],
    ['user "x"y;\n', '1:8 a space is missing after this quote'],
    ['user x', '1:1 this directive is never ended: a semicolon is missing'],
    [`user ${'x'.repeat(5000)};`, '1:6 nginx takes no word longer than 4096 bytes'],
  ],
};

describe.each(Object.entries(rows) as [TextFormat, Rows][])(
  'texts of the format %s',
  (format, table) => {
    it.each(table)('%j', async (text, expected) => {
      expect(await verdict(format, text)).toBe(expected);
    });
  },
);

describe('a text that nobody writes by hand', () => {
  it.each<[TextFormat, string]>([
    ['json', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['json', `"${'\\n'.repeat(2_000_000)}"`],
    ['xml', `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`],
    ['nginx', `${'a {'.repeat(100_000)}${'}'.repeat(100_000)}`],
    ['ini', `a${' '.repeat(200_000)}= 1`],
    ['xml', `<!DOCTYPE a [${'<!-- x -->'.repeat(50_000)}]><a/>`],
  ])('is read to its end as %s', async (format, text) => {
    expect(await verdict(format, text)).toBe('right');
  });

  it.each<[TextFormat, string]>([
    ['yaml', '['.repeat(20_000)],
    ['toml', `a = ${'['.repeat(20_000)}`],
    ['ini', `[a]\na${' '.repeat(200_000)}b c`],
    ['xml', `<!DOCTYPE a [${'<!-- x -->'.repeat(50_000)}`],
  ])('is a complaint, and no crash, as %s', async (format, text) => {
    expect(await verdict(format, text)).not.toBe('right');
  });
});
