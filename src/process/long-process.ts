import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { systemCode } from '../core/errors.ts';
import type { Account } from './account.ts';
import { asAccount, idsOf } from './as-account.ts';
import type { CommandLine } from './command-line.ts';
import { endGroup, signalGroup } from './group.ts';
import { LineCutter } from './lines.ts';
import type { OutputStream } from './output-budget.ts';
import { openPipes } from './pipes.ts';
import { startFailure } from './start-failure.ts';

/** Takes one line of a process's output. Lines may hold control characters. */
export type TakeLine = (stream: OutputStream, line: string) => void;

/** How a process is started. */
export interface ProcessOptions {
  /** Text goes to `sh -c`; a list is started directly. */
  readonly command: CommandLine;
  /** The whole environment: nothing of ours is added. */
  readonly env: Readonly<Record<string, string>>;
  /** Absent: our own folder. */
  readonly cwd?: string;
  /** Absent: ours. */
  readonly account?: Account;
  /** `inherit`: what it prints goes where ours goes, untouched. Otherwise each line is handed on; the process never waits for that. */
  readonly output: 'inherit' | TakeLine;
  /** Called in the moment when there is a process, before anything else can happen. */
  readonly onPid?: (pid: number) => void;
}

/** How a process ended. */
export type ProcessEnd = { readonly code: number } | { readonly signal: NodeJS.Signals };

/** A process that was started; it leads a session and a process group of its own. */
export interface RunningProcess {
  /** Also the id of its group. */
  readonly pid: number;
  /** When it has ended, whoever else of its group may still run. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Signals everybody of its group; returns whether there was anybody. */
  signal(signal: NodeJS.Signals): boolean;
  /** Signals the process itself, and nobody else of its group; returns whether it was there. */
  signalAlone(signal: NodeJS.Signals): boolean;
  /**
   * Ends the whole group, leftovers of a process that has ended included: the signal, then KILL to whoever is left after `graceMs`
   * (at once where it is not above 0), or soon after `hurry` aborts. Resolves when nobody of it runs.
   */
  stop(signal: NodeJS.Signals, graceMs: number, hurry?: AbortSignal): Promise<void>;
}

/** There is no process. The code is what a shell would end with (POSIX, Shell Command Language, 2.8.2). */
export interface StartFailure {
  readonly couldNotStart: string;
  readonly exitCode: 126 | 127;
}

/** How long the output is read on once its process has ended: whom it left behind may hold the pipes for ever. */
const PIPES_WITHIN_MS = 1000;

/** The exit code by which one process passes on how another ended: its own, or 128+n. */
export function exitCodeOfEnd(end: ProcessEnd): number {
  return 'code' in end ? end.code : 128 + constants.signals[end.signal];
}

/** Starts a process, and returns as soon as it runs; never throws. It has no input, and is nobody's job but ours. */
export async function startProcess(
  options: ProcessOptions,
): Promise<RunningProcess | StartFailure> {
  const { command, output, account } = options;
  const asked = typeof command === 'string' ? ['sh', '-c', command] : command;
  const [file, ...words] = asAccount(asked, account);
  if (file === undefined || file === '') return failure('its command is empty', 127);
  const pipes = output === 'inherit' ? undefined : await openPipes(account);
  const piped = output === 'inherit' ? 'inherit' : 'pipe';
  try {
    const child = spawn(file, words, {
      stdio: ['ignore', pipes?.stdout.writer ?? piped, pipes?.stderr.writer ?? piped],
      detached: true,
      env: { ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...idsOf(account),
    });
    if (child.pid !== undefined) options.onPid?.(child.pid);
    const started = await startOf(child, options.cwd);
    const readers = [pipes?.stdout.reader ?? child.stdout, pipes?.stderr.reader ?? child.stderr];
    if (started !== undefined) {
      for (const reader of readers) reader?.destroy();
      return started;
    }
    return running(child, output === 'inherit' ? undefined : { take: output, readers });
  } catch (error) {
    // What no system call was made for: a null byte in a word, say.
    pipes?.stdout.reader.destroy();
    pipes?.stderr.reader.destroy();
    return couldNotStart(error, options.cwd);
  } finally {
    if (pipes !== undefined) {
      closeSync(pipes.stdout.writer);
      closeSync(pipes.stderr.writer);
    }
  }
}

function startOf(child: ChildProcess, cwd: string | undefined): Promise<StartFailure | undefined> {
  return new Promise((resolve) => {
    child.once('spawn', () => resolve(undefined));
    child.once('error', (error) => resolve(couldNotStart(error, cwd)));
  });
}

function couldNotStart(error: unknown, cwd: string | undefined): StartFailure {
  const found = systemCode(error) === 'EACCES' || systemCode(error) === 'ENOEXEC';
  return failure(startFailure(error, cwd), found ? 126 : 127);
}

function failure(couldNotStart: string, exitCode: 126 | 127): StartFailure {
  return { couldNotStart, exitCode };
}

function running(
  child: ChildProcess,
  output: { readonly take: TakeLine; readonly readers: readonly (Readable | null)[] } | undefined,
): RunningProcess {
  const pid = child.pid as number;
  const [stdout, stderr] = output?.readers ?? [];
  const close =
    output === undefined
      ? []
      : [
          readLines(stdout, (line) => output.take('stdout', line)),
          readLines(stderr, (line) => output.take('stderr', line)),
        ];
  // A signal that cannot be delivered is told by `signal`, and what came after the start is no failure to start.
  child.on('error', () => undefined);
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      const timer = setTimeout(() => close.forEach((end) => end()), PIPES_WITHIN_MS);
      timer.unref();
      resolve(signal === null ? { code: code ?? 1 } : { signal });
    });
  });
  return {
    pid,
    ended,
    signal: (signal) => signalGroup(pid, signal),
    signalAlone: (signal) => child.kill(signal),
    stop: (signal, graceMs, hurry = new AbortController().signal) =>
      endGroup(pid, graceMs, hurry, signal),
  };
}

/** Reads a stream line by line for as long as it lasts; what is returned closes it. */
function readLines(stream: Readable | null | undefined, take: (line: string) => void): () => void {
  const lines = new LineCutter((bytes) => take(bytes.toString()));
  stream?.on('data', (chunk: Buffer) => lines.push(chunk));
  stream?.on('close', () => lines.end());
  // A broken pipe is the end of its output; how the process ends is what counts.
  stream?.on('error', () => undefined);
  return () => stream?.destroy();
}
