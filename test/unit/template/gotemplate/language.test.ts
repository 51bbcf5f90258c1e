import { describe, expect, it } from 'vitest';

import { goText } from './known-go-engine.ts';

/** Templates over DATA, each with the text that Go gives. https://pkg.go.dev/text/template */
type Case = readonly [template: string, text: string];

function holds(subject: string, cases: readonly Case[]): void {
  describe(subject, () => {
    it.each(cases)('%j gives %j', (template, text) => {
      expect(goText(template)).toBe(text);
    });
  });
}

holds('text, comments and trim marks', [
  ['', ''],
  ['plain } text } with {braces}', 'plain } text } with {braces}'],
  ['a{{/* nothing */}}b', 'ab'],
  ['a {{- /* nothing */ -}} b', 'ab'],
  ['a{{/* two\nlines */}}b', 'ab'],
  ['a \n\t{{- 1 -}} \r\n b', 'a1b'],
  ['a {{- 1}} b', 'a1 b'],
  ['a {{1 -}} b', 'a 1b'],
  ['{{1 -}}\n\n{{- 2}}', '12'],
  ['{{-1}}', '-1'],
  ['{{- -1 -}}', '-1'],
  ['{{.X  -}}  y', 'xy'],
  ['{{"a"\n|\nprint}}', 'a'],
  ['{{ "}}" }}', '}}'],
  ['{{`}}`}}', '}}'],
  ['{{"{{"}}', '{{'],
]);

holds('literals', [
  ['{{1}} {{-7}} {{+7}}', '1 -7 7'],
  [
    '{{0x1F}} {{0X1f}} {{0o17}} {{017}} {{0b101}} {{1_000_000}} {{0x_ff}}',
    '31 31 15 15 5 1000000 255',
  ],
  ['{{9223372036854775807}} {{-9223372036854775808}}', '9223372036854775807 -9223372036854775808'],
  ['{{1.5}} {{.5}} {{1.}} {{1e3}} {{1.5e-3}} {{1E2}}', '1.5 0.5 1 1000 0.0015 100'],
  [
    '{{1e6}} {{1e21}} {{123456789.0}} {{1e-5}} {{0.0001}}',
    '1e+06 1e+21 1.23456789e+08 1e-05 0.0001',
  ],
  ['{{0x1p4}} {{0x1.8p1}}', '16 3'],
  [
    `{{'a'}} {{'\\n'}} {{'\\''}} {{'\\x41'}} {{'\\u00e9'}} {{'\\101'}} {{'é'}}`,
    '97 10 39 65 233 65 233',
  ],
  ['{{"a\\tb\\n\\"q\\"\\\\"}}', 'a\tb\n"q"\\'],
  ['{{"\\u00e9\\U0001F600\\xc3\\xa9\\101"}}', 'é😀éA'],
  ['{{"\\xff"}}', '\ufffd'],
  ['{{`raw \\n "text"`}}', 'raw \\n "text"'],
  ['{{`two\nlines`}} {{`one\r\nline`}}', 'two\nlines one\nline'],
  ['{{true}} {{false}}', 'true false'],
]);

holds('fields, chains and variables', [
  ['{{.X}}', 'x'],
  ['{{ .Deep.er.est }}', 'down'],
  ['{{$.X}}', 'x'],
  ['{{(.Deep).er.est}}', 'down'],
  ['{{(index .Deep "er").est}}', 'down'],
  ['{{with .Deep.er}}{{.est}} {{$.X}}{{end}}', 'down x'],
  ['{{$v := .X}}{{$v}}', 'x'],
  ['{{$v := .Deep}}{{$v.er.est}}', 'down'],
  ['{{$v := 1}}{{$v = 2}}{{$v}}', '2'],
  ['{{$v := 1}}{{if true}}{{$v = 2}}{{end}}{{$v}}', '2'],
  ['{{$v := 1}}{{if true}}{{$v := 2}}{{$v}}{{end}}{{$v}}', '21'],
  ['{{$v := 1}}{{range .List}}{{$v = .}}{{end}}{{$v}}', 'c'],
  ['{{if $v := .X}}{{$v}}{{end}}', 'x'],
  ['{{if $v := .Empty}}yes{{else}}[{{$v}}]{{end}}', '[]'],
  ['{{with $v := .X}}{{$v}}{{.}}{{end}}', 'xx'],
  ['{{.Missing}}', '<no value>'],
  ['{{.Missing.Of.Missing}}', '<no value>'],
  ['{{.Nil}}', '<no value>'],
  ['{{$v := .Nil}}{{$v.field}}', '<no value>'],
  ['{{.Map.a}}{{.Map.b}}', '12'],
]);

holds('truth', [
  ['{{if true}}T{{else}}F{{end}}{{if false}}T{{else}}F{{end}}', 'TF'],
  ['{{if 1}}T{{end}}{{if 0}}T{{else}}F{{end}}{{if 0.0}}T{{else}}F{{end}}', 'TFF'],
  ['{{if "x"}}T{{end}}{{if ""}}T{{else}}F{{end}}', 'TF'],
  ['{{if .List}}T{{end}}{{if .NoItems}}T{{else}}F{{end}}', 'TF'],
  ['{{if .Map}}T{{end}}{{if .NoEntries}}T{{else}}F{{end}}', 'TF'],
  ['{{if .Nil}}T{{else}}F{{end}}{{if .Missing}}T{{else}}F{{end}}', 'FF'],
  ['{{if "false"}}T{{end}}', 'T'],
  ['{{not true}} {{not ""}} {{not .List}} {{not nil}}', 'false true false true'],
]);

