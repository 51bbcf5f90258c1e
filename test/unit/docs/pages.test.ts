/** The pages hang together: links lead somewhere, and the configs that they show are right. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NO_FLAGS, scratchFolder } from '../config/scratch-configs.ts';
import { loadSettingsWithOrigins } from '../../../src/config/load.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

function below(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name));
}

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...below('docs'),
  ...below('examples'),
];

/** A page without its code, which may hold what looks like a link. */
function prose(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8').replace(/^```[^]*?^```$/gm, '');
}

/** The anchors of a page, as GitHub makes them of its headings. */
function anchors(page: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = prose(page).matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) => {
      const name = heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-');
      const times = seen.get(name) ?? 0;
      seen.set(name, times + 1);
      return times === 0 ? name : `${name}-${times}`;
    }),
  );
}

/** What a page links to in this repository, and is not there. */
function dead(page: string): string[] {
  const links = prose(page)
    .replace(/`[^`]*`/g, '')
    .matchAll(/\]\(([^)\s]+)\)/g);
  return [...links]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchors(target).has(anchor);
    });
}

describe.each(PAGES)('%s', (page) => {
  it('links to nothing that is not there', () => {
    expect(dead(page)).toEqual([]);
  });
});

const SHOWING = [
  'docs/hooks.md',
  'docs/lifecycle.md',
  'docs/exec.md',
  'docs/elections.md',
  'docs/health.md',
  ...below('docs/hooks'),
];

const CONFIGS = SHOWING.flatMap((page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block = ''], index) => ({
    ...{ page, block, number: index + 1 },
  }));
});

describe('the configs that pages show', () => {
  it.each(CONFIGS)('are right: $page, number $number', async ({ block }) => {
    // What a page shows may need a job or two to refer to.
    const named = [...block.matchAll(/job: (\w+)/g)].map(([, name = '']) => name);
    const missing = [...new Set(named)].filter((name) => !block.includes(`name: ${name}`));
    const jobs = missing.map((name) => `  - {name: ${name}, exec: [x]}\n`).join('');
    const cwd = await scratchFolder({
      'a.yaml': block,
      ...(jobs !== '' && { 'b.yaml': `jobs:\n${jobs}` }),
    });
    const configPaths = jobs === '' ? ['a.yaml'] : ['a.yaml', 'b.yaml'];
    const sources = { configPaths, flags: NO_FLAGS, environment: {}, cwd };
    await expect(loadSettingsWithOrigins(sources)).resolves.toBeDefined();
  });
});

describe('docs/hooks', () => {
  it.each(below('docs/hooks'))(
    '%s shows a config, answers every question, and is in the overview',
    (page) => {
      const text = readFileSync(join(ROOT, page), 'utf8');
      expect(text).toContain('```yaml');
      for (const question of [
        'when',
        'environment',
        'exit code',
        'how long it may take',
        'TERM meanwhile',
        'ContainerPilot 2',
        'ContainerPilot 3',
      ]) {
        expect(text).toMatch(new RegExp(`^\\| ${question} +\\|`, 'm'));
      }
      const overview = readFileSync(join(ROOT, 'docs/hooks.md'), 'utf8');
      expect(overview).toContain(`](${relative('docs', page)})`);
    },
  );
});
