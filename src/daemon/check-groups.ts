import { AutotmplError } from '../core/errors.ts';
import { commandLabel } from '../process/command-line.ts';
import type { Target } from '../renderer/target.ts';

/**
 * Makes sure that groups which are rolled back can be rolled back as a whole: what follows their change is one command, and its failure leads to the same for
 * all. Within one file the config says so earlier, with the place; this is about groups whose templates stand in several. Throws an AutotmplError (`config`).
 */
export function checkGroups(targets: readonly Target[]): void {
  for (const first of targets) {
    const { fileGroup, onFailure, label } = first;
    if (fileGroup === undefined || onFailure !== 'rollback') continue;
    const other = targets.find(
      (target) => target.fileGroup === fileGroup && !isAlike(target, first),
    );
    if (other === undefined) continue;
    throw new AutotmplError(
      'config',
      `${other.label}: ${label}, of the same fileGroup ${fileGroup}, is rolled back when its command fails, and this one would stay`,
      { advice: 'give all of them the same command, and onFailure: rollback' },
    );
  }
}

function isAlike(one: Target, other: Target): boolean {
  return one.onFailure === other.onFailure && commandOf(one) === commandOf(other);
}

function commandOf({ command }: Target): string | undefined {
  return command === undefined ? undefined : commandLabel(command);
}
