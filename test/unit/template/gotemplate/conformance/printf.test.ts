import { describe, expect, it } from 'vitest';

import { sprintf } from '../../../../../src/template/gotemplate/format.ts';
import { GoMap, GoStruct, type GoValue } from '../../../../../src/template/gotemplate/values.ts';
import { goError, goText } from '../known-go-engine.ts';

/** A format, its values, and what https://pkg.go.dev/fmt makes of them; the subject of each table is the rule. */
type Case = readonly [format: string, values: readonly GoValue[], text: string];

function prints(subject: string, cases: readonly Case[]): void {
  describe(subject, () => {
    it.each(cases)('%j', (format, values, text) => {
      expect(sprintf(format, values)).toBe(text);
    });
  });
}

prints('%v the default format, %#v Go syntax, %T the type, %% a percent sign', [
  ['%v %v %v %v', ['a', 1n, 1.5, true], 'a 1 1.5 true'],
  ['%v %+v', [['a', 1n], { b: 1n, a: null }], '[a 1] map[a:<nil> b:1]'],
  ['%#v %#v %#v', ['a"b', 1n, ['a', 'b']], '"a\\"b" 1 []string{"a", "b"}'],
  ['%#v', [{ a: 1n }], 'map[string]interface {}{"a":1}'],
  ['%T %T %T %T', ['a', 1n, 1.5, true], 'string int float64 bool'],
  ['%T %T %T', [['a'], ['a', 1n], { a: 1n }], '[]string []interface {} map[string]interface {}'],
  ['100%%', [], '100%'],
  ['%v', [null], '<nil>'],
  ['%T', [undefined], '<nil>'],
]);

prints('strings: %s %q %x %X', [
  ['%s|%10s|%-10s|', ['a', 'b', 'c'], 'a|         b|c         |'],
  ['%.2s|%.10s|%5.1s|', ['héllo', 'a', 'xyz'], 'hé|a|    x|'],
  ['%q %q', ['a"b\n', 'é\x00'], '"a\\"b\\n" "é\\x00"'],
  ['%+q %#q %#q', ['é😀', 'raw', 'no`raw'], '"\\u00e9\\U0001f600" `raw` "no`raw"'],
  [
    '%x %X %#x % x %# X',
    ['hé', 'hé', 'hé', 'hé', 'hé'],
    '68c3a9 68C3A9 0x68c3a9 68 c3 a9 0X68 0XC3 0XA9',
  ],
  [
    '%s %q',
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    '[a b] ["a" "b"]',
  ],
]);

prints('integers: %b %c %d %o %O %q %x %X %U', [
  ['%d %5d|%-5d|%05d|%+d|% d', [1n, 2n, 3n, 4n, 5n, 6n], '1     2|3    |00004|+5| 6'],
  ['%d %05d %+d', [-1n, -2n, -3n], '-1 -0002 -3'],
  ['%b %o %O %x %X', [5n, 8n, 8n, 255n, 255n], '101 10 0o10 ff FF'],
  ['%#b %#o %#x %#X', [5n, 8n, 255n, 255n], '0b101 010 0xff 0XFF'],
  ['%#05o %#o', [8n, 0n], '00010 0'],
  ['%.3d %6.3d| %.0d|', [7n, 7n, 0n], '007    007| |'],
  ['%c %c %q %U %#U', [97n, 0x1f600n, 120n, 0x2318n, 0x2318n], "a 😀 'x' U+2318 U+2318 '⌘'"],
  ['%x', [-255n], '-ff'],
  ['%d', [9223372036854775807n], '9223372036854775807'],
  [
    '%d %v',
    [
      [1n, 2n],
      [1n, 2n],
    ],
    '[1 2] [1 2]',
  ],
  ['%3c|%-3c|', [97n, 98n], '  a|b  |'],
]);

