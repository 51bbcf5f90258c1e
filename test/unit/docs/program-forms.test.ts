/** Which end-to-end files run on which form of the program. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { endToEnd, ON_BOTH, ON_PACKAGE_ALONE } from '../../support/program-forms.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

describe('the files that run on the npm package', () => {
  const alone = Object.keys(ON_PACKAGE_ALONE);

  it('are there, each once', () => {
    const names = [...alone, ...ON_BOTH];
    expect(names.filter((name) => !existsSync(join(ROOT, endToEnd(name))))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});
