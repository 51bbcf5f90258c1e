import { describe, expect, it } from 'vitest';

import type { Value } from '../../../../src/catalog/values.ts';
import { functions as shared } from '../../../../src/template/functions/index.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../../../src/template/gotemplate/consul-template-functions.ts';
import { instance, answersOf } from '../functions/known-facts.ts';
import { goError, goText, renderGo, type Options } from './known-go-engine.ts';

const PAIRS = {
  'p/a': '1',
  'p/b': '2',
  'p/empty': '',
  'p/html': '<a&b>',
  'p/json': '{"a":{"b":[1,2]}}',
  'p/nl': 'l1\nl2\n',
  'p/num': '5',
  'p/ptr': 'p/a',
  'p/sub/c': '3',
};

const WEB = [
  instance({ ID: 'web1', Port: 81, Tags: ['a'], ServiceMeta: { env: 'dev' } }),
  instance({
    ID: 'web2',
    Port: 82,
    Address: '10.0.0.2',
    Tags: ['a', 'b'],
    ServiceMeta: { env: 'prod', shard: '2' },
  }),
  instance({ ID: 'web3', Port: 83, Status: 'warning' }),
  instance({ ID: 'web4', Port: 83, Status: 'critical' }),
];

const ANSWERS: Readonly<Record<string, Value>> = {
  ...answersOf(PAIRS, { prefixes: ['p', 'p/s', 'p/sub', 'nonesuch'], absent: ['p/none'] }),
  'service(web)': WEB.slice(0, 2),
  'service(web|any)': WEB,
  'service(b.web)': [WEB[1]!],
  'service(nosuch)': [],
  'services()': [
    { Name: 'consul', Tags: [] },
    { Name: 'web', Tags: ['a', 'b'] },
  ],
  'datacenters()': ['dc1'],
  'node(n1)': {
    Node: {
      ID: '',
      Node: 'n1',
      Address: '127.0.0.1',
      Datacenter: 'dc1',
      TaggedAddresses: {},
      Meta: {},
    },
    Services: [
      {
        ID: 'web1',
        Service: 'web',
        Tags: ['a'],
        Meta: {},
        Port: 81,
        Address: '',
        EnableTagOverride: false,
      },
    ],
  },
  'node(none)': null,
  'partitions()': [{ Name: 'default', Description: 'd' }],
  'exportedServices(?partition=west)': [
    {
      Service: 'web',
      Partition: '',
      Namespace: '',
      Consumers: { Peers: ['p'], Partitions: [] },
    },
  ],
  'importedServices(?partition=west)': [{ Service: 'web', Namespace: '', SourcePartition: 'east' }],
  'peerings(?partition=west)': [
    {
      ID: '1',
      Name: 'second',
      Partition: 'west',
      Meta: { env: 'dev' },
      PeeringState: 'ACTIVE',
      PeerID: '2',
      PeerServerName: '',
      PeerServerAddresses: [],
      StreamStatus: { ImportedServices: ['api'], ExportedServices: [] },
      Remote: { Partition: '', Datacenter: 'dc2' },
    },
  ],
  'plugin(date)': { output: 'today' },
  'plugin(broken)': { failure: 'it ended with exit code 3' },
};

const OPTIONS: Options = { functions: CONSUL_TEMPLATE_FUNCTIONS, answers: ANSWERS };
const text = (template: string) => goText(template, OPTIONS);
const error = (template: string) => goError(template, OPTIONS);

