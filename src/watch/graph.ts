/** Which user needs which query: two maps that mirror each other. Users are whoever wants answers, compared by identity. */
export class Graph<User> {
  readonly #queriesOf = new Map<User, ReadonlySet<string>>();
  readonly #usersOf = new Map<string, Set<User>>();

  /** The users of a query, in the order in which they came. */
  usersOf(id: string): ReadonlySet<User> {
    return this.#usersOf.get(id) ?? new Set();
  }

  /** Says what a user needs from now on; returns the queries that nobody needs any more. */
  set(user: User, ids: ReadonlySet<string>): string[] {
    const before = this.#queriesOf.get(user) ?? new Set();
    for (const id of ids) {
      const users = this.#usersOf.get(id) ?? new Set();
      this.#usersOf.set(id, users);
      users.add(user);
    }
    if (ids.size > 0) this.#queriesOf.set(user, ids);
    else this.#queriesOf.delete(user);
    const unused: string[] = [];
    for (const id of before) {
      if (ids.has(id)) continue;
      const users = this.#usersOf.get(id);
      users?.delete(user);
      if (users?.size === 0) {
        this.#usersOf.delete(id);
        unused.push(id);
      }
    }
    return unused;
  }
}
