import { stat } from 'node:fs/promises';
import { systemCode } from '../../core/errors.ts';
import { whenAborted } from '../../core/deadline.ts';
import { unwell, well, type Finding } from './finding.ts';

/** Whether a file exists. A file system that hangs, as a network's may, is not waited for. */
export async function probeFile(
  path: string,
  signal: AbortSignal,
  look: (path: string) => Promise<unknown> = stat,
): Promise<Finding> {
  try {
    const found = await Promise.race([
      look(path).then(() => true),
      whenAborted(signal).then(() => false),
    ]);
    return found ? well(`${path} is there`) : unwell(`${path}: nobody knows whether it is there`);
  } catch (error) {
    return unwell(`${path}: ${systemCode(error) === 'ENOENT' ? 'no such file' : String(error)}`);
  }
}
