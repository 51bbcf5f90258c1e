import { GoMethod, GoStruct, GoMap } from '../../../../../src/template/gotemplate/values.ts';
import { derived } from '../../../../../src/template/gotemplate/functions.ts';
import { sprint } from '../../../../../src/template/gotemplate/format.ts';
import { DATA } from '../known-go-engine.ts';
import { fails, gives } from './conformance.ts';

gives('dot is the value that the template was given, and $ too', [
  ['{{.X}} {{$.X}} {{ .X }}', 'x x x'],
  ['{{with .X}}{{.}}{{$.X}}{{end}}', 'xx'],
  ['{{range .List}}{{$.X}}{{.}}{{end}}', 'xaxbxc'],
  ['{{with $.Deep}}{{.er.est}}{{end}}', 'down'],
]);

gives('the name of a field or key, with a period before it; they may be chained', [
  ['{{.Deep.er.est}}', 'down'],
  ['{{$.Deep.er.est}}', 'down'],
  ['{{.Map.a}}{{.Map.b}}', '12'],
  ['{{with .Deep}}{{.er.est}}{{end}}', 'down'],
  ['{{with .Deep}}{{with .er}}{{.est}}{{end}}{{end}}', 'down'],
]);

gives(
  'names of keys may be the words of the language, and are Unicode',
  [
    ['{{.end}}{{.if}}{{.range}}{{.nil}}{{.true}}', '12345'],
    ['{{.é}}{{._a}}{{.a1}}', '678'],
  ],
  { dot: { end: 1n, if: 2n, range: 3n, nil: 4n, true: 5n, é: 6n, _a: 7n, a1: 8n } },
);

gives('a parenthesized pipeline may have fields', [
  ['{{(.Deep).er.est}}', 'down'],
  ['{{(.Deep.er).est}}', 'down'],
  ['{{(index .Deep "er").est}}', 'down'],
  ['{{((.Deep).er).est}}', 'down'],
  ['{{len (.Deep).er}}', '1'],
  ['{{print (index .List 1) (.Deep).er.est}}', 'bdown'],
]);

gives('$variable := pipeline declares and prints nothing', [
  ['{{$v := .X}}{{$v}}', 'x'],
  ['{{$v := .X -}} {{- $v}}', 'x'],
  ['{{$v:=1}}{{$v}}', '1'],
  ['{{ $long_Name1 := 1 }}{{$long_Name1}}', '1'],
  ['{{$v := .Deep}}{{$v.er.est}}', 'down'],
  ['{{$v := "a" | print "b"}}{{$v}}', 'ba'],
  ['{{$v := 1}}{{$v := 2}}{{$v}}', '2'],
  ['{{$v := 1}}{{$w := $v}}{{$v = 2}}{{$w}}', '1'],
  ['{{$v := (print 3)}}{{$v}}', '3'],
]);

gives('$variable = pipeline changes the one that is there', [
  ['{{$v := 1}}{{$v = 2}}{{$v}}', '2'],
  ['{{$v := 1}}{{$v = "text"}}{{$v}}', 'text'],
  ['{{$v := 1}}{{if true}}{{$v = 2}}{{end}}{{$v}}', '2'],
  ['{{$v := 1}}{{range .List}}{{$v = .}}{{end}}{{$v}}', 'c'],
  ['{{$v := 1}}{{with 2}}{{$v = .}}{{end}}{{$v}}', '2'],
  ['{{$v := 0}}{{range .List}}{{if eq . "b"}}{{$v = 1}}{{end}}{{end}}{{$v}}', '1'],
  ['{{$ = .Deep}}{{$.er.est}}', 'down'],
]);

gives('the scope of a variable goes to the end of its control structure', [
  ['{{$v := 1}}{{if true}}{{$v := 2}}{{$v}}{{end}}{{$v}}', '21'],
  ['{{$v := 1}}{{with 2}}{{$v := 3}}{{end}}{{$v}}', '1'],
  ['{{$v := 1}}{{range .List}}{{$v}}{{$v := .}}{{$v}}{{end}}{{$v}}', '1a1b1c1'],
  ['{{if $v := .X}}{{$v}}{{end}}', 'x'],
  ['{{if $v := .Empty}}yes{{else}}[{{$v}}]{{end}}', '[]'],
  ['{{if $v := .No}}{{else if $w := .X}}{{$v}}{{$w}}{{end}}', 'falsex'],
  ['{{with $v := .X}}{{$v}}{{.}}{{end}}', 'xx'],
  ['{{with $v := .Deep}}{{$v.er.est}}{{end}}', 'down'],
]);

