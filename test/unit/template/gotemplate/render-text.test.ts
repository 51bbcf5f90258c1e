import { describe, expect, it } from 'vitest';

import { AutotmplError } from '../../../../src/core/errors.ts';
import { renderGoText } from '../../../../src/template/gotemplate/render-text.ts';

const ENVIRONMENT = {
  CONSUL: 'consul.example',
  FOO: 'a=b=c',
  EMPTY: '',
  LIST: ' one,two,three ',
  COUNT: '3',
  JAVA_OPTS: '-Da=b -Dc="d"',
  UNSET: undefined,
};

function render(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = ENVIRONMENT,
) {
  return renderGoText({ name: 'app.json', text, environment });
}

function errorOf(text: string): AutotmplError {
  try {
    render(text);
  } catch (error) {
    if (error instanceof AutotmplError) return error;
    throw error;
  }
  throw new Error('it rendered');
}

describe('a config over the environment', () => {
  it.each([
    ['{{ .CONSUL }}:8500', 'consul.example:8500'],
    ['{{ .FOO }}', 'a=b=c'],
    ['{{ .JAVA_OPTS }}', '-Da=b -Dc="d"'],
    ['[{{ .NOPE }}][{{ .EMPTY }}][{{ .UNSET }}]', '[][][]'],
    ['{{ if .NOPE }}a{{ else }}b{{ end }}', 'b'],
    ['{{ if .CONSUL }}a{{ end }}{{ if .EMPTY }}b{{ end }}', 'a'],
    ['{{ .NOPE | default "d" }} {{ .EMPTY | default "e" }} {{ .FOO | default "f" }}', 'd e a=b=c'],
    ['{{ .NOPE | default 5 }} {{ .NOPE | default 1.5 }} {{ .NOPE | default true }}', '5 1.5 true'],
    ['{{ default "d" .NOPE }}', 'd'],
    ['{{ .LIST | split "," }}', '[one two three]'],
    ['{{ range .LIST | split "," }}<{{ . }}>{{ end }}', '<one><two><three>'],
    ['{{ len (split "," .NOPE) }}{{ range split "," .NOPE }}x{{ else }}none{{ end }}', '0none'],
    ['{{ .LIST | split "," | join ";" }}', 'one;two;three'],
    ['{{ .FOO | replaceAll "=" ":" }} {{ .NOPE | replaceAll "a" "b" }}', 'a:b:c '],
    ['{{ .FOO | regexReplaceAll "(\\\\w)=(\\\\w)" "$2=$1" }}', 'b=a=c'],
    ['{{ .FOO | regexReplaceAll `^(?P<first>\\w).*` "${first}x" }}', 'ax'],
    ['{{ .FOO | regexReplaceAll "a" "$1x" }}', '=b=c'],
    ['{{ env "FOO" }}[{{ env "NOPE" }}]', 'a=b=c[]'],
    ['{{ loop 5 }} {{ loop 5 8 }} {{ loop 5 1 }} {{ loop 0 }}', '[0 1 2 3 4] [5 6 7] [5 4 3 2] []'],
    ['{{ range $i := loop (env "COUNT") }}{{ $i }}{{ end }} {{ loop "1" .COUNT }}', '012 [1 2]'],
    ['{{ $n := .COUNT | default "1" }}{{ range loop $n }}.{{ end }}', '...'],
    [
      '{{ range $name, $value := . }}{{ if eq $name "FOO" }}{{ $value }}{{ end }}{{ end }}',
      'a=b=c',
    ],
    ['{{ index . "FOO" }}[{{ index . "NOPE" }}]', 'a=b=c[]'],
    ['{{ printf "%s-%s" .CONSUL .NOPE }}', 'consul.example-'],
    ['{{ with .CONSUL }}{{ . }}{{ end }}', 'consul.example'],
    ['{{ .constructor }}{{ .__proto__ }}{{ .toString }}', ''],
    ['{{ if and .CONSUL (ne .CONSUL "localhost") }}remote{{ end }}', 'remote'],
    ['no actions, { "json": true }', 'no actions, { "json": true }'],
  ])('%j becomes %j', (text, rendered) => {
    expect(render(text)).toBe(rendered);
  });

  it('finds a variable with any name, whatever JavaScript makes of it', () => {
    const environment: Record<string, string> = JSON.parse(
      '{"__proto__":"p","constructor":"c","a.b-c":"d"}',
    ) as Record<string, string>;
    expect(render('{{ .__proto__ }}{{ .constructor }}{{ index . "a.b-c" }}', environment)).toBe(
      'pcd',
    );
  });

  it('says where it is wrong, as an error of the config', () => {
    const unclosed = errorOf('{\n  "consul": "{{ .CONSUL }"\n}');
    expect(unclosed.code).toBe('config');
    expect(unclosed.message).toContain('app.json:2:');
    expect(errorOf('{{ .CONSUL.port }}').message).toBe(
      "app.json:1:4: at <.CONSUL.port>: can't evaluate field port in type string",
    );
    expect(errorOf('\n {{ nofunc }}').message).toBe('app.json:2:5: function "nofunc" not defined');
    expect(errorOf('{{ split 1 "a" }}').message).toBe(
      'app.json:1:4: at <split 1 "a">: split: separator must be text, but it is a whole number',
    );
    expect(errorOf('{{ regexReplaceAll "(" "" .FOO }}').message).toContain(
      'regexReplaceAll: pattern is not a regular expression of Go (RE2)',
    );
    expect(errorOf('{{ split "," }}').message).toContain(
      'wrong number of args for split: want 2 got 1',
    );
  });

  it('says of a loop with the wrong number of bounds what ContainerPilot says', () => {
    for (const [call, count] of [
      ['loop', 0],
      ['loop 1 2 3', 3],
    ] as const) {
      expect(errorOf(`{{ ${call} }}`).message).toContain(
        `loop: wrong number of arguments, expected 1 or 2, but got ${count}`,
      );
    }
    expect(errorOf('{{ loop "x" }}').message).toContain('loop: each bound must be an integer');
    expect(errorOf('{{ loop 1000000000000 }}').message).toContain('more than 1000000 turns');
  });

  it('takes a regular expression of any kind in linear time', () => {
    const environment = { TEXT: `${'a'.repeat(5000)}!` };
    const started = performance.now();
    expect(render('{{ .TEXT | regexReplaceAll "^(a+)+$" "x" | len }}', environment)).toBe('5001');
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('configs in the shape that people have', () => {
  const nginx = `{
  "consul": "{{ if .CONSUL_AGENT }}localhost{{ else }}{{ .CONSUL | default "consul" }}{{ end }}:8500",
  "logging": { "level": "{{ .LOG_LEVEL | default "INFO" }}" },
  "services": [
    {
      "name": "{{ .SERVICE_NAME | default "nginx" }}",
      "port": {{ .PORT | default 80 }},
      "tags": [{{ range $i, $tag := .TAGS | split "," }}{{ if $i }}, {{ end }}"{{ $tag }}"{{ end }}]
    }{{ if .ADMIN_PORT }},
    { "name": "admin", "port": {{ .ADMIN_PORT }} }{{ end }}
  ],
  "backends": [
    {{- range $i, $name := .BACKENDS | split "," }}
    {{- if $i }},{{ end }}
    { "name": "{{ $name }}", "poll": 7, "onChange": "reload.sh {{ $name }}" }
    {{- end }}
  ],
  "coprocesses": [{{ if .CONSUL_AGENT }}
    {
      "command": ["consul", "agent", "-retry-join={{ .CONSUL }}"],
      "restarts": "unlimited"
    }{{ end }}
  ]
}`;

  it('with everything set', () => {
    const environment = {
      CONSUL: 'consul.example',
      CONSUL_AGENT: '1',
      SERVICE_NAME: 'edge',
      PORT: '8080',
      ADMIN_PORT: '8081',
      TAGS: 'blue,canary',
      BACKENDS: 'sales,customers',
      LOG_LEVEL: 'DEBUG',
    };
    expect(JSON.parse(render(nginx, environment))).toEqual({
      consul: 'localhost:8500',
      logging: { level: 'DEBUG' },
      services: [
        { name: 'edge', port: 8080, tags: ['blue', 'canary'] },
        { name: 'admin', port: 8081 },
      ],
      backends: [
        { name: 'sales', poll: 7, onChange: 'reload.sh sales' },
        { name: 'customers', poll: 7, onChange: 'reload.sh customers' },
      ],
      coprocesses: [
        { command: ['consul', 'agent', '-retry-join=consul.example'], restarts: 'unlimited' },
      ],
    });
  });

  it('with nothing set', () => {
    expect(JSON.parse(render(nginx, {}))).toEqual({
      consul: 'consul:8500',
      logging: { level: 'INFO' },
      services: [{ name: 'nginx', port: 80, tags: [] }],
      backends: [],
      coprocesses: [],
    });
  });

  it('on one line, with a host and a command that holds quotes', () => {
    const text = `{"consul":"{{ .CONSUL }}:8500","preStart":"consul-template -once -consul {{ .CONSUL }}:8500 -template \\"/a.ctmpl:/b\\""}`;
    expect(JSON.parse(render(text))).toEqual({
      consul: 'consul.example:8500',
      preStart: 'consul-template -once -consul consul.example:8500 -template "/a.ctmpl:/b"',
    });
  });

  it('as words of the main command', () => {
    expect(render('echo {{ .FOO }} {{ .NOPE }} {{ .NOPE | default "d" }}')).toBe('echo a=b=c  d');
  });
});
