import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withExpected } from '../../../src/trial/with-expected.ts';

interface Parsed {
  readonly cases: readonly { readonly name: string; readonly expect: string }[];
}

const FILE = `# what it is for
contents: x   # a comment
cases:
  - name: first   # and another
    expect: |
      old
      text

  # before the second
  - name: second
    expect: plain # behind it
    contains: x

  - { name: third, expect: 'in flow' }
  - name: fourth
    expect: >-
      folded
`;

/** The expected texts of the cases after those of some were replaced. */
async function texts(expected: readonly (readonly [number, string])[]): Promise<string[]> {
  const { cases } = parse(await withExpected(FILE, new Map(expected))) as Parsed;
  return cases.map((one) => one.expect);
}

describe('a case file with other expected texts', () => {
  it.each([
    'one line',
    'one line\n',
    'two\nlines\n',
    'ends with empty lines\n\n\n',
    '  begins with spaces\n\n and goes on\n',
    '\n\nbegins with empty lines\n',
    '\n  begins with both\n',
    'spaces at the end  \n \n',
    'tab\tinside\n\tand at the start\n',
    '# no comment: \'quotes\' "and" \\ more\n',
    '- a\n- {b: c}\n---\n...\n',
    'carriage\r\nreturns\n',
    'escape \u001b[31m\n',
    '',
    '\n',
    '   ',
    'é ☃ 😀\n',
  ])('holds %j in every case, whatever stood there before', async (text) => {
    for (const index of [0, 1, 2, 3]) {
      const before = await texts([]);
      const after = await texts([[index, text]]);
      expect(after).toEqual(before.map((one, at) => (at === index ? text : one)));
    }
    const all = [0, 1, 2, 3].map((index) => [index, text] as const);
    expect(await texts(all)).toEqual([text, text, text, text]);
  });

  it('keeps everything else, comments and empty lines included', async () => {
    const changed = await withExpected(
      FILE,
      new Map([
        [0, 'new\n'],
        [1, 'two\nlines\n'],
      ]),
    );
    expect(changed).toBe(
      FILE.replace('      old\n      text\n', '      new\n').replace(
        'plain # behind it',
        '| # behind it\n      two\n      lines',
      ),
    );
  });
});
