import { owedMarker } from './owed-marker.ts';

/** Works on a file while its marker stands; calls `stays` where the file is after all what it was. */
export type Swap<Result> = (stays: () => void) => Promise<Result>;

/** What a command that has started stands for. */
export interface Cover {
  /** To be called when the command has succeeded: clears the markers of the files that it covered. */
  clear(): Promise<void>;
  /** Swaps a file in for one that the command failed on. Does nothing, and returns false, where the command did not cover what is there now. */
  replace(destination: string, swap: () => Promise<void>): Promise<boolean>;
  /** To be called when the command has ended, good or bad. */
  end(): void;
}

interface Standing {
  /** How often the file was swapped. */
  generation: number;
  /** Swaps that are under way or wait for their turn. */
  swaps: number;
  /** Whether a file of this process was swapped in and no command has succeeded on it: a folder need not take a marker. */
  isOwed: boolean;
  /** The command that is under way on the file that is there now. */
  command?: string | undefined;
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

  /**
   * Swaps a file in with the marker standing before, during and after; passes on what the swap returns or throws. Where the file `stays`, what
   * was owed for it is owed as before, and no more.
   */
  around<Result>(destination: string, swap: Swap<Result>): Promise<Result> {
    const standing = this.#standing(destination);
    standing.swaps += 1;
    const swapped = standing.lastSwap.then(() => this.#swap(destination, standing, swap));
    standing.lastSwap = swapped.catch(() => undefined);
    return swapped;
  }

  /** To be called when a command starts, with the destinations of the files that it is for, and its label. */
  cover(destinations: Iterable<string>, command = ''): Cover {
    const covered = new Map<string, number>();
    for (const destination of destinations) {
      const standing = this.#standing(destination);
      if (standing.swaps > 0) continue;
      covered.set(destination, standing.generation);
      standing.command = command;
    }
    return {
      end: () => {
        for (const [destination, generation] of covered) {
          const standing = this.#standing(destination);
          if (standing.generation === generation) standing.command = undefined;
        }
      },
      clear: async () => {
        await Promise.all([...covered].map(async (entry) => this.#settle(...entry)));
      },
      replace: async (destination, swap) => {
        const { swaps, generation } = this.#standing(destination);
        if (swaps > 0 || covered.get(destination) !== generation) return false;
        await this.around(destination, () => swap());
        return true;
      },
    };
  }

  /** Whether a command is owed for this destination, from whichever process. */
  async isOwed(destination: string): Promise<boolean> {
    return this.#standing(destination).isOwed || owedMarker.isSet(destination);
  }

  /** Whether this command is under way, and began on the file that is there now: when it succeeds, nothing is owed. */
  isUnderWay(destination: string, command: string): boolean {
    return this.#standing(destination).command === command;
  }

  async #swap<Result>(
    destination: string,
    standing: Standing,
    swap: Swap<Result>,
  ): Promise<Result> {
    let isSame = false;
    let isNew = false;
    try {
      await standing.settled;
      isNew = (await owedMarker.set(destination)) === 'made' && !standing.isOwed;
      return await swap(() => {
        isSame = true;
      });
    } finally {
      if (isSame) {
        if (isNew) await owedMarker.clear(destination);
      } else {
        standing.generation += 1;
        standing.isOwed = true;
        standing.command = undefined;
      }
      standing.swaps -= 1;
    }
  }

  async #settle(destination: string, generation: number): Promise<void> {
    const standing = this.#standing(destination);
    if (standing.swaps > 0 || standing.generation !== generation) return;
    standing.isOwed = false;
    standing.settled = standing.settled.then(() => owedMarker.clear(destination));
    await standing.settled;
  }

  #standing(destination: string): Standing {
    let standing = this.#standings.get(destination);
    if (standing === undefined) {
      standing = {
        ...{ generation: 0, swaps: 0, isOwed: false },
        lastSwap: Promise.resolve(),
        settled: Promise.resolve(),
      };
      this.#standings.set(destination, standing);
    }
    return standing;
  }
}
