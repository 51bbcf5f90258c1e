import { resolve } from 'node:path';
import {
  consulFromEnvironment,
  resolvePaths,
  type ConsulLayer,
} from '../../catalog/consul/environment.ts';
import { combineConsul } from '../consul-settings.ts';
import { DEFAULT_LOG } from '../defaults.ts';
import type { LoadedSettings } from '../loaded-settings.ts';
import { noteTargets } from '../merge.ts';
import { problemsError, type Problem } from '../problems.ts';
import type { RunSettings } from '../run-settings.ts';
import type { Settings } from '../settings.ts';
import type { SettingsSources } from '../settings-sources.ts';
import { destinationProblems, type PlacedTarget } from '../targets.ts';
import { commandVariables } from './command-environment.ts';
import { consulLayer } from './consul-layer.ts';
import { execSupervisor } from './exec-job.ts';
import type { FieldRow } from './field-row.ts';
import { fieldsFromEnvironment } from './field-sources.ts';
import { FIELD_ROWS } from './field-table.ts';
import { FieldValues } from './field-values.ts';
import {
  deduplicateSettings,
  execSettings,
  logSinks,
  quietOf,
  runSettings,
} from './program-settings.ts';
import { readConsulTemplate, type ConsulTemplateDocument } from './read.ts';
import { nomadSettings, vaultSettings } from './server-settings.ts';
import { flaggedTemplate, templateTarget, type TemplateBase } from './template-target.ts';

/**
 * Puts configs of consul-template's together: flags beat `CT_LOCAL_CONFIG`, that beats files, a later file an earlier one, files beat
 * the environment; templates add up. Throws an AutotmplError for whatever is wrong: `template` where a template says too
 * much or too little of itself, as there.
 */
export function consulTemplateSettings(
  sources: SettingsSources,
  files: readonly ConsulTemplateDocument[],
): LoadedSettings {
  const { flags, environment, cwd } = sources;
  const documents = [...files, ...localConfig(sources)];
  const weaker = [
    ...documents.toReversed().map(({ fields }) => fields),
    fieldsFromEnvironment(environment),
  ];
  const values = new FieldValues(FIELD_ROWS, [flags.fields, ...weaker]);
  const origins = new Map<string, string>();
  const quiet = quietOf(values) ?? { minMs: 0, maxMs: 0 };
  const told = commandVariables(values, cwd);
  const targets = readTargets(sources, documents, values, { quiet, told });
  noteTargets(targets, origins);
  const run = runSettings(values, cwd);
  const exec = execSettings(values, told);
  const supervisor =
    exec &&
    execSupervisor(exec, {
      place: values.said('exec.command')?.origin ?? 'exec',
      hasTargets: targets.length > 0,
      signals: { ...run, overriding: flags.signals ?? {} },
    });
  const deduplicate = deduplicateSettings(values);
  const [vault, nomad] = [vaultSettings(values, cwd), nomadSettings(values, cwd)];
  const settings: Settings = {
    catalog: catalogOf(sources, documents, origins),
    ...(vault !== undefined && { vault }),
    ...(nomad !== undefined && { nomad }),
    searchPath: flags.searchPath,
    log: {
      level: levelOf(sources, values, origins),
      format: flags.logFormat ?? DEFAULT_LOG.format,
      ...logSinks(values, cwd, 'stamped'),
    },
    targets: targets.map(({ target }) => target),
    run,
    ...(supervisor !== undefined && { supervisor }),
    ...(deduplicate !== undefined && { deduplicate }),
    environment: told,
    warnings: documents.flatMap(({ warnings }) => warnings),
    remarks: FIELD_ROWS.flatMap((row) => remark(row, values)),
  };
  for (const [key, field] of RUN_FIELDS) {
    const said = values.said(field);
    if (said !== undefined) origins.set(`run.${key}`, said.origin);
  }
  const retry = values.said('consul.retry.attempts') ?? values.said('consul.retry.enabled');
  if (retry !== undefined) origins.set('catalog.consul.retry', retry.origin);
  if (quiet.maxMs > 0) origins.set('wait', values.said('wait.min')?.origin ?? 'default');
  return { settings, origins };
}

