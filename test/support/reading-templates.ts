import { between, oneOf, type Chance } from './chance.ts';

/** What is in a list, and so what an item of it has. */
type Row = 'instance' | 'service' | 'node' | 'pair' | 'detail' | 'text' | 'anything';

/** An expression, and what it gives or holds. */
interface Known {
  readonly text: string;
  readonly row: Row;
}

/** What is made of a list, and of which rows that makes sense; of all where none is named. */
type OfList = readonly [make: (list: string) => string, ...rows: readonly Row[]];

/** How one language says what templates do with answers. */
interface Phrases {
  /** Lists of answers, and what is one thing. */
  readonly lists: readonly (readonly [text: string, row: Row])[];
  readonly things: readonly (readonly [text: string, row: Row])[];
  /** Of a value: something of it, or made of it. */
  readonly parts: readonly ((value: string) => string)[];
  /** Of a list: lists. */
  readonly listsOf: readonly OfList[];
  /** Of a list: maps. */
  readonly mapsOf: readonly OfList[];
  readonly member: (value: string, name: string) => string;
  readonly print: (value: string) => string;
  readonly statements: readonly ((is: Scene) => string)[];
}

/** What a statement is made with. */
interface Scene {
  /** A value, mostly of a variable. */
  value(): string;
  list(): Known;
  map(): Known;
  /** A new variable, by its place in the template. */
  name(): string;
  /** What follows, with variables of these names. */
  body(...names: readonly Known[]): string;
}

const MEMBERS: Readonly<Record<Row, readonly string[]>> = {
  instance: [
    ...['Name', 'Address', 'Port', 'Tags', 'Status', 'ServiceMeta', 'ServiceMeta.zone', 'NodeMeta'],
    ...['Weights.Passing', 'Checks', 'Node', 'ServiceMeta.length', 'ID'],
  ],
  service: ['Name', 'Tags'],
  node: ['Node', 'Address', 'Meta', 'Meta.zone', 'ID', 'TaggedAddresses'],
  pair: ['Key', 'Value', 'Path', 'LockIndex', 'Session', 'ModifyIndex'],
  detail: ['Node.Address', 'Services', 'Node', 'Node.Meta.zone'],
  text: [],
  anything: ['Name', 'Tags', 'Address', 'Node.Address', 'zone', 'length', 'Key', 'a'],
};

const known = ([text, row]: readonly [string, Row]): Known => ({ text, row });
const anything = (text: string): Known => ({ text, row: 'anything' });
const instance = (text: string): Known => ({ text, row: 'instance' });

