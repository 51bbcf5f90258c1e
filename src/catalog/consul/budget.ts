import type { Logger } from '../../core/logger.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import type { Visited } from '../blocking/places.ts';
import type { ConnectionUsage } from '../http/transport.ts';
import { CONSUL } from './server.ts';

/** Whoever runs for less than this has no use for a line about connections. */
const SAY_AFTER_MS = 3000;
/** What has no answer after this time is counted all the same. */
const SAY_AT_LAST_MS = 60_000;
/** With fewer queries than this nobody asks how they share the connections. */
const WORTH_SAYING = 50;
/** An agent that ends closes new connections too, and those that it granted soon after. */
const SURE_AFTER_MS = 1000;
/** A limit is said once in this time. */
const SAY_AGAIN_MS = 600_000;

/** What the budget works with. */
export interface BudgetParts {
  /** The agent's address, for messages. */
  readonly agent: string;
  readonly usage: () => ConnectionUsage;
  /** How many queries cannot wait at the agent. */
  readonly visited: () => Visited;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Keys that are asked together, and by how many watches of prefixes. */
export interface Collapsed {
  readonly keys: number;
  readonly groups: number;
}

/** One query, as far as connections go. */
export interface BudgetedQuery {
  /** It has a first answer; to be told again is no harm. */
  answered(): void;
  end(): void;
}

/** Counts queries, and says once how many there are over how many connections: when all that the start asks for is answered. */
export class Budget {
  readonly #parts: BudgetParts;
  readonly #unanswered = new Set<BudgetedQuery>();
  readonly #collapsed = new Set<() => Collapsed>();
  #queries = 0;
  #beganAt: number | undefined;
  #cancel: CancelTimer | undefined;
  #cancelLimit: CancelTimer | undefined;
  #limitSaidAt = Number.NEGATIVE_INFINITY;

  constructor(parts: BudgetParts) {
    this.#parts = parts;
  }

  /** How many queries are followed. */
  get queries(): number {
    return this.#queries;
  }

  /** Counts one more. */
  begin(): BudgetedQuery {
    this.#queries++;
    if (this.#beganAt === undefined) {
      this.#beganAt = this.#parts.clock.now();
      this.#cancel = this.#parts.clock.setTimer(() => this.#look(), SAY_AFTER_MS);
    }
    const query: BudgetedQuery = {
      answered: () => this.#unanswered.delete(query),
      end: () => {
        this.#queries--;
        this.#unanswered.delete(query);
      },
    };
    this.#unanswered.add(query);
    return query;
  }

  /** Takes note of a way to ask for keys together; returns how to forget it. */
  collapses(collapsed: () => Collapsed): () => void {
    this.#collapsed.add(collapsed);
    return () => this.#collapsed.delete(collapsed);
  }

  /** Notes that the agent turned a further connection away, while others carry on; where they still do after a moment, that is its limit. */
  turnedAway(): void {
    const { clock } = this.#parts;
    if (clock.now() - this.#limitSaidAt < SAY_AGAIN_MS) return;
    this.#cancelLimit ??= clock.setTimer(() => {
      this.#cancelLimit = undefined;
      this.#sayLimit();
    }, SURE_AFTER_MS);
  }

  #sayLimit(): void {
    const { agent, usage, logger, clock } = this.#parts;
    const { sockets, granted } = usage();
    if (granted === undefined) return;
    this.#limitSaidAt = clock.now();
    logger.warn(
      `Consul at ${agent} closed a further connection at once, as ${CONSUL.limit}, and is asked over ${plural(sockets, 'connection')}: ${CONSUL.limitAdvice}`,
      { agent, connections: sockets },
    );
  }

  /** Says nothing any more. */
  close(): void {
    this.#cancel?.();
    this.#cancelLimit?.();
  }

  #look(): void {
    const { clock, usage } = this.#parts;
    const isLate = clock.now() - (this.#beganAt ?? 0) >= SAY_AT_LAST_MS;
    const isSettled = this.#unanswered.size === 0 || isLate;
    if (isSettled && usage().sockets > 0) this.#say();
    else this.#cancel = clock.setTimer(() => this.#look(), SAY_AFTER_MS);
  }

  #say(): void {
    const { agent, usage, logger } = this.#parts;
    const collapsed = [...this.#collapsed].map((counts) => counts());
    const keys = collapsed.reduce((sum, each) => sum + each.keys, 0);
    const groups = collapsed.reduce((sum, each) => sum + each.groups, 0);
    const { protocol, sockets, maxSockets } = usage();
    const queries = this.#queries;
    const { inRounds, whenRung } = this.#parts.visited();
    const rest =
      sayTogether(keys, groups) +
      sayVisited(inRounds, 'every few seconds') +
      sayVisited(whenRung, 'when something changes');
    const line = `${queries === 1 ? '1 query' : `${count(queries)} queries`} over ${plural(sockets, 'connection')} to Consul at ${agent} (${protocol}, at most ${count(maxSockets)})${rest}`;
    const fields = {
      agent,
      protocol,
      queries,
      connections: sockets,
      maxConnections: maxSockets,
      ...(keys > 0 && { keys, prefixes: groups }),
    };
    if (queries < WORTH_SAYING) logger.debug(line, fields);
    else logger.info(line, fields);
  }
}

function sayVisited(number: number, when: string): string {
  return number === 0 ? '' : `; ${count(number)} of them are visited ${when}`;
}

function sayTogether(keys: number, groups: number): string {
  if (keys === 0) return '';
  const watches = groups === 1 ? '1 watch of a prefix' : `${count(groups)} watches of prefixes`;
  return `, ${count(keys)} of them in ${watches}`;
}

function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function count(number: number): string {
  // `toLocaleString` would load the tables of all languages first, which takes 16 ms.
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
