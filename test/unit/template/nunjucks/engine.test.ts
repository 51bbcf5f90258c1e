import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import type { Answer } from '../../../../src/catalog/catalog.ts';
import { queryId } from '../../../../src/catalog/query.ts';
import { freezeValue, type ServiceInstance, type Value } from '../../../../src/catalog/values.ts';
import { systemClock } from '../../../../src/core/time.ts';
import type { Engine, Recall, Rendering } from '../../../../src/template/engine.ts';
import { createNunjucksEngine } from '../../../../src/template/nunjucks/engine.ts';

const root = mkdtempSync(join(tmpdir(), 'autotmpl-engine-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const instance = (fields: Partial<ServiceInstance> = {}): ServiceInstance => ({
  Node: 'n1',
  NodeID: '1',
  NodeAddress: '127.0.0.1',
  NodeDatacenter: 'dc1',
  NodeTaggedAddresses: {},
  NodeMeta: {},
  ServiceMeta: {},
  Address: '10.0.0.1',
  ServiceTaggedAddresses: {},
  ID: 'sales-1',
  Name: 'sales',
  Tags: [],
  Checks: [],
  Status: 'passing',
  Port: 80,
  Weights: { Passing: 1, Warning: 1 },
  ...fields,
});

const pair = (path: string, value: string) => ({
  Path: path,
  Key: path,
  Value: value,
  CreateIndex: 1,
  ModifyIndex: 1,
  LockIndex: 0,
  Flags: 0,
  Session: '',
});