const NUNJUCKS: Phrases = {
  lists: [
    ['service("web")', 'instance'],
    ['service("api|any")', 'instance'],
    ['service("web", "warning")', 'instance'],
    ['connect("api")', 'instance'],
    ['services()', 'service'],
    ['nodes()', 'node'],
    ['ls("p")', 'pair'],
    ['tree("p")', 'pair'],
    ['safeTree("p")', 'pair'],
  ],
  things: [
    ['node()', 'detail'],
    ['node("n1")', 'detail'],
    ['key("k")', 'text'],
    ['7', 'text'],
  ],
  parts: [
    (value) => `${value}["Address"]`,
    (value) => `${value}[0]`,
    (value) => `${value}["ServiceMeta"][key("k")]`,
    (value) => `(${value} | length)`,
    (value) => `${value}.length`,
    (value) => `(${value} | default("none"))`,
    (value) => `(${value} or "none")`,
    (value) => `(${value} if ${value}.Status == "passing" else "none")`,
    (value) => `(${value} ~ "!")`,
    (value) => `("blue" in ${value}.Tags)`,
    (value) => `(${value} is defined)`,
    (value) => `(not ${value}.Tags)`,
    (value) => `(${value} | toJSON)`,
    (value) => `(${value}.Tags | join(","))`,
    (value) => `(${value} | first)`,
    (value) => `(${value} | explode | toJSON)`,
    (value) => `(${value} | sum(attribute="Port"))`,
    (value) => `${value}.Name.slice(0, 2)`,
    (value) => `[1, ${value}][1]`,
    (value) => `{a: ${value}}.a`,
    (value) => `("a" + ${value}.Name)`,
    (value) => `line(${value})`,
    (value) => `more.line(${value}, 2)`,
    (value) => `row(what=${value})`,
    (value) => `(service(${value}) | length)`,
    (value) => `service(${value}.Name)[0].Address`,
    (value) => `node(${value}.Node).Node.Address`,
    (value) => `(${value} | base64Decode)`,
    (value) => `(${value}.Name | replace("z", "\\n") | trim)`,
  ],
  listsOf: [
    [(list) => `(${list} | sort(attribute="Name"))`],
    [(list) => `(${list} | sort(false, false, "ServiceMeta.zone"))`, 'instance'],
    [(list) => `(${list} | reverse)`],
    [(list) => `(${list} | reachable)`, 'instance', 'node'],
    [(list) => `(${list} | reachable("address"))`, 'instance', 'node'],
    [(list) => `(${list} | selectattr("Port"))`, 'instance'],
    [(list) => `(${list} | rejectattr("Session"))`, 'pair'],
    [(list) => `${list}.slice(1)`],
    [(list) => `${list}.concat(${list})`],
    [(list) => `[${list}[0], ${list} | last]`],
    [(list) => `(${list} | batch(2))`],
    [(list) => `(${list} | slice(2))[0]`],
    [(list) => `(${list} | list)`],
    [(list) => `(${list} | select)`],
  ],
  mapsOf: [
    [(list) => `(${list} | byTag)`, 'instance', 'service'],
    [(list) => `(${list} | byPort)`, 'instance'],
    [(list) => `(${list} | byMeta("zone,version"))`, 'instance'],
    [(list) => `(${list} | groupby("Name"))`],
    [(list) => `(${list} | groupby("ServiceMeta.zone"))`, 'instance'],
    [(list) => `(${list} | byKey)`, 'pair'],
    [(list) => `{all: ${list}}`],
    [(list) => `${list}[0].ServiceMeta`, 'instance'],
  ],
  member: (value, name) => `${value}.${name}`,
  print: (value) => `{{ ${value} }};`,
  statements: [
    (is) => {
      const name = is.name();
      const { text, row } = is.list();
      return `{% for ${name} in ${text} %}${is.body({ text: name, row })}{{ loop.index }}{% else %}-{% endfor %}`;
    },
    (is) => {
      const [name, other] = [is.name(), is.name()];
      return `{% for ${name}, ${other} in ${is.map().text} %}{{ ${name} }}${is.body(anything(other))}{% endfor %}`;
    },
    (is) => {
      const [name, other, inner] = [is.name(), is.name(), is.name()];
      const { text, row } = is.map();
      return `{% for ${name}, ${other} in ${text} %}{% for ${inner} in ${other} %}${is.body({ text: inner, row })}{% endfor %}{% endfor %}`;
    },
    (is) => `{% if ${is.value()} %}${is.body()}{% else %}${is.body()}{% endif %}`,
    (is) => {
      const name = is.name();
      return `{% set ${name} = ${is.value()} %}${is.body(anything(name))}`;
    },
    (is) => {
      const name = is.name();
      const { text, row } = is.list();
      return `{% set ${name} = ${text} %}{% for shared in ${name} %}${is.body({ text: 'shared', row })}{% endfor %}`;
    },
    (is) => {
      const name = is.name();
      return `{% macro m${name}(${name}, other="") %}${is.body(anything(name), anything('other'))}{% endmacro %}{{ m${name}(${is.value()}, other=${is.value()}) }}`;
    },
    (is) => {
      const name = is.name();
      return `{% call wrap(${is.value()}) %}${is.body()}{% endcall %}{% set ${name} %}${is.body()}{% endset %}{{ ${name} | length }}`;
    },
    (is) =>
      `{% switch ${is.value()} %}{% case "80" %}${is.body()}{% default %}${is.body()}{% endswitch %}`,
    (is) => `{% set shared = ${is.value()} %}{% include "part.njk" %}`,
    (is) => `{% filter toUpper %}${is.body()}{% endfilter %}`,
    (is) =>
      `{% set f = ${is.list().text}.slice %}{% for shared in f(0) %}${is.body(anything('shared'))}{% endfor %}`,
    (is) =>
      `{% set f = service %}{% for shared in f("web") %}${is.body(instance('shared'))}{% endfor %}`,
    (is) => {
      const name = is.name();
      return `{% for ${name} in services() %}{% for shared in service(${name}) %}${is.body(instance('shared'))}{% endfor %}{% endfor %}`;
    },
  ],
};

