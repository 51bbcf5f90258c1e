import { systemCode } from '../core/errors.ts';
import { stageFile } from '../output/atomic-write.ts';
import { syncFolders } from '../output/folders.ts';
import type { Cover } from '../output/owed-markers.ts';
import type { CurrentFile } from '../output/read-destination.ts';
import type { ResolvedDestination } from '../output/resolve-destination.ts';
import { stageKept } from '../output/stage-kept.ts';
import type { StagedFile } from '../output/staged-file.ts';
import { stageBeside, type GoodBeside } from './good-beside.ts';
import type { FileTarget } from './target.ts';

/** One file that is to be put back. */
export interface GoodReturn {
  readonly target: FileTarget;
  readonly where: ResolvedDestination;
  readonly good: CurrentFile;
  /** What goes back with it. */
  readonly beside?: readonly GoodBeside[];
}

/**
 * Puts good files back, all or none, with their modes and owners, while none of them can be replaced; `cover` is what the command that failed stood
 * for, and `then` is done before they may be. False, and nothing was done, where one of them is another by now. Rejects with an AutotmplError where
 * they cannot be written.
 */
export async function returnGood(
  returns: readonly GoodReturn[],
  cover: Cover,
  then: () => Promise<void>,
): Promise<boolean> {
  return withAll(returns, cover, async () => {
    await putBack(returns);
    await then();
  });
}

/** Works with all files free to be replaced; false, and nothing was done, where one of them is another by now. */
async function withAll(
  [first, ...others]: readonly GoodReturn[],
  cover: Cover,
  work: () => Promise<void>,
): Promise<boolean> {
  if (first === undefined) {
    await work();
    return true;
  }
  let all = false;
  await cover.replace(first.target.destination, async () => {
    all = await withAll(others, cover, work);
  });
  return all;
}

async function putBack(returns: readonly GoodReturn[]): Promise<void> {
  const staged: StagedFile[] = [];
  const besideThem: StagedFile[] = [];
  try {
    for (const one of returns) staged.push(await stageGood(one));
    for (const one of returns.flatMap(({ beside = [] }) => beside)) {
      besideThem.push(await stageBeside(one));
    }
    for (const one of besideThem) await one.commit();
    const [single, ...others] = staged;
    if (others.length === 0) await single?.commit();
    else await putBackTogether(staged);
  } catch (error) {
    for (const one of [...staged, ...besideThem]) await one.discard();
    throw error;
  }
  await syncFolders([...staged, ...besideThem].map(({ destination }) => destination));
}

async function putBackTogether(staged: readonly StagedFile[]): Promise<void> {
  const { swapTogether } = await import('../output/group-swap.ts');
  const failure = await swapTogether(
    staged.flatMap(({ destination, path }) => (path === undefined ? [] : { destination, path })),
  );
  if (failure !== undefined) throw failure.error;
}

async function stageGood({ target: { file }, where, good }: GoodReturn): Promise<StagedFile> {
  const { path, existing } = where;
  // What the config leaves open is as it was. A backup is of good files, and this one is none.
  const options = { ...file, backup: false };
  const isGone = existing === undefined && file.write === 'inPlace';
  const found = { path, ...(!isGone && { existing: good.stat }) };
  const dressed = { mode: good.stat.mode & 0o7777, ...options };
  try {
    return await stageFile(path, good.bytes, dressed, { found });
  } catch (error) {
    if (options.write === 'inPlace' || !isOutOfRoom(error)) throw error;
    return stageKept(path).catch(() => {
      throw error;
    });
  }
}

function isOutOfRoom(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  return ['ENOSPC', 'EDQUOT'].includes(systemCode(cause) ?? '');
}
