import type { Settings } from '../config/settings.ts';
import type { AdjustableLogger } from '../core/logger.ts';
import { systemClock } from '../core/time.ts';
import { VERSION } from '../core/version.ts';
import { Daemon } from '../daemon/daemon.ts';
import { PACKAGE_TEMPLATES } from './package-templates.ts';

/** A daemon that only checks and prepares settings, for commands that look at them: it writes and prints nothing. */
export function idleDaemon(load: () => Promise<Settings>, logger: AdjustableLogger): Daemon {
  return new Daemon({
    once: true,
    dry: true,
    load,
    packageTemplates: [PACKAGE_TEMPLATES],
    environment: process.env,
    version: VERSION,
    print: () => undefined,
    color: 0,
    clock: systemClock,
    logger,
  });
}
