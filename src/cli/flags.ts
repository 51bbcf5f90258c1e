import { Command, Option } from 'commander';
import { DIALECT_WORDS } from '../config/dialect.ts';
import { flagSettings } from '../config/flag-values.ts';
import { durationFlag, isOn, lastValue, readFlag, type RawFlags } from '../config/raw-flags.ts';
import { AutotmplError } from '../core/errors.ts';
import { configSource } from './config-source.ts';
import { askOf } from './containerpilot-flags.ts';
import {
  COMMANDS,
  CONTAINERPILOT_FLAGS,
  FLAGS,
  RENDER_CONFIG,
  type FlagRow,
} from './flag-table.ts';
import { normaliseFlags, type NormalisedFlags } from './go-flags.ts';
import type { Invocation, RunFlags, SettingsInvocation, SettingsRequest } from './invocation.ts';
import type { Program } from './program-name.ts';
import { suggestWord } from './suggest.ts';

/** What a command line is read with. */
export interface CommandLineOptions {
  /** The name that we were called by. */
  readonly program?: Program;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the command line (without node and script). Throws an AutotmplError (`usage`) for whatever is wrong with it; help and
 * version win over what comes after them.
 */
export function parseCommandLine(
  argv: readonly string[],
  { program = 'autotmpl', environment = {} }: CommandLineOptions = {},
): Invocation {
  const rows = program === 'containerpilot' ? CONTAINERPILOT_FLAGS : FLAGS;
  const normalised = normaliseFlags(argv, rows, (word, given) => {
    if (program === 'containerpilot') return true;
    const hasConfig =
      given.some((flag) => flag.startsWith('--config=')) ||
      (environment.CONTAINERPILOT ?? '') !== '';
    return hasConfig && !(word in COMMANDS);
  });
  const [raw, words] = readFlags(normalised.words, [...rows, RENDER_CONFIG]);
  if (isOn(raw, 'help')) return { command: 'help', program };
  if (isOn(raw, 'version')) return { command: 'version', program };
  const command = readCommand(words);
  if (command === 'schema') return { command, program };
  const request = settingsRequest(raw, normalised, program, environment);
  const asked = askOf(raw, request);
  if (asked !== undefined) return asked;
  const settled = command === 'run' && request.mainCommand !== undefined ? 'supervise' : command;
  requireSomething(settled, request);
  return { command: settled, ...request, run: runFlags(raw) };
}

function settingsRequest(
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

function requireSomething(command: SettingsInvocation['command'], request: SettingsRequest): void {
  const { configPaths, configText, flags, mainCommand, program } = request;
  const sources = [...configPaths, ...flags.templates, ...(mainCommand ?? [])];
  if (configText !== undefined || sources.length > 0 || command === 'config') return;
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

const EXAMPLES = `  autotmpl -template 'nginx.conf.njk:/etc/nginx/nginx.conf:nginx -s reload'
  autotmpl -config autotmpl.yaml -once`;

/** commander's part: the flags that are given, each collected as a list of texts, and words without a dash. */
function readFlags(
  words: readonly string[],
  rows: readonly FlagRow[],
): [RawFlags, readonly string[]] {
  const given = new Set(words.map((word) => word.slice(0, word.indexOf('='))));
  const program = new Command('autotmpl')
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption(false)
    .argument('[words...]');
  for (const { name } of rows) {
    if (!given.delete(`--${name}`)) continue;
    const collect = (value: string, earlier: readonly string[] = []) => [...earlier, value];
    program.addOption(new Option(`--${name} <value>`).argParser(collect));
  }
  program.parse(words, { from: 'user' });
  const raw = new Map(
    program.options.flatMap((option) => {
      const values = program.getOptionValue(option.attributeName()) as string[] | undefined;
      return values === undefined ? [] : [[option.name(), values]];
    }),
  );
  return [raw, program.args];
}

function readCommand(words: readonly string[]): 'run' | keyof typeof COMMANDS {
  const [first, second] = words;
  if (first === undefined) return 'run';
  const known = Object.keys(COMMANDS) as (keyof typeof COMMANDS)[];
  const command = known.find((name) => name === first);
  if (command === undefined) {
    const advice = /^(?:true|false)$/i.test(first)
      ? `a boolean flag takes its value behind an equals sign: -once=${first}`
      : suggestWord(first, known);
    throw new AutotmplError('usage', `unexpected argument ${JSON.stringify(first)}`, { advice });
  }
  if (second !== undefined) {
    throw new AutotmplError('usage', `unexpected argument ${JSON.stringify(second)}`, {
      advice: `${command} takes flags only`,
    });
  }
  return command;
}

function runFlags(raw: RawFlags): RunFlags {
  const run: RunFlags = {
    once: isOn(raw, 'once'),
    dry: isOn(raw, 'dry'),
    detailedExitcode: isOn(raw, 'detailed-exitcode'),
    timeoutMs: durationFlag(raw, 'timeout'),
    pidFile: lastValue(raw, 'pid-file'),
  };
  if (run.timeoutMs !== undefined && !run.once) {
    throw new AutotmplError('usage', '-timeout has a meaning only with -once', {
      advice: 'add -once, or remove -timeout',
    });
  }
  if (run.detailedExitcode && !run.dry) {
    throw new AutotmplError('usage', '-detailed-exitcode has a meaning only with -dry', {
      advice: 'add -dry, or remove -detailed-exitcode',
    });
  }
  return run;
}