/** What templates include and import. */
export const INCLUDED: Readonly<Record<string, string>> = {
  'part.njk': '{{ shared.Address }}{{ shared.ServiceMeta.version }}',
  'macros.njk':
    '{% macro line(what, much=1) %}{{ what.Name }}{% if much > 1 %}{{ what.Tags | length }}{% endif %}{% endmacro %}',
};

const NUNJUCKS_HEAD =
  '{% import "macros.njk" as more %}{% from "macros.njk" import line, line as row %}{% macro wrap(what) %}{{ what.Port }}{{ caller() }}{% endmacro %}';

const GO: Phrases = {
  lists: [
    ['(service "web")', 'instance'],
    ['(service "api|any")', 'instance'],
    ['(service "web" "warning")', 'instance'],
    ['(connect "api")', 'instance'],
    ['(services)', 'service'],
    ['(nodes)', 'node'],
    ['(ls "p")', 'pair'],
    ['(tree "p")', 'pair'],
    ['(safeTree "p")', 'pair'],
  ],
  things: [
    ['(node)', 'detail'],
    ['(node "n1")', 'detail'],
    ['(key "k")', 'text'],
    ['7', 'text'],
  ],
  parts: [
    (value) => `(index ${value} 0)`,
    (value) => `(index (${value}).ServiceMeta "zone")`,
    (value) => `(index (${value}).ServiceMeta (key "k"))`,
    (value) => `(len ${value})`,
    (value) => `(or ${value} "none")`,
    (value) => `(and ${value} (${value}).Tags)`,
    (value) => `(not (${value}).Tags)`,
    (value) => `((${value}).Tags.Contains "blue")`,
    (value) => `(in (${value}).Tags "blue")`,
    (value) => `(${value} | toJSON)`,
    (value) => `(printf "%v" ${value})`,
    (value) => `(eq (${value}).Name "web")`,
    (value) => `(join "," (${value}).Tags)`,
    (value) => `(explode ${value} | toJSON)`,
    (value) => `(executeTemplate "shown" ${value})`,
    (value) => `(len (service ${value}))`,
    (value) => `(len (service (${value}).Name))`,
    (value) => `(node (${value}).Node).Node.Address`,
    (value) => `(base64Decode (${value}).Name)`,
  ],
  listsOf: [
    [(list) => `(reachable ${list})`, 'instance', 'node'],
    [(list) => `(${list} | reachable "address")`, 'instance', 'node'],
    [(list) => `(slice ${list} 1)`],
    [(list) => `(or ${list} ${list})`],
    [(list) => `(index (byTag ${list}) "blue")`, 'instance', 'service'],
  ],
  mapsOf: [
    [(list) => `(${list} | byTag)`, 'instance', 'service'],
    [(list) => `(byPort ${list})`, 'instance'],
    [(list) => `(${list} | byMeta "zone,version")`, 'instance'],
    [(list) => `(byKey ${list})`, 'pair'],
    [(list) => `(index ${list} 0).ServiceMeta`, 'instance'],
  ],
  member: (value, name) => `(${value}).${name}`,
  print: (value) => `{{ ${value} }};`,
  statements: [
    (is) => {
      const { text, row } = is.list();
      return `{{ range ${text} }}${is.body({ text: '.', row })}{{ else }}-{{ end }}`;
    },
    (is) => {
      const name = is.name();
      const { text, row } = is.list();
      return `{{ range $i, $${name} := ${text} }}{{ $i }}${is.body({ text: `$${name}`, row })}{{ end }}`;
    },
    (is) => {
      const [name, other] = [is.name(), is.name()];
      return `{{ range $${name}, $${other} := ${is.map().text} }}{{ $${name} }}${is.body(anything(`$${other}`))}{{ end }}`;
    },
    (is) => {
      const [name, other, inner] = [is.name(), is.name(), is.name()];
      const { text, row } = is.map();
      return `{{ range $${name}, $${other} := ${text} }}{{ range $${inner} := $${other} }}${is.body({ text: `$${inner}`, row })}{{ end }}{{ end }}`;
    },
    (is) => `{{ if ${is.value()} }}${is.body()}{{ else }}${is.body()}{{ end }}`,
    (is) => `{{ with ${is.value()} }}${is.body(anything('.'))}{{ else }}${is.body()}{{ end }}`,
    (is) => {
      const name = is.name();
      return `{{ $${name} := ${is.value()} }}${is.body(anything(`$${name}`))}`;
    },
    (is) => {
      const name = is.name();
      return `{{ $${name} := ${is.value()} }}{{ range $${name} = ${is.list().text} }}${is.body(anything(`$${name}`))}{{ end }}${is.body(anything(`$${name}`))}`;
    },
    () => '{{ range service "web" }}{{ template "line" . }}{{ end }}',
    (is) =>
      `{{ scratch.Set "s" ${is.value()} }}{{ with scratch.Get "s" }}${is.body(anything('.'))}{{ end }}`,
  ],
};

