import { loadSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { formatDuration } from '../core/duration.ts';
import { AutotmplError } from '../core/errors.ts';
import { colorLevel, type AdjustableLogger } from '../core/logger.ts';
import { systemClock } from '../core/time.ts';
import { VERSION } from '../core/version.ts';
import { Daemon } from '../daemon/daemon.ts';
import type { Prepared } from '../daemon/options.ts';
import type { EarlySignals } from './early-signals.ts';
import { EXIT, stoppedCode } from './exit-codes.ts';
import { countOf } from './count-of.ts';
import { judge } from './outcome.ts';
import { PACKAGE_TEMPLATES } from './package-templates.ts';
import { writePidFile } from './pid-file.ts';
import { listenToSignals } from './signals.ts';
import type { RunFlags, SettingsInvocation } from './invocation.ts';
import { settingsLogger } from './settings-logger.ts';
import { sourcesOf } from './sources.ts';

/** Runs until done or told to stop; returns the exit code. */
export async function run(invocation: SettingsInvocation, early: EarlySignals): Promise<number> {
  // Each reload reads everything anew.
  const load = (): Promise<Settings> => loadSettings(sourcesOf(invocation));
  const settings = await load();
  requireTargets(invocation.run, settings);
  const { logger, reopen } = await settingsLogger(settings);
  for (const warning of settings.warnings ?? []) logger.warn(warning);
  const { pidFile } = invocation.run;
  const removePidFile = pidFile === undefined ? undefined : await writePidFile(pidFile);
  try {
    return await runDaemon(invocation.run, settings, load, { logger, reopen }, early);
  } finally {
    await removePidFile?.();
  }
}

/** A run that renders and ends starts no jobs. */
function requireTargets({ once, dry }: RunFlags, { targets }: Settings): void {
  if (targets.length > 0 || !(once || dry)) return;
  const flag = once ? '-once' : '-dry';
  throw new AutotmplError('usage', `${flag} renders and starts no jobs, and there is no template`, {
    advice: `remove ${flag}, or name a template`,
  });
}

async function runDaemon(
  request: RunFlags,
  settings: Settings,
  load: () => Promise<Settings>,
  { logger, reopen }: { readonly logger: AdjustableLogger; readonly reopen: () => void },
  early: EarlySignals,
): Promise<number> {
  const daemon = new Daemon({
    once: request.once,
    dry: request.dry,
    load,
    packageTemplates: [PACKAGE_TEMPLATES],
    environment: process.env,
    version: VERSION,
    print: (text) => process.stdout.write(text),
    color: colorLevel(process.env, process.stdout.isTTY),
    clock: systemClock,
    logger,
  });
  const prepared = await daemon.prepare(settings);
  if (settings.supervisor !== undefined && !request.once && !request.dry) {
    return (await import('./supervise.ts')).supervise(daemon, prepared, { logger, reopen }, early);
  }
  const controller = new AbortController();
  const silence = listenToSignals(
    {
      stop: (signal) => {
        logger.info(`${signal}: stopping`);
        controller.abort(signal);
      },
      insist: () => daemon.insist(),
      reload: () => void daemon.reload('HUP'),
      report: () => daemon.report(),
    },
    () => logger.warn('stopping took too long; what was under way is left to the next start'),
    (signal) => stoppedCode(signal, request.once),
  );
  early.handOver();
  const deadline = startDeadline(request.timeoutMs, controller);
  try {
    return await carryOut(request, daemon, prepared, controller.signal, deadline.passed, logger);
  } finally {
    deadline.cancel();
    silence();
  }
}

async function carryOut(
  request: RunFlags,
  daemon: Daemon,
  prepared: Prepared,
  signal: AbortSignal,
  timedOut: () => boolean,
  logger: AdjustableLogger,
): Promise<number> {
  if (!request.once) logger.info(`keeping ${countOf(prepared.targets.length, 'file')} true`);
  const standing = await daemon.run(prepared, signal);
  if (!request.once) return EXIT.done;
  if (signal.aborted && !timedOut()) return stoppedCode(signal.reason as NodeJS.Signals, true);
  if (timedOut()) {
    logger.error(`gave up after ${formatDuration(request.timeoutMs ?? 0)}`);
    for (const sentence of standing.waiting) logger.error(sentence);
    for (const command of standing.commandsUnderWay) logger.error(`not ended: ${command}`);
  }
  return judge(standing, request, timedOut());
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
