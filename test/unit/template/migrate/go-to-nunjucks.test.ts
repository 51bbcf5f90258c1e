import { describe, expect, it } from 'vitest';
import type { Value } from '../../../../src/catalog/values.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../../../src/template/gotemplate/consul-template-functions.ts';
import { BUILT_INS } from '../../../../src/template/gotemplate/built-ins.ts';
import {
  migrateGoTemplate,
  type MigratedTemplate,
} from '../../../../src/template/migrate/go-to-nunjucks.ts';
import { goText } from '../gotemplate/known-go-engine.ts';
import { textKnowing } from '../nunjucks/known-engine.ts';
import { answersOf, instance } from '../functions/known-facts.ts';

const FUNCTIONS = new Map([...BUILT_INS, ...CONSUL_TEMPLATE_FUNCTIONS]);

const ANSWERS: Readonly<Record<string, Value>> = {
  ...answersOf(
    {
      'p/a': '1',
      'p/b': '2',
      'p/B': 'capital',
      'p/10': 'ten',
      'p/9': 'nine',
      'p/sub/c': '3',
      'p/ptr': 'p/a',
      'p/json': '{"a":{"b":[1,2],"e":[]},"name":"n"}',
      'p/empty': '',
      'p/lines': 'one\ntwo\n',
    },
    { prefixes: ['p', 'none'], absent: ['p/none'] },
  ),
  'services()': [
    { Name: 'consul', Tags: [] },
    { Name: 'web', Tags: ['a', 'b'] },
  ],
  'service(consul)': [],
  'service(none)': [],
  'service(web)': [
    instance({ ID: 'w1', Port: 81, Tags: ['a'], ServiceMeta: { zone: 'east' } }),
    instance({ ID: 'w2', Port: 82, Address: '10.0.0.2', Tags: ['a', 'b'] }),
  ],
  'datacenters()': ['dc1', 'dc2'],
};

function migrate(text: string, delimiters = { left: '{{', right: '}}' }): MigratedTemplate {
  return migrateGoTemplate({ name: 't.ctmpl', text, delimiters, functions: FUNCTIONS });
}

/** Whether both templates give the same text, and the problems that were told. */
function proven(text: string, delimiters = { left: '{{', right: '}}' }): readonly string[] {
  const { text: nunjucks, problems } = migrate(text, delimiters);
  const options = {
    answers: ANSWERS,
    functions: FUNCTIONS,
    dot: undefined,
    delimiters,
    // As consul-template sets it.
    missingKey: 'zero',
  } as const;
  expect(textKnowing(ANSWERS, nunjucks), nunjucks).toBe(goText(text, options));
  return problems.map(({ gravity, reason }) => `${gravity}: ${reason}`);
}