fails('a variable is undefined outside of its scope, and in other templates', [
  ['{{$x}}', '1:3: undefined variable "$x"'],
  ['{{$x.y}}', 'undefined variable "$x"'],
  ['{{with $x := 1}}{{end}}{{$x}}', '1:26: undefined variable "$x"'],
  ['{{if true}}{{$x := 1}}{{end}}{{$x}}', 'undefined variable "$x"'],
  ['{{range $x := .List}}{{end}}{{$x}}', 'undefined variable "$x"'],
  ['{{$v := 1}}{{define "t"}}{{$v}}{{end}}', '1:28: undefined variable "$v"'],
  ['{{$v := 1}}{{block "t" .}}{{$v}}{{end}}', 'undefined variable "$v"'],
]);

fails('source of exec: what never began is undefined when it is used', [
  ['{{$x = 1}}', 'undefined variable: $x'],
  ['{{$x := $x}}', 'undefined variable: $x'],
  ['{{if false}}{{$x := 1}}{{else}}{{$x}}{{end}}', 'undefined variable: $x'],
]);

const things = {
  ...DATA,
  Texts: new GoMap('map[string]string', [['a', '1']], ''),
  Ports: new GoMap(
    'map[int]string',
    [
      [81n, 'web'],
      [9n, 'dns'],
    ],
    '',
  ),
  Thing: new GoStruct(
    'api.Thing',
    { Name: 'n', Port: 80n },
    new Map([
      ['Join', derived((first, second) => sprint([first, '+', second]))],
      ['Self', derived(() => 'me')],
      ['Map', derived(() => ({ key: 'value' }))],
    ]),
  ),
  Twice: new GoMethod(derived((value) => sprint([value, '', value]))),
};

gives(
  'the name of a niladic method, and methods with arguments as the last of a chain',
  [
    ['{{.Thing.Name}}:{{.Thing.Port}} {{.Thing.Self}}', 'n:80 me'],
    ['{{.Thing.Join 1 "a"}} {{"b" | .Thing.Join "a"}}', '1+a a+b'],
    ['{{with .Thing}}{{.Join 1 2}} {{.Self}}{{end}}', '1+2 me'],
    ['{{$t := .Thing}}{{$t.Join 1 2}} {{$t.Self | len}}', '1+2 2'],
    ['{{(.Thing).Join 1 2}}', '1+2'],
    ['{{.Thing.Map.key}}', 'value'],
    ['{{print (.Thing.Join 1 2) .Thing.Self}}', '1+2me'],
  ],
  { dot: things },
);

fails(
  'a struct has its fields and methods, and no others',
  [
    ['{{.Thing.Other}}', "can't evaluate field Other in type api.Thing"],
    ['{{.Thing.Name.X}}', "can't evaluate field X in type string"],
    ['{{.Thing.Name 1}}', 'Name has arguments but cannot be invoked as function'],
    ['{{1 | .Thing.Name}}', 'Name has arguments but cannot be invoked as function'],
    ['{{.Thing.Join 1}}', 'wrong number of args for Join: want 2 got 1'],
    ['{{.Thing.Join.X}}', 'wrong number of args for Join: want 2 got 0'],
    ['{{index .Thing "Name"}}', "can't index item of type api.Thing"],
    ['{{range .Thing}}{{end}}', "range can't iterate over api.Thing"],
  ],
  { dot: things },
);

fails('arguments are for functions and methods', [
  ['{{1 2}}', "can't give argument to non-function 1"],
  ['{{"a" "b"}}', `can't give argument to non-function "a"`],
  ['{{. 1}}', "can't give argument to non-function ."],
  ['{{.X 1}}', 'at <.X>: X is not a method but has arguments'],
  ['{{1 | .X}}', 'X is not a method but has arguments'],
  ['{{$x := 1}}{{$x 2}}', "can't give argument to non-function $x"],
  ['{{$x := 1}}{{2 | $x}}', "can't give argument to non-function $x"],
  ['{{(print 1) 2}}', "can't give argument to non-function (print 1)"],
  ['{{1 | (print 1)}}', "can't give argument to non-function (print 1)"],
]);

