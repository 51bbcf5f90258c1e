import { queryId } from '../catalog/query.ts';
import { describeError } from '../core/errors.ts';
import type { Course } from './course.ts';
import type { FareState, Holder } from './fare.ts';
import type { GuardReport } from './guard/count.ts';

/** How one file stands. */
export interface TargetStanding {
  readonly label: string;
  readonly state: FareState;
  readonly reason?: string;
  /** What holds it; absent where nothing does. */
  readonly heldBy?: Holder;
  /** How its guards stand; absent where it has none. */
  readonly guards?: GuardReport;
}

/** How the file of a course stands; what is wrong, or awaited, is a sentence. */
export function targetStandingOf(course: Course): TargetStanding {
  const { state, error, holder } = course;
  const guards = course.guards();
  const reason = error === undefined ? whatIsAwaited(course) : describeError(error);
  return {
    label: course.target.label,
    state: error !== undefined && state !== 'held' ? 'failed' : state,
    ...(reason !== undefined && { reason }),
    ...(holder !== undefined && { heldBy: holder }),
    ...(guards !== undefined && { guards }),
  };
}

/** Undefined where nothing is. */
function whatIsAwaited(course: Course): string | undefined {
  if (course.isUnderWay) return 'its new text is being checked';
  if (course.waitsWith !== undefined) return `${course.waitsWith} of its group is not ready`;
  const [missing] = course.waiting()?.missing ?? [];
  return missing === undefined ? undefined : `${queryId(missing.query)} is ${missing.why}`;
}
