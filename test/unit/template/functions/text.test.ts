import { describe, expect, it } from 'vitest';

import { call, plain } from './known-facts.ts';

describe('replaceAll, split and join', () => {
  it('replace every occurrence, literally', () => {
    expect(call('replaceAll', '.', '$&', 'a.b.c')).toBe('a$&b$&c');
  });

  it('split at a separator and join again', () => {
    expect(call('join', ';', call('split', ',', 'a,b,c'))).toBe('a;b;c');
    expect(call('split', ',', '  a,b \n')).toEqual(['a', 'b']);
    expect(call('split', ',', ' ')).toEqual([]);
    expect(call('split', '', 'añ😀')).toEqual(['a', 'ñ', '😀']);
  });

  it('join numbers, and one field of each item', () => {
    expect(call('join', ',', [1, true, 'x'])).toBe('1,true,x');
    expect(call('join', ', ', 'Port', [{ Port: 80 }, { Port: 81 }])).toBe('80, 81');
    expect(() => call('join', ',', 'Nope', [{ Port: 80 }])).toThrow('"Nope" of each item must be');
    expect(() => call('join', ',', [{}])).toThrow('join: each item must be text');
  });

  it('join a list alone without a separator, as Nunjucks does', () => {
    expect(call('join', ['a', 1])).toBe('a1');
    expect(() => call('join', ',', undefined)).toThrow('join: list must be a list');
    expect(() => call('join', undefined)).toThrow('join: separator must be text');
  });

  it('split into a map', () => {
    expect(plain(call('splitToMap', ',', ':', 'a:x,b:y:z,c,'))).toEqual({
      a: 'x',
      b: 'y:z',
      c: '',
    });
    expect(plain(call('splitToMap', ',', ':', ''))).toEqual({});
  });
});

describe('indent', () => {
  it('moves every line that holds something', () => {
    expect(call('indent', 4, 'hello\nhello\r\nHELLO')).toBe('    hello\n    hello\r\n    HELLO');
    expect(call('indent', 2, 'a\n\nb\n')).toBe('  a\n\n  b\n');
    expect(call('indent', 0, 'a\nb')).toBe('a\nb');
  });

  it('keeps the forms of Nunjucks that cannot be taken for consul-template’s', () => {
    expect(call('indent', 'a\n\nb')).toBe('a\n    \n    b');
    expect(call('indent', 2, false, 'a\n\nb')).toBe('a\n  \n  b');
    expect(call('indent', 2, true, 'a\n\nb')).toBe('  a\n  \n  b');
    expect(() => call('indent', 2, undefined)).toThrow('indent: text must be text');
    expect(() => call('indent', undefined)).toThrow('indent: spaces must be a whole number');
  });

  it('refuses a negative width', () => {
    expect(() => call('indent', -4, 'a')).toThrow(/^indent: spaces must be between 0 and 1000$/);
    expect(() => call('indent', '4', 'a')).toThrow('indent: spaces must be a whole number');
  });
});

describe('trim and its family', () => {
  it('take characters of a set from both ends', () => {
    expect(call('trim', '/+', '+/a/b/+')).toBe('a/b');
    expect(call('trim', 'a', 'aaa')).toBe('');
    expect(call('trim', '  x ')).toBe('x');
  });

  it('take white space, a prefix or a suffix', () => {
    expect(call('trimSpace', '\t a b \r\n')).toBe('a b');
    expect(call('trimPrefix', 'ab', 'ababc')).toBe('abc');
    expect(call('trimPrefix', 'x', 'abc')).toBe('abc');
    expect(call('trimSuffix', 'bc', 'abcbc')).toBe('abc');
    expect(call('trimSuffix', '', 'abc')).toBe('abc');
  });
});

describe('toLower, toUpper and toTitle', () => {
  it('change the case', () => {
    expect(call('toLower', 'ÀB')).toBe('àb');
    expect(call('toUpper', 'àb')).toBe('ÀB');
    expect(call('toTitle', 'this is a sentence')).toBe('This Is A Sentence');
    expect(call('toTitle', "don't SHOUT at élan")).toBe("Don't SHOUT At Élan");
  });
});

describe('regexMatch and regexReplaceAll', () => {
  it('match in Go’s syntax', () => {
    expect(call('regexMatch', 'v[0-9]+', 'tag v12')).toBe(true);
    expect(call('regexMatch', '^v', 'tag v12')).toBe(false);
    expect(call('regexMatch', '(?i)^\\Qa.b\\E$', 'A.B')).toBe(true);
  });

  it('replace with what groups caught', () => {
    expect(call('regexReplaceAll', '(?P<word>\\w+)@(\\w+)', '$2:${word}', 'a@b c@d')).toBe(
      'b:a d:c',
    );
    expect(call('regexReplaceAll', '(a)(x)?', '[$1|$2|$9|$1x|$$]', 'a')).toBe('[a||||$]');
    expect(call('regexReplaceAll', 'b*', '-', 'abc')).toBe('-a-c-');
    expect(call('regexReplaceAll', '(?m)^', '# ', 'a\nb')).toBe('# a\n# b');
  });

  it('need linear time for a pattern that others take for ever for', () => {
    expect(call('regexMatch', '^(a+)+$', `${'a'.repeat(50_000)}!`)).toBe(false);
  });

  it('refuse what RE2 does not know, without showing it', () => {
    expect(() => call('regexMatch', '(?=hunter2)', 'x')).toThrow(
      /^regexMatch: (?!.*hunter2).*not a regular expression/,
    );
  });
});