prints('floats: %b %e %E %f %F %g %G %x %X', [
  [
    '%f %.2f %8.3f| %-8.1f| %08.3f',
    [1.5, 3.14159, 3.14159, 2.5, -3.14159],
    '1.500000 3.14    3.142| 2.5     | -003.142',
  ],
  ['%e %E %.2e', [123456.789, 0.00012, 1500], '1.234568e+05 1.200000E-04 1.50e+03'],
  ['%g %g %g %g', [100000, 1000000, 1e-5, 1e21], '100000 1e+06 1e-05 1e+21'],
  ['%.3g %.10g %G', [1234.5678, 100000, 1e-10], '1.23e+03 100000 1E-10'],
  ['%v %v %v', [0.1, 1 / 3, 2], '0.1 0.3333333333333333 2'],
  ['%.0f %.0f %.0f', [0.5, 1.5, 2.5], '0 2 2'],
  ['%.1f %.20f', [0.25, 0.1], '0.2 0.10000000000000000555'],
  ['%+f %+.1f % .1f', [1, -1, 1], '+1.000000 -1.0  1.0'],
  ['%b', [1], '4503599627370496p-52'],
  ['%x %X %.2x', [1, 0.5, 1.999], '0x1p+00 0X1P-01 0x1.00p+01'],
  ['%v %v %v %+v', [Infinity, -Infinity, NaN, Infinity], '+Inf -Inf NaN +Inf'],
  ['%06.1f|%6.1f|', [Infinity, NaN], '  +Inf|   NaN|'],
  ['%v %v', [0, -0], '0 -0'],
  ['%f', [1e22], '10000000000000000000000.000000'],
  ['%6.2f%%', [12.345], ' 12.35%'],
]);

prints('booleans: %t', [['%t %v %5t', [true, false, true], 'true false  true']]);

prints('format errors: %!verb(type=value), MISSING, EXTRA, NOVERB, BADWIDTH, BADPREC, BADINDEX', [
  ['%d', ['hi'], '%!d(string=hi)'],
  ['%s', [1n], '%!s(int=1)'],
  ['%d', [1.5], '%!d(float64=1.5)'],
  ['%t', [1n], '%!t(int=1)'],
  ['%z', [true], '%!z(bool=true)'],
  ['%s %d', [null, undefined], '%!s(<nil>) %!d(<nil>)'],
  ['%d', [['a']], '[%!d(string=a)]'],
  ['%v %v', [1n], '1 %!v(MISSING)'],
  ['a', [1n, 'x'], 'a%!(EXTRA int=1, string=x)'],
  ['%', [], '%!(NOVERB)'],
  ['%[3]d', [1n], '%!d(BADINDEX)'],
  ['%*d', ['x', 1n], '%!(BADWIDTH)1'],
  ['%.*d', ['x', 1n], '%!(BADPREC)1'],
]);

prints('width and precision by *, explicit argument indexes', [
  ['%*d|%-*d|', [4n, 1n, 4n, 2n], '   1|2   |'],
  ['%*d|%0*d|', [-4n, 1n, -4n, 2n], '1   |2   |'],
  ['%.*f', [2n, 3.14159], '3.14'],
  ['%[2]s %[1]s', ['a', 'b'], 'b a'],
  ['%[1]s %[1]q', ['a'], 'a "a"'],
  ['%[3]*.[2]*[1]f|', [12.0, 2n, 6n], ' 12.00|'],
]);

const thing = new GoStruct('api.Thing', { Name: 'n', Port: 80n, Tags: ['a', 'b'] });
const ports = new GoMap('map[int]string', [
  [81n, 'web'],
  [9n, 'dns'],
]);

prints('compound objects are printed by the verb, element by element; maps sorted by key', [
  ['%v %v', [thing, ports], '{n 80 [a b]} map[9:dns 81:web]'],
  ['%+v', [thing], '{Name:n Port:80 Tags:[a b]}'],
  ['%#v', [thing], 'api.Thing{Name:"n", Port:80, Tags:[]string{"a", "b"}}'],
  ['%#v', [ports], 'map[int]string{9:"dns", 81:"web"}'],
  ['%T %T', [thing, ports], 'api.Thing map[int]string'],
  ['%v', [{ b: [1n, { c: null }], a: 'x' }], 'map[a:x b:[1 map[c:<nil>]]]'],
  [
    '%d|%x',
    [
      [1n, 255n],
      [255n, 'a'],
    ],
    '[1 255]|[ff 61]',
  ],
  [
    '%5d|%-3v|',
    [
      [1n, 2n],
      ['a', 'b'],
    ],
    '[    1     2]|[a   b  ]|',
  ],
  ['%q', [{ a: 'b' }], 'map["a":"b"]'],
  ['%.1f', [[1.25, 2.5]], '[1.2 2.5]'],
  ['%v %v %v', [[], {}, [[]]], '[] map[] [[]]'],
  ['%#v %#v', [[], {}], '[]interface {}{} map[string]interface {}{}'],
  ['%#v', [['a', 1n, null]], '[]interface {}{"a", 1, interface {}(nil)}'],
]);

