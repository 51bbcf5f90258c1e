import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM } from '../../support/autotmpl.ts';
import {
  childrenOf,
  commandLineOf,
  connectionsTo,
  openFiles,
} from '../../support/process-facts.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { fixture } from '../fixtures.ts';
import { HTTP_PORT } from './agent.ts';

const STOPS_WITHIN_MS = 15_000;

/** What the program holds at a moment. */
export interface Holdings {
  /** Open files, sockets and pipes, but for connections to the agent. */
  readonly descriptors: number;
  /** Connections to the agent, those included that wait to be used again. */
  readonly connections: number;
  /** Handles and requests of Node's that are active. */
  readonly resources: number;
  readonly children: readonly string[];
  /** After garbage collection, in bytes. */
  readonly heap: number;
}

/** The built program that all is about. */
export class WatchedProgram {
  readonly logFile: string;
  readonly #folder: string;
  readonly #clockFile: string;
  readonly #probeFile: string;
  #child: ChildProcess | undefined;
  #isStopping = false;

  constructor(folder: string, config: Readonly<Record<string, unknown>>) {
    this.#folder = folder;
    this.logFile = join(folder, 'autotmpl.log');
    this.#clockFile = join(folder, 'clock');
    this.#probeFile = join(folder, 'probe');
    writeFileSync(join(folder, 'autotmpl.json'), JSON.stringify(config, null, 2));
    this.shiftClock(0);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Whether it runs, and is not stopped. */
  get isAtWork(): boolean {
    try {
      const record = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
      // The state is behind the name, which may hold brackets.
      return !['T', 'Z'].includes(record.charAt(record.lastIndexOf(')') + 2));
    } catch {
      return false;
    }
  }

  /** Starts it; `onEnd` is told if it ends by itself. */
  start(onEnd: (how: string) => void): void {
    const log = openSync(this.logFile, 'a');
    const probes = ['report-on-usr2.cjs', 'shift-clock.mjs'].map((name) =>
      fixture(`probes/${name}`),
    );
    const child = spawn(
      process.execPath,
      [PROGRAM, '-config', 'autotmpl.json', '-log-format', 'json'],
      {
        cwd: this.#folder,
        stdio: ['ignore', log, log],
        env: {
          PATH: process.env.PATH,
          NGINX_BIN: process.env.NGINX_BIN,
          CHAOS_NGINX_USER: process.getuid?.() === 0 ? 'root' : '',
          NODE_OPTIONS: probes.map((probe) => `--import=${probe}`).join(' '),
          PROBE_FILE: this.#probeFile,
          CLOCK_FILE: this.#clockFile,
        },
      },
    );
    closeSync(log);
    this.#isStopping = false;
    this.#child = child;
    child.once('exit', (code, signal) => {
      if (this.#child === child && !this.#isStopping) onEnd(signal ?? `exit code ${code}`);
    });
  }

  /** Ends it by KILL, or asks it to end and returns how it did. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null;
    this.#isStopping = true;
    const ended = once(child, 'exit') as Promise<[number | null]>;
    const timer = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS);
    child.kill(signal);
    const [code] = await ended;
    clearTimeout(timer);
    return code;
  }

  /** Stops it where it is, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** Its time of day is off by so much from now on. */
  shiftClock(byMs: number): void {
    writeFileSync(this.#clockFile, String(byMs));
  }

  /** Has it open files with its next report that nobody closes: what looks for leaks has to find them. */
  leak(): void {
    writeFileSync(`${this.#probeFile}.leak`, '');
  }

  /** Everything that it has logged, in all its lives. */
  log(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
  }

  async holdings(): Promise<Holdings> {
    rmSync(this.#probeFile, { force: true });
    this.#child?.kill('SIGUSR2');
    await waitUntil(() => existsSync(this.#probeFile), { what: 'a report of what it holds' });
    const report = JSON.parse(readFileSync(this.#probeFile, 'utf8')) as {
      readonly resources: Readonly<Record<string, number>>;
      readonly heap: number;
    };
    const connections = connectionsTo(this.pid, HTTP_PORT);
    return {
      connections,
      descriptors: openFiles(this.pid).length - connections,

      resources: Object.values(report.resources).reduce((sum, count) => sum + count, 0),
      children: childrenOf(this.pid).map(commandLineOf),
      heap: report.heap,
    };
  }
}
