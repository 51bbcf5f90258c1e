import { mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import type { Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent, type ServiceRegistration } from '../support/consul.ts';
import { messages, Scene } from '../support/scene.ts';
import { sideBySide } from '../support/side-by-side.ts';

/** What is in the catalog; the rows of consul-template's behaviours, by whose numbers the tests are called, start from it. */
const KEYS: Readonly<Record<string, string>> = {
  'p/a': '1',
  'p/b': '2',
  'p/sub/c': '3',
  'p/empty': '',
  'p/ptr': 'p/a',
  'p/json': '{"a":{"b":[1,2]}}',
  'p/html': '<a&b>',
  'p/nl': 'l1\nl2\n',
  'p/num': '5',
};

const check = (status: string) => ({ TTL: '1h', Status: status });
const WEB: readonly ServiceRegistration[] = [
  { ID: 'web1', Name: 'web', Port: 81, Tags: ['a'], Meta: { env: 'dev' }, Check: check('passing') },
  {
    ID: 'web2',
    Name: 'web',
    Address: '10.0.0.2',
    Port: 82,
    Tags: ['b', 'a'],
    Meta: { env: 'prod', shard: '2' },
    Check: check('passing'),
  },
  { ID: 'web3', Name: 'web', Port: 83, Check: check('warning') },
  { ID: 'web4', Name: 'web', Port: 84, Check: check('critical') },
];

/** What waits in vain waits for so long; the program has to be up by then. */
const IN_VAIN = '5s';

let agent: ConsulAgent;
beforeAll(async () => {
  agent = await startConsul();
  for (const [key, value] of Object.entries(KEYS)) await agent.putKey(key, value);
  for (const service of WEB) await agent.register(service);
});
afterAll(() => agent.stop());

type Fields = Readonly<Record<string, unknown>>;

/** How a single run goes on, besides its template. */
interface OnceOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: string;
}

const test = sideBySide((ends) => {
  const scene = new Scene();
  ends.push(() => scene.close());

  /** Renders a Go template once with the built program; gives what is in the file, and how the program ended. */
  async function once(
    template: string,
    fields: Fields = {},
    { env = {}, timeout = '20s' }: OnceOptions = {},
  ) {
    scene.write('t.ctmpl', template);
    scene.write(
      'autotmpl.json',
      JSON.stringify({
        catalog: { consul: { address: agent.address } },
        templates: [{ source: 't.ctmpl', destination: 'out', ...fields }],
      }),
    );
    const { code, stdout, stderr } = await scene.startWith(
      ['-config', 'autotmpl.json', '-once', '-timeout', timeout, '-log-format', 'json'],
      { env },
    ).ended;
    return { code, stdout, stderr, text: scene.exists('out') ? scene.read('out') : undefined };
  }

  /** The queries that a template makes, each behind the pass in which it came up. */
  async function asked(template: string): Promise<readonly string[]> {
    scene.write('t.ctmpl', template);
    const args = ['explain', '-format', 'json', '-consul-addr', agent.address, 't.ctmpl'];
    const { code, stdout, stderr } = await scene.startWith(args).ended;
    expect(code, stderr).toBe(0);
    const { targets } = JSON.parse(stdout) as {
      targets: readonly { queries: readonly { id: string; pass: number }[] }[];
    };
    return targets.flatMap(({ queries }) => queries.map(({ id, pass }) => `${pass} ${id}`));
  }

  async function expectText(template: string, text: string, fields: Fields = {}): Promise<void> {
    const ended = await once(template, fields);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.text).toBe(text);
  }

  async function expectFailure(
    template: string,
    message: RegExp,
    fields: Fields = {},
  ): Promise<void> {
    const ended = await once(template, fields, { timeout: IN_VAIN });
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toMatch(message);
    expect(ended.text).toBeUndefined();
  }

  return { scene, once, asked, expectText, expectFailure };
});

