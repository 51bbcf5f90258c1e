import { describe, expect, it } from 'vitest';

import { env } from '../../../../src/template/functions/environment.ts';
import { replaceAll } from '../../../../src/template/functions/text.ts';
import { derived, variadic } from '../../../../src/template/gotemplate/functions.ts';
import { GoData } from '../../../../src/template/gotemplate/go-data.ts';
import type { GoFunction, GoValue } from '../../../../src/template/gotemplate/values.ts';
import { instance } from '../functions/known-facts.ts';
import { DATA, goError, goText, renderGo } from './known-go-engine.ts';

const data = new GoData();

/** Functions that ask the catalog, as an engine is given them from outside. */
const functions = new Map<string, GoFunction>([
  [
    'service',
    {
      call: (scope, [name]) =>
        data.of(scope.ask({ kind: 'service', name: name as string, passingOnly: true }) ?? []),
      least: 1,
      most: 1,
      gives: 'facts',
    },
  ],
  [
    'key',
    {
      call(scope, [path]) {
        const query = { kind: 'key', path: path as string } as const;
        const pair = scope.ask(query);
        if (pair === null) scope.requirePresence(query);
        return pair?.Value ?? '';
      },
      least: 1,
      most: 1,
      gives: 'facts',
    },
  ],
  [
    'secret',
    {
      call(scope, [text]) {
        scope.keepSecret(text as string);
        return text;
      },
      least: 1,
      most: 1,
      gives: 'facts',
    },
  ],
  ['env', { call: (scope, [name]) => env(scope, name), least: 1, most: 1, gives: 'facts' }],
  ['replaceAll', derived((from, to, text) => replaceAll(from, to, text))],
  ['json', { ...derived((value) => JSON.stringify(value)), gives: 'quoted' }],
]);

const web = {
  'service(web)': [instance({ ID: 'web-1', Port: 81 }), instance({ ID: 'web-2', Port: 82 })],
};

describe('functions that are given from outside', () => {
  it('recall answers, whose whole numbers are integers', () => {
    const options = { functions, answers: web };
    expect(goText('{{range service "web"}}{{.ID}}:{{.Port}} {{end}}', options)).toBe(
      'web-1:81 web-2:82 ',
    );
    expect(
      goText(
        '{{with index (service "web") 0}}{{eq .Port 81}}{{printf "%05d" .Port}}{{end}}',
        options,
      ),
    ).toBe('true00081');
    expect([...renderGo('{{service "web"}}', options).used.keys()]).toEqual(['service(web)']);
  });

  it('note what is missing and where, and the pass goes on to find the next', () => {
    const { missing, used, error } = renderGo(
      'a\n {{key "a"}}{{key "b" | len}}{{range service "c"}}{{end}}',
      { functions },
    );
    expect([...missing.keys()]).toEqual(['key(a)', 'key(b)', 'service(c)']);
    expect([...used.keys()]).toEqual(['key(a)', 'key(b)', 'service(c)']);
    expect(missing.get('key(a)')).toMatchObject({
      why: 'unanswered',
      position: { template: 't.ctmpl', line: 2, column: 4 },
    });
    expect(error).toBeUndefined();
  });

  it('make a pass that failed for lack of data not ready instead of wrong', () => {
    const template = '{{(index (service "web") 0).ID}}';
    const first = renderGo(template, { functions });
    expect(first.text).toBeUndefined();
    expect(first.error?.message).toContain('index out of range: 0');
    expect([...first.missing.keys()]).toEqual(['service(web)']);
    expect(renderGo(template, { functions, answers: web }).text).toBe('web-1');
  });

  it('require what the catalog says is absent', () => {
    const rendering = renderGo('{{key "a"}}', { functions, answers: { 'key(a)': null } });
    expect(rendering.missing.get('key(a)')?.why).toBe('absent');
  });

  it('forgive what cannot be printed while something is missing, in a strict template too', () => {
    const text = '{{$services := service "web"}}{{index .Map "z"}}';
    expect(goError(text, { functions, strict: true })).toBeUndefined();
    expect(goError(text, { functions, strict: true, answers: web })).toContain(
      'there is no value to print',
    );
  });

  it('keep secrets, and see the environment that the engine was given', () => {
    expect([...renderGo('{{secret "s3"}}', { functions }).secrets]).toEqual(['s3']);
    expect(goText('{{env "HOME"}}[{{env "NOPE"}}]', { functions })).toBe('/root[]');
  });

  it('are there by name, and take the place of those of Go', () => {
    expect(goError('{{env "HOME"}}')).toContain('function "env" not defined');
    expect(
      goText('{{len 1 2}}', { functions: new Map([['len', variadic(0, () => 'mine')]]) }),
    ).toBe('mine');
  });
});

describe('control characters of service data', () => {
  const EVIL = 'x;}\nserver {}';
  const answers = { 'service(web)': [instance({ ID: EVIL, ServiceMeta: { [EVIL]: 'v' } })] };
  const options = { functions, answers };
  const inside = (body: string): string => `{{range service "web"}}${body}{{end}}`;

  it.each([
    '{{.ID}}',
    '{{print .ID}}',
    '{{printf "%s" .ID}}',
    '{{printf "%v" .}}',
    '{{.}}',
    '{{slice .ID 0 4}}',
    '{{html .ID}}',
    '{{.ID | replaceAll "x" "y"}}',
    '{{$id := .ID}}{{$id}}',
    '{{or "" .ID}}',
    '{{range $k, $v := .ServiceMeta}}{{$k}}{{end}}',
    '{{define "t"}}{{.}}{{end}}',
  ])('are not printed by %s', (body) => {
    const template = body.startsWith('{{define')
      ? `${body}${inside('{{template "t" .ID}}')}`
      : inside(body);
    expect(goError(template, options)).toContain('holds a control character or line feed');
    expect(goText(template, { ...options, allowControlCharacters: true })).toContain('\n');
  });

  it('are printed quoted, and counted and compared as they are', () => {
    expect(goText(inside('{{json .ID}}'), options)).toBe('"x;}\\nserver {}"');
    expect(goText(inside('{{printf "%q" .ID}}'), options)).toBe('"x;}\\nserver {}"');
    expect(goText(inside('{{len .ID}} {{index .ID 3}}'), options)).toBe('13 10');
    expect(goText(inside('{{eq .ID "x;}\\nserver {}"}} {{lt .ID "y"}}'), options)).toBe(
      'true true',
    );
  });
});

describe('the data of a template', () => {
  it('becomes integers where it is whole, once for each original', () => {
    const original = Object.freeze({ a: [1, 2.5, 'x'], b: { c: 7 }, d: { e: 'f' }, n: null });
    const converted = data.of(original) as Record<string, GoValue>;
    expect(converted).toEqual({ a: [1n, 2.5, 'x'], b: { c: 7n }, d: { e: 'f' }, n: null });
    expect(data.of(original)).toBe(converted);
    expect(converted['d']).toBe(original.d);
  });

  it('is nothing where the engine is given none', () => {
    expect(goText('{{.}}{{.Data.Foo}}', { dot: undefined })).toBe('<no value><no value>');
  });

  it('is not changed by a template', () => {
    const before = structuredClone(DATA);
    goText('{{range $i, $x := .List}}{{$x}}{{end}}{{.Map}}{{slice .List 1}}');
    expect(DATA).toEqual(before);
  });
});
