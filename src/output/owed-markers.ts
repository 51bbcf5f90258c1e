import { owedMarker } from './owed-marker.ts';

interface Standing {
  /** How often the file was swapped. */
  generation: number;
  swapping: boolean;
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
  async around<Result>(destination: string, swap: () => Promise<Result>): Promise<Result> {
    const standing = this.#standing(destination);
    standing.swapping = true;
    try {
      await standing.settled;
      await owedMarker.set(destination);
      return await swap();
    } finally {
      standing.generation += 1;
      standing.swapping = false;
    }
  }

  /** To be called when a command starts; what it returns, when that command has succeeded: it clears what the command covered. */
  cover(destinations: Iterable<string>): () => Promise<void> {
    const covered = [...destinations].flatMap((destination) => {
      const { swapping, generation } = this.#standing(destination);
      return swapping ? [] : [{ destination, generation }];
    });
    return async () => {
      await Promise.all(
        covered.map(({ destination, generation }) => this.#settle(destination, generation)),
      );
    };
  }

  /** Whether a command is owed for this destination, from whichever process. */
  async isOwed(destination: string): Promise<boolean> {
    return owedMarker.isSet(destination);
  }

  async #settle(destination: string, generation: number): Promise<void> {
    const standing = this.#standing(destination);
    if (standing.swapping || standing.generation !== generation) return;
    standing.settled = standing.settled.then(() => owedMarker.clear(destination));
    await standing.settled;
  }

  #standing(destination: string): Standing {
    let standing = this.#standings.get(destination);
    if (standing === undefined) {
      standing = { generation: 0, swapping: false, settled: Promise.resolve() };
      this.#standings.set(destination, standing);
    }
    return standing;
  }
}
