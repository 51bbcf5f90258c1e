/** Which renderings passed their check, as the check itself wrote it down: `passed ID` or `failed ID`, a line each time. */
export class CheckedFiles {
  readonly #log: () => string;
  readonly #passed = new Set<string>();

  constructor(log: () => string) {
    this.#log = log;
  }

  /** Whether the proxy may run on the rendering: it passed at some time until now. */
  hasPassed(id: string): boolean {
    if (this.#passed.has(id)) return true;
    for (const [, passed = ''] of this.#log().matchAll(/^passed (\S+)$/gm))
      this.#passed.add(passed);
    return this.#passed.has(id);
  }
}
