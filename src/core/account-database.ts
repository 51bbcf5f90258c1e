import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const GETENT_TIMEOUT_MS = 5000;

/**
 * Looks for a name in one of the system's databases of accounts: in its file (`/etc/passwd`, `/etc/group`), then with `getent`, which knows LDAP and
 * the like. `read` takes what was looked for out of lines as passwd(5) and group(5) have them; undefined where it is not among them.
 */
export async function findAccountEntry<T>(
  database: 'passwd' | 'group',
  name: string,
  read: (lines: string) => T | undefined,
): Promise<T | undefined> {
  const file = await readFile(`/etc/${database}`, 'utf8').catch(() => '');
  return read(file) ?? read(await askGetent(database, name));
}

/** What getent(1) says of a name in a database; empty where it is not known, or where there is no getent. */
export async function askGetent(
  database: 'passwd' | 'group' | 'initgroups',
  name: string,
): Promise<string> {
  try {
    const asked = await promisify(execFile)('getent', [database, '--', name], {
      timeout: GETENT_TIMEOUT_MS,
    });
    return asked.stdout;
  } catch {
    return '';
  }
}
