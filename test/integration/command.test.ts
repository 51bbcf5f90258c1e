import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand, type CommandOptions } from '../../src/process/command.ts';
import type { CommandLine } from '../../src/process/command-line.ts';
import { waitUntil } from '../support/wait-until.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/commands', import.meta.url));
const fixture = (name: string) => join(FIXTURES, name);

let folder: string;
/** In the environment of each process that a test starts, and of their children. */
let mark: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-'));
  mark = `AUTOTMPL_TEST=${randomUUID()}`;
});
afterEach(async () => {
  try {
    await waitUntil(() => markedProcesses().length === 0, {
      what: 'no process of ours is left',
      timeoutMs: 5000,
    });
  } finally {
    for (const pid of markedProcesses()) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

function markedProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function run(command: CommandLine, options: Partial<CommandOptions> = {}) {
  const lines: string[] = [];
  const [name, value] = mark.split('=') as [string, string];
  const result = await runCommand(command, {
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    onLine: (stream, line) => lines.push(stream === 'stdout' ? line : `${stream}: ${line}`),
    ...options,
    env: { PATH: process.env.PATH ?? '', [name]: value, ...options.env },
  });
  return { result, lines };
}

it("says with each line which process's it is", async () => {
  const pids: number[] = [];
  const { result } = await run(['sh', '-c', 'echo $$; echo $$ >&2'], {
    onLine: (_stream, line, pid) => pids.push(Number(line), pid),
  });
  expect(result.outcome).toBe('ok');
  expect(pids).toHaveLength(4);
  expect(new Set(pids).size).toBe(1);
});

describe('a command as text', () => {
  it.each([
    ['pipes', 'printf "b\\na\\n" | sort', ['a', 'b']],
    ['&& and ||', 'true && echo yes || echo no', ['yes']],
    ['$( ) and quotes', `echo "$(printf '%s' "it's")" 'a  b'`, ["it's a  b"]],
    ['variables and braces', 'FOO=bar; echo ${FOO}', ['bar']],
    ['what goes to both streams', 'echo out; wait; echo err >&2', ['out', 'stderr: err']],
  ])('runs through the shell, with %s', async (_what, command, expected) => {
    const { result, lines } = await run(command);
    expect(result).toMatchObject({
      outcome: 'ok',
      exitCode: 0,
      tail: expect.any(Array) as string[],
    });
    expect(lines.sort()).toEqual([...expected].sort());
  });

  it('fails with its code and its last lines', async () => {
    const { result } = await run('echo one; echo two >&2; exit 3');
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 3, droppedLines: 0 });
    expect([...result.tail].sort()).toEqual(['one', 'two']);
  });

  it('fails with 127 when the shell finds no such program', async () => {
    const { result, lines } = await run('no-such-program-here --now');
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 127 });
    expect(lines.join()).toContain('not found');
  });
});

describe('a command as a list', () => {
  it('is started with no shell: its words arrive as they are', async () => {
    const words = ['a b', '$(id)', '"', "'", '', '&&', '*', 'x\ny'];
    const { lines } = await run([fixture('show-arguments'), ...words]);
    expect(lines.join('\n')).toBe(words.map((word) => `<${word}>`).join('\n'));
  });

  it.each<[string, string[], Partial<CommandOptions>, string]>([
    ['the program is not found', ['no-such-program-here'], {}, 'not found'],
    ['the file may not be executed', ['/etc/passwd'], {}, 'it may not be executed'],
    ['the list is empty', [], {}, 'it is an empty list'],
    ['its folder is missing', ['true'], { cwd: '/no/such' }, 'its folder /no/such does not exist'],
    [
      'its environment is too long',
      ['true'],
      { env: { LONG: 'x'.repeat(200_000) } },
      'its arguments and environment are too long',
    ],
  ])('could not be started when %s', async (_why, command, options, reason) => {
    const { result } = await run(command, options);
    expect(result).toMatchObject({ outcome: 'couldNotStart', reason });
  });
});

describe('what a command finds', () => {
  it('is only the environment that it is given, its folder, and no input', async () => {
    process.env.AUTOTMPL_NOT_FOR_COMMANDS = 'secret';
    const { result, lines } = await run('env; pwd; cat', { env: { GIVEN: 'x' }, cwd: folder });
    delete process.env.AUTOTMPL_NOT_FOR_COMMANDS;
    expect(result.outcome).toBe('ok');
    expect(lines).toContain('GIVEN=x');
    expect(lines).toContain(folder);
    expect(lines.join()).not.toContain('AUTOTMPL_NOT_FOR_COMMANDS');
  });
});

