import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AutotmplError, describeError } from '../core/errors.ts';
import type { CaseFile } from './case-file.ts';
import type { Update } from './judge.ts';
import { withExpected } from './with-expected.ts';

/**
 * Writes expected texts anew: snapshots into their files, and `expect` into the case file, of which everything else stays as it was
 * written. Throws an AutotmplError (`output`) for a file that cannot be written.
 */
export async function writeUpdates(file: CaseFile, updates: readonly Update[]): Promise<void> {
  const texts = new Map<number, string>();
  for (const update of updates) {
    if (update.kind === 'snapshot') await write(update.path, update.text);
    else texts.set(update.index, update.text);
  }
  if (texts.size === 0) return;
  await write(file.path, await withExpected(await readFile(file.path, 'utf8'), texts));
}

async function write(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    throw new AutotmplError('output', `cannot write ${path}: ${describeError(error)}`, {
      cause: error,
    });
  }
}
