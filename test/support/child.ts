import { spawn, type ChildProcess } from 'node:child_process';
import { dieWithUs } from './die-with-us.ts';

/** What is started, and with what. */
export interface StartChildOptions {
  readonly cwd?: string;
  /** On top of the test's own environment, without what it says of Consul and of colours. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process ended: one of the two is null. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Starts a process whose output is kept; neither it nor what it starts in its group outlives the test run. */
export function startChild(
  command: readonly [string, ...string[]],
  options: StartChildOptions = {},
): Child {
  return new Child(command, options);
}

/** A process that a test started. */
export class Child {
  /** Resolves when the process has ended and its output is complete; rejects when it could not be started. */
  readonly ended: Promise<ChildEnd>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #closed = false;

  constructor([file, ...args]: readonly [string, ...string[]], options: StartChildOptions) {
    this.#child = spawn(file, args, {
      cwd: options.cwd,
      env: { ...ownEnvironment(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // The leader of a group, so that what it started can be ended with it.
      detached: true,
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    const isGone = dieWithUs(() => this.#killGroup());
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        isGone();
        this.#closed = true;
        resolve({ code, signal });
      });
    });
    // Whoever asks is told; whoever does not is no reason to end the test run.
    this.ended.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it wrote to standard output so far. */
  get stdout(): string {
    return this.#stdout;
  }

  /** What it wrote to standard error so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Whether it still runs. */
  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal, if it still runs. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Kills it and what is left of its group, and waits for its end. */
  async stop(): Promise<void> {
    if (this.#child.pid === undefined) return;
    this.#killGroup();
    await this.ended;
  }

  #killGroup(): void {
    // Closed, nobody of the group holds its output any more, and the number may be somebody else's.
    if (this.#child.pid === undefined || this.#closed) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // Nobody is left in it.
    }
  }
}

/** A token, an address or a taste of whoever runs the tests must not decide what comes out. */
function ownEnvironment(): Record<string, string | undefined> {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => !/^(?:CONSUL_|NO_COLOR$|FORCE_COLOR$)/.test(name)),
  );
}
