import { describeError } from '../core/errors.ts';
import type { AdjustableLogger } from '../core/logger.ts';
import type { Daemon } from '../daemon/daemon.ts';
import type { Prepared } from '../daemon/options.ts';
import type { EarlySignals } from './early-signals.ts';
import { EXIT } from './exit-codes.ts';
import { listenByTable } from './signal-table.ts';

/**
 * Supervises until told to stop, or until what is supervised has ended; returns the exit code: the main process's own, 128+n where a
 * signal ended it.
 */
export async function supervise(
  daemon: Daemon,
  prepared: Prepared,
  { logger, reopen }: { readonly logger: AdjustableLogger; readonly reopen: () => void },
  early: EarlySignals,
): Promise<number> {
  const controller = new AbortController();
  const silence = listenByTable(
    () => daemon.supervised?.signals ?? prepared.settings.supervisor?.signals ?? {},
    {
      stop: (signal) => {
        logger.info(`${signal}: stopping`);
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
  early.handOver();
  let defect = false;
  const onDefect = (error: unknown): void => {
    defect = true;
    abandon(daemon, controller, logger, error);
  };
  process.on('uncaughtException', onDefect);
  try {
    await daemon.run(prepared, controller.signal);
    return defect ? EXIT.failed : (daemon.supervisor?.exitCode ?? EXIT.done);
  } finally {
    process.removeListener('uncaughtException', onDefect);
    silence();
  }
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
