import { AutotmplError } from '../../core/errors.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import type { LockOptions } from '../locks.ts';
import { CallError, type PackageClient } from './package-client.ts';
import { finishing, within } from './time-limit.ts';

/** After a renewal that failed, the next one comes so soon: the time to live does not stand still. */
const RENEW_AGAIN_MS = 1000;
/** Whoever does not want a session any more waits so long to hear which one it would be: to leave it behind blocks others. */
const OPENED_WITHIN_MS = 1000;
const ACL_RULE = "session:write for the agent's node";

/** What opens, renews and ends sessions. */
export interface SessionParts {
  readonly client: PackageClient;
  readonly clock: Clock;
}

/**
 * A session at Consul that is renewed at half of its time to live. It counts as lost when Consul says so, and when nothing was heard
 * for the time to live, counted from when the last renewal that succeeded was SENT: Consul may count from then.
 */
export class Session {
  readonly id: string;
  /** Aborts when the session is lost; its reason is an Error for people. */
  readonly lost: AbortSignal;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  readonly #parts: SessionParts;
  readonly #ttlMs: number;
  #cancelRenewal: CancelTimer = () => undefined;
  #cancelExpiry: CancelTimer = () => undefined;

  private constructor(id: string, parts: SessionParts, ttlMs: number, sentAtMs: number) {
    this.id = id;
    this.lost = this.#lost.signal;
    this.#parts = parts;
    this.#ttlMs = ttlMs;
    this.#heard(sentAtMs);
  }

  /** Opens a session. Rejects with an AutotmplError (`catalog`), or with the signal's reason; no session is left then. */
  static async open(
    parts: SessionParts,
    name: string,
    { ttlMs, lockDelayMs, checks, afterwards }: LockOptions,
    signal: AbortSignal,
  ): Promise<Session> {
    const { client, clock } = parts;
    const sentAtMs = clock.now();
    const { ID } = await finishing(clock, OPENED_WITHIN_MS, signal, (late) =>
      client.call({ failure: 'Consul gave no session', aclRule: ACL_RULE }, late, (consul, call) =>
        consul.session.create({
          ...call,
          name,
          ttl: `${ttlMs}ms`,
          lockdelay: `${lockDelayMs}ms`,
          behavior: afterwards === 'delete' ? 'delete' : 'release',
          // Consul's own check of the node belongs to each session, and is left out where others are named.
          ...(checks === undefined ? {} : { checks: ['serfHealth', ...checks] }),
        }),
      ),
    );
    const session = new Session(ID, parts, ttlMs, sentAtMs);
    if (!signal.aborted) return session;
    await within(clock, OPENED_WITHIN_MS, (late) => session.close(late));
    throw signal.reason;
  }

  /** Says that it is lost, for a reason that was seen elsewhere. */
  lose(reason: Error): void {
    this.#end();
    this.#lost.abort(reason);
  }

  /** Ends it; never rejects: where Consul is away, it ends by itself when its time is up. */
  async close(signal: AbortSignal): Promise<void> {
    this.#end();
    const purpose = { failure: 'Consul did not end a session', aclRule: ACL_RULE };
    await this.#parts.client
      .call(purpose, signal, (consul, call) => consul.session.destroy({ ...call, id: this.id }))
      .catch(() => undefined);
  }

  #end(): void {
    this.#cancelRenewal();
    this.#cancelExpiry();
    this.#ended.abort();
  }

  /** It lives on, for its time to live after a request that was sent then. */
  #heard(sentAtMs: number): void {
    const { clock } = this.#parts;
    this.#cancelExpiry();
    const leftMs = Math.max(0, sentAtMs + this.#ttlMs - clock.now());
    this.#cancelExpiry = clock.setTimer(() => this.lose(silence(this.#ttlMs)), leftMs);
    this.#renewIn(this.#ttlMs / 2);
  }

  #renewIn(afterMs: number): void {
    this.#cancelRenewal = this.#parts.clock.setTimer(() => void this.#renew(), afterMs);
  }

  async #renew(): Promise<void> {
    const { client, clock } = this.#parts;
    const sentAtMs = clock.now();
    const purpose = { failure: 'Consul did not renew a session', aclRule: ACL_RULE };
    try {
      await client.call(purpose, this.#ended.signal, (consul, call) =>
        consul.session.renew({ ...call, id: this.id }),
      );
      if (!this.#ended.signal.aborted) this.#heard(sentAtMs);
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      if (error instanceof CallError && error.status === 404) {
        this.lose(new AutotmplError('catalog', 'Consul has ended its session'));
      } else {
        this.#renewIn(RENEW_AGAIN_MS);
      }
    }
  }
}

function silence(ttlMs: number): AutotmplError {
  return new AutotmplError(
    'catalog',
    `Consul was not heard for the ${ttlMs / 1000} s that its session lasts`,
  );
}