const GO_HEAD =
  '{{ define "line" }}{{ with .Name }}{{ . }}{{ end }}{{ if .Port }}{{ $.Tags | len }}{{ end }}{{ end }}{{ define "shown" }}{{ . }}{{ end }}';

/** A template that does this and that with what the catalog answers; many of them fail. */
export function readingTemplate(chance: Chance, language: 'nunjucks' | 'go'): string {
  return language === 'go'
    ? GO_HEAD + new Maker(chance, GO).statements(0, [])
    : NUNJUCKS_HEAD + new Maker(chance, NUNJUCKS).statements(0, []);
}

const DEEPEST = 3;

class Maker {
  readonly #chance: Chance;
  readonly #phrases: Phrases;
  #names = 0;

  constructor(chance: Chance, phrases: Phrases) {
    this.#chance = chance;
    this.#phrases = phrases;
  }

  statements(depth: number, names: readonly Known[]): string {
    return Array.from({ length: between(this.#chance, 1, 2) }, () =>
      this.#statement(depth, names),
    ).join('');
  }

  #statement(depth: number, names: readonly Known[]): string {
    const chance = this.#chance;
    const isPrint = names.length > 0 && chance() < 0.6;
    if (depth === DEEPEST || isPrint) return this.#phrases.print(this.#value(names));
    const statement = oneOf(chance, this.#phrases.statements);
    return statement({
      value: () => this.#value(names),
      list: () => this.#list(names),
      map: () => {
        const list = this.#list(names);
        return this.#made(this.#phrases.mapsOf, list) ?? list;
      },
      name: () => `v${(this.#names += 1)}`,
      // The inner ones come first to mind.
      body: (...more) => this.statements(depth + 1, [...more, ...more, ...names]),
    });
  }

  #value(names: readonly Known[]): string {
    const chance = this.#chance;
    const { member, parts, things } = this.#phrases;
    const start =
      names.length > 0 && chance() < 0.9
        ? oneOf(chance, names)
        : chance() < 0.2
          ? { ...this.#list(names), row: 'text' as const }
          : known(oneOf(chance, things));
    let value = start.text;
    const members = MEMBERS[start.row];
    if (members.length > 0 && chance() < 0.85) value = member(value, oneOf(chance, members));
    while (chance() < 0.3) value = oneOf(chance, parts)(value);
    return value;
  }

  #list(names: readonly Known[]): Known {
    const chance = this.#chance;
    const list = known(oneOf(chance, this.#phrases.lists));
    const start = names.length > 0 && chance() < 0.1 ? oneOf(chance, names) : list;
    return chance() < 0.6 ? start : (this.#made(this.#phrases.listsOf, start) ?? start);
  }

  #made(ways: readonly OfList[], { text, row }: Known): Known | undefined {
    const fitting = ways.filter(([, ...rows]) => rows.length === 0 || rows.includes(row));
    if (fitting.length === 0) return undefined;
    return { text: oneOf(this.#chance, fitting)[0](text), row };
  }
}
