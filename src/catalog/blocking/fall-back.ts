import { AutotmplError, describeError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type { Answer } from '../catalog.ts';
import { withParameters } from '../http/api-path.ts';
import { parseJson } from '../http/shapes.ts';
import type { HttpReply } from '../http/exchange.ts';
import type { Trouble } from '../http/trouble.ts';
import { freezeValue } from '../values.ts';
import type { BlockingClient } from './client.ts';
import { isGood } from './objection.ts';
import type { RequestPlan } from './request-plan.ts';

/** What an agent is asked with. */
export interface FallBackParts {
  readonly client: BlockingClient;
  readonly clock: Clock;
}

/**
 * What the agent had last of a query that its servers do not answer, as `held` with its age; undefined where it has nothing, or does not say how old it is.
 * Never rejects.
 */
export async function fallBack(
  plan: RequestPlan,
  { reason, isLeaderless }: Trouble,
  { client, clock }: FallBackParts,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const { path, fallback, read, isShort } = plan;
  if (isLeaderless !== true || fallback === undefined || typeof path !== 'string') return undefined;
  try {
    const question = { path: withParameters(path, fallback), packed: !isShort };
    const reply = await client.read(question, signal);
    const ageMs = ageOf(reply);
    if (ageMs === undefined || !isGood(reply, plan, client.server)) return undefined;
    const atMs = clock.timeOfDay() - ageMs;
    const since = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
    const words = `${describeError(reason)}; what the ${client.server.role} had last is used, of ${since} UTC`;
    return {
      state: 'held',
      value: freezeValue(read(parseJson(reply.body))),
      reason: new AutotmplError('catalog', words, { cause: reason }),
      atMs,
    };
  } catch {
    return undefined;
  }
}

function ageOf({ headers: { age } }: HttpReply): number | undefined {
  return age !== undefined && /^\d+$/.test(age) ? Number(age) * 1000 : undefined;
}
