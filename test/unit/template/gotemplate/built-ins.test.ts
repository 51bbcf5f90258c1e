import { describe, expect, it } from 'vitest';

import { sprint } from '../../../../src/template/gotemplate/format.ts';
import { derived } from '../../../../src/template/gotemplate/functions.ts';
import { GoMap, GoMethod, GoStruct } from '../../../../src/template/gotemplate/values.ts';
import { DATA, goError, goText } from './known-go-engine.ts';

type Case = readonly [template: string, text: string];

function holds(subject: string, cases: readonly Case[]): void {
  describe(subject, () => {
    it.each(cases)('%j gives %j', (template, text) => {
      expect(goText(template)).toBe(text);
    });
  });
}

function fails(subject: string, cases: readonly Case[]): void {
  describe(subject, () => {
    it.each(cases)('%j fails with %j', (template, message) => {
      expect(goError(template)).toContain(message);
    });
  });
}

holds('and, or, not', [
  ['{{and true 0}} {{and 1 "x"}} {{and "" "x"}}|', '0 x |'],
  ['{{or 0 1}} {{or "" 0}} {{or .Empty "d"}}', '1 0 d'],
  ['{{"x" | and 1}} {{"x" | or 0}}', 'x x'],
  ['{{and 1 2 3}} {{or 0 "" false}}', '3 false'],
  ['{{or .X (index .NoItems 5)}}', 'x'],
  ['{{and .No (index .NoItems 5)}}', 'false'],
  ['{{if and .X (not .Empty)}}T{{end}}', 'T'],
]);

holds('comparison', [
  [
    '{{eq 1 1}} {{eq 1 2}} {{eq "a" "a"}} {{eq true true}} {{eq 1.5 1.5}}',
    'true false true true true',
  ],
  ['{{eq "c" "a" "b" "c"}} {{eq 1 2 3}}', 'true false'],
  ['{{ne 1 2}} {{ne "a" "a"}}', 'true false'],
  ['{{lt 1 2}} {{lt 2 1}} {{lt "a" "b"}} {{lt 1.5 2.5}}', 'true false true true'],
  ['{{le 1 1}} {{gt 2 1}} {{ge 1 1}} {{ge 1 2}}', 'true true true false'],
  ['{{lt "10" "9"}} {{lt "Z" "a"}} {{lt "😀" "\ufffd"}}', 'true true false'],
  ['{{eq .Missing nil}} {{eq .X nil}} {{eq .Nil .Missing}}', 'true false true'],
  ['{{eq .One 1}} {{eq (len .List) 3}}', 'true true'],
  [`{{eq 'a' 97}} {{eq 0x10 16}}`, 'true true'],
  ['{{lt 9007199254740992 9007199254740993}}', 'true'],
]);

fails('what cannot be compared', [
  ['{{eq 1 "1"}}', 'error calling eq: incompatible types for comparison'],
  ['{{eq 1 1.0}}', 'error calling eq: incompatible types for comparison'],
  ['{{ne true 1}}', 'error calling ne: incompatible types for comparison'],
  ['{{lt 1 "1"}}', 'error calling lt: incompatible types for comparison'],
  ['{{lt true false}}', 'error calling lt: invalid type for comparison'],
  ['{{lt .Nil 1}}', 'error calling lt: invalid type for comparison'],
  ['{{eq .List .List}}', 'error calling eq: non-comparable type []string'],
  ['{{eq 1}}', 'error calling eq: missing argument for comparison'],
  ['{{ne 1}}', 'wrong number of args for ne: want 2 got 1'],
]);

holds('len, index, slice', [
  ['{{len .List}} {{len .Map}} {{len .X}} {{len .NoItems}}', '3 3 1 0'],
  ['{{len .Words}}', '6'],
  ['{{index .List 0}} {{index .List 2}}', 'a c'],
  ['{{index .Map "b"}} {{index .Deep "er" "est"}}', '2 down'],
  ['{{index .Map "z"}}', '<no value>'],
  ['{{index .X 0}}', '120'],
  ['{{index .X}}', 'x'],
  ['{{slice .List 1}} {{slice .List 1 2}} {{slice .List}}', '[b c] [b] [a b c]'],
  ['{{slice "abcdef" 1 3}} {{slice "abc" 3}}|', 'bc |'],
  ['{{slice .Words 0 3}}', 'hé'],
  ['{{slice .List 0 1 2}}', '[a]'],
]);

