import { AutotmplError, describeError } from '../../core/errors.ts';
import type { Answer } from '../catalog.ts';
import { isUntold, retryDelayMs } from '../http/retry.ts';
import type { Trouble } from '../http/trouble.ts';
import { Question, type QuestionParts } from './question.ts';
import type { RequestPlan } from './request-plan.ts';

/** Follows one query as `Catalog.watch` promises. Throws an AutotmplError where the agent calls the query itself wrong, and where the tries are counted and used up. */
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
        const { reason } = outcome.trouble;
        if (!held && !isUntold(outcome.trouble, failures)) {
          held = true;
          yield { state: 'held', value: question.value, reason };
        }
        if (failures > (parts.retry?.attempts ?? Number.POSITIVE_INFINITY)) {
          throw usedUp(failures, outcome.trouble);
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

function usedUp(failures: number, { reason }: Trouble): AutotmplError {
  const tries = failures === 1 ? 'the first try' : `${failures} tries`;
  return new AutotmplError('catalog', `given up after ${tries}: ${describeError(reason)}`, {
    cause: reason,
  });
}

async function rest(
  trouble: Trouble,
  failures: number,
  { client, clock, random, retry }: QuestionParts,
  signal: AbortSignal,
): Promise<void> {
  const delayMs = retryDelayMs(trouble, failures, random, retry);
  return trouble.serverIsAway === true && !isUntold(trouble, failures)
    ? client.liveness.untilAnswer(delayMs, signal)
    : clock.sleep(delayMs, signal);
}
