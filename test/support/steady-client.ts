import { request } from 'node:http';
import { waitUntil } from './wait-until.ts';

/** One request and what came of it. */
export interface Exchange {
  readonly path: string;
  /** `performance.now()` when it was sent. */
  readonly sentAtMs: number;
  /** 0 where no answer came. */
  readonly status: number;
  /** The `instance` of a JSON answer. */
  readonly instance: string | undefined;
  /** Why no answer came. */
  readonly error: string | undefined;
}

const ANSWER_WITHIN_MS = 10_000;

/** Sends requests without a break, several at a time, each on a connection of its own, and remembers every one. */
export class SteadyClient {
  readonly exchanges: Exchange[] = [];
  readonly #origin: string;
  readonly #working: Promise<unknown>;
  #stopped = false;

  constructor(origin: string, paths: readonly string[], atATime: number) {
    this.#origin = origin;
    const workers = Array.from({ length: atATime }, (_, at) => this.#work(paths, at));
    this.#working = Promise.all(workers);
  }

  /** Everything but 200, each as a line for people: what was asked for, when, and what came back. */
  failures(): string[] {
    const startMs = this.exchanges[0]?.sentAtMs ?? 0;
    return this.exchanges
      .filter(({ status }) => status !== 200)
      .map(({ path, sentAtMs, status, error }) => {
        return `${path} after ${Math.round(sentAtMs - startMs)} ms: ${error ?? status}`;
      });
  }

  /** How many requests that were sent after this moment each instance answered. */
  answersSince(sinceMs: number): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { sentAtMs, instance } of this.exchanges) {
      if (sentAtMs < sinceMs || instance === undefined) continue;
      counts.set(instance, (counts.get(instance) ?? 0) + 1);
    }
    return counts;
  }

  /** Resolves once this many requests that were sent after this moment are over. */
  async untilSent(count: number, sinceMs: number): Promise<void> {
    const sent = () => this.exchanges.filter(({ sentAtMs }) => sentAtMs >= sinceMs).length;
    await waitUntil(() => sent() >= count, { what: `${count} more requests` });
  }

  /** Ends it, when the requests under way are over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  async #work(paths: readonly string[], first: number): Promise<void> {
    for (let turn = first; !this.#stopped; turn += 1) {
      this.exchanges.push(await exchange(this.#origin, paths[turn % paths.length] ?? '/'));
    }
  }
}

/** One request on a connection of its own; an error is a result like any other. */
export async function exchange(origin: string, path: string): Promise<Exchange> {
  const sentAtMs = performance.now();
  return new Promise((resolve) => {
    const fail = (error: Error) =>
      resolve({ path, sentAtMs, status: 0, instance: undefined, error: error.message });
    const sent = request(`${origin}${path}`, { agent: false, timeout: ANSWER_WITHIN_MS });
    sent.on('error', fail);
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${ANSWER_WITHIN_MS} ms`)));
    sent.on('response', (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('error', fail);
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        resolve({ path, sentAtMs, status, instance: instanceIn(body), error: undefined });
      });
    });
    sent.end();
  });
}

function instanceIn(body: string): string | undefined {
  try {
    const { instance } = JSON.parse(body) as { readonly instance?: unknown };
    return typeof instance === 'string' ? instance : undefined;
  } catch {
    return undefined;
  }
}