describe.concurrent('keys', () => {
  test('row 1: key takes a leading slash and a datacenter', ({ stage: { expectText } }) =>
    expectText('{{ key "p/a" }}{{ key "/p/a" }}{{ key "p/a@dc1" }}', '111'));

  test('row 2: key of an unknown datacenter fails and writes no file', ({
    stage: { expectFailure },
  }) => expectFailure('{{ key "p/a@nodc" }}', /No path to datacenter/));

  test('row 3: key of an absent key is said and ends with -timeout, where consul-template waits in silence', ({
    stage: { expectFailure },
  }) => expectFailure('{{ key "p/none" }}', /p\/none/));

  test('row 4: key of nothing and of an empty key is empty', ({ stage: { expectText } }) =>
    expectText('[{{ key "" }}][{{ key "p/empty" }}]', '[][]'));

  test('row 5: keyOrDefault gives the default for an absent and for an empty key', ({
    stage: { expectText },
  }) =>
    expectText(
      '{{ keyOrDefault "p/none" "D" }}-{{ keyOrDefault "p/a" "D" }}-{{ keyOrDefault "p/empty" "D" }}',
      'D-1-D',
    ));

  test('row 6: keyExists is true for an empty key', ({ stage: { expectText } }) =>
    expectText(
      '{{ keyExists "p/a" }} {{ keyExists "p/none" }} {{ keyExists "p/empty" }}',
      'true false true',
    ));

  test.for(['p', 'p/'])(
    'row 7: ls "%s" gives what is directly below',
    (prefix, { stage: { expectText } }) =>
      expectText(
        `{{ range ls "${prefix}" }}{{ .Key }}={{ .Value | trimSpace | toJSON }};{{ end }}`,
        'a="1";b="2";empty="";html="\\u003ca\\u0026b\\u003e";json="{\\"a\\":{\\"b\\":[1,2]}}";nl="l1\\nl2";num="5";ptr="p/a";',
      ),
  );

  test('row 8: ls of a prefix inside of a name gives nothing', ({ stage: { expectText } }) =>
    expectText('[{{ range ls "p/s" }}{{ .Key }}{{ end }}]', '[]'));

  test('row 9: ls and tree of nothing are empty lists', ({ stage: { expectText } }) =>
    expectText('{{ ls "nonesuch" | len }}{{ tree "nonesuch" | len }}', '00'));

  test.for(['safeLs', 'safeTree'])(
    'row 10: %s of nothing is waited for',
    (name, { stage: { expectFailure } }) =>
      expectFailure(`{{ range ${name} "nonesuch" }}{{ end }}`, /nonesuch/),
  );

  test('row 11: tree gives all keys in their order', ({ stage: { expectText } }) =>
    expectText(
      '{{ range tree "p" }}{{ .Key }} {{ end }}',
      'a b empty html json nl num ptr sub/c ',
    ));

  test('row 12: tree gives the whole path, and the key below the prefix', ({
    stage: { expectText },
  }) => expectText('{{ range tree "p/sub" }}{{ .Path }} {{ .Key }}{{ end }}', 'p/sub/c c'));

  test('row 13: explode makes maps of a tree', ({ stage: { expectText } }) =>
    expectText(
      '{{ tree "p/sub" | explode | toJSON }} {{ with tree "p" | explode }}{{ .sub.c }}{{ end }}',
      '{"c":"3"} 3',
    ));

  test('row 14: byKey groups by the first part, and drops what has none', ({
    stage: { expectText },
  }) =>
    expectText(
      '{{ range $top, $pairs := tree "p" | byKey }}{{ $top }}:{{ range $key, $pair := $pairs }}{{ $key }}={{ $pair.Value }}{{ end }}{{ end }}',
      'sub:c=3',
    ));

  test('row 15: a key may name a key, and is asked for once that is there', async ({
    stage: { asked, expectText },
  }) => {
    await expectText('{{ key (key "p/ptr") }}', '1');
    expect(await asked('{{ key (key "p/ptr") }}')).toEqual(['1 key(p/ptr)', '2 key(p/a)']);
  });

  test('row 16: parseJSON is data', ({ stage: { expectText } }) =>
    expectText('{{ with key "p/json" | parseJSON }}{{ .a.b }}{{ end }}', '[1 2]'));

  test('row 17: toJSON escapes for HTML, toUnescapedJSON does not', ({ stage: { expectText } }) =>
    expectText(
      '{{ key "p/html" | toJSON }} {{ key "p/html" | toUnescapedJSON }}',
      '"\\u003ca\\u0026b\\u003e" "<a&b>"',
    ));
});

