/** Work that goes on beside everything else, until its end is waited for; what fails is told to whoever made this. */
export class UnderWay {
  readonly #onFailed: (error: unknown) => void;
  readonly #works = new Set<Promise<void>>();

  constructor(onFailed: (error: unknown) => void) {
    this.#onFailed = onFailed;
  }

  /** Lets work run; nobody waits for it now. */
  add(work: Promise<unknown>): void {
    const ended = work.then(() => undefined, this.#onFailed);
    this.#works.add(ended);
    void ended.finally(() => this.#works.delete(ended));
  }

  /** Resolves once all has ended that is under way now; never rejects. */
  async ended(): Promise<void> {
    await Promise.all(this.#works);
  }
}
