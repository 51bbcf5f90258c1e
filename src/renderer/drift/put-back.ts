import { applyAttributes } from '../../output/attributes.ts';
import { stageFile } from '../../output/atomic-write.ts';
import type { FileOptions } from '../../output/file-options.ts';
import { syncFolders } from '../../output/folders.ts';
import type { OwedMarkers } from '../../output/owed-markers.ts';
import { resolveDestination } from '../../output/resolve-destination.ts';
import type { FileTarget } from '../target.ts';
import type { Difference } from './compare-file.ts';
import type { Dress, ExpectedFile } from './expected-file.ts';

/**
 * Makes a file what it should be: atomically, and with the marker that its command is owed, as any other change of it. Where only its mode
 * or owner differ, only they are set. Throws an AutotmplError.
 */
export async function putBack(
  { destination, file, command }: FileTarget,
  { kind }: Difference,
  expected: ExpectedFile,
  markers: OwedMarkers,
): Promise<void> {
  const options = { ...file, ...asOptions(expected.dress) };
  if (kind === 'dress') {
    await applyAttributes(
      (await resolveDestination(destination, file.symlink, file.user)).path,
      options,
    );
    return;
  }
  // What took the file's place is renamed over, whatever it leads to.
  const details = kind === 'replaced' ? { found: { path: destination } } : {};
  const staged = await stageFile(destination, expected.bytes.toString('utf8'), options, details);
  if (command === undefined) await staged.commit();
  else {
    await markers.around(destination, async (stays) => {
      await staged.commit().catch((error: unknown) => {
        stays();
        throw error;
      });
    });
  }
  await syncFolders([staged.destination]);
}

/** Only root gives files away; a file of ours is ours anyway. */
function asOptions(dress: Dress | undefined): Partial<FileOptions> {
  if (dress === undefined) return {};
  const { mode, uid, gid } = dress;
  return { mode, ...(process.geteuid?.() === 0 && { user: String(uid), group: String(gid) }) };
}
