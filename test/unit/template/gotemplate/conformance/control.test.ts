import { fails, gives } from './conformance.ts';

gives('the empty values are false, 0, nil, and any array, slice, map or string of length zero', [
  ['{{if true}}T{{else}}F{{end}}{{if false}}T{{else}}F{{end}}', 'TF'],
  ['{{if 1}}T{{end}}{{if -1}}T{{end}}{{if 0}}T{{else}}F{{end}}', 'TTF'],
  ['{{if 0.1}}T{{end}}{{if 0.0}}T{{else}}F{{end}}{{if -0.0}}T{{else}}F{{end}}', 'TFF'],
  ['{{if "x"}}T{{end}}{{if ""}}T{{else}}F{{end}}{{if " "}}T{{end}}', 'TFT'],
  ['{{if "false"}}T{{end}}{{if "0"}}T{{end}}', 'TT'],
  ['{{if .List}}T{{end}}{{if .NoItems}}T{{else}}F{{end}}', 'TF'],
  ['{{if .Map}}T{{end}}{{if .NoEntries}}T{{else}}F{{end}}', 'TF'],
  ['{{if .Nil}}T{{else}}F{{end}}{{if .Missing}}T{{else}}F{{end}}', 'FF'],
  ["{{if 'a'}}T{{end}}{{if '\\x00'}}T{{else}}F{{end}}", 'TF'],
]);

gives('if, else, else if; dot is unaffected', [
  ['{{if .Yes}}a{{end}}{{if .No}}b{{end}}', 'a'],
  ['{{if .No}}a{{else if .Yes}}b{{else}}c{{end}}', 'b'],
  ['{{if .No}}a{{else if .Zero}}b{{else}}c{{end}}', 'c'],
  ['{{if .No}}a{{else if .Zero}}b{{else if .X}}c{{end}}', 'c'],
  ['{{if .Yes}}{{if .No}}a{{else}}b{{end}}{{end}}', 'b'],
  ['{{if .Deep}}{{.X}}{{end}}', 'x'],
  ['{{if .Yes}}{{end}}', ''],
  ['{{if not .No}}a{{end}}', 'a'],
  ['{{if .List | len}}a{{end}}', 'a'],
]);

gives('with sets dot, and takes its else where the value is empty', [
  ['{{with .X}}{{.}}{{else}}none{{end}}', 'x'],
  ['{{with .Missing}}{{.}}{{else}}{{.X}}{{end}}', 'x'],
  ['{{with .Deep}}{{with .er}}{{.est}}{{$.X}}{{end}}{{end}}', 'downx'],
  ['{{with print .X "y"}}{{.}}{{end}}', 'xy'],
  ['{{with 0}}a{{end}}', ''],
]);

gives('with, else with', [
  ['{{with .No}}a{{else with .Deep}}{{.er.est}}{{else}}c{{end}}', 'down'],
  ['{{with .X}}{{.}}{{else with .Deep}}b{{end}}', 'x'],
  ['{{with .No}}a{{else with .Zero}}b{{else}}{{.X}}{{end}}', 'x'],
  ['{{with $v := .No}}{{else with $w := .X}}{{$v}}{{$w}}{{.}}{{end}}', 'falsexx'],
]);

gives('range over a list', [
  ['{{range .List}}{{.}},{{end}}', 'a,b,c,'],
  ['{{range .List}}{{end}}', ''],
  ['{{range slice .List 1}}{{.}}{{end}}', 'bc'],
  ['{{range .Mixed}}[{{.}}]{{end}}', '[a][1][true][<no value>][1.5]'],
  ['{{range .List}}{{range $.Numbers}}{{.}}{{end}};{{end}}', '345;345;345;'],
]);

gives('range with one variable sets the element, with two the index too', [
  ['{{range $x := .List}}{{$x}},{{end}}', 'a,b,c,'],
  ['{{range $i, $x := .List}}{{$i}}{{$x}},{{end}}', '0a,1b,2c,'],
  ['{{range $i, $x := .List}}{{if $i}}, {{end}}{{$x}}{{end}}', 'a, b, c'],
  ['{{range $i,$x := .List}}{{$i}}{{end}}', '012'],
  ['{{range $i, $_ := .List}}{{printf "%T" $i}} {{end}}', 'int int int '],
  ['{{range $i, $x := .List}}{{$y := $x}}{{$y}}{{end}}', 'abc'],
  ['{{range $i, $x := .List}}{{$x = "z"}}{{$x}}{{end}}', 'zzz'],
]);

gives('range over a map visits the keys in sorted order', [
  ['{{range .Map}}{{.}}{{end}}', '123'],
  ['{{range $k, $v := .Map}}{{$k}}={{$v}};{{end}}', 'a=1;b=2;c=3;'],
  ['{{range $v := .Map}}{{$v}}{{end}}', '123'],
  ['{{range $k, $v := .Texts}}{{$k}}{{$v}}{{end}}', 'one1two2'],
]);

