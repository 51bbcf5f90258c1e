import { fails, gives } from './conformance.ts';

gives('spec, integer literals: decimal, hexadecimal, octal, binary, underscores', [
  ['{{1}} {{0}} {{-7}} {{+7}}', '1 0 -7 7'],
  ['{{0x1F}} {{0X1f}} {{-0x10}}', '31 31 -16'],
  ['{{0o17}} {{0O17}} {{017}} {{00}}', '15 15 15 0'],
  ['{{0b101}} {{0B11}}', '5 3'],
  ['{{1_000_000}} {{0x_ff}} {{0b1_01}} {{0_17}}', '1000000 255 5 15'],
  ['{{0xE}} {{0xe}} {{0x1e1}}', '14 14 481'],
  ['{{9223372036854775807}} {{-9223372036854775808}}', '9223372036854775807 -9223372036854775808'],
  ['{{0x7fffffffffffffff}}', '9223372036854775807'],
]);

gives('spec, floating-point literals', [
  ['{{1.5}} {{.5}} {{1.}} {{-.5}} {{+1.5}}', '1.5 0.5 1 -0.5 1.5'],
  ['{{1e3}} {{1E3}} {{1e+3}} {{1.5e-3}} {{.5e1}}', '1000 1000 1000 0.0015 5'],
  ['{{0x1p4}} {{0x1.8p1}} {{0X.8P1}} {{0x1p-2}} {{-0x1p0}}', '16 3 1 0.25 -1'],
  ['{{1_23.50_0e+1_0}}', '1.235e+12'],
  ['{{09.5}} {{08e0}}', '9.5 8'],
  ['{{-0.0}} {{0.0}}', '-0 0'],
  ['{{1e-400}}', '0'],
]);

gives('a constant with a point or an exponent is a float64, any other an int', [
  ['{{printf "%T %T %T %T" 1 1.0 1e3 0x1p0}}', 'int float64 float64 float64'],
  ['{{printf "%T %T %T" \'a\' "a" true}}', 'int string bool'],
  ['{{printf "%d" 3.0}}', '%!d(float64=3)'],
  ['{{printf "%T" 0xEe}}', 'int'],
]);

fails('strconv: what is no number', [
  ['{{3k}}', '1:3: bad number syntax: "3k"'],
  ['{{0x}}', 'number syntax: "0x"'],
  ['{{0b2}}', 'bad number syntax: "0b2"'],
  ['{{1__0}}', 'illegal number syntax: "1__0"'],
  ['{{1_}}', 'illegal number syntax: "1_"'],
  ['{{1e}}', 'illegal number syntax: "1e"'],
  ['{{1.2.3}}', 'unexpected ".3" in operand'],
  ['{{0o8}}', 'bad number syntax: "0o8"'],
  ['{{08}}', 'integer overflow: "08"'],
  ['{{9223372036854775808}}', '9223372036854775808 overflows int'],
  ['{{18446744073709551615}}', '18446744073709551615 overflows int'],
  ['{{18446744073709551616}}', 'integer overflow: "18446744073709551616"'],
  ['{{-9223372036854775809}}', 'integer overflow: "-9223372036854775809"'],
  ['{{1e999}}', 'illegal number syntax: "1e999"'],
  ['{{1+2}}', 'bad number syntax: "1+"'],
  ['{{+}}', 'number syntax: "+"'],
]);

fails('complex constants, which no template needs, are refused', [
  ['{{1i}}', 'complex numbers are not supported: 1i'],
  ['{{1.5e3i}}', 'complex numbers are not supported'],
  ['{{1+2i}}', 'bad number syntax'],
]);

gives('spec, rune literals: a character constant is an int', [
  ["{{'a'}} {{'é'}} {{'😀'}} {{' '}}", '97 233 128512 32'],
  ["{{'\\a'}} {{'\\b'}} {{'\\f'}} {{'\\n'}} {{'\\r'}} {{'\\t'}} {{'\\v'}}", '7 8 12 10 13 9 11'],
  ["{{'\\\\'}} {{'\\''}} {{'\"'}}", '92 39 34'],
  ["{{'\\x41'}} {{'\\101'}} {{'\\u00e9'}} {{'\\U0001F600'}}", '65 65 233 128512'],
  ["{{'\\xff'}} {{'\\377'}} {{'\\000'}}", '255 255 0'],
  ['{{printf "%c%c" \'o\' 0x6b}}', 'ok'],
]);

fails('strconv.UnquoteChar: what is no rune', [
  ["{{'a}}", '1:3: unterminated character constant'],
  ["{{'ab'}}", "1:3: malformed character constant: 'ab'"],
  ["{{''}}", '1:3: malformed character constant'],
  ["{{'\\\"'}}", 'invalid syntax'],
  ["{{'\\z'}}", 'invalid syntax'],
  ["{{'\\400'}}", 'invalid syntax'],
  ["{{'\\ud800'}}", 'invalid syntax'],
  ["{{'\\U00110000'}}", 'invalid syntax'],
  ["{{'\n'}}", 'unterminated character constant'],
]);

gives('spec, interpreted string literals', [
  ['{{""}}|{{"a b"}}', '|a b'],
  ['{{"a\\tb\\n\\"q\\"\\\\"}}', 'a\tb\n"q"\\'],
  ['{{"\\a\\b\\f\\r\\v"}}', '\x07\b\f\r\v'],
  ['{{"\\u00e9\\U0001F600\\xc3\\xa9\\101"}}', 'é😀éA'],
  ['{{"it\'s"}}', "it's"],
  ['{{"héllo 😀"}}', 'héllo 😀'],
]);

gives('texts are Unicode here: bytes that are no UTF-8 become U+FFFD', [
  ['{{"\\xff"}}', '\ufffd'],
  ['{{"a\\xc3"}}', 'a\ufffd'],
]);

fails('strconv.Unquote: what is no string', [
  ['{{"a}}', '1:3: unterminated quoted string'],
  ['{{"a\nb"}}', '1:3: unterminated quoted string'],
  ['{{"\\z"}}', '1:3: invalid syntax'],
  ['{{"\\\'"}}', 'invalid syntax'],
  ['{{"\\xz"}}', 'invalid syntax'],
  ['{{"\\u12"}}', 'invalid syntax'],
]);

gives('spec, raw string literals: no escapes, carriage returns are dropped', [
  ['{{`raw \\n "text"`}}', 'raw \\n "text"'],
  ['{{`two\nlines`}} {{`one\r\nline`}}', 'two\nlines one\nline'],
  ['{{``}}|', '|'],
]);

fails('a raw string ends', [['{{`a}}', '1:3: unterminated raw quoted string']]);

gives('boolean constants', [
  ['{{true}} {{false}}', 'true false'],
  ['{{printf "%t" true}}', 'true'],
]);

gives('nil may be an argument', [
  ['{{print nil}} {{eq nil nil}} {{not nil}}', '<nil> true true'],
  ['{{if not nil}}a{{end}}', 'a'],
]);

fails('nil is no command, and has no fields', [
  ['{{nil}}', 'nil is not a command'],
  ['{{if nil}}{{end}}', 'nil is not a command'],
  ['{{nil | print}}', 'nil is not a command'],
  ['{{nil.X}}', 'unexpected . after term "nil"'],
]);
