import { resolve } from 'node:path';
import {
  DEFAULT_COMMAND_TIMEOUT_MS,
  type CommandRules,
  type QuietPeriod,
  type Target,
} from '../../renderer/target.ts';
import type { TemplateLanguage } from '../../template/engine.ts';
import { TEMPLATE_DEFAULTS } from '../defaults.ts';
import type { TemplateFlag } from '../flag-settings.ts';
import type { Problem } from '../problems.ts';
import type { TemplateContent } from '../schema.ts';
import type { PlacedTarget } from '../targets.ts';
import { commandOf } from './field-kinds.ts';
import { FieldValues } from './field-values.ts';
import { endingSignal, environmentRules, quietOf } from './program-settings.ts';
import type { TemplateEntry } from './read.ts';
import { TEMPLATE_ROWS } from './template-rows.ts';

/** What of a target is the same for all of a config. */
export interface TemplateBase {
  readonly quiet: QuietPeriod;
  readonly delimiters: { readonly left: string; readonly right: string };
  /** Beats what templates say; undefined: nobody says it. */
  readonly errorFatal: boolean | undefined;
  readonly absentFatal: boolean;
  readonly cwd: string;
  /** What commands are told of the servers. */
  readonly told: Readonly<Record<string, string>>;
}

/** Nobody calls a Go template so. */
const NUNJUCKS_NAME = /\.(?:njk|nunjucks|j2|jinja2?)$/;

/** A target of one `template`, or what is wrong with it. */
export function templateTarget(
  { fields, place }: TemplateEntry,
  base: TemplateBase,
): PlacedTarget | Problem {
  const values = new FieldValues(TEMPLATE_ROWS, [fields]);
  const [source, contents] = [values.get('path', 'source'), values.get('text', 'contents')];
  if ((source === undefined) === (contents === undefined)) {
    const message =
      source === undefined
        ? "template: must specify exactly one of 'source' or 'contents'"
        : "template: cannot specify both 'source' and 'contents'";
    return { file: place, message };
  }
  const destination = values.get('path', 'destination');
  const contentsName = `contents of ${destination ?? place}`;
  const target: Target = {
    label: destination ?? `stdout (${source ?? contentsName})`,
    source:
      source === undefined
        ? { contents: contents ?? '', name: contentsName, folder: base.cwd }
        : { path: resolve(base.cwd, source), name: source },
    ...(destination !== undefined && { destination: resolve(base.cwd, destination) }),
    file: fileOptions(values),
    ...commandOptions(values, base.told),
    quiet: quietOf(values) ?? base.quiet,
    ...languageOptions(values, source, base),
    secret: TEMPLATE_DEFAULTS.secret,
    ...((base.errorFatal ?? values.get('flag', 'error_fatal')) === true && { errorFatal: true }),
    ...(base.absentFatal && { absentFatal: true }),
  };
  return { target, place, originOf: (key) => fields.get(THEIR_NAMES[key] ?? '')?.origin };
}

/** A target of a `-template` flag. */
export function flaggedTemplate(flag: TemplateFlag): TemplateEntry {
  const said = (value: unknown) => ({ value, origin: '-template' });
  const { source, destination, command } = flag;
  return {
    fields: new Map([
      ['source', said(source)],
      ...(destination === undefined ? [] : [['destination', said(destination)] as const]),
      ...(command === undefined ? [] : [['exec.command', said(commandOf(command))] as const]),
    ]),
    place: `-template ${source}`,
  };
}

function fileOptions(values: FieldValues): Target['file'] {
  const perms = values.get('permissions', 'perms') || undefined;
  const user = values.get('account', 'user') || undefined;
  const group = values.get('account', 'group') || undefined;
  return {
    ...(perms !== undefined && { mode: Number.parseInt(perms, 8) }),
    ...(user !== undefined && { user }),
    ...(group !== undefined && { group }),
    createDirs: values.need('flag', 'create_dest_dirs'),
    backup: values.need('flag', 'backup'),
    symlink: TEMPLATE_DEFAULTS.symlink,
    write: TEMPLATE_DEFAULTS.write,
  };
}

function commandOptions(
  values: FieldValues,
  told: TemplateBase['told'],
): Pick<Target, 'command' | 'commandTimeoutMs' | 'commandRules'> {
  const command = values.get('command', 'exec.command');
  if (command === undefined || values.get('flag', 'exec.enabled') === false) {
    return { commandTimeoutMs: DEFAULT_COMMAND_TIMEOUT_MS };
  }
  const timeoutMs = values.need('duration', 'exec.timeout');
  const rules = commandRules(values, told);
  return {
    command,
    commandTimeoutMs: timeoutMs === 0 ? Number.POSITIVE_INFINITY : timeoutMs,
    ...(Object.keys(rules).length > 0 && { commandRules: rules }),
  };
}

/** Only what the template says itself: a command that nobody says more of is ended as ours are. */
function commandRules(values: FieldValues, told: TemplateBase['told']): CommandRules {
  const [signal, timeout] = ['exec.kill_signal', 'exec.kill_timeout'].map((path) =>
    values.said(path),
  );
  const splayMs = values.need('duration', 'exec.splay');
  return {
    ...(values.below('exec.env').length > 0 && { environment: environmentRules(values, told) }),
    ...(signal !== undefined && {
      killSignal: endingSignal(values.need('signal', 'exec.kill_signal')),
    }),
    ...(timeout !== undefined && { killAfterMs: values.need('duration', 'exec.kill_timeout') }),
    ...(splayMs > 0 && { splayMs }),
  };
}

function languageOptions(
  values: FieldValues,
  source: string | undefined,
  base: TemplateBase,
): Omit<Target, 'label' | 'source' | 'file' | 'commandTimeoutMs' | 'quiet' | 'secret'> {
  const engine: TemplateLanguage = NUNJUCKS_NAME.test(source ?? '') ? 'nunjucks' : 'go';
  const functionDenylist = values.get('texts', 'function_denylist');
  const sandboxPath = values.get('path', 'sandbox_path');
  return {
    engine,
    strict: TEMPLATE_DEFAULTS.strict[engine],
    allowControlCharacters: false,
    ...(engine === 'go' && goOptions(values, base)),
    ...(functionDenylist !== undefined && { functionDenylist }),
    ...(sandboxPath !== undefined && { sandboxPath: resolve(base.cwd, sandboxPath) }),
  };
}

function goOptions(
  values: FieldValues,
  { delimiters }: TemplateBase,
): Pick<Target, 'missingKey' | 'delimiters'> {
  const left = values.get('text', 'left_delimiter') ?? delimiters.left;
  const right = values.get('text', 'right_delimiter') ?? delimiters.right;
  const changed = left !== '{{' || right !== '}}';
  return {
    missingKey: values.need('flag', 'error_on_missing_key') ? 'error' : 'zero',
    ...(changed && { delimiters: { left, right } }),
  };
}

/** What our names are there, for the origins. */
const THEIR_NAMES: Partial<Readonly<Record<keyof TemplateContent, string>>> = {
  source: 'source',
  contents: 'contents',
  destination: 'destination',
  createDirs: 'create_dest_dirs',
  perms: 'perms',
  user: 'user',
  group: 'group',
  backup: 'backup',
  wait: 'wait.min',
  command: 'exec.command',
  commandTimeout: 'exec.timeout',
  errorOnMissingKey: 'error_on_missing_key',
  leftDelimiter: 'left_delimiter',
  rightDelimiter: 'right_delimiter',
  functionDenylist: 'function_denylist',
  sandboxPath: 'sandbox_path',
};
