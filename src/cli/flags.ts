import { Command, Option } from 'commander';
import type { FlagSettings } from '../config/flag-settings.ts';
import { flagSettings } from '../config/flag-values.ts';
import { durationFlag, isOn, lastValue, type RawFlags } from '../config/raw-flags.ts';
import { AutotmplError } from '../core/errors.ts';
import { COMMANDS, FLAGS } from './flag-table.ts';
import { normaliseFlags } from './go-flags.ts';
import { suggestWord } from './suggest.ts';

/** How to run, apart from what a config could say. */
export interface RunFlags {
  readonly once: boolean;
  readonly dry: boolean;
  readonly detailedExitcode: boolean;
  /** With `once` only. */
  readonly timeoutMs: number | undefined;
  /** As it was written: relative to the working folder. */
  readonly pidFile: string | undefined;
}

/** What the command line asks for. */
export type Invocation =
  | { readonly command: 'help' | 'version' | 'schema' }
  | {
      readonly command: 'run' | 'check' | 'config';
      /** Files and folders as they were written. */
      readonly configPaths: readonly string[];
      readonly flags: FlagSettings;
      readonly run: RunFlags;
    };

/**
 * Reads the command line (without node and script). Throws an AutotmplError (`usage`) for whatever is wrong with it; help and
 * version win over what comes after them.
 */
export function parseCommandLine(argv: readonly string[]): Invocation {
  const words = normaliseFlags(argv, FLAGS);
  const program = createProgram(words).parse(words, { from: 'user' });
  const raw: RawFlags = new Map(
    program.options.flatMap((option) => {
      const values = program.getOptionValue(option.attributeName()) as string[] | undefined;
      return values === undefined ? [] : [[option.name(), values]];
    }),
  );
  if (isOn(raw, 'help')) return { command: 'help' };
  if (isOn(raw, 'version')) return { command: 'version' };
  const command = readCommand(program.args);
  if (command === 'schema') return { command };
  const flags = flagSettings(raw);
  const run = runFlags(raw);
  const configPaths = raw.get('config') ?? [];
  if (command !== 'config' && configPaths.length === 0 && flags.templates.length === 0) {
    throw new AutotmplError(
      'usage',
      `nothing to ${command === 'run' ? 'render' : 'check'}: no -template and no -config\n${EXAMPLES}`,
      { advice: 'autotmpl -help tells more' },
    );
  }
  return { command, configPaths, flags, run };
}

const EXAMPLES = `  autotmpl -template 'nginx.conf.njk:/etc/nginx/nginx.conf:nginx -s reload'
  autotmpl -config autotmpl.yaml -once`;

/** commander's part: the flags that are given, each collected as a list of texts, and words without a dash. */
function createProgram(words: readonly string[]): Command {
  const given = new Set(words.map((word) => word.slice(0, word.indexOf('='))));
  const program = new Command('autotmpl')
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption(false)
    .argument('[words...]');
  for (const { name } of FLAGS) {
    if (!given.has(`--${name}`)) continue;
    const collect = (value: string, earlier: readonly string[] = []) => [...earlier, value];
    program.addOption(new Option(`--${name} <value>`).argParser(collect));
  }
  return program;
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
