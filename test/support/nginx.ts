import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dieWithUs } from './die-with-us.ts';
import { serverBinary } from './server-binary.ts';
import { waitUntil } from './wait-until.ts';

/** Where an nginx of a test works. */
export interface StartNginxOptions {
  /** Absolute folder that relative paths of the configuration start from; it has to be there. */
  readonly prefix: string;
  /** The configuration, relative to the prefix. It names its PID file `nginx.pid`. */
  readonly configFile: string;
  /** Answered, with whatever status, once nginx is up. */
  readonly url: string;
}

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 10_000;

/** The nginx to test with. */
export function nginxBinary(): string {
  return serverBinary('nginx', 'NGINX_BIN');
}

/** Starts a real nginx, as any user, and waits until it answers. Stop it with `stop`. */
export async function startNginx(options: StartNginxOptions): Promise<Nginx> {
  const nginx = new Nginx(options);
  try {
    await nginx.untilUp();
  } catch (error) {
    await nginx.stop();
    throw error;
  }
  return nginx;
}

/** A running nginx, and what a test does to it. */
export class Nginx {
  readonly #options: StartNginxOptions;
  readonly #child: ChildProcess;
  readonly #logFile: string;

  constructor(options: StartNginxOptions) {
    this.#options = options;
    this.#logFile = join(options.prefix, 'nginx-output.log');
    // A file: nginx reopens its outputs by name, which the sockets that Node calls pipes do not allow.
    const log = openSync(this.#logFile, 'a');
    this.#child = spawn(
      nginxBinary(),
      ['-e', 'stderr', '-p', options.prefix, '-c', options.configFile, '-g', 'daemon off;'],
      { stdio: ['ignore', log, log] },
    );
    closeSync(log);
    this.#child.once(
      'exit',
      dieWithUs(() => this.#child.kill('SIGKILL')),
    );
  }

  /** The master's process. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('nginx did not start');
    return this.#child.pid;
  }

  /** What it printed so far. */
  async log(): Promise<string> {
    return readFile(this.#logFile, 'utf8');
  }

  /** Waits until it has answered, and has said who it is: only then `nginx -s` finds it. */
  async untilUp(): Promise<void> {
    try {
      await waitUntil(() => this.#answers(), { timeoutMs: START_TIMEOUT_MS, what: 'nginx' });
    } catch (error) {
      throw new Error(`nginx did not start:\n${await this.log()}`, { cause: error });
    }
  }

  /** The PIDs of the workers: those that serve, and old ones that finish what they began before a reload. */
  async workers(): Promise<number[]> {
    // Linux only; elsewhere a test would have to ask ps.
    const children = await readFile(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  }

  /** Resolves once none of these workers is left: what they knew, nobody acts on any more. */
  async untilGone(workers: readonly number[]): Promise<void> {
    await waitUntil(
      async () => {
        const present = await this.workers();
        return present.length > 0 && !present.some((pid) => workers.includes(pid));
      },
      { what: 'workers on the new configuration only' },
    );
  }

  /** Takes up its configuration again, by signal; resolves once only new workers are left. */
  async reload(): Promise<void> {
    const old = await this.workers();
    this.#child.kill('SIGHUP');
    await this.untilGone(old);
  }

  /** Asks it to end, and insists after a while. */
  async stop(): Promise<void> {
    const child = this.#child;
    const hasEnded = () =>
      child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
    if (hasEnded()) return;
    child.kill('SIGTERM');
    try {
      await waitUntil(hasEnded, { timeoutMs: STOP_TIMEOUT_MS, what: 'the end of nginx' });
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  async #answers(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`nginx ended: ${this.#child.exitCode}`);
    const { prefix, url } = this.#options;
    const pid = await readFile(join(prefix, 'nginx.pid'), 'utf8').catch(() => '');
    if (Number(pid) !== this.#child.pid) return false;
    return fetch(url).then(
      () => true,
      () => false,
    );
  }
}
