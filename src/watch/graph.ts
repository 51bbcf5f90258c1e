/** The ids of what a user needs, as a set or as the names of a map; not to be changed afterwards. */
export type Ids = Pick<ReadonlySet<string>, 'has' | 'size' | 'keys'>;

const NONE: Ids = new Set();
const NOBODY: readonly never[] = [];

/** Which user needs which query: two maps that mirror each other. Users are whoever wants answers, compared by identity. */
export class Graph<User> {
  readonly #idsOf = new Map<User, Ids>();
  /** Nearly every query has one user: a list takes a third of what a set does. */
  readonly #usersOf = new Map<string, User[]>();

  /** The users of a query, in the order in which they came. */
  usersOf(id: string): readonly User[] {
    return this.#usersOf.get(id) ?? NOBODY;
  }

  /** Says what a user needs from now on; returns the queries that nobody needs any more. */
  set(user: User, ids: Ids): string[] {
    const before = this.#idsOf.get(user) ?? NONE;
    for (const id of ids.keys()) {
      if (before.has(id)) continue;
      const users = this.#usersOf.get(id);
      if (users === undefined) this.#usersOf.set(id, [user]);
      else users.push(user);
    }
    if (ids.size > 0) this.#idsOf.set(user, ids);
    else this.#idsOf.delete(user);
    const unused: string[] = [];
    for (const id of before.keys()) {
      if (!ids.has(id) && this.#remove(id, user)) unused.push(id);
    }
    return unused;
  }

  /** Returns whether nobody is left. Whoever goes through the users at this moment does so undisturbed. */
  #remove(id: string, user: User): boolean {
    const users = this.#usersOf.get(id)?.filter((one) => one !== user) ?? [];
    if (users.length > 0) this.#usersOf.set(id, users);
    else this.#usersOf.delete(id);
    return users.length === 0;
  }
}
