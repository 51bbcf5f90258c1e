import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { judge } from '../../bench/aims.ts';
import type { Results } from '../../bench/results.ts';
import { distribution } from '../../bench/statistics.ts';
import { startChild, type Child } from '../support/child.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/bench.mjs', import.meta.url));

/** The flags of consul-template, and nothing else of it: writes each file without asking anybody, and cannot watch. */
const PEER = `#!${process.execPath}
const { writeFileSync } = require('node:fs');
if (!process.argv.includes('-once')) process.exit(3);
for (const flag of process.argv.filter((argument) => argument.startsWith('-template='))) {
  writeFileSync(flag.split(':')[1], 'something');
}
`;

let folder: string;
let bench: Child | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autotmpl-bench-test-'));
});

afterEach(async () => {
  await bench?.stop();
  bench = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function runBench(...flags: readonly string[]) {
  bench = startChild([process.execPath, SCRIPT, ...flags]);
  const { code } = await bench.ended;
  return { code, stdout: bench.stdout, stderr: bench.stderr };
}

const positive = expect.toSatisfy((value: number) => value > 0) as number;

/** A quick run of our own program that must succeed, and what it wrote. */
async function measured(...flags: readonly string[]) {
  const json = join(folder, 'results.json');
  const { code, stdout, stderr } = await runBench('--quick', '--json', json, ...flags);
  expect({ code, stderr, stdout }).toMatchObject({ code: 0 });
  return { results: JSON.parse(await readFile(json, 'utf8')) as Results, stdout };
}

describe('npm run bench', () => {
  it(
    "measures the renderer's scenarios and writes what it found",
    { timeout: 90_000 },
    async () => {
      const flags = ['--only', 'a,b,c', '--samples', '5', '--sizes', '1,3'];
      const { results, stdout } = await measured(...flags);
      expect(results.machine).toMatchObject({ cores: positive, memoryBytes: positive });
      expect(results.change).toEqual([
        {
          ...{ contender: 'bare blocking query', role: 'baseline' },
          delayMs: expect.objectContaining({ samples: 5, median: positive }) as object,
        },
        {
          ...{ contender: 'autotmpl', role: 'subject', ratio: positive },
          delayMs: expect.objectContaining({ samples: 5, median: positive }) as object,
        },
      ]);
      expect(results.once?.map(({ contender, templates }) => [contender, templates])).toEqual([
        ['node -e 0', 1],
        ['autotmpl', 1],
        ['node -e 0', 3],
        ['autotmpl', 3],
      ]);
      for (const outcome of results.once ?? []) {
        expect(outcome).toMatchObject({ wallMs: { median: positive }, peakMemoryBytes: positive });
      }
      const [baseline, subject] = results.idle?.outcomes ?? [];
      expect(baseline).toMatchObject({ role: 'baseline', memoryBytes: positive });
      expect(subject).toMatchObject({ role: 'subject', memoryBytes: positive, readyMs: positive });
      expect(subject?.connections).toBeLessThanOrEqual(100);
      expect(results.aims.map(({ unit }) => unit)).toEqual(['ms', 'ratio']);
      expect(stdout).toMatch(/^autotmpl +\d/m);
    },
  );

  it(
    "measures the supervisor's scenarios beside their baselines",
    { timeout: 180_000 },
    async () => {
      const { results, stdout } = await measured('--only', 'd,e,f,g');
      const times = (samples: number) => ({
        delayMs: expect.objectContaining({ samples, median: positive }) as object,
      });
      const baseline = (step: string, samples: number) => ({
        ...{ contender: expect.any(String) as string, role: 'baseline', step },
        ...times(samples),
      });
      const ours = (step: string, samples: number) => ({
        ...{ contender: 'autotmpl', role: 'subject', step, ratio: positive },
        ...times(samples),
      });
      expect(results.start).toEqual([
        baseline('from its start to its end', 3),
        ours('from its start to its main process', 3),
      ]);
      expect(results.critical).toEqual([
        baseline('from its PUT to critical in the catalog', 3),
        ours('from a failing check to critical in the catalog', 3),
      ]);
      expect(results.instances).toEqual([
        baseline('from a registration to the catalog', 2),
        ours('from a passing check to the catalog', 2),
        ours('from a passing check to its line in nginx.conf', 2),
        baseline('from a removal to the catalog', 2),
        ours('from TERM to de-registered', 2),
        ours('from TERM to no line in nginx.conf', 2),
      ]);
      expect(results.jobs?.outcomes).toMatchObject([
        { contender: 'node, idle', role: 'baseline', memoryBytes: positive },
        {
          contender: 'autotmpl, 1 job',
          role: 'subject',
          memoryBytes: positive,
          readyMs: positive,
        },
        {
          contender: 'autotmpl, 20 jobs',
          role: 'subject',
          memoryBytes: positive,
          readyMs: positive,
        },
      ]);
      expect(results.aims.map(({ what }) => what)).toEqual([
        'from a passing check to its line in nginx.conf, longest: 300 ms',
        'from TERM to no line in nginx.conf, longest: 300 ms',
      ]);
      expect(stdout).toMatch(/^autotmpl: from TERM to de-registered +\d/m);
    },
  );

  it('measures both languages, alone and one file of many', { timeout: 120_000 }, async () => {
    const { results, stdout } = await measured('--only', 'h,i');
    const seen = (samples: number) =>
      expect.objectContaining({ samples, median: positive }) as object;
    expect(results.render).toMatchObject([
      { role: 'baseline', step: 'in plain JavaScript', delayMs: seen(10) },
      { role: 'subject', step: 'in Go', delayMs: seen(10), ratio: positive },
      { role: 'subject', step: 'in Nunjucks', delayMs: seen(10), ratio: positive },
    ]);
    expect(results.many).toMatchObject([
      { role: 'baseline', step: 'one key', delayMs: seen(5) },
      { contender: 'autotmpl', step: 'one key of 50', delayMs: seen(5), ratio: positive },
      { contender: 'autotmpl in Go', step: 'one key of 50', delayMs: seen(5), ratio: positive },
    ]);
    expect(results.aims.map(({ limit }) => limit)).toEqual([10, 5]);
    expect(stdout).toMatch(/^1,000 instances: in Go +\d/m);
  });

  it('measures a peer beside, and says what a peer failed at without failing itself', async () => {
    const path = join(folder, 'peer');
    await writeFile(path, PEER);
    await chmod(path, 0o755);
    const json = join(folder, 'results.json');
    const flags = ['--quick', '--only', 'a,b', '--samples', '1', '--sizes', '2', '--json', json];
    const { code, stdout } = await runBench(...flags, '--peer', `other=${path}`);
    expect(code).toBe(0);

    const { change, once, idle } = JSON.parse(await readFile(json, 'utf8')) as Results;
    expect(change?.[2]).toMatchObject({ contender: 'other', role: 'peer' });
    expect(change?.[2]?.failure).toMatch(/ended/);
    expect(once?.[2]).toMatchObject({ contender: 'other', role: 'peer', templates: 2 });
    expect(once?.[2]?.wallMs?.samples).toBe(3);
    expect(idle).toBeUndefined();
    expect(stdout).toMatch(/^other .*FAILED/m);
  });

  it('refuses a flag that it does not understand before it measures anything', async () => {
    const { code, stdout, stderr } = await runBench('--only', 'never');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /--only never: there are change, once, idle, start, jobs, critical, instances/,
    );
  });
});

describe('the figures', () => {
  it('are the median and the percentiles between the nearest ranks', () => {
    expect(distribution([4, 1, 3, 2])).toEqual({
      ...{ samples: 4, min: 1, median: 2.5, max: 4 },
      p90: expect.closeTo(3.7, 9) as number,
      p99: expect.closeTo(3.97, 9) as number,
    });
  });

  it('meet an aim up to its limit, and miss it above', () => {
    const change = (oursMs: number) =>
      judge({
        change: [
          { contender: 'bare', role: 'baseline', delayMs: distribution([1]) },
          { contender: 'autotmpl', role: 'subject', delayMs: distribution([oursMs]) },
        ],
      });
    expect(change(4)).toMatchObject([{ limit: 4, value: 4, met: true }]);
    expect(change(4.1)).toMatchObject([{ limit: 4, value: 4.1, met: false }]);
  });
});