/** Template and text; the numbers are those of the rows in consul-template's list of behaviours. */
const ROWS: readonly (readonly [string, string])[] = [
  ['{{key "p/a"}} {{key "/p/a"}}', '1 1'],
  ['[{{key ""}}] [{{key "p/empty"}}]', '[] []'],
  [
    '{{keyOrDefault "p/none" "D"}}-{{keyOrDefault "p/a" "D"}}-{{keyOrDefault "p/empty" "D"}}',
    'D-1-D',
  ],
  ['{{keyExists "p/a"}} {{keyExists "p/none"}} {{keyExists "p/empty"}}', 'true false true'],
  [
    '{{range ls "p"}}{{.Key}}={{len .Value}};{{end}}',
    'a=1;b=1;empty=0;html=5;json=17;nl=6;num=1;ptr=3;',
  ],
  ['{{range ls "p/s"}}{{.Key}}{{end}}', ''],
  ['[{{range ls "nonesuch"}}x{{end}}{{range tree "nonesuch"}}x{{end}}]', '[]'],
  ['{{range tree "p"}}{{.Key}} {{end}}', 'a b empty html json nl num ptr sub/c '],
  ['{{range tree "p/sub"}}{{.Path}} {{.Key}}{{end}}', 'p/sub/c c'],
  ['{{tree "p/sub" | explode | toJSON}} {{(tree "p" | explode).sub.c}}', '{"c":"3"} 3'],
  [
    '{{range $top, $pairs := tree "p" | byKey}}{{$top}}:{{range $k, $p := $pairs}}{{$k}}={{$p.Value}}{{end}}{{end}}',
    'sub:c=3',
  ],
  ['{{key (key "p/ptr")}}', '1'],
  ['{{(key "p/json" | parseJSON).a.b}}', '[1 2]'],
  [
    '{{key "p/html" | toJSON}} {{key "p/html" | toUnescapedJSON}}',
    '"\\u003ca\\u0026b\\u003e" "<a&b>"',
  ],
  [
    '{{range service "web"}}{{.ID}}@{{.Address}}:{{.Port}}{{.Tags}}; {{end}}',
    'web1@127.0.0.1:81[a]; web2@10.0.0.2:82[a b]; ',
  ],
  [
    '{{len (service "web|any")}} {{range service "web|passing,warning"}}{{.ID}} {{end}}{{range service "web" "critical"}}{{.ID}}{{end}}',
    '4 web1 web2 web3 web4',
  ],
  ['{{range service "b.web"}}{{.ID}}{{end}}', 'web2'],
  [
    '{{range $t, $s := service "web" | byTag}}{{$t}}:{{range $s}}{{.ID}},{{end}};{{end}}',
    'a:web1,web2,;b:web2,;',
  ],
  [
    '{{range $p, $s := service "web" | byPort}}{{printf "%05d" $p}}:{{range $s}}{{.ID}}{{end}};{{end}}',
    '00081:web1;00082:web2;',
  ],
  ['{{index (service "web" | byPort) 82 | len}}', '1'],
  [
    '{{range $k, $s := service "web|any" | byMeta "env,shard|int"}}{{$k}}={{len $s}};{{end}}',
    '_no_env__00000=2;dev_00000=1;prod_00002=1;',
  ],
  ['{{range services}}{{.Name}}{{.Tags}} {{end}}', 'consul[] web[a b] '],
  ['{{(index (service "web") 1).Address}}', '10.0.0.2'],
  ['{{range service "nosuch"}}x{{else}}none{{end}}', 'none'],
  [
    '{{with node "n1"}}{{.Node.Address}}{{range .Services}} {{.ID}}:{{.Port}}{{end}}{{end}}',
    '127.0.0.1 web1:81',
  ],
  ['{{with node "none"}}x{{else}}nobody{{end}} {{datacenters}}', 'nobody [dc1]'],
  [
    '{{add 1 2}} {{10 | subtract 3}} {{7 | divide 2}} {{7 | modulo 3}} {{1.5 | multiply 2}}',
    '3 7 3 1 3',
  ],
  ['{{divide 2.0 7}} {{-7 | divide 2}} {{-7 | modulo 3}} {{add 0.5 1}}', '3.5 -3 -1 1.5'],
  [
    '{{minimum 2 1.5}} {{maximum 2 1.5}} {{printf "%T %T" (maximum 2 1.5) (add 1 1.0)}}',
    '1.5 2 int float64',
  ],
  [
    '{{range loop 3}}{{.}}{{end}} {{range loop 2 4}}{{.}}{{end}} {{len (loop 1 "3")}}{{range loop 4 2}}x{{end}}',
    '012 23 2',
  ],
  [
    '{{scratch.MapSet "m" "b" 2}}{{scratch.MapSet "m" "a" 1}}{{range scratch.MapValues "m"}}{{.}}{{end}}',
    '12',
  ],
  [
    '{{scratch.SetX "k" 1}}{{scratch.SetX "k" 2}}{{scratch.Get "k"}} {{scratch.MapSetX "m" "x" 1}}{{scratch.MapSetX "m" "x" 2}}{{(scratch.Get "m").x}} {{scratch.Key "k"}} {{scratch.Key "no"}}',
    '1 1 true false',
  ],
  [
    '{{scratch.Set "s" (service "web")}}{{range scratch.Get "s"}}{{.ID}} {{eq .Port 81}} {{end}}',
    'web1 true web2 false ',
  ],
  [
    '{{sha256Hex "bladibla" | trimPrefix "54cf4c66bcab" | len}} {{md5sum "x"}}',
    '52 9dd4e461268c8034f5c8564e155c67a6',
  ],
  [
    '{{hmacSHA256Hex "somemessage" "somekey"}}',
    '6116e95f2827172aa6ef8b22b883f6a77e966aefc129c6b8228ebd0aac74e98d',
  ],
  [
    '{{base64Encode "hello"}} {{base64URLEncode "testing123"}} {{base64Decode "aGVsbG8="}}',
    'aGVsbG8= dGVzdGluZzEyMw== hello',
  ],
  ['{{"hello\\nHELLO" | indent 4}} {{"x" | indent 0}}', '    hello\n    HELLO x'],
  ['{{"a,b,c" | split "," | join ";"}} {{"a:x,b:y" | splitToMap "," ":"}}', 'a;b;c map[a:x b:y]'],
  [
    '{{containsAll (split "," "") .List}} {{containsAny (split "," "") .List}} {{containsNone (split "," "") .List}} {{containsNotAll (split "," "") .List}}',
    'true false true false',
  ],
  [
    '{{if in .List "b"}}in{{end}} {{.List | contains "x"}} {{.Numbers | contains 4}} {{"abc" | contains "b"}} {{.Nil | contains "x"}}',
    'in false true true false',
  ],
  [
    '{{with index (service "web") 1}}{{.Tags.Contains "b"}} {{.Tags | contains "b"}} {{.Tags | join "+"}}{{end}}',
    'true true a+b',
  ],
  [
    '{{with index (service "web") 0}}{{.ServiceMeta.env}} {{index .ServiceMeta "none"}}|{{.ServiceMeta.none}}{{end}}',
    'dev |<no value>',
  ],
  ['{{timestamp "2006-01-02" | len}} {{timestamp "unix" | parseInt | lt 1000}}', '10 true'],
  [
    '{{"this is a sentence" | toTitle}} {{toTOML (key "p/json" | parseJSON)}} {{"{\\"foo\\":\\"bar\\"}" | parseJSON | toYAML}}',
    'This Is A Sentence [a]\nb = [ 1.0, 2.0 ] foo: bar',
  ],
  [
    '{{"1" | parseInt | add 1}} {{"9223372036854775807" | parseInt}} {{"18446744073709551615" | parseUint}} {{"" | parseInt}}',
    '2 9223372036854775807 18446744073709551615 0',
  ],
  [
    '{{"1234567" | parseJSON}} {{"1234567" | parseYAML}} {{("a: 1\\nb: 1.5" | parseYAML).b}}',
    '1.234567e+06 1234567 1.5',
  ],
  [
    '{{"{\\"n\\": 5}" | parseJSON | toJSON}} {{service "b.web" | toJSON | len | lt 100}}',
    '{"n":5} true',
  ],
  [
    '{{range $k, $v := mergeMap (tree "p/sub" | explode) (tree "p" | explode)}}{{$k}} {{end}}',
    'a b c empty html json nl num ptr sub ',
  ],
  [
    '{{env "HOME"}} {{envOrDefault "NONE" "d"}} {{"a1b2" | regexReplaceAll "[0-9]" "<$0>"}} {{"abc" | regexMatch "^a.c$"}}',
    '/root d a<1>b<2> true',
  ],
  [
    '{{range service "web"}}{{.Address | host}}:{{.Port | port}} {{hostPort .Address .Port}};{{end}}',
    '127.0.0.1:81 127.0.0.1:81;10.0.0.2:82 10.0.0.2:82;',
  ],
];

