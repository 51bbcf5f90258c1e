import { spawn, type ChildProcess } from 'node:child_process';

import { peakMemoryBytes } from './proc.ts';

const PEAK_POLL_MS = 4;
const STOP_TIMEOUT_MS = 5000;
const KEPT_OUTPUT = 2000;

/** How a measured process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From just before it was spawned until its exit was reported. */
  readonly wallMs: number;
  /** The last reading before the exit; 0 where it ended before the first. */
  readonly peakMemoryBytes: number;
}

/** A child process whose time and memory are taken, and which does not outlive the bench. */
export class MeasuredProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  #errorOutput = '';

  /** Starts a command, with variables beside those that all contenders get. */
  constructor(
    [file, ...args]: readonly [string, ...string[]],
    environment: Readonly<Record<string, string>> = {},
  ) {
    const startedAt = performance.now();
    this.#child = spawn(file, args, {
      env: { ...plainEnvironment(), ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const child = this.#child;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errorOutput = (this.#errorOutput + chunk.toString()).slice(-KEPT_OUTPUT);
    });
    let peak = 0;
    const poll = setInterval(() => (peak = this.#peak() ?? peak), PEAK_POLL_MS);
    const killWithUs = () => child.kill('SIGKILL');
    process.once('exit', killWithUs);
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        const wallMs = performance.now() - startedAt;
        process.removeListener('exit', killWithUs);
        resolve({ code, signal, wallMs, peakMemoryBytes: peak });
      });
    });
    this.ended.then(
      () => clearInterval(poll),
      () => clearInterval(poll),
    );
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#child.spawnfile} did not start`);
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The last of what it wrote to standard error, for the message when it fails. */
  get errorOutput(): string {
    return this.#errorOutput.trim();
  }

  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks with INT, which every contender takes for its end; kills what does not end. */
  async stop(): Promise<void> {
    if (this.#child.pid === undefined) return;
    this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #peak(): number | undefined {
    return this.#child.pid === undefined ? undefined : peakMemoryBytes(this.#child.pid);
  }
}

/** Nothing that would send a contender to another agent or make Node do more than it is asked. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const strangers = /^(CONSUL_|VAULT_|NOMAD_|NODE_|VITEST|NO_COLOR$|FORCE_COLOR$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !strangers.test(name)));
}
