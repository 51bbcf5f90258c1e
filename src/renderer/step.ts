import { AutotmplError, describeError } from '../core/errors.ts';
import type { StagedFile } from '../output/staged-file.ts';
import type { Landed, Publication, Published } from './publisher.ts';

/**
 * So many steps are worked on side by side. Node's four file threads would be busy with fewer, but what comes next in each has to wait for its turn
 * of a loop that is busy itself while a thousand first answers come in.
 */
export const SIDE_BY_SIDE = 32;

/** How far one publication of a batch has come. */
export interface Step {
  readonly publication: Publication;
  /** What became of it; absent while it waits for its swap, and after that. */
  published?: Published;
  /** The target's own file, where it differs. */
  staged?: StagedFile;
  /** Side files that are to be replaced. */
  beside: readonly StagedFile[];
}

/** Whether anything of it is to be put in place. */
export function isStaged({ staged, beside }: Step): boolean {
  return staged !== undefined || beside.length > 0;
}

/** All files of it that are to be put in place. */
export function stagedFiles({ staged, beside }: Step): readonly StagedFile[] {
  return staged === undefined ? beside : [...beside, staged];
}

/** It ends here, without its files. */
export async function settle(step: Step, published: Published): Promise<void> {
  for (const staged of stagedFiles(step)) await staged.discard();
  step.published = published;
  delete step.staged;
  step.beside = [];
}

/** Works on a step; an error settles it, and never keeps the others from being written. */
export async function attempt(step: Step, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { label } = step.publication.target;
    const failure =
      error instanceof AutotmplError
        ? error
        : new AutotmplError('output', `cannot write ${label}: ${describeError(error)}`, {
            cause: error,
          });
    await settle(step, { outcome: 'failed', error: failure });
  }
}

/** What became of it, at the end. */
export function outcomeOf(step: Step): Published {
  const { publication, staged, beside, published } = step;
  if (published !== undefined) return published;
  const own = staged === undefined ? [] : [publication.target.label];
  return { outcome: 'written', files: [...own, ...beside.map(({ destination }) => destination)] };
}

/** What became of these, at the end. */
export function landedOf(steps: readonly Step[]): Landed {
  return new Map(steps.map((step) => [step.publication, outcomeOf(step)]));
}
