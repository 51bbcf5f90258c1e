import type { Settings } from '../config/settings.ts';
import { AutotmplError, describeError } from '../core/errors.ts';
import type { AdjustableLogger } from '../core/logger.ts';
import type { Daemon } from '../daemon.ts';
import { countOf } from './count-of.ts';
import { exitCodeOf } from './exit-codes.ts';

/**
 * What HUP does: reads everything anew, and goes over to it only when all of it is right. One reload at a time; however many
 * are asked for meanwhile, one more follows, since it reads what is there then.
 */
export function reloader(
  daemon: Daemon,
  load: () => Promise<Settings>,
  logger: AdjustableLogger,
): () => void {
  let running = false;
  let again = false;
  return () => {
    again = true;
    if (running) return;
    running = true;
    void (async () => {
      while (again) {
        again = false;
        await reload(daemon, load, logger);
      }
      running = false;
    })();
  };
}

async function reload(
  daemon: Daemon,
  load: () => Promise<Settings>,
  logger: AdjustableLogger,
): Promise<void> {
  try {
    const prepared = await daemon.prepare(await load());
    logger.info(
      `HUP: config and templates read again, ${countOf(prepared.targets.length, 'file')}`,
    );
    logger.setLevel(prepared.settings.log.level);
    await daemon.replace(prepared);
  } catch (error) {
    if (!(error instanceof AutotmplError)) throw error;
    logger.error(`HUP: the old config and templates stay in force: ${describeError(error)}`, {
      exitCodeWouldBe: exitCodeOf(error),
    });
  }
}
