import { backoffDelay } from '../../core/backoff.ts';
import { describeError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { CancelTimer } from '../../core/time.ts';
import { BellError, hear, type BellParts, type Stroke } from '../blocking/bell.ts';
import { ROUNDS_A_MINUTE } from '../blocking/places.ts';
import { Rung, type Turn } from '../blocking/rung.ts';
import { Sweeps, type SweepReason } from '../blocking/sweeps.ts';
import { parametersOf } from '../http/api-path.ts';
import type { Ask } from '../blocking/request-plan.ts';
import { findRegistrations } from './registrations.ts';
import { Explanation, type BellName } from './explanation.ts';

/** What the bells take from outside. */
export interface ServiceBellsParts extends BellParts {
  readonly logger: Logger;
  /** Where services are looked for that do not say so themselves. */
  readonly scope: Readonly<Record<string, string | undefined>>;
}

/** Each is a query that waits, and so takes a place. */
const PATHS: Readonly<Record<BellName, string>> = {
  checks: '/v1/health/state/any',
  services: '/v1/catalog/services',
  nodes: '/v1/catalog/nodes',
};
const BELLS = Object.keys(PATHS) as readonly BellName[];

/** With so many services that have no place to wait at, the bells are heard; fewer are visited cheaply. */
const CROWD = 50;
/** With so few, they are not heard any more. */
const FEW = 25;
/** A change is heard by several bells, one shortly after the other. */
const SETTLE_MS = 30;
/** First answers are read before anybody is visited for the first time. */
const OPENING_MS = 1000;
/** How long it takes to visit all. */
const SWEEP_MS: Readonly<Record<SweepReason, number>> = {
  change: 250,
  remainder: 5000,
  safety: 60_000,
};
/** No more visits than this are begun in a second. */
const MOST_A_SECOND = 4000;
/** Pauses between tries to hear the bells again. */
const AGAIN = { baseMs: 1000, capMs: 10_000 };
/** Where they may not be heard, or cost more than the rounds. */
const GIVEN_UP_MS = 600_000;
/** A longer answer is not worth its price. */
const LONGEST_BYTES = 8 * 1024 * 1024;
/** What a visit costs, in bytes of an answer that is read. */
const BYTES_A_VISIT = 16 * 1024;
const MINUTE_MS = 60_000;
/** A change that is seen at once may cost more than one that is seen after a round. */
const MOST_TIMES = 1.5;
/** No more nodes than this are asked what was registered on them. */
const MOST_NODES = 64;
/** And none where that would not save at least so many visits for each. */
const VISITS_A_NODE = 4;

/**
 * Rings for all changes of services, so that those which have no connection to wait on need not be visited in rounds: three queries wait for any check, any registration
 * and any node. What their answers explain is visited at once, and all where they do not explain enough. That nothing is lost depends on their indexes only.
 */
export class ServiceBells {
  /** Those that they ring for. */
  readonly rung: Rung;
  readonly #parts: ServiceBellsParts;
  readonly #sweeps: Sweeps;
  #explanation = new Explanation();
  #running: AbortController | undefined;
  #unplaced = 0;
  #isHearing = false;
  #isClosed = false;
  /** What was visited last knew all up to this index. */
  #visitedAt = 0;
  #isAnew = false;
  #cancelSettle: CancelTimer | undefined;
  #bytes = 0;

  constructor(parts: ServiceBellsParts) {
    this.#parts = parts;
    this.rung = new Rung(parts.clock);
    this.rung.onCrowd = (unplaced) => this.#noteCrowd(unplaced);
    this.#sweeps = new Sweeps(parts.clock, parts.random, (reason) => this.#sweep(reason));
  }

  /** How many connections they wait on. */
  get places(): number {
    return this.#isHearing ? BELLS.length : 0;
  }

  /** They are not heard any more. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  #stop(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#fallSilent();
  }

  #noteCrowd(unplaced: number): void {
    this.#unplaced = unplaced;
    if (unplaced < FEW && this.#running !== undefined) this.#stop();
    if (unplaced < CROWD || this.#running !== undefined || this.#isClosed) return;
    const running = new AbortController();
    this.#running = running;
    void this.#hearOn(running.signal);
  }

  /** Hears them until the signal aborts, whatever happens. */
  async #hearOn(signal: AbortSignal): Promise<void> {
    const { clock, logger, random } = this.#parts;
    for (let failures = 0; !signal.aborted;) {
      const beganAtMs = clock.now();
      const error = await this.#hearAll(signal);
      if (signal.aborted) return;
      this.#fallSilent();
      // What comes next may be another catalog.
      this.#isAnew = true;
      const lasts = error instanceof BellError && error.isRefused;
      if (clock.now() - beganAtMs > MINUTE_MS) failures = 0;
      const pauseMs = lasts ? GIVEN_UP_MS : backoffDelay(failures++, AGAIN, random);
      logger.debug(`services are visited in rounds: ${describeError(error)}`, { pauseMs });
      await clock.sleep(pauseMs, signal);
    }
  }

  /** Resolves with the reason for which they are not heard any more. */
  async #hearAll(signal: AbortSignal): Promise<unknown> {
    const trial = new AbortController();
    const end = (): void => trial.abort(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    const open = new Set<BellName>();
    this.#explanation = new Explanation();
    this.#visitedAt = 0;
    this.#bytes = 0;
    this.#isHearing = true;
    let reason: unknown;
    const account = this.#account(trial);
    await Promise.all(
      BELLS.map(async (bell) => {
        try {
          const path = `${PATHS[bell]}${parametersOf(this.#parts.scope)}`;
          for await (const stroke of hear(path, this.#parts, trial.signal)) {
            await this.#take(bell, stroke, trial.signal);
            if (stroke.kind !== 'open' || open.add(bell).size < BELLS.length) continue;
            this.#open();
          }
        } catch (error) {
          reason ??= error;
          trial.abort(error);
        }
      }),
    );
    account();
    signal.removeEventListener('abort', end);
    return reason;
  }

  #open(): void {
    this.rung.turnOn();
    this.#sweeps.start();
    this.#explanation.settle();
    this.#cancelSettle?.();
    this.#cancelSettle = this.#parts.clock.setTimer(() => {
      this.#cancelSettle = undefined;
      this.#sweep('remainder');
    }, OPENING_MS);
    this.#parts.logger.debug('services are visited when something changes');
  }

  #fallSilent(): void {
    this.#isHearing = false;
    this.#cancelSettle?.();
    this.#cancelSettle = undefined;
    this.#sweeps.stop();
    this.rung.turnOff();
  }

  async #take(bell: BellName, { index, body, kind }: Stroke, signal: AbortSignal): Promise<void> {
    this.#bytes += body.length;
    if (body.length > LONGEST_BYTES) {
      throw new BellError('the list of all checks is too long', { isRefused: true });
    }
    if (kind === 'anew') {
      this.#isAnew = true;
      this.#visitedAt = 0;
      this.#explanation.beginAnew();
    }
    const names = await this.#explanation.take(bell, index, body, signal);
    if (kind === 'open') return;
    this.rung.ring(names);
    this.#cancelSettle ??= this.#parts.clock.setTimer(() => void this.#settle(signal), SETTLE_MS);
  }

  async #settle(signal: AbortSignal): Promise<void> {
    const explanation = this.#explanation;
    if (explanation.rest(this.#visitedAt) === 'change' && !this.#isAnew) {
      await this.#lookForRegistrations(explanation, signal).catch(() => undefined);
    }
    if (signal.aborted) return;
    this.#cancelSettle = undefined;
    const rest = this.#isAnew ? 'change' : explanation.rest(this.#visitedAt);
    explanation.settle();
    if (rest !== undefined) this.#sweeps.ask(rest);
  }

  /** Looks at the nodes' own lists where they are few: a registration has an index there, also where no check tells of it. */
  async #lookForRegistrations(explanation: Explanation, signal: AbortSignal): Promise<void> {
    const { nodes, settledServices } = explanation;
    if (nodes.length > Math.min(MOST_NODES, this.#unplaced / VISITS_A_NODE)) return;
    const { client, scope } = this.#parts;
    const ask: Ask = (path) => client.read({ path, packed: true }, signal);
    const found = await findRegistrations(nodes, parametersOf(scope), settledServices, ask);
    this.#bytes += found.bytes;
    explanation.noteRegistered(found.indexes);
    this.rung.ring(found.services);
  }

  #sweep(reason: SweepReason): void {
    const turn: Turn = this.#isAnew ? 'anew' : 'visit';
    this.#isAnew = false;
    // A slow one is no answer to what was heard right before it.
    if (reason !== 'safety') this.#visitedAt = this.#explanation.latest;
    const leastMs = (this.#unplaced / MOST_A_SECOND) * 1000;
    this.rung.sweep(turn, Math.max(SWEEP_MS[reason], leastMs));
  }

  /** Looks each minute whether the rounds would cost less; the result ends that. */
  #account(trial: AbortController): () => void {
    const { clock } = this.#parts;
    let visits = this.rung.visits;
    let cancel: CancelTimer = () => undefined;
    const look = (): void => {
      const cost = this.#bytes + (this.rung.visits - visits) * BYTES_A_VISIT;
      if (cost > MOST_TIMES * this.#unplaced * ROUNDS_A_MINUTE * BYTES_A_VISIT) {
        trial.abort(new BellError('that costs less now', { isRefused: true }));
      }
      visits = this.rung.visits;
      this.#bytes = 0;
      cancel = clock.setTimer(look, MINUTE_MS);
    };
    cancel = clock.setTimer(look, MINUTE_MS);
    return () => cancel();
  }
}
