import type { Stats } from 'node:fs';
import { systemCode } from '../core/errors.ts';
import { fileError } from './file-error.ts';
import type { FileOptions } from './file-options.ts';
import { writeInPlace } from './in-place.ts';
import type { StagedFile } from './staged-file.ts';
import { writeTemporary, writeTemporaryElsewhere, type TemporaryFile } from './temporary-file.ts';

/** What a folder says that takes no new file: of a file that is mounted alone, the folder may be anything. */
const NO_ROOM = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * Text for a file that is overwritten, not replaced. It waits in memory; where somebody wants to look at it, in a file as well: beside the
 * destination, or in a private folder where there is no place for it.
 */
export async function stageInPlace(
  destination: string,
  text: string | Buffer,
  options: FileOptions,
  existing: Stats,
  needsFile: boolean,
): Promise<StagedFile> {
  const temporary = needsFile ? await show(destination, text, options, existing) : undefined;
  return {
    destination,
    ...(temporary !== undefined && { path: temporary.path }),
    commit: async () => {
      try {
        await writeInPlace(destination, text, options);
      } finally {
        await temporary?.remove();
      }
      return 'inPlace';
    },
    discard: async () => temporary?.remove(),
  };
}

async function show(
  destination: string,
  text: string | Buffer,
  options: FileOptions,
  existing: Stats,
): Promise<TemporaryFile> {
  try {
    return await writeTemporary(destination, text, options, existing);
  } catch (error) {
    if (!NO_ROOM.has(systemCode(error) ?? '')) throw fileError('Cannot write', destination, error);
  }
  try {
    return await writeTemporaryElsewhere(destination, text, options, existing);
  } catch (error) {
    throw fileError('Cannot write for its check', destination, error);
  }
}
