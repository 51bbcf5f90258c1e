import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import type { QueryKind } from '../../../src/catalog/query.ts';
import { systemClock } from '../../../src/core/time.ts';
import type { Engine } from '../../../src/template/engine.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../../src/template/gotemplate/consul-template-functions.ts';
import { createGoEngine } from '../../../src/template/gotemplate/engine.ts';
import { createNunjucksEngine } from '../../../src/template/nunjucks/engine.ts';
import { functions } from '../../../src/template/functions/index.ts';
import { READS } from '../../../src/template/reads/functions.ts';

const BASE = { environment: {}, clock: systemClock };
const folder = mkdtempSync(join(tmpdir(), 'autotmpl-reads-'));
writeFileSync(join(folder, 'port.njk'), '{{ i.Port }}');
writeFileSync(
  join(folder, 'macros.njk'),
  '{% macro line(instance, weighted=false) %}{{ instance.Address }}{% if weighted %}{{ instance.Weights.Passing }}{% endif %}{% endmacro %}{% set all = service("web") %}',
);
afterAll(() => rmSync(folder, { recursive: true }));

const nunjucks = createNunjucksEngine({
  ...BASE,
  searchPath: [folder, join(import.meta.dirname, '../../../templates')],
});
const go = createGoEngine({ ...BASE, functions: CONSUL_TEMPLATE_FUNCTIONS });

/** What can be changed in a list of things, by its name. */
const FIELDS: Readonly<Record<string, readonly (readonly [string, object, object])[]>> = {
  instances: [
    ['Address', { Address: '10.0.0.1' }, { Address: '10.0.0.2' }],
    ['Port', { Port: 80 }, { Port: 81 }],
    ['ID', { ID: 'a' }, { ID: 'b' }],
    ['Tags', { Tags: ['a'] }, { Tags: ['b'] }],
    ['zone', { ServiceMeta: { zone: 'a' } }, { ServiceMeta: { zone: 'b' } }],
    ['version', { ServiceMeta: { version: '1' } }, { ServiceMeta: { version: '2' } }],
    ['Passing', { Weights: { Passing: 1, Warning: 1 } }, { Weights: { Passing: 2, Warning: 1 } }],
    ['Checks', { Checks: [{ Output: 'a' }] }, { Checks: [{ Output: 'b' }] }],
    ['NodeMeta', { NodeMeta: { os: 'a' } }, { NodeMeta: { os: 'b' } }],
    ['Status', { Status: 'passing' }, { Status: 'warning' }],
  ],
  services: [
    ['Name', { Name: 'a' }, { Name: 'b' }],
    ['Tags', { Tags: ['a'] }, { Tags: ['b'] }],
  ],
  pairs: [
    ['Key', { Key: 'a' }, { Key: 'b' }],
    ['Value', { Value: 'a' }, { Value: 'b' }],
    ['LockIndex', { LockIndex: 1 }, { LockIndex: 2 }],
  ],
};
const WHOLE_THING = Object.assign(
  {},
  ...Object.values(FIELDS).flatMap((fields) => fields.map(([, before]) => before)),
) as object;

/** The names of what counts in the answers to queries of a kind. */
function counted(engine: Engine, text: string, kind: QueryKind, things: string): string {
  const template = engine.compile(
    { name: 't', text, folder },
    { strict: true, allowControlCharacters: false },
  );
  const reading = template.reads(kind);
  const fields = FIELDS[things] ?? [];
  const found = fields.filter(
    ([, before, after]) =>
      !reading.isSame([{ ...WHOLE_THING, ...before }], [{ ...WHOLE_THING, ...after }]),
  );
  return found.length === fields.length ? 'everything' : found.map(([name]) => name).join(' ');
}