const ELSEWHERE: readonly (readonly [string, string])[] = [
  ['{{range partitions}}{{.Name}} {{.Description}}{{end}}', 'default d'],
  ['{{range exportedServices "west"}}{{.Service}} {{.Consumers.Peers}}{{end}}', 'web [p]'],
  ['{{range importedServices "west"}}{{.Service}} {{.SourcePartition}}{{end}}', 'web east'],
  [
    '{{range peerings "?partition=west"}}{{.Name}} {{.PeeringState}} {{.Meta.env}} {{.StreamStatus.ImportedServices}} {{.Remote.Datacenter}}{{end}}',
    'second ACTIVE dev [api] dc2',
  ],
  ['{{plugin "date"}}{{plugin "date" "" " "}}', 'todaytoday'],
];

const DEFINITIONS: readonly (readonly [string, string])[] = [
  ['{{define "custom"}}{{key .}}{{end}}{{executeTemplate "custom" "p/a"}}', '1'],
  ['{{define "n"}}[{{.}}]{{end}}{{executeTemplate "n"}}', '[<no value>]'],
  ['a{{define "x"}}b{{end}}{{executeTemplate "x" | toUpper}}c', 'aBc'],
  [
    '{{define "in"}}i{{end}}{{define "out"}}<{{executeTemplate "in"}}>{{end}}{{executeTemplate "out" | len}}',
    '3',
  ],
];