describe('a command that does not end', () => {
  it.each(['hang', 'fork-and-wait'])('is ended when its time is up (%s)', async (name) => {
    const { result, lines } = await run([fixture(name)], { timeoutMs: 400 });
    expect(result).toMatchObject({ outcome: 'timedOut', timeoutMs: 400 });
    expect(result.durationMs).toBeLessThan(3000);
    expect(lines).toEqual(['started']);
  });

  it('is killed with its children when it takes no SIGTERM', async () => {
    const { result } = await run([fixture('ignore-term')], { timeoutMs: 400, killAfterMs: 300 });
    expect(result.outcome).toBe('timedOut');
    expect(result.durationMs).toBeGreaterThanOrEqual(700);
    expect(markedProcesses()).toEqual([]);
  });

  it('is ended at once when the caller aborts, with less patience', async () => {
    const controller = new AbortController();
    const { result } = await run([fixture('ignore-term')], {
      signal: controller.signal,
      onLine: () => controller.abort(),
    });
    expect(result.outcome).toBe('aborted');
    expect(result.durationMs).toBeLessThan(3000);
  });

  it('has its grace cut short when the caller aborts during it', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 600);
    const { result } = await run([fixture('ignore-term')], {
      timeoutMs: 300,
      killAfterMs: 20_000,
      signal: controller.signal,
    });
    expect(result.outcome).toBe('timedOut');
    expect(result.durationMs).toBeLessThan(5000);
  });

  it('is not started when the caller has aborted before', async () => {
    const { result } = await run(['touch', join(folder, 'ran')], { signal: AbortSignal.abort() });
    expect(result.outcome).toBe('aborted');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a command that leaves a process behind', () => {
  it('is waited for a second longer while its output is held, and the process is let be', async () => {
    const { result, lines } = await run([fixture('leave-child-with-pipe'), '3']);
    expect(result.outcome).toBe('ok');
    expect(result.durationMs).toBeGreaterThanOrEqual(950);
    expect(result.durationMs).toBeLessThan(2800);
    expect(lines).toEqual(['started']);
    expect(markedProcesses()).toHaveLength(1);
  });

  it('may leave a daemon: it lives, and what it prints kills it not and goes nowhere', async () => {
    const proof = join(folder, 'proof');
    const { result, lines } = await run([fixture('leave-daemon'), proof]);
    expect(result.outcome).toBe('ok');
    await waitUntil(() => readdirSync(folder).includes('proof'), { what: 'the daemon spoke' });
    expect(lines).toEqual(['started']);
  });
});

describe('a command that floods or dies', () => {
  it('may open its output by name, as nginx does whose logs are links to it', async () => {
    const { result, lines } = await run('echo one > /dev/stdout; echo two > /dev/stderr');
    expect(result.outcome).toBe('ok');
    expect([...lines].sort()).toEqual(['one', 'stderr: two']);
  });

  it('is read to the end, handed on in part, and counted', async () => {
    const memoryBefore = process.memoryUsage().rss;
    const { result, lines } = await run([fixture('flood')]);
    expect(result.outcome).toBe('ok');
    expect(lines).toHaveLength(500);
    expect(result.droppedLines).toBe(Math.ceil(100_000_000 / 17) + 1 - 500);
    expect(result.tail).toHaveLength(20);
    expect(result.tail.at(-1)).toBe('the end');
    expect(process.memoryUsage().rss - memoryBefore).toBeLessThan(60_000_000);
  });

  it('is read to the end when it is one line', async () => {
    const { result, lines } = await run([fixture('flood-one-line')]);
    expect(lines.every((line) => line.length === 8192)).toBe(true);
    expect(lines).toHaveLength(32);
    expect(result.droppedLines).toBe(Math.ceil(20_000_000 / 8192) - 32);
  });

  it('fails with the signal that killed it', async () => {
    const { result } = await run([fixture('die-of-segv')]);
    expect(result).toMatchObject({ outcome: 'failed', signal: 'SIGSEGV', tail: ['before'] });
    expect(result).not.toHaveProperty('exitCode');
  });
});