const NUNJUCKS: readonly (readonly [text: string, counts: string])[] = [
  ['{% for i in service("web") %}{{ i.Address }}:{{ i.Port }}{% endfor %}', 'Address Port'],
  ['{{ service("web") | length }}', ''],
  ['{% if service("web") %}yes{% endif %}', ''],
  ['{{ service("web")[0].Address }}{{ (service("web") | first)["Port"] }}', 'Address Port'],
  ['{% for i in service("web") %}{{ i.ServiceMeta.zone }}{% endfor %}', 'zone'],
  ['{% for i in service("web") %}{{ i.ServiceMeta[key("k")] }}{% endfor %}', 'zone version'],
  ['{% for i in service("web") %}{{ i.ServiceMeta | toJSON }}{% endfor %}', 'zone version'],
  [
    '{% for i in service("web") %}{% for k, v in i.ServiceMeta %}{{ k }}{% endfor %}{% endfor %}',
    'zone version',
  ],
  [
    '{% for i in service("web") %}{% if "a" in i.Tags %}{{ i.Port }}{% endif %}{% endfor %}',
    'Port Tags',
  ],
  ['{% for i in service("web") %}{{ i.Tags.includes("a") }}{% endfor %}', 'Tags'],
  ['{% for i in service("web") %}{{ i.Tags | length }}{% endfor %}', ''],
  ['{% for i in service("web|any") %}{{ i.Port }}{% endfor %}', 'Port Status'],
  ['{% for i in service("web", "any") %}{{ i.Port }}{% endfor %}', 'Port Status'],
  ['{% for i in service(key("k")) %}{{ i.Port }}{% endfor %}', 'Port Status'],
  ['{% for i in service("web") | sort(attribute="ID") %}{{ i.Port }}{% endfor %}', 'Port ID'],
  [
    '{% for i in service("web") | sort(false, false, "ServiceMeta.zone") %}{{ i.Port }}{% endfor %}',
    'Port zone',
  ],
  ['{% for i in service("web") | sort %}{{ i.Port }}{% endfor %}', 'everything'],
  ['{% for i in service("web") | reachable %}{{ loop.index }}{% endfor %}', 'Address Port ID'],
  [
    '{% for tag, all in service("web") | byTag %}{{ tag }}{% for i in all %}{{ i.Port }}{% endfor %}{% endfor %}',
    'Port Tags',
  ],
  [
    '{% for z, all in service("web") | byMeta("zone") %}{{ z }}{{ all | length }}{% endfor %}',
    'zone',
  ],
  [
    '{% for z, all in service("web") | groupby("Port") %}{{ z }}{{ all[0].Address }}{% endfor %}',
    'Address Port',
  ],
  [
    '{% for two in service("web") | batch(2) %}{% for i in two %}{{ i.Port }}{% endfor %}{% endfor %}',
    'Port',
  ],
  ['{% for i in service("web") | selectattr("Port") %}{{ i.Address }}{% endfor %}', 'Address Port'],
  ['{{ service("web") | toJSON }}', 'everything'],
  ['{{ service("web") | dump }}', 'everything'],
  ['{% for i in service("web") %}{{ i | toYAML }}{% endfor %}', 'everything'],
  ['{% for i in service("web") %}{{ i[key("k")] }}{% endfor %}', 'everything'],
  ['{% for i in service("web") %}{% for k, v in i %}{{ k }}{% endfor %}{% endfor %}', 'everything'],
  ['{% for i in service("web") %}{{ scratch.Set("i", i) }}{% endfor %}', 'everything'],
  ['{% for i in service("web") %}{{ i == scratch.Get("i") }}{% endfor %}', 'everything'],
  ['{% set all = service("web") %}{% for i in all %}{{ i.Port }}{% endfor %}', 'Port'],
  [
    '{% set all = [] %}{% for i in service("web") %}{% set all = all.concat([i]) %}{% endfor %}{{ all[0].Port }}',
    'everything',
  ],
  ['{% set one = {i: service("web")[0]} %}{{ one.i.Port }}', 'Port'],
  ['{% set i = service("web")[0] or "none" %}{{ i.Port }}', 'Port'],
  ['{% set ask = service %}{% for i in ask("web") %}{{ i.Port }}{% endfor %}', 'everything'],
  [
    '{% macro m(i) %}{{ i.Port }}{% endmacro %}{% for i in service("web") %}{{ m(i) }}{% endfor %}',
    'Port',
  ],
  ['{% macro m(a, i) %}{{ i.Port }}{% endmacro %}{{ m(i=service("web")[0], a=1) }}', 'Port'],
  [
    '{% macro m(i) %}{{ caller(i) }}{% endmacro %}{% call(j) m(service("web")[0]) %}{{ j.Port }}{% endcall %}',
    'everything',
  ],
  ['{% for i in service("web") %}{% include "port.njk" %}{% endfor %}', 'Port'],
  ['{% for i in service("web") %}{% include key("k") %}{% endfor %}', 'everything'],
  [
    '{% for i in service("web") %}{% include "later.njk" ignore missing %}{% endfor %}',
    'everything',
  ],
  [
    '{% import "macros.njk" as m %}{% for i in service("web") %}{{ m.line(i) }}{% endfor %}',
    'Address Passing',
  ],
  [
    '{% from "macros.njk" import line as row %}{% for i in service("web") %}{{ row(i) }}{% endfor %}',
    'Address Passing',
  ],
  ['{% import "macros.njk" as m %}{% for i in m.all %}{{ i.Port }}{% endfor %}', 'Port'],
  [
    '{% import "macros.njk" as m %}{% set n = m %}{% for i in n.all %}{{ i.Port }}{% endfor %}',
    'everything',
  ],
  ['{% block b %}{% for i in service("web") %}{{ i.Port }}{% endfor %}{% endblock %}', 'Port'],
  [
    '{% from "nginx/upstreams.njk" import upstream %}{{ upstream("a", service("web")) }}',
    'Address Port ID Passing Status',
  ],
  ['{{ plugin("echo", service("web")[0].Port) }}', 'Port'],
  ['{% set loop = 1 %}{% for i in service("web") %}{{ i.Port }}{% endfor %}', 'everything'],
];

