import { stat } from 'node:fs/promises';
import { systemCode } from '../../core/errors.ts';
import { unwell, well, type Finding } from './finding.ts';

/** Whether a file exists. */
export async function probeFile(path: string): Promise<Finding> {
  try {
    await stat(path);
    return well(`${path} is there`);
  } catch (error) {
    return unwell(`${path}: ${systemCode(error) === 'ENOENT' ? 'no such file' : String(error)}`);
  }
}
