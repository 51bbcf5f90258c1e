import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { waitUntil } from './wait-until.ts';

/** The program under test: what `AUTOTMPL_BIN` names, else ours, as users start it. */
export const PROGRAM =
  process.env.AUTOTMPL_BIN ?? fileURLToPath(new URL('../../bin/autotmpl.js', import.meta.url));

/** What starts the program, under the name of `link` where that is given: Node, or the executable itself that has Node in it. */
export function programWords(link = PROGRAM): readonly [string, ...string[]] {
  return PROGRAM.endsWith('.js') ? [process.execPath, link] : [link];
}

/** How the program is started. */
export interface ProgramOptions {
  readonly cwd?: string;
  /** Added to an environment without any CONSUL_* variable. */
  readonly env?: Readonly<Record<string, string>>;
  /** A link to the program: it is called by that name. */
  readonly link?: string;
  /** A command that makes its arguments its own process (exec), as `unshare -m` does; the program follows as its arguments. */
  readonly under?: readonly string[];
}

/** A line of the program's log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
}

/** How the program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program as a child process. */
export class Program {
  readonly ended: Promise<ProgramEnd>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  readonly #logLines: LogLine[] = [];
  #readUntil = 0;

  constructor(args: readonly string[], options: ProgramOptions) {
    const words = [...(options.under ?? []), ...programWords(options.link), ...args];
    this.#child = spawn(words[0] ?? process.execPath, words.slice(1), {
      cwd: options.cwd,
      env: { ...plainEnvironment(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) =>
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr }),
      );
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The whole lines of its log so far, where that is in JSON. */
  get logLines(): readonly LogLine[] {
    const end = this.#stderr.lastIndexOf('\n') + 1;
    // Long logs are asked for again and again.
    for (const line of this.#stderr.slice(this.#readUntil, end).split('\n')) {
      if (line.startsWith('{')) this.#logLines.push(JSON.parse(line) as LogLine);
    }
    this.#readUntil = end;
    return this.#logLines;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until the log matches. */
  async logs(pattern: RegExp, timeoutMs = 30_000): Promise<void> {
    await waitUntil(() => pattern.test(this.#stderr), {
      timeoutMs,
      what: `${String(pattern)} in the log, which is:\n${this.#stderr}`,
    });
  }

  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends TERM and waits for the end; kills what does not end. */
  async stop(): Promise<ProgramEnd> {
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), 5000);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }
}

/** Starts the program; stop it with `stop`. */
export function startAutotmpl(args: readonly string[], options: ProgramOptions = {}): Program {
  return new Program(args, options);
}

/** Runs the program to its end. */
export async function runAutotmpl(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramEnd> {
  return new Program(args, options).ended;
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) =>
      !name.startsWith('CONSUL_') &&
      !['NO_COLOR', 'FORCE_COLOR', 'NODE_OPTIONS', 'VITEST'].includes(name),
  );
  return Object.fromEntries(entries);
}
