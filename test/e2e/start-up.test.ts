import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { runAutotmpl } from '../support/autotmpl.ts';
import { answerKey, startFakeAgent, type FakeAgent } from '../support/fake-agent.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'dist/cli/main.cjs');
const PROBE = join(ROOT, 'test/fixtures/probes/print-builtins.cjs');

/** What the built loader exports (src/cli/bundle.ts). */
interface Loader {
  codeCachePath(bundle: string): string;
}
const loader = createRequire(import.meta.url)(join(ROOT, 'dist/cli/bundle.cjs')) as Loader;

describe('the built program', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-start-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('has a code cache that the Node which built it takes', () => {
    const script = `console.log(require('./dist/cli/bundle.cjs').openBundle(${JSON.stringify(MAIN)}).fromCache)`;
    // A process of its own: V8 takes no cache where it is started with other options, as it is for the tests.
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd: ROOT, env });
    expect(stdout.toString()).toBe('true\n');
  });

  it.each([
    ['no code cache', (path: string) => rmSync(path)],
    ['a damaged code cache', (path: string) => writeFileSync(path, readFileSync(path).fill(0, 64))],
  ])('starts with %s, and leaves its folder as it is', (_, spoil) => {
    const copy = join(folder, 'package');
    for (const name of ['bin', 'dist', 'package.json']) {
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    }
    spoil(loader.codeCachePath(join(copy, 'dist/cli/main.cjs')));
    const before = readdirSync(copy, { recursive: true });
    const { status, stdout } = spawnSync(process.execPath, [
      join(copy, 'bin/autotmpl.js'),
      '-version',
    ]);
    expect({ status, stdout: stdout.toString() }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^autotmpl \d/) as string,
    });
    expect(readdirSync(copy, { recursive: true })).toEqual(before);
  });
});

describe('a single run', () => {
  let agent: FakeAgent;
  let folder: string;

  beforeAll(async () => {
    agent = await startFakeAgent(({ index }, response) => {
      if (index === 0) answerKey(response, 7, 'value');
    });
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-start-'));
    writeFileSync(join(folder, 'a.njk'), '{{ key("a") }}');
  });

  afterAll(async () => {
    await agent.close();
    rmSync(folder, { recursive: true });
  });

  const args = (output: string): string[] => [
    ...['-once', `-consul-addr=${agent.address}`],
    `-template=${join(folder, 'a.njk')}:${join(folder, output)}`,
  ];

  it('asks for each fact once', async () => {
    const { code } = await runAutotmpl(args('asked'));
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('value');
    expect(agent.questions.map(({ url }) => url.pathname + url.search)).toEqual(['/v1/kv/a']);
  });

  it("loads none of Node's modules that it does not need", async () => {
    const { code, stdout } = await runAutotmpl(args('loaded'), {
      env: { NODE_OPTIONS: `--require=${PROBE}` },
    });
    expect(code).toBe(0);
    const loaded = stdout.trim().split('\n');
    expect(loaded).toContain('http');
    const late = ['child_process', 'crypto', 'https', 'os', 'tls', 'worker_threads'];
    expect(loaded.filter((name) => late.includes(name))).toEqual([]);
  });
});