prints('nil inside of something prints as <nil> whatever the verb, on its own by %v and %T only', [
  ['%v %s %d', [[null], [null], [null]], '[<nil>] [<nil>] [<nil>]'],
  ['%v %T %#v', [null, null, null], '<nil> <nil> <nil>'],
  ['%6v|%-6v|', [null, null], ' <nil>|<nil> |'],
  ['%s %d %t', [null, undefined, null], '%!s(<nil>) %!d(<nil>) %!t(<nil>)'],
]);

prints('flags: + sign, - pad on the right, # alternate, space, 0 leading zeros', [
  ['%+d %+d %+d', [1n, -1n, 0n], '+1 -1 +0'],
  ['% d|% d|% +d', [1n, -1n, 1n], ' 1|-1|+1'],
  ['%-05d|%0-5d|', [1n, 1n], '1    |1    |'],
  ['%+05d|% 05d|%05d', [1n, 1n, -1n], '+0001| 0001|-0001'],
  ['%08.3d|%-8.3d|', [7n, 7n], '     007|007     |'],
  ['%#x %#X %#o %#b %#O', [10n, 10n, 8n, 2n, 8n], '0xa 0XA 010 0b10 0o010'],
  ['%#08x|%#8x|%08x', [255n, 255n, 255n], '0x000000ff|    0xff|000000ff'],
  ['%+.2e|% .2e|%+g', [1.5, 1.5, 2], '+1.50e+00| 1.50e+00|+2'],
  ['%#.0f %#.0e %#g %#g %#.3g', [1, 1, 1, 0, 1234.5678], '1. 1.e+00 1.00000 0.00000 1.23e+03'],
  ['%+v|%+v|%+v', [1n, 1.5, 'a'], '1|1.5|a'],
  ['%+q|%#q|%#+q', ['é', 'é', 'é'], '"\\u00e9"|`é`|`é`'],
  ['%x|% x|%#x|%# x', ['', '', '', ''], '|||'],
]);

prints('width counts characters, precision cuts texts to characters', [
  ['%5s|%-5s|', ['é😀', 'é'], '   é😀|é    |'],
  ['%.3s|%.0s|%.9s|', ['héllo', 'a', 'ab'], 'hél||ab|'],
  ['%6.2s|%-6.2s|', ['abc', 'abc'], '    ab|ab    |'],
  ['%.2q|%.1x', ['abc', 'abc'], '"ab"|61'],
  ['%10q|%-10q|', ['a', 'a'], '       "a"|"a"       |'],
  ['%5t|%-6t|', [true, false], ' true|false |'],
  ['%5%|%-5%', [], '%|%'],
  ['%.3T', ['a'], 'str'],
  ['%10T|', [1n], '       int|'],
]);

prints('%g: the smallest number of digits, an exponent below -4 and from the precision on', [
  ['%g %g %g', [0.0001, 0.00001, 123456], '0.0001 1e-05 123456'],
  ['%g %g', [1234567, 0.1], '1.234567e+06 0.1'],
  ['%.3g %.3g %.3g', [0.00012345, 123.45, 12345], '0.000123 123 1.23e+04'],
  ['%.0g %.1g', [1.5, 0.25], '2 0.2'],
  ['%G %G', [1e-10, 1e20], '1E-10 1E+20'],
  ['%g %g', [5e-324, 1.7976931348623157e308], '5e-324 1.7976931348623157e+308'],
]);

prints('%e %f: six digits behind the point, rounded half to even on the exact value', [
  ['%e %e', [0, 1e100], '0.000000e+00 1.000000e+100'],
  ['%f %F', [1, 2.5], '1.000000 2.500000'],
  ['%.2f %.2f %.2f', [1.005, 2.675, 0.125], '1.00 2.67 0.12'],
  ['%.0f %.0f %.1f', [3.5, -0.5, 9.95], '4 -0 9.9'],
  ['%.30f', [0.1], '0.100000000000000005551115123126'],
  ['%.0e %.3E', [12345, 12345], '1e+04 1.234E+04'],
]);

prints('%c %q %U of an integer: the character; what is none is U+FFFD', [
  ['%c%c%c', [72n, 105n, 0x1f600n], 'Hi😀'],
  ['%c %c %c', [-1n, 0x110000n, 0xd800n], '\ufffd \ufffd \ufffd'],
  ['%q %q %q %+q', [39n, 10n, 233n, 233n], "'\\'' '\\n' 'é' '\\u00e9'"],
  ['%U %#U %.8U %10U|', [65n, 65n, 65n, 65n], "U+0041 U+0041 'A' U+00000041     U+0041|"],
  ['%#U', [7n], 'U+0007'],
]);

