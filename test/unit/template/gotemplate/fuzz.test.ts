import { describe, expect, it } from 'vitest';

import { AutotmplError } from '../../../../src/core/errors.ts';
import { GoFailure } from '../../../../src/template/gotemplate/failure.ts';
import { renderGo } from './known-go-engine.ts';

const PIECES = [
  ...[
    '{{',
    '}}',
    '{{-',
    '-}}',
    '{{ ',
    ' }}',
    '{{end}}',
    '{{else}}',
    '{{else if .X}}',
    '{{/*',
    '*/}}',
  ],
  ...['{{if ', '{{range ', '{{with ', '{{define "t"}}', '{{template "t" .}}', '{{block "b" .}}'],
  ...[
    '{{break}}',
    '{{continue}}',
    '{{range $i, $v := .List}}',
    '{{$v := 1}}',
    '{{$v = 2}}',
    '$v',
    '$',
  ],
  ...[
    '.',
    '.X',
    '.List',
    '.Map',
    '.Deep.er',
    '.Nil',
    '.Words',
    '.Missing.Y',
    'nil',
    'true',
    '|',
    ' | ',
  ],
  ...[
    '(',
    ')',
    ' ',
    '\n',
    ',',
    ':=',
    '=',
    '"a"',
    '`b`',
    "'c'",
    '"%v %d"',
    '"',
    '`',
    '1',
    '-1',
    '0x',
    '1e9',
    '1.5',
  ],
  ...[
    'print ',
    'printf ',
    'len ',
    'index ',
    'slice ',
    'eq ',
    'lt ',
    'and ',
    'or ',
    'not ',
    'html ',
    'js ',
    'call ',
  ],
  ...['text', 'é😀', '\ud800', '\0', '%[2]*d', '"%*.*[1]f%"'],
];

/** Numbers from 0 up to 1, the same in each run (Mulberry32). */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** The failure that a template ends with, if it does. */
function failureOf(template: string): unknown {
  try {
    return renderGo(template).error;
  } catch (error) {
    return error;
  }
}

describe('any sequence of pieces', () => {
  it('renders, or fails with a place and a reason', () => {
    const random = numbers(2024);
    const pick = (count: number): number => Math.floor(random.next().value * count);
    let rendered = 0;
    for (let round = 0; round < 8_000; round += 1) {
      // Half of them begin as an action, or hardly any would get past the parser.
      const begin = round % 2 === 0 ? ['{{', PIECES[pick(PIECES.length)]] : [];
      const middle = Array.from({ length: pick(9) }, () => PIECES[pick(PIECES.length)]);
      const template = [...begin, ...middle, ...(round % 2 === 0 ? ['}}'] : [])].join('');
      const failure = failureOf(template);
      if (failure === undefined) {
        rendered += 1;
        continue;
      }
      expect(failure, template).toBeInstanceOf(AutotmplError);
      const { cause, message } = failure as AutotmplError;
      expect(cause, template).toBeInstanceOf(GoFailure);
      expect((cause as GoFailure).cause ?? cause, template).not.toBeInstanceOf(TypeError);
      expect((cause as GoFailure).cause ?? cause, template).not.toBeInstanceOf(RangeError);
      expect(message, template).toMatch(/^t\.ctmpl:\d+:\d+: \S/);
    }
    expect(rendered).toBeGreaterThan(300);
  });
});
