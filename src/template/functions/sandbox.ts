import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';

import { systemCode } from '../../core/errors.ts';
import { cannot } from './arguments.ts';

/**
 * Refuses a path that leads out of the sandbox. Both are followed through symbolic links first, as consul-template does
 * for `sandbox_path`, so that no link inside of it leads out. Paths are absolute; `call` is the function that asks.
 */
export function requireInside(call: string, sandbox: string, path: string): void {
  const inside = relative(realPath(sandbox), realPath(path));
  if (inside !== '..' && !inside.startsWith(`..${sep}`)) return;
  throw cannot(
    call,
    `${path} is outside of the sandbox ${sandbox}`,
    'name a file inside of it, or change sandboxPath',
  );
}

/** The path without symbolic links. What is not there yet is no link. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const parent = dirname(path);
    if (systemCode(error) !== 'ENOENT' || parent === path) throw error;
    return join(realPath(parent), basename(path));
  }
}
