import type { Settings } from '../config/settings.ts';
import type { Bus } from '../core/bus.ts';
import type { Logger } from '../core/logger.ts';

/**
 * Logs what happens in consul-template's own words, where people look for them: a run, a file, a command. Returns what ends
 * it.
 */
export function announceAsConsulTemplate(
  bus: Bus,
  targets: () => Settings['targets'],
  logger: Logger,
): () => void {
  let isAnnounced = false;
  const sourceOf = (label: string): string =>
    targets().find((target) => target.label === label)?.source.name ?? label;
  const ends = [
    bus.on('target:rendered', () => {
      // All that is rendered at one time is one run there.
      if (isAnnounced) return;
      isAnnounced = true;
      setImmediate(() => (isAnnounced = false));
      logger.info('(runner) initiating run');
    }),
    bus.on('target:written', ({ target }) => {
      logger.info(
        `(runner) rendered ${JSON.stringify(sourceOf(target))} => ${JSON.stringify(target)}`,
      );
    }),
    bus.on('command:started', ({ command, targets: labels }) => {
      const [label = ''] = labels;
      const from = `${JSON.stringify(sourceOf(label))} => ${JSON.stringify(label)}`;
      logger.info(`(runner) executing command ${JSON.stringify(command)} from ${from}`);
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
