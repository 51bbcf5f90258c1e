import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { runAutotmpl, startAutotmpl } from '../support/autotmpl.ts';
import { answerKey, startFakeAgent, type FakeAgent } from '../support/fake-agent.ts';
import { waitUntil } from '../support/wait-until.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILES = ['main.cjs', 'rest.cjs'];
const PROBES = join(ROOT, 'test/fixtures/probes');
/** Of the file that every run reads, in bytes: whoever comes to this may have imported what few runs need. */
const MOST_FOR_ALL = 665_000;
/** What a plain run has nothing to do with. */
const FOR_FEW = [
  'catalog/file',
  'catalog/http/http2',
  'catalog/kept',
  'catalog/shared',
  'config/containerpilot',
  'config/hcl',
  'config/migrate',
  'control',
  'renderer/drift',
  'renderer/kept',
  'renderer/rolling',
  'supervisor',
  'template/gotemplate',
];

/** Has a program say which of its files it compiled. */
const PRINTS_SCRIPTS = { NODE_OPTIONS: `--require=${PROBES}/print-scripts.cjs` };

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

  it.each(FILES)('has a code cache of %s that the Node which built it takes', (file) => {
    const script = `console.log(require('./dist/cli/bundle.cjs').openBundle('./dist/cli/${file}').fromCache)`;
    // A process of its own: V8 takes no cache where it is started with other options, as it is for the tests.
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd: ROOT, env });
    expect(stdout.toString()).toBe('true\n');
  });

  it('has no more in the file that every run reads than such a run needs', () => {
    expect(statSync(join(ROOT, 'dist/cli/main.cjs')).size).toBeLessThan(MOST_FOR_ALL);
  });

  it('leaves what few runs need to the file that few runs read', () => {
    const rest = readFileSync(join(ROOT, 'dist/cli/rest.cjs'), 'utf8');
    // What lies in the first file is asked for by these names.
    const ofFirst = new Set(Array.from(rest.matchAll(/"main:src\/([^"]+)"/g), ([, name]) => name));
    expect(ofFirst.size).toBeGreaterThan(50);
    const misplaced = [...ofFirst].filter((name) =>
      FOR_FEW.some((folder) => name?.startsWith(`${folder}/`)),
    );
    expect(misplaced).toEqual([]);
  });

  it.each([
    ['no code cache', (path: string) => rmSync(path)],
    ['a damaged code cache', (path: string) => writeFileSync(path, readFileSync(path).fill(0, 64))],
  ])('starts with %s, and leaves its folder as it is', (_, spoil) => {
    const copy = join(folder, 'package');
    for (const name of ['bin', 'dist', 'package.json']) {
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    }
    for (const file of FILES) spoil(loader.codeCachePath(join(copy, 'dist/cli', file)));
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
      env: { NODE_OPTIONS: `--require=${PROBES}/print-builtins.cjs` },
    });
    expect(code).toBe(0);
    const loaded = stdout.trim().split('\n');
    expect(loaded).toContain('http');
    const late = [
      'child_process',
      'crypto',
      'dns',
      'http2',
      'https',
      'module',
      'os',
      'perf_hooks',
      'tls',
      'v8',
      'worker_threads',
    ];
    expect(loaded.filter((name) => late.includes(name))).toEqual([]);
  });

  it('compiles nothing of the program but what such runs need', async () => {
    const { code, stdout } = await runAutotmpl(args('compiled'), { env: PRINTS_SCRIPTS });
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toEqual(['main.cjs']);
  });
});

describe('a run that lasts', () => {
  it('has all of the program from its start, since its files may be replaced', async () => {
    const agent = await startFakeAgent(({ index }, response) => {
      if (index === 0) answerKey(response, 7, 'value');
    });
    const folder = mkdtempSync(join(tmpdir(), 'autotmpl-start-'));
    writeFileSync(join(folder, 'a.njk'), '{{ key("a") }}');
    const program = startAutotmpl(
      [`-consul-addr=${agent.address}`, `-template=${join(folder, 'a.njk')}`],
      { env: PRINTS_SCRIPTS },
    );
    try {
      await waitUntil(() => program.stdout.includes('value'), { what: 'the text' });
      const { stdout } = await program.stop();
      expect(stdout.split('\n')).toContain('rest.cjs');
    } finally {
      await program.stop();
      await agent.close();
      rmSync(folder, { recursive: true });
    }
  });
});
