import { AutotmplError } from '../core/errors.ts';
import { pickCatalog } from './catalog-settings.ts';
import type { FlagSettings } from './flag-settings.ts';
import { pickLog, pickQuiet, pickSearchPath } from './merge.ts';
import { problemsError } from './problems.ts';
import type { ReadConfig } from './read-config.ts';
import type { SettingsSources } from './settings-sources.ts';
import type { Settings } from './settings.ts';
import { supervisedSettings } from './supervised-settings.ts';
import {
  destinationProblems,
  targetFromDocument,
  targetFromFlag,
  type PlacedTarget,
} from './targets.ts';

/** Settings, and who said what. */
export interface LoadedSettings {
  readonly settings: Settings;
  /** By path (`catalog.consul.address`, `templates[0].perms`, counted over all sources): a flag, a variable, or a place in a file. What is absent has its default. */
  readonly origins: ReadonlyMap<string, string>;
}

/**
 * Reads config files and puts them together with the flags and the environment: flags beat files, a later file an
 * earlier one, files beat the environment. Lists append. Throws an AutotmplError (`config`, `containerpilotConfig`, or `usage` for
 * a flag) that tells all that is wrong; a config with nothing to render and nothing to supervise is an error too.
 */
export async function loadSettings(sources: SettingsSources): Promise<Settings> {
  const { settings } = await loadSettingsWithOrigins(sources);
  if (settings.targets.length === 0 && settings.supervisor === undefined) {
    const where = [
      ...(sources.configText === undefined ? [] : [sources.configText.name]),
      ...sources.configPaths,
    ];
    throw new AutotmplError('config', `no template in ${where.join(', ') || 'the command line'}`, {
      advice: 'name one under templates or with -template, or add jobs',
    });
  }
  return settings;
}

/** As {@link loadSettings}, with the origin of each value; nothing to do is no error here. */
export async function loadSettingsWithOrigins(sources: SettingsSources): Promise<LoadedSettings> {
  const { configPaths, configText, flags, cwd } = sources;
  const read: ReadConfig =
    configPaths.length === 0 && configText === undefined
      ? { documents: [] }
      : await (await import('./read-config.ts')).readConfig(sources);
  refuseBareCommand(sources, read);
  const { documents, containerPilot } = read;
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
  const supervised = await supervisedSettings(sources, read, placed.length > 0, origins);
  const problems = [...destinationProblems(placed), ...supervised.problems];
  if (problems.length > 0) throw problemsError(problems);
  noteTargets(placed, origins);
  for (const [path, place] of containerPilot?.compiled.places ?? []) origins.set(path, place);
  const log = pickLog(flags, documents, origins);
  const settings: Settings = {
    catalog: pickCatalog({ ...sources, containerPilot }, documents, origins),
    searchPath: pickSearchPath(flags, documents, cwd, origins),
    log: containerPilot === undefined ? log : { ...containerPilot.compiled.log, ...flagLog(flags) },
    targets: placed.map(({ target }) => target),
    ...supervised.settings,
  };
  return { settings, origins };
}

function flagLog({ logLevel, logFormat }: FlagSettings): Partial<Settings['log']> {
  return {
    ...(logLevel !== undefined && { level: logLevel }),
    ...(logFormat !== undefined && { format: logFormat }),
  };
}

/** Only ContainerPilot 2 takes its main command from the end of the command line; elsewhere it is most likely a slip. */
function refuseBareCommand(
  { mainCommand, isBareCommand }: SettingsSources,
  read: ReadConfig,
): void {
  if (mainCommand === undefined || isBareCommand !== true) return;
  if (read.containerPilot?.version === 2) return;
  const [first = ''] = mainCommand;
  throw new AutotmplError('usage', `unexpected argument ${JSON.stringify(first)}`, {
    advice: /^(?:true|false)$/i.test(first)
      ? `a boolean flag takes its value behind an equals sign: -once=${first}`
      : read.containerPilot === undefined
        ? 'write the command that is to be supervised behind --: autotmpl supervise -config FILE -- COMMAND'
        : 'ContainerPilot 3 has no main command: make it a job',
  });
}

function noteTargets(placed: readonly PlacedTarget[], origins: Map<string, string>): void {
  const keys = [
    ...(['source', 'contents', 'destination', 'perms', 'user', 'group', 'createDirs'] as const),
    ...(['backup', 'symlink', 'write', 'engine', 'strict', 'secret', 'wait'] as const),
    ...(['command', 'commandTimeout', 'controlCharacters', 'errorOnMissingKey'] as const),
    ...(['leftDelimiter', 'rightDelimiter', 'functionDenylist', 'sandboxPath'] as const),
  ];
  for (const [index, { originOf }] of placed.entries()) {
    for (const key of keys) {
      const origin = originOf(key);
      if (origin !== undefined) origins.set(`templates[${index}].${key}`, origin);
    }
  }
}
