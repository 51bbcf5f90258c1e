import { DIALECT_WORDS } from '../config/dialect.ts';
import { flagSettings } from '../config/flag-values.ts';
import { readFlag, type RawFlags } from '../config/raw-flags.ts';
import { AutotmplError } from '../core/errors.ts';
import { configSource } from './config-source.ts';
import type { NormalisedFlags } from './go-flags.ts';
import type { SettingsInvocation, SettingsRequest } from './invocation.ts';
import type { Program } from './program-name.ts';

const EXAMPLES = `  autotmpl -template 'nginx.conf.njk:/etc/nginx/nginx.conf:nginx -s reload'
  autotmpl -config autotmpl.yaml -once`;

/** What the flags and the words behind them say of the settings. Throws an AutotmplError (`usage`). */
export function settingsRequest(
  raw: RawFlags,
  { rest, isMarked }: NormalisedFlags,
  program: Program,
  environment: Readonly<Record<string, string | undefined>>,
): SettingsRequest {
  const flags = flagSettings(raw);
  const dialect = readFlag(raw, 'dialect', DIALECT_WORDS, (text) =>
    DIALECT_WORDS.find((word) => word === text),
  );
  const [first] = rest ?? [];
  if (isMarked && first?.startsWith('-') === true) {
    throw new AutotmplError('usage', `unexpected argument ${JSON.stringify(first)}`, {
      advice: 'behind -- stands the command that is to be supervised',
    });
  }
  const hasTemplates = flags.templates.length > 0;
  return {
    program,
    ...configSource(raw.get('config') ?? [], program, environment, hasTemplates),
    ...(dialect !== undefined && { dialect }),
    flags,
    ...(rest !== undefined && rest.length > 0 && { mainCommand: rest }),
    ...(!isMarked && rest !== undefined && { isBareCommand: true }),
  };
}

/** Throws an AutotmplError where a command has neither a config nor anything else to work on, and cannot do without. */
export function requireSomething(
  command: SettingsInvocation['command'] | 'explain' | 'record' | 'replay',
  request: SettingsRequest,
): void {
  const { configPaths, configText, flags, mainCommand, program } = request;
  const sources = [...configPaths, ...flags.templates, ...(mainCommand ?? [])];
  if (configText !== undefined || sources.length > 0 || command === 'config') return;
  // It may have its config in a variable, and waits without one.
  if (program === 'consul-template') return;
  if (program === 'containerpilot') {
    throw new AutotmplError('containerpilotConfig', '-config flag is required', {
      advice: 'or set the variable CONTAINERPILOT',
    });
  }
  const verb = command === 'run' ? 'render' : command;
  throw new AutotmplError('usage', `nothing to ${verb}: no -template and no -config\n${EXAMPLES}`, {
    advice: 'autotmpl -help tells more',
  });
}
