import { constants, type Stats } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { systemCode } from '../core/errors.ts';
import { dressNewFile } from './attributes.ts';
import { patientCalls, type FileCalls } from './file-calls.ts';
import type { FileOptions } from './file-options.ts';
import { makeFolders } from './folders.ts';
import { Remainders } from './remainders.ts';
import { temporaryPath } from './side-names.ts';

/** A new file with a text that waits for its place. */
export interface TemporaryFile {
  readonly path: string;
  /** Never rejects; does nothing where it is gone already. */
  remove(): Promise<void>;
}

/** What may be said of a new file that waits. */
export interface TemporaryDetails {
  /** Who removes later what cannot be removed when it has served. */
  readonly remainders?: Remainders | undefined;
  /** How files in its folder are handled. */
  readonly calls?: FileCalls | undefined;
}

/**
 * Writes text beside its destination: made exclusively, with its mode and owner set before it has its name for good, and synced. Nothing is left
 * behind when it rejects, but what cannot be removed, which is left to `remainders`.
 */
export async function writeTemporary(
  destination: string,
  text: string | Buffer,
  options: FileOptions,
  existing: Stats | undefined,
  { remainders = new Remainders(), calls = patientCalls }: TemporaryDetails = {},
): Promise<TemporaryFile> {
  const path = temporaryPath(destination);
  const remove = () => remainders.remove(path);
  try {
    await writeDressed(calls, path, destination, text, options, existing);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, remove };
}

/** The same in a folder of its own that nobody else may enter, for a destination whose folder takes no new file. */
export async function writeTemporaryElsewhere(
  destination: string,
  text: string | Buffer,
  options: FileOptions,
  existing: Stats | undefined,
): Promise<TemporaryFile> {
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-'));
  const path = join(folder, basename(destination));
  const remove = () => rm(folder, { recursive: true, force: true }).catch(() => undefined);
  try {
    await writeDressed(patientCalls, path, destination, text, options, existing);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, remove };
}

async function writeDressed(
  calls: FileCalls,
  path: string,
  destination: string,
  text: string | Buffer,
  options: FileOptions,
  existing: Stats | undefined,
): Promise<void> {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
  const create = async () => calls.open(path, flags, 0o600);
  const file = await create().catch(async (error: unknown) => {
    if (systemCode(error) !== 'ENOENT' || !options.createDirs) throw error;
    await makeFolders(destination);
    return create();
  });
  try {
    await file.writeFile(text);
    await dressNewFile(file, destination, options, existing);
    await file.sync();
  } finally {
    await file.close();
  }
}
