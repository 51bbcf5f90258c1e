import { owedMarker } from './owed-marker.ts';

/** What a command that has started stands for. */
export interface Cover {
  /** To be called when the command has succeeded: clears the markers of the files that it covered. */
  clear(): Promise<void>;
  /** Swaps a file in for one that the command failed on. Does nothing, and returns false, where the command did not cover what is there now. */
  replace(destination: string, swap: () => Promise<void>): Promise<boolean>;
}

interface Standing {
  /** How often the file was swapped. */
  generation: number;
  /** Swaps that are under way or wait for their turn. */
  swaps: number;
  /** The last of them: swaps of one file never overtake each other. */
  lastSwap: Promise<unknown>;
  /** The last change to the marker: changes of one marker never overtake each other. */
  settled: Promise<void>;
}

/**
 * The markers of one process, which say for which destinations a command is owed. A command clears the marker of a file
 * only where it started after the file's last swap: one that was under way already has read the file before. So whatever ends
 * this process, and whenever, a file that nothing was reloaded for has its marker.
 */
export class OwedMarkers {
  readonly #standings = new Map<string, Standing>();

  /** Swaps a file in with the marker standing before, during and after; passes on what the swap returns or throws. */
  around<Result>(destination: string, swap: () => Promise<Result>): Promise<Result> {
    const standing = this.#standing(destination);
    standing.swaps += 1;
    const swapped = standing.lastSwap.then(() => this.#swap(destination, standing, swap));
    standing.lastSwap = swapped.catch(() => undefined);
    return swapped;
  }

  /** To be called when a command starts, with the destinations of the files that it is for. */
  cover(destinations: Iterable<string>): Cover {
    const covered = new Map<string, number>();
    for (const destination of destinations) {
      const { swaps, generation } = this.#standing(destination);
      if (swaps === 0) covered.set(destination, generation);
    }
    return {
      clear: async () => {
        await Promise.all([...covered].map(async (entry) => this.#settle(...entry)));
      },
      replace: async (destination, swap) => {
        const { swaps, generation } = this.#standing(destination);
        if (swaps > 0 || covered.get(destination) !== generation) return false;
        await this.around(destination, swap);
        return true;
      },
    };
  }

  /** Whether a command is owed for this destination, from whichever process. */
  async isOwed(destination: string): Promise<boolean> {
    return owedMarker.isSet(destination);
  }

  async #swap<Result>(
    destination: string,
    standing: Standing,
    swap: () => Promise<Result>,
  ): Promise<Result> {
    try {
      await standing.settled;
      await owedMarker.set(destination);
      return await swap();
    } finally {
      standing.generation += 1;
      standing.swaps -= 1;
    }
  }

  async #settle(destination: string, generation: number): Promise<void> {
    const standing = this.#standing(destination);
    if (standing.swaps > 0 || standing.generation !== generation) return;
    standing.settled = standing.settled.then(() => owedMarker.clear(destination));
    await standing.settled;
  }

  #standing(destination: string): Standing {
    let standing = this.#standings.get(destination);
    if (standing === undefined) {
      standing = {
        ...{ generation: 0, swaps: 0 },
        lastSwap: Promise.resolve(),
        settled: Promise.resolve(),
      };
      this.#standings.set(destination, standing);
    }
    return standing;
  }
}
