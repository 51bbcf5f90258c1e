import { statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

/** What a file shows of having been put there by somebody else: his name on it, or a second name somewhere else. */
export type StrangeSign = 'owner' | 'link';

/**
 * Whether a file lies where everybody may make files (`/tmp`, a folder of mode 0777) and may have been put there by a stranger, to be
 * written into, read or given away by us: it belongs to neither us nor root nor the folder's owner, or is a hard link to a file that
 * has another name elsewhere. Undefined where nothing speaks for it; in a folder that not everybody may write to, nothing does.
 */
export function strangeSign(path: string, file: Stats): StrangeSign | undefined {
  if (isOurs(file) && file.nlink === 1) return undefined;
  const folder = statSync(dirname(path));
  if (!isForEverybody(folder)) return undefined;
  if (file.nlink > 1) return 'link';
  return isOurs(file) || file.uid === folder.uid ? undefined : 'owner';
}

/** Whether it belongs to this process' user, or to root, who could do anything without it. */
export function isOurs(entry: Stats): boolean {
  return entry.uid === 0 || entry.uid === process.geteuid?.();
}

/** Whether everybody may make files in a folder. */
export function isForEverybody(folder: Stats): boolean {
  return (folder.mode & 0o002) !== 0;
}
