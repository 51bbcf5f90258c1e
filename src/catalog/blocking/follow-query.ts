import { backoffDelay } from '../../core/backoff.ts';
import { AutotmplError, describeError } from '../../core/errors.ts';
import type { Answer } from '../catalog.ts';
import type { Value } from '../values.ts';
import { isUntold, retryDelayMs } from '../http/retry.ts';
import type { Trouble } from '../http/trouble.ts';
import { fallBack } from './fall-back.ts';
import { Question, type QuestionParts } from './question.ts';
import type { RequestPlan } from './request-plan.ts';
import type { Doubt } from './suspicion.ts';

/** Longest pause between looks at a catalog that may be filling still; up to half is taken off at random. */
const SETTLING = { baseMs: 1000, capMs: 1000 };
/** Pauses between looks at an answer that is not believed. */
const DOUBT = { baseMs: 1000, capMs: 4000 };

/** Says that the tries are used up, whatever was asked. */
export class GivenUpError extends AutotmplError {}

/** Follows one query as `Catalog.watch` promises. Throws an AutotmplError where the agent calls the query itself wrong, and where the tries are counted and used up. */
export async function* followQuery(
  plan: RequestPlan,
  parts: QuestionParts,
  signal: AbortSignal,
  known?: Value,
): AsyncGenerator<Answer> {
  const rungAs = plan.relaxed === undefined ? plan.rungAs : undefined;
  const place = plan.follows === 'index' ? parts.places.join(rungAs) : undefined;
  const question = new Question(plan, parts, place, known);
  const attempts = parts.retry?.attempts ?? Number.POSITIVE_INFINITY;
  let failures = 0;
  let doubts = 0;
  let isAnswered = false;
  /** What was told last against the catalog; undefined where nothing is. */
  let told: { readonly state: 'held' | 'suspect'; readonly reason: string } | undefined;
  try {
    while (!signal.aborted) {
      const outcome = await question.ask(signal);
      if (signal.aborted || outcome === undefined) return;
      switch (outcome.kind) {
        case 'trouble': {
          failures++;
          const { reason } = outcome.trouble;
          if (told?.state !== 'held' && !isUntold(outcome.trouble, failures)) {
            told = { state: 'held', reason: describeError(reason) };
            const before =
              parts.fallsBack === true && !isAnswered
                ? await fallBack(plan, outcome.trouble, parts, signal)
                : undefined;
            if (signal.aborted) return;
            yield before ?? { state: 'held', value: question.value, reason };
          }
          if (failures > attempts) throw usedUp(failures, reason);
          await rest(outcome.trouble, failures, parts, signal);
          break;
        }
        case 'doubt': {
          doubts++;
          const { reason } = outcome.doubt;
          if (told?.state !== 'suspect' || told.reason !== describeError(reason)) {
            told = { state: 'suspect', reason: describeError(reason) };
            yield { state: 'suspect', value: question.value, reason };
          }
          // There is nothing that could go on being held: it is as if nobody answered.
          if (question.value === undefined && doubts > attempts) throw usedUp(doubts, reason);
          await parts.clock.sleep(doubtDelayMs(outcome.doubt, doubts, parts.random), signal);
          break;
        }
        case 'value': {
          failures = 0;
          doubts = 0;
          isAnswered = true;
          if (told !== undefined || outcome.news) {
            told = undefined;
            yield { state: 'fresh', value: outcome.value };
          }
          await question.pause(signal);
        }
      }
    }
  } finally {
    place?.leave();
  }
}

/** Rights that come back wake no query, so what is not believed is read again and again. */
function doubtDelayMs({ passes }: Doubt, doubts: number, random: () => number): number {
  return backoffDelay(doubts - 1, passes ? SETTLING : DOUBT, random);
}

function usedUp(failures: number, reason: AutotmplError): GivenUpError {
  const tries = failures === 1 ? 'the first try' : `${failures} tries`;
  return new GivenUpError('catalog', `given up after ${tries}: ${describeError(reason)}`, {
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
