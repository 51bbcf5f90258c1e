import { describe, expect, it } from 'vitest';
import prettier from 'prettier';

import { judge } from '../../../bench/aims.ts';
import { SCENARIOS } from '../../../bench/options.ts';
import { figuresOf, withFigures } from '../../../bench/report/pages.ts';
import { plotsOf } from '../../../bench/report/plots.ts';
import { report } from '../../../bench/report/report.ts';
import { asMarkdown } from '../../../bench/report/result-table.ts';
import { tablesOf } from '../../../bench/report/tables.ts';
import type { Results } from '../../../bench/results.ts';
import { findFaultInXml } from '../../../src/output/format/xml.ts';
import { everything } from './results.ts';

const RESULTS: Results = {
  ...{ startedAt: '2026-11-26T01:02:03.000Z', load: { change: 1.234 } },
  machine: { cores: 2, memoryBytes: 2 ** 33, platform: 'linux x64', node: '20', consul: 'Consul' },
  ...everything(),
  aims: judge(everything()),
};

describe('a run of all scenarios', () => {
  it('has a table and a plot for each', () => {
    const tables = [...tablesOf(RESULTS).keys()];
    expect(tables.filter((name) => name !== 'slopes')).toEqual([...SCENARIOS]);
    const plots = [...plotsOf(RESULTS).keys()];
    const plotted = new Set(plots.map((name) => name.split('-')[0]));
    expect([...plotted]).toEqual([...SCENARIOS]);
    for (const plot of plotsOf(RESULTS).values()) expect(findFaultInXml(plot)).toBeUndefined();
  });

  it('is told with its aims, and a miss is told as one', () => {
    expect(report(RESULTS)).toMatch(/^change to file, p99 +25.00 ms +4.00 ms +met$/m);
    const [aim] = RESULTS.aims;
    if (aim === undefined) throw new Error('no aims');
    expect(report({ ...RESULTS, aims: [{ ...aim, met: false }] })).toMatch(/ MISSED$/m);
  });

  it('draws the aims where there are some', () => {
    const plot = plotsOf(RESULTS).get('scale-change') ?? '';
    expect(plot).toContain('250 (aim: 250)');
    expect(plot.match(/class="aim"/g)).toHaveLength(3);
    expect(plotsOf(RESULTS).get('start')).not.toContain('class="aim"');
  });
});

describe('a run in which everything failed', () => {
  it('has tables that say so, and plots without bars and lines', () => {
    const failed = { contender: 'autotmpl', role: 'subject', failure: 'it | ended' } as const;
    const results = {
      change: [failed],
      once: [{ ...failed, templates: 1 }],
      flat: [{ ...failed, readings: [] }],
    };
    for (const table of tablesOf(results).values()) {
      expect(asMarkdown(table)).toMatch(/FAILED: it \\\| ended/);
    }
    expect([...plotsOf(results).keys()]).toEqual(['change']);
  });
});

describe('figures on a page', () => {
  it('take the place of those before, and leave the rest', () => {
    const page = [
      '# Title',
      ...['<!-- bench:change -->', 'old', '<!-- /bench:change -->', 'between'],
      ...['<!-- bench:unknown -->', 'kept', '<!-- /bench:unknown -->', 'after', ''],
    ].join('\n');
    const written = withFigures(page, new Map([['change', 'new $& text']]));
    expect(written).toBe(page.replace('\nold\n', () => '\n\nnew $& text\n\n'));
    expect(withFigures(written, new Map([['change', 'new $& text']]))).toBe(written);
  });

  it('need an end', () => {
    expect(() => withFigures('<!-- bench:change -->\ntext\n', new Map())).toThrow(/no end/);
  });

  it('say when and where, and are as prettier would write them', async () => {
    const figures = figuresOf(RESULTS);
    expect(figures.get('change')).toMatch(
      /^Seen on 2026-11-26: 2 cores, 8 GiB, .*; load before it 1.2\.\n\n\| +\| median ms \|/,
    );
    expect(figures.get('scale-aims')).toMatch(/\| met +\|/);
    for (const figure of figures.values()) {
      expect(await prettier.format(figure, { parser: 'markdown' })).toBe(`${figure}\n`);
    }
  });
});
