import { spawn, type ChildProcess } from 'node:child_process';
import { formatDuration } from '../core/duration.ts';
import { systemClock } from '../core/time.ts';
import { killGroup } from './group.ts';
import { startFailure } from './start-failure.ts';

/** How a program is run whose output is wanted whole. */
export interface CaptureOptions {
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** When its group is killed. */
  readonly timeoutMs: number;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

/** What a program printed on its standard output, or why that counts for nothing; `failure` is for people, and may hold its last words. */
export type Captured = { readonly output: string } | { readonly failure: string };

/** More is no output for a template. */
const LARGEST_BYTES = 16 * 1024 * 1024;
/** How long its output is waited for once it has ended: a process that it left behind may hold the pipes for ever. */
const PIPES_WITHIN_MS = 1000;
/** Of its last words. */
const SHOWN_CHARACTERS = 500;

/** Runs a program to its end, with no shell and no input, and returns what it printed. Never rejects. */
export async function captureOutput(
  [file, ...words]: readonly [string, ...string[]],
  { env, timeoutMs, signal }: CaptureOptions,
): Promise<Captured> {
  if (signal.aborted) return { failure: 'it was stopped' };
  let child: ChildProcess;
  try {
    child = spawn(file, words, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return { failure: `it could not be started: ${startFailure(error, undefined)}` };
  }
  const over = new AbortController();
  const reading = new Reading(child);
  const ended = await Promise.race([
    endOf(child),
    reading.tooMuch,
    stopped(signal, over.signal),
    expiry(timeoutMs, over.signal),
  ]);
  over.abort();
  // Whatever it left behind holds its pipes, and a template does not wait for that.
  if (child.pid !== undefined) killGroup(child.pid);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return ended === 'succeeded' ? reading.output() : { failure: ended + reading.lastWords() };
}

/** Resolves with `succeeded`, or with how it ended, once its output is read. */
async function endOf(child: ChildProcess): Promise<string> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  const ended = await new Promise<string>((resolve) => {
    child.once('error', (error) =>
      resolve(`it could not be started: ${startFailure(error, undefined)}`),
    );
    child.once('exit', (code, killedBy) => {
      if (code === 0) resolve('succeeded');
      else
        resolve(code === null ? `it was killed by ${killedBy}` : `it ended with exit code ${code}`);
    });
  });
  if (child.pid !== undefined) await within(PIPES_WITHIN_MS, closed);
  return ended;
}

async function within(timeMs: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, systemClock.sleep(timeMs, over.signal)]);
  over.abort();
}

function stopped(signal: AbortSignal, over: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve('it was stopped'), { signal: over });
  });
}

async function expiry(timeoutMs: number, over: AbortSignal): Promise<string> {
  await systemClock.sleep(timeoutMs, over);
  return `it ran longer than ${formatDuration(timeoutMs)} and was killed`;
}

/** Takes in what a program prints. */
class Reading {
  readonly tooMuch: Promise<string>;
  readonly #stdout: Buffer[] = [];
  #bytes = 0;
  #stderr = '';

  constructor({ stdout, stderr }: ChildProcess) {
    this.tooMuch = new Promise((resolve) => {
      stdout?.on('data', (chunk: Buffer) => {
        this.#stdout.push(chunk);
        this.#bytes += chunk.length;
        if (this.#bytes > LARGEST_BYTES) resolve('it printed more than 16 MB and was killed');
      });
    });
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-SHOWN_CHARACTERS);
    });
  }

  output(): Captured {
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        Buffer.concat(this.#stdout),
      );
      return { output: text.trim() };
    } catch {
      return { failure: 'what it printed is not UTF-8 text' };
    }
  }

  lastWords(): string {
    const words = this.#stderr.trim();
    return words === '' ? '' : `; it said: ${words}`;
  }
}