const GO: readonly (readonly [text: string, counts: string])[] = [
  ['{{ range service "web" }}{{ .Address }}:{{ .Port }}{{ end }}', 'Address Port'],
  ['{{ range $i, $s := service "web" }}{{ $i }}{{ $s.Port }}{{ end }}', 'Port'],
  ['{{ len (service "web") }}', ''],
  ['{{ if service "web" }}yes{{ end }}', ''],
  ['{{ with service "web" }}{{ (index . 0).Port }}{{ end }}', 'Port'],
  ['{{ range service "web" }}{{ .ServiceMeta.zone }}{{ end }}', 'zone'],
  ['{{ range service "web" }}{{ index .ServiceMeta "zone" }}{{ end }}', 'zone'],
  ['{{ range service "web" }}{{ index .ServiceMeta (key "k") }}{{ end }}', 'zone version'],
  ['{{ range service "web" }}{{ .ServiceMeta | toJSON }}{{ end }}', 'zone version'],
  [
    '{{ range service "web" }}{{ range $k, $v := .ServiceMeta }}{{ $k }}{{ end }}{{ end }}',
    'zone version',
  ],
  [
    '{{ range service "web" }}{{ if .Tags.Contains "a" }}{{ .Port }}{{ end }}{{ end }}',
    'Port Tags',
  ],
  ['{{ range service "web" }}{{ if in .Tags "a" }}{{ .Port }}{{ end }}{{ end }}', 'Port Tags'],
  ['{{ range service "web|any" }}{{ .Port }}{{ end }}', 'Port Status'],
  ['{{ range service (key "k") }}{{ .Port }}{{ end }}', 'Port Status'],
  ['{{ range reachable (service "web") }}x{{ end }}', 'Address Port ID'],
  [
    '{{ range $tag, $all := service "web" | byTag }}{{ $tag }}{{ range $all }}{{ .Port }}{{ end }}{{ end }}',
    'Port Tags',
  ],
  ['{{ range $z, $all := service "web" | byMeta "zone" }}{{ $z }}{{ len $all }}{{ end }}', 'zone'],
  ['{{ range $port, $all := byPort (service "web") }}{{ $port }}{{ end }}', 'Port'],
  ['{{ service "web" | toJSON }}', 'everything'],
  ['{{ range service "web" }}{{ spew_dump . }}{{ end }}', 'everything'],
  ['{{ range service "web" }}{{ . }}{{ end }}', 'everything'],
  ['{{ range service "web" }}{{ printf "%v" . }}{{ end }}', 'everything'],
  ['{{ range service "web" }}{{ scratch.Set "i" . }}{{ end }}', 'everything'],
  [
    '{{ range service "web" }}{{ executeTemplate "part" . }}{{ end }}{{ define "part" }}{{ .Port }}{{ end }}',
    'everything',
  ],
  [
    '{{ range service "web" }}{{ template "part" . }}{{ end }}{{ define "part" }}{{ .Port }}{{ $.Address }}{{ end }}',
    'Address Port',
  ],
  ['{{ $all := service "web" }}{{ range $all }}{{ .Port }}{{ end }}', 'Port'],
  ['{{ $i := "none" }}{{ range service "web" }}{{ $i = . }}{{ end }}{{ $i.Port }}', 'Port'],
  ['{{ (or (index (service "web") 0) "none").Port }}', 'Port'],
  ['{{ range slice (service "web") 0 1 }}{{ .Port }}{{ end }}', 'everything'],
];

