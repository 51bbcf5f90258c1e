import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FlagSettings } from '../../../src/config/flag-settings.ts';
import { loadSettings } from '../../../src/config/load.ts';
import type { SettingsSources } from '../../../src/config/settings-sources.ts';
import type { Settings } from '../../../src/config/settings.ts';
import { describeError } from '../../../src/core/errors.ts';

/** Flags that say nothing. */
export const NO_FLAGS: FlagSettings = {
  templates: [],
  consul: {},
  fields: new Map(),
  searchPath: [],
};

/** Writes files into a new folder, which goes away with the test; returns its path. */
export async function scratchFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-config-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** Loads settings from files that are written for it; all of them, in the order given, unless `sources` says which. */
export async function load(
  files: Readonly<Record<string, string>>,
  sources: Partial<SettingsSources> = {},
): Promise<{ settings: Settings; folder: string }> {
  const folder = await scratchFolder(files);
  const settings = await loadSettings({
    configPaths: Object.keys(files),
    flags: NO_FLAGS,
    environment: {},
    cwd: folder,
    ...sources,
  });
  return { settings, folder };
}

/** What a person is told about a config that is wrong. */
export async function complaint(
  files: Readonly<Record<string, string>>,
  sources: Partial<SettingsSources> = {},
): Promise<string> {
  try {
    await load(files, sources);
  } catch (error) {
    return describeError(error);
  }
  throw new Error('the config was taken, and should not have been');
}
