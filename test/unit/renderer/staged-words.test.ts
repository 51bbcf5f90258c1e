import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { withStaged } from '../../../src/renderer/staged-words.ts';

const PATH = `/etc/it's a "place" $HOME;x/.a.conf.autotmpl-1-2`;

/** What a shell makes of a command that prints its words, one a line. */
function printed(command: string): string[] {
  const text = execFileSync('sh', ['-c', String(withStaged(command, PATH))], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, AUTOTMPL_STAGED: PATH },
  });
  return text.split('\n').slice(0, -1);
}

describe('the place of the staged file in a command', () => {
  it.each([
    ['bare', `printf '%s\\n' a {{ staged }} b`, ['a', PATH, 'b']],
    ['without spaces', `printf '%s\\n' {{staged}}`, [PATH]],
    ['in double quotes', `printf '%s\\n' "x={{  staged  }}"`, [`x=${PATH}`]],
    ['in single quotes', `printf '%s\\n' 'x={{ staged }}' b`, [`x=${PATH}`, 'b']],
    ['behind an escaped quote', `printf '%s\\n' \\" {{ staged }}`, ['"', PATH]],
    [
      'behind quotes that are closed',
      `printf '%s\\n' "it's" 'a"b' {{ staged }}`,
      ["it's", 'a"b', PATH],
    ],
    [
      'in a substitution in quotes',
      `printf '%s\\n' "$(printf '<%s>' {{ staged }})"`,
      [`<${PATH}>`],
    ],
    ['behind such a substitution', `printf '%s\\n' "$(echo ')') {{ staged }}"`, [`) ${PATH}`]],
    [
      'in a substitution in backquotes',
      `printf '%s\\n' "\`printf '<%s>' {{ staged }}\`"`,
      [`<${PATH}>`],
    ],
    [
      'in a subshell, and twice',
      `(printf '%s\\n' {{ staged }}); printf '%s\\n' "{{ staged }}"`,
      [PATH, PATH],
    ],
  ])('is quoted for the shell: %s', (_, command, expected) => {
    expect(printed(command)).toEqual(expected);
  });

  it('is the path itself in a list of words', () => {
    expect(withStaged(['nginx', '-c', '{{ staged }}', 'a={{staged}}'], PATH)).toEqual([
      'nginx',
      '-c',
      PATH,
      `a=${PATH}`,
    ]);
  });

  it('is nowhere in a command that does not name it', () => {
    expect(withStaged('check.sh', PATH)).toBe('check.sh');
  });
});
