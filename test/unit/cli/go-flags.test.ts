import { describe, expect, it } from 'vitest';
import type { FlagRow } from '../../../src/cli/flag-row.ts';
import { normaliseFlags } from '../../../src/cli/go-flags.ts';
import { describeError } from '../../../src/core/errors.ts';

const ROWS: readonly FlagRow[] = [
  { name: 'once', description: '' },
  { name: 'template', value: 'SRC', repeatable: true, description: '' },
  { name: 'consul-addr', aliases: ['consul'], value: 'ADDR', description: '' },
  { name: 'help', aliases: ['h'], description: '' },
];

function complaint(...argv: string[]): string {
  try {
    normaliseFlags(argv, ROWS);
  } catch (error) {
    return describeError(error);
  }
  return '';
}

describe('flags as Go reads them', () => {
  it.each([
    [['-once'], ['--once=true']],
    [['--once'], ['--once=true']],
    [['-once=true'], ['--once=true']],
    [['--once=0'], ['--once=false']],
    [['-template', 'a:b'], ['--template=a:b']],
    [['-template=a=b'], ['--template=a=b']],
    [['--template', '-weird:in'], ['--template=-weird:in']],
    [['-template', '--'], ['--template=--']],
    [
      ['-template', '-once', '-once'],
      ['--template=-once', '--once=true'],
    ],
    [['-template=a\nb'], ['--template=a\nb']],
    [['-consul', 'h:1'], ['--consul-addr=h:1']],
    [
      ['check', '-once', '-'],
      ['check', '--once=true', '-'],
    ],
    [['-h', '-nonsense'], ['--help=true']],
  ])('%j become %j', (argv, expected) => {
    expect(normaliseFlags(argv, ROWS).words).toEqual(expected);
  });

  it('end at --, and at the first word of another program', () => {
    expect(normaliseFlags(['-once', '--', '-once', '-x'], ROWS)).toEqual({
      words: ['--once=true'],
      rest: ['-once', '-x'],
      isMarked: true,
    });
    const isForeign = (word: string) => word === 'nginx';
    expect(normaliseFlags(['-once', 'nginx', '-g', 'x'], ROWS, isForeign)).toEqual({
      words: ['--once=true'],
      rest: ['nginx', '-g', 'x'],
      isMarked: false,
    });
  });

  it.each([
    [['-consul-adr=secret'], 'unknown flag "-consul-adr" (did you mean -consul-addr?)'],
    [['--onec'], 'unknown flag "--onec" (did you mean -once?)'],
    [['-xyzzy'], 'unknown flag "-xyzzy" (autotmpl -help lists all)'],
    [['---once'], 'unknown flag "---once" (did you mean -once?)'],
    [['-on'], 'unknown flag "-on" (autotmpl -help lists all)'],
    [['-template'], '-template needs a value (write -template SRC)'],
    [['-template='], '-template needs a value (write -template SRC)'],
    [['-once=yes'], '-once is true or false, and nothing else (write -once or -once=false)'],
  ])('%j are refused: %s', (argv, expected) => {
    expect(complaint(...argv)).toBe(expected);
  });
});
