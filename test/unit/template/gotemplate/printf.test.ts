import { describe, expect, it } from 'vitest';

import { sprintf } from '../../../../src/template/gotemplate/format.ts';
import type { GoValue } from '../../../../src/template/gotemplate/values.ts';
import { goError, goText } from './known-go-engine.ts';

/** https://pkg.go.dev/fmt */
type Case = readonly [format: string, values: readonly GoValue[], text: string];

function holds(subject: string, cases: readonly Case[]): void {
  describe(subject, () => {
    it.each(cases)('%j', (format, values, text) => {
      expect(sprintf(format, values)).toBe(text);
    });
  });
}

holds('general verbs', [
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

holds('texts', [
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

holds('integers', [
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

holds('floats', [
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

holds('truth', [['%t %v %5t', [true, false, true], 'true false  true']]);

holds('mistakes are written into the text', [
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

holds('width and values by number', [
  ['%*d|%-*d|', [4n, 1n, 4n, 2n], '   1|2   |'],
  ['%*d|%0*d|', [-4n, 1n, -4n, 2n], '1   |2   |'],
  ['%.*f', [2n, 3.14159], '3.14'],
  ['%[2]s %[1]s', ['a', 'b'], 'b a'],
  ['%[1]s %[1]q', ['a'], 'a "a"'],
  ['%[3]*.[2]*[1]f|', [12.0, 2n, 6n], ' 12.00|'],
]);

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
