import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startNginx, type Nginx } from '../../support/nginx.ts';

/** Where it listens. */
export const PROXY_ORIGIN = 'http://127.0.0.1:8080';

/** The nginx that works with the file that is kept true. */
export class Proxy {
  readonly #prefix: string;
  readonly #config: string;
  readonly #downs: { readonly fromMs: number; untilMs: number }[] = [];
  #nginx: Nginx | undefined;

  constructor(folder: string) {
    this.#prefix = join(folder, 'run');
    this.#config = join(folder, 'out/nginx.conf');
    mkdirSync(this.#prefix, { recursive: true });
  }

  /** Starts on the file as it is. */
  async start(): Promise<void> {
    const configFile = this.#config;
    this.#nginx = await startNginx({ prefix: this.#prefix, configFile, url: PROXY_ORIGIN });
    const down = this.#downs.at(-1);
    if (down !== undefined) down.untilMs = performance.now();
  }

  /** Kills all of it at once. */
  async kill(): Promise<void> {
    this.#downs.push({ fromMs: performance.now(), untilMs: Infinity });
    for (const pid of await this.#processes()) process.kill(pid, 'SIGKILL');
    await this.#nginx?.stop();
  }

  /** Stops all of it where it is, or lets it go on. */
  async signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGHUP'): Promise<void> {
    if (signal === 'SIGHUP') process.kill(this.#nginx?.pid ?? 0, signal);
    else for (const pid of await this.#processes()) process.kill(pid, signal);
  }

  /** Whether somebody killed it between these moments of `performance.now()`, so that a request may have found nobody. */
  wasDown(fromMs: number, untilMs: number): boolean {
    return this.#downs.some((down) => down.fromMs <= untilMs && fromMs <= down.untilMs);
  }

  async stop(): Promise<void> {
    await this.#nginx?.stop();
  }

  async #processes(): Promise<number[]> {
    if (this.#nginx === undefined) return [];
    return [this.#nginx.pid, ...(await this.#nginx.workers())];
  }
}
