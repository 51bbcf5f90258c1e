import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { AutotmplError, systemCode } from '../core/errors.ts';
import { applyAttributes, sameAttributes } from '../output/attributes.ts';
import { stageFile } from '../output/atomic-write.ts';
import type { FileOptions } from '../output/file-options.ts';
import { removeLeftovers } from '../output/leftovers.ts';
import { readCurrent, type CurrentFile } from '../output/read-destination.ts';
import type { Remainders } from '../output/remainders.ts';
import { resolveDestination, type ResolvedDestination } from '../output/resolve-destination.ts';
import type { StagedFile } from '../output/staged-file.ts';
import type { SideFile } from '../template/engine.ts';

/** What has to be done for a side file. */
export interface SideChange {
  readonly path: string;
  readonly options: FileOptions;
  /** Text before and after; `before` is undefined where there is no file yet. They may be equal: only mode or owner differ then. */
  readonly before: string | undefined;
  readonly after: string;
  readonly found: ResolvedDestination;
}

/**
 * Compares a side file with what a template wants; undefined where nothing has to be done. As consul-template's `writeToFile` it
 * refuses a symbolic link as the file, and as the folder that it is in.
 */
export async function compareSideFile(file: SideFile): Promise<SideChange | undefined> {
  const { path } = file;
  const options = optionsOf(file);
  await refuseLinkedFolder(path);
  const found = await resolveDestination(path, options.symlink, options.user);
  const current = found.existing === undefined ? undefined : await readCurrent(found.path);
  const before = current?.bytes.toString('utf8');
  const after = wantedText(file, before);
  if (current !== undefined && before === after && (await isDressed(current, options))) {
    return undefined;
  }
  return { path, options, before, after, found };
}

/** Writes side files: each is staged beside its place, and swapped in by whoever writes the file that it belongs to. */
export class SideFiles {
  /** Places that are, or were, looked through for what an earlier run left behind. */
  readonly #swept = new Map<string, Promise<unknown>>();
  /** What was appended to each file by the last rendering: it is not appended again, whoever writes into the file meanwhile. */
  readonly #appended = new Map<string, string>();

  readonly #remainders: Remainders;

  constructor(remainders: Remainders) {
    this.#remainders = remainders;
  }

  /** Stages those that differ. Where one cannot be staged, the others are discarded. What was kept of them for a rollback goes, unless they `goBack`. */
  async stage(
    files: readonly SideFile[],
    { goBack }: { readonly goBack: boolean },
  ): Promise<readonly StagedFile[]> {
    const staged: StagedFile[] = [];
    try {
      for (const file of files) {
        await this.#sweep(file.path, goBack);
        const one = await this.#stageOne(file);
        if (one !== undefined) staged.push(one);
      }
    } catch (error) {
      for (const one of staged) await one.discard();
      throw error;
    }
    return staged;
  }

  /** Whoever stages beside a sweep waits for its end, or what it staged would be taken for a leftover. */
  async #sweep(path: string, goesBack: boolean): Promise<void> {
    const sweeping = this.#swept.get(path) ?? removeLeftovers([path], goesBack ? [path] : []);
    this.#swept.set(path, sweeping);
    await sweeping;
  }

  async #stageOne(file: SideFile): Promise<StagedFile | undefined> {
    if (file.how === 'append' && this.#appended.get(file.path) === file.text) return undefined;
    const change = await compareSideFile(file);
    const note = (): void => {
      if (file.how === 'append') this.#appended.set(file.path, file.text);
      else this.#appended.delete(file.path);
    };
    if (change === undefined) {
      note();
      return undefined;
    }
    const { path, options, after, found } = change;
    if (change.before === after) {
      await applyAttributes(found.path, options);
      return undefined;
    }
    const staged = await stageFile(path, after, options, {
      ...{ found, remainders: this.#remainders },
    });
    return {
      ...staged,
      commit: async () => {
        const placement = await staged.commit();
        note();
        return placement;
      },
    };
  }
}

function optionsOf({ mode, user, group }: SideFile): FileOptions {
  return {
    mode,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
    createDirs: true,
    backup: false,
    symlink: 'refuse',
    write: 'auto',
  };
}

/** A file that ends as wanted was appended to by an earlier run. */
function wantedText({ how, text }: SideFile, before: string | undefined): string {
  if (how === 'replace' || before === undefined) return text;
  return before.endsWith(text) ? before : before + text;
}

async function isDressed(current: CurrentFile, options: FileOptions): Promise<boolean> {
  return sameAttributes(current.stat, options);
}

async function refuseLinkedFolder(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    if (!(await lstat(folder)).isSymbolicLink()) return;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  throw new AutotmplError('output', `Cannot write ${path}: its folder is a symbolic link`, {
    advice: 'Name the folder that the link leads to.',
  });
}