prints('format errors: flags hold for the value that is shown', [
  ['%5d', ['x'], '%!d(string=    x)'],
  ['%+s', [5n], '%!s(int=+5)'],
  ['%!', [], '%!!(MISSING)'],
  ['%!', [1n], '%!!(int=1)'],
  ['%é', [1n], '%!é(int=1)'],
  ['%-', [], '%!(NOVERB)'],
  ['%5', [1n], '%!(NOVERB)%!(EXTRA int=1)'],
  ['%s %s', ['a'], 'a %!s(MISSING)'],
  ['%d', [{ a: 'b' }], 'map[%!d(string=a):%!d(string=b)]'],
  ['%s', [[1n, 'a']], '[%!s(int=1) a]'],
  ['%s', [{ a: 1n }], 'map[a:%!s(int=1)]'],
  ['%t %t', ['true', 0n], '%!t(string=true) %!t(int=0)'],
  ['%x %x', [true, null], '%!x(bool=true) %!x(<nil>)'],
  ['%c %U', ['a', 1.5], '%!c(string=a) %!U(float64=1.5)'],
  ['%p %p', ['a', 1n], '%!p(string=a) %!p(int=1)'],
  ['%w', ['a'], '%!w(string=a)'],
  ['', [1n, 'a', null, true, 1.5], '%!(EXTRA int=1, string=a, <nil>, bool=true, float64=1.5)'],
]);

prints('argument indexes: what follows continues behind them, and nothing is EXTRA any more', [
  ['%[2]d %[1]d', [11n, 22n], '22 11'],
  ['%[2]d %d', [11n, 22n, 33n], '22 33'],
  ['%d %d %#[1]x %#x', [16n, 17n], '16 17 0x10 0x11'],
  ['%[1]v %[1]T', [1n], '1 int'],
  ['%[3]*.[2]*[1]f', [12.0, 2n, 6n], ' 12.00'],
  ['%6.2f|%[2]*d', [12.0, 5n, 3n], ' 12.00|    3'],
  ['%[5]d', [1n], '%!d(BADINDEX)'],
  ['%[0]d', [1n], '%!d(BADINDEX)'],
  ['%[x]d', [1n], '%!d(BADINDEX)'],
  ['%[]d', [1n], '%!d(BADINDEX)'],
  ['%[-1]d', [1n], '%!d(BADINDEX)'],
  ['%[1', [1n], '%!(NOVERB)'],
  ['%[3]2d', [1n, 2n, 3n], '%!d(BADINDEX)'],
  ['%[1].2d', [1n], '%!d(BADINDEX)'],
  ['%[x][1]d', [1n], '%!d(BADINDEX)'],
]);

prints('width and precision by *: an int of at most a million', [
  ['%*d|%-*d|%0*d', [3n, 1n, 3n, 2n, 3n, 3n], '  1|2  |003'],
  ['%.*s|%*.*s|', [1n, 'ab', 4n, 2n, 'abc'], 'a|  ab|'],
  ['%*d', [1.0, 2n], '%!(BADWIDTH)2'],
  ['%*d', [1000001n, 2n], '%!(BADWIDTH)2'],
  ['%*', [4n], '%!(NOVERB)'],
  ['%*d', [], '%!(BADWIDTH)%!d(MISSING)'],
  ['%.*d', [-1n, 2n], '%!(BADPREC)2'],
  ['%.[2]*[1]s', ['abc', 2n], 'ab'],
  ['%10000001d', [1n], `${' '.repeat(10_000_000)}1`],
  ['%100000001d', [1n], '%!(NOVERB)%!(EXTRA int=1)'],
]);

describe('%p', () => {
  it('is the same in each run, or a file would change with each', () => {
    expect(sprintf('%p %p', [['a'], {}])).toBe('0xc000000000 0xc000000000');
  });
});

describe('printf in a template', () => {
  it('takes its format first and a piped value last', () => {
    expect(goText('{{printf "%s-%03d" .X .One}} {{.One | printf "%d%%"}}')).toBe('x-001 1%');
    expect(goText('{{printf "%v" .Missing}}')).toBe('<nil>');
    expect(goError('{{printf 1}}')).toContain(
      'error calling printf: wrong type for value; expected string; got int',
    );
  });

  it('makes no text of a width that nobody can mean', () => {
    expect((goText('{{printf "%99999999999d" 1}}') ?? '').length).toBeLessThan(100);
  });
});
