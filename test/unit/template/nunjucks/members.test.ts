import { describe, expect, it } from 'vitest';

import { instance } from '../functions/known-facts.ts';
import { errorKnowing, textKnowing, type KnownAnswers } from './known-engine.ts';

const answers: KnownAnswers = {
  'service(sales)': [
    instance({
      ID: 'a',
      Name: 'constructor',
      Tags: ['b', '__proto__', 'a'],
      ServiceMeta: { constructor: 'x', caller: 'me', call: 'you' },
    }),
    instance({ ID: 'b', Name: '__proto__', Tags: ['hasOwnProperty'] }),
  ],
};

const render = (text: string) => textKnowing(answers, `{% set s = service("sales")[0] %}${text}`);
const errorOf = (text: string) => errorKnowing(answers, `{% set s = service("sales")[0] %}${text}`);

describe('what leads from a value to running code', () => {
  it.each([
    '{{ range.constructor("return 1")() }}',
    '{{ "".constructor.constructor("return 1")() }}',
    '{{ range[["constructor"]] }}',
    '{{ range["con" ~ "structor"] }}',
    '{{ s["con" ~ "structor"] }}',
    '{{ s["constructor" | safe] }}',
    '{{ s.ServiceMeta.constructor }}',
    '{{ service("sales").constructor }}',
    '{{ s.__proto__ }}',
    '{{ s.Tags.prototype }}',
    '{{ s.Tags.map.constructor }}',
    '{{ s.Tags.map.call }}',
    '{{ cycler.prototype }}',
    '{{ s.Tags["__def" + "ineGetter__"] }}',
    '{{ s.Tags.hasOwnProperty("x") }}',
    '{{ (5).constructor }}',
    '{{ true.constructor }}',
    '{{ r/x/.constructor }}',
    '{{ {}.constructor }}',
    '{{ {}.toString() }}',
    '{{ {}.valueOf() }}',
    '{{ {"__proto__": [1]}.map }}',
    '{{ cycler(1).constructor }}',
    '{{ cycler(1).next.constructor }}',
    '{{ joiner(",").constructor }}',
    '{{ scratch.constructor }}',
    '{{ scratch.Set.constructor }}',
    '{{ service.name }}',
    '{{ service.call }}',
    '{{ (s | dump).constructor }}',
    '{{ parseJSON("{\\"__proto__\\": {\\"a\\": 1}}").a }}',
    '{{ parseJSON("{\\"constructor\\": 1}").constructor }}',
    '{{ parseYAML("__proto__: {a: 1}").a }}',
    '{{ explodeMap({"constructor/prototype": "x"}).constructor }}',
    '{% for i in [1] %}{{ loop.constructor }}{% endfor %}',
    '{% for i in [1] %}{{ loop.valueOf() }}{% endfor %}',
    '{% macro m() %}{% endmacro %}{{ m.constructor }}',
    '{% macro m() %}{% endmacro %}{{ m.prototype }}',
    '{% macro m() %}{{ caller.constructor }}{% endmacro %}{% call m() %}{% endcall %}',
    '{% macro m() %}x{% endmacro %}{{ m().constructor }}',
    '{{ constructor }}',
    '{{ __proto__ }}',
    '{{ toString() }}',
    '{{ valueOf() }}',
    '{{ valueOf().env }}',
    '{{ hasOwnProperty("env") }}',
    '{{ __defineGetter__("lookup", range) }}',
    '{% for name, value in __proto__ %}x{% endfor %}',
    '{% set x = constructor %}{{ x }}',
    '{{ ["a"] | map("constructor") }}',
    '{{ ["a"] | attr("constructor") }}',
    '{{ s | constructor }}',
    '{{ s | __proto__ }}',
    '{{ ["a"] | select("constructor") }}',
    '{{ ["a"] | select("__defineGetter__", range) }}',
    '{{ 1 is constructor }}',
    '{{ ["a"] | join(",", "constructor") }}',
    '{{ ["a"] | join(",", "__proto__") }}',
    '{{ (s.Tags | first).constructor }}',
    '{{ (s.Tags | batch(1)).constructor }}',
  ])('gives nothing in %s', (text) => {
    let error: string | undefined;
    try {
      error = errorOf(text);
    } catch (refusal) {
      error = String(refusal);
    }
    expect(error).toMatch(
      /t\.njk:1:\d+: .*(is undefined|no function|no filter|test not found|must be text)/,
    );
  });

  it.each(
    Object.entries({
      '{{ ["a"] | selectattr("constructor") | length }}': '0',
      '{{ ["a"] | rejectattr("constructor") | length }}': '1',
      '{{ ["a", "b"] | groupby("constructor") | dump }}': '{"undefined":["a","b"]}',
      '{{ ["a"] | groupby("__proto__.constructor") | dump }}': '{"undefined":["a"]}',
      '{{ ["b", "a"] | sort(attribute="__proto__.x") | join }}': 'ba',
      '{{ ["b", "a"] | sort(false, false, "constructor") | join }}': 'ba',
      '{{ "constructor" in {} }}': 'false',
      '{{ "constructor" in s.ServiceMeta }}': 'true',
      '{{ "toString" in s }}': 'false',
      '{{ [1] | select("number") | length }}': '1',
    }),
  )('gives nothing in %s, which has a result', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it('is a name like any other where data groups by it', () => {
    const text =
      '{% for name, list in service("sales") | groupby("Name") %}{{ name }}={{ list[0].ID }};{% endfor %}';
    expect(render(text)).toBe('constructor=a;__proto__=b;');
    expect(render('{% for tag, list in byTag(service("sales")) %}{{ tag }};{% endfor %}')).toBe(
      '__proto__;a;b;hasOwnProperty;',
    );
  });
});

describe('members', () => {
  it.each(
    Object.entries({
      '{{ s.ServiceMeta.caller }} {{ s.ServiceMeta.call }}': 'me you',
      '{{ "a-b".split("-").length }}': '2',
      '{{ (5).toString() }} {{ [1, 2].toString() }}': '5 1,2',
      '{{ r/b+/.exec("abb")[0] }} {{ r/b/.test("abb") }}': 'bb true',
      '{% for i in [1] %}{{ loop.index }}{{ loop.last }}{% endfor %}': '1true',
      '{{ cycler("a", "b").next() }}': 'a',
      '{% set j = joiner(";") %}{{ j() }}a{{ j() }}b': 'a;b',
      '{{ "a-b".match(r/(?<x>b)/).groups.x }}': 'b',
      '{{ [3, 1, 2].sort().join() }}': '1,2,3',
      '{{ (s.Tags | sort).concat(["z"]).reverse().join() }}': 'z,b,a,__proto__',
    }),
  )('of plain values work: %s', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each(['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin'])(
    'never change a list of the catalog: %s',
    (method) => {
      expect(errorOf(`\n{{ s.Tags.${method}(1, 0) }}`)).toMatch(
        new RegExp(`^t\\.njk:2:\\d+: "${method}" would change a list that belongs to the catalog`),
      );
      expect(render('{{ s.Tags | join(" ") }}')).toBe('b __proto__ a');
    },
  );
});
