import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AutotmplError, describeError } from '../core/errors.ts';

const TRIAL_TIMEOUT_MS = 5000;

/** Whom a process runs as, in the system's numbers. */
export interface Ids {
  readonly uid: number;
  readonly gid: number;
  /** The supplementary ones; none where a group was named. */
  readonly groups: readonly number[];
}

/**
 * What to start so that a command has an account's groups. Node's own way to another user (`uid`, `gid`) drops all supplementary
 * groups and can set none, so where there are some, setpriv of util-linux takes its place: then {@link idsOf} says nothing.
 */
export function asAccount(command: readonly string[], account: Ids | undefined): readonly string[] {
  if (account === undefined || command.length === 0 || !needsSetpriv(account)) return command;
  const { uid, gid, groups } = account;
  const ids = [`--reuid=${uid}`, `--regid=${gid}`, `--groups=${[gid, ...groups].join(',')}`];
  return ['setpriv', ...ids, '--', ...command];
}

/** What Node itself is to start a process as. */
export function idsOf(account: Ids | undefined): Partial<Pick<Ids, 'uid' | 'gid'>> {
  if (account === undefined || needsSetpriv(account)) return {};
  return { uid: account.uid, gid: account.gid };
}

/** Makes sure that processes can have its groups: busybox has a setpriv that sets none. Throws an AutotmplError (`config`). */
export async function tryGroups(account: Ids, label: string): Promise<void> {
  if (!needsSetpriv(account)) return;
  const [file = '', ...words] = asAccount(['true'], account);
  try {
    await promisify(execFile)(file, words, { timeout: TRIAL_TIMEOUT_MS });
  } catch (error) {
    const groups = account.groups.join(', ');
    throw new AutotmplError(
      'config',
      `the supplementary groups of ${JSON.stringify(label)} (${groups}) cannot be set by setpriv: ${describeError(error)}`,
      {
        advice: 'install util-linux, or write user:group, which is then the only group',
        cause: error,
      },
    );
  }
}

/** Whoever is not root has its groups already, and can have no others. */
function needsSetpriv({ groups }: Ids): boolean {
  return groups.length > 0 && process.geteuid?.() === 0;
}
