import { backoffDelay } from '../../core/backoff.ts';
import type { Answer } from '../catalog.ts';
import type { Trouble } from '../http/trouble.ts';
import { Question, type QuestionParts } from './question.ts';
import type { RequestPlan } from './request-plan.ts';

/** A first failure that may be a blip is asked about again within this time, before anybody is told. */
const BLIP_MS = 50;
const RETRY = { baseMs: 250, capMs: 10_000 };
/** More questions are no help to an agent that has too many. */
const LIMIT_RETRY = { baseMs: 1000, capMs: 30_000 };

/** Follows one query as `Catalog.watch` promises. Throws an AutotmplError where the agent calls the query itself wrong. */
export async function* followQuery(
  plan: RequestPlan,
  parts: QuestionParts,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const place = plan.follows === 'index' ? parts.places.join() : undefined;
  const question = new Question(plan, parts, place);
  let failures = 0;
  let held = false;
  try {
    while (!signal.aborted) {
      const outcome = await question.ask(signal);
      if (signal.aborted || outcome === undefined) return;
      if (outcome.trouble !== undefined) {
        failures++;
        const { nature, reason } = outcome.trouble;
        if (!held && (failures > 1 || nature !== 'blip')) {
          held = true;
          yield { state: 'held', value: question.value, reason };
        }
        await rest(outcome.trouble, failures, parts, signal);
        continue;
      }
      failures = 0;
      if (held || outcome.news) {
        held = false;
        yield { state: 'fresh', value: outcome.value };
      }
      await question.pause(signal);
    }
  } finally {
    place?.leave();
  }
}

async function rest(
  trouble: Trouble,
  failures: number,
  { client, clock, random }: QuestionParts,
  signal: AbortSignal,
): Promise<void> {
  if (trouble.nature === 'limit') {
    return clock.sleep(backoffDelay(failures - 1, LIMIT_RETRY, random), signal);
  }
  if (trouble.nature === 'blip' && failures === 1) return clock.sleep(BLIP_MS * random(), signal);
  const delayMs = backoffDelay(Math.max(0, failures - 2), RETRY, random);
  return trouble.serverIsAway === true
    ? client.liveness.untilAnswer(delayMs, signal)
    : clock.sleep(delayMs, signal);
}
