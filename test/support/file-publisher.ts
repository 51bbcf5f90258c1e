import { OwedMarkers } from '../../src/output/owed-markers.ts';
import { FilePublisher, type FilePublisherOptions } from '../../src/renderer/file-publisher.ts';
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
    logger: recordingLogger(),
    ...options,
  });
}
