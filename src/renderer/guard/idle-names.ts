/** Knows of names that all targets' guards share which targets ask for what goes by them: one that nobody does guards nothing. */
export class IdleNames {
  /** Targets by name, that have not asked for it so far; undefined once one has. */
  readonly #idle = new Map<string, Set<string> | undefined>();
  readonly #heard = new Map<string, Set<string>>();

  /** A guard of this target has the name. */
  expect(target: string, name: string): void {
    if (this.#idle.has(name)) this.#idle.get(name)?.add(target);
    else this.#idle.set(name, new Set([target]));
  }

  /** The target asks for it or not; returns whether it is known by now that nobody does, which is true once. */
  note(target: string, name: string, isAsked: boolean): boolean {
    const expected = this.#idle.get(name);
    if (expected === undefined) return false;
    if (isAsked) {
      this.#idle.set(name, undefined);
      return false;
    }
    const heard = this.#heard.get(name) ?? new Set();
    this.#heard.set(name, heard.add(target));
    if (heard.size < expected.size) return false;
    this.#idle.set(name, undefined);
    return true;
  }
}
