import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { AutotmplError } from '../core/errors.ts';

/** Whom a process runs as, in the system's numbers. Its supplementary groups are none. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The last id is the kernel's word for "none" (setuid(2)). */
const HIGHEST_ID = 2 ** 32 - 2;
const GETENT_TIMEOUT_MS = 5000;

/** What passwd(5) and group(5) have in common: the name, and numbers behind it. */
interface Entry {
  readonly id: number;
  /** The main group, of a user. */
  readonly gid: number;
}

/**
 * Finds an account: `www-data`, `www-data:adm`, `33` or `33:4`. Without a group it is the user's main one; a number that no
 * user has takes the same number as its group. Names are looked for in `/etc/passwd` and `/etc/group`, then asked of `getent`.
 * Throws an AutotmplError (`config`).
 */
export async function findAccount(text: string): Promise<Account> {
  const [user = '', group] = text.split(':', 2);
  const found = await findEntry('passwd', user);
  const uid = numberOf(user) ?? found?.id;
  if (uid === undefined) throw unknown('user', user);
  if (group === undefined) return mayBecome({ uid, gid: found?.gid ?? uid }, text);
  const gid = numberOf(group) ?? (await findEntry('group', group))?.id;
  if (gid === undefined) throw unknown('group', group);
  return mayBecome({ uid, gid }, text);
}

function mayBecome(account: Account, text: string): Account {
  const own = process.geteuid?.();
  if (own === 0 || (own === account.uid && process.getegid?.() === account.gid)) return account;
  throw new AutotmplError(
    'config',
    `a process cannot be run as ${JSON.stringify(text)}: autotmpl itself runs as user ${own ?? 'unknown'}, and only root may change that`,
    { advice: 'start autotmpl as root, or leave `user` out' },
  );
}

function unknown(kind: 'user' | 'group', name: string): AutotmplError {
  return new AutotmplError('config', `the ${kind} ${JSON.stringify(name)} does not exist here`, {
    advice: `make the ${kind}, or give its number`,
  });
}

function numberOf(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const id = Number(text);
  if (id <= HIGHEST_ID) return id;
  throw new AutotmplError('config', `${text} is not a possible id`, {
    advice: `ids go up to ${HIGHEST_ID}`,
  });
}

async function findEntry(database: 'passwd' | 'group', name: string): Promise<Entry | undefined> {
  const file = await readFile(`/etc/${database}`, 'utf8').catch(() => '');
  return entryIn(file, name) ?? entryIn(await askGetent(database, name), name);
}

function entryIn(database: string, name: string): Entry | undefined {
  for (const line of database.split('\n')) {
    const [entry, , id = '', gid = ''] = line.split(':');
    if ((entry === name || id === name) && /^\d+$/.test(id)) {
      return { id: Number(id), gid: Number(gid) };
    }
  }
  return undefined;
}

async function askGetent(database: string, name: string): Promise<string> {
  try {
    const asked = await promisify(execFile)('getent', [database, '--', name], {
      timeout: GETENT_TIMEOUT_MS,
    });
    return asked.stdout;
  } catch {
    // Not known, or no getent here: the caller says so.
    return '';
  }
}