describe.concurrent('services and nodes', () => {
  const ids = (call: string) => `{{ range ${call} }}{{ .ID }} {{ end }}`;

  test('row 18: service gives what passes, with sorted tags, and its node for an address', ({
    stage: { expectText },
  }) =>
    expectText(
      '{{ range service "web" }}{{ .ID }}@{{ .Address }}:{{ .Port }}[{{ .Tags | join "," }}]; {{ end }}',
      'web1@127.0.0.1:81[a]; web2@10.0.0.2:82[a,b]; ',
    ));

  test('row 19: service takes statuses, behind a bar or as arguments', ({
    stage: { expectText },
  }) =>
    expectText(
      `${ids('service "web|any"')}/ ${ids('service "web|passing,warning"')}/ ${ids('service "web" "critical"')}`,
      'web1 web2 web3 web4 / web1 web2 web3 / web4 ',
    ));

  test('row 20: service takes a tag and a node to be near to', ({ stage: { expectText } }) =>
    expectText(`${ids('service "b.web"')}/ ${ids('service "web~_agent"')}`, 'web2 / web1 web2 '));

  test('row 21: service with an unknown status fails', ({ stage: { expectFailure } }) =>
    expectFailure('{{ service "web|bogus" }}', /filter is not a status/));

  test('row 22: byTag and byPort group instances', ({ stage: { expectText } }) =>
    expectText(
      '{{ range $tag, $s := service "web" | byTag }}{{ $tag }}:{{ range $s }}{{ .ID }},{{ end }};{{ end }}{{ range $port, $s := service "web" | byPort }}{{ $port }}:{{ range $s }}{{ .ID }}{{ end }};{{ end }}',
      'a:web1,web2,;b:web2,;81:web1;82:web2;',
    ));

  test('row 23: byMeta groups by meta, with integers in five digits', ({ stage: { expectText } }) =>
    expectText(
      '{{ range $key, $s := service "web|any" | byMeta "env,shard|int" }}{{ $key }}={{ len $s }};{{ end }}',
      '_no_env__00000=2;dev_00000=1;prod_00002=1;',
    ));

  test('row 24: services and the instances of each are there in the end', ({
    stage: { expectText },
  }) =>
    expectText(
      '{{ range services }}{{ .Name }}:{{ range service .Name }}{{ .ID }} {{ end }}{{ end }}',
      'consul:consul web:web1 web2 ',
    ));

  test('row 25: the first of a list works once it is there, where consul-template fails at its first pass', ({
    stage: { expectText },
  }) => expectText('{{ with index (service "web") 0 }}{{ .ID }}{{ end }}', 'web1'));

  test('row 26: a service without instances takes the else branch', ({ stage: { expectText } }) =>
    expectText('{{ range service "nosuch" }}x{{ else }}none{{ end }}', 'none'));

  test('row 27: node, nodes and datacenters', async ({ stage: { expectText } }) => {
    const [{ Node: name }] = JSON.parse(
      (await agent.request('GET', '/v1/catalog/nodes')).body.toString(),
    ) as [{ Node: string }];
    await expectText(
      `{{ with node "${name}" }}{{ .Node.Address }}{{ range .Services }} {{ .ID }}:{{ .Port }}{{ end }}{{ end }} {{ range nodes }}{{ .Node }}={{ .Address }}{{ end }} {{ datacenters }}`,
      `127.0.0.1 consul:${agent.ports.server} web1:81 web2:82 web3:83 web4:84 ${name}=127.0.0.1 [dc1]`,
    );
  });

  test('row 85: instances of one node are in the order of their IDs', ({ stage: { expectText } }) =>
    expectText(ids('service "web|any"'), 'web1 web2 web3 web4 '));
});

