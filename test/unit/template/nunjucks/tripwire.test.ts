import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { KeyPair } from '../../../../src/catalog/values.ts';
import { functions } from '../../../../src/template/functions/index.ts';
import { instance } from '../functions/known-facts.ts';
import { errorKnowing, textKnowing, type KnownAnswers } from './known-engine.ts';

const EVIL = 'evil;}\nserver { listen 81; }';
const LINES = 'line one\n  line two\nline three\n';

const pair = (path: string, value: string): KeyPair => ({
  Path: path,
  Key: path,
  Value: value,
  CreateIndex: 1,
  ModifyIndex: 1,
  LockIndex: 0,
  Flags: 0,
  Session: '',
});

const node = {
  ID: '1',
  Node: EVIL,
  Address: '10.0.0.1',
  Datacenter: 'dc1',
  TaggedAddresses: { lan: EVIL },
  Meta: { [EVIL]: 'x' },
};

const check = {
  Node: 'n1',
  CheckID: 'c',
  Name: 'c',
  Status: 'passing',
  Notes: '',
  Output: 'HTTP GET: 200 OK\n',
  ServiceID: '',
  ServiceName: '',
  ServiceTags: [],
};

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** `s` is an instance with all that is hostile, `k` a key of several lines. */
const hostile: KnownAnswers = {
  'service(sales)': [
    instance({
      ID: 'sales-1',
      Name: EVIL,
      Tags: [EVIL, 'ok'],
      Checks: [check],
      ServiceMeta: {
        evil: EVIL,
        [EVIL]: 'named',
        constructor: 'x',
        end: 'fine\n',
        escape: 'a\u001b[2Jb',
        c1: 'a\u009b2Jb',
        del: 'a\u007fb',
        separator: 'a\u2028b',
        nul: 'a\0b',
        json: '{"a":"x\\ny"}',
        yaml: 'a: "x\\ny"',
        base64: base64('x\ny'),
        base64url: base64('x\ny'),
        twice: JSON.stringify(base64('x\ny')),
        plain: 'fine',
        list: 'a,b',
      },
    }),
  ],
  'services()': [{ Name: EVIL, Tags: [EVIL] }],
  'node(n1)': {
    Node: node,
    Services: [
      {
        ID: 'a',
        Service: EVIL,
        Tags: [],
        Meta: {},
        Port: 1,
        Address: '',
        EnableTagOverride: false,
      },
    ],
  },
  'nodes()': [node],
  'key(k)': pair('k', LINES),
  'key(doc)': pair('doc', '{"motd":"one\\ntwo","word":"fine"}'),
  'key(b)': pair('b', base64(LINES)),
};

const inService = (text: string) => `{% for s in service("sales") %}${text}{% endfor %}`;

it('does not keep a service or node from being asked for by its real name', () => {
  const answers: KnownAnswers = {
    'services()': [{ Name: EVIL, Tags: [] }],
    [`service(${JSON.stringify(EVIL)})`]: [instance({ ID: 'sales-1', Name: EVIL })],
    'nodes()': [node],
    [`node(${JSON.stringify(EVIL)})`]: { Node: node, Services: [] },
  };
  const text =
    '{% for s in services() %}{{ service(s) | length }}{{ service(s.Name) | length }}{% endfor %}' +
    '{% for n in nodes() %}{{ node(n).Node.Address }} {{ node(n.Node).Node.Address }}{% endfor %}';
  expect(textKnowing(answers, text)).toBe('1110.0.0.1 10.0.0.1');
});