const ERRORS: readonly (readonly [string, RegExp])[] = [
  [
    '{{service "web|bogus"}}',
    /^t\.ctmpl:1:3: at <service "web\|bogus">: service: its filter is not a status/,
  ],
  ['{{index (service "nosuch") 0}}', /error calling index: index out of range: 0/],
  ['{{"x" | parseInt}}', /parseInt: the text is not a whole number/],
  ['{{1 | divide 0}}', /divide: divisor is zero/],
  ['{{1.5 | divide 0}}', /divide: divisor is zero/],
  ['{{1 | modulo 0}}', /modulo: divisor is zero/],
  ['{{add 1 "2"}}', /add: each argument must be a number, but one is text/],
  ['{{add 9223372036854775807 1}}', /add: the result has more than 64 bits/],
  ['{{loop 2000000}}', /loop: it would have more than 1000000 numbers/],
  [
    '{{range service "web"}}{{.Adress}}{{end}}',
    /can't evaluate field Adress in type \*dependency\.HealthService/,
  ],
  [
    '{{with node "n1"}}{{.Nodes}}{{end}}',
    /can't evaluate field Nodes in type \*dependency\.CatalogNode/,
  ],
  ['{{range ls "p"}}{{.Nope}}{{end}}', /can't evaluate field Nope in type \*dependency\.KeyPair/],
  ['{{base64Decode "%%"}}', /base64Decode: encoded is not base64/],
  ['{{indent -4 "x"}}', /indent: spaces must be between 0 and 1000/],
  ['{{mustEnv "NONE"}}', /mustEnv: the environment variable "NONE" is not set/],
  ['{{executeTemplate "none"}}', /error calling executeTemplate: template "none" not defined/],
  [
    '{{define "x"}}{{executeTemplate "x"}}{{end}}{{executeTemplate "x"}}',
    /exceeded maximum template depth|nested too deep/,
  ],
  ['{{plugin "broken"}}', /plugin: broken failed: it ended with exit code 3/],
  ['{{exportedServices "a b"}}', /exportedServices: partition is no name of a partition/],
  ['{{peerings "x"}}', /peerings: its argument does not follow/],
  ['{{key}}', /wrong number of args for key: want 1 got 0/],
  ['{{trim "x"}}', /wrong number of args for trim: want 2 got 1/],
];

describe("consul-template's functions in Go templates", () => {
  it.each([...ROWS, ...ELSEWHERE, ...DEFINITIONS])('%s', (template, expected) => {
    expect(text(template)).toBe(expected);
  });

  it.each(ERRORS)('%s fails', (template, message) => {
    expect(error(template)).toMatch(message);
  });

  it('has all that Nunjucks has', () => {
    const absent = Object.keys(shared).filter((name) => !CONSUL_TEMPLATE_FUNCTIONS.has(name));
    expect(absent).toEqual([]);
  });

  it('prints the whole of a thing', () => {
    expect(text('{{index (ls "p") 0}}')).toBe('{p/a a 1 1 1 0 0 }');
    expect(text('{{(index (service "web") 0).Weights}}')).toBe('{1 1}');
  });

  it('asks the same as in Nunjucks, and waits for what is not there yet', () => {
    const { missing, text: output } = renderGo(
      '{{key "q/x"}}{{range service "v2.api@dc2~_agent|any"}}{{end}}{{nodes "@dc2" | len}}{{index (ls "q") 0}}',
      OPTIONS,
    );
    expect(output).toBeUndefined();
    expect([...missing.keys()]).toEqual([
      'key(q/x)',
      'service(v2.api@dc2~_agent|any)',
      'nodes(@dc2)',
      'tree(q)',
    ]);
  });

  it('shows values with their types', () => {
    expect(text('{{spew_sdump "a" 1 .Half .Nil}}')).toBe(
      '(string) (len=1) "a"\n(int) 1\n(float64) 0.5\n(interface {}) <nil>\n',
    );
    expect(text('{{spew_sdump .Texts (split "," "a,b")}}')).toBe(
      [
        '(map[string]interface {}) (len=2) {',
        ' (string) (len=3) "one": (string) (len=1) "1",',
        ' (string) (len=3) "two": (string) (len=1) "2"',
        '}',
        '([]string) (len=2 cap=2) {',
        ' (string) (len=1) "a",',
        ' (string) (len=1) "b"',
        '}',
        '',
      ].join('\n'),
    );
    expect(text('{{spew_sdump (index (ls "p") 0)}}')).toMatch(
      /^\(\*dependency\.KeyPair\)\(\{\n Path: \(string\) \(len=3\) "p\/a",\n/,
    );
    expect(text('{{spew_sprintf "%05d %v" 7 .Texts}}')).toBe('00007 map[one:1 two:2]');
  });

  it('says what is for the log beside the text', () => {
    const rendering = renderGo('{{spew_dump 1}}{{spew_printf "%d-%s" 2 "x"}}', OPTIONS);
    expect(rendering.text).toBe('');
    expect(rendering.said).toEqual(['(int) 1\n', '2-x']);
  });

  it('waits for at least one key with safeLs and safeTree', () => {
    const { missing } = renderGo('{{safeLs "nonesuch"}}{{safeTree "nonesuch"}}', OPTIONS);
    expect([...missing.values()].map(({ why }) => why)).toEqual(['absent']);
  });

  it('gives the same instance as the same value at every rendering', () => {
    expect(
      text(
        '{{range service "web"}}{{$s := .}}{{range service "web"}}{{if eq .ID $s.ID}}{{eq . $s}}{{end}}{{end}}{{end}}',
      ),
    ).toBe('truetrue');
  });
});

describe('control characters of service data', () => {
  const hostile = instance({ ID: 'web1', ServiceMeta: { text: 'a\nb' }, Tags: ['x\ny'] });
  const options: Options = {
    functions: CONSUL_TEMPLATE_FUNCTIONS,
    answers: { 'service(web)': [hostile] },
  };
  const refused = /holds a control character/;

  it.each([
    ['{{range service "web"}}{{.ServiceMeta.text}}{{end}}'],
    ['{{range service "web"}}{{.ServiceMeta}}{{end}}'],
    ['{{range service "web"}}{{.Tags | join ","}}{{end}}'],
    ['{{range $t, $s := service "web" | byTag}}{{$t}}{{end}}'],
    ['{{range service "web"}}{{scratch.Set "x" .ServiceMeta.text}}{{end}}{{scratch.Get "x"}}'],
    ['{{range service "web"}}{{scratch.MapSet "m" "x" .Tags}}{{end}}{{scratch.MapValues "m"}}'],
    ['{{range service "web"}}{{.ServiceMeta.text | toUpper}}{{end}}'],
    ['{{service "web"}}'],
    ['{{range service "web"}}{{.ServiceMeta.text | writeToFile "f" "" "" "0644"}}{{end}}'],
    ['{{range service "web"}}{{writeToFile .ServiceMeta.text "" "" "0644" "x"}}{{end}}'],
  ])('are not printed by %s', (template) => {
    expect(goError(template, options)).toMatch(refused);
  });

  it('are written to a further file where they are quoted', () => {
    const { files } = renderGo(
      '{{range service "web"}}{{.ServiceMeta.text | json | writeToFile "f" "" "" "0644"}}{{end}}',
      options,
    );
    expect(files).toEqual([{ path: '/nowhere/f', mode: 0o644, how: 'replace', text: '"a\\nb"' }]);
  });

  it('are printed where they are quoted', () => {
    expect(
      goText(
        '{{range service "web"}}{{.ServiceMeta.text | json}} {{toJSON .Tags}}{{end}}',
        options,
      ),
    ).toBe('"a\\nb" ["x\\ny"]');
    expect(goText('{{(index (service "web" | toJSON | parseJSON) 0).ID}}', options)).toBe('web1');
  });
});
