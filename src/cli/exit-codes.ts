import { constants } from 'node:os';
import type { AutotmplError, ErrorCode } from '../core/errors.ts';
import type { Program } from './program-name.ts';

/** The exit codes. From 64 on they are the system's own (sysexits.h). */
export const EXIT = {
  done: 0,
  failed: 1,
  changes: 2,
  usage: 64,
  checkFailed: 65,
  catalogUnavailable: 69,
  cannotWrite: 73,
  timedOut: 75,
  lockLost: 76,
  guarded: 77,
  config: 78,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each exit code says, for the help and the reference; in the order of the numbers. */
export const EXIT_MEANINGS: readonly (readonly [code: ExitCode | '128+n', meaning: string])[] = [
  [EXIT.done, 'done; with -dry -detailed-exitcode: nothing would change'],
  [EXIT.failed, 'a template, command, case or question failed; a ContainerPilot config is wrong'],
  [EXIT.changes, 'a file would change; only with -dry -detailed-exitcode'],
  [EXIT.usage, 'the command line is wrong, or there is nothing to test'],
  [EXIT.checkFailed, 'a check refused the text of a file, and the old one is in place'],
  [EXIT.catalogUnavailable, 'the catalog cannot be reached or refuses to answer'],
  [EXIT.cannotWrite, 'a file cannot be written'],
  [EXIT.timedOut, '-timeout passed while data was missing, or a lock was not free'],
  [EXIT.lockLost, 'a lock was lost while its command ran, which was ended'],
  [EXIT.guarded, 'a guard objects to the data, and the old file is in place'],
  [EXIT.config, 'the config, a case file or a recording is wrong'],
  ['128+n', 'signal n (TERM, INT, QUIT) ended a -once that was not done, or came a second time'],
];

/** What a shell reports of a process that a signal ended. */
export function signalExitCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** What consul-template ends with. */
export const CONSUL_TEMPLATE_EXIT = {
  killed: 12,
  usage: 13,
  failed: 14,
  config: 15,
} as const;

/** The same for its help: in the order of the numbers. */
export const CONSUL_TEMPLATE_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'done, or stopped by TERM'],
  [CONSUL_TEMPLATE_EXIT.killed, 'the kill signal came (INT where nobody says otherwise)'],
  [CONSUL_TEMPLATE_EXIT.usage, 'the command line is wrong'],
  [CONSUL_TEMPLATE_EXIT.failed, 'a template or a command failed, or -timeout passed'],
  [CONSUL_TEMPLATE_EXIT.config, 'the config is wrong'],
];

/** How a run was told to end. */
export interface StopCircumstances {
  readonly once: boolean;
  readonly program: Program;
  /** As the config has it. */
  readonly killSignal: NodeJS.Signals | 'none';
}

/** The exit code after a signal that stops: to end is what watch mode was told to do; a single run has not done what it was started for. */
export function stoppedCode(
  signal: NodeJS.Signals,
  { once, program, killSignal }: StopCircumstances,
): number {
  if (program === 'consul-template' && signal === killSignal) return CONSUL_TEMPLATE_EXIT.killed;
  return once ? signalExitCode(signal) : EXIT.done;
}

/**
 * The exit code after a second signal that stops: what a shell would report. consul-template knows no second one, and a program such
 * as `timeout`, which signals its child and then the whole group, sends two.
 */
export function insistedCode(signal: NodeJS.Signals, how: StopCircumstances): number {
  return how.program === 'consul-template' && signal === how.killSignal
    ? CONSUL_TEMPLATE_EXIT.killed
    : signalExitCode(signal);
}

/** The exit code of a run that came to no good end without an error of its own: a command failed, or took too long. */
export function failedCode(program: Program): number {
  return program === 'consul-template' ? CONSUL_TEMPLATE_EXIT.failed : EXIT.failed;
}

const BY_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  usage: EXIT.usage,
  config: EXIT.config,
  containerpilotConfig: EXIT.failed,
  template: EXIT.failed,
  command: EXIT.failed,
  catalog: EXIT.catalogUnavailable,
  waiting: EXIT.timedOut,
  control: EXIT.failed,
  output: EXIT.cannotWrite,
  check: EXIT.checkFailed,
  guard: EXIT.guarded,
};

/** What others end with by their names. ContainerPilot has Go's code for a wrong flag, and one for all else that keeps it from starting. */
const BY_PROGRAM: Partial<Readonly<Record<Program, Partial<Readonly<Record<ErrorCode, number>>>>>> =
  {
    containerpilot: { usage: 2, config: 1 },
    'consul-template': {
      usage: CONSUL_TEMPLATE_EXIT.usage,
      config: CONSUL_TEMPLATE_EXIT.config,
      containerpilotConfig: CONSUL_TEMPLATE_EXIT.config,
      template: CONSUL_TEMPLATE_EXIT.failed,
      command: CONSUL_TEMPLATE_EXIT.failed,
      catalog: CONSUL_TEMPLATE_EXIT.failed,
      waiting: CONSUL_TEMPLATE_EXIT.failed,
      output: CONSUL_TEMPLATE_EXIT.failed,
      check: CONSUL_TEMPLATE_EXIT.failed,
      guard: CONSUL_TEMPLATE_EXIT.failed,
    },
  };

/** The exit code of an error that ends the program, by the name that it was called by. */
export function exitCodeOf(error: AutotmplError, program: Program = 'autotmpl'): number {
  return BY_PROGRAM[program]?.[error.code] ?? BY_ERROR[error.code];
}
