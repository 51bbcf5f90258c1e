import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { PrivateMounts, seenBy } from '../support/mounts.ts';
import { messages, Scene } from '../support/scene.ts';

/** The pauses between tries grow: 1, 2, 4 … seconds. */
const RETRY_MS = 15_000;
const TEMPLATE = '{{ key("site/text") }}\n';
const COMMAND = 'cp out/site.conf applied';

let agent: ConsulAgent;
let scene: Scene;
beforeAll(async () => {
  agent = await startConsul();
});
afterAll(() => agent.stop());
beforeEach(async () => {
  scene = new Scene();
  mkdirSync(scene.at('out'));
  await agent.putKey('site/text', 'one');
});
afterEach(() => scene.close());

const watch = (under: readonly string[], rules: object = {}): Program =>
  scene.start(
    {
      catalog: { consul: { address: agent.address } },
      log: { level: 'debug' },
      templates: [{ contents: TEMPLATE, destination: 'out/site.conf', command: COMMAND, ...rules }],
    },
    { under },
  );

/** The folder `out` as the program sees it: a mount of its own. */
class Out {
  readonly #folder: string;

  constructor(program: Program) {
    this.#folder = seenBy(program.pid, scene.at('out'));
  }

  at(name: string): string {
    return `${this.#folder}/${name}`;
  }

  names(): string[] {
    return readdirSync(this.#folder).sort();
  }

  get text(): string {
    return readFileSync(this.at('site.conf'), 'utf8');
  }
}

it('keeps the old file while the disk is full, and writes when there is room again, without a change', async () => {
  const mounts = new PrivateMounts();
  const program = watch(mounts.under('mount -t tmpfs -o size=64k tmpfs out'));
  await program.logs(/"done: /);
  const out = new Out(program);
  expect(out.text).toBe('one\n');

  expect(() => writeFileSync(out.at('ballast'), Buffer.alloc(1_000_000))).toThrow('ENOSPC');
  const long = 'two '.repeat(5000);
  await agent.putKey('site/text', long);
  await program.logs(/Cannot write .*out\/site\.conf: no space is left on its file system/);
  await scene.until('a second try', () => messages(program, /is tried again in/).length > 1);
  expect(out.text).toBe('one\n');
  expect(out.names()).toEqual(['ballast', 'site.conf']);

  rmSync(out.at('ballast'));
  await scene.until('the new text', () => out.text === `${long}\n`, RETRY_MS);
  await scene.untilText('applied', `${long}\n`);
  await scene.until('nothing else', () => out.names().length === 1);
  expect(messages(program, /no space is left/)).toHaveLength(1);
});

it('puts the last good file back on a disk that has no room for a copy of it', async () => {
  const program = watch(new PrivateMounts().under('mount -t tmpfs -o size=64k tmpfs out'), {
    command: '! grep bad out/site.conf || { head -c 1M /dev/zero > out/ballast; exit 1; }',
    onFailure: 'rollback',
  });
  await program.logs(/"done: /);
  const out = new Out(program);
  await agent.putKey('site/text', 'bad');
  await program.logs(/is rolled back: the last good file is in place again/);
  expect(() => writeFileSync(out.at('more'), Buffer.alloc(5000))).toThrow('ENOSPC');
  expect(out.text).toBe('one\n');
  await agent.putKey('site/text', 'bad again');
  await program.logs(/Cannot write .*out\/site\.conf: no space is left on its file system/);
  expect(out.text).toBe('one\n');
  rmSync(out.at('ballast'));
  await agent.putKey('site/text', 'two');
  await scene.until('the new text', () => out.text === 'two\n', RETRY_MS);
});

it('keeps the old file while the folder is read-only, and writes when it is not any more', async () => {
  const mounts = new PrivateMounts();
  const program = watch(mounts.under('mount --bind out out'));
  await program.logs(/"done: /);
  const out = new Out(program);
  await scene.until('nothing to be owed', () => out.names().length === 1);

  mounts.run(program.pid, 'mount', '-o', 'remount,ro,bind', scene.at('out'));
  await agent.putKey('site/text', 'two');
  await program.logs(/Cannot write .*out\/site\.conf: the file system is read-only/);
  expect(out.text).toBe('one\n');
  expect(out.names()).toEqual(['site.conf']);
  expect(scene.read('applied')).toBe('one\n');

  mounts.run(program.pid, 'mount', '-o', 'remount,rw,bind', scene.at('out'));
  await scene.untilText('applied', 'two\n', RETRY_MS);
  expect(out.text).toBe('two\n');
});

it('leaves a directory in the place of a file alone, writes the other files, and this one once it may', async () => {
  mkdirSync(scene.at('out/taken'));
  const program = scene.start({
    catalog: { consul: { address: agent.address } },
    templates: [
      { contents: TEMPLATE, destination: 'out/taken', command: 'echo run >> runs' },
      { contents: TEMPLATE, destination: 'out/site.conf' },
    ],
  });
  await scene.untilText('out/site.conf', 'one\n');
  await program.logs(/out\/taken: it is a directory/);
  expect(scene.names('out')).toEqual(['site.conf', 'taken']);
  expect(scene.names('out/taken')).toEqual([]);
  expect(scene.exists('runs')).toBe(false);

  await agent.putKey('site/text', 'two');
  await scene.untilText('out/site.conf', 'two\n');
  rmdirSync(scene.at('out/taken'));
  await scene.untilText('out/taken', 'two\n', RETRY_MS);
  await scene.untilText('runs', 'run\n');
  expect(messages(program, /it is a directory/)).toHaveLength(1);
});
