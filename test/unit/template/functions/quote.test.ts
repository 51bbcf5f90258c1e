import { spawnSync } from 'node:child_process';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';

import { functions } from '../../../../src/template/functions/index.ts';
import { call } from './known-facts.ts';

/** Texts that somebody may have registered. */
const HOSTILE = [
  '',
  ' ',
  'plain',
  'two words',
  `it's "quoted" \\ and \\" more`,
  '$(touch /tmp/x) `id` ${HOME} $HOME',
  'a; } server { listen 81; # {{ x }} {% y %}',
  '* ? [a] ~ ! & | < > ( ) ^ , = :',
  '- a: b',
  '%n %% %(x)s',
  'ünïcödé 😀 \u202e',
];
const WITH_CONTROL = [
  'a\nb',
  'a\r\nb: c',
  'tab\there',
  '\x1b[31m',
  'del\x7f nel\x85 ls\u2028 ps\u2029 bom\ufeff',
];

const CONTROLS = ['\0', '\n', '\r', '\t', '\x1b', '\x7f', '\x85', '\x9f'];

describe('every quoting filter', () => {
  const names = [
    'nginx',
    'haproxy',
    'shell',
    'ini',
    'systemd',
    'systemdExec',
    'json',
    'yaml',
    'toml',
  ];

  it('is known to quote, and so are the validators', () => {
    for (const name of [...names, 'host', 'port', 'hostPort', 'ident']) {
      expect(functions[name]?.gives, name).toBe('quoted');
    }
  });

  it('writes numbers and booleans', () => {
    const written = names.map((name) => [call(name, 80), call(name, true)].join(' '));
    expect(written).toEqual([
      ...['80 true', '80 true', "'80' 'true'", '80 true', '"80" "true"', '"80" "true"'],
      ...['80 true', '80 true', '80 true'],
    ]);
  });

  it('refuses undefined and functions, and the filters for words refuse lists and maps', () => {
    for (const name of names) expect(() => call(name, undefined), name).toThrow('it is undefined');
    for (const name of names) expect(() => call(name, () => 1), name).toThrow('it is a function');
    for (const name of names.slice(0, 6)) {
      expect(() => call(name, ['a']), name).toThrow('but it is a list');
      expect(() => call(name, { a: 1 }), name).toThrow('but it is a map');
      expect(() => call(name, Number.NaN), name).toThrow('but it is a number');
    }
  });

  it('never shows in an error what it refuses', () => {
    for (const name of ['nginx', 'haproxy', 'shell', 'ini', 'systemd', 'systemdExec']) {
      expect(() => call(name, 'hunter2\0'), name).toThrow(new RegExp(`^${name}: (?!.*hunter2)`));
    }
  });
});

describe('nginx', () => {
  it('leaves harmless words bare and quotes the others', () => {
    const rows: [string, string][] = [
      ['10.0.0.1:80', '10.0.0.1:80'],
      ['/path/file-1.conf', '/path/file-1.conf'],
      ['', '""'],
      ['two words', '"two words"'],
      [`say "hi" \\n it's`, `"say \\"hi\\" \\\\n it's"`],
      ['a; } server { # x', '"a; } server { # x"'],
      ['{{ x }}', '"{{ x }}"'],
    ];
    for (const [text, token] of rows) expect(call('nginx', text)).toBe(token);
  });

  it('refuses what nginx has no way to say', () => {
    for (const control of CONTROLS) {
      expect(() => call('nginx', `a${control}b`)).toThrow('nginx: the text holds a control');
    }
    expect(() => call('nginx', '$host')).toThrow('begins a variable');
    expect(() => call('nginx', '100$')).toThrow('begins a variable');
  });

  it('refuses what is longer than nginx reads', () => {
    expect(call('nginx', 'a'.repeat(4095))).toHaveLength(4095);
    expect(() => call('nginx', 'a'.repeat(4096))).toThrow('longer than nginx reads');
    expect(() => call('nginx', `${'ü'.repeat(2046)}aa`)).toThrow('longer than nginx reads');
  });
});

describe('haproxy', () => {
  it('leaves harmless words bare and quotes the others', () => {
    const rows: [string, string][] = [
      ['10.0.0.1:80', '10.0.0.1:80'],
      ['a b # c', "'a b # c'"],
      ['"$HOME" \\', `'"$HOME" \\'`],
      ["it's", `'it'\\''s'`],
    ];
    for (const [text, word] of rows) expect(call('haproxy', text)).toBe(word);
  });

  it('refuses control characters and empty words', () => {
    for (const control of CONTROLS) {
      expect(() => call('haproxy', `a${control}b`)).toThrow('haproxy: the text holds a control');
    }
    expect(() => call('haproxy', '')).toThrow('haproxy: the text is empty');
  });
});

