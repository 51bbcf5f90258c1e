import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { strangeSign } from '../core/strangers.ts';
import { stageFile } from './atomic-write.ts';
import { readCurrent } from './read-destination.ts';
import { rejectedPath } from './side-names.ts';

/** A text that was put in place and taken back. */
export interface Rejection {
  /** Stands for the text, which itself is not kept. */
  readonly fingerprint: string;
  /** Why, as a sentence without a secret. */
  readonly reason: string;
}

/** What stands for a text in a {@link Rejection}. */
export function fingerprintOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Notes of what was taken back, beside the destination (`.<name>.autotmpl-rejected`, 0600): a restart does not try it again. Paths must be resolved. */
export const rejection = {
  /** Rejects with an AutotmplError where it cannot be written. */
  async write(path: string, { fingerprint, reason }: Rejection): Promise<void> {
    const text = `${JSON.stringify({ sha256: fingerprint, reason }, null, 2)}\n`;
    const options = { mode: 0o600, createDirs: false, backup: false } as const;
    const note = rejectedPath(path);
    const staged = await stageFile(
      note,
      text,
      { ...options, symlink: 'refuse', write: 'rename' },
      // Whatever has the name is replaced and not followed.
      { found: { path: note } },
    );
    await staged.commit();
  },

  /** What was taken back last; undefined where nothing was, or nobody can tell. */
  async read(path: string): Promise<Rejection | undefined> {
    try {
      const file = await readCurrent(rejectedPath(path));
      if (file?.stat.isFile() !== true || strangeSign(file.path, file.stat) !== undefined) {
        return undefined;
      }
      const { sha256, reason } = JSON.parse(file.bytes.toString()) as Record<string, unknown>;
      if (typeof sha256 !== 'string' || typeof reason !== 'string') return undefined;
      return { fingerprint: sha256, reason };
    } catch {
      return undefined;
    }
  },

  /** Nothing is rejected any more. Never rejects. */
  async clear(path: string): Promise<void> {
    await rm(rejectedPath(path), { force: true }).catch(() => undefined);
  },
} as const;
