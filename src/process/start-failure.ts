import { existsSync } from 'node:fs';
import { systemCode } from '../core/errors.ts';

/** Says why there is no process, for people. `cwd` is the folder that it was to start in; absent: our own. */
export function startFailure(error: unknown, cwd: string | undefined): string {
  switch (systemCode(error) ?? '') {
    case 'ENOENT':
      // The system says the same of a program and of a folder.
      return cwd === undefined || existsSync(cwd)
        ? 'not found'
        : `its folder ${cwd} does not exist`;
    case 'EACCES':
      return 'it may not be executed';
    case 'ENOEXEC':
      return 'it is no program that this system can run';
    case 'E2BIG':
      return 'its arguments and environment are too long';
    case 'EAGAIN':
    case 'ENOMEM':
      return 'the system has no room for another process';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
