import { loadSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { createLogger } from '../core/logger.ts';
import { countOf } from './count-of.ts';
import { idleDaemon } from './idle-daemon.ts';
import type { SettingsInvocation } from './invocation.ts';
import { sourcesOf } from './sources.ts';

/**
 * Reads the config and compiles every template, without a network: throws an AutotmplError that tells all that is wrong, or
 * returns a line that says that nothing is,
 * behind warnings of what is most likely not meant.
 */
export async function check(invocation: SettingsInvocation): Promise<string> {
  const load = (): Promise<Settings> => loadSettings(sourcesOf(invocation));
  const silent = await createLogger({
    level: 'error',
    format: 'text',
    write: () => undefined,
    isTerminal: false,
    color: 0,
  });
  const settings = await load();
  const { targets } = await idleDaemon(load, silent).check(settings);
  const jobs = settings.supervisor?.jobs.length ?? 0;
  const counted = [
    ...(targets.length > 0 || jobs === 0 ? [countOf(targets.length, 'template')] : []),
    ...(jobs > 0 ? [countOf(jobs, 'job')] : []),
  ];
  return [
    ...(settings.warnings ?? []).map((warning) => `warning: ${warning}\n`),
    `${counted.join(', ')} and the config are right\n`,
  ].join('');
}
