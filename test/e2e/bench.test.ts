import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

import type { Results } from '../../bench/results.ts';
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

const folders: string[] = [];
const running = new Set<Child>();

// At the end of all, since the tests run side by side: most of what they do is waiting.
afterAll(async () => {
  await Promise.all([...running].map((bench) => bench.stop()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-bench-test-'));
  folders.push(folder);
  return folder;
}

async function runBench(...flags: readonly string[]) {
  const bench = startChild([process.execPath, SCRIPT, ...flags]);
  running.add(bench);
  const { code } = await bench.ended;
  running.delete(bench);
  return { code, stdout: bench.stdout, stderr: bench.stderr };
}

const positive = expect.toSatisfy((value: number) => value > 0) as number;

/** A quick run of our own program that must succeed, and what it wrote. */
async function measured(...flags: readonly string[]) {
  const folder = await makeFolder();
  const json = join(folder, 'results.json');
  const quick = ['--quick', '--seconds', '1', '--json', json];
  const { code, stdout, stderr } = await runBench(...quick, ...flags);
  expect(code, stdout + stderr).toBe(0);
  return { results: JSON.parse(await readFile(json, 'utf8')) as Results, stdout, folder };
}

describe.concurrent('npm run bench', () => {
  it(
    "measures the renderer's scenarios and writes what it found, with plots",
    { timeout: 90_000 },
    async () => {
      const flags = ['--only', 'a,b,c,h,i', '--samples', '5', '--sizes', '1,3'];
      const { results, stdout, folder } = await measured(...flags);
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
        ['plain reads and writes', 3],
        ['autotmpl', 3],
      ]);
      for (const outcome of results.once ?? []) {
        expect(outcome).toMatchObject({
          ...{ wallMs: { median: positive }, cpuMs: positive, peakMemoryBytes: positive },
        });
      }
      const [baseline, subject] = results.idle?.outcomes ?? [];
      expect(baseline).toMatchObject({ role: 'baseline', memoryBytes: positive });
      expect(subject).toMatchObject({ role: 'subject', memoryBytes: positive, readyMs: positive });
      expect(subject?.connections).toBeLessThanOrEqual(100);
      const seen = (samples: number) => ({
        delayMs: expect.objectContaining({ samples, median: positive }) as object,
      });
      expect(results.render).toMatchObject([
        { role: 'baseline', step: 'in plain JavaScript', ...seen(10) },
        { role: 'subject', step: 'in Go', ...seen(10), ratio: positive },
        { role: 'subject', step: 'in Nunjucks', ...seen(10), ratio: positive },
      ]);
      expect(results.many).toMatchObject([
        { role: 'baseline', step: 'one key', ...seen(5) },
        { contender: 'autotmpl', step: 'one key of 50', ...seen(5), ratio: positive },
        { contender: 'autotmpl in Go', step: 'one key of 50', ...seen(5), ratio: positive },
      ]);
      expect(results.aims.map(({ scenario }) => scenario)).toEqual([
        ...['change', 'change', 'once', 'render', 'render'],
      ]);
      expect(stdout).toMatch(/^autotmpl +\d/m);
      expect(stdout).toMatch(/^1,000 instances: in Go +\d/m);
      expect((await readdir(folder)).sort()).toEqual([
        ...['change.svg', 'idle.svg', 'many.svg', 'once.svg', 'render.svg', 'results.json'],
      ]);
    },
  );

  it('measures very many files, how they grow, a storm, and memory', async () => {
    const sizes = ['--scale', '30', '--growth', '10,20', '--changes', '640'];
    const { results } = await measured('--only', 'j,k,l,m', '--samples', '3', ...sizes);
    const files = (transport: string, keys: number) => ({
      ...{ contender: 'autotmpl', transport, keys, services: keys / 10, templates: keys / 10 },
      ...{ coldMs: positive, connections: positive, memoryBytes: positive, unseen: 0 },
      outside: { asked: positive, refused: 0, longestMs: positive },
      bareMs: { samples: 3 },
      delayMs: { samples: 3, median: positive },
    });
    const ours = (results.scale ?? []).filter(({ role }) => role === 'subject');
    expect(ours).toMatchObject([files('http', 30), files('https', 30)]);
    expect(ours[1]?.connections).toBeLessThan(ours[0]?.connections ?? 0);
    const plain = (results.scale ?? []).filter(({ role }) => role === 'baseline');
    expect(plain.map(({ transport, coldMs }) => [transport, coldMs])).toEqual([
      ...[
        ['http', positive],
        ['http', positive],
        ['https', positive],
        ['https', positive],
      ],
    ]);
    expect(results.growth?.outcomes.filter(({ role }) => role === 'subject')).toMatchObject([
      ...[files('http', 10), files('http', 20)],
    ]);
    expect(results.growth?.slopes.map(({ what }) => what)).toContain('memory');
    expect(results.storm).toMatchObject([
      { role: 'baseline', questions: positive, lastValueMs: positive },
      { contender: 'autotmpl', writesPerSecond: positive, lastValueMs: positive },
    ]);
    const [unpaced, paced] = results.storm ?? [];
    expect(paced?.questions).toBeGreaterThan(1);
    expect(unpaced?.questions).toBeGreaterThan(paced?.questions ?? 0);
    expect(results.flat?.map(({ contender }) => contender)).toEqual(['plain watcher', 'autotmpl']);
    for (const { readings } of results.flat ?? []) {
      expect(readings.map(({ changes }) => changes)).toEqual(
        Array.from({ length: 21 }, (_, at) => at * 32),
      );
      expect(readings.every(({ heapBytes, memoryBytes }) => memoryBytes > heapBytes)).toBe(true);
    }
  }, 120_000);

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
        'from a passing check to its line in nginx.conf, longest',
        'from TERM to no line in nginx.conf, longest',
      ]);
      expect(stdout).toMatch(/^autotmpl: from TERM to de-registered +\d/m);
    },
  );

  it('measures a peer beside, and says what a peer failed at without failing itself', async () => {
    const folder = await makeFolder();
    const path = join(folder, 'peer');
    await writeFile(path, PEER);
    await chmod(path, 0o755);
    const json = join(folder, 'results.json');
    const flags = ['--quick', '--only', 'a,b,n', '--samples', '1', '--sizes', '2', '--json', json];
    const executable = ['--standalone', path];
    const { code, stdout } = await runBench(...flags, ...executable, '--peer', `other=${path}`);
    expect(code).toBe(0);

    const { change, once, idle, forms } = JSON.parse(await readFile(json, 'utf8')) as Results;
    expect(change?.[2]).toMatchObject({ contender: 'other', role: 'peer' });
    expect(change?.[2]?.failure).toMatch(/ended/);
    expect(once?.[2]).toMatchObject({ contender: 'other', role: 'peer', templates: 2 });
    expect(once?.[2]?.wallMs?.samples).toBe(3);
    expect(idle).toBeUndefined();
    expect(forms).toMatchObject([
      { contender: 'node -e 0', role: 'baseline' },
      { contender: 'autotmpl', sizeBytes: positive, wallMs: { samples: 3 } },
      { contender: 'autotmpl, one file', sizeBytes: PEER.length, wallMs: { samples: 3 } },
    ]);
    expect(stdout).toMatch(/^other .*FAILED/m);
  }, 60_000);

  it('shows results again without measuring', async () => {
    const folder = await makeFolder();
    const json = join(folder, 'old.json');
    const machine = { cores: 2, memoryBytes: 2 ** 30, platform: 'p', node: '20', consul: 'C' };
    const delayMs = { samples: 1, min: 1, median: 1, p90: 1, p99: 1, max: 1 };
    const change = [{ contender: 'autotmpl', role: 'subject', delayMs }];
    const old = { startedAt: '2026-01-01T00:00:00Z', machine, load: {}, change, aims: [] };
    await writeFile(json, JSON.stringify(old));
    const { code, stdout, stderr } = await runBench('--from', json);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^change to file, p99 +25.00 ms +1.00 ms +met$/m);
    expect((await readdir(folder)).sort()).toEqual(['change.svg', 'old.json']);
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
