import { fails, gives } from './conformance.ts';

gives('all text outside of actions is copied unchanged', [
  ['', ''],
  ['plain', 'plain'],
  ['two\nlines\r\nand \t space ', 'two\nlines\r\nand \t space '],
  ['plain } text } with {braces}', 'plain } text } with {braces}'],
  ['{ {not an action} }', '{ {not an action} }'],
  ['}} alone', '}} alone'],
  ['{{1}}}', '1}'],
]);

fails('a third brace belongs to the action, which no brace may begin', [
  ['{{{1}}', 'unexpected "{" in command'],
  ['{{{1}}}', 'unexpected "{" in command'],
]);

gives('an action may hold white space and line feeds', [
  ['{{ \t 1 \n }}', '1'],
  ['{{\n1\n}}', '1'],
  ['{{"a"\n|\nprint}}', 'a'],
  ['{{if\n.Yes\n}}a{{end\n}}', 'a'],
  ['{{\r\n.X\r\n}}', 'x'],
]);

gives('delimiters inside of a string are text', [
  ['{{ "}}" }}', '}}'],
  ['{{`}}`}}', '}}'],
  ['{{"{{"}}', '{{'],
  ['{{printf "%c" \'}\'}}', '}'],
  ['{{/* }} */}}a', 'a'],
]);

gives('"{{- " trims the white space before, " -}}" the white space behind', [
  ['{{23 -}} < {{- 45}}', '23<45'],
  ['a \n\t{{- 1 -}} \r\n b', 'a1b'],
  ['a {{- 1}} b', 'a1 b'],
  ['a {{1 -}} b', 'a 1b'],
  ['{{1 -}}\n\n{{- 2}}', '12'],
  ['{{1 -}} {{2}} {{- 3}}', '123'],
  [' {{- "" -}} ', ''],
  ['a\v{{- 1}}', 'a\v1'],
  ['a\u00a0{{- 1}}', 'a\u00a01'],
  ['{{.X  -}}  y', 'xy'],
  ['a {{-\n1\n-}} b', 'a1b'],
  ['a {{- if .Yes -}} b {{- else -}} c {{- end -}} d', 'abd'],
  ['a {{- range .List -}} {{.}} {{- end -}} d', 'aabcd'],
  ['a {{- define "t" -}} b {{- end -}} d{{template "t"}}', 'adb'],
]);

gives('without its space a minus belongs to a number', [
  ['a {{-1}} b', 'a -1 b'],
  ['{{- -1 -}}', '-1'],
  ['a {{- -1 -}} b', 'a-1b'],
]);

fails('a minus that is neither is an error', [
  ['{{-}}', 'number syntax'],
  ['{{1-}}', 'bad number syntax: "1-"'],
  ['{{.X-}}', "bad character U+002D '-'"],
  ['{{-.X}}', 'number syntax'],
]);

gives('comments print nothing, may hold line feeds, and may be trimmed', [
  ['a{{/* nothing */}}b', 'ab'],
  ['a{{/**/}}b', 'ab'],
  ['a{{/* two\nlines */}}b', 'ab'],
  ['a {{- /* nothing */ -}} b', 'ab'],
  ['a {{- /* nothing */}} b', 'a b'],
  ['a {{/* nothing */ -}} b', 'a b'],
  ['a{{/* "quotes` */}}b', 'ab'],
  ['a{{/* /* */}}b', 'ab'],
]);

fails('comments do not nest, and start and end at the delimiters', [
  ['{{/* a }}', '1:1: unclosed comment'],
  ['{{/* a */ }}', '1:1: comment ends before closing delimiter'],
  ['{{/* a */ b}}', '1:1: comment ends before closing delimiter'],
  ['{{/* a /* b */ */}}', 'comment ends before closing delimiter'],
  ['{{ /* a */ }}', 'unexpected "/" in command'],
  ['{{1 /* a */}}', 'unexpected "/" in operand'],
]);

const angles = { delimiters: { left: '<<', right: '>>' } };
gives(
  'Delims sets the delimiters; those of Go are text then',
  [
    ['{{.X}} << .X >>', '{{.X}} x'],
    ['a <<- 1 ->> b', 'a1b'],
    ['a<</* no */>>b', 'ab'],
    ['<<if .Yes>>a<<else>>b<<end>>', 'a'],
    ['<< ">>" >>', '>>'],
    ['<<range .List>><<.>><<end>>', 'abc'],
  ],
  angles,
);
gives('delimiters may be the same', [['%%.X%% %%1%%', 'x 1']], {
  delimiters: { left: '%%', right: '%%' },
});
gives(
  'delimiters may be characters that mean something inside',
  [
    ['(( .X ))', 'x'],
    ['(( print (print 1) ))', '1'],
  ],
  { delimiters: { left: '((', right: '))' } },
);
gives(
  'delimiters may be long, and of one character',
  [
    ['<!-- .X --> b', 'x b'],
    ['<!-- 1 ---> b', '1b'],
  ],
  { delimiters: { left: '<!--', right: '-->' } },
);
gives('delimiters may be one character', [['$.X$ |$1$', 'x |1']], {
  delimiters: { left: '$', right: '$' },
});
