import { isDeepStrictEqual } from 'node:util';
import type { Answer, Catalog } from '../catalog/catalog.ts';
import { answerTo } from '../catalog/file/answers.ts';
import { answerName } from '../catalog/file/document-answers.ts';
import type { CatalogDocument } from '../catalog/file/document.ts';
import { queryId, type Query } from '../catalog/query.ts';
import type { Value } from '../catalog/values.ts';
import { whenAborted } from '../core/deadline.ts';
import { AutotmplError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import type { Recording } from './read-recording.ts';

/** An answer of a recording, and when it came. */
interface Moment {
  readonly afterMs: number;
  readonly change: { readonly value: Value } | { readonly reason: string };
}

/**
 * A recording as a catalog: it answers every query with what was answered then, at the same time after the start. `startMs` is the start
 * by the clock. A query that nobody asked then can never succeed.
 */
export function createPlayedCatalog(recording: Recording, startMs: number, clock: Clock): Catalog {
  return {
    name: 'recording',
    async *watch(query, signal) {
      const moments = momentsOf(recording, query);
      const first = valueIn(recording.document, query);
      let answer: Answer | undefined =
        first === undefined ? undefined : { state: 'fresh', value: first };
      if (answer === undefined && moments.length === 0) {
        throw new AutotmplError('catalog', `the recording has no answer to ${queryId(query)}`, {
          advice: 'was it made with other templates, or with another environment?',
        });
      }
      let next = 0;
      const take = (elapsedMs: number): boolean => {
        const before = next;
        for (; (moments[next]?.afterMs ?? Infinity) <= elapsedMs; next += 1) {
          answer = follow(answer, moments[next] as Moment);
        }
        return next > before;
      };
      take(clock.now() - startMs);
      if (answer !== undefined) yield answer;
      while (!signal.aborted && next < moments.length) {
        const dueMs = startMs + (moments[next]?.afterMs ?? 0);
        await clock.sleep(Math.max(0, dueMs - clock.now()), signal);
        // A timer may be early by a fraction of a millisecond.
        if (
          !signal.aborted &&
          take(Math.max(dueMs, clock.now()) - startMs) &&
          answer !== undefined
        ) {
          yield answer;
        }
      }
      await whenAborted(signal);
    },
    close() {
      // Every watch ends with its signal.
    },
  };
}

function momentsOf({ document: first, changes }: Recording, query: Query): readonly Moment[] {
  const name = answerName(query);
  let said = valueIn(first, query);
  return changes.flatMap(({ afterMs, answers, document, held }): Moment[] => {
    const before = said;
    if (document !== undefined) said = valueIn(document, query);
    const value = answers.get(name);
    if (value !== undefined) return [{ afterMs, change: { value } }];
    // What a change does not speak of stays as it was last answered.
    if (said !== undefined && !isDeepStrictEqual(said, before)) {
      return [{ afterMs, change: { value: said } }];
    }
    const reason = Object.hasOwn(held, name) ? held[name] : undefined;
    return reason === undefined ? [] : [{ afterMs, change: { reason } }];
  });
}

/** What a document answers to a query; undefined where it has no answer. */
function valueIn(document: CatalogDocument, query: Query): Value | undefined {
  try {
    return answerTo(document, query);
  } catch (error) {
    if (!(error instanceof AutotmplError)) throw error;
    return undefined;
  }
}

function follow(before: Answer | undefined, { change }: Moment): Answer {
  if ('value' in change) return { state: 'fresh', value: change.value };
  return { state: 'held', value: before?.value, reason: new Error(change.reason) };
}
