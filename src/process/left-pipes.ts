import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PIPE_FOLDER, pipeParents } from './pipes.ts';

/** The folder of a command's pipes lives for milliseconds. */
const OLD_MS = 60_000;

/** Removes the folders of pipes that a program left behind which was killed while it made them. Never rejects. */
export async function removeLeftPipes(parents = pipeParents()): Promise<void> {
  for (const parent of parents) {
    const names = await readdir(parent).catch(() => []);
    const paths = names.filter((name) => name.startsWith(PIPE_FOLDER));
    for (const path of paths) await removeOld(join(parent, path)).catch(() => undefined);
  }
}

async function removeOld(path: string): Promise<void> {
  const entry = await lstat(path);
  const isOurs = entry.isDirectory() && entry.uid === process.geteuid?.();
  if (isOurs && Date.now() - entry.mtimeMs > OLD_MS) await rm(path, { recursive: true });
}
