import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { findAccount } from '../process/account.ts';
import { commandLabel, type CommandLine } from '../process/command-line.ts';
import type {
  ProcessOptions,
  RunningProcess,
  StartFailure,
  startProcess,
} from '../process/long-process.ts';
import { inherit } from '../process/environment-rules.ts';
import { findProgram } from '../process/find-program.ts';
import type { ProcessRecord } from '../process/process-record.ts';
import type { ChildVariables } from './child-variables.ts';
import { jobOutput, type OutputSink } from './job-output.ts';
import type { JobSettings } from './settings.ts';

/** What a job's process is started with. */
export interface JobProcessParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly variables: ChildVariables;
  readonly sink: OutputSink;
  readonly start: typeof startProcess;
  /** Where the next start finds what runs; absent where there is no place for it. */
  readonly record: ProcessRecord | undefined;
  /** Fills in what the words of a main command say of the environment: ContainerPilot 2's way. */
  readonly fillIn: (
    command: CommandLine,
    environment: Readonly<Record<string, string>>,
  ) => CommandLine;
}

/** Starts a process for a job, with its environment, its account and its output. Never rejects: a failure is said in the log. */
export async function startJobProcess(
  settings: JobSettings,
  parts: JobProcessParts,
): Promise<RunningProcess | StartFailure> {
  const { name, exec = [] } = settings;
  const { logger } = parts;
  const label = commandLabel(exec);
  let pid = 0;
  try {
    const started = await parts.start(await processOptions(settings, parts, () => pid));
    if ('couldNotStart' in started) {
      const reason = `${label}: ${started.couldNotStart}`;
      logger.error(`${name} could not be started: ${reason}`, { job: name });
      return started;
    }
    pid = started.pid;
    void started.ended.then(() => parts.record?.remove(pid));
    logger.debug(`${name} runs: ${label}`, { job: name, pid });
    return started;
  } catch (error) {
    const reason = describeError(error);
    logger.error(`${name} could not be started: ${reason}`, { job: name });
    return { couldNotStart: reason, exitCode: 127 };
  }
}

/** `pid` is asked for at each line: there are none before the process runs. */
async function processOptions(
  settings: JobSettings,
  { variables, sink, clock, fillIn, record }: JobProcessParts,
  pid: () => number,
): Promise<ProcessOptions> {
  const { name, role, exec = [], env: extra, cwd, user, logging, inherits } = settings;
  const { stopSignal, stopTimeoutMs: graceMs } = settings;
  const account = user === undefined ? undefined : await findAccount(user);
  const whole = variables.environment(account?.variables);
  const env = { ...(inherits === undefined ? whole : inherit(whole, inherits)), ...extra };
  const options = {
    command: findProgram(role === 'main' ? fillIn(exec, env) : exec, env),
    env,
    onPid: (started: number) => record?.add({ pid: started, name, stopSignal, graceMs }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(account === undefined ? {} : { account }),
  };
  if (logging === 'raw') return { ...options, output: 'inherit' };
  const write = jobOutput({ job: name, logging, sink, now: () => new Date(clock.timeOfDay()) });
  return { ...options, output: (stream, line) => write(pid())(stream, line) };
}
