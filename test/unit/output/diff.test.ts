import { describe, expect, it } from 'vitest';
import { unifiedDiff, type DiffRequest } from '../../../src/output/diff.ts';

const NOTHING = { color: 0, secrets: new Set<string>(), hideText: false } as const;

function diff(before: string | undefined, after: string, options: Partial<DiffRequest> = {}) {
  return unifiedDiff({ ...NOTHING, label: '/etc/app.conf', before, after, ...options });
}

const numbered = (count: number, start = 1) =>
  Array.from({ length: count }, (_, at) => `line ${at + start}\n`).join('');

describe('unifiedDiff', () => {
  it('shows what changed with three lines around it', () => {
    const before = numbered(9);
    expect(diff(before, before.replace('line 5', 'five'))).toBe(
      [
        '--- /etc/app.conf',
        '+++ /etc/app.conf',
        '@@ -2,7 +2,7 @@',
        ' line 2\n line 3\n line 4',
        '-line 5\n+five',
        ' line 6\n line 7\n line 8\n',
      ].join('\n'),
    );
  });

  it('is empty where nothing changed', () => {
    expect(diff('same\n', 'same\n')).toBe('');
  });

  it('names /dev/null where there is no file yet, also for an empty text', () => {
    expect(diff(undefined, 'a\n')).toBe('--- /dev/null\n+++ /etc/app.conf\n@@ -0,0 +1,1 @@\n+a\n');
    expect(diff(undefined, '')).toBe('--- /dev/null\n+++ /etc/app.conf\n(an empty file)\n');
  });

  it('shows that the last line feed is missing, and a carriage return', () => {
    expect(diff('a\n', 'a')).toContain('-a\n+a\n\\ No newline at end of file\n');
    expect(diff('a\r\n', 'a\n')).toContain('-a\\u000d\n+a\n');
  });

  it('says how big both are where too much changed to show, and is quick about it', () => {
    const startedAt = performance.now();
    expect(diff(numbered(30_000), numbered(30_001, 50_000))).toBe(
      '--- /etc/app.conf\n+++ /etc/app.conf\n(too many changes to show: 30000 lines before, 30001 lines now)\n',
    );
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it('colours lines by what they are', () => {
    const painted = diff('a\nb\n', 'a\nc\n', { color: 1 });
    expect(painted).toContain('\u001b[31m-b\u001b[39m');
    expect(painted).toContain('\u001b[32m+c\u001b[39m');
    expect(painted).toContain('\u001b[36m@@');
  });

  it('lets nothing through that could drive a terminal, from the texts or the name', () => {
    const shown = diff('x\u001b[2J\n', 'y\u009b31m\u202e\ttab\n', {
      label: 'a\u001b]0;x\u0007\nb',
    });
    expect(shown).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(shown).toContain('-x\\u001b[2J\n+y\\u009b31m\\u202e\ttab\n');
    expect(shown.split('\n')[1]).toBe('+++ a\\u001b]0;x\\u0007\\nb');
  });
});

describe('a diff with secrets', () => {
  const secrets = new Set(['hunter22']);

  it('masks them in lines that are added and lines around them', () => {
    expect(diff('k=hunter22\na\n', 'k=hunter22\nb=hunter22\n', { secrets })).toBe(
      [
        '--- /etc/app.conf\n+++ /etc/app.conf\n@@ -1,2 +1,2 @@',
        ' k=********',
        '-(not shown: this file holds secrets)',
        '+b=********\n',
      ].join('\n'),
    );
  });

  it('never shows a removed line, which may hold an older secret, unless the new text has it too', () => {
    const shown = diff('k=older-secret\nmoved hunter22\nx\n', 'k=hunter22\nx\nmoved hunter22\n', {
      secrets,
    });
    expect(shown).not.toContain('older-secret');
    expect(shown).not.toContain('hunter22');
    expect(shown).toContain('-(not shown: this file holds secrets)\n');
    expect(shown).toContain('-moved ********\n');
  });

  it('masks a secret of several lines, short ones too', () => {
    const shown = diff(undefined, 'a\nab\ncd\nz\n', { secrets: new Set(['ab\ncd']) });
    expect(shown).toContain('+a\n+********\n+********\n+z\n');
  });

  it('masks a name that holds one', () => {
    expect(diff('a', 'b', { label: '/x/hunter22', secrets })).toContain('+++ /x/********\n');
  });
});

describe('a diff of a secret file', () => {
  it('says how much changed, and no more', () => {
    const shown = diff('a\nold\n', 'a\nnew\nmore\n', { hideText: true });
    expect(shown).toMatch(
      /^--- \/etc\/app.conf\n\+\+\+ \/etc\/app.conf\n\(not shown: this file is secret; 2 lines added, 1 line removed; [0-9a-f]{12} before, [0-9a-f]{12} now\)\n$/,
    );
    expect(shown).not.toMatch(/old|new|more/);
  });

  it('has the same hash for the same text, so that going back shows', () => {
    const hashes = (shown: string) => shown.match(/[0-9a-f]{12}/g);
    const there = hashes(diff('a', 'b', { hideText: true }));
    const back = hashes(diff('b', 'a', { hideText: true }));
    expect(back).toEqual(there?.reverse());
  });

  it('says no more of one that is new, or too different to count', () => {
    expect(diff(undefined, 'a\n', { hideText: true })).toContain(
      '1 line added, 0 lines removed; no file before, ',
    );
    expect(diff(numbered(9000), numbered(9000, 20_000), { hideText: true })).toContain(
      '9000 lines before, 9000 lines now; ',
    );
  });
});
