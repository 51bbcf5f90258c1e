import type { Course } from './course.ts';
import { findByName } from './find-by-name.ts';
import { targetStandingOf, type TargetStanding } from './target-standing.ts';

/** What became of asking for a held file's release. */
export type ReleaseOutcome =
  | { readonly outcome: 'released'; readonly label: string }
  /** It was held by its check or a rollback: its text is checked, put in place and followed by its command once more. */
  | { readonly outcome: 'triedAgain'; readonly label: string }
  /** Nothing that can be released by hand holds it. */
  | { readonly outcome: 'notHeld'; readonly standing: TargetStanding }
  | { readonly outcome: 'unknown' };

/** Has a file that guards hold take what they refused last, and one that its check or a rollback holds try again. `name` is as {@link findByName} takes it. */
export function releaseHeld(courses: readonly Course[], name: string): ReleaseOutcome {
  const course = findByName(courses, name);
  if (course === undefined) return { outcome: 'unknown' };
  const outcome = course.release();
  if (outcome !== undefined) return { outcome, label: course.target.label };
  return { outcome: 'notHeld', standing: targetStandingOf(course) };
}