holds('branches', [
  ['{{if .No}}a{{else if .Yes}}b{{else}}c{{end}}', 'b'],
  ['{{if .No}}a{{else if .Zero}}b{{else}}c{{end}}', 'c'],
  ['{{if .No}}a{{else if .Zero}}b{{else if .X}}c{{end}}', 'c'],
  ['{{with .X}}{{.}}{{else}}none{{end}}', 'x'],
  ['{{with .Missing}}{{.}}{{else}}{{.X}}{{end}}', 'x'],
  ['{{with .No}}a{{else with .Deep}}{{.er.est}}{{else}}c{{end}}', 'down'],
  ['{{if .Yes}}{{if .No}}a{{else}}b{{end}}{{end}}', 'b'],
]);

holds('range', [
  ['{{range .List}}{{.}},{{end}}', 'a,b,c,'],
  ['{{range $x := .List}}{{$x}},{{end}}', 'a,b,c,'],
  ['{{range $i, $x := .List}}{{$i}}{{$x}},{{end}}', '0a,1b,2c,'],
  ['{{range $i, $x := .List}}{{if $i}}, {{end}}{{$x}}{{end}}', 'a, b, c'],
  ['{{range .Map}}{{.}}{{end}}', '123'],
  ['{{range $k, $v := .Map}}{{$k}}={{$v}};{{end}}', 'a=1;b=2;c=3;'],
  ['{{range $k, $v := .Map}}{{$.X}}{{end}}', 'xxx'],
  ['{{range 3}}{{.}}{{end}} {{range $i := 3}}{{$i}}{{end}}', '012 012'],
  ['{{range 0}}x{{else}}none{{end}}', 'none'],
  ['{{range .NoItems}}x{{else}}none{{end}}', 'none'],
  ['{{range .NoEntries}}x{{else}}none{{end}}', 'none'],
  ['{{range .Nil}}x{{else}}none{{end}}{{range .Missing}}x{{else}}none{{end}}', 'nonenone'],
  ['{{range .List}}{{if eq . "b"}}{{break}}{{end}}{{.}}{{end}}', 'a'],
  ['{{range .List}}{{if eq . "b"}}{{continue}}{{end}}{{.}}{{end}}', 'ac'],
  ['{{range .List}}{{range $.Numbers}}{{.}}{{break}}{{end}}{{.}}{{end}}', '3a3b3c'],
  ['{{range .List}}{{with .}}{{break}}{{end}}{{else}}none{{end}}', ''],
  ['{{$i := 9}}{{$x := ""}}{{range $i, $x = .List}}{{end}}{{$i}}{{$x}}', '2c'],
  ['{{$x := ""}}{{range $x = .List}}{{end}}{{$x}}', 'c'],
  ['{{range $i, $x := .List}}{{$y := $x}}{{$y}}{{end}}', 'abc'],
]);

holds('pipelines', [
  ['{{"a" | print "b"}}', 'ba'],
  ['{{"a" | printf "%s%s" "b"}}', 'ba'],
  ['{{.List | len}}', '3'],
  ['{{1 | eq 1}}', 'true'],
  ['{{(1 | eq 1) | not}}', 'false'],
  ['{{len (index .List 0)}}', '1'],
  ['{{print (print "a" "b") (print "c")}}', 'abc'],
  ['{{$v := "a" | print "b"}}{{$v}}', 'ba'],
  ['{{print 1 2 "a" "b" 3 true nil}}', '1 2ab3 true <nil>'],
]);

holds('templates of templates', [
  ['{{define "t"}}[{{.}}]{{end}}{{template "t" .X}}', '[x]'],
  ['{{template "t" .X}}{{define "t"}}[{{.}}]{{end}}', '[x]'],
  ['{{define "t"}}[{{.}}]{{end}}{{template "t"}}', '[<no value>]'],
  ['{{define `t`}}{{$.X}}{{end}}{{template `t` .}}', 'x'],
  ['{{block "b" .X}}<{{.}}>{{end}}{{template "b" "y"}}', '<x><y>'],
  ['{{define "b"}}mine{{end}}{{block "b" .}} {{end}}', 'mine'],
  [
    '{{define "t"}}{{if .}}{{index . 0}}{{template "t" (slice . 1)}}{{end}}{{end}}{{template "t" .List}}',
    'abc',
  ],
  ['{{define "empty"}}{{end}}a{{template "empty"}}b', 'ab'],
  ['{{range .List}}{{template "t" .}}{{end}}{{define "t"}}{{.}}.{{end}}', 'a.b.c.'],
]);

describe('delimiters', () => {
  it('can be others', () => {
    const delimiters = { left: '<<', right: '>>' };
    expect(goText('{{.X}} << .X >> a <<- 1 ->> b <</* no */>>', { delimiters })).toBe(
      '{{.X}} x a1b ',
    );
    expect(goText('[[if .Yes]]a[[end]]', { delimiters: { left: '[[', right: ']]' } })).toBe('a');
  });
});

describe('printing', () => {
  it.each<Case>([
    ['{{.List}} {{.Numbers}} {{.NoItems}}', '[a b c] [3 4 5] []'],
    ['{{.Map}} {{.Texts}} {{.NoEntries}}', 'map[a:1 b:2 c:3] map[one:1 two:2] map[]'],
    ['{{.Mixed}}', '[a 1 true <nil> 1.5]'],
    ['{{.Deep}}', 'map[er:map[est:down]]'],
    ['{{.Yes}} {{.One}} {{.Half}}', 'true 1 0.5'],
    ['{{print .Nil}} {{print .Missing}}', '<nil> <nil>'],
    ['{{println 1 "a" 2}}', '1 a 2\n'],
  ])('%j gives %j', (template, text) => {
    expect(goText(template)).toBe(text);
  });
});