describe('a control character of service or node data', () => {
  it.each([
    // As it is, wherever it stands.
    '{{ s.Name }}',
    '{{ s.Tags }}',
    '{{ s.Tags[0] }}',
    '{{ s["Na" ~ "me"] }}',
    '{{ s.ServiceMeta.escape }}',
    '{{ s.ServiceMeta.c1 }}',
    '{{ s.ServiceMeta.del }}',
    '{{ s.ServiceMeta.separator }}',
    '{{ s.ServiceMeta.nul }}',
    '{{ s.Checks[0].Output }}',
    '{{ services()[0].Name }}',
    '{{ services()[0].Tags[0] }}',
    '{{ nodes()[0].Node }}',
    '{{ nodes()[0].TaggedAddresses.lan }}',
    '{% for name, value in nodes()[0].Meta %}{{ name }}{% endfor %}',
    '{{ node("n1").Node.Node }}',
    '{{ node("n1").Services[0].Service }}',
    // Operators.
    '{{ s.Name ~ "" }}',
    '{{ "x" + s.Name }}',
    '{{ s.Name + 1 }}',
    '{{ s.Name or "x" }}',
    '{{ "x" and s.Name }}',
    '{{ s.Name if true else "" }}',
    '{{ [s.Name] }}',
    '{{ [[s.Name]] }}',
    '{{ [1, s.Name][1] }}',
    '{{ {"a": s.Name}.a }}',
    // Indexing and looping over text.
    '{{ s.Name[6] }}',
    '{% for c in s.Name %}{{ c }}{% endfor %}',
    '{% for i in range(0, 8) %}{{ s.Name[i] }}{% endfor %}',
    '{% for c in s.Name | list %}{{ c }}{% endfor %}',
    '{% asyncEach c in s.Tags %}{{ c }}{% endeach %}',
    '{% asyncAll c in s.Tags %}{{ c }}{% endall %}',
    // Methods of text.
    '{{ s.Name.toUpperCase() }}',
    '{{ s.Name.toString() }}',
    '{{ s.Name.valueOf() }}',
    '{{ s.Name.slice(1) }}',
    '{{ s.Name.substring(1, 9) }}',
    '{{ s.Name.substr(6, 1) }}',
    '{{ s.Name.charAt(6) }}',
    '{{ s.Name.at(6) }}',
    '{{ s.Name.split("e")[1] }}',
    '{{ s.Name.split("") | join("") }}',
    '{{ s.Name.split("").reverse().join("") }}',
    '{{ s.Name.replace("evil", "good") }}',
    '{{ s.Name.replace(r/[a-z]+/g, "") }}',
    '{{ s.Name.replaceAll("e", "") }}',
    '{{ s.Name.replace("evil", joiner("x")) }}',
    '{{ s.Name.concat("x") }}',
    '{{ "x".concat(s.Name) }}',
    '{{ "x".replace("x", s.Name) }}',
    '{{ "x".padEnd(40, s.Name) }}',
    '{{ s.Name.padStart(40, "x") }}',
    '{{ s.Name.repeat(2) }}',
    '{{ s.Name.normalize() }}',
    '{{ s.Name.match(r/l;.\\ns/)[0] }}',
    '{{ s.Name.match(r/[^x]+/) }}',
    '{% for m in s.Name.matchAll(r/[^x]+/g) %}{{ m[0] }}{% endfor %}',
    '{{ r/[^x]+/.exec(s.Name)[0] }}',
    '{% set f = s.Name.toLowerCase %}{{ f() }}',
    '{% set json = s.Name.toLowerCase %}{{ json() }}',
    // Methods of lists.
    '{{ s.Tags.join("") }}',
    '{{ s.Tags.concat(["x"]) }}',
    '{{ ["x"].concat(s.Tags) }}',
    '{{ s.Tags.slice(0, 1) }}',
    '{{ s.Tags.map(s.Name.concat)[0] }}',
    '{{ s.Tags.filter(range) }}',
    '{{ s.Tags.toString() }}',
    '{{ s.Tags.at(0) }}',
    '{{ s.Tags.find(range) }}',
    '{% for i, t in s.Tags.entries() %}{{ t }}{% endfor %}',
    // Filters of nunjucks.
    '{{ s.Name | upper }}',
    '{{ s.Name | lower }}',
    '{{ s.Name | title }}',
    '{{ s.Name | capitalize }}',
    '{{ s.Name | center(60) }}',
    '{{ s.Name | truncate(12, true) }}',
    '{{ s.Name | string }}',
    '{{ s.Name | safe }}',
    '{{ s.Name | escape }}',
    '{{ s.Name | e }}',
    '{{ s.Name | forceescape }}',
    '{{ s.Name | nl2br }}',
    '{{ s.Name | striptags(true) }}',
    '{{ s.Name | urlize }}',
    '{{ s.Name | reverse }}',
    '{{ s.Name | default("x") }}',
    '{{ nothing | default(s.Name) }}',
    '{{ s.Name | replace("evil", "good") }}',
    '{{ s.Name | replace("", "-") }}',
    '{{ "x" | replace("x", s.Name) }}',
    '{{ s.Name | indent }}',
    '{{ s.Name | list | first ~ (s.Name | list | join("")) }}',
    '{{ s.Tags | first }}',
    '{{ s.Tags | last ~ (s.Tags | first) }}',
    '{{ s.Tags | join(" ") }}',
    '{{ s.Tags | join }}',
    '{{ s.Tags | sort | join }}',
    '{{ s.Tags | reverse | join }}',
    '{{ s.Tags | batch(2) | first | first }}',
    '{{ (s.Tags | slice(1))[0][0] }}',
    '{{ s.Tags | select("string") | join }}',
    '{{ s.Tags | reject("number") | join }}',
    '{{ service("sales") | join(", ", "Name") }}',
    '{% for name, list in service("sales") | groupby("Name") %}{{ name }}{% endfor %}',
    '{% for name, list in service("sales") | groupby("ServiceMeta.evil") %}{{ name }}{% endfor %}',
    '{{ (service("sales") | selectattr("Name"))[0].Name }}',
    '{{ (service("sales") | sort(false, false, "Name"))[0].Name }}',
    '{% for name, value in s.ServiceMeta | dictsort %}{{ value }}{% endfor %}',
    '{{ s.ServiceMeta | list | join(",", "key") }}',
    '{{ [s.Name] | dump(2) | parseJSON }}',
    // Functions.
    '{{ replaceAll("evil", "good", s.Name) }}',
    '{{ replaceAll("x", s.Name, "x") }}',
    '{{ (s.Name | toUpper) ~ "." }}',
    '{{ s.Name | toTitle }}',
    '{{ s.Name | trim }}',
    '{{ s.Name | trim("e") }}',
    '{{ s.Name | trimPrefix("evil") }}',
    '{{ s.Name | indent(2) }}',
    '{{ s.Name | split(";") | join("") }}',
    '{{ (s.Name | splitToMap(";", "="))["}\\nserver { listen 81"] | default("") ~ s.Name }}',
    '{% for k, v in s.Name | splitToMap(";", "=") %}{{ k }}{% endfor %}',
    '{{ s.Name | regexReplaceAll("evil", "good") }}',
    '{{ "x" | regexReplaceAll("x", s.Name) }}',
    '{{ keyOrDefault("none", s.Name) }}',
    '{{ envOrDefault("NONE", s.Name) }}',
    '{{ timestamp(s.Name) }}',
    '{{ s.Name | secret }}',
    '{% for tag, list in byTag(service("sales")) %}{{ tag }}{% endfor %}',
    '{{ byPort(service("sales"))["80"][0].Name }}',
    '{{ mergeMap({"a": "b"}, s.ServiceMeta).evil }}',
    '{{ explodeMap({"a/b": s.Name}).a.b }}',
    '{{ scratch.Set("a", s.Name) }}{{ scratch.Get("a") }}',
    '{{ scratch.MapSet("m", "a", s.Name) }}{{ scratch.MapValues("m") }}',
    '{{ scratch.MapSet("m", s.Name, 1) }}{% for k, v in scratch.Get("m") %}{{ k }}{% endfor %}',
    '{{ cycler(s.Name).next() }}',
    '{% set c = cycler(s.Name) %}{% if c.next() %}{{ c.current }}{% endif %}',
    '{% set j = joiner(s.Name) %}{{ j() }}{{ j() }}',
    // Encoded, and decoded again.
    '{{ (s.Name | json | parseJSON) }}',
    '{{ parseJSON(toJSON(s)).Name }}',
    '{{ parseJSON(toJSONPretty(service("sales")))[0].Name }}',
    '{{ (s | dump | parseJSON).Name }}',
    '{{ s.Name | toYAML | parseYAML }}',
    '{{ parseYAML(toYAML(s)).Name }}',
    '{{ (service("sales") | toYAML | parseYAML)[0].Name }}',
    '{{ s.Name | yaml | parseYAML }}',
    '{{ s.Name | base64Encode | base64Decode }}',
    '{{ s.Name | base64URLEncode | base64URLDecode }}',
    '{{ s.Name | json | base64Encode | base64Decode | parseJSON }}',
    '{{ ("[" ~ (s.Name | json) ~ "]") | parseJSON }}',
    '{{ (s.Name | json).trim() | parseJSON }}',
    '{{ scratch.Set("j", s.Name | json) }}{{ scratch.Get("j") | parseJSON }}',
    // Encoded by whoever registered.
    '{{ (s.ServiceMeta.json | parseJSON).a }}',
    '{{ (s.ServiceMeta.json.trim() | parseJSON).a }}',
    '{{ (s.ServiceMeta.yaml | parseYAML).a }}',
    '{{ s.ServiceMeta.base64 | base64Decode }}',
    '{{ s.ServiceMeta.base64url | base64URLDecode }}',
    '{{ s.ServiceMeta.twice | parseJSON | base64Decode }}',
    // Quoted, and torn out of its quotes.
    '{{ (s.Name | shell).slice(1, -1) }}',
    '{{ s.Name | shell | trim("\'") }}',
    '{{ s.Name | shell | replace("\'", "") }}',
    '{{ s.Name | shell | replaceAll("\'", "\\"") }}',
    '{{ s.Name | shell | upper }}',
    // Blocks.
    '{% set x %}{{ s.Name }}{% endset %}{{ x }}',
    '{% set x = s.Name %}{{ x }}',
    '{% filter upper %}{{ s.Name }}{% endfilter %}',
    '{% macro m(a) %}{{ a }}{% endmacro %}{{ m(s.Name) }}',
    '{% macro m(a, b=s.Name) %}{{ b }}{% endmacro %}{{ m(1, b=s.Name) }}',
    '{% macro m(a) %}{{ caller() }}{% endmacro %}{% call m(1) %}{{ s.Name }}{% endcall %}',
    '{% macro m(a) %}{{ caller(a) }}{% endmacro %}{% call(x) m(s.Name) %}{{ x }}{% endcall %}',
    '{% macro m() %}x{% endmacro %}{{ m() | replace("x", s.Name) }}',
    '{% macro m() %}x{% endmacro %}{{ m().replace("x", s.Name) }}',
    '{% macro m() %}x{% endmacro %}{{ m() ~ s.Name }}',
    '{% switch 1 %}{% case 1 %}{{ s.Name }}{% endswitch %}',
    '{% block b %}{{ service("sales")[0].Name }}{% endblock %}',
    '{% if s.Name %}{{ s.Name }}{% endif %}',
  ])('stops the rendering of %s', (text) => {
    expect(errorKnowing(hostile, inService(text))).toMatch(/^t\.njk:1:\d+: .*control character/);
  });

  it.each(
    Object.entries({
      '{{ s.Name | json }}': JSON.stringify(EVIL),
      '{{ s.Name | shell }}': `'${EVIL}'`,
      '{{ shell(s.Name) }}': `'${EVIL}'`,
      '{{ s.Name | yaml }}': JSON.stringify(EVIL),
      '{{ s.Name | toml }}': JSON.stringify(EVIL),
      '{{ s.Name | systemd }}': JSON.stringify(EVIL),
      '{{ s.Name | dump }}': JSON.stringify(EVIL),
      '{{ s.ServiceMeta.c1 | dump }}': '"a\\u009b2Jb"',
      '{{ s.Name | urlencode }}': encodeURIComponent(EVIL),
      '{{ {"a": s.Name} | urlencode }}': `a=${encodeURIComponent(EVIL)}`,
      '{{ s.Tags | toJSON }}': JSON.stringify([EVIL, 'ok']),
      '{{ [s.Tags[1]] | toYAML | indent(2) }}': '  - ok',
      '{{ {"a": s.Name} | toYAML | indent(2) }}': '  a: |-\n    evil;}\n    server { listen 81; }',
      '{{ s.Tags | toJSONPretty | indent(2) }}': `  [\n    ${JSON.stringify(EVIL)},\n    "ok"\n  ]`,
      // Whole words stay quoted wherever they are put.
      '{{ "A=" ~ (s.Name | shell) ~ " cmd" }}': `A='${EVIL}' cmd`,
      '{{ ["x", s.Name | shell] | join(" ") }}': `x '${EVIL}'`,
      '{% set q %}--name {{ s.Name | shell }}{% endset %}{{ q }}': `--name '${EVIL}'`,
      '{% macro m(a) %}{{ a | shell }}{% endmacro %}{{ m(s.Name) }}': `'${EVIL}'`,
      '{% macro m(a) %}{{ a | shell }}{% endmacro %}{{ m(s.Name) | trim }}': `'${EVIL}'`,
      '{{ scratch.Set("q", s.Name | shell) }}{{ scratch.Get("q") }}': `'${EVIL}'`,
      '{{ keyOrDefault("none", s.Name | shell) }}': `'${EVIL}'`,
      // Nothing of it is left.
      '{{ s.Name | length }}': String(EVIL.length),
      '{{ s.Name.length > 0 }}': 'true',
      '{{ s.ServiceMeta.end | trim }}': 'fine',
      '{{ s.ServiceMeta.end.trim() }}': 'fine',
      '{{ s.Checks[0].Output | trimSpace }}': 'HTTP GET: 200 OK',
      '{{ s.Name | replaceAll("\\n", " ") }}': EVIL.replace('\n', ' '),
      '{{ s.Name | replace("\\n", " ") }}': EVIL.replace('\n', ' '),
      '{{ s.Name.replace(r/\\s/g, "_") }}': EVIL.replace(/\s/g, '_'),
      '{{ s.Name.split("\\n")[0] }}': 'evil;}',
      '{{ s.Name | split("\\n") | join(" ") }}': EVIL.replace('\n', ' '),
      '{{ s.Name | regexReplaceAll("\\\\s", "_") }}': EVIL.replace(/\s/g, '_'),
      '{{ s.Name | striptags }}': EVIL.replace('\n', ' '),
      // Looked at as it is.
      '{{ "\\n" in s.Name }}': 'true',
      '{{ s.Name.includes("\\n") }}': 'true',
      '{{ r/\\n/.test(s.Name) }}': 'true',
      '{{ s.Name | regexMatch("\\n") }}': 'true',
      '{{ s.Name | contains("\\n") }}': 'true',
      '{{ s.Tags[0] in s.Tags }}': 'true',
      '{{ s.Tags | contains(s.Name) }}': 'true',
      '{{ s.Name == s.Tags[0] }}': 'true',
      '{{ s.ServiceMeta[s.Name] }}': 'named',
      '{{ s.Name | md5sum }}': createHash('md5').update(EVIL).digest('hex'),
      '{{ s.Name | base64Encode }}': base64(EVIL),
      // Not printed.
      '{{ s.Port }}{{ s.ServiceMeta.plain }}': '80fine',
      '{{ [s, s] | join("\\n", "Port") }}': '80\n80',
      '{{ s.ServiceMeta.list | replaceAll(",", "\\n") }}': 'a\nb',
      '{{ s.ServiceMeta.list.split(",").join("\\n") }}': 'a\nb',
      '{{ ["a", s.ServiceMeta.plain] | join("\\n") }}': 'a\nfine',
    }),
  )('lets pass %s', (text, expected) => {
    const answers = { ...hostile, 'key(none)': null };
    expect(textKnowing(answers, inService(text))).toBe(expected);
  });

  it.each(
    Object.entries({
      '{{ key("k") }}': LINES,
      '{{ key("k").trim() }}': LINES.trim(),
      '{{ key("k") | indent(2) }}': '  line one\n    line two\n  line three\n',
      '{{ key("k").split("\\n").length }}': '4',
      '{{ key("k").toUpperCase() }}': LINES.toUpperCase(),
      '{{ key("k") | replace("line", "row") }}': LINES.replaceAll('line', 'row'),
      '{{ key("k") ~ s.Port }}': `${LINES}80`,
      '{{ (key("doc") | parseJSON).motd }}': 'one\ntwo',
      '{{ (key("doc") | parseYAML).motd }}': 'one\ntwo',
      '{{ key("b") | base64Decode }}': LINES,
      '{{ key("k") | base64Encode | base64Decode }}': LINES,
      '{{ key("k") | shell | replace("\'", "") }}': LINES,
      '{{ env("LINES") }}': 'one\ntwo',
      '{{ "a\\nb" }}': 'a\nb',
      '{% macro m() %}a\nb{% endmacro %}{{ m() | upper }}': 'A\nB',
    }),
  )('is no reason to refuse the values of operators in %s', (text, expected) => {
    expect(textKnowing(hostile, inService(`{% if s.Name | shell %}${text}{% endif %}`))).toBe(
      expected,
    );
  });

  it('is printed where the target allows it', () => {
    const text = inService('{{ s.Name.slice(0) }}');
    expect(textKnowing(hostile, text, { allowControlCharacters: true })).toBe(EVIL);
  });

  it('does not show in the error', () => {
    expect(errorKnowing(hostile, inService('{{ s.Name }}'))).not.toContain('listen');
  });

  it('cannot be smuggled in as the mark that stands for one', () => {
    const answers = { 'service(sales)': [instance({ ID: 'a', Name: 'a\u{10f00a}b' })] };
    expect(errorKnowing(answers, inService('{{ s.Name }}'))).toContain('control character');
  });

  describe('that was quoted or encoded', () => {
    const names = Object.keys(functions);
    const quoting = names.filter((name) => functions[name]?.gives === 'quoted');
    const others = names.filter((name) => functions[name]?.asFilter === true);
    const printed = (text: string): string => {
      try {
        return textKnowing(hostile, inService(text), { strict: false }) ?? '';
      } catch {
        return '';
      }
    };
    const layoutAside = (text: string) => text.replace(/^[ \t]+/gm, '').trim();

    it.each([...quoting, 'base64Encode', 'base64URLEncode', 'md5sum'])(
      'is not laid bare again by any function of the table that is given what %s made',
      (first) => {
        for (const hidden of ['s.Name', 's.Tags', '{"a": s.Name}']) {
          const wrapped = layoutAside(printed(`{{ ${first}(${hidden}) }}`));
          for (const second of others.filter((name) => !quoting.includes(name))) {
            const call = `${second}(${first}(${hidden}))`;
            const text = printed(
              `{% set r = ${call} %}{{ [r] | join }}{{ r.a }}{{ r[0] if r is iterable }}`,
            );
            if (wrapped !== '' && layoutAside(text).includes(wrapped)) continue;
            expect(text, call).not.toMatch(/evil;\}\n\s*server/i);
          }
        }
      },
    );
  });
});
