import { durationFlag, isOn, lastValue, readFlag, type RawFlags } from '../config/raw-flags.ts';
import { AutotmplError } from '../core/errors.ts';
import { askOf } from './containerpilot-flags.ts';
import type { FlagRow } from './flag-row.ts';
import {
  ANSWER_FORMATS,
  CONSUL_TEMPLATE_FLAGS,
  CONTAINERPILOT_FLAGS,
  FLAGS,
  RENDER_CONFIG,
  TEST_FORMATS,
} from './flag-table.ts';
import { collectFlags, normaliseFlags } from './go-flags.ts';
import { parseLockLine } from './lock-flags.ts';
import type {
  ControlInvocation,
  ExplainInvocation,
  MigrateInvocation,
  Invocation,
  RunFlags,
  RecordInvocation,
  ReplayInvocation,
  SettingsRequest,
  TestInvocation,
} from './invocation.ts';
import type { Program } from './program-name.ts';
import {
  isCommand,
  isControl,
  readCommand,
  withoutCommand,
  type CommandName,
} from './read-command.ts';
import { readWords } from './read-words.ts';
import { requireSomething, settingsRequest } from './settings-request.ts';

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
  if (program === 'autotmpl' && argv[0] === 'lock') return parseLockLine(argv.slice(1));
  const rows = FLAGS_BY_NAME[program];
  const normalised = normaliseFlags(argv, rows, (word, given) => {
    if (program !== 'autotmpl') return program === 'containerpilot';
    const hasConfig =
      given.some((flag) => flag.startsWith('--config=')) ||
      (environment.CONTAINERPILOT ?? '') !== '';
    return hasConfig && !isCommand(word);
  });
  // A line of flags alone, as scripts have it, needs no parser to be taken apart.
  const [given, words] = normalised.words.every((word) => word.startsWith('--'))
    ? [collectFlags(normalised.words), []]
    : readWords(normalised.words, [...rows, RENDER_CONFIG]);
  const raw = program === 'consul-template' ? withoutEmpty(given) : given;
  if (isOn(raw, 'help')) return { command: 'help', program };
  if (isOn(raw, 'version')) return { command: 'version', program };
  const { command, words: taken } =
    program === 'consul-template' ? withoutCommand(words) : readCommand(words);
  if (command === 'schema') return { command, program };
  if (command === 'explain') {
    const named = new Map(raw).set('template', [...(raw.get('template') ?? []), ...taken]);
    return explainInvocation(named, settingsRequest(named, normalised, program, environment));
  }
  if (command === 'test') return testInvocation(raw, program, taken);
  const request = settingsRequest(raw, normalised, program, environment);
  if (command === 'migrate') return migrateInvocation(raw, request, taken);
  if (command === 'record') return recordInvocation(raw, request);
  if (command === 'replay') return replayInvocation(raw, request, taken);
  const asking = controlFlags(raw);
  if (isControl(command)) {
    return { command: 'control', ...request, asked: command, words: taken, ...asking };
  }
  const asked = askOf(raw, request);
  if (asked !== undefined) return asked;
  refuseControlFlags(command, { format: raw.get('format'), socket: asking.socket });
  const settled = command === 'run' && request.mainCommand !== undefined ? 'supervise' : command;
  requireSomething(settled, request);
  return { command: settled, ...request, run: runFlags(raw) };
}

function explainInvocation(raw: RawFlags, request: SettingsRequest): ExplainInvocation {
  requireSomething('explain', request);
  const { format, socket } = controlFlags(raw);
  refuseControlFlags('explain', { socket });
  return { command: 'explain', ...request, format, timeoutMs: durationFlag(raw, 'timeout') };
}

function migrateInvocation(
  raw: RawFlags,
  request: SettingsRequest,
  files: readonly string[],
): MigrateInvocation {
  const [left, right] = ['left', 'right'].map((side) =>
    lastValue(raw, `default-${side}-delimiter`),
  );
  return {
    ...{ command: 'migrate', ...request, files, out: lastValue(raw, 'out') },
    prove: isOn(raw, 'prove'),
    delimiters: { ...(left !== undefined && { left }), ...(right !== undefined && { right }) },
    timeoutMs: durationFlag(raw, 'timeout'),
  };
}

function testInvocation(
  raw: RawFlags,
  program: Program,
  places: readonly string[],
): TestInvocation {
  const format = readFlag(raw, 'format', TEST_FORMATS, (text) =>
    TEST_FORMATS.find((one) => one === text),
  );
  return {
    ...{ command: 'test', program, filter: lastValue(raw, 'filter'), update: isOn(raw, 'update') },
    places: places.length === 0 ? ['.'] : places,
    ...{ format: format ?? 'text', out: lastValue(raw, 'out') },
  };
}

function recordInvocation(raw: RawFlags, request: SettingsRequest): RecordInvocation {
  requireSomething('record', request);
  return {
    ...{ command: 'record', ...request, out: lastValue(raw, 'out'), mask: raw.get('mask') ?? [] },
    forMs: durationFlag(raw, 'for'),
    timeoutMs: durationFlag(raw, 'timeout'),
  };
}

function replayInvocation(
  raw: RawFlags,
  request: SettingsRequest,
  [file = '']: readonly string[],
): ReplayInvocation {
  requireSomething('replay', request);
  const speed = readFlag(raw, 'speed', 'a number, such as 10 or 0.5', (text) =>
    /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined,
  );
  return { command: 'replay', ...request, file, speed: speed ?? 1, out: lastValue(raw, 'out') };
}

const FLAGS_BY_NAME: Readonly<Record<Program, readonly FlagRow[]>> = {
  autotmpl: FLAGS,
  containerpilot: CONTAINERPILOT_FLAGS,
  'consul-template': CONSUL_TEMPLATE_FLAGS,
};

/** There an empty value says nothing, as one of a script's variable that is not set; of a signal it says that there is none. */
function withoutEmpty(raw: RawFlags): RawFlags {
  return new Map(
    [...raw].filter(([name, values]) => values.at(-1) !== '' || name.endsWith('-signal')),
  );
}

/** How a running program is found, and how its answer is shown. */
function controlFlags(raw: RawFlags): Pick<ControlInvocation, 'format' | 'socket'> {
  const format = readFlag(raw, 'format', ANSWER_FORMATS, (text) =>
    ANSWER_FORMATS.find((one) => one === text),
  );
  return { format: format ?? 'text', socket: lastValue(raw, 'socket') };
}

function refuseControlFlags(command: CommandName, given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    throw new AutotmplError('usage', `-${name} has a meaning only with a command that asks`, {
      advice: `${command} asks no running program; status does`,
    });
  }
}

function runFlags(raw: RawFlags): RunFlags {
  const run: RunFlags = {
    once: raw.has('once') ? isOn(raw, 'once') : undefined,
    parseOnly: raw.has('parse-only') ? isOn(raw, 'parse-only') : undefined,
    dry: isOn(raw, 'dry'),
    detailedExitcode: isOn(raw, 'detailed-exitcode'),
    timeoutMs: durationFlag(raw, 'timeout'),
    pidFile: lastValue(raw, 'pid-file') || undefined,
  };
  if (run.timeoutMs !== undefined && run.once !== true) {
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