describe('the Nunjucks engine', () => {
  let engine: Engine;
  const known = new Map<string, Answer>();
  const recall = ((query) => known.get(queryId(query))) as Recall;
  const know = (id: string, value: Value) =>
    known.set(id, { state: 'fresh', value: freezeValue(value) });
  const file = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const render = (
    text: string,
    options: { strict?: boolean; allowControlCharacters?: boolean } = {},
  ): Rendering =>
    engine
      .compile(
        { name: 't.njk', text, folder: root },
        { strict: true, allowControlCharacters: false, ...options },
      )
      .render(recall);
  const textOf = (text: string, options = {}) => {
    const rendering = render(text, options);
    if (rendering.error !== undefined) throw rendering.error;
    return rendering.text;
  };
  const errorOf = (text: string, options = {}) => render(text, options).error?.message;

  beforeEach(() => {
    known.clear();
    engine = createNunjucksEngine({
      searchPath: [join(root, 'shared')],
      environment: { HOME: '/root' },
      clock: systemClock,
    });
  });

  it('renders in passes until nothing is missing', () => {
    const text =
      '{% for s in services() %}{{ s.Name }}={{ service(s.Name) | length }};{% endfor %}';
    expect([...render(text).missing.keys()]).toEqual(['services()']);
    know('services()', [
      { Name: 'customers', Tags: [] },
      { Name: 'sales', Tags: [] },
    ]);
    expect([...render(text).missing.keys()]).toEqual(['service(customers)', 'service(sales)']);
    know('service(customers)', []);
    know('service(sales)', [instance()]);
    const rendering = render(text);
    expect(rendering.missing.size).toBe(0);
    expect(rendering.text).toBe('customers=0;sales=1;');
    expect([...rendering.used.keys()]).toEqual([
      'services()',
      'service(customers)',
      'service(sales)',
    ]);
  });

  it('tells a key that is not answered from one that does not exist', () => {
    const text = 'a\n  {{ key("p/none") }}';
    expect(render(text).missing.get('key(p/none)')).toMatchObject({
      why: 'unanswered',
      position: { template: 't.njk', line: 2, column: 9 },
    });
    know('key(p/none)', null);
    expect(render(text).missing.get('key(p/none)')?.why).toBe('absent');
  });

  describe('undefined in output', () => {
    it('is an error with file, line and column', () => {
      know('service(sales)', [instance()]);
      expect(errorOf('x\n{% for s in service("sales") %}\n   {{ s.Adress }}{% endfor %}')).toMatch(
        /^t\.njk:3:\d+: .*Adress.* is undefined/,
      );
    });

    it.each([
      ['{{ "server " ~ sales.Adress }}', '"sales.Adress" is undefined'],
      ['{{ "server " + nothing }}', '"nothing" is undefined'],
      ['{{ nothing + 1 }}', '"nothing" is undefined'],
      ['{{ nothing * 2 }}', 'not a number'],
      ['{{ nothing | upper }}', '"nothing" is undefined, there is nothing to pipe into upper'],
      ['{{ null }}', '"null" is undefined'],
    ])('is an error in %s, too', (template, words) => {
      const told = errorOf(template);
      expect(told).toMatch(/^t\.njk:1:\d+: /);
      expect(told).toContain(words);
    });

    it('is no error in an operand before all that it asks for has been answered', () => {
      const rendering = render('{{ key("a") ~ key("b") }}{{ key("c") | upper }}');
      expect([...rendering.missing.keys()]).toEqual(['key(a)', 'key(b)', 'key(c)']);
    });

    it('is empty text where the target is not strict', () => {
      expect(textOf('[{{ nothing }}{{ nothing.more }}]', { strict: false })).toBe('[]');
    });

    it('may have a default', () => {
      expect(textOf('{{ nothing | default("d") }}')).toBe('d');
    });

    it('is an error as well where a loop misspells its list, for that would empty the file', () => {
      expect(errorOf('{% for s in sevrices %}{{ s }}{% endfor %}')).toMatch(
        /t\.njk:1:13: .*sevrices/,
      );
    });

    it('only means not ready while something is missing', () => {
      const rendering = render('{{ service("sales")[0].Address }}');
      expect(rendering.missing.size).toBe(1);
      expect(rendering.error).toBeDefined();
    });
  });

  describe('errors', () => {
    it('carry file, line and column when a tag is not closed', () => {
      expect(() => render('a\nb {% if x %}')).toThrow(/^t\.njk:2:\d+: /);
    });

    it('carry the place of an unknown filter, at compile time', () => {
      expect(() => render('a\n {{ "x" | nosuch }}')).toThrow(
        /^t\.njk:2:\d+: there is no filter "nosuch"/,
      );
    });

    it('carry the place of an unknown function', () => {
      expect(errorOf('\n{{ nosuch("a") }}')).toMatch(
        /^t\.njk:2:\d+: there is no function "nosuch"/,
      );
    });

    it('carry the place of a function that refuses its argument', () => {
      expect(errorOf('\n\n {{ service("a b!") }}')).toMatch(/^t\.njk:3:\d+: /);
    });

    it('name the included file when they happen there, and ours when they happen after it', () => {
      file('shared/inner.njk', 'ok\n{{ wrong }}');
      file('shared/fine.njk', 'ok\n\n\n');
      expect(errorOf('{% include "inner.njk" %}')).toContain(
        `${join(root, 'shared/inner.njk')}:2:`,
      );
      expect(errorOf('{% include "fine.njk" %}\n{{ wrong }}')).toMatch(/^t\.njk:2:/);
    });

    it('name the macro’s file when they happen in a macro, and ours when they happen after the call', () => {
      file('shared/macros.njk', '\n{% macro m(a) %}\n{{ a }}{% endmacro %}');
      const head = '{% from "macros.njk" import m %}';
      expect(errorOf(`${head}{{ m(nothing) }}`)).toContain(`${join(root, 'shared/macros.njk')}:3:`);
      expect(errorOf(`${head}{{ m(1) }}\n{{ m(2) | replace() | port }}`)).toMatch(/^t\.njk:2:/);
    });

    it('say what to do about a map and a function that are printed', () => {
      know('service(sales)', [instance({ ServiceMeta: { a: 'b' } })]);
      expect(errorOf('{{ service("sales")[0].ServiceMeta }}')).toContain('is a map');
      expect(errorOf('{{ service }}')).toContain('is a function');
    });

    it('end a template that includes itself', () => {
      file('shared/self.njk', 'x{% include "self.njk" %}');
      expect(errorOf('{% include "self.njk" %}')).toMatch(
        /self\.njk:1:5: the template includes itself without end/,
      );
    });

    it('end a macro that calls itself', () => {
      expect(errorOf('{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}')).toMatch(/without end/);
    });
  });

  describe('includes', () => {
    it('come from the template’s folder first, then from the search path', () => {
      file('part.njk', 'own');
      file('shared/part.njk', 'shared');
      file('shared/other.njk', 'other');
      expect(textOf('{% include "part.njk" %} {% include "other.njk" %}')).toBe('own other');
    });

    it('may follow each other in any number', () => {
      file('shared/x.njk', '{{ i }}');
      expect(textOf('{% for i in range(0, 300) %}{% include "x.njk" %}{% endfor %}')).toHaveLength(
        790,
      );
      expect(textOf(`{% set i = 1 %}${'{% include "x.njk" %}'.repeat(150)}`)).toHaveLength(150);
    });

    it('are known to be missing when the template is compiled', () => {
      expect(() => render('\n{% include "nowhere.njk" %}')).toThrow(
        /^t\.njk:2:\d+: there is no template "nowhere\.njk"/,
      );
    });

    it('may be absent where the template says so', () => {
      expect(textOf('a{% include "nowhere.njk" ignore missing %}b')).toBe('ab');
    });

    it('stay as they were compiled when their file is deleted', () => {
      file('shared/gone.njk', 'still here');
      const template = engine.compile(
        { name: 't.njk', text: '{% include "gone.njk" %}', folder: root },
        { strict: true, allowControlCharacters: false },
      );
      rmSync(join(root, 'shared/gone.njk'));
      expect(template.render(recall).text).toBe('still here');
    });

    it('never lead out of the search path, for the name may have come from data', () => {
      know('key(name)', pair('name', '../../../../etc/passwd'));
      expect(errorOf('{% include key("name") %}')).toContain('leads out of the search path');
      expect(() => render('{% include "/etc/passwd" %}')).toThrow('leads out of the search path');
    });

    it('may start from the including file where the name is written out', () => {
      file('shared/deep/a.njk', '{% include "./b.njk" %}{% include "../c.njk" ignore missing %}');
      file('shared/deep/b.njk', 'b');
      file('shared/c.njk', 'c');
      expect(textOf('{% include "deep/a.njk" %}')).toBe('bc');
    });

    it('say where a computed name was not found', () => {
      know('key(name)', pair('name', 'nowhere.njk'));
      expect(errorOf('\n\n{% include key("name") %}')).toMatch(
        /^t\.njk:3:\d+: there is no template/,
      );
    });

    it('inherit from a template in the search path, blocks and super included', () => {
      file('shared/base.njk', '[{% block b %}base{% endblock %}]');
      expect(textOf('{% extends "base.njk" %}{% block b %}{{ super() }}+own{% endblock %}')).toBe(
        '[base+own]',
      );
    });

    it('see the macros of an import', () => {
      file(
        'shared/up.njk',
        '{% macro up(name) %}{{ name }}:{{ service(name) | length }}{% endmacro %}',
      );
      know('service(sales)', [instance()]);
      expect(textOf('{% import "up.njk" as u %}{{ u.up("sales") }}')).toBe('sales:1');
    });
  });

  describe('values', () => {
    it('never become template source', () => {
      know('key(k)', pair('k', '{{ 7 * 7 }}{% include "x" %}'));
      expect(textOf('{{ key("k") }}')).toBe('{{ 7 * 7 }}{% include "x" %}');
    });

    it('are not escaped for HTML', () => {
      know('key(k)', pair('k', '<a & "b">'));
      expect(textOf('{{ key("k") }}')).toBe('<a & "b">');
    });
  });

  it('pipes the value in last, as Go does', () => {
    expect(
      textOf(
        '{{ "a-b-c" | replaceAll("-", ".") }} {{ "a,b" | split(",") | join(";") }} {{ 10 | subtract(3) }}',
      ),
    ).toBe('a.b.c a;b 7');
  });

  it('gives each rendering a scratch of its own', () => {
    const text = '{{ scratch.SetX("a", "1") }}{{ scratch.Get("a") }}';
    expect(textOf(text)).toBe('1');
    expect(textOf(text.replace('"1"', '"2"'))).toBe('2');
  });

  it('collects what is marked secret', () => {
    know('key(db/password)', pair('db/password', 's3cr3t'));
    const rendering = render('{{ key("db/password") | secret }}');
    expect(rendering.text).toBe('s3cr3t');
    expect([...rendering.secrets]).toEqual(['s3cr3t']);
  });
});
