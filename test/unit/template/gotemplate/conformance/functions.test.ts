import { fails, gives } from './conformance.ts';

gives('and: the first empty argument or the last; or: the first that is not empty or the last', [
  ['{{and true 0}} {{and 1 "x"}} {{and "" "x"}}|', '0 x |'],
  ['{{or 0 1}} {{or "" 0}} {{or .Empty "d"}}', '1 0 d'],
  ['{{"x" | and 1}} {{"x" | or 0}}', 'x x'],
  ['{{and 1 2 3}} {{or 0 "" false}}', '3 false'],
  ['{{and 1}} {{or 0}}', '1 0'],
  ['{{and .List .Map | len}}', '3'],
  ['{{if and .X (not .Empty)}}T{{end}}', 'T'],
  ['{{or .Missing "d"}} {{and .Missing "d"}}', 'd <no value>'],
  ['{{or nil 1}} {{and 1 nil}}', '1 <no value>'],
]);

gives('and, or: evaluation stops at the argument that decides', [
  ['{{or .X (index .NoItems 5)}}', 'x'],
  ['{{and .No (index .NoItems 5)}}', 'false'],
  ['{{or 0 .X (index .NoItems 5)}}', 'x'],
]);

fails('and, or: what is evaluated may fail', [
  ['{{or .No (index .NoItems 5)}}', 'index out of range: 5'],
  ['{{index .NoItems 5 | or .X}}', 'index out of range: 5'],
]);

gives('not: whether the argument is empty', [
  ['{{not true}} {{not ""}} {{not .List}} {{not nil}}', 'false true false true'],
  ['{{not 0}} {{not 0.0}} {{not .Missing}} {{not .NoEntries}}', 'true true true true'],
]);

gives('eq, ne, lt, le, gt, ge on basic values', [
  [
    '{{eq 1 1}} {{eq 1 2}} {{eq "a" "a"}} {{eq true true}} {{eq 1.5 1.5}}',
    'true false true true true',
  ],
  ['{{ne 1 2}} {{ne "a" "a"}} {{ne true false}}', 'true false true'],
  ['{{lt 1 2}} {{lt 2 1}} {{lt 1 1}} {{lt "a" "b"}} {{lt 1.5 2.5}}', 'true false false true true'],
  ['{{le 1 1}} {{le 2 1}} {{le "a" "a"}}', 'true false true'],
  ['{{gt 2 1}} {{gt 1 1}} {{ge 1 1}} {{ge 1 2}}', 'true false true false'],
  ['{{eq .One 1}} {{eq (len .List) 3}} {{eq .X "x"}}', 'true true true'],
  [`{{eq 'a' 97}} {{eq 0x10 16}} {{eq 1_0 10}}`, 'true true true'],
  ['{{lt 9007199254740992 9007199254740993}}', 'true'],
  ['{{eq "" ""}} {{lt "" "a"}}', 'true true'],
]);

gives('eq with more arguments: whether the first equals one of the others', [
  ['{{eq "c" "a" "b" "c"}} {{eq 1 2 3}}', 'true false'],
  ['{{"c" | eq "a" "b"}} {{"a" | eq "a" "b"}}', 'false true'],
]);

gives('texts are compared by their bytes', [
  ['{{lt "10" "9"}} {{lt "Z" "a"}} {{lt "a" "aa"}}', 'true true true'],
  ['{{lt "😀" "\ufffd"}} {{lt "é" "z"}}', 'false false'],
]);

gives('source of funcs: nil equals nil only', [
  ['{{eq .Missing nil}} {{eq .X nil}} {{eq .Nil .Missing}}', 'true false true'],
  ['{{ne .X nil}} {{ne nil nil}} {{eq nil .List}}', 'true false false'],
  ['{{eq .Nil "a" nil}}', 'true'],
]);

