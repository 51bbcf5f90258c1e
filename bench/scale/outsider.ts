import { request } from 'node:http';
import { request as requestOverTls } from 'node:https';

import type { CountedAgent } from '../counted-agent.ts';

const ASK_EVERY_MS = 200;
const GIVE_UP_AFTER_MS = 5000;

/** What somebody else on the same address met with. */
export interface Outside {
  readonly asked: number;
  readonly refused: number;
  readonly longestMs: number;
}

/**
 * Asks an agent something cheap each 200 ms, each time over a connection of its own, as an operator's `curl` from the same
 * address does: an agent resets one connection too many before it answers.
 */
export class Outsider {
  readonly #agent: CountedAgent;
  readonly #timer: NodeJS.Timeout;
  #asked = 0;
  #refused = 0;
  #longestMs = 0;

  /** Begins to ask. */
  constructor(agent: CountedAgent) {
    this.#agent = agent;
    this.#timer = setInterval(() => this.#ask(), ASK_EVERY_MS);
  }

  /** Ends, and tells what it met with. */
  stop(): Outside {
    clearInterval(this.#timer);
    return { asked: this.#asked, refused: this.#refused, longestMs: this.#longestMs };
  }

  #ask(): void {
    const { origin, authority } = this.#agent;
    const startedAt = performance.now();
    this.#asked += 1;
    let isOver = false;
    const over = (isAnswered: boolean) => {
      if (isOver) return;
      isOver = true;
      if (!isAnswered) this.#refused += 1;
      this.#longestMs = Math.max(this.#longestMs, performance.now() - startedAt);
    };
    const options = { agent: false, timeout: GIVE_UP_AFTER_MS } as const;
    const url = `${origin}/v1/status/leader`;
    const asked =
      authority === undefined
        ? request(url, options)
        : requestOverTls(url, { ...options, ca: authority.pem });
    asked.on('response', (response) => {
      response.resume();
      response.on('end', () => over(response.statusCode === 200));
      response.on('error', () => over(false));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => over(false));
    asked.end();
  }
}
