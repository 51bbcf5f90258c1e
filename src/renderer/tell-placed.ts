import type { Bus } from '../core/bus.ts';
import type { Logger } from '../core/logger.ts';
import type { Publication, Published } from './publisher.ts';

/** Tells, and logs, that a file is as it should be: it was, or it was replaced for these reasons. */
export function tellPlaced(
  { target: { label: target }, text }: Publication,
  published: Exclude<Published, { readonly outcome: 'failed' | 'held' | 'overtaken' | 'stopped' }>,
  reason: string,
  { bus, logger }: { readonly bus: Bus; readonly logger: Logger },
): void {
  switch (published.outcome) {
    case 'shown':
      return;
    case 'unchanged':
      bus.emit('target:unchanged', { target });
      if (!published.commandOwed) return;
      logger.info(`${target} is as it should be, but its command never succeeded on it`, {
        target,
      });
      return;
    case 'written': {
      const bytes = Buffer.byteLength(text);
      for (const file of published.files) {
        logger.info(`wrote ${file}`, { target, ...(file === target && { bytes }), reason });
      }
      bus.emit('target:written', { target, bytes, reason });
    }
  }
}
