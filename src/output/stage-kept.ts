import { link, rename, rm } from 'node:fs/promises';
import { goodPath, temporaryPath } from './side-names.ts';
import type { StagedFile } from './staged-file.ts';

/**
 * Stages the last good file that is kept of a destination itself, under one more name, which takes no room: for a disk that is full. Whoever edits the
 * file in place then edits both.
 */
export async function stageKept(path: string): Promise<StagedFile> {
  const temporary = temporaryPath(path);
  await link(goodPath(path), temporary);
  const discard = () => rm(temporary, { force: true }).catch(() => undefined);
  return {
    ...{ destination: path, path: temporary, discard },
    commit: async () => {
      await rename(temporary, path);
      // Where both were one file, rename(2) does nothing.
      await discard();
      return 'renamed';
    },
  };
}
