import { describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/core/time.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../../src/template/gotemplate/consul-template-functions.ts';
import { createNunjucksEngine } from '../../../src/template/nunjucks/engine.ts';
import { SPRIG_FUNCTIONS } from '../../../src/template/sprig/index.ts';
import { goError, goText } from './gotemplate/known-go-engine.ts';

function renderNunjucks(template: string): string | undefined {
  const engine = createNunjucksEngine({ searchPath: [], environment: {}, clock: systemClock });
  const rendering = engine
    .compile(
      { name: 't.njk', text: template, folder: '/' },
      { strict: true, allowControlCharacters: false },
    )
    .render(() => undefined);
  if (rendering.error !== undefined) throw rendering.error;
  return rendering.text;
}

/** Functions are written without their prefix here. */
const prefixed = (template: string) => template.replace(/(?<!["\w])_([A-Za-z])/g, 'sprig_$1');
const text = (template: string) =>
  goText(prefixed(template), { functions: CONSUL_TEMPLATE_FUNCTIONS });
const error = (template: string) =>
  goError(prefixed(template), { functions: CONSUL_TEMPLATE_FUNCTIONS });

/** Expression and text, by the examples of Sprig's documentation where it has some. */
const STRINGS: readonly (readonly [string, string])[] = [
  ['_trim "   hello    "', 'hello'],
  ['_trimAll "$" "$5.00"', '5.00'],
  ['_trimSuffix "-" "hello-"', 'hello'],
  ['_trimPrefix "-" "-hello"', 'hello'],
  ['_upper "hello"', 'HELLO'],
  ['_lower "HELLO"', 'hello'],
  ['_title "hello world"', 'Hello World'],
  ['_untitle "Hello World"', 'hello world'],
  ['_repeat 3 "hello"', 'hellohellohello'],
  ['_substr 0 5 "hello world"', 'hello'],
  ['_substr -1 5 "hello world"', 'hello'],
  ['_substr 6 -1 "hello world"', 'world'],
  ['_nospace "hello w o r l d"', 'helloworld'],
  ['_trunc 5 "hello world"', 'hello'],
  ['_trunc -5 "hello world"', 'world'],
  ['_abbrev 5 "hello world"', 'he...'],
  ['_abbrevboth 5 10 "1234 5678 9123"', '...5678...'],
  ['_initials "First Try"', 'FT'],
  ['_wrap 10 "hello there world"', 'hello\nthere\nworld'],
  ['_wrapWith 5 "\\t" "Hello World"', 'Hello\tWorld'],
  ['_contains "cat" "catch"', 'true'],
  ['_hasPrefix "cat" "catch"', 'true'],
  ['_hasSuffix "cat" "catch"', 'false'],
  ['_quote "a\\"b" 1 .Nil', '"a\\"b" "1"'],
  ['_squote "a" 1', "'a' '1'"],
  ['_cat "hello" .Nil "beautiful" 1', 'hello beautiful 1'],
  ['_indent 4 "a\\nb"', '    a\n    b'],
  ['_nindent 2 "a\\nb"', '\n  a\n  b'],
  ['"I Am Henry VIII" | _replace " " "-"', 'I-Am-Henry-VIII'],
  ['_plural "one anchovy" "many anchovies" 1', 'one anchovy'],
  ['_plural "one anchovy" "many anchovies" 0', 'many anchovies'],
  ['_snakecase "FirstName"', 'first_name'],
  ['_snakecase "HTTPServer"', 'http_server'],
  ['_snakecase "NoHTTPS"', 'no_https'],
  ['_snakecase "GO PATH"', 'go_path'],
  ['_snakecase "GO-PATH"', 'go_path'],
  ['_snakecase "http2xx"', 'http_2xx'],
  ['_snakecase "HTTP20xOK"', 'http_20x_ok'],
  ['_snakecase "Duration2m3s"', 'duration_2m3s'],
  ['_snakecase "Bld4Floor3rd"', 'bld4_floor_3rd'],
  ['_camelcase "http_server"', 'HttpServer'],
  ['_camelcase "_camel_case"', '_CamelCase'],
  ['_camelcase "_complex__case_"', '_Complex_Case_'],
  ['_kebabcase "FirstName"', 'first-name'],
  ['_kebabcase "GO_PATH"', 'go-path'],
  ['_swapcase "This Is A.Test"', 'tHIS iS a.tEST'],
  ['_toString 1.5', '1.5'],
  ['_hello', 'Hello!'],
];

const LISTS: readonly (readonly [string, string])[] = [
  ['_list "hello" "world" | _join "_"', 'hello_world'],
  ['_join "," 5', '5'],
  ['_list 1 2 3 | _join "+"', '1+2+3'],
  ['_splitList "$" "foo$bar$baz"', '[foo bar baz]'],
  ['(_split "$" "foo$bar$baz")._1', 'bar'],
  ['(_splitn "$" 2 "foo$bar$baz")._1', 'bar$baz'],
  ['_sortAlpha (_list "b" "C" "a" 1)', '[1 C a b]'],
  ['_toStrings (_list 1 2)', '[1 2]'],
  ['_first (_list 1 2 3)', '1'],
  ['_rest (_list 1 2 3)', '[2 3]'],
  ['_last (_list 1 2 3)', '3'],
  ['_initial (_list 1 2 3)', '[1 2]'],
  ['_append (_list 1 2) 3', '[1 2 3]'],
  ['_push (_list 1 2) 3', '[1 2 3]'],
  ['_prepend (_list 1 2) 0', '[0 1 2]'],
  ['_concat (_list 1) (_list 2 3) (_list)', '[1 2 3]'],
  ['_reverse (_list 1 2 3)', '[3 2 1]'],
  ['_uniq (_list 1 1 "1" 2 (_list 1) (_list 1))', '[1 1 2 [1]]'],
  ['_without (_list 1 2 3 4) 3 1', '[2 4]'],
  ['_has 4 (_list 1 4)', 'true'],
  ['_has 4 .Nil', 'false'],
  ['_compact (_list 1 "a" "" 0 .Nil)', '[1 a]'],
  ['_slice (_list 1 2 3 4 5) 3', '[4 5]'],
  ['_slice (_list 1 2 3 4 5) 1 3', '[2 3]'],
  ['_chunk 3 (_list 1 2 3 4 5 6 7)', '[[1 2 3] [4 5 6] [7]]'],
  ['_mustFirst (_list)', '<no value>'],
  ['_until 5', '[0 1 2 3 4]'],
  ['_until -3', '[0 -1 -2]'],
  ['_untilStep 3 6 2', '[3 5]'],
  ['_seq 5', '1 2 3 4 5'],
  ['_seq -3', '1 0 -1 -2 -3'],
  ['_seq 0 2', '0 1 2'],
  ['_seq 2 -2', '2 1 0 -1 -2'],
  ['_seq 0 2 10', '0 2 4 6 8 10'],
  ['_seq 0 -2 -5', '0 -2 -4'],
];

const NUMBERS: readonly (readonly [string, string])[] = [
  ['_add 1 2 3', '6'],
  ['_add 1 "2" 3.9', '6'],
  ['_add1 1', '2'],
  ['_sub 5 3', '2'],
  ['_div 7 2', '3'],
  ['_mod -7 2', '-1'],
  ['_mul 1 2 3', '6'],
  ['_max 1 2 3', '3'],
  ['_biggest 1 2 3', '3'],
  ['_min 1 2 3', '1'],
  ['_floor 123.9999', '123'],
  ['_ceil 123.001', '124'],
  ['_round 123.555555 3', '123.556'],
  ['_round 1.25 1 0.6', '1.2'],
  ['_addf 1.5 2 2', '5.5'],
  ['_addf 0.1 0.2', '0.3'],
  ['_add1f 1.5', '2.5'],
  ['_subf 7.5 2 3', '2.5'],
  ['_divf 10 2 4', '1.25'],
  ['_divf 1 3', '0.3333333333333333'],
  ['_mulf 1.5 2 2', '6'],
  ['_maxf 1 2.5 3', '3'],
  ['_minf 1.5 2 3', '1.5'],
  ['_atoi "12"', '12'],
  ['_atoi "x"', '0'],
  ['_int "0x1f"', '31'],
  ['_int64 3.99', '3'],
  ['_float64 "3.25"', '3.25'],
  ['_toDecimal "777"', '511'],
  ['printf "%T %T" (_add 1 2) (_addf 1 2)', 'int float64'],
];

const MAPS: readonly (readonly [string, string])[] = [
  ['_dict "name1" "value1" "name2" 2', 'map[name1:value1 name2:2]'],
  ['_dict "odd"', 'map[odd:]'],
  ['_get (_dict "a" 1) "a"', '1'],
  ['_get (_dict "a" 1) "b"', ''],
  ['_set (_dict "a" 1) "b" 2', 'map[a:1 b:2]'],
  ['_unset (_dict "a" 1 "b" 2) "a"', 'map[b:2]'],
  ['_hasKey (_dict "a" 1) "a"', 'true'],
  ['_hasKey (_dict "a" 1) "constructor"', 'false'],
  ['_pluck "a" (_dict "a" 1) (_dict "b" 2) (_dict "a" 3)', '[1 3]'],
  ['_keys (_dict "b" 1 "a" 2)', '[a b]'],
  ['_values (_dict "b" 1 "a" 2)', '[2 1]'],
  ['_pick (_dict "a" 1 "b" 2) "a" "x"', 'map[a:1]'],
  ['_omit (_dict "a" 1 "b" 2) "a"', 'map[b:2]'],
  ['_merge (_dict "a" 1 "e" "") (_dict "a" 2 "b" 3 "e" "x")', 'map[a:1 b:3 e:x]'],
  ['_merge (_dict "m" (_dict "a" 1)) (_dict "m" (_dict "a" 2 "b" 3))', 'map[m:map[a:1 b:3]]'],
  ['_mergeOverwrite (_dict "a" 1 "c" 4) (_dict "a" 2 "b" 3)', 'map[a:2 b:3 c:4]'],
  ['_dict "a" (_dict "b" 7) | _dig "a" "b" 0', '7'],
  ['_dict "a" (_dict "b" 7) | _dig "a" "c" 9', '9'],
  ['_deepCopy (_dict "a" (_list 1))', 'map[a:[1]]'],
  ['_default "foo" ""', 'foo'],
  ['_default "foo" "bar"', 'bar'],
  ['.Nil | _default 3', '3'],
  ['_empty (_list)', 'true'],
  ['_empty 1', 'false'],
  ['_coalesce 0 1 2', '1'],
  ['_all 0 1 2', 'false'],
  ['_any 0 1 2', 'true'],
  ['_ternary "foo" "bar" true', 'foo'],
  ['false | _ternary "foo" "bar"', 'bar'],
];

const CODES: readonly (readonly [string, string])[] = [
  ['_b64enc "hello"', 'aGVsbG8='],
  ['_b64dec "aGVsbG8="', 'hello'],
  ['_b32enc "hello"', 'NBSWY3DP'],
  ['_b32enc "hi"', 'NBUQ===='],
  ['_b32dec "NBUQ===="', 'hi'],
  ['_sha1sum "Hello world!"', 'd3486ae9136e7856bc42212385ea797094475802'],
  ['_sha256sum "Hello world!"', 'c0535e4be2b79ffd93291305436bf889314e4a3faec05ecffcbb7df31ad9e51a'],
  ['_adler32sum "Hello world!"', '487130206'],
  ['_toJson (_dict "a" (_list 1 "<"))', '{"a":[1,"\\u003c"]}'],
  ['_toRawJson (_dict "a" "<")', '{"a":"<"}'],
  ['_toPrettyJson (_dict "a" 1)', '{\n  "a": 1\n}'],
  ['(_fromJson "{\\"foo\\": 55}").foo', '55'],
  ['_base "foo/bar/baz"', 'baz'],
  ['_base ""', '.'],
  ['_base "/"', '/'],
  ['_dir "foo/bar/baz"', 'foo/bar'],
  ['_dir "/x"', '/'],
  ['_dir "x"', '.'],
  ['_clean "foo/bar/../baz/"', 'foo/baz'],
  ['_ext "foo.bar"', '.bar'],
  ['_ext ".bashrc"', '.bashrc'],
  ['_isAbs "/foo"', 'true'],
  ['_osBase "/foo/bar"', 'bar'],
  ['_typeOf 1', 'int'],
  ['_typeIs "string" "x"', 'true'],
  ['_typeIsLike "int" 1', 'true'],
  ['_kindOf (_list)', 'slice'],
  ['_kindIs "map" (_dict)', 'true'],
  ['_deepEqual (_list 1 2 3) (_list 1 2 3)', 'true'],
  ['_deepEqual (_list 1) (_list "1")', 'false'],
  ['(_semver "1.2.3-alpha.1+123").Prerelease', 'alpha.1'],
  ['(_semver "v1.2").Minor', '2'],
  ['(_semver "1.2.3").Compare (_semver "1.4.0")', '-1'],
  ['_semverCompare ">=1.2.3" "v1.4.0"', 'true'],
  ['_semverCompare "^1.2.0" "1.99"', 'true'],
  ['_semverCompare "~1.2.0" "1.3.0"', 'false'],
  ['_semverCompare ">= 1.2, < 3.0.0 || >= 4.2.3" "5.0.0"', 'true'],
  ['_semverCompare "1.2 - 1.4.5" "1.4.1"', 'true'],
  ['_semverCompare "!=1.2.3, >1" "1.2.3"', 'false'],
  ['_semverCompare "1.2.x" "1.2.9"', 'true'],
  ['_regexMatch "^[a-z]+@[a-z.]+$" "test@acme.com"', 'true'],
  ['_regexFindAll "[2,4,6,8]" "123456789" -1', '[2 4 6 8]'],
  ['_regexFindAll "[2,4,6,8]" "123456789" 2', '[2 4]'],
  ['_regexFind "[a-zA-Z][1-9]" "abcd1234"', 'd1'],
  ['_regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W"', '-W-xxW-'],
  ['_regexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "${1}"', '-${1}-${1}-'],
  ['_regexSplit "z+" "pizza" -1', '[pi a]'],
  ['_regexSplit "z" "pizza" 2', '[pi za]'],
  ['_regexSplit "a" "banana" -1 | len', '4'],
  ['_regexSplit "x*" "axbxc" -1', '[a b c]'],
  ['_regexQuoteMeta "1.2.3"', '1\\.2\\.3'],
  [
    '(_urlParse "http://admin:secret@server.com:8080/api?list=false#anchor").hostname',
    'server.com',
  ],
  [
    '(_urlParse "http://admin:secret@server.com:8080/api?list=false#anchor").userinfo',
    'admin:secret',
  ],
  ['(_urlParse "mailto:a@b").opaque', 'a@b'],
  ['_urlParse "https://[::1]:80/a%20b?q" | _urlJoin', 'https://[::1]:80/a%20b?q'],
  [
    '_urlJoin (_dict "fragment" "fragment" "host" "host:80" "path" "/path" "query" "query" "scheme" "http")',
    'http://host:80/path?query#fragment',
  ],
  ['_duration "95"', '1m35s'],
  ['_duration 3600', '1h0m0s'],
  ['_durationRound "2h10m5s"', '2h'],
  ['_durationRound "2400h10m5s"', '3mo'],
];

const ERRORS: readonly (readonly [string, RegExp])[] = [
  ['_fail "stop here"', /fail: stop here/],
  ['_div 1 0', /div: divisor is zero/],
  ['_mod 1 0', /mod: divisor is zero/],
  ['_divf 1 0', /divf: divisor is zero/],
  ['_mul 9223372036854775807 2', /mul: the result has more than 64 bits/],
  ['_repeat 1000000 "abc"', /repeat: it would be longer than/],
  ['_until 2000000', /until: it would have more than/],
  ['_b64dec "?"', /encoded is not base64/],
  ['_b32dec "1"', /b32dec: the text is not base32/],
  ['_mustFromJson "{"', /the text is not JSON/],
  ['_regexMatch "(" "x"', /pattern is not a regular expression/],
  ['_semverCompare "latest" "1.0.0"', /constraint is no range of versions/],
  ['_semver "x"', /semver: it is no version/],
  ['_ternary 1 2 3', /the condition must be true or false/],
  ['_slice (_list 1) 2', /the bounds are outside of the list/],
  ['_first "text"', /list must be a list/],
  ['_trunc "5" "x"', /count must be an integer/],
  ['_set (_fromJson "{}") "a" 1', /set: map cannot be changed/],
];

describe("Sprig's functions in Nunjucks", () => {
  it.each([
    ['{{ sprig_add(1, 2) }}', '3'],
    ['{{ "hello" | sprig_trunc(2) }}', 'he'],
    ['{{ sprig_divf(1, 8) }}', '0.125'],
    ['{{ sprig_dict("a", 1).a + 1 }}', '2'],
    ['{{ [1, 2, 3] | sprig_reverse | join(",") }}', '3,2,1'],
    ['{{ sprig_semver("1.2.3").Minor }}', '2'],
    ['{{ sprig_until(3) | sprig_toJson }}', '[0,1,2]'],
  ])('%s', (template, expected) => {
    expect(renderNunjucks(template)).toBe(expected);
  });

  it('want as many arguments as in Go', () => {
    expect(() => renderNunjucks('{{ sprig_trunc(2) }}')).toThrow(
      'sprig_trunc: it takes 2 arguments, but got 1',
    );
  });

  it('tell of what they cannot change', () => {
    expect(() => renderNunjucks('{{ sprig_set({a: 1}, "b", 2) | sprig_toJson }}')).toThrow(
      'set: map cannot be changed',
    );
  });
});

describe("Sprig's functions", () => {
  it.each([...STRINGS, ...LISTS, ...NUMBERS, ...MAPS, ...CODES])('%s', (expression, expected) => {
    expect(text(`{{${expression}}}`)).toBe(expected);
  });

  it.each(ERRORS)('%s fails', (expression, message) => {
    expect(error(`{{${expression}}}`)).toMatch(message);
  });

  it('change a map in place', () => {
    expect(text('{{$d := _dict "a" 1}}{{$_ := _set $d "b" 2}}{{$_ := _unset $d "a"}}{{$d}}')).toBe(
      'map[b:2]',
    );
    expect(text('{{$d := _dict}}{{$_ := _merge $d (_dict "x" 1)}}{{$d.x}}')).toBe('1');
  });

  it.each([
    '{{$d}}',
    '{{_toJson $d}}',
    '{{spew_sdump $d}}',
    '{{toYAML $d}}',
    '{{_deepCopy $d}}',
    '{{mergeMap $d $d}}',
    '{{len $d}}{{$l := _list $d}}{{_set $d "t" $l}}',
  ])('come to an end with a map that holds itself: %s', (template) => {
    expect(error(`{{$d := _dict}}{{$_ := _set $d "s" $d}}${template}`)).toMatch(
      /^t\.ctmpl:1:\d+: \S/,
    );
  });

  it('are not deceived by a map that grows after it was looked at', () => {
    const doubled =
      '{{$p := _dict}}{{range loop 40}}{{$d := _dict}}{{$_ := _set $d "x" $p}}{{$_ := _set $d "y" $p}}{{$p = $d}}{{end}}';
    expect(error(`${doubled}{{$p}}`)).toMatch(/the value holds too much/);
  });

  it('hold none whose result is not the same each time', () => {
    const names = Object.keys(SPRIG_FUNCTIONS);
    for (const name of ['now', 'date', 'randAlpha', 'uuidv4', 'env', 'genCA', 'shuffle']) {
      expect(names).not.toContain(`sprig_${name}`);
    }
    expect(names.length).toBeGreaterThan(160);
  });
});