describe.concurrent('errors', () => {
  test('row 28: a missing field prints as no value, or fails where that is asked for', async ({
    stage: { scene, once, expectText },
  }) => {
    await expectText('{{ .Data.Foo }}', '<no value>');
    await expectText('{{ (key "p/json" | parseJSON).none }}', '<no value>');
    scene.write('out', 'old');
    const template = '{{ (key "p/json" | parseJSON).none }}';
    const failed = await once(template, { errorOnMissingKey: true }, { timeout: IN_VAIN });
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).toContain('map has no entry for key');
    expect(failed.text).toBe('old');
  });

  test.for(['{{ range }}', '{{ nofunc }}'])(
    'row 29: %s is refused, and nothing written',
    (template, { stage: { expectFailure } }) => expectFailure(template, /t\.ctmpl:1:\d+/),
  );

  test('row 30: a function that cannot do its work makes -once end badly, where consul-template may hang', ({
    stage: { expectFailure },
  }) => expectFailure('{{ "x" | parseInt }}', /parseInt: the text is not a whole number/));

  test('row 87: an error text hides what is secret', async ({ stage: { scene } }) => {
    await agent.putKey('private/password', 'hunter2hunter2');
    scene.write(
      't.njk',
      '{{ key("private/password") | secret }}{{ plugin("sh", "-c", "echo $0 >&2; exit 1", key("private/password")) }}',
    );
    const { code, stderr } = await scene.startWith([
      '-consul-addr',
      agent.address,
      '-once',
      '-timeout',
      '4s',
      '-template',
      't.njk:out',
    ]).ended;
    await agent.deleteKey('private/password');
    expect(code).not.toBe(0);
    expect(stderr).toContain('it said: [redacted]');
    expect(stderr).not.toContain('hunter2');
  });
});

describe.concurrent('this machine', () => {
  test('row 33: file gives the text of a file; a missing one is said', async ({
    stage: { scene, once, expectText },
  }) => {
    scene.write('F', 'contents');
    await expectText('{{ file "F" }}', 'contents');
    scene.write('out', 'old');
    const missing = await once('{{ file "/nonexistent" }}', {}, { timeout: IN_VAIN });
    expect(missing.code).not.toBe(0);
    expect(missing.stderr).toContain('/nonexistent');
    expect(missing.text).toBe('old');
  });

  test('row 34: env sees the address of the agent as it was settled', ({ stage: { expectText } }) =>
    expectText('{{ env "CONSUL_HTTP_ADDR" }}', agent.address));

  test('row 35: plugin gives what a program prints; one that fails makes the template fail', async ({
    stage: { scene, once, expectText },
  }) => {
    await expectText('{{ plugin "echo" "a b" "" " c " }}', 'a b c');
    scene.write('out', 'old');
    const failed = await once('{{ plugin "false" }}', {}, { timeout: IN_VAIN });
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).toContain('plugin: false failed: it ended with exit code 1');
  });

  test('row 35: plugin is given what the catalog says, once it is there', ({
    stage: { expectText },
  }) => expectText('{{ plugin "printf" "%s-%s" (key "p/a") (key "p/b") }}', '1-2'));

  test('row 44: envOrDefault counts what is set to nothing, mustEnv fails for what is not set', async ({
    stage: { scene, once },
  }) => {
    const { text } = await once(
      '{{ envOrDefault "SET" "d" }},{{ envOrDefault "EMPTY" "d" }},{{ envOrDefault "UNSET" "default" }}',
      {},
      { env: { SET: '400', EMPTY: '' } },
    );
    expect(text).toBe('400,,default');
    scene.write('out', 'old');
    expect((await once('{{ mustEnv "UNSET" }}', {}, { timeout: IN_VAIN })).stderr).toMatch(
      /UNSET.* is not set/,
    );
  });

  test('row 46: timestamp is in UTC, by a layout of Go', async ({ stage: { once } }) => {
    const { text } = await once(
      '{{ timestamp }} {{ timestamp "2006-01-02" }} {{ timestamp "unix" }}',
    );
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \d{4}-\d\d-\d\d \d{10}$/);
  });

  test('row 89: an edit of what file reads renders again at once', async ({ stage: { scene } }) => {
    scene.write('F', 'one');
    scene.write('t.ctmpl', '{{ file "F" }}');
    scene.start({
      catalog: { consul: { address: agent.address } },
      templates: [{ source: 't.ctmpl', destination: 'out' }],
    });
    await scene.untilText('out', 'one');
    scene.write('F', 'two');
    await scene.untilText('out', 'two');
  });
});

