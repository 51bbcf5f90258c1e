import type { Clock } from '../../core/time.ts';
import type { Answer } from '../catalog.ts';
import { isUntold, retryDelayMs } from '../http/retry.ts';
import { freezeValue, type Value } from '../values.ts';
import { troubleOf } from './desk.ts';
import type { Inquiry } from './inquiry.ts';

/** Follows one inquiry as `Catalog.watch` promises: asks, rests, asks again, and tries on through any trouble. */
export async function* followInquiry(
  inquiry: Inquiry,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  let failures = 0;
  let held = false;
  let source: unknown;
  let value: Value | undefined;
  while (!signal.aborted) {
    let againMs: number;
    try {
      const found = await inquiry.next(signal);
      if (signal.aborted) return;
      failures = 0;
      againMs = found.againMs;
      const news = value === undefined || found.value !== source;
      source = found.value;
      if (news) value = freezeValue(found.value);
      if (news || held) {
        held = false;
        yield { state: 'fresh', value: value ?? null };
      }
    } catch (error) {
      if (signal.aborted) return;
      const trouble = troubleOf(error);
      if (trouble === undefined) throw error;
      failures++;
      if (!held && !isUntold(trouble, failures)) {
        held = true;
        yield { state: 'held', value, reason: trouble.reason };
      }
      againMs = retryDelayMs(trouble, failures, random);
    }
    await clock.sleep(againMs, signal);
  }
}
