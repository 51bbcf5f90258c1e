import type { AgentClient } from '../agent-client.ts';
import { Arrivals } from '../arrivals.ts';
import type { CountedAgent } from '../counted-agent.ts';

const KEY = 'bench/bare';
const SEEN_TIMEOUT_MS = 10_000;

/** A bare blocking query on a key of its own, which others are compared with. */
export class BareWatch {
  /** From just before each PUT until its value was read. */
  readonly delaysMs: number[] = [];
  readonly #writer: AgentClient;
  readonly #arrivals = new Arrivals();
  readonly #over = new AbortController();
  readonly #reader: AgentClient;
  readonly #reading: Promise<void>;

  private constructor(agent: CountedAgent, writer: AgentClient) {
    this.#writer = writer;
    this.#reader = agent.newClient();
    this.#reading = this.#reader
      .watchKey(KEY, this.#over.signal, (value, at) => this.#arrivals.note(value, at))
      .catch(() => undefined);
  }

  /** Begins to watch. Stop it with `stop`. */
  static async start(agent: CountedAgent, writer: AgentClient): Promise<BareWatch> {
    await writer.putKey(KEY, 'first');
    const watch = new BareWatch(agent, writer);
    await watch.#arrivals.next('first', SEEN_TIMEOUT_MS);
    return watch;
  }

  /** Writes a value, and waits until it is read. */
  async sample(): Promise<void> {
    const value = `sample ${this.delaysMs.length}`;
    const seen = this.#arrivals.next(value, SEEN_TIMEOUT_MS);
    const startedAt = performance.now();
    const [seenAt] = await Promise.all([seen, this.#writer.putKey(KEY, value)]);
    this.delaysMs.push(seenAt - startedAt);
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#reading;
    this.#reader.close();
  }
}
