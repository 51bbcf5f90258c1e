import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { functionsPage, functionsReference } from '../../../scripts/docs-functions.mjs';
import { sprigPage, sprigReference } from '../../../scripts/docs-sprig.mjs';
import { functions } from '../../../src/template/functions/index.ts';
import { SPRIG_FUNCTIONS } from '../../../src/template/sprig/index.ts';

describe('docs/reference/sprig.md', () => {
  const page = readFileSync(sprigPage, 'utf8');

  it('says what the code says (node scripts/docs-sprig.mjs writes it)', async () => {
    expect(page).toBe(await sprigReference());
  });

  it('has every function', () => {
    const documented = [...page.matchAll(/`(sprig_\w+)`/g)].map(([, name]) => name);
    expect(documented.sort()).toEqual(Object.keys(SPRIG_FUNCTIONS).sort());
  });
});

describe('docs/reference/functions.md', () => {
  const page = readFileSync(functionsPage, 'utf8');

  it('says what the code says (node scripts/docs-functions.mjs writes it)', async () => {
    expect(page).toBe(await functionsReference());
  });

  it('has every function, and tells which are filters', () => {
    const entries = page.split('\n### ').slice(1);
    const documented = entries.map((entry) => /^`(\w+)/.exec(entry)?.[1]);
    expect(documented.sort()).toEqual(Object.keys(functions).sort());
    for (const entry of entries) {
      const name = /^`(\w+)/.exec(entry)?.[1] ?? '';
      expect(entry.includes('\nAs a filter: '), name).toBe(functions[name]?.asFilter);
      expect(entry, name).toContain('\nIn Go: ');
    }
  });
});
