import { describe, expect, it } from 'vitest';
import { EXIT, EXIT_MEANINGS, exitCodeOf } from '../../../src/cli/exit-codes.ts';
import { FLAGS } from '../../../src/cli/flag-table.ts';
import { LOCK } from '../../../src/cli/lock-flag-table.ts';
import { parseCommandLine } from '../../../src/cli/flags.ts';
import { EXAMPLES, helpText } from '../../../src/cli/help.ts';
import { CONSUL_VARIABLES } from '../../../src/catalog/consul/environment.ts';
import { AutotmplError, type ErrorCode } from '../../../src/core/errors.ts';

describe('the help', () => {
  const help = helpText();

  it('shows examples first, and they can be run', () => {
    expect(help.indexOf('Examples:')).toBeLessThan(help.indexOf('Usage:'));
    for (const [line] of EXAMPLES) {
      expect(help).toContain(line);
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((word) => word[1] ?? word[2] ?? '');
      expect(parseCommandLine(words.slice(1)).command).toBe('run');
    }
  });

  it('names every flag, its default and the variables that say the same', () => {
    // What lock names anew stands behind its own title.
    const groups = [
      [FLAGS, help] as const,
      [LOCK.rows, help.slice(help.indexOf(LOCK.title))],
    ] as const;
    for (const [rows, part] of groups) {
      for (const row of rows) {
        const start = part.indexOf(`\n  -${row.name}`);
        expect(start, row.name).toBeGreaterThan(0);
        const text = part.slice(start).replace(/\s+/g, ' ');
        for (const fact of [row.default, ...(row.variables ?? [])]) {
          expect(text).toContain(fact ?? '');
        }
      }
    }
  });

  it('leaves out no variable of Consul that has a flag', () => {
    for (const [variable] of CONSUL_VARIABLES) {
      if (variable !== 'CONSUL_PARTITION') expect(help).toContain(variable);
    }
  });

  it('fits a terminal', () => {
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90);
  });

  it('ends with the exit codes', () => {
    for (const [code, meaning] of EXIT_MEANINGS) {
      expect(help).toContain(`\n  ${String(code).padEnd(7)}${meaning.slice(0, 10)}`);
    }
  });
});

describe('the exit codes', () => {
  it.each<[ErrorCode, number]>([
    ['usage', 64],
    ['config', 78],
    ['template', 1],
    ['command', 1],
    ['catalog', 69],
    ['waiting', 75],
    ['control', 1],
    ['output', 73],
  ])('tell an error of the kind %s as %i', (code, expected) => {
    expect(exitCodeOf(new AutotmplError(code, 'x'))).toBe(expected);
  });

  it('all have a meaning, and one each', () => {
    expect(EXIT_MEANINGS.map(([code]) => code)).toEqual([...Object.values(EXIT), '128+n']);
    expect(new Set(Object.values(EXIT)).size).toBe(Object.values(EXIT).length);
  });
});
