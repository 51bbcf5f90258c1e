import type { HttpReply } from '../http/exchange.ts';
import type { BlockingServer } from './server.ts';

/** How old an answer may be that the leader has not confirmed, and by which parameter such answers are asked for. */
export interface RelaxedReads {
  /** `stale`: any server answers. `cached`: the agent does, from its cache. */
  readonly mode: 'stale' | 'cached';
  readonly maxStaleMs: number;
  /** Only where the server's datacenter has at least so many members; absent: everywhere. */
  readonly fromMembers?: number;
}

/**
 * Takes the answers of one query that others than the leader gave for what they are. One is dropped, and the same asked of the leader, where it is
 * older than allowed, and where it is from before what is known already: servers are behind by different times, so a query that
 * wanders between them would see its changes undone and done again.
 */
export class Reads {
  readonly #rules: RelaxedReads | undefined;
  readonly #server: BlockingServer;
  readonly #members: () => number;
  /** At which index what is known was true. */
  #seen: number;

  /**
   * Without rules, only what the leader confirms counts. `members` is how many the datacenter has, as far as that is known; `seen` the
   * index of what is known from before.
   */
  constructor(
    rules: RelaxedReads | undefined,
    server: BlockingServer,
    members: () => number = () => 0,
    seen = 0,
  ) {
    this.#rules = rules;
    this.#members = members;
    this.#server = server;
    this.#seen = seen;
  }

  /** What is put behind the path to be answered by others too; undefined where only the leader is asked. */
  get parameter(): string | undefined {
    const { mode, fromMembers = 0 } = this.#rules ?? {};
    return this.#members() >= fromMembers ? mode : undefined;
  }

  /** Whether the leader is asked, and not only for as long as it is not known how many members there are. */
  get areLeaders(): boolean {
    if (this.#rules === undefined) return true;
    return this.parameter === undefined && this.#members() > 0;
  }

  /** What there is to say against a good answer that was asked for with {@link parameter}. */
  judge(reply: HttpReply, index: number): 'taken' | 'tooOld' | 'behind' {
    if (index < this.#seen) return 'behind';
    const ageMs = this.#ageMs(reply);
    if (ageMs === undefined) return this.#isLeaderless(reply) ? 'tooOld' : 'taken';
    return ageMs <= (this.#rules?.maxStaleMs ?? 0) ? 'taken' : 'tooOld';
  }

  /** Notes that an answer was taken. */
  note(index: number): void {
    this.#seen = index;
  }

  /** How long ago the server that answered had heard from the leader, and for how long the answer has been in the cache since. */
  #ageMs(reply: HttpReply): number | undefined {
    const contactMs = contactMsOf(reply, this.#server);
    const cachedSeconds = numberOf(reply.headers.age) ?? 0;
    return contactMs === undefined ? undefined : contactMs + cachedSeconds * 1000;
  }

  #isLeaderless({ headers }: HttpReply): boolean {
    return headers[this.#server.leaderHeader] === 'false';
  }
}

/** How long ago the server that answered had heard from the leader; undefined where it does not say. */
export function contactMsOf(
  { headers }: HttpReply,
  { lastContactHeader }: BlockingServer,
): number | undefined {
  return lastContactHeader === undefined ? undefined : numberOf(headers[lastContactHeader]);
}

function numberOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined;
}