fails('a value that is no map and no struct has no fields', [
  ['{{.X.Y}}', "can't evaluate field Y in type string"],
  ['{{.One.Y}}', "can't evaluate field Y in type int"],
  ['{{.Half.Y}}', "can't evaluate field Y in type float64"],
  ['{{.Yes.Y}}', "can't evaluate field Y in type bool"],
  ['{{.List.Y}}', "can't evaluate field Y in type []string"],
  ['{{.Nil.Y}}', 'at <.Nil.Y>: nil pointer evaluating interface {}.Y'],
  ['{{(print 1).Y}}', "can't evaluate field Y in type string"],
  ['{{"a".X}}', 'unexpected . after term "\\"a\\""'],
  ['{{true.X}}', 'unexpected . after term "true"'],
]);

gives(
  'a call of a function that is a value',
  [
    ['{{call .Twice "ab"}}', 'abab'],
    ['{{"ab" | call .Twice}}', 'abab'],
    ['{{if .Twice}}T{{end}}', 'T'],
  ],
  { dot: things },
);

fails(
  'call wants a function, and print does not',
  [
    ['{{call .X}}', 'error calling call: non-function of type string'],
    ['{{call .Nil}}', 'error calling call: call of nil'],
    ['{{call .Twice}}', 'wrong number of args'],
    ['{{call}}', 'wrong number of args for call'],
    ['{{.Twice}}', "can't print a function"],
  ],
  { dot: things },
);

gives(
  'keys of a map have a type; range and printing sort them by it',
  [
    ['{{index .Ports 81}} {{range $p, $n := .Ports}}{{$p}}{{$n}} {{end}}', 'web 9dns 81web '],
    ['{{len .Ports}} {{index .Ports 7}}|', '2 |'],
    ['{{printf "%v %T" .Ports .Ports}}', 'map[9:dns 81:web] map[int]string'],
  ],
  { dot: things },
);
fails(
  'keys of a map have a type',
  [
    ['{{.Ports.a}}', "can't evaluate field a in type map[int]string"],
    ['{{index .Ports "81"}}', 'value has type string; should be int'],
    ['{{index .Texts 1}}', 'value has type int; should be string'],
    ['{{index .Texts nil}}', 'value is nil; should be of type string'],
  ],
  { dot: things },
);

gives('missingkey=default: a missing key is no value, and so are its fields', [
  ['{{.Missing}}', '<no value>'],
  ['{{.Missing.Of.Missing}}', '<no value>'],
  ['{{.Map.z}} {{.Deep.x.y}}', '<no value> <no value>'],
  ['{{.Nil}}', '<no value>'],
  ['{{$v := .Missing}}{{$v}}{{$v.field}}', '<no value><no value>'],
  ['{{$v := .Nil}}{{$v.field}}', '<no value>'],
  ['{{with .Missing}}a{{else}}b{{end}}', 'b'],
  ['{{index .Map "z"}}', '<no value>'],
  ['{{.Missing | print}} {{print .Missing}} {{printf "%v" .Missing}}', '<nil> <nil> <nil>'],
]);

gives(
  'missingkey=zero: the zero of the values: an empty text, or nil',
  [
    ['[{{.Texts.a}}{{.Texts.b}}]', '[1]'],
    ['{{if eq .Texts.b ""}}empty{{end}} {{len .Texts.b}}', 'empty 0'],
    ['{{.Missing}} {{.Map.z}}', '<no value> <no value>'],
    ['{{if .Missing}}a{{else}}b{{end}}', 'b'],
    ['{{index .Texts "b"}}|', '|'],
  ],
  { dot: things, missingKey: 'zero' },
);
fails(
  'missingkey=zero: a field of nil',
  [['{{.Missing.Of}}', 'nil pointer evaluating interface {}.Of']],
  { missingKey: 'zero' },
);
gives(
  'data that is nil has no fields, and no error',
  [['{{.}} {{.A}} {{.A.B}}', '<no value> <no value> <no value>']],
  {
    dot: undefined,
    missingKey: 'zero',
  },
);
fails(
  'missingkey=error',
  [
    ['{{.Map.z}}', 'at <.Map.z>: map has no entry for key "z"'],
    ['{{if .Map.z}}{{end}}', 'map has no entry for key "z"'],
    ['{{.Missing.Of}}', 'map has no entry for key "Missing"'],
  ],
  { missingKey: 'error' },
);
fails('missingkey=error, nil data', [['{{.A}}', 'nil data; no entry for key "A"']], {
  missingKey: 'error',
  dot: undefined,
});
gives('missingkey is no matter of index', [['{{index .Map "z"}}', '<no value>']], {
  missingKey: 'error',
});
