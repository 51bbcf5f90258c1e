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
  /** Returns whether the marker now stands. */
  async set(destination: string): Promise<boolean> {
    try {
      const { O_CREAT, O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
      // Without O_NONBLOCK a named pipe of that name would hold us for ever.
      const flags = O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK;
      const file = await open(owedPath(destination), flags, 0o600);
      try {
        return (await file.stat()).isFile();
      } finally {
        await file.close();
      }
    } catch {
      return false;
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
