import { systemClock } from '../../src/core/time.ts';
import { OwedMarkers } from '../../src/output/owed-markers.ts';
import { FilePublisher, type FilePublisherOptions } from '../../src/renderer/file-publisher.ts';
import type { Publication, Published, Publisher } from '../../src/renderer/publisher.ts';
import { runCheck } from '../../src/renderer/run-check.ts';
import { recordingLogger } from './recording-logger.ts';

/** Aborts never. */
export const NEVER = new AbortController().signal;

/** A publisher that prints and says nothing and runs real checks, apart from what a test says otherwise. */
export function filePublisher(options: Partial<FilePublisherOptions> = {}): FilePublisher {
  return new FilePublisher({
    print: () => undefined,
    markers: new OwedMarkers(),
    runCheck: (request, signal) =>
      runCheck(request, { environment: process.env, insist: NEVER }, signal),
    clock: systemClock,
    logger: recordingLogger(),
    ...options,
  });
}

/** Publishes a batch and waits until all of it has landed; outcomes come in its order. */
export async function publishAll(
  publisher: Publisher,
  batch: readonly Publication[],
  signal = NEVER,
): Promise<readonly Published[]> {
  const { landed, lanes } = await publisher.publish(batch, signal);
  const later = await Promise.all(lanes.map((lane) => lane.landed));
  const all = new Map([landed, ...later].flatMap((some) => [...some]));
  return batch.map((publication) => all.get(publication) as Published);
}