describe('a Go template that is migrated gives the same text', () => {
  it.each<[string, string]>([
    ['text as it is', 'worker_processes 1;\n  # {% no tag %} {# no comment #} } {\n'],
    ['keys', '{{ key "p/a" }}{{ keyOrDefault "p/none" "D" }}{{ key "p/lines" }}'],
    [
      'functions by their old names',
      '{{ key_or_default "p/none" "D" }}{{ key_or_default "p/a" "D" }}',
    ],
    ['a key of a key', '{{ key (key "p/ptr") }}'],
    ['quotes and line ends in constants', '{{ "a\\"b\\\\c\\nd\\te" }}{{ `raw "x" \\n` }}'],
    ['numbers and booleans', '{{ 1 }}{{ -2 }}{{ true }}{{ 0x1F }}{{ 1_000 }}'],
    ['a loop', '{{ range service "web" }}{{ .Address }}:{{ .Port }} {{ end }}'],
    ['a loop with else', '{{ range service "none" }}x{{ else }}none{{ end }}'],
    [
      'a loop with index and name',
      '{{ range $i, $s := service "web" }}{{ $i }}={{ $s.ID }},{{ end }}',
    ],
    [
      'a loop in a loop',
      '{{ range services }}{{ range service .Name }}{{ .ID }}{{ end }};{{ end }}',
    ],
    [
      'the outer variable in an inner loop',
      '{{ range $s := services }}{{ range service "web" }}{{ $s.Name }}{{ .ID }}{{ end }}{{ end }}',
    ],
    [
      'a loop over a map, sorted as text',
      '{{ range $k, $v := tree "p" | explode }}{{ $k }},{{ end }}',
    ],
    [
      'a loop over the values of a map',
      '{{ range service "web" | byTag }}{{ range . }}{{ .ID }}{{ end }};{{ end }}',
    ],
    [
      'a loop that counts',
      '{{ range loop 3 }}x{{ end }}{{ range $i := loop 2 4 }}{{ $i }}{{ end }}{{ range 3 }}{{ . }}{{ end }}',
    ],
    ['an empty list as a condition', '{{ if service "none" }}some{{ else }}none{{ end }}'],
    ['a list as a condition', '{{ if service "web" }}some{{ else }}none{{ end }}'],
    ['an empty text as a condition', '{{ if key "p/empty" }}some{{ else }}none{{ end }}'],
    [
      'not, and, or',
      '{{ if and (keyExists "p/a") (not (service "none")) }}1{{ end }}{{ if or (service "none") (keyExists "p/none") }}2{{ end }}',
    ],
    ['and, or as values', '{{ or (key "p/empty") (key "p/a") }}{{ and (key "p/a") (key "p/b") }}'],
    [
      'else if',
      '{{ range services }}{{ if eq .Name "consul" }}c{{ else if eq .Name "x" "web" }}w{{ else }}o{{ end }}{{ end }}',
    ],
    [
      'else if with a variable',
      '{{ if key "p/empty" }}a{{ else if $x := key "p/a" }}{{ $x }}{{ else }}c{{ end }}!',
    ],
    [
      'comparisons',
      '{{ if lt 1 2 }}a{{ end }}{{ if ge 1 2 }}b{{ end }}{{ if ne "a" "b" }}c{{ end }}{{ gt 3 2 }}',
    ],
    [
      'with',
      '{{ with key "p/a" }}{{ . }}{{ else }}none{{ end }}{{ with key "p/empty" }}x{{ else }}none{{ end }}',
    ],
    [
      'with and a variable',
      '{{ with $s := service "web" }}{{ len $s }}{{ range . }}{{ .ID }}{{ end }}{{ end }}',
    ],
    [
      'with else with',
      '{{ with key "p/empty" }}x{{ else with key "p/b" }}{{ . }}{{ else }}none{{ end }}.',
    ],
    [
      'a variable that changes in a loop',
      '{{ $n := 0 }}{{ range service "web" }}{{ $n = add $n 1 }}{{ end }}{{ $n }}',
    ],
    [
      'a variable hidden by another',
      '{{ $x := "a" }}{{ range service "web" }}{{ $x := .ID }}{{ $x }}{{ end }}{{ if true }}{{ $x := "c" }}{{ $x }}{{ end }}{{ $x }}',
    ],
    [
      'variables with the names of functions',
      '{{ $key := "p/a" }}{{ $loop := 1 }}{{ key $key }}{{ $loop }}',
    ],
    [
      'index into a list',
      '{{ (index (service "web") 1).Port }}{{ with index (service "web") 0 }}{{ .ID }}{{ end }}',
    ],
    [
      'meta that is there and meta that is not',
      '{{ range service "web" }}[{{ index .ServiceMeta "none" }}]{{ if .ServiceMeta.zone }}z{{ end }}{{ end }}',
    ],
    [
      'meta that is not there, as an empty text',
      '{{ range service "web" }}[{{ .ServiceMeta.zone }}{{ .ServiceMeta.zone | toUpper }}{{ if eq .ServiceMeta.zone "" }}none{{ end }}{{ with .ServiceMeta.zone }}in {{ . }}{{ end }}]{{ end }}',
    ],
    [
      'whether scratch has something',
      '{{ if scratch.Key "k" }}1{{ end }}{{ scratch.Set "k" 0 }}{{ if scratch.Key "k" }}2{{ end }}{{ scratch.Key "k" }}',
    ],
    [
      'tags',
      '{{ range service "web" }}{{ .Tags | join "," }}{{ if .Tags | contains "b" }}!{{ end }}{{ if .Tags.Contains "b" }}?{{ end }}{{ end }}',
    ],
    ['pipes', '{{ "a-b" | replaceAll "-" "." | toUpper }}{{ key "p/a" | parseInt | add 2 }}'],
    [
      'printf',
      '{{ range service "web" }}{{ printf "%s:%d 100%% %v" .Address .Port .ID }}{{ end }}',
    ],
    ['print', '{{ print "a" (key "p/a") "c" }}{{ println "x" }}'],
    [
      'trim marks',
      'a  \n {{- key "p/a" -}} \n b {{- /* gone */ -}} c {{/* kept apart */}} d\n{{ if true -}}\n  x\n{{- end }}\n',
    ],
    ['comments', 'a{{/* one */}}b\n{{- /* two #} */ -}}\nc'],
    [
      'define and template',
      '{{ define "srv" }}server {{ .Address }};{{ end }}{{ range service "web" }}{{ template "srv" . }}{{ end }}',
    ],
    [
      'define behind its use, with trim marks',
      'x\n{{ template "t" }}\n{{- define "t" -}}\n  in\n{{- end -}}\n y',
    ],
    [
      'templates within templates',
      '{{ define "a" }}<{{ template "b" . }}>{{ end }}{{ define "b" }}{{ len . }}{{ end }}{{ template "a" service "web" }}',
    ],
    ['block', '{{ block "list" service "web" }}{{ range . }}{{ .ID }}{{ end }}{{ end }}!'],
    [
      'the value of $ in a template',
      '{{ define "t" }}{{ range loop 2 }}{{ $.ID }}{{ end }}{{ end }}{{ range service "web" }}{{ template "t" . }}{{ end }}',
    ],
    [
      'executeTemplate',
      '{{ define "t" }}<{{ key . }}>{{ end }}{{ executeTemplate "t" "p/a" | toUpper }}',
    ],
    [
      'nested collections',
      '{{ range $tag, $list := service "web" | byTag }}{{ $tag }}:{{ range $list }}{{ .ID }} {{ end }}{{ end }}',
    ],
    ['environment', '{{ env "HOME" }}{{ envOrDefault "NONE" "d" }}'],
    ['datacenters', '{{ range datacenters }}{{ . }},{{ end }}'],
  ])('%s', (_what, text) => {
    expect(proven(text)).toEqual([]);
  });

  it('with other delimiters, where braces are text', () => {
    const text = 'a{[[ key "p/a" ]]} {{ b }} {% c %} {# d #}{[[/* e */]]\n';
    expect(proven(text, { left: '[[', right: ']]' })).toEqual([]);
  });
});

