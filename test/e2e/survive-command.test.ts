import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { peakMemory } from '../support/process-facts.ts';
import { messages, Scene } from '../support/scene.ts';
import { sideBySide } from '../support/side-by-side.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/commands', import.meta.url));
/** A write is a matter of milliseconds; a command under way must not make it one of its own length. */
const PROMPT_MS = 4000;

let agent: ConsulAgent;
beforeAll(async () => {
  agent = await startConsul();
});
afterAll(() => agent.stop());

const test = sideBySide(async (ends) => {
  const scene = new Scene();
  ends.push(() => scene.close());
  const key = `site/${randomUUID()}`;
  await agent.putKey(key, 'one');

  const start = (fields: Readonly<Record<string, unknown>>): Program =>
    scene.start({
      catalog: { consul: { address: agent.address } },
      templates: [{ contents: `{{ key("${key}") }}`, destination: 'site.conf', ...fields }],
    });

  /** Starts a program whose command does what a fixture does until the file `mended` is there; then it copies the file. */
  async function watch(fixture: string, commandTimeout: string): Promise<Program> {
    const command = `echo run >> runs; [ -e mended ] || exec ${join(FIXTURES, fixture)}; cp site.conf applied`;
    const program = start({ command, commandTimeout });
    await program.logs(/"running: /);
    return program;
  }

  async function expectPromptWrite(text: string): Promise<void> {
    await agent.putKey(key, text);
    await scene.untilText('site.conf', text, PROMPT_MS);
  }

  /** Mends the command and waits for the next try to succeed on the newest file. */
  async function expectRetried(program: Program, text: string): Promise<void> {
    scene.write('mended', '');
    await scene.untilText('applied', text, 15_000);
    await program.logs(/"done: /);
    await scene.until('nothing owed', () => !scene.exists('.site.conf.autotmpl-owed'));
    expect(program.isRunning).toBe(true);
    expect(scene.processes()).toEqual([program.pid]);
  }

  return { scene, start, watch, expectPromptWrite, expectRetried };
});

test('ends a command that hangs, writes changes meanwhile, and tries again', async ({
  stage: { watch, expectPromptWrite, expectRetried },
}) => {
  const program = await watch('hang', '6s');
  await expectPromptWrite('two');
  expect(messages(program, /ran longer than/)).toEqual([]);
  await program.logs(/ran longer than 6s and was killed.*it is tried again in/);
  await expectRetried(program, 'two');
});

test('ends a command that takes no TERM, with its children', async ({
  stage: { watch, expectRetried },
}) => {
  const program = await watch('ignore-term', '500ms');
  await program.logs(/"started"/);
  await program.logs(/ran longer than 500ms and was killed/);
  await expectRetried(program, 'one');
});

test('ends a command with all that it forked', async ({
  stage: { scene, watch, expectRetried },
}) => {
  const program = await watch('fork-and-wait', '1s');
  await program.logs(/"started"/);
  expect(scene.processes().length).toBeGreaterThan(3);
  await program.logs(/ran longer than 1s and was killed/);
  await expectRetried(program, 'one');
});

test('leaves nothing of a command behind when a second signal insists', async ({
  stage: { scene, watch },
}) => {
  const program = await watch('ignore-term', '60s');
  await program.logs(/"started"/);
  program.kill('SIGTERM');
  await program.logs(/SIGTERM: stopping/);
  program.kill('SIGINT');
  expect(await program.ended).toMatchObject({ code: 130, signal: null });
  await scene.until('nothing left', () => scene.processes().length === 0);
});

test('is not held up by a daemon that keeps the output, which lives on', async ({
  stage: { scene, start, expectPromptWrite },
}) => {
  const command = `${join(FIXTURES, 'leave-daemon')} ${scene.at('alive')}`;
  const program = start({ command });
  await program.logs(/"done: /);
  expect(scene.exists('alive')).toBe(false);
  await expectPromptWrite('two');
  await scene.until('a second run', () => messages(program, /^done: /).length === 2);
  await scene.until('the daemon to print and live', () => scene.exists('alive'));
});

test('takes 100 MB of output without losing its memory, its log or a change', async ({
  stage: { scene, watch, expectPromptWrite },
}) => {
  const program = await watch('flood', '60s');
  await expectPromptWrite('two');
  expect(messages(program, /^done: /)).toEqual([]);
  await program.logs(/"done: /, 30_000);
  await scene.until(
    'the run for the change',
    () => messages(program, /^done: /).length === 2,
    30_000,
  );
  expect(scene.read('runs')).toBe('run\nrun\n');
  expect(peakMemory(program.pid)).toBeLessThan(250e6);
  expect(program.stderr.length).toBeLessThan(1e6);
  expect(messages(program, / printed \d{7} lines more than are logged$/)).toHaveLength(2);
});

test('tries again when a command dies by a signal', async ({
  stage: { watch, expectPromptWrite, expectRetried },
}) => {
  const program = await watch('die-of-segv', '10s');
  await program.logs(/was killed by SIGSEGV; .*it is tried again in/);
  await expectPromptWrite('two');
  await expectRetried(program, 'two');
});
