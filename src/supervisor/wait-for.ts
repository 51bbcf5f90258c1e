import type { Answer } from '../catalog/catalog.ts';
import { queryId } from '../catalog/query.ts';
import type { ServiceInstance } from '../catalog/values.ts';
import { AutotmplError, describeError } from '../core/errors.ts';
import { formatDuration } from '../core/duration.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import type { User, Watcher } from '../watch/watcher.ts';
import type { WaitForSettings } from './settings.ts';

/** How often the log says what is still waited for. */
const REMIND_MS = 30_000;

/** What waiting works with. */
export interface WaitForParts {
  readonly watcher: Watcher;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Resolves when all these services have the instances that they need, or when the signal aborts. Rejects with an AutotmplError
 * (`waiting`) for the first one whose time is up.
 */
export async function waitForServices(
  services: readonly WaitForSettings[],
  parts: WaitForParts,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    await Promise.all(services.map((service) => waitForOne(service, parts, either)));
  } finally {
    over.abort();
  }
}

async function waitForOne(
  settings: WaitForSettings,
  { watcher, clock, logger }: WaitForParts,
  signal: AbortSignal,
): Promise<void> {
  const { query, min, timeoutMs } = settings;
  const id = queryId(query);
  const count = (): number =>
    (watcher.answer(id)?.value as readonly ServiceInstance[] | undefined)?.length ?? 0;
  const say = (): string => {
    const answer = watcher.answer(id);
    const trouble =
      answer === undefined || answer.state === 'fresh' ? '' : `; ${describeError(answer.reason)}`;
    return `waiting for ${query.name}: ${count()} of ${min} instances are there${trouble}`;
  };
  const cancels: (() => void)[] = [];
  const remind = (): void => {
    cancels[1] = clock.setTimer(() => {
      logger.warn(say(), { service: query.name });
      remind();
    }, REMIND_MS);
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (watcher.isHopeless(id)) reject(hopeless(query.name, watcher.answer(id)));
        if (watcher.answer(id)?.value === undefined || count() < min) return;
        logger.info(`${query.name} is there: ${count()} of ${min} instances`, {
          service: query.name,
        });
        resolve();
      };
      const user: User = { answerChanged: look, answerTroubled: look };
      cancels.push(() => watcher.want(user, new Map()));
      watcher.want(user, new Map([[id, query]]));
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
      logger.info(`waiting for ${min} of ${query.name}`, { service: query.name });
      look();
      remind();
      if (timeoutMs !== undefined) {
        cancels[2] = clock.setTimer(
          () => reject(timedOut(say(), query.name, timeoutMs)),
          timeoutMs,
        );
      }
    });
  } finally {
    for (const cancel of cancels) cancel();
  }
}

function hopeless(service: string, answer: Answer | undefined): AutotmplError {
  const why =
    answer !== undefined && answer.state !== 'fresh' ? `: ${describeError(answer.reason)}` : '';
  return new AutotmplError('waiting', `${service} can never be waited for${why}`);
}

function timedOut(said: string, service: string, timeoutMs: number): AutotmplError {
  return new AutotmplError('waiting', `gave up after ${formatDuration(timeoutMs)} of ${said}`, {
    advice: `start ${service}, or give waitFor more time`,
  });
}
