import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { patientCalls, promptCalls, type FileCalls } from './file-calls.ts';

/** File systems on disks of this machine, and in its memory, by their numbers in statfs(2). One that is somewhere else may not answer for ever. */
const LOCAL = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x2fc12fc1, // ZFS
  0xf2f52010, // F2FS
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0x794c7630, // overlayfs
]);

/** Knows in which folders the system's answers need not be waited for; those that it has not heard of yet are none of them. */
export class PromptFolders {
  readonly #folders = new Map<string, boolean>();

  /** Looks at the folders of these files. Never rejects. */
  async learn(paths: Iterable<string>): Promise<void> {
    const folders = new Set(Array.from(paths, dirname));
    await Promise.all(Array.from(folders, (folder) => this.#look(folder)));
  }

  /** How a file at this path is handled; the path is one whose last part is no link. */
  callsFor(path: string): FileCalls {
    const folder = dirname(path);
    if (!this.#folders.has(folder)) void this.#look(folder);
    return this.#folders.get(folder) === true ? promptCalls : patientCalls;
  }

  async #look(folder: string): Promise<void> {
    try {
      const { type } = await statfs(folder);
      this.#folders.set(folder, LOCAL.has(type));
    } catch {
      // It is not there yet, and looked for when it is used.
    }
  }
}
