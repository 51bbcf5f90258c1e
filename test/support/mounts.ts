import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Mounts that only one program sees, and that are gone with it: a namespace of its own, for root; where root may not, or for
 * other users, a user namespace around it.
 */
export class PrivateMounts {
  readonly #inUserNamespace = !works('-m');

  constructor() {
    if (this.#inUserNamespace && !works('-rm')) {
      throw new Error(
        'this test mounts file systems of its own: run it as root, or where users may make namespaces (unshare -rm true)',
      );
    }
  }

  /** What to start a program under, so that these commands are run first, in its namespace. */
  under(...commands: string[]): string[] {
    const script = [...commands, 'exec "$@"'].join(' && ');
    return ['unshare', this.#inUserNamespace ? '-rm' : '-m', 'sh', '-c', script, 'sh'];
  }

  /** Runs a command in the namespace of a program that was started under this. */
  run(pid: number, ...command: string[]): void {
    const user = this.#inUserNamespace ? ['-U', '--preserve-credentials'] : [];
    execFileSync('nsenter', ['-t', String(pid), '-m', ...user, ...command]);
  }
}

/** A path as this process sees it, its mounts included (proc(5)). */
export function seenBy(pid: number, path: string): string {
  return join(`/proc/${pid}/root`, path);
}

function works(flags: string): boolean {
  return spawnSync('unshare', [flags, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
}
