import type { Settings } from '../config/settings.ts';
import type { AdjustableLogger } from '../core/logger.ts';
import { systemClock } from '../core/time.ts';
import type { Daemon } from '../daemon/daemon.ts';
import type { RunRequest } from './run-request.ts';

/** Says that a signal stops the run; the kill signal in consul-template's words too. */
export function sayStopping(
  signal: NodeJS.Signals,
  { program, killSignal }: RunRequest,
  logger: AdjustableLogger,
): void {
  logger.info(`${signal}: stopping`);
  if (program === 'consul-template' && signal === killSignal) {
    process.stderr.write('Cleaning up...\n');
  }
}

/** Ends the run where a template fails that may not, or for want of what the catalog may not lack; under consul-template's name, says what happens in its words. */
export async function listenToFacts(
  daemon: Daemon,
  { program }: RunRequest,
  settings: Settings,
  controller: AbortController,
  logger: AdjustableLogger,
): Promise<{ failed: () => boolean; cancel: () => void }> {
  const targets = (): Settings['targets'] => daemon.present?.targets ?? settings.targets;
  let failed = false;
  const ends = [
    daemon.bus.on('target:failed', ({ target, absent = false }) => {
      const isFatal =
        absent || targets().some(({ label, errorFatal }) => label === target && errorFatal);
      if (!isFatal) return;
      failed = true;
      controller.abort();
    }),
  ];
  if (program === 'consul-template') {
    const { announceAsConsulTemplate } = await import('./consul-template-announcements.ts');
    ends.push(announceAsConsulTemplate(daemon.bus, targets, logger));
  }
  return {
    failed: () => failed,
    cancel: () => {
      for (const end of ends) end();
    },
  };
}

/** Ends the run when its time is up, unless `isMoot` says by then that it does not count any more. */
export function startDeadline(
  timeoutMs: number | undefined,
  controller: AbortController,
  isMoot: () => boolean = () => false,
): { passed: () => boolean; cancel: () => void } {
  let passed = false;
  const cancel =
    timeoutMs === undefined
      ? () => undefined
      : systemClock.setTimer(() => {
          if (isMoot()) return;
          passed = true;
          controller.abort();
        }, timeoutMs);
  return { passed: () => passed, cancel };
}
