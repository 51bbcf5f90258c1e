import { loadSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { formatDuration } from '../core/duration.ts';
import { AutotmplError } from '../core/errors.ts';
import { saveMemory } from '../core/heap.ts';
import { colorLevel, type AdjustableLogger } from '../core/logger.ts';
import { systemClock } from '../core/time.ts';
import { VERSION } from '../core/version.ts';
import { Daemon } from '../daemon/daemon.ts';
import type { Prepared } from '../daemon/options.ts';
import { countOf } from './count-of.ts';
import type { EarlySignals } from './early-signals.ts';
import { EXIT, failedCode, insistedCode, stoppedCode } from './exit-codes.ts';
import type { SettingsInvocation } from './invocation.ts';
import { judge } from './outcome.ts';
import { PACKAGE_TEMPLATES } from './package-templates.ts';
import { writePidFile } from './pid-file.ts';
import { listenToFacts, sayStopping, startDeadline } from './run-ends.ts';
import { runRequest, type RunRequest } from './run-request.ts';
import { settingsLogger } from './settings-logger.ts';
import { listenToSignals } from './signals.ts';
import { sourcesOf } from './sources.ts';

/** Runs until done or told to stop; returns the exit code. */
export async function run(invocation: SettingsInvocation, early: EarlySignals): Promise<number> {
  // Each reload reads everything anew.
  const load = (): Promise<Settings> => loadSettings(sourcesOf(invocation));
  const settings = await load();
  const request = runRequest(invocation, settings);
  if (hasNothingToDo(request, settings)) return EXIT.done;
  const { logger, reopen } = await settingsLogger(settings, request.program);
  for (const warning of settings.warnings ?? []) logger.warn(warning);
  for (const remark of settings.remarks ?? []) logger.debug(remark);
  const { pidFile } = request;
  const removePidFile = pidFile === undefined ? undefined : await writePidFile(pidFile);
  try {
    return await runDaemon(request, settings, load, { logger, reopen }, early);
  } finally {
    await removePidFile?.();
  }
}

/** A run that renders and ends starts no jobs: without a template it would do nothing, which consul-template calls done. */
function hasNothingToDo(request: RunRequest, settings: Settings): boolean {
  const { once, dry, program } = request;
  if (settings.targets.length > 0 || !(once || dry) || supervises(request, settings)) return false;
  if (program === 'consul-template') return once;
  const flag = once ? '-once' : '-dry';
  throw new AutotmplError('usage', `${flag} renders and starts no jobs, and there is no template`, {
    advice: `remove ${flag}, or name a template`,
  });
}

/** `-once` starts no jobs, but for the process of an exec mode. */
function supervises({ once, dry }: RunRequest, { supervisor }: Settings): boolean {
  return supervisor !== undefined && !dry && (!once || supervisor.filesFirst === true);
}

async function runDaemon(
  request: RunRequest,
  settings: Settings,
  load: () => Promise<Settings>,
  { logger, reopen }: { readonly logger: AdjustableLogger; readonly reopen: () => void },
  early: EarlySignals,
): Promise<number> {
  // Its files may be replaced while it runs, so a run that lasts has all of them from its start.
  if (!request.once) await import('./supervise.ts');
  const daemon = makeDaemon(request, load, logger);
  const prepared = await daemon.prepare(settings);
  if (request.parseOnly) {
    await daemon.discard(prepared);
    return EXIT.done;
  }
  if (supervises(request, settings)) {
    const { supervise } = await import('./supervise.ts');
    return supervise({ daemon, prepared, request, logger, reopen, early });
  }
  const controller = new AbortController();
  const silence = listenToSignals(
    {
      stop: (signal) => {
        sayStopping(signal, request, logger);
        controller.abort(signal);
      },
      insist: () => daemon.insist(),
      reload: (signal) => void daemon.reload(signal.replace(/^SIG/, '')),
      report: () => daemon.report(),
    },
    () => logger.warn('stopping took too long; what was under way is left to the next start'),
    {
      stopped: (signal) => stoppedCode(signal, request),
      insisted: (signal) => insistedCode(signal, request),
    },
    request.signals,
  );
  early.handOver();
  const deadline = startDeadline(request.timeoutMs, controller);
  const fatal = await listenToFacts(daemon, request, settings, controller, logger);
  try {
    return await carryOut(request, daemon, prepared, controller.signal, logger, {
      timedOut: deadline.passed,
      failed: fatal.failed,
    });
  } finally {
    fatal.cancel();
    deadline.cancel();
    silence();
  }
}

function makeDaemon(
  request: RunRequest,
  load: () => Promise<Settings>,
  logger: AdjustableLogger,
): Daemon {
  const isTheirs = request.program === 'consul-template';
  return new Daemon({
    // To parse is to look and to claim nothing.
    once: request.once || request.parseOnly,
    dry: request.dry,
    showsText: isTheirs,
    load,
    packageTemplates: [PACKAGE_TEMPLATES],
    environment: process.env,
    version: VERSION,
    print: (text) => process.stdout.write(text),
    ...(isTheirs && {
      // There commands have our own streams.
      passOn: (stream, line) => process[stream].write(`${line}\n`),
    }),
    saveMemory,
    color: colorLevel(process.env, process.stdout.isTTY),
    clock: systemClock,
    logger,
  });
}

/** Why a run ended that was not told to. */
interface Ends {
  readonly timedOut: () => boolean;
  readonly failed: () => boolean;
}

async function carryOut(
  request: RunRequest,
  daemon: Daemon,
  prepared: Prepared,
  signal: AbortSignal,
  logger: AdjustableLogger,
  { timedOut, failed }: Ends,
): Promise<number> {
  if (!request.once) logger.info(`keeping ${countOf(prepared.targets.length, 'file')} true`);
  const standing = await daemon.run(prepared, signal);
  if (failed()) return failedCode(request.program);
  if (signal.aborted && !timedOut()) {
    return stoppedCode(signal.reason as NodeJS.Signals, request);
  }
  if (!request.once) return EXIT.done;
  if (timedOut()) {
    logger.error(`gave up after ${formatDuration(request.timeoutMs ?? 0)}`);
    for (const sentence of standing.waiting) logger.error(sentence);
    for (const command of standing.commandsUnderWay) logger.error(`not ended: ${command}`);
  }
  return judge(standing, request, timedOut());
}
