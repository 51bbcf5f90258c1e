import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request and what came of it. */
export interface Answered {
  readonly path: string;
  /** Moments of `performance.now()`. */
  readonly sentAtMs: number;
  readonly overAtMs: number;
  /** 0 where no answer came. */
  readonly status: number;
  /** What the proxy was configured from, as it says itself. */
  readonly rendering: string | undefined;
  /** Why no answer came. */
  readonly error: string | undefined;
}

const ANSWER_WITHIN_MS = 15_000;
const PAUSE_MS = 20;

/** Sends a request after the other, each on a connection of its own, and tells of each. */
export class SteadyRequests {
  readonly #working: Promise<void>;
  #stopped = false;

  constructor(origin: string, paths: readonly string[], onAnswer: (answer: Answered) => void) {
    this.#working = this.#work(origin, paths, onAnswer);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  async #work(
    origin: string,
    paths: readonly string[],
    onAnswer: (answer: Answered) => void,
  ): Promise<void> {
    for (let turn = 0; !this.#stopped; turn += 1) {
      onAnswer(await send(origin, paths[turn % paths.length] ?? '/'));
      await sleep(PAUSE_MS);
    }
  }
}

/** Why a request counts as failed, for people; undefined where it was answered, or nobody could have. */
export function failureOf(
  answer: Answered,
  wasDown: (fromMs: number, untilMs: number) => boolean,
): string | undefined {
  const { path, status, error, sentAtMs, overAtMs } = answer;
  if (status === 200 || wasDown(sentAtMs, overAtMs)) return undefined;
  return `${path}: ${error ?? status} after ${Math.round(overAtMs - sentAtMs)} ms`;
}

async function send(origin: string, path: string): Promise<Answered> {
  const sentAtMs = performance.now();
  return new Promise((resolve) => {
    const over = (status: number, rendering: string | undefined, error: string | undefined) =>
      resolve({ path, sentAtMs, overAtMs: performance.now(), status, rendering, error });
    const sent = request(`${origin}${path}`, { agent: false, timeout: ANSWER_WITHIN_MS });
    sent.on('error', (error) => over(0, undefined, error.message));
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${ANSWER_WITHIN_MS} ms`)));
    sent.on('response', (response) => {
      const rendering = response.headers['x-rendering'];
      response.on('error', (error) => over(0, undefined, error.message));
      response.on('end', () => {
        over(
          response.statusCode ?? 0,
          rendering === undefined ? undefined : String(rendering),
          undefined,
        );
      });
      response.resume();
    });
    sent.end();
  });
}
