import { AutotmplError } from '../core/errors.ts';
import type { Published } from './publisher.ts';
import { isStaged, settle, type Step } from './step.ts';

/** Steps that are put in place together: those of one group, or a single one. */
export interface Unit {
  /** Absent: it is a single one, and of no group. */
  readonly group?: string;
  readonly steps: readonly Step[];
}

/** The units of a batch, in the order of their first steps. */
export function unitsOf(steps: readonly Step[]): readonly Unit[] {
  const units: { group?: string; steps: Step[] }[] = [];
  const groups = new Map<string, Step[]>();
  for (const step of steps) {
    const group = step.publication.target.fileGroup;
    const known = group === undefined ? undefined : groups.get(group);
    if (known !== undefined) {
      known.push(step);
      continue;
    }
    const unit = { ...(group !== undefined && { group }), steps: [step] };
    units.push(unit);
    if (group !== undefined) groups.set(group, unit.steps);
  }
  return units;
}

/** Where one of a group comes to nothing, none of it is put in place. */
export async function holdTogether({ group, steps }: Unit): Promise<void> {
  if (group === undefined) return;
  const blamed = steps.find(({ published }) => comesToNothing(published));
  if (blamed === undefined) return;
  for (const step of steps) {
    if (!comesToNothing(step.published)) await settle(step, heldBy(blamed, group));
  }
}

/** Where one of them has a newer text to come, none is put in place: they are rendered anew, all from the same answers. */
export async function passOver({ steps }: Unit): Promise<void> {
  if (!steps.some(isStaged)) return;
  if (!steps.some(({ publication }) => publication.isOvertaken?.() === true)) return;
  for (const step of steps) await settle(step, { outcome: 'overtaken' });
}

/**
 * Why a target is held that would be put in place together with another. The exit code is that of what the other failed by: it is
 * the one to blame.
 */
export function groupError(group: string, label: string, why: AutotmplError): AutotmplError {
  return new AutotmplError(
    why.code,
    `nothing of the group ${group} is replaced, because of ${label}`,
  );
}

function comesToNothing(published: Published | undefined): boolean {
  return (
    published?.outcome === 'failed' ||
    published?.outcome === 'held' ||
    published?.outcome === 'stopped'
  );
}

function heldBy({ publication, published }: Step, group: string): Published {
  if (published === undefined || !('error' in published)) return { outcome: 'stopped' };
  const error = groupError(group, publication.target.label, published.error);
  return { outcome: 'held', by: 'group', error };
}
