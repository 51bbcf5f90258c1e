import type { Clock } from '../../core/time.ts';
import { encodePath } from '../http/api-path.ts';
import type { Exchange } from './exchange.ts';
import { Pace } from '../blocking/pace.ts';
import type { PackageClient } from './package-client.ts';
import { asList, asNumber, asRecord, asText, parseJson } from '../http/shapes.ts';
import type { HttpReply } from '../http/exchange.ts';

/** How long one question for news waits at the agent: it bounds how long a lost index makes us blind. */
const WAIT_MS = 30_000;
/**
 * By this number `consul lock` knows a key that is a lock, and refuses any other (`LockFlagValue` of its Go API). It has more digits than
 * the number has that the package's types ask for.
 */
const LOCK_FLAGS = '3304740253564472344' as unknown as number;

/** What Consul says of a key that is a lock. */
export interface LockState {
  /** The session that holds it; empty: nobody. */
  readonly holder: string;
  /** When it was last written; grows over the whole catalog, even where the key is deleted in between. */
  readonly writtenAt: number;
  /** What to wait from for news. */
  readonly index: number;
}

/** How a key is reached: questions over our own transport, since it knows when an answer was cut; writes by the package. */
export interface LockKeyParts {
  readonly exchange: Exchange;
  readonly client: PackageClient;
  readonly clock: Clock;
}

/** One key that serves as a lock. */
export class LockKey {
  readonly name: string;
  readonly #path: string;
  readonly #parts: LockKeyParts;
  readonly #aclRule: string;

  private constructor(name: string, path: string, parts: LockKeyParts) {
    this.name = name;
    this.#path = path;
    this.#parts = parts;
    this.#aclRule = `key:write for ${name}`;
  }

  /** Undefined for a name that no request can carry. */
  static of(name: string, parts: LockKeyParts): LockKey | undefined {
    const path = encodePath(name);
    return path === undefined || path === '' ? undefined : new LockKey(name, path, parts);
  }

  /** Who holds it; with an index, once that may have changed, or after 30 s; sooner where too many wait for others to wait too. */
  async read(index: number, signal: AbortSignal): Promise<LockState> {
    return this.#parts.exchange.run(
      {
        path: `/v1/kv/${this.#path}`,
        isAnswer: ({ status }) => status === 200 || status === 404,
        failure: `Consul did not tell of ${this.name}`,
        aclRule: this.#aclRule,
        ...(index === 0 ? {} : { from: { index, waitMs: WAIT_MS } }),
      },
      (reply) => readState(reply, index),
      signal,
    );
  }

  /** Resolves when what Consul says of it satisfies `isOver`. Rejects as {@link read} does. */
  async until(isOver: (state: LockState) => boolean, signal: AbortSignal): Promise<void> {
    const pace = new Pace(this.#parts.clock);
    for (let index = 0; ;) {
      await pace.pause(signal);
      const state = await this.read(index, signal);
      if (isOver(state)) return;
      pace.note(state.index !== index);
      index = state.index;
    }
  }

  /** Takes it for a session, or writes another value where the session has it; false where somebody else has it, or nobody may yet. */
  async take(session: string, value: string, signal: AbortSignal): Promise<boolean> {
    const purpose = {
      failure: `Consul did not take a lock on ${this.name}`,
      aclRule: this.#aclRule,
    };
    const taken: unknown = await this.#parts.client.call(purpose, signal, (consul, call) =>
      consul.kv.set({ ...call, key: this.name, value, flags: LOCK_FLAGS, acquire: session }),
    );
    return taken === true;
  }

  /** Gives it back, with an empty value; without a meaning where the session does not have it. */
  async giveBack(session: string, signal: AbortSignal): Promise<void> {
    const purpose = { failure: `Consul did not take ${this.name} back`, aclRule: this.#aclRule };
    await this.#parts.client.call(purpose, signal, (consul, call) =>
      consul.kv.set({ ...call, key: this.name, value: '', flags: LOCK_FLAGS, release: session }),
    );
  }
}

function readState({ status, headers, body }: HttpReply, asked: number): LockState {
  const told = Number(headers['x-consul-index'] ?? 0) || 0;
  // An index that fell is that of other servers, or of restored data: nothing can be waited for from there.
  const index = told < asked ? 0 : told;
  if (status === 404) return { holder: '', writtenAt: 0, index };
  const [pair] = asList(parseJson(body), 'the key');
  const { Session, ModifyIndex } = asRecord(pair, 'the key');
  return {
    holder: asText(Session, 'Session'),
    writtenAt: asNumber(ModifyIndex, 'ModifyIndex'),
    index,
  };
}