describe.concurrent('values', () => {
  test.for<[string, string, string]>([
    [
      'row 36: arithmetic keeps integers',
      '{{ add 1 2 }} {{ 10 | subtract 3 }} {{ 7 | divide 2 }} {{ 7 | modulo 3 }} {{ 1.5 | multiply 2 }}',
      '3 7 3 1 3',
    ],
    [
      'row 37: loop counts, also with text',
      '{{ range loop 3 }}{{ . }}{{ end }} {{ range loop 2 4 }}{{ . }}{{ end }} {{ range loop 1 "3" }}x{{ end }}',
      '012 23 xx',
    ],
    [
      'row 38: scratch keeps, and sorts by name',
      '{{ scratch.MapSet "m" "b" 2 }}{{ scratch.MapSet "m" "a" 1 }}{{ range scratch.MapValues "m" }}{{ . }}{{ end }}{{ scratch.SetX "k" 1 }}{{ scratch.SetX "k" 2 }}{{ scratch.Get "k" }}{{ scratch.MapSetX "m" "a" 9 }}{{ (scratch.Get "m").a }}',
      '1211',
    ],
    [
      'row 39: digests',
      '{{ sha256Hex "bladibla" | trimPrefix "54cf4c66bcab" | len }} {{ md5sum "x" }} {{ hmacSHA256Hex "somemessage" "somekey" }}',
      '52 9dd4e461268c8034f5c8564e155c67a6 6116e95f2827172aa6ef8b22b883f6a77e966aefc129c6b8228ebd0aac74e98d',
    ],
    [
      'row 40: trimmed comments, and line ends of values as they are',
      'a\n{{- /* c */ -}}\n b\n{{ key "p/nl" }}b',
      'ab\nl1\nl2\nb',
    ],
    [
      'row 41: base64',
      '{{ base64Encode "hello" }} {{ base64URLEncode "testing123" }} {{ base64Decode "aGVsbG8=" }}',
      'aGVsbG8= dGVzdGluZzEyMw== hello',
    ],
    [
      'row 42: indent',
      '{{ "hello\\nhello\\r\\nHELLO" | indent 4 }}{{ "x" | indent 0 }}',
      '    hello\n    hello\r\n    HELLOx',
    ],
    [
      'row 43: split, join and splitToMap',
      '{{ "a,b,c" | split "," | join ";" }} {{ "a:x,b:y" | splitToMap "," ":" }}',
      'a;b;c map[a:x b:y]',
    ],
    [
      'row 45: containsAll, Any, None and NotAll with nothing to look for',
      '{{ with split "," "" }}{{ containsAll . (split "," "a") }} {{ containsAny . (split "," "a") }}{{ else }}{{ containsAll (split "," "") (split "," "a") }} {{ containsAny (split "," "") (split "," "a") }} {{ containsNone (split "," "") (split "," "a") }} {{ containsNotAll (split "," "") (split "," "a") }}{{ end }}',
      'true false true false',
    ],
    [
      'row 47: toTitle, toTOML and toYAML',
      '{{ toTitle "this is a sentence" }} {{ "{\\"foo\\":\\"bar\\"}" | parseJSON | toTOML }} {{ "{\\"foo\\":\\"bar\\"}" | parseJSON | toYAML }}',
      'This Is A Sentence foo = "bar" foo: bar',
    ],
    [
      'row 48: mergeMap keeps what is there, sorted',
      '{{ range $key, $value := mergeMap ("{\\"voo\\":{}}" | parseJSON) (tree "p" | explode) }}{{ $key }} {{ end }}',
      'a b empty html json nl num ptr sub voo ',
    ],
    [
      'row 49: executeTemplate finds what it needs inside',
      '{{ define "custom" }}{{ key . }}{{ end }}{{ executeTemplate "custom" "p/a" }}',
      '1',
    ],
  ])('%s', ([, template, text], { stage: { expectText } }) => expectText(template, text));

  test.for<[string, string, RegExp]>([
    ['row 36: division by zero fails', '{{ 1 | divide 0 }}', /divide: divisor is zero/],
    ['row 41: what is no base64 fails', '{{ base64Decode "%" }}', /encoded is not base64/],
    ['row 42: a negative indentation fails', '{{ "x" | indent -4 }}', /spaces must be between/],
  ])('%s', ([, template, message], { stage: { expectFailure } }) =>
    expectFailure(template, message),
  );

  test('row 51: a key that is used twice is one query, two keys are two, an inner key comes first', async ({
    stage: { asked, expectText },
  }) => {
    expect(await asked('{{ key "p/a" }}{{ key "p/a" }}')).toEqual(['1 key(p/a)']);
    const two = '{{ key "p/a" }}{{ key "p/b" }}';
    expect(await asked(two)).toEqual(['1 key(p/a)', '1 key(p/b)']);
    const nested = '{{ key "p/b" }}{{ key (key "p/ptr") }}{{ key "p/b" }}';
    await expectText(nested, '212');
    expect(await asked(nested)).toEqual(['1 key(p/b)', '1 key(p/ptr)', '2 key(p/a)']);
  });

  test('row 50: a denied function is disabled, by its name or a pattern', async ({
    stage: { expectText, expectFailure },
  }) => {
    await expectFailure('{{ plugin "echo" "x" }}', /plugin: function is disabled/, {
      functionDenylist: ['plugin'],
    });
    await expectFailure('{{ sprig_upper "x" }}', /sprig_upper: function is disabled/, {
      functionDenylist: ['sprig_*'],
    });
    await expectText('{{ sprig_upper "x" }}', 'X', { functionDenylist: ['plugin'] });
  });

  test('row 52: what a template stops to use is forgotten', async ({ stage: { scene } }) => {
    await agent.putKey('q/switch', 'a');
    await agent.putKey('q/a', 'one');
    scene.write(
      't.ctmpl',
      '{{ if eq (key "q/switch") "a" }}{{ key "q/a" }}{{ else }}without{{ end }}',
    );
    const program = scene.start({
      catalog: { consul: { address: agent.address } },
      templates: [{ source: 't.ctmpl', destination: 'out' }],
    });
    await scene.untilText('out', 'one');
    await agent.putKey('q/switch', 'b');
    await scene.untilText('out', 'without');
    await scene.until('one query to be left', () => queries(program) === 1);
    await agent.putKey('q/a', 'two');
    await agent.putKey('q/switch', 'a');
    await scene.untilText('out', 'two');
  });

  test('row 88: a deleted key keeps the last file, and says so, where consul-template mixes old and new', async ({
    stage: { scene },
  }) => {
    await agent.putKey('z/a', '1');
    scene.write(
      't.ctmpl',
      'k={{ key "z/a" }} e={{ keyExists "z/a" }} d={{ keyOrDefault "z/a" "DEF" }}',
    );
    const program = scene.start({
      catalog: { consul: { address: agent.address } },
      templates: [{ source: 't.ctmpl', destination: 'out' }],
    });
    await scene.untilText('out', 'k=1 e=true d=1');
    await agent.deleteKey('z/a');
    await scene.until('word of it', () => messages(program, /key\(z\/a\) is gone/).length > 0);
    expect(scene.read('out')).toBe('k=1 e=true d=1');
    await agent.putKey('z/a', '2');
    await scene.untilText('out', 'k=2 e=true d=2');
  });
});

