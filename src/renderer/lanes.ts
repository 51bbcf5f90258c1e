import type { Landed, Lane } from './publisher.ts';

/** The lanes whose checks are under way, each until what it brings has been taken. */
export class Lanes {
  readonly #onEnd: () => void;
  readonly #underWay = new Set<Promise<void>>();
  /** Why a lane ended as none should. */
  #broken: { readonly reason: unknown } | undefined;

  /** `onEnd` is called at the end of each, good or bad. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** Follows a lane; `take` is called when its verdict comes. */
  follow(lane: Lane, take: (verdict: Landed) => void): void {
    const followed = lane.landed
      .then(take)
      .catch((reason: unknown) => {
        this.#broken ??= { reason };
      })
      .finally(() => {
        this.#underWay.delete(followed);
        this.#onEnd();
      });
    this.#underWay.add(followed);
  }

  /** Throws what a lane or its `take` failed with: a fault of the program's own. */
  throwIfBroken(): void {
    if (this.#broken !== undefined) throw this.#broken.reason;
  }

  /** Resolves when all that are under way now have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }
}
