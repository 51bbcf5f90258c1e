import { closeSync } from 'node:fs';
import type { execa as Execa } from 'execa';
import { systemClock } from '../core/time.ts';
import type { Account } from './account.ts';
import { asAccount, idsOf } from './as-account.ts';
import type { CommandLine } from './command-line.ts';
import { endGroup, killGroup } from './group.ts';
import { OutputBudget, type OutputStream } from './output-budget.ts';
import { openPipes } from './pipes.ts';
import type { CommandResult } from './result.ts';
import { startFailure } from './start-failure.ts';
import { drain, letGo, pipesClosed, type Streams } from './streams.ts';

/** How a command is run. */
export interface CommandOptions {
  /** The whole environment: nothing of ours is added ({@link commandEnvironment} makes one). */
  readonly env: Readonly<Record<string, string>>;
  /** Absent: our own folder. */
  readonly cwd?: string;
  /** Whom it runs as; absent: us. */
  readonly account?: Account;
  /** When it is ended. */
  readonly timeoutMs: number;
  /** How it is ended then; SIGTERM where nobody says otherwise. */
  readonly killSignal?: NodeJS.Signals;
  /** How long it has from that to SIGKILL; 5 s where nobody says otherwise, and 0 is SIGKILL at once. */
  readonly killAfterMs?: number;
  /** Ends it early, with less time to go: whoever aborts is in a hurry. */
  readonly signal: AbortSignal;
  /** Kills its group in the very moment when it aborts: whoever does that ends this process next. */
  readonly insist?: AbortSignal;
  /** Called with each line of its output, and its process ID, while there are not too many, never after the result. Lines may hold control characters. */
  readonly onLine: (stream: OutputStream, line: string, pid: number) => void;
}

const KILL_AFTER_MS = 5000;
/** Node's timers fire at once beyond this (25 days). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** execa's own way to start and to report, as we use it: we read the output, keep the time and kill the group ourselves. */
const EXECA_OPTIONS = {
  stdin: 'ignore',
  buffer: false,
  reject: false,
  detached: true,
  cleanup: false,
  extendEnv: false,
} as const;

/**
 * Where a child's output goes: the ends of real pipes, or what Node makes. execa takes any descriptor, and its types only the
 * three that have names.
 */
type Stdio =
  { readonly stdout: 1; readonly stderr: 1 } | { readonly stdout: 'pipe'; readonly stderr: 'pipe' };

type Child = ReturnType<typeof startWith>;

interface Launched {
  readonly child: Child;
  readonly streams: Streams;
}

/** Why the wait for a process is over. */
type Ending =
  | {
      readonly kind: 'exited';
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
    }
  | { readonly kind: 'couldNotStart'; readonly reason: string }
  | { readonly kind: 'timedOut' | 'aborted' };

/** Starts to load what the first command needs, for a caller who knows that there will be one. */
export function warmUp(): void {
  // A failure comes again where it is waited for.
  void import('execa').catch(() => undefined);
}

/**
 * Runs a command to its end and says how it ended; never throws. Text goes to `sh -c`; a list is started directly,
 * with no shell. It leads a session and a process group of its own, and has no input. What it prints is always
 * read, so that it never waits for us. When its time is up or the signal aborts, its whole group is ended; after an end of its own accord
 * the group is let be, since a command may be there to start a daemon.
 */
export async function runCommand(
  command: CommandLine,
  options: CommandOptions,
): Promise<CommandResult> {
  const startedAt = performance.now();
  let pid = 0;
  const output = new OutputBudget((stream, line) => options.onLine(stream, line, pid));
  const ending = await runToEnd(command, options, output, (started) => (pid = started));
  output.close();
  const run = {
    durationMs: performance.now() - startedAt,
    tail: output.tail,
    droppedLines: output.droppedLines,
  };
  switch (ending.kind) {
    case 'couldNotStart':
      return { ...run, outcome: 'couldNotStart', reason: ending.reason };
    case 'timedOut':
      return { ...run, outcome: 'timedOut', timeoutMs: options.timeoutMs };
    case 'aborted':
      return { ...run, outcome: 'aborted' };
    case 'exited':
      if (ending.code === 0) return { ...run, outcome: 'ok', exitCode: 0 };
      return ending.signal === null
        ? { ...run, outcome: 'failed', exitCode: ending.code ?? 1 }
        : { ...run, outcome: 'failed', signal: ending.signal };
  }
}

