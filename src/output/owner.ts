import { findAccountEntry } from '../core/account-database.ts';
import { AutotmplError } from '../core/errors.ts';
import type { FileOptions } from './file-options.ts';

/** Numbers of a user and a group, as the system takes them. Absent: to be left alone. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** The last id is the kernel's word for "none" (chown(2): -1). */
const HIGHEST_ID = 2 ** 32 - 2;

/**
 * Finds the ids of the user and the group that the options name: a number is itself; a name is looked for in
 * `/etc/passwd` or `/etc/group`, then asked of `getent`, which knows LDAP and the like.
 */
export async function resolveOwner(options: Pick<FileOptions, 'user' | 'group'>): Promise<Owner> {
  const uid = options.user === undefined ? undefined : await findId('user', options.user);
  const gid = options.group === undefined ? undefined : await findId('group', options.group);
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}

async function findId(kind: 'user' | 'group', name: string): Promise<number> {
  if (/^\d+$/.test(name)) {
    const id = Number(name);
    if (id <= HIGHEST_ID) return id;
    throw new AutotmplError('output', `The ${kind} ${name} is not a possible id`, {
      advice: `Ids go up to ${HIGHEST_ID}.`,
    });
  }
  const database = kind === 'user' ? 'passwd' : 'group';
  const id = await findAccountEntry(database, name, (lines) => idIn(lines, name));
  if (id !== undefined) return id;
  throw new AutotmplError('output', `The ${kind} ${JSON.stringify(name)} does not exist here`, {
    advice: `Make the ${kind}, or give its number.`,
  });
}

/** Both databases have the name in the first field and the id in the third (passwd(5), group(5)). */
function idIn(lines: string, name: string): number | undefined {
  for (const line of lines.split('\n')) {
    const [entry, , id] = line.split(':');
    if (entry === name && id !== undefined && /^\d+$/.test(id)) return Number(id);
  }
  return undefined;
}
