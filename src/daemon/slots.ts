import { createLocks, type CatalogParts } from '../catalog/index.ts';
import type { Locks } from '../catalog/locks.ts';
import type { Settings } from '../config/settings.ts';
import { AutotmplError } from '../core/errors.ts';
import { commandLabel } from '../process/command-line.ts';
import type { RollingRules } from '../renderer/safety.ts';
import type { DaemonOptions } from './options.ts';

/**
 * The locks that commands take their turns by, where a template asks for that; undefined where none does, or no command is run. Throws an AutotmplError
 * (`config`) where it cannot be had.
 */
export function createSlots(
  settings: Settings,
  { dry, ...parts }: Pick<DaemonOptions, 'dry'> & CatalogParts,
): Locks | undefined {
  const rolling = settings.targets.find((target) => target.rolling !== undefined);
  if (rolling === undefined) return undefined;
  checkAlike(settings);
  const locks = createLocks(settings.catalog, parts);
  if (locks === undefined) {
    const { backend } = settings.catalog;
    throw new AutotmplError(
      'config',
      `${rolling.label}: reload: a catalog of the kind ${backend} has no locks`,
      { advice: 'use a catalog that has (consul), or leave `reload` out' },
    );
  }
  if (!dry) return locks;
  void locks.close();
  return undefined;
}

/** A command runs once for all of its templates, so it can only have one way to wait. */
function checkAlike({ targets }: Settings): void {
  const known = new Map<string, { readonly label: string; readonly rolling: RollingRules }>();
  for (const { label, command, rolling } of targets) {
    if (command === undefined || rolling === undefined) continue;
    const name = commandLabel(command);
    const first = known.get(name);
    if (first === undefined) known.set(name, { label, rolling });
    else if (JSON.stringify(first.rolling) !== JSON.stringify(rolling)) {
      throw new AutotmplError(
        'config',
        `${label}: reload differs from that of ${first.label}, and both run "${name}"`,
        { advice: 'give both the same, or leave one out: it holds for the command' },
      );
    }
  }
}