fails('basic values of different kinds, and others, cannot be compared', [
  ['{{eq 1 "1"}}', 'error calling eq: incompatible types for comparison'],
  ['{{eq 1 1.0}}', 'error calling eq: incompatible types for comparison'],
  ['{{eq true "true"}}', 'incompatible types for comparison'],
  ['{{eq .List "a"}}', 'incompatible types for comparison'],
  ['{{ne true 1}}', 'error calling ne: incompatible types for comparison'],
  ['{{lt 1 "1"}}', 'error calling lt: incompatible types for comparison'],
  ['{{lt 1 1.5}}', 'incompatible types for comparison'],
  ['{{lt true false}}', 'error calling lt: invalid type for comparison'],
  ['{{lt .Nil 1}}', 'error calling lt: invalid type for comparison'],
  ['{{ge .List 1}}', 'error calling ge: invalid type for comparison'],
  ['{{eq .List .List}}', 'error calling eq: non-comparable type []string'],
  ['{{eq .Map .Map}}', 'error calling eq: non-comparable type map[string]interface {}'],
  ['{{eq 1}}', 'error calling eq: missing argument for comparison'],
  ['{{ne 1}}', 'wrong number of args for ne: want 2 got 1'],
  ['{{lt 1 2 3}}', 'wrong number of args for lt: want 2 got 3'],
]);

gives('len: items, entries, bytes', [
  ['{{len .List}} {{len .Map}} {{len .X}} {{len .NoItems}} {{len ""}}', '3 3 1 0 0'],
  ['{{len .Words}} {{len "😀"}}', '6 4'],
  ['{{printf "%T" (len .List)}}', 'int'],
]);
fails('len: what has no length', [
  ['{{len 3}}', 'error calling len: len of type int'],
  ['{{len 1.5}}', 'error calling len: len of type float64'],
  ['{{len .Yes}}', 'error calling len: len of type bool'],
  ['{{len .Nil}}', 'error calling len: len of nil pointer'],
]);

gives('index: x[1][2][3]; a missing key gives the zero of the values', [
  ['{{index .List 0}} {{index .List 2}}', 'a c'],
  ['{{index .Map "b"}} {{index .Deep "er" "est"}}', '2 down'],
  ['{{index .Map "z"}}', '<no value>'],
  ['{{index .X 0}} {{index .Words 1}}', '120 195'],
  ['{{index .X}} {{index .List}}', 'x [a b c]'],
  ["{{index .Numbers 0x1}} {{index .List '\\x01'}}", '4 b'],
  ['{{(index .Deep "er").est}}', 'down'],
  ['{{"b" | index .Map}}', '2'],
]);
fails('index: what cannot be indexed', [
  ['{{index .List 3}}', 'error calling index: index out of range: 3'],
  ['{{index .List -1}}', 'error calling index: index out of range: -1'],
  ['{{index .NoItems 0}}', 'error calling index: index out of range: 0'],
  ['{{index .X 1}}', 'index out of range: 1'],
  ['{{index .List "a"}}', 'cannot index slice/array with type string'],
  ['{{index .List 1.0}}', 'cannot index slice/array with type float64'],
  ['{{index .List nil}}', 'cannot index slice/array with nil'],
  ['{{index .Map 1}}', 'value has type int; should be string'],
  ['{{index .Map nil}}', 'value is nil; should be of type string'],
  ['{{index .One 1}}', "can't index item of type int"],
  ['{{index .Yes 1}}', "can't index item of type bool"],
  ['{{index nil 1}}', 'index of untyped nil'],
  ['{{index .Missing "a"}}', 'index of untyped nil'],
  ['{{index .Map "z" "y"}}', 'index of nil pointer'],
]);

