/** Lets only one of us replace files at a time. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #replacing = 0;

  /** Whether somebody has a turn now in which files may come to hold something else. */
  get areReplacing(): boolean {
    return this.#replacing > 0;
  }

  /** Has work done that makes files hold something else: until its end nobody can say what they should hold. Passes on what comes of it. */
  async replace<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.take(async () => {
      this.#replacing += 1;
      try {
        return await work();
      } finally {
        this.#replacing -= 1;
      }
    });
  }

  /** Has work done when nobody else has a turn. Passes on what comes of it. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
