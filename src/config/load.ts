import type { Environment } from '../catalog/consul/environment.ts';
import { AutotmplError } from '../core/errors.ts';
import { pickCatalog } from './catalog-settings.ts';
import type { FlagSettings } from './flag-settings.ts';
import { pickLog, pickQuiet, pickSearchPath } from './merge.ts';
import { problemsError } from './problems.ts';
import type { Settings } from './settings.ts';
import {
  destinationProblems,
  targetFromDocument,
  targetFromFlag,
  type PlacedTarget,
} from './targets.ts';

/** All that settings are made of. */
export interface SettingsSources {
  /** Config files and folders, as the user named them; later ones win. */
  readonly configPaths: readonly string[];
  readonly flags: FlagSettings;
  readonly environment: Environment;
  /** Absolute path of the working folder. */
  readonly cwd: string;
}

/** Settings, and who said what. */
export interface LoadedSettings {
  readonly settings: Settings;
  /** By path (`catalog.consul.address`, `templates[0].perms`, counted over all sources): a flag, a variable, or a place in a file. What is absent has its default. */
  readonly origins: ReadonlyMap<string, string>;
}

/**
 * Reads config files and puts them together with the flags and the environment: flags beat files, a later file an
 * earlier one, files beat the environment. Lists append. Throws an AutotmplError (`config`, or `usage` for a flag)
 * that tells all that is wrong; configs without any template are an error too.
 */
export async function loadSettings(sources: SettingsSources): Promise<Settings> {
  const { settings } = await loadSettingsWithOrigins(sources);
  if (settings.targets.length === 0) {
    const where = sources.configPaths.join(', ') || 'the command line';
    throw new AutotmplError('config', `no template in ${where}`, {
      advice: 'name one under templates, or with -template',
    });
  }
  return settings;
}

/** As {@link loadSettings}, with the origin of each value; nothing to render is no error here. */
export async function loadSettingsWithOrigins(sources: SettingsSources): Promise<LoadedSettings> {
  const { configPaths, flags, cwd } = sources;
  const documents =
    configPaths.length === 0
      ? []
      : await (await import('./read-config.ts')).readConfig(configPaths, cwd);
  const origins = new Map<string, string>();
  const quiet = pickQuiet(flags, documents, origins);
  const placed = [
    ...documents.flatMap(({ content, document }) =>
      (content.templates ?? []).map((template, index) =>
        targetFromDocument(template, index, document, quiet),
      ),
    ),
    ...flags.templates.map((flag) => targetFromFlag(flag, cwd, quiet)),
  ];
  const problems = destinationProblems(placed);
  if (problems.length > 0) throw problemsError(problems);
  noteTargets(placed, origins);
  const settings: Settings = {
    catalog: pickCatalog(sources, documents, origins),
    searchPath: pickSearchPath(flags, documents, cwd, origins),
    log: pickLog(flags, documents, origins),
    targets: placed.map(({ target }) => target),
  };
  return { settings, origins };
}

function noteTargets(placed: readonly PlacedTarget[], origins: Map<string, string>): void {
  const keys = [
    ...(['source', 'contents', 'destination', 'perms', 'user', 'group', 'createDirs'] as const),
    ...(['backup', 'symlink', 'write', 'engine', 'strict', 'secret', 'wait'] as const),
    ...(['command', 'commandTimeout', 'controlCharacters'] as const),
  ];
  for (const [index, { originOf }] of placed.entries()) {
    for (const key of keys) {
      const origin = originOf(key);
      if (origin !== undefined) origins.set(`templates[${index}].${key}`, origin);
    }
  }
}