/** What says how to run. */
const RUN_FIELDS = [
  ['once', 'once'],
  ['parseOnly', 'parseonly'],
  ['pidFile', 'pid_file'],
  ['killSignal', 'kill_signal'],
  ['reloadSignal', 'reload_signal'],
] as const satisfies readonly (readonly [keyof RunSettings, string])[];

/** consul-template takes the answers of any server. */
const THEIR_READS: ConsulLayer = {
  consistency: { value: 'stale', origin: 'default' },
};

/** What the variable `CT_LOCAL_CONFIG` holds: a whole config. */
function localConfig({ environment, cwd }: SettingsSources): ConsulTemplateDocument[] {
  const text = environment.CT_LOCAL_CONFIG ?? '';
  if (text.trim() === '') return [];
  const read = readConsulTemplate({ name: 'CT_LOCAL_CONFIG', folder: cwd, text }, cwd);
  if (read.ok) return [read.document];
  throw problemsError(read.problems);
}

function readTargets(
  { flags, cwd }: SettingsSources,
  documents: readonly ConsulTemplateDocument[],
  values: FieldValues,
  { quiet, told }: Pick<TemplateBase, 'quiet' | 'told'>,
): PlacedTarget[] {
  const base = {
    ...{ quiet, told, cwd },
    delimiters: {
      left: values.need('text', 'default_delimiters.left'),
      right: values.need('text', 'default_delimiters.right'),
    },
    errorFatal: values.get('flag', 'template_error_fatal'),
    absentFatal: values.need('flag', 'err_on_failed_lookup'),
  };
  const entries = [
    ...documents.flatMap(({ templates }) => templates),
    ...flags.templates.map((flag) => flaggedTemplate(flag)),
  ];
  const read = entries.map((entry) => templateTarget(entry, base));
  const wrong = read.filter((one): one is Problem => 'message' in one);
  if (wrong.length > 0) throw problemsError(wrong, 'template');
  const placed = withoutTwins(read.filter((one): one is PlacedTarget => 'target' in one));
  const fighting = destinationProblems(placed);
  if (fighting.length > 0) throw problemsError(fighting);
  return placed;
}

/** The same template for the same file is allowed there, and is one. */
function withoutTwins(placed: readonly PlacedTarget[]): PlacedTarget[] {
  const seen = new Set<string>();
  return placed.filter(({ target }) => {
    const whole = JSON.stringify(target);
    return !seen.has(whole) && seen.add(whole);
  });
}

function remark({ path, idle }: FieldRow, values: FieldValues): string[] {
  const said = idle === undefined ? undefined : values.said(path);
  return said === undefined ? [] : [`${said.origin}: ${path} has no meaning here: ${idle}`];
}

function catalogOf(
  { flags, environment, cwd, likely }: SettingsSources,
  documents: readonly ConsulTemplateDocument[],
  origins: Map<string, string>,
): Settings['catalog'] {
  if (flags.catalogFile !== undefined) {
    origins.set('catalog.file', '-catalog');
    return { backend: 'file', file: { path: resolve(cwd, flags.catalogFile) } };
  }
  const fields = documents.toReversed().map((document) => document.fields);
  const { options, origins: found } = combineConsul([
    resolvePaths(flags.consul, cwd),
    resolvePaths(consulLayer(new FieldValues(FIELD_ROWS, fields)), cwd),
    resolvePaths(consulFromEnvironment(environment), cwd),
    // Under our own name the leader is asked where nobody says how stale an answer may be.
    likely === 'consul-template' ? THEIR_READS : {},
  ]);
  for (const [field, origin] of found) origins.set(`catalog.consul.${field}`, origin);
  return { backend: 'consul', consul: options };
}

/** Under our own name our own level holds where nobody says one. */
function levelOf(
  { flags, likely }: SettingsSources,
  values: FieldValues,
  origins: Map<string, string>,
): Settings['log']['level'] {
  const said = values.said('log_level');
  if (said !== undefined) origins.set('log.level', said.origin);
  if (flags.logLevel !== undefined) return flags.logLevel;
  const isTheirs = said !== undefined || likely === 'consul-template';
  return isTheirs ? values.need('level', 'log_level') : DEFAULT_LOG.level;
}
