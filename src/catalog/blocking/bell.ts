import type { Clock } from '../../core/time.ts';
import type { HttpReply } from '../http/exchange.ts';
import type { BlockingClient } from './client.ts';
import { Cursor, WAIT_JITTER } from './cursor.ts';
import { indexOf } from './evidence.ts';
import { objectionTo } from './objection.ts';
import { Pace } from './pace.ts';
import { INDEXED, type RequestPlan } from './request-plan.ts';

/** What it takes to hear a bell. */
export interface BellParts {
  readonly client: BlockingClient;
  readonly clock: Clock;
  readonly waitMs: number;
  readonly random: () => number;
}

/** An answer whose index is another than before. */
export interface Stroke {
  readonly index: number;
  readonly body: Buffer;
  /**
   * `open`: the first of all; what changes from now on is heard. `stroke`: something changed. `anew`: the index went back, or the agent answered before its
   * time, so that what was known by other indexes may be out of date.
   */
  readonly kind: 'open' | 'stroke' | 'anew';
}

/** Why a bell is not heard any more. */
export class BellError extends Error {
  /** Whether the agent refuses to answer, which may last. */
  readonly isRefused: boolean;

  constructor(message: string, options: { readonly isRefused: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.isRefused = options.isRefused;
  }
}

/** It stands for hundreds of queries, each of which would be asked as often for an answer of a hundredth. */
const LIGHTER = 4;

/**
 * Hears one blocking query, as a bell that rings with every advance of its index, whatever its body says. Follows its index as every
 * query does; throws a BellError at the first trouble, and the reason of `signal` once it aborts.
 */
export async function* hear(
  path: string,
  parts: BellParts,
  signal: AbortSignal,
): AsyncGenerator<Stroke> {
  const { client, clock, waitMs, random } = parts;
  const plan = planOf(path);
  const cursor = new Cursor();
  const pace = new Pace(clock);
  let kind: Stroke['kind'] = 'open';
  for (;;) {
    signal.throwIfAborted();
    const { known } = cursor;
    const next = cursor.next(waitMs);
    const position = { ...next, waitMs: next.waitMs * (1 - WAIT_JITTER * random()) };
    const question = { path, packed: true, knownIndex: known };
    const { reply, asked, elapsedMs } = await client.ask(question, position, signal);
    const index = takeIndex(reply, plan, client);
    const progress = cursor.accept(index, asked, elapsedMs);
    const isBack = known !== undefined && index < known;
    if (isBack || progress === 'early') kind = 'anew';
    if (progress === 'read' || progress === 'woken') {
      pace.weigh(reply.body.length / LIGHTER);
      yield { index, body: reply.body, kind };
      kind = 'stroke';
    }
    await pace.pause(signal);
  }
}

function takeIndex(reply: HttpReply, plan: RequestPlan, { server }: BlockingClient): number {
  const isRefused = reply.status === 403;
  let objection;
  try {
    objection = objectionTo(reply, plan, server);
  } catch (error) {
    throw new BellError(`${plan.label} cannot be heard`, { isRefused: true, cause: error });
  }
  if (objection === undefined) return indexOf(reply, server) ?? 1;
  throw new BellError(objection.reason.message, { isRefused, cause: objection.reason });
}

function planOf(path: string): RequestPlan {
  return { label: path, path, ...INDEXED, aclRule: 'read', read: () => null };
}
