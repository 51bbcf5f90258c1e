import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Results } from '../results.ts';
import { plotsOf } from './plots.ts';
import { aimsTable } from './report.ts';
import { asMarkdown } from './result-table.ts';
import { describeMachine } from './table.ts';
import { tablesOf } from './tables.ts';

/** The pages that show figures of the bench, between marks as {@link withFigures} finds them. */
const PAGES = ['docs/performance.md', 'docs/scale.md'];

/** Puts what was measured into the pages and beside them, in place of what was there; the rest stays. */
export async function writeDocs(results: Results, root: string): Promise<void> {
  const figures = figuresOf(results);
  for (const page of PAGES) {
    const path = join(root, page);
    await writeFile(path, withFigures(await readFile(path, 'utf8'), figures));
  }
  for (const [name, plot] of plotsOf(results)) {
    await writeFile(join(root, 'docs/plots', `${name}.svg`), plot);
  }
}

/**
 * Replaces what stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`, for each name of which there are figures. Throws
 * where a mark has no end.
 */
export function withFigures(page: string, figures: ReadonlyMap<string, string>): string {
  return page.replace(
    /<!-- bench:([\w-]+) -->\n([^]*?)(<!-- \/bench:\1 -->|$(?![^]))/g,
    (whole, name: string, _old: string, end: string) => {
      if (end === '') throw new Error(`the figures of ${name} have no end`);
      const figure = figures.get(name);
      return figure === undefined ? whole : `<!-- bench:${name} -->\n\n${figure}\n\n${end}`;
    },
  );
}

/** Where and when, and the table, of each scenario; and of each the aims. */
export function figuresOf(results: Results): ReadonlyMap<string, string> {
  const { machine, startedAt, load, aims } = results;
  const figures = new Map<string, string>();
  for (const [name, table] of tablesOf(results)) {
    const before = load[name];
    const busy = before === undefined ? '' : `; load before it ${before.toFixed(1)}`;
    const seen = `Seen on ${startedAt.slice(0, 10)}: ${describeMachine(machine)}${busy}.`;
    figures.set(name, name === 'slopes' ? asMarkdown(table) : `${seen}\n\n${asMarkdown(table)}`);
    const own = aims.filter(({ scenario }) => scenario === name);
    if (own.length > 0) figures.set(`${name}-aims`, asMarkdown(aimsTable(own)));
  }
  return figures;
}
