import { constants } from 'node:fs';
import { lstat, open, rm } from 'node:fs/promises';
import { owedPath } from './side-names.ts';

/**
 * An empty file beside a destination (`.<name>.autotmpl-owed`) that says: the file was replaced, and the command
 * that has to follow has not succeeded yet. Set before the swap and cleared after the command, it outlives a crash,
 * so that the next start makes good what is owed. None of its functions throws: a marker is a safety net, not a
 * condition for writing.
 */
export const owedMarker = {
  /** Says whether the marker was made now, or stood before; `none`: it does not stand. */
  async set(destination: string): Promise<'made' | 'stood' | 'none'> {
    const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
    try {
      const flags = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW;
      await (await open(owedPath(destination), flags, 0o600)).close();
      return 'made';
    } catch {
      return (await this.isSet(destination)) ? 'stood' : 'none';
    }
  },

  /** A marker that cannot be removed costs one needless command at the next start. */
  async clear(destination: string): Promise<void> {
    await rm(owedPath(destination), { force: true }).catch(() => undefined);
  },

  /** Whether a command is owed for this destination. */
  async isSet(destination: string): Promise<boolean> {
    try {
      return (await lstat(owedPath(destination))).isFile();
    } catch {
      return false;
    }
  },
} as const;
