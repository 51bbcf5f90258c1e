import { readFile } from 'node:fs/promises';
import { askGetent, findAccountEntry } from '../core/account-database.ts';
import { AutotmplError } from '../core/errors.ts';
import { tryGroups, type Ids } from './as-account.ts';

/** Whom a process runs as. */
export interface Account extends Ids {
  /** What a process expects to find of its user in its environment, as systemd has it (systemd.exec(5), `User=`). */
  readonly variables: Readonly<Record<'USER' | 'LOGNAME' | 'HOME' | 'SHELL', string>>;
}

/** The last id is the kernel's word for "none" (setuid(2)). */
const HIGHEST_ID = 2 ** 32 - 2;

/** What passwd(5) and group(5) have in common: the name, and numbers behind it. */
interface Entry {
  readonly name: string;
  readonly id: number;
  /** The main group, of a user; the next two are a user's as well. */
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/**
 * Finds an account: `www-data`, `www-data:adm`, `33` or `33:4`. Without a group it is the user's main one, and the supplementary ones
 * that it is in; with one it is that alone, as in `docker run --user`. A number that no user has takes the same number as its group.
 * Names are looked for in `/etc/passwd` and `/etc/group`, then asked of `getent`. Throws an AutotmplError (`config`), also where no
 * process of ours can become it.
 */
export async function findAccount(text: string): Promise<Account> {
  const account = await lookUpAccount(text);
  requireRights(account, text);
  await tryGroups(account, text);
  return account;
}

/** The same, whether or not a process of ours could become it. */
export async function lookUpAccount(text: string): Promise<Account> {
  const [user = '', group] = text.split(':', 2);
  const found = await findEntry('passwd', user);
  const uid = numberOf(user) ?? found?.id;
  if (uid === undefined) throw unknown('user', user);
  const variables = variablesOf(user, found);
  if (group === undefined) {
    const gid = found?.gid ?? uid;
    const groups = found === undefined ? [] : await groupsOf(found.name);
    return { uid, gid, groups: groups.filter((other) => other !== gid), variables };
  }
  const gid = numberOf(group) ?? (await findEntry('group', group))?.id;
  if (gid === undefined) throw unknown('group', group);
  return { uid, gid, groups: [], variables };
}

function variablesOf(user: string, found: Entry | undefined): Account['variables'] {
  const name = found?.name ?? user;
  const given = (text: string | undefined, fallback: string): string =>
    text === undefined || text === '' ? fallback : text;
  return {
    USER: name,
    LOGNAME: name,
    HOME: given(found?.home, '/'),
    SHELL: given(found?.shell, '/bin/sh'),
  };
}

/** Groups that count this user among their members. */
async function groupsOf(user: string): Promise<readonly number[]> {
  const file = await readFile('/etc/group', 'utf8').catch(() => '');
  const local = file.split('\n').flatMap((line) => {
    const [, , id = '', members = ''] = line.split(':');
    return /^\d+$/.test(id) && members.split(',').includes(user) ? [Number(id)] : [];
  });
  if (local.length > 0) return local;
  // For users that are in no file: `user   4 24 27`.
  const [, ...ids] = (await askGetent('initgroups', user)).trim().split(/\s+/);
  return ids.filter((id) => /^\d+$/.test(id)).map(Number);
}

function requireRights(account: Account, text: string): void {
  const own = process.geteuid?.();
  if (own === 0 || (own === account.uid && process.getegid?.() === account.gid)) return;
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

function findEntry(database: 'passwd' | 'group', name: string): Promise<Entry | undefined> {
  return findAccountEntry(database, name, (lines) => entryIn(lines, name));
}

function entryIn(lines: string, name: string): Entry | undefined {
  for (const line of lines.split('\n')) {
    const [entry = '', , id = '', gid = '', , home = '', shell = ''] = line.split(':');
    if ((entry === name || id === name) && /^\d+$/.test(id)) {
      return { name: entry, id: Number(id), gid: Number(gid), home, shell };
    }
  }
  return undefined;
}