/** How many queries the program says that it follows; asks it each time. */
function queries(program: Program): number | undefined {
  program.kill('SIGUSR1');
  const reports = program.stderr.split('\n').filter((line) => line.includes('how things stand'));
  return (JSON.parse(reports.at(-1) ?? '{}') as { queries?: number }).queries;
}

describe.concurrent('row 64: writeToFile', () => {
  const write = (flags: string, path = 'beside') =>
    `{{ "after" | writeToFile "${path}" "" "" "0640" ${flags} }}{{ key "p/a" }}`;

  test.for<[string, string]>([
    ['', 'after'],
    ['"append"', 'beforeafter'],
    ['"newline"', 'after\n'],
    ['"append,newline"', 'beforeafter\n'],
  ])('with the flags %s', async ([flags, expected], { stage: { scene, expectText } }) => {
    scene.write('beside', 'before');
    await expectText(write(flags), '1');
    expect(scene.read('beside')).toBe(expected);
    expect(statSync(scene.at('beside')).mode & 0o777).toBe(0o640);
  });

  test('makes folders', async ({ stage: { scene, expectText } }) => {
    await expectText(write('', 'a/b/c'), '1');
    expect(readFileSync(scene.at('a/b/c'), 'utf8')).toBe('after');
  });

  test('refuses a symbolic link, as a file and as a folder, and leaves its target alone', async ({
    stage: { scene, expectFailure },
  }) => {
    scene.write('victim', 'intact');
    mkdirSync(scene.at('real'));
    symlinkSync(scene.at('victim'), scene.at('link'));
    symlinkSync(scene.at('real'), scene.at('folder'));
    await expectFailure(write('', 'link'), /symbolic link/);
    await expectFailure(write('', 'folder/file'), /its folder is a symbolic link/);
    expect(scene.read('victim')).toBe('intact');
    expect(scene.names('real')).toEqual([]);
  });

  test('writes nothing before all is there, and nothing in a dry run', async ({
    stage: { scene, expectFailure },
  }) => {
    await expectFailure(
      '{{ "x" | writeToFile "beside" "" "" "0644" }}{{ key "p/none" }}',
      /p\/none/,
    );
    expect(scene.exists('beside')).toBe(false);
    scene.write('t.ctmpl', write(''));
    const { stdout } = await scene.startWith([
      '-consul-addr',
      agent.address,
      '-once',
      '-dry',
      '-template',
      't.ctmpl:out',
    ]).ended;
    expect(stdout).toContain(`+++ ${scene.at('beside')}`);
    expect(scene.exists('beside')).toBe(false);
  });

  test('counts as a change of the target, so that its command runs', async ({
    stage: { scene },
  }) => {
    scene.write('t.ctmpl', 'same{{ key "w/beside" | writeToFile "beside" "" "" "0644" }}');
    await agent.putKey('w/beside', 'one');
    scene.start({
      catalog: { consul: { address: agent.address } },
      templates: [{ source: 't.ctmpl', destination: 'out', command: 'cat beside >> runs' }],
    });
    await scene.until('the first run', () => scene.exists('runs') && scene.read('runs') === 'one');
    await agent.putKey('w/beside', 'two');
    await scene.until('the second run', () => scene.read('runs') === 'onetwo');
  });
});
