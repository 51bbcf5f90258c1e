import { defineConfig } from 'vitest/config';

import { LongestFirst } from './test/support/longest-first.ts';

/**
 * End-to-end files that run once more on the standalone executable, where it could be another program: how it is called, where it finds
 * what lies beside it, what it does with its environment, with signals and with its children. All of them: npm run test:standalone.
 */
const ON_EXECUTABLE = [
  'accounts',
  'checks',
  'command-line',
  'consul-template-examples',
  'containerpilot-traps',
  'explain',
  'go-templates',
  'groups',
  'left-behind',
  'migrate',
  'on-change',
  'other-names',
  'replay',
  'survive-kill-group',
  'survive-template',
  'systemd',
  'telemetry',
  'test-templates',
  'told-to-stop',
  'unprivileged',
].map((name) => `test/e2e/${name}.test.ts`);

export default defineConfig({
  test: {
    // Real agents and real processes, which wait more than they work: three files side by side is what two cores carry.
    maxWorkers: 3,
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
        },
      },
      {
        extends: true,
        test: {
          name: 'standalone',
          include: ON_EXECUTABLE,
          setupFiles: ['test/support/on-executable.ts'],
        },
      },
    ],
  },
});