describe('shell', () => {
  it('gives every text back through a real shell', () => {
    for (const text of [...HOSTILE, ...WITH_CONTROL]) {
      const script = `X=${String(call('shell', text))}; printf '%s|' "$X" ${String(call('shell', text))}`;
      const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
      expect(stdout).toBe(`${text}|${text}|`);
    }
  });

  it('refuses NUL', () => {
    expect(() => call('shell', 'a\0b')).toThrow('shell: the text holds a NUL');
  });
});

describe('ini', () => {
  it('leaves harmless values bare and quotes the others', () => {
    const rows: [string, string][] = [
      ['value', 'value'],
      ['two words', 'two words'],
      [' edge', '" edge"'],
      ['', '""'],
      ['a;b', '"a;b"'],
      ['#x', '"#x"'],
      ['[section]', '"[section]"'],
      ['a=b', '"a=b"'],
      ["it's", `"it's"`],
    ];
    for (const [text, value] of rows) expect(call('ini', text)).toBe(value);
  });

  it('refuses what readers take differently', () => {
    for (const text of ['"', 'a\\b', '${x}', '%(x)s', ...CONTROLS]) {
      expect(() => call('ini', `a${text}`), JSON.stringify(text)).toThrow('ini: the text holds');
    }
  });
});

describe('systemd and systemdExec', () => {
  it('quote one item, with C escapes and doubled percent signs', () => {
    expect(call('systemd', 'A=b c')).toBe('"A=b c"');
    expect(call('systemd', 'say "hi" \\ 100% $X')).toBe('"say \\"hi\\" \\\\ 100%% $X"');
    expect(call('systemd', 'a\n\tb')).toBe('"a\\n\\tb"');
  });

  it('double the dollar sign for command lines', () => {
    expect(call('systemdExec', '$HOME ${X} $$ %h')).toBe('"$$HOME $${X} $$$$ %%h"');
  });

  it('refuse other control characters', () => {
    for (const control of ['\0', '\r', '\x1b', '\x7f', '\x85']) {
      expect(() => call('systemd', `a${control}b`)).toThrow('systemd: the text holds a control');
      expect(() => call('systemdExec', `a${control}`)).toThrow('systemdExec: the text holds');
    }
  });
});

describe('json, yaml and toml', () => {
  const raw = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]/;

  it('give every text back through their readers, on one line', () => {
    for (const text of [...HOSTILE, ...WITH_CONTROL, 'no', '1e3', '~', 'nul\0']) {
      for (const name of ['json', 'yaml', 'toml']) expect(call(name, text)).not.toMatch(raw);
      expect(JSON.parse(call('json', text) as string)).toBe(text);
      for (const version of ['1.1', '1.2'] as const) {
        expect(parseYaml(`a: ${String(call('yaml', text))}\nb: 1`, { version })).toEqual({
          a: text,
          b: 1,
        });
      }
      const document = `a = ${String(call('toml', text))}\nb = 1`;
      expect({ ...parseToml(document) }).toEqual({ a: text, b: 1 });
    }
  });

  it('write lists and maps whole, where the format has a way on one line', () => {
    const data = { 'x: [': ['a\u2028', null, { b: 'c\n- d' }] };
    expect(JSON.parse(call('json', data) as string)).toEqual(data);
    expect(parseYaml(`v: ${String(call('yaml', data))}`)).toEqual({ v: data });
    expect(() => call('toml', data)).toThrow('toml: value must be text, a number or a boolean');
    expect(() => call('toml', null)).toThrow('but it is null');
  });

  it('refuse numbers that JSON has not', () => {
    expect(() => call('json', Infinity)).toThrow('no infinite numbers');
    expect(() => call('yaml', Number.NaN)).toThrow('no infinite numbers');
  });

  it('refuse, as yaml and toml, half of a surrogate pair, and not what only looks like one', () => {
    expect(call('json', '\ud800')).toBe('"\\ud800"');
    expect(() => call('yaml', 'a\udfff')).toThrow('yaml: the text holds half of a surrogate');
    expect(() => call('toml', '\\\ud800')).toThrow('toml: the text holds half of a surrogate');
    expect(call('toml', '\\ud800')).toBe('"\\\\ud800"');
  });
});
