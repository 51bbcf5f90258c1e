import { ShapeError } from '../http/shapes.ts';
import type { HttpReply } from '../http/exchange.ts';
import type { Trouble } from '../http/trouble.ts';
import { indexOf } from './evidence.ts';
import { agedAnswer, leaderlessAnswer, replyTrouble, strangeAnswer } from './failures.ts';
import { contactMsOf } from './reads.ts';
import type { RequestPlan } from './request-plan.ts';
import type { BlockingServer } from './server.ts';

/** How old an answer may be that the leader was asked for, where nothing else is said: an agent may be told to let others answer all the same. */
const OLDEST_MS = 2000;

/** Whether a reply is an answer at all: a value, or that there is no such thing. */
export function isGood(reply: HttpReply, plan: RequestPlan, server: BlockingServer): boolean {
  return reply.status === 200 || saysAbsent(reply, plan, server);
}

/**
 * Why a reply is no answer that may be taken; undefined where it may. `isRelaxed`: others than the leader may have given it, whose age was looked at. Throws an
 * AutotmplError where no later reply can be another.
 */
export function objectionTo(
  reply: HttpReply,
  plan: RequestPlan,
  server: BlockingServer,
  { isRelaxed }: { readonly isRelaxed: boolean } = { isRelaxed: false },
): Trouble | undefined {
  if (!isGood(reply, plan, server)) return replyTrouble(reply, plan, server);
  if (plan.follows === 'index' && indexOf(reply, server) === undefined) {
    return strangeAnswer(plan.label, new ShapeError(`it has no X-${server.name}-Index`), server);
  }
  if (!plan.fromServers || isRelaxed) return undefined;
  if (reply.headers[server.leaderHeader] === 'false') return leaderlessAnswer(server);
  const ageMs = contactMsOf(reply, server) ?? 0;
  return ageMs > (plan.relaxed?.maxStaleMs ?? OLDEST_MS) ? agedAnswer(ageMs, server) : undefined;
}

/** Without an index, a 404 is that of a server which knows no such API. */
function saysAbsent(reply: HttpReply, plan: RequestPlan, server: BlockingServer): boolean {
  return plan.mayBeAbsent && reply.status === 404 && indexOf(reply, server) !== undefined;
}