gives(
  'keys that are texts are sorted by their bytes',
  [['{{range $k, $v := .}}{{$k}} {{end}}', '10 9 B a é \u{e000} 😀 ']],
  { dot: { '😀': 1n, '\u{e000}': 1n, é: 1n, a: 1n, B: 1n, 9: 1n, 10: 1n } },
);

gives('range over an integer counts from zero', [
  ['{{range 3}}{{.}}{{end}}', '012'],
  ['{{range $i := 3}}{{$i}}{{.}}{{end}}', '001122'],
  ['{{range .One}}a{{end}}', 'a'],
  ['{{range len .List}}{{.}}{{end}}', '012'],
  ['{{range 0}}x{{else}}none{{end}}', 'none'],
  ['{{range -1}}x{{else}}none{{end}}', 'none'],
]);

fails('range over what cannot be ranged over', [
  ['{{range .X}}{{end}}', "at <.X>: range can't iterate over string"],
  ['{{range 1.5}}{{end}}', "range can't iterate over float64"],
  ['{{range .Yes}}{{end}}', "range can't iterate over bool"],
  ['{{range $i, $x := 3}}{{end}}', "can't use an int to iterate over more than one variable"],
]);

gives('range, else where there is nothing; dot is unaffected', [
  ['{{range .NoItems}}x{{else}}none{{end}}', 'none'],
  ['{{range .NoEntries}}x{{else}}none{{end}}', 'none'],
  ['{{range .Nil}}x{{else}}none{{end}}{{range .Missing}}x{{else}}none{{end}}', 'nonenone'],
  ['{{range .NoItems}}x{{else}}{{.X}}{{end}}', 'x'],
  ['{{range $x := .NoItems}}{{else}}{{$x}}{{end}}', '[]'],
]);

gives('range with = sets variables that are there, and leaves the last in them', [
  ['{{$i := 9}}{{$x := ""}}{{range $i, $x = .List}}{{end}}{{$i}}{{$x}}', '2c'],
  ['{{$x := ""}}{{range $x = .List}}{{$x}}{{end}}{{$x}}', 'abcc'],
  ['{{$x := 0}}{{range $x = 3}}{{end}}{{$x}}', '2'],
]);

gives('break ends the innermost range, continue its turn', [
  ['{{range .List}}{{if eq . "b"}}{{break}}{{end}}{{.}}{{end}}', 'a'],
  ['{{range .List}}{{if eq . "b"}}{{continue}}{{end}}{{.}}{{end}}', 'ac'],
  ['{{range .List}}{{range $.Numbers}}{{.}}{{break}}{{end}}{{.}}{{end}}', '3a3b3c'],
  ['{{range .List}}{{with .}}{{break}}{{end}}{{else}}none{{end}}', ''],
  ['{{range .Map}}{{if gt . 1}}{{break}}{{end}}{{.}}{{end}}', '1'],
  ['{{range 9}}{{if eq . 2}}{{continue}}{{end}}{{if eq . 4}}{{break}}{{end}}{{.}}{{end}}', '013'],
  ['{{range .List}}{{range $.NoItems}}{{else}}{{break}}{{end}}{{.}}{{end}}', ''],
  ['{{range $i, $x := .List}}{{if $i}}{{continue}}{{end}}{{$x}}{{end}}', 'a'],
  ['{{range .List}}{{.}}{{ break }}{{end}}', 'a'],
  ['{{$v := 0}}{{range .List}}{{$v := 1}}{{break}}{{end}}{{$v}}', '0'],
]);

fails('break and continue stand in a range of their own template', [
  ['{{break}}', '1:3: {{break}} outside {{range}}'],
  ['{{continue}}', '1:3: {{continue}} outside {{range}}'],
  ['{{range .List}}{{end}}{{continue}}', '{{continue}} outside {{range}}'],
  ['{{range .List}}{{else}}{{break}}{{end}}', '{{break}} outside {{range}}'],
  ['{{range .List}}{{block "b" .}}{{break}}{{end}}{{end}}', '{{break}} outside {{range}}'],
  ['{{range .List}}{{break 1}}{{end}}', 'unexpected "1" in {{break}}'],
]);

fails('every control structure has its end, and nothing else has one', [
  ['{{if .X}}a', '1:3: {{if}} has no {{end}}'],
  ['{{if .X}}a{{else}}b', '1:3: {{if}} has no {{end}}'],
  ['{{range .X}}{{if 1}}{{end}}', '1:3: {{range}} has no {{end}}'],
  ['{{with .X}}', '{{with}} has no {{end}}'],
  ['a{{end}}', '1:4: unexpected {{end}}'],
  ['{{if 1}}{{end}}{{end}}', 'unexpected {{end}}'],
  ['{{else}}', '1:3: unexpected {{else}}'],
  ['{{if 1}}{{else}}{{else}}{{end}}', '1:19: expected {{end}}; found {{else}}'],
  ['{{if 1}}{{end 1}}', 'unexpected "1" in end'],
  ['{{if 1}}{{else 1}}{{end}}', 'unexpected "1" in else'],
  ['{{if 1}}{{else with 1}}{{end}}{{end}}', 'unexpected {{with}} in else'],
  ['{{with 1}}{{else if 1}}{{end}}{{end}}', 'unexpected {{if}} in else'],
  ['{{range .List}}{{else if 1}}{{end}}{{end}}', 'unexpected {{if}} in else'],
  ['{{if 1}}{{else if 2}}{{end}}{{end}}', 'unexpected {{end}}'],
]);

