import type { Clock } from '../../core/time.ts';
import { freezeValue, type Value } from '../values.ts';
import { withParameters } from '../http/api-path.ts';
import type { RetryRules } from '../http/retry.ts';
import { ShapeError } from '../http/shapes.ts';
import type { HttpReply } from '../http/exchange.ts';
import { exchangeTrouble, type Trouble } from '../http/trouble.ts';
import type { Answered, BlockingClient } from './client.ts';
import { Cursor, NOW, WAIT_JITTER, type Position, type Progress } from './cursor.ts';
import { evidenceOf, indexOf } from './evidence.ts';
import { replyTrouble, strangeAnswer } from './failures.ts';
import { isGood, objectionTo } from './objection.ts';
import { Pace } from './pace.ts';
import type { Place, Places } from './places.ts';
import { readValue } from './read-value.ts';
import { Reads } from './reads.ts';
import type { Ask, Get, RequestPlan } from './request-plan.ts';
import type { BlockingServer } from './server.ts';
import { Suspicion, type Doubt } from './suspicion.ts';

/** How often an endpoint is asked that cannot block. */
const POLL_MS = 15_000;
/** So much is taken at random off the short waits of the beginning, where thousands began together. */
const FIRST_WAIT_JITTER = 0.4;

/** A shorter answer is sent faster than it is packed. */
const PACK_FROM_BYTES = 4096;

/** What a question takes. */
export interface QuestionParts {
  readonly client: BlockingClient;
  readonly places: Places;
  readonly clock: Clock;
  /** The agent's address, for messages. */
  readonly agent: string;
  readonly waitMs: number;
  /** Absent: our own pauses, for ever. */
  readonly retry?: RetryRules;
  readonly random: () => number;
  /** How many members the agent's datacenter has, as far as that is known. */
  readonly members?: () => number;
  /** Whether what the agent had last stands in for a first answer that its servers do not give. */
  readonly fallsBack?: boolean;
}

/** An answer, and whether others than the leader may have given it. */
type Heard = Answered & { readonly isRelaxed: boolean };

/** What came of asking: trouble, an answer that is not believed, or the value, which may be the one that is known. */
export type Outcome =
  | { readonly kind: 'trouble'; readonly trouble: Trouble }
  | { readonly kind: 'doubt'; readonly doubt: Doubt }
  | { readonly kind: 'value'; readonly value: Value; readonly news: boolean };

/** One query as it is put to the agent: where it stands, and the last that was heard of it. */
export class Question {
  readonly #plan: RequestPlan;
  readonly #parts: QuestionParts;
  /** Undefined for an endpoint that cannot block. */
  readonly #place: Place | undefined;
  readonly #cursor: Cursor;
  readonly #pace: Pace;
  readonly #reads: Reads;
  readonly #suspicion: Suspicion;
  #path: string | undefined;
  /** Length of the last answer, which the next will be like. */
  #length: number;
  /** Stands for the last body that was read, so that an equal one is not read again. */
  #digest: string | undefined;
  #value: Value | undefined;

  /** `known`: a value that was good at another time. */
  constructor(
    plan: RequestPlan,
    parts: QuestionParts,
    place: Place | undefined,
    known: Value | undefined,
  ) {
    this.#plan = plan;
    this.#parts = parts;
    this.#place = place;
    this.#cursor = new Cursor(() => parts.places.firstWaitMs);
    this.#pace = new Pace(parts.clock, plan.weight);
    this.#reads = new Reads(plan.relaxed, parts.client.server, parts.members, plan.seen?.index);
    this.#suspicion = new Suspicion(plan, parts.client.server, parts.clock);
    this.#value = known;
    if (known !== undefined) this.#suspicion.recall(known, plan.seen);
    this.#length = plan.isShort ? 0 : PACK_FROM_BYTES;
  }

  /** The last good value. */
  get value(): Value | undefined {
    return this.#value;
  }

