import { AutotmplError } from '../core/errors.ts';
import { pickCatalog } from './catalog-settings.ts';
import { pickDeduplicate } from './deduplicate.ts';
import type { FlagSettings } from './flag-settings.ts';
import type { LoadedSettings } from './loaded-settings.ts';
import { withFlaggedSettings } from './flagged-settings.ts';
import { noteTargets, pickLog, pickQuiet, pickSearchPath } from './merge.ts';
import { pickGuards, pickState } from './pick-safety.ts';
import { problemsError } from './problems.ts';
import type { ReadConfig } from './read-config.ts';
import { hasServers } from './server-sources.ts';
import type { SettingsSources } from './settings-sources.ts';
import type { Settings } from './settings.ts';
import { supervisedSettings } from './supervised-settings.ts';
import { destinationProblems, targetFromDocument, targetFromFlag } from './targets.ts';

/**
 * Reads config files and puts them together with the flags and the environment: flags beat files, a later file an
 * earlier one, files beat the environment. Lists append. Throws an AutotmplError (`config`, `containerpilotConfig`, or `usage` for
 * a flag) that tells all that is wrong; a config with nothing to render and nothing to supervise is an error too.
 */
export async function loadSettings(sources: SettingsSources): Promise<Settings> {
  const { settings } = await loadSettingsWithOrigins(sources);
  // consul-template waits for a config that names one, or ends well.
  const isTheirs = sources.likely === 'consul-template' && settings.run !== undefined;
  if (settings.targets.length === 0 && settings.supervisor === undefined && !isTheirs) {
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
  const { configPaths, configText } = sources;
  const read: ReadConfig =
    configPaths.length === 0 && configText === undefined
      ? { documents: [] }
      : await (await import('./read-config.ts')).readConfig(sources);
  return settingsOf(sources, read);
}

/** The settings of what was read, together with flags and environment. Throws as {@link loadSettings} does. */
export async function settingsOf(
  sources: SettingsSources,
  read: ReadConfig,
): Promise<LoadedSettings> {
  const { flags, cwd } = sources;
  refuseBareCommand(sources, read);
  if (isConsulTemplate(sources, read)) {
    const { consulTemplateSettings } = await import('./consul-template/settings.ts');
    return consulTemplateSettings(sources, read.consulTemplate ?? []);
  }
  const { documents, containerPilot } = read;
  const origins = new Map<string, string>();
  const quiet = pickQuiet(flags, documents, origins);
  const guards = pickGuards(documents, origins);
  const placed = [
    ...documents.flatMap(({ content, document }) =>
      (content.templates ?? []).map((template, index) =>
        targetFromDocument(template, index, document, quiet, guards),
      ),
    ),
    ...flags.templates.map((flag) => targetFromFlag(flag, cwd, quiet)),
  ];
  const supervised = await supervisedSettings(
    sources,
    read,
    placed.map(({ target }) => target.label),
    origins,
  );
  const problems = [...destinationProblems(placed), ...supervised.problems];
  if (problems.length > 0) throw problemsError(problems);
  noteTargets(placed, origins);
  for (const [path, place] of containerPilot?.compiled.places ?? []) origins.set(path, place);
  const log = pickLog(flags, documents, origins);
  const deduplicate = pickDeduplicate(documents, origins);
  const servers = await pickServers(sources, documents, origins);
  const settings: Settings = {
    catalog: pickCatalog({ ...sources, containerPilot }, documents, origins),
    ...servers,
    searchPath: pickSearchPath(flags, documents, cwd, origins),
    log: containerPilot === undefined ? log : { ...containerPilot.compiled.log, ...flagLog(flags) },
    targets: placed.map(({ target }) => target),
    ...pickState(documents, origins),
    ...supervised.settings,
    ...(deduplicate !== undefined && { deduplicate }),
  };
  return { settings: withFlaggedSettings(sources, settings), origins };
}

/** Read only where something speaks of them: most runs have neither. */
async function pickServers(
  { flags, environment, cwd }: SettingsSources,
  documents: ReadConfig['documents'],
  origins: Map<string, string>,
): Promise<Pick<Settings, 'vault' | 'nomad'>> {
  const sources = { documents, flags: flags.fields, environment, cwd };
  if (!hasServers(sources)) return {};
  const { ownServers } = await import('./own-servers.ts');
  return ownServers(sources, origins);
}

/** Its configs, or its name and no config of ours. */
function isConsulTemplate({ likely, dialect }: SettingsSources, read: ReadConfig): boolean {
  if (read.consulTemplate !== undefined) return true;
  const isTheirs =
    dialect === undefined ? likely === 'consul-template' : dialect === 'consul-template';
  return isTheirs && read.documents.length === 0 && read.containerPilot === undefined;
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
