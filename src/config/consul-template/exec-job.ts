import { givenVariables } from '../../process/environment-rules.ts';
import type {
  ChangeAction,
  FilesWatchSettings,
  HandledSignal,
  JobSettings,
  SignalAction,
  SignalTable,
  SupervisorSettings,
} from '../../supervisor/settings.ts';
import { withFingerprint } from '../fingerprint.ts';
import type { ExecSettings, RunSettings } from '../run-settings.ts';
import { RESTART_PACE } from '../supervisor-defaults.ts';
import { endingSignal } from './program-settings.ts';

/** What decides how the process is supervised, beside what is said of itself. */
export interface ExecCircumstances {
  /** Who asks for it: a flag, or a place in a file. */
  readonly place: string;
  /** There are templates, and it waits for their files. */
  readonly hasTargets: boolean;
  readonly signals: Pick<RunSettings, 'killSignal' | 'reloadSignal'> & {
    /** What `-signal` says wins. */
    readonly overriding: SignalTable;
  };
}

/** One program and its words, plain or quoted, and nothing that only a shell can do. */
const PLAIN_COMMAND = /^[\w@%+:,./-]+(?:[ \t]+(?:[\w@%+:,./=-]+|"[^"$`\\!]*"|'[^']*'))*[ \t]*$/;
/** First words that are the shell's own, and no program's. */
const BUILTINS: ReadonlySet<string> = new Set([
  ...['.', ':', 'alias', 'bg', 'break', 'cd', 'command', 'continue', 'eval', 'exec', 'exit'],
  ...['export', 'fg', 'getopts', 'hash', 'jobs', 'local', 'read', 'readonly', 'return', 'set'],
  ...['shift', 'source', 'times', 'trap', 'type', 'ulimit', 'umask', 'unalias', 'unset', 'wait'],
  ...['if', 'while', 'until', 'for', 'case', 'function', 'time'],
]);

/** What the process is called where jobs have names. */
export const EXEC_JOB = 'exec';

/** Go on to the process, as there. */
const FORWARDED: readonly HandledSignal[] = [
  ...(['SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT', 'SIGTSTP'] as const),
  ...(['SIGTTIN', 'SIGTTOU', 'SIGALRM', 'SIGABRT'] as const),
];

/** consul-template's exec mode as a supervisor has it: one main job, and a watch of what is written. */
export function execSupervisor(
  exec: ExecSettings,
  circumstances: ExecCircumstances,
): SupervisorSettings {
  return {
    jobs: [execJob(exec, circumstances)],
    watches: filesWatches(exec, circumstances),
    waitFor: [],
    signals: signalTable(circumstances.signals),
    stopTimeoutMs: undefined,
    stopOrder: 'deregisterFirst',
    filesFirst: true,
    childVariables: 'autotmpl',
  };
}

function execJob(exec: ExecSettings, { place, hasTargets }: ExecCircumstances): JobSettings {
  const { command, killSignal, killTimeoutMs, timeoutMs, environment } = exec;
  const { custom, ...inherits } = environment;
  const inheritsAll =
    !inherits.pristine && inherits.allowlist.length + inherits.denylist.length === 0;
  return withFingerprint<JobSettings>({
    ...{ name: EXEC_JOB, place, role: 'main', exec: withoutShell(command) },
    when: hasTargets
      ? { kind: 'event', source: 'renderer', code: 'ready', mode: 'once' }
      : { kind: 'startup' },
    restarts: { max: 0, ...RESTART_PACE },
    ...(timeoutMs > 0 && { timeoutMs }),
    stopSignal: endingSignal(killSignal),
    stopTimeoutMs: killTimeoutMs,
    env: givenVariables(custom),
    ...(!inheritsAll && { inherits }),
    // There it is told itself what it is told, and a shell with all that it started.
    signalled: typeof command === 'string' ? 'group' : 'alone',
    logging: 'raw',
  });
}

/** The shell gives its place to a plain command: a reload signal to both of them would end the shell, and with it all. */
function withoutShell(command: ExecSettings['command']): ExecSettings['command'] {
  if (typeof command !== 'string' || !PLAIN_COMMAND.test(command)) return command;
  const [first = ''] = command.split(/\s/, 1);
  return BUILTINS.has(first) ? command : `exec ${command}`;
}

function filesWatches(
  { reloadSignal, splayMs }: ExecSettings,
  { place, hasTargets }: ExecCircumstances,
): FilesWatchSettings[] {
  if (reloadSignal === 'none' || !hasTargets) return [];
  const action: ChangeAction =
    reloadSignal === undefined
      ? { kind: 'restart', job: EXEC_JOB }
      : { kind: 'signal', signal: reloadSignal, job: EXEC_JOB };
  return [
    withFingerprint<FilesWatchSettings>({
      ...{ name: 'files', place, files: 'any' },
      onChange: { action, ...(splayMs > 0 && { splayMs }) },
    }),
  ];
}

/** TERM and INT end it in any case, each passed on; the kill signal ends it in the way that is configured. */
function signalTable({
  killSignal,
  reloadSignal,
  overriding,
}: ExecCircumstances['signals']): SignalTable {
  const table: { -readonly [Signal in NodeJS.Signals]?: SignalAction } = {};
  for (const signal of FORWARDED) table[signal] = { kind: 'forward' };
  for (const as of ['SIGTERM', 'SIGINT'] as const) table[as] = { kind: 'stop', as };
  if (killSignal !== 'none') table[killSignal] = { kind: 'stop' };
  if (reloadSignal !== 'none') table[reloadSignal] = { kind: 'reload' };
  return { ...table, ...overriding };
}