fails('every control structure has its value', [
  ['{{if}}{{end}}', '1:5: missing value for if'],
  ['{{range}}{{end}}', 'missing value for range'],
  ['{{with}}{{end}}', 'missing value for with'],
  ['{{if 1}}{{else if}}{{end}}', 'missing value for if'],
  ['{{range $x := }}{{end}}', 'missing value for range'],
]);

fails('a range has at most two variables, everything else one', [
  ['{{range $a, $b, $c := .List}}{{end}}', 'too many declarations in range'],
  ['{{with $a, $b := .List}}{{end}}', 'too many declarations in with'],
  ['{{if $a, $b := .List}}{{end}}', 'too many declarations in if'],
  ['{{$a, $b := .List}}', 'too many declarations in command'],
  ['{{range $a, 1 := .List}}{{end}}', 'range can only initialize variables'],
  ['{{range $a, $b}}{{end}}', 'range'],
  ['{{range 1 := .List}}{{end}}', 'unexpected ":=" in operand'],
]);

gives('define makes a template, template runs it with the dot that it is given', [
  ['{{define "t"}}[{{.}}]{{end}}{{template "t" .X}}', '[x]'],
  ['{{template "t" .X}}{{define "t"}}[{{.}}]{{end}}', '[x]'],
  ['{{define "t"}}[{{.}}]{{end}}{{template "t"}}', '[<no value>]'],
  ['{{define `t`}}{{$.X}}{{end}}{{template `t` .}}', 'x'],
  ['{{define "t"}}{{.}}{{end}}{{template "t" .X | print "y"}}', 'yx'],
  ['{{define "empty"}}{{end}}a{{template "empty"}}b', 'ab'],
  ['{{range .List}}{{template "t" .}}{{end}}{{define "t"}}{{.}}.{{end}}', 'a.b.c.'],
  ['{{define "a"}}{{template "b" .}}{{end}}{{define "b"}}{{.X}}{{end}}{{template "a" .}}', 'x'],
  ['{{define "t"}}{{$v := .}}{{$v}}{{end}}{{$v := 1}}{{template "t" 2}}{{$v}}', '21'],
  ['{{define "a b/c"}}x{{end}}{{template "a b/c"}}', 'x'],
]);

gives('a template may call itself', [
  [
    '{{define "t"}}{{if .}}{{index . 0}}{{template "t" (slice . 1)}}{{end}}{{end}}{{template "t" .List}}',
    'abc',
  ],
]);

gives('block is a define and a template in one', [
  ['{{block "b" .X}}<{{.}}>{{end}}{{template "b" "y"}}', '<x><y>'],
  ['{{block "b" .}}{{.X}}{{end}}', 'x'],
  ['{{range .List}}{{block "b" .}}{{.}}{{end}}{{end}}', 'abc'],
  ['{{block "b" .X}}{{block "c" .}}{{.}}{{end}}{{end}}', 'x'],
]);

gives('a definition that holds only white space and definitions gives way to another', [
  ['{{define "b"}}mine{{end}}{{block "b" .}} {{end}}', 'mine'],
  ['{{define "t"}} {{end}}{{define "t"}}a{{end}}{{template "t"}}', 'a'],
  ['{{define "t"}}a{{end}}{{define "t"}}\n{{/* a */}}{{end}}{{template "t"}}', 'a'],
]);

fails('templates: what is wrong with them', [
  ['{{template "none"}}', 'at <template "none">: template "none" not defined'],
  ['{{template .X}}', 'unexpected ".X" in template clause'],
  ['{{template}}', 'in template clause'],
  ['{{template "t" 1 2}}{{define "t"}}{{end}}', "can't give argument to non-function 1"],
  ['{{define .X}}{{end}}', 'unexpected ".X" in define clause'],
  ['{{define "t" .}}{{end}}', 'unexpected "." in define clause'],
  ['{{define "t"}}a', '{{define}} has no {{end}}'],
  ['{{define "t"}}{{else}}{{end}}', 'unexpected {{else}} in define clause'],
  ['{{define "t"}}a{{end}}{{define "t"}}b{{end}}', 'multiple definition of template "t"'],
  ['{{block "b" .}}a{{end}}{{block "b" .}}b{{end}}', 'multiple definition of template "b"'],
  ['{{block "b"}}a{{end}}', 'missing value for block clause'],
  ['{{if 1}}{{define "t"}}{{end}}{{end}}', 'unexpected {{define}} in command'],
  ['{{range .List}}{{define "t"}}', 'unexpected {{define}} in command'],
]);
