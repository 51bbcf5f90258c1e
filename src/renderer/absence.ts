import { queryId } from '../catalog/query.ts';
import type { AutotmplError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Missing } from '../template/engine.ts';
import type { Watcher } from '../watch/watcher.ts';
import { absentError, hopelessError } from './course-errors.ts';
import type { Reasons } from './reasons.ts';
import type { Target } from './target.ts';

/** Whose the missing things are. */
export interface Absence {
  readonly target: Target;
  /** The template's name. */
  readonly template: string;
  readonly missing: readonly Missing[];
}

/** Why what is missing must not be waited for; undefined where it is to be. `absent`: for want of what the catalog does not have. */
export function hopelessness(
  { target, template, missing }: Absence,
  { watcher, once }: { readonly watcher: Watcher; readonly once: boolean },
): { readonly error: AutotmplError; readonly absent?: true } | undefined {
  // With -once a query that can never succeed makes the target fail instead of waiting for ever.
  const hopeless = missing.find(({ query }) => watcher.isHopeless(queryId(query)));
  if (once && hopeless !== undefined) {
    const answer = watcher.answer(queryId(hopeless.query));
    return { error: hopelessError(target.label, answer) };
  }
  const absent = target.absentFatal ? missing.find(({ why }) => why === 'absent') : undefined;
  return absent && { error: absentError(target.label, template, absent), absent: true };
}

/** Says at once when something that was there is gone, and takes it out of the `reasons`; what never was there is for the waiting report. */
export function sayGone({ target, missing }: Absence, reasons: Reasons, logger: Logger): void {
  for (const { why, query } of missing) {
    const id = queryId(query);
    if (why !== 'absent' || !reasons.forget(id)) continue;
    logger.warn(`${id} is gone; ${target.label} stays as it was until it is back`, {
      target: target.label,
      query: id,
    });
  }
}