fails('len, index, slice', [
  ['{{len 3}}', 'error calling len: len of type int'],
  ['{{len .Nil}}', 'error calling len: len of nil pointer'],
  ['{{index .List 3}}', 'error calling index: index out of range: 3'],
  ['{{index .List -1}}', 'error calling index: index out of range: -1'],
  ['{{index .List "a"}}', 'cannot index slice/array with type string'],
  ['{{index .Map 1}}', 'value has type int; should be string'],
  ['{{index .One 1}}', "can't index item of type int"],
  ['{{index nil 1}}', 'index of untyped nil'],
  ['{{index .Missing "a"}}', 'index of untyped nil'],
  ['{{index .Map "z" "y"}}', 'index of nil pointer'],
  ['{{slice .List 2 1}}', 'invalid slice index: 2 > 1'],
  ['{{slice .List 4}}', 'index out of range: 4'],
  ['{{slice .X 0 1 1}}', 'cannot 3-index slice a string'],
  ['{{slice .Map 1}}', "can't slice item of type map[string]interface {}"],
  ['{{slice nil 1}}', 'slice of untyped nil'],
  ['{{slice .List 0 1 2 3}}', 'too many slice indexes: 4'],
]);

holds('html, js, urlquery', [
  ['{{html .Markup}}', '&lt;a href=&#34;x&#34;&gt;&#39;&amp;&#39;&lt;/a&gt;'],
  ['{{.Markup | html}}', '&lt;a href=&#34;x&#34;&gt;&#39;&amp;&#39;&lt;/a&gt;'],
  ['{{html 1 2 "<"}} {{html nil}}', '1 2&lt; &lt;no value&gt;'],
  ['{{js "it\'d \\"be\\" <=&>\\n"}}', 'it\\\'d \\"be\\" \\u003C\\u003D\\u0026\\u003E\\u000A'],
  ['{{js "é"}}', 'é'],
  ['{{urlquery "http://a.b/?c=d e&é~"}}', 'http%3A%2F%2Fa.b%2F%3Fc%3Dd+e%26%C3%A9~'],
]);

holds('print', [
  ['{{print "a" "b" 1 2}}', 'ab1 2'],
  ['{{print}}{{println}}', '\n'],
  ['{{print .Numbers .Map}}', '[3 4 5] map[a:1 b:2 c:3]'],
]);

describe('values with a type of their own', () => {
  const dot = {
    ...DATA,
    Texts: new GoMap('map[string]string', [['a', '1']], ''),
    Ports: new GoMap('map[int]string', [
      [81n, 'web'],
      [9n, 'dns'],
    ]),
    Thing: new GoStruct(
      'api.Thing',
      { Name: 'n', Port: 80n },
      {
        Join: derived((first, second) => sprint([first, '+', second])),
        Self: derived(() => 'me'),
      },
    ),
    Twice: new GoMethod(derived((value) => sprint([value, '', value]))),
  };
  const text = (template: string): string | undefined => goText(template, { dot });

  it('look up the keys of a map by their type, in order', () => {
    expect(text('{{index .Ports 81}} {{range $p, $n := .Ports}}{{$p}}{{$n}} {{end}}')).toBe(
      'web 9dns 81web ',
    );
    expect(goError('{{.Ports.a}}', { dot })).toContain(
      "can't evaluate field a in type map[int]string",
    );
    expect(text('{{printf "%v %T" .Ports .Ports}}')).toBe('map[9:dns 81:web] map[int]string');
  });

  it('give the zero of a map with missingkey=zero, and nothing by default', () => {
    expect(text('[{{.Texts.a}}{{.Texts.b}}]')).toBe('[1<no value>]');
    expect(goText('[{{.Texts.a}}{{.Texts.b}}]', { dot, missingKey: 'zero' })).toBe('[1]');
    expect(goText('{{.Missing}}', { dot, missingKey: 'zero' })).toBe('<no value>');
  });

  it('have fields and methods, and no others', () => {
    expect(text('{{.Thing.Name}}:{{.Thing.Port}} {{.Thing.Self}}')).toBe('n:80 me');
    expect(
      text('{{.Thing.Join 1 "a"}} {{"b" | .Thing.Join "a"}} {{with .Thing}}{{.Join 1 2}}{{end}}'),
    ).toBe('1+a a+b 1+2');
    expect(text('{{printf "%v %+v" .Thing .Thing}}')).toBe('{n 80} {Name:n Port:80}');
    expect(goError('{{.Thing.Other}}', { dot })).toContain(
      "can't evaluate field Other in type api.Thing",
    );
    expect(goError('{{.Thing.Name 1}}', { dot })).toContain(
      'Name is not a method but has arguments',
    );
    expect(goError('{{.Thing.Join 1}}', { dot })).toContain(
      'wrong number of args for Join: want 2 got 1',
    );
  });

  it('are called where they are functions', () => {
    expect(text('{{call .Twice "ab"}}')).toBe('abab');
    expect(goError('{{call .X}}', { dot })).toContain('non-function of type string');
    expect(goError('{{call .Nil}}', { dot })).toContain('call of nil');
    expect(goError('{{call .Twice}}', { dot })).toContain('wrong number of args');
    expect(goError('{{.Twice}}', { dot })).toContain("can't print a function");
  });
});