async function runToEnd(
  command: CommandLine,
  options: CommandOptions,
  output: OutputBudget,
  onStart: (pid: number) => void,
): Promise<Ending> {
  if (options.signal.aborted) return { kind: 'aborted' };
  const launched = await launch(command, options);
  if ('reason' in launched) return { kind: 'couldNotStart', reason: launched.reason };
  const { child, streams } = launched;
  const { pid } = child;
  if (pid !== undefined) onStart(pid);
  const kill = (): void => (pid === undefined ? undefined : killGroup(pid));
  options.insist?.addEventListener('abort', kill);
  const closed = drain(streams, (stream, chunk) => output.push(stream, chunk));
  const ended = endOf(child, options.cwd);
  const ending = await firstEnding(ended, options);
  if (pid !== undefined && (ending.kind === 'timedOut' || ending.kind === 'aborted')) {
    const { killAfterMs = KILL_AFTER_MS, killSignal } = options;
    await endGroup(pid, killAfterMs, options.signal, killSignal);
  }
  if (ending.kind !== 'couldNotStart') await pipesClosed(closed, options.signal);
  options.insist?.removeEventListener('abort', kill);
  child.unref();
  letGo(streams);
  return ending;
}

function startWith(
  execa: typeof Execa,
  [file, ...words]: readonly [string, ...string[]],
  env: CommandOptions['env'],
  cwd: string,
  output: Stdio,
  account: Account | undefined,
) {
  return execa(file, words, { ...EXECA_OPTIONS, ...output, ...idsOf(account), env, cwd });
}

/** The child comes wrapped: it is a promise of its own end, too, and would be awaited. */
async function launch(
  command: CommandLine,
  options: CommandOptions,
): Promise<Launched | { readonly reason: string }> {
  const asked = typeof command === 'string' ? ['sh', '-c', command] : command;
  const [file, ...words] = asAccount(asked, options.account);
  if (file === undefined) return { reason: 'it is an empty list' };
  const [{ execa }, pipes] = await Promise.all([import('execa'), openPipes(options.account)]);
  const cwd = options.cwd ?? process.cwd();
  const stdio: Stdio =
    pipes === undefined
      ? { stdout: 'pipe', stderr: 'pipe' }
      : { stdout: pipes.stdout.writer as 1, stderr: pipes.stderr.writer as 1 };
  try {
    const child = startWith(execa, [file, ...words], options.env, cwd, stdio, options.account);
    const streams =
      pipes === undefined
        ? { stdout: child.stdout, stderr: child.stderr }
        : { stdout: pipes.stdout.reader, stderr: pipes.stderr.reader };
    return { child, streams };
  } catch (error) {
    pipes?.stdout.reader.destroy();
    pipes?.stderr.reader.destroy();
    return { reason: startFailure(error, options.cwd) };
  } finally {
    if (pipes !== undefined) {
      closeSync(pipes.stdout.writer);
      closeSync(pipes.stderr.writer);
    }
  }
}

function endOf(child: Child, cwd: string | undefined): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ kind: 'exited', code, signal }));
    // No process, so no exit; execa knows best why, and of failures that came before there were events.
    void Promise.resolve(child).then((result) => {
      if (child.pid === undefined) {
        resolve({ kind: 'couldNotStart', reason: startFailure(result.cause ?? result, cwd) });
      }
    });
  });
}

async function firstEnding(ended: Promise<Ending>, options: CommandOptions): Promise<Ending> {
  const over = new AbortController();
  const aborted = new Promise<Ending>((resolve) => {
    const tell = () => resolve({ kind: 'aborted' });
    options.signal.addEventListener('abort', tell, { once: true, signal: over.signal });
    // It may have aborted while execa was loaded.
    if (options.signal.aborted) tell();
  });
  const timedOut = systemClock
    .sleep(Math.min(options.timeoutMs, LONGEST_TIMER_MS), over.signal)
    .then((): Ending => ({ kind: 'timedOut' }));
  try {
    return await Promise.race([ended, aborted, timedOut]);
  } finally {
    over.abort();
  }
}
