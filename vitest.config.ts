import { configDefaults, defineConfig } from 'vitest/config';

import { LongestFirst } from './test/support/longest-first.ts';
import { endToEnd, ON_BOTH, ON_PACKAGE_ALONE } from './test/support/program-forms.ts';

const alone = Object.keys(ON_PACKAGE_ALONE).map(endToEnd);
/** Without another form, all runs on the npm package, once. */
const isOnOther = process.env.AUTOTMPL_BIN?.endsWith('.js') === false;

export default defineConfig({
  test: {
    // Real agents and real processes, which wait twice as long as they work: so many files side by side is what two cores carry.
    maxWorkers: 4,
    maxConcurrency: 4,
    // Three times what the slowest takes on a quiet machine, and more than what it waits for in vain.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'suite',
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...(isOnOther ? alone : [])],
        },
      },
      {
        extends: true,
        test: {
          name: 'package',
          include: isOnOther ? [...alone, ...ON_BOTH.map(endToEnd)] : [],
          setupFiles: ['test/support/on-package.ts'],
        },
      },
    ],
  },
});
