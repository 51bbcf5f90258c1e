import { FilePublisher, type FilePublisherOptions } from '../renderer/file-publisher.ts';
import type { Publisher } from '../renderer/publisher.ts';
import type { DaemonOptions } from './options.ts';

/** What only files need. */
type FileParts = Pick<FilePublisherOptions, 'markers' | 'lastGood' | 'runCheck' | 'ownWrites'>;

/** Where the texts of a run go: into their files, or to whoever only wants to see them, or what would change. */
export async function makePublisher(
  { dry, showsText = false, print, color, clock, logger, publisher }: DaemonOptions,
  parts: FileParts,
): Promise<Publisher> {
  if (publisher !== undefined) return publisher;
  if (!dry) return new FilePublisher({ ...parts, print, clock, logger });
  if (showsText) {
    const { TextPublisher } = await import('../renderer/text-publisher.ts');
    return new TextPublisher(print);
  }
  // The diff is not needed for anything else.
  const { DryPublisher } = await import('../renderer/dry-publisher.ts');
  return new DryPublisher({ print, color });
}