describe.each([
  { language: 'Nunjucks', engine: nunjucks, rows: NUNJUCKS },
  { language: 'Go', engine: go, rows: GO },
])('of instances, a template in $language', ({ engine, rows }) => {
  it.each(rows)('%s reads: %s', (text, counts) => {
    expect(counted(engine, text, 'service', 'instances')).toBe(counts);
  });
});

it.each([
  ['{% for s in services() %}{{ s.Name }}{% endfor %}', 'Name'],
  ['{% for s in services() %}{{ service(s.Name) | length }}{% endfor %}', 'Name'],
  ['{% for s in services() %}{{ service(s) | length }}{% endfor %}', 'Name'],
  // Names that follow no grammar are looked for there.
  ['{{ services() | length }}', 'Name'],
  ['{% for s in services() %}{{ s.Tags | join(",") }}{% endfor %}', 'everything'],
])('of services, %s reads: %s', (text, counts) => {
  expect(counted(nunjucks, text, 'services', 'services')).toBe(counts);
});

it.each([
  ['{% for p in ls("a") %}{{ p.Key }}{{ p.Value }}{% endfor %}', 'Key Value'],
  ['{{ tree("a") | explode | toJSON }}', 'Key Value'],
  ['{% for top, pairs in tree("a") | byKey %}{{ top }}{% endfor %}', 'Key'],
  ['{{ ls("a") | toJSON }}', 'everything'],
])('of keys, %s reads: %s', (text, counts) => {
  expect(counted(nunjucks, text, 'tree', 'pairs')).toBe(counts);
});

it('tells maps of another order apart where a template goes through them, and nowhere else', () => {
  const reads = (text: string) =>
    nunjucks
      .compile({ name: 't', text, folder }, { strict: true, allowControlCharacters: false })
      .reads('service');
  const [one, other] = [
    [{ ServiceMeta: { zone: 'a', version: '1' } }],
    [{ ServiceMeta: { version: '1', zone: 'a' } }],
  ];
  const loop = '{% for name, value in service("web")[0].ServiceMeta %}{{ name }}{% endfor %}';
  expect(reads(loop).isSame(one, other)).toBe(false);
  expect(reads('{{ service("web")[0].ServiceMeta.zone }}').isSame(one, other)).toBe(true);
});

it('is known by name for functions that there are', () => {
  expect(Object.keys(READS).filter((name) => functions[name] === undefined)).toEqual([]);
});

it('has a limit: a list that a Go template groups may not become more work than it was', () => {
  const template = go.compile(
    { name: 't', text: '{{ range byTag (service "web") }}{{ len . }}{{ end }}', folder },
    { strict: true, allowControlCharacters: false },
  );
  const withNote = (note: string) => [{ ...WHOLE_THING, NodeMeta: { note } }];
  const reading = template.reads('service');
  expect(reading.isSame(withNote('short'), withNote('other'))).toBe(true);
  expect(reading.isSame(withNote('short'), withNote('long'.repeat(1000)))).toBe(false);
});
