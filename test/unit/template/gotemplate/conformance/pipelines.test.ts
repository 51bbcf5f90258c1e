import { fails, gives } from './conformance.ts';

gives('the result of a command is the last argument of the next', [
  ['{{"a" | print "b"}}', 'ba'],
  ['{{"a" | printf "%s%s" "b"}}', 'ba'],
  ['{{"output" | printf "%s" | printf "%q"}}', '"output"'],
  ['{{"put" | printf "%s%s" "out" | printf "%q"}}', '"output"'],
  ['{{.List | len}}', '3'],
  ['{{1 | eq 1}}', 'true'],
  ['{{.X | print}}|{{.X|print}}', 'x|x'],
  ['{{.Missing | print}}', '<nil>'],
]);

gives('a pipeline in parentheses is an argument', [
  ['{{(1 | eq 1) | not}}', 'false'],
  ['{{printf "%q" (print "out" "put")}}', '"output"'],
  ['{{len (index .List 0)}}', '1'],
  ['{{print (print "a" "b") (print "c")}}', 'abc'],
  ['{{print (1) ((2)) (print (3))}}', '1 23'],
  ['{{(1)}} {{(.X)}} {{("a")}}', '1 x a'],
  ['{{(print "a") | print "b"}}', 'ba'],
  ['{{if (and .Yes (not .No))}}a{{end}}', 'a'],
]);

gives('with, with a variable, and the documentation’s example of one', [
  ['{{with "output"}}{{printf "%q" .}}{{end}}', '"output"'],
  ['{{with $x := "output" | printf "%q"}}{{$x}}{{end}}', '"output"'],
  ['{{with $x := "output"}}{{printf "%q" $x}}{{end}}', '"output"'],
  ['{{with $x := "output"}}{{$x | printf "%q"}}{{end}}', '"output"'],
]);

gives('source of parse: a pipe with nothing behind it is no error', [['{{.X |}}', 'x']]);

fails('a later command must be a function, a method, or a field that is one', [
  ['{{1 | 2}}', '1:7: non executable command in pipeline stage 2'],
  ['{{1 | .}}', 'non executable command in pipeline stage 2'],
  ['{{1 | "a"}}', 'non executable command in pipeline stage 2'],
  ['{{1 | true}}', 'non executable command in pipeline stage 2'],
  ['{{1 | nil}}', 'non executable command in pipeline stage 2'],
  ['{{1 | print | 2}}', 'non executable command in pipeline stage 3'],
]);

fails('a pipeline has a value', [
  ['{{}}', '1:3: missing value for command'],
  ['{{ }}', 'missing value for command'],
  ['{{$x := }}', 'missing value for command'],
  ['{{print ()}}', '1:10: missing value for parenthesized pipeline'],
  ['{{| .X}}', 'unexpected "|" in command'],
  ['{{.X || .X}}', 'unexpected "|" in command'],
]);

fails('functions are known, and get as many arguments as they take', [
  ['{{nofunc 1}}', '1:3: function "nofunc" not defined'],
  ['{{1 | nofunc}}', 'function "nofunc" not defined'],
  ['{{if false}}{{nofunc}}{{end}}', 'function "nofunc" not defined'],
  ['{{not}}', 'wrong number of args for not: want 1 got 0'],
  ['{{not 1 2}}', 'at <not 1 2>: wrong number of args for not: want 1 got 2'],
  ['{{1 | not 2}}', 'wrong number of args for not: want 1 got 2'],
  ['{{and}}', 'wrong number of args for and: want at least 1 got 0'],
  ['{{print (not)}}', 'wrong number of args for not: want 1 got 0'],
]);

fails('parentheses match', [
  ['{{(1}}', '1:5: unclosed left paren'],
  ['{{((1)}}', 'unclosed left paren'],
  ['{{1)}}', '1:4: unexpected right paren'],
  ['{{print (1 2))}}', 'unexpected right paren'],
]);

fails('operands have white space between them', [
  ['{{1 2,3}}', 'unexpected "," in operand'],
  ['{{printf 3`x`}}', 'unexpected "`x`" in operand'],
  ['{{print 1"a"}}', 'unexpected "\\"a\\"" in operand'],
  ['{{(1)(2)}}', 'unexpected "(" in operand'],
  ['{{print"a"}}', "bad character U+0022 '\"'"],
]);

fails('an action has no other characters', [
  ['{{.X ^ 1}}', '1:6: unexpected "^" in operand'],
  ['{{^}}', 'unexpected "^" in command'],
  ['{{1 == 1}}', 'unexpected'],
  ['{{1 & 2}}', 'unexpected "&" in operand'],
  ['{{.X!}}', "1:5: bad character U+0021 '!'"],
  ['{{$x=1}}', "1:5: bad character U+003D '='"],
  ['{{.X[0]}}', "bad character U+005B '['"],
  ['{{€}}', "unrecognized character in action: U+20AC '€'"],
  ['{{\u0001}}', 'unrecognized character in action: U+0001'],
  ['{{.X : 1}}', '1:6: expected :='],
  ['{{.X := 1}}', 'unexpected ":=" in operand'],
  ['{{1 = 2}}', 'unexpected "=" in operand'],
]);

fails('an action ends', [
  ['{{', 'unclosed action'],
  ['a\n{{.X', '2:1: unclosed action'],
  ['{{.X }', 'unexpected "}" in operand'],
  ['{{if .X}}a{{end', 'unclosed action'],
]);
