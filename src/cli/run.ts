import { fileURLToPath } from 'node:url';

import type { Settings } from '../config/settings.ts';
import { AutotmplError, describeError } from '../core/errors.ts';
import { formatDuration } from '../core/duration.ts';
import { colorLevel, createLogger, type Logger } from '../core/logger.ts';
import { systemClock } from '../core/time.ts';
import { Daemon, type Prepared } from '../daemon.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { judge } from './outcome.ts';
import { writePidFile } from './pid-file.ts';
import { listenToSignals } from './signals.ts';

/** Templates that ship with the package: beside dist/, where the built program is. */
const PACKAGE_TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url));

/** How to run, apart from what the config says. */
export interface RunRequest {
  readonly once: boolean;
  readonly dry: boolean;
  readonly detailedExitcode: boolean;
  /** Gives up after this long; with `once` only. */
  readonly timeoutMs: number | undefined;
  readonly pidFile: string | undefined;
}

/** Runs until done or told to stop; returns the exit code. `load` reads the config anew each time it is called. */
export async function run(request: RunRequest, load: () => Promise<Settings>): Promise<number> {
  const settings = await load();
  const logger = settingsLogger(settings);
  const removePidFile =
    request.pidFile === undefined ? undefined : await writePidFile(request.pidFile);
  try {
    return await runDaemon(request, settings, load, logger);
  } finally {
    await removePidFile?.();
  }
}

async function runDaemon(
  request: RunRequest,
  settings: Settings,
  load: () => Promise<Settings>,
  logger: Logger,
): Promise<number> {
  const daemon = new Daemon({
    once: request.once,
    dry: request.dry,
    packageTemplates: [PACKAGE_TEMPLATES],
    environment: process.env,
    print: (text) => process.stdout.write(text),
    color: colorLevel(process.env, process.stdout.isTTY),
    clock: systemClock,
    logger,
  });
  const prepared = await daemon.prepare(settings);
  const controller = new AbortController();
  const silence = listenToSignals(
    {
      stop: (signal) => {
        logger.info(`${signal}: stopping`);
        controller.abort();
      },
      reload: () => void reload(daemon, load, logger),
      report: () => daemon.report(),
    },
    () => logger.warn('stopping took too long; what was under way is left to the next start'),
  );
  const deadline = startDeadline(request.timeoutMs, controller);
  try {
    return await carryOut(request, daemon, prepared, controller.signal, deadline.passed, logger);
  } finally {
    deadline.cancel();
    silence();
  }
}

async function carryOut(
  request: RunRequest,
  daemon: Daemon,
  prepared: Prepared,
  signal: AbortSignal,
  timedOut: () => boolean,
  logger: Logger,
): Promise<number> {
  if (!request.once) logger.info(`keeping ${count(prepared.targets.length, 'file')} true`);
  const result = await daemon.run(prepared, signal);
  // Told to stop: that is no failure, and what was not finished is finished at the next start.
  if (!request.once || (signal.aborted && !timedOut())) return EXIT.done;
  if (timedOut()) {
    logger.error(`gave up after ${formatDuration(request.timeoutMs ?? 0)}`);
    for (const sentence of result.waiting) logger.error(sentence);
  }
  return judge(result, request, timedOut());
}

/** Reads everything anew, and goes over to it only when all of it is right. */
async function reload(
  daemon: Daemon,
  load: () => Promise<Settings>,
  logger: Logger,
): Promise<void> {
  try {
    const prepared = await daemon.prepare(await load());
    logger.info(`HUP: config and templates read again, ${count(prepared.targets.length, 'file')}`);
    daemon.replace(prepared);
  } catch (error) {
    if (!(error instanceof AutotmplError)) throw error;
    logger.error(`HUP: the old config and templates stay in force: ${describeError(error)}`, {
      exitCodeWouldBe: exitCodeOf(error),
    });
  }
}

function startDeadline(
  timeoutMs: number | undefined,
  controller: AbortController,
): { passed: () => boolean; cancel: () => void } {
  let passed = false;
  const cancel =
    timeoutMs === undefined
      ? () => undefined
      : systemClock.setTimer(() => {
          passed = true;
          controller.abort();
        }, timeoutMs);
  return { passed: () => passed, cancel };
}

function settingsLogger({ log }: Settings): Logger {
  const isTerminal = process.stderr.isTTY;
  return createLogger({
    level: log.level,
    format: log.format,
    write: (line) => process.stderr.write(line),
    isTerminal,
    color: colorLevel(process.env, isTerminal),
  });
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
