import { AutotmplError } from '../core/errors.ts';
import { commandVariables } from './consul-template/command-environment.ts';
import { execSupervisor } from './consul-template/exec-job.ts';
import { fieldsFromEnvironment } from './consul-template/field-sources.ts';
import { FIELD_ROWS } from './consul-template/field-table.ts';
import { FieldValues } from './consul-template/field-values.ts';
import {
  deduplicateSettings,
  execSettings,
  logSinks,
  runSettings,
} from './consul-template/program-settings.ts';
import { nomadSettings, vaultSettings } from './consul-template/server-settings.ts';
import type { SettingsSources } from './settings-sources.ts';
import type { Settings } from './settings.ts';

/**
 * What consul-template's flags and variables add to settings that came from no config of that program's. Throws an AutotmplError
 * (`usage`) where `-exec` and the config both name what is to be supervised.
 */
export function withFlaggedSettings(sources: SettingsSources, settings: Settings): Settings {
  const { flags, environment, cwd } = sources;
  const values = new FieldValues(FIELD_ROWS, [flags.fields, fieldsFromEnvironment(environment)]);
  const [vault, nomad] = [vaultSettings(values, cwd), nomadSettings(values, cwd)];
  const supervisor = flaggedSupervisor(sources, settings, values);
  const isRunSaid = RUN.some((path) => values.said(path) !== undefined);
  return {
    ...(vault !== undefined && { vault }),
    ...(nomad !== undefined && { nomad }),
    ...settings,
    log: { ...settings.log, ...logSinks(values, cwd, 'plain') },
    targets: settings.targets.map((target) => withFlags(target, values)),
    ...(isRunSaid && { run: runSettings(values, cwd) }),
    deduplicate: deduplicateBy(values, settings),
    ...(supervisor !== undefined && { supervisor }),
  };
}

/** The flag turns it on or off; how, a config says, where it does. */
function deduplicateBy(values: FieldValues, { deduplicate }: Settings): Settings['deduplicate'] {
  const flag = values.get('flag', 'deduplicate.enabled');
  const said = values.said('deduplicate.enabled') !== undefined;
  const wanted = said ? flag === true : deduplicate !== undefined;
  return wanted ? (deduplicate ?? deduplicateSettings(values)) : undefined;
}

/** What a run needs to be told, where flags say it. */
const RUN: readonly string[] = ['kill_signal', 'reload_signal'];

/** What `-exec` says. */
function flaggedSupervisor(
  { flags, cwd }: SettingsSources,
  settings: Settings,
  values: FieldValues,
): Settings['supervisor'] {
  const exec = execSettings(values, commandVariables(values, cwd));
  if (exec === undefined) return undefined;
  if (settings.supervisor !== undefined) {
    throw new AutotmplError('usage', '-exec: the config has jobs of its own', {
      advice: 'make the command a job with main: true, or write it behind --',
    });
  }
  return execSupervisor(exec, {
    place: '-exec',
    hasTargets: settings.targets.length > 0,
    signals: { ...runSettings(values, cwd), overriding: flags.signals ?? {} },
  });
}

/** A template's own delimiters win over those of the flags; whether its failure is fatal, the flag says. */
function withFlags(target: Settings['targets'][number], values: FieldValues): typeof target {
  const errorFatal = values.get('flag', 'template_error_fatal');
  const left = values.need('text', 'default_delimiters.left');
  const right = values.need('text', 'default_delimiters.right');
  const changed = target.engine === 'go' && (left !== '{{' || right !== '}}');
  return {
    ...(changed && { delimiters: { left, right } }),
    ...target,
    ...(errorFatal === true && { errorFatal }),
  };
}
