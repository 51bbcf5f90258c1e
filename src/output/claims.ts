import { basename } from 'node:path';
import { AutotmplError } from '../core/errors.ts';
import { atMost } from '../core/at-most.ts';
import { claimDestination, realPathOf, type Claim } from './claim.ts';

const SIDE_BY_SIDE = 8;

/** Destinations that somebody in this process has a claim to, until it is released. */
export interface Lease {
  release(): Promise<void>;
}

interface Held {
  readonly claim: Claim;
  leases: number;
}

/**
 * The destinations that this process claims. Several leases may hold the same destination, so that a new config can have its
 * claims before the old one gives up its own: a file that both name is never free in between.
 */
export class Claims {
  readonly #held = new Map<string, Held>();
  /** One change at a time: what is given up has to be free before it is asked for again. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Claims all of these, or none: throws an AutotmplError that names one which another process holds, or two that are the
   * same file.
   */
  async take(destinations: readonly string[]): Promise<Lease> {
    return this.#inTurn(async () => {
      const paths = await distinctPaths(destinations);
      const missing = [...paths].filter(([path]) => !this.#held.has(path));
      const asked = await atMost(SIDE_BY_SIDE, missing, async ([path, destination]) => ({
        path,
        destination,
        claim: await claimDestination(path),
      }));
      const refused = asked.find(({ claim }) => !claim.granted);
      if (refused?.claim.granted === false) {
        await releaseAll(asked.flatMap(({ claim }) => (claim.granted ? claim : [])));
        throw heldByAnother(refused.destination, refused.claim.holderPid);
      }
      for (const { path, claim } of asked) {
        if (claim.granted) this.#held.set(path, { claim, leases: 0 });
      }
      for (const path of paths.keys()) (this.#held.get(path) as Held).leases += 1;
      return this.#lease([...paths.keys()]);
    });
  }

  #lease(paths: readonly string[]): Lease {
    let released = false;
    return {
      release: () =>
        this.#inTurn(async () => {
          if (released) return;
          released = true;
          await releaseAll(paths.flatMap((path) => this.#giveUp(path) ?? []));
        }),
    };
  }

  /** One lease less; returns the claim where that was the last. */
  #giveUp(path: string): Claim | undefined {
    const held = this.#held.get(path) as Held;
    held.leases -= 1;
    if (held.leases > 0) return undefined;
    this.#held.delete(path);
    return held.claim;
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Throws an AutotmplError where two of these are the same file. Asks only about those of the same name: the others differ, unless their own names are links. */
export async function refuseSameFiles(destinations: readonly string[]): Promise<void> {
  const counts = new Map<string, number>();
  for (const destination of destinations) {
    const name = basename(destination);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  await distinctPaths(destinations.filter((path) => (counts.get(basename(path)) ?? 0) > 1));
}

/** The real paths, each with the destination as the user wrote it. */
async function distinctPaths(
  destinations: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const real = await atMost(SIDE_BY_SIDE, destinations, realPathOf);
  const paths = new Map<string, string>();
  for (const [index, destination] of destinations.entries()) {
    const path = real[index] as string;
    const other = paths.get(path);
    if (other !== undefined) {
      throw new AutotmplError(
        'config',
        `${other} and ${destination} are the same file, which two templates cannot both write`,
        { advice: 'give them different destinations' },
      );
    }
    paths.set(path, destination);
  }
  return paths;
}

async function releaseAll(claims: readonly Claim[]): Promise<void> {
  await Promise.all(claims.map((claim) => claim.release()));
}

function heldByAnother(destination: string, holderPid: number | undefined): AutotmplError {
  const who = holderPid === undefined ? 'another process' : `process ${holderPid}`;
  return new AutotmplError(
    'output',
    `${destination} is kept true by another autotmpl already (${who})`,
    {
      advice:
        'two of them would undo each other’s work: stop one, or give them different destinations',
    },
  );
}
