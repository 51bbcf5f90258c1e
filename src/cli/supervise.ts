import { describeError } from '../core/errors.ts';
import type { AdjustableLogger } from '../core/logger.ts';
import type { Daemon } from '../daemon/daemon.ts';
import type { Prepared, Standing } from '../daemon/options.ts';
import type { EarlySignals } from './early-signals.ts';
import { CONSUL_TEMPLATE_EXIT, EXIT, failedCode, stoppedCode } from './exit-codes.ts';
import { judge } from './outcome.ts';
import { listenToFacts, sayStopping, startDeadline } from './run-ends.ts';
import type { RunRequest } from './run-request.ts';
import { listenByTable } from './signal-table.ts';

/** What a supervised run is made of. */
export interface SuperviseOptions {
  readonly daemon: Daemon;
  readonly prepared: Prepared;
  readonly request: RunRequest;
  readonly logger: AdjustableLogger;
  readonly reopen: () => void;
  readonly early: EarlySignals;
}

/**
 * Supervises until told to stop, or until what is supervised has ended; returns the exit code: the main process's own, 128+n where a
 * signal ended it.
 */
export async function supervise(options: SuperviseOptions): Promise<number> {
  const { daemon, prepared, request, logger } = options;
  const controller = new AbortController();
  const silence = listen(options, controller);
  options.early.handOver();
  let defect = false;
  const onDefect = (error: unknown): void => {
    defect = true;
    abandon(daemon, controller, logger, error);
  };
  process.on('uncaughtException', onDefect);
  const facts = await listenToFacts(daemon, request, prepared.settings, controller, logger);
  const isMoot = (): boolean => daemon.supervisor !== undefined;
  const deadline = startDeadline(request.timeoutMs, controller, isMoot);
  try {
    const standing = await daemon.run(prepared, controller.signal);
    if (defect) return EXIT.failed;
    if (facts.failed()) return failedCode(request.program);
    return exitCode(options, standing, deadline.passed(), stopSignalOf(controller.signal));
  } finally {
    process.removeListener('uncaughtException', onDefect);
    facts.cancel();
    deadline.cancel();
    silence();
  }
}

function exitCode(
  { daemon, request }: SuperviseOptions,
  standing: Standing,
  timedOut: boolean,
  stoppedBy: NodeJS.Signals | undefined,
): number {
  const isKill = request.program === 'consul-template' && stoppedBy === request.killSignal;
  if (isKill) return CONSUL_TEMPLATE_EXIT.killed;
  if (daemon.supervisor !== undefined || !request.once) {
    return daemon.supervisor?.exitCode ?? EXIT.done;
  }
  // Its files came first, and never came about.
  return stoppedBy === undefined || timedOut
    ? judge(standing, request, timedOut)
    : stoppedCode(stoppedBy, request);
}

/** The signal that stopped it; undefined where it ended by itself, or its time was up. */
function stopSignalOf({ reason }: AbortSignal): NodeJS.Signals | undefined {
  return typeof reason === 'string' ? (reason as NodeJS.Signals) : undefined;
}

/** Listens to what the settings in force say of signals, until the returned function is called. */
function listen(
  { daemon, prepared, request, logger, reopen }: SuperviseOptions,
  controller: AbortController,
): () => void {
  const listening = listenByTable(
    () => daemon.supervised?.signals ?? prepared.settings.supervisor?.signals ?? {},
    {
      stop: (signal, as) => {
        sayStopping(signal, request, logger);
        if (as !== undefined) daemon.supervisor?.stopMainBy(as);
        controller.abort(signal);
      },
      hurry: (signal) => {
        logger.warn(`${signal} again: stopping faster`);
        daemon.supervisor?.hurry();
      },
      reload: (signal) => void daemon.reload(signal.replace('SIG', '')),
      maintenance: () => daemon.toggleMaintenance(),
      event: (signal) =>
        daemon.withSupervisor((supervisor) => supervisor.signalled(signal as 'SIGHUP' | 'SIGUSR2')),
      report: () => daemon.report(),
      reopenLogs: reopen,
      forward: (signal) => void daemon.supervisor?.signalMain(signal),
      received: (signal, action) => daemon.bus.emit('signal:received', { signal, action }),
    },
  );
  const forget = daemon.bus.on('config:adopted', listening.refresh);
  return () => {
    forget();
    listening.end();
  };
}

/** After a defect of ours nothing can be relied on, but the services still leave the catalog, and the processes get their signals. */
function abandon(
  daemon: Daemon,
  controller: AbortController,
  logger: AdjustableLogger,
  error: unknown,
): void {
  logger.error(
    `this is a defect of autotmpl, please report it; everything is stopped: ${describeError(error)}`,
    {
      stack: error instanceof Error ? (error.stack ?? '') : '',
    },
  );
  if (controller.signal.aborted) {
    daemon.insist();
    process.exit(EXIT.failed);
  }
  controller.abort();
}
