import { showConsulAddress } from '../catalog/consul/address.ts';
import type { Settings } from '../config/settings.ts';
import { begin } from '../core/actor.ts';
import { Bus } from '../core/bus.ts';
import { Deadline } from '../core/deadline.ts';
import { AutotmplError, describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import type { MaskingRules } from '../recording/masking.ts';
import { Recorder } from '../recording/recorder.ts';
import { takeRecording, type Taken } from '../recording/take-recording.ts';
import { Watcher } from '../watch/watcher.ts';
import type { Prepared } from './options.ts';

/** How answers are recorded. */
export interface RecordOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  readonly rules: MaskingRules;
  /** How long the first answers are waited for. */
  readonly timeoutMs: number;
  /** How long changes are recorded; undefined: they are not. */
  readonly forMs: number | undefined;
  /** Takes the text, piece by piece; each piece leaves it whole. */
  readonly write: (text: string) => Promise<void>;
}

/**
 * Asks the catalog all that the templates want, and writes the answers down as a catalog document; with `forMs` also what changes, until
 * the time is up or it is told to stop. Throws an AutotmplError (`waiting`) where nothing is to follow and an answer never came.
 */
export async function record(
  { settings, targets, catalog }: Prepared,
  { clock, logger, timeoutMs, forMs, ...options }: RecordOptions,
  signal: AbortSignal,
): Promise<Taken> {
  const bus = new Bus(() => undefined);
  const watcher = begin(new Watcher({ catalog, bus, clock, logger }));
  const recorder = new Recorder(targets, { watcher: watcher.actor, clock });
  // Trouble leaves the value as it is, and so tells nobody who only looks at values.
  for (const name of ['query:held', 'query:suspected', 'query:recovered'] as const) {
    bus.on(name, ({ query }) => recorder.stateChanged(query));
  }
  try {
    await recorder.converge(timeoutMs, signal);
    const { unanswered, failures } = recorder;
    for (const { label, error } of failures) {
      logger.warn(
        `${label} cannot be rendered, and what it would ask beyond that is not recorded: ${describeError(error)}`,
      );
    }
    if (forMs === undefined && unanswered.length > 0) {
      throw new AutotmplError(
        'waiting',
        `nothing is recorded: no answer to ${unanswered.join(', ')}`,
        {
          advice: 'give it more time with -timeout, or record what comes later with -for',
        },
      );
    }
    const ending = new Deadline(clock, forMs ?? 0, signal);
    try {
      const parts = { ...options, clock, targets, source: sourceOf(settings) };
      return await takeRecording(recorder, parts, forMs !== undefined, ending.signal);
    } finally {
      ending.close();
    }
  } finally {
    recorder.release();
    await watcher.stop();
  }
}

function sourceOf({ catalog }: Settings): string {
  return catalog.backend === 'consul'
    ? `Consul at ${showConsulAddress(catalog.consul.address)}`
    : catalog.file.path;
}