  get #server(): BlockingServer {
    return this.#parts.client.server;
  }

  /** Asks until there is a good answer or trouble; undefined once the signal aborts. Throws where the query itself is wrong. */
  async ask(signal: AbortSignal): Promise<Outcome | undefined> {
    for (;;) {
      let answered;
      try {
        this.#path ??= await this.#findPath(signal);
        const position = await this.#turn(signal);
        answered = await this.#put(this.#path, position, signal);
        this.#plan.observer?.heard?.(answered.reply);
      } catch (error) {
        if (signal.aborted) return undefined;
        this.#plan.observer?.failed?.(error);
        return this.#fail(this.#troubleWith(error));
      }
      const trouble = objectionTo(answered.reply, this.#plan, this.#server, answered);
      if (trouble !== undefined) return this.#fail(trouble);
      const progress = this.#progress(answered);
      if (progress === 'read' || progress === 'woken') return this.#read(answered.reply, signal);
      if (progress === 'quiet') this.#place?.noteQuiet();
      this.#pace.note(progress === 'quiet');
      await this.#pace.pause(signal);
    }
  }

  /** Resolves when it is time to ask again. */
  async pause(signal: AbortSignal): Promise<void> {
    if (this.#plan.follows === 'poll') await this.#parts.clock.sleep(POLL_MS, signal);
    else await this.#pace.pause(signal);
  }

  /** Resolves with what to ask when it is time to ask it. */
  async #turn(signal: AbortSignal): Promise<Position> {
    const place = this.#place;
    if (place === undefined) return NOW;
    // What others say may be older than the change that a bell rang for.
    place.ringAs(this.#reads.areLeaders ? this.#plan.rungAs : undefined);
    if (place.mayWait()) {
      const { index, waitMs } = this.#cursor.next(this.#parts.waitMs);
      const isEarly = waitMs < this.#parts.waitMs && this.#parts.places.areMany;
      const jitter = isEarly ? FIRST_WAIT_JITTER : WAIT_JITTER;
      return { index, waitMs: waitMs * (1 - jitter * this.#parts.random()) };
    }
    if (!this.#cursor.isLost && (await place.untilTurn(signal)) === 'anew') this.#cursor.lose();
    return NOW;
  }

  /** Asks those who may answer, and the leader where what they say is not to be taken. */
  async #put(path: string, position: Position, signal: AbortSignal): Promise<Heard> {
    const { client } = this.#parts;
    const packed = this.#length >= PACK_FROM_BYTES;
    const mostBytes = this.#plan.mostBytes?.();
    const question = { path, packed, knownIndex: this.#cursor.known, mostBytes };
    const { parameter } = this.#reads;
    // What was not believed is asked of the leader until it is.
    if (parameter === undefined || this.#suspicion.isOn) {
      return { ...(await client.ask(question, position, signal)), isRelaxed: false };
    }
    const relaxed = { ...question, path: withParameters(path, parameter) };
    const answered = await client.ask(relaxed, position, signal);
    const index = isGood(answered.reply, this.#plan, this.#server)
      ? this.#indexOf(answered.reply)
      : undefined;
    const verdict = index === undefined ? 'taken' : this.#reads.judge(answered.reply, index);
    if (verdict === 'taken') return { ...answered, isRelaxed: true };
    // An index from before ours may be that of a catalog which began anew: nobody would answer to ours then.
    const again = verdict === 'behind' ? NOW : answered.asked;
    return { ...(await client.ask(question, again, signal)), isRelaxed: false };
  }

  #progress({ reply, asked, elapsedMs }: Answered): Progress {
    this.#reads.note(this.#indexOf(reply) ?? 0);
    if (this.#place === undefined) return 'read';
    return this.#cursor.accept(this.#indexOf(reply) ?? 1, asked, elapsedMs);
  }

  async #findPath(signal: AbortSignal): Promise<string> {
    const { path } = this.#plan;
    return typeof path === 'string' ? path : path(this.#getter(signal));
  }

  #getter(signal: AbortSignal): Get {
    return async (path) => {
      const reply = await this.#parts.client.read({ path, packed: true }, signal);
      if (isGood(reply, this.#plan, this.#server)) return reply;
      throw replyTrouble(reply, this.#plan, this.#server).reason;
    };
  }

  #asker(signal: AbortSignal): Ask {
    return (path) => {
      this.#pace.charge(1);
      return this.#parts.client.read({ path, packed: false }, signal);
    };
  }

  async #read(reply: HttpReply, signal: AbortSignal): Promise<Outcome | undefined> {
    try {
      return await this.#take(reply, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      return this.#fail(this.#troubleWith(error));
    }
  }

  async #take(reply: HttpReply, signal: AbortSignal, isSecond = false): Promise<Outcome> {
    this.#length = reply.body.length;
    this.#pace.weigh(this.#length);
    const { refine } = this.#plan;
    const evidence = await evidenceOf(reply, this.#server, signal);
    if (refine === undefined && evidence.digest === this.#digest && this.#value !== undefined) {
      this.#suspicion.believe(this.#value, evidence);
      this.#pace.note(false);
      return { kind: 'value', value: this.#value, news: false };
    }
    const found = await readValue(this.#plan, reply, signal, this.#value);
    if (this.#suspicion.isDue(found)) {
      if (!isSecond && !this.#suspicion.isOn) return this.#takeAgain(signal);
      const doubt = await this.#suspicion.judge(found, evidence, this.#asker(signal));
      if (doubt !== undefined) {
        this.#cursor.lose();
        return { kind: 'doubt', doubt };
      }
    }
    this.#value =
      refine === undefined ? found : freezeValue(await refine(found, this.#getter(signal)));
    if (this.#digest !== undefined) this.#place?.noteNews();
    this.#digest = evidence.digest;
    this.#suspicion.believe(this.#value, evidence);
    this.#pace.note(true);
    return { kind: 'value', value: this.#value, news: true };
  }

  /** Asks the leader for the same once more, and takes that in its place. */
  async #takeAgain(signal: AbortSignal): Promise<Outcome> {
    const path = this.#path ?? (await this.#findPath(signal));
    const question = { path, packed: this.#length >= PACK_FROM_BYTES };
    this.#pace.charge(1);
    const answered = await this.#parts.client.ask(question, NOW, signal);
    this.#plan.observer?.heard?.(answered.reply);
    const objection = objectionTo(answered.reply, this.#plan, this.#server);
    if (objection !== undefined) return this.#fail(objection);
    this.#progress(answered);
    return this.#take(answered.reply, signal, true);
  }

  /** An answer after any trouble may come from another agent, or from one that lost its data. */
  #fail(trouble: Trouble): Outcome {
    this.#suspicion.shake();
    this.#cursor.lose();
    this.#path = undefined;
    return { kind: 'trouble', trouble };
  }

  #indexOf(reply: HttpReply): number | undefined {
    return indexOf(reply, this.#server);
  }

  #troubleWith(error: unknown): Trouble {
    const { label } = this.#plan;
    return error instanceof ShapeError
      ? strangeAnswer(label, error, this.#server)
      : exchangeTrouble(error, this.#server, this.#parts.agent);
  }
}