describe('what may be the same or not', () => {
  it.each<[string, string, string]>([
    [
      'a value out of JSON that is printed',
      '{{ (key "p/json" | parseJSON).name }}',
      'uncertain: a list, a map',
    ],
    [
      'a value out of JSON as a condition',
      '{{ if (key "p/json" | parseJSON).name }}x{{ end }}',
      'uncertain: an empty list or map',
    ],
    [
      'a loop over what may be a map',
      '{{ range (key "p/json" | parseJSON).a.b }}x{{ end }}',
      'uncertain: a map would be',
    ],
    ['the length of a text', '{{ len (key "p/a") }}', 'uncertain: Go counts the bytes'],
    ['scratch', '{{ scratch.Set "k" "v" }}{{ scratch.Get "k" }}', 'uncertain: a list, a map'],
  ])('is told: %s', (_what, text, reason) => {
    expect(proven(text)).toEqual([expect.stringContaining(reason)]);
  });
});

describe('what has no counterpart', () => {
  it.each<[string, string, string]>([
    ['break', '{{ range service "web" }}{{ break }}{{ end }}', '1:29 break: Nunjucks has no break'],
    ['a list that is printed', '\n {{ loop 3 }}', '2:5 loop 3: Nunjucks prints no list as Go does'],
    [
      'a whole instance',
      '{{ range service "web" }}{{ . }}{{ end }}',
      '1:29 .: Nunjucks prints no struct as Go does',
    ],
    [
      'a format',
      '{{ printf "%05d" 7 }}',
      '1:4 printf "%05d" 7: printf with this format has no counterpart',
    ],
    ['urlquery', '{{ key "p/a" | urlquery }}', '1:16 urlquery: urlquery has no counterpart'],
    [
      'a function of Sprig',
      '{{ "a" | sprig_upper }}',
      '1:10 sprig_upper: there is no function sprig_upper for Nunjucks templates',
    ],
    [
      'a large number',
      '{{ 9007199254740993 }}',
      '1:4 9007199254740993: Nunjucks holds no number of this size exactly',
    ],
    [
      'a loop into variables from outside',
      '{{ $x := 0 }}{{ range $x = loop 2 }}{{ end }}',
      '1:23 $x = loop 2: a loop of Nunjucks gives its values to no variables from outside',
    ],
    ['dot at the top', '{{ .Name }}', '1:4 .Name: dot is nothing here, and has no fields'],
  ])('is told with its place: %s', (_what, text, told) => {
    const { problems } = migrate(text);
    const lost = problems.filter(({ gravity }) => gravity === 'lost');
    expect(
      lost.map(
        ({ position, excerpt, reason }) =>
          `${position.line}:${position.column} ${excerpt}: ${reason}`,
      ),
    ).toEqual([told]);
  });

  it('is an error where it is no Go template', () => {
    expect(() => migrate('a\n{{ range }}')).toThrow('t.ctmpl:2:');
  });
});

describe('what a migrated template looks like', () => {
  it('keeps lines, indentation and comments, and names things after what they are', () => {
    const { text } = migrate(
      [
        '{{- /* all of them */ -}}',
        '{{ range services }}',
        'upstream {{ .Name }} {',
        '  {{- range service .Name }}',
        '  server {{ .Address }}:{{ .Port }};',
        '  {{- else }}',
        '  server 127.0.0.1:65535; # none',
        '  {{- end }}',
        '}',
        '{{ end }}',
        '',
      ].join('\n'),
    );
    expect(text).toBe(
      [
        '{{- "" }}{# all of them #}{{ "" -}}',
        '{% for item in services() %}',
        'upstream {{ item.Name }} {',
        '  {%- for instance in service(item.Name) %}',
        '  server {{ instance.Address }}:{{ instance.Port }};',
        '  {%- else %}',
        '  server 127.0.0.1:65535; # none',
        '  {%- endfor %}',
        '}',
        '{% endfor %}',
        '',
      ].join('\n'),
    );
  });
});
