import { AutotmplError } from '../../core/errors.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import type { LockOptions } from '../locks.ts';
import { statusOf, type PackageClient } from './package-client.ts';

/** After a renewal that failed, the next one comes so soon: the time to live does not stand still. */
const RENEW_AGAIN_MS = 1000;
/** Nobody waits longer for the end of a session: it ends by itself. */
const DESTROY_WITHIN_MS = 1000;

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
  readonly #client: PackageClient;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  #heardAtMs: number;
  #cancel: CancelTimer = () => undefined;

  private constructor(
    id: string,
    client: PackageClient,
    clock: Clock,
    ttlMs: number,
    sentAtMs: number,
  ) {
    this.id = id;
    this.lost = this.#lost.signal;
    this.#client = client;
    this.#clock = clock;
    this.#ttlMs = ttlMs;
    this.#heardAtMs = sentAtMs;
    this.#renewIn(ttlMs / 2);
  }

  /** Opens a session. Rejects with an AutotmplError (`catalog`), or with the signal's reason. */
  static async open(
    client: PackageClient,
    clock: Clock,
    name: string,
    options: LockOptions,
    signal: AbortSignal,
  ): Promise<Session> {
    const sentAtMs = clock.now();
    const { ttlMs, lockDelayMs, checks } = options;
    const { ID } = await client.call('Consul gave no session', signal, (consul, call) =>
      consul.session.create({
        ...call,
        name,
        ttl: `${ttlMs}ms`,
        lockdelay: `${lockDelayMs}ms`,
        behavior: 'release',
        // Consul's own check of the node belongs to each session, and is left out where others are named.
        ...(checks === undefined ? {} : { checks: ['serfHealth', ...checks] }),
      }),
    );
    return new Session(ID, client, clock, ttlMs, sentAtMs);
  }

  /** Says that it is lost, for a reason that was seen elsewhere. */
  lose(reason: Error): void {
    this.#cancel();
    this.#ended.abort();
    this.#lost.abort(reason);
  }

  /** Ends it; resolves within a second, though Consul is away. */
  async close(): Promise<void> {
    this.#cancel();
    this.#ended.abort();
    const late = new AbortController();
    const cancel = this.#clock.setTimer(() => late.abort(), DESTROY_WITHIN_MS);
    await this.#client
      .call('Consul did not end a session', late.signal, (consul, call) =>
        consul.session.destroy({ ...call, id: this.id }),
      )
      // It ends by itself when its time is up.
      .catch(() => undefined);
    cancel();
  }

  #renewIn(afterMs: number): void {
    this.#cancel = this.#clock.setTimer(() => void this.#renew(), afterMs);
  }

  async #renew(): Promise<void> {
    const sentAtMs = this.#clock.now();
    const expiry = this.#clock.setTimer(
      () => this.lose(silence(this.#ttlMs)),
      Math.max(0, this.#heardAtMs + this.#ttlMs - sentAtMs),
    );
    try {
      await this.#client.call(
        'Consul did not renew a session',
        this.#ended.signal,
        (consul, call) => consul.session.renew({ ...call, id: this.id }),
      );
      this.#heardAtMs = sentAtMs;
      if (!this.#ended.signal.aborted) this.#renewIn(this.#ttlMs / 2);
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      if (statusOf(error) === 404) {
        this.lose(new AutotmplError('catalog', 'Consul has ended its session'));
      } else if (this.#clock.now() - this.#heardAtMs >= this.#ttlMs) {
        this.lose(silence(this.#ttlMs));
      } else {
        this.#renewIn(RENEW_AGAIN_MS);
      }
    } finally {
      expiry();
    }
  }
}

function silence(ttlMs: number): AutotmplError {
  return new AutotmplError(
    'catalog',
    `Consul was not heard for the ${ttlMs / 1000} s that its session lasts`,
  );
}