gives('slice: x[:], x[1:], x[1:2], x[1:2:3]', [
  ['{{slice .List}} {{slice .List 1}} {{slice .List 1 2}}', '[a b c] [b c] [b]'],
  ['{{slice .List 0 1 2}} {{slice .List 3}} {{slice .List 0 0}}', '[a] [] []'],
  ['{{slice "abcdef" 1 3}} {{slice "abc" 3}}| {{slice "abc"}}', 'bc | abc'],
  ['{{slice .Words 0 3}} {{len (slice .Words 1 3)}}', 'hé 2'],
]);
fails('slice: what cannot be sliced', [
  ['{{slice .List 2 1}}', 'invalid slice index: 2 > 1'],
  ['{{slice .List 0 2 1}}', 'invalid slice index: 2 > 1'],
  ['{{slice .List 4}}', 'index out of range: 4'],
  ['{{slice .List -1}}', 'index out of range: -1'],
  ['{{slice .List "a"}}', 'cannot index slice/array with type string'],
  ['{{slice .X 0 1 1}}', 'cannot 3-index slice a string'],
  ['{{slice .Map 1}}', "can't slice item of type map[string]interface {}"],
  ['{{slice 1 1}}', "can't slice item of type int"],
  ['{{slice nil 1}}', 'slice of untyped nil'],
  ['{{slice .List 0 1 2 3}}', 'too many slice indexes: 4'],
]);

gives('html escapes the representation of its arguments', [
  ['{{html .Markup}}', '&lt;a href=&#34;x&#34;&gt;&#39;&amp;&#39;&lt;/a&gt;'],
  ['{{.Markup | html}}', '&lt;a href=&#34;x&#34;&gt;&#39;&amp;&#39;&lt;/a&gt;'],
  ['{{html 1 2 "<"}} {{html nil}} {{html}}|', '1 2&lt; &lt;no value&gt; |'],
  ['{{html "a\\x00b"}} {{html "plain é"}}', 'a\ufffdb plain é'],
  ['{{html .List}}', '[a b c]'],
]);

gives('js escapes for a string of JavaScript', [
  ['{{js "it\'d \\"be\\" <=&>\\n"}}', 'it\\\'d \\"be\\" \\u003C\\u003D\\u0026\\u003E\\u000A'],
  ['{{js "é😀"}} {{js "\\\\"}}', 'é😀 \\\\'],
  ['{{js "\\u2028\\t"}} {{js 1 2}}', '\\u2028\\u0009 1 2'],
]);

gives('urlquery escapes for the query of a URL', [
  ['{{urlquery "http://a.b/?c=d e&é~"}}', 'http%3A%2F%2Fa.b%2F%3Fc%3Dd+e%26%C3%A9~'],
  ['{{urlquery "-_.~" 1}} {{urlquery "+%"}}', '-_.~1 %2B%25'],
]);

gives('fmt.Print: spaces between operands of which neither is a string', [
  ['{{print "a" "b" 1 2}}', 'ab1 2'],
  ['{{print 1 2 "a" "b" 3 true nil}}', '1 2ab3 true <nil>'],
  ['{{print}}|{{print ""}}|{{print 1 1}}', '||1 1'],
  ['{{print .Numbers .Map}}', '[3 4 5] map[a:1 b:2 c:3]'],
  ['{{print .Nil .Missing nil}}', '<nil> <nil> <nil>'],
]);

gives('fmt.Println: spaces between all operands, and a line feed', [
  ['{{println}}', '\n'],
  ['{{println 1 "a" 2}}', '1 a 2\n'],
  ['{{println "a" "b"}}', 'a b\n'],
]);

gives('the textual representation of a value is that of fmt.Print', [
  ['{{.X}} {{.Yes}} {{.One}} {{.Half}}', 'x true 1 0.5'],
  ['{{.List}} {{.Numbers}} {{.NoItems}}', '[a b c] [3 4 5] []'],
  ['{{.Map}} {{.Texts}} {{.NoEntries}}', 'map[a:1 b:2 c:3] map[one:1 two:2] map[]'],
  ['{{.Mixed}}', '[a 1 true <nil> 1.5]'],
  ['{{.Deep}}', 'map[er:map[est:down]]'],
  [
    '{{1.0}} {{100000.0}} {{1000000.0}} {{123456789.0}} {{1e21}}',
    '1 100000 1e+06 1.23456789e+08 1e+21',
  ],
  ['{{0.0001}} {{0.00001}} {{1e-5}} {{0.1}}', '0.0001 1e-05 1e-05 0.1'],
]);
