import { parseArgs } from 'node:util';
import { randomInt } from 'node:crypto';

/** What a chaos run is asked for. */
export interface ChaosOptions {
  /** Faults begin for so long; the calm at the end of each round comes on top. */
  readonly minutes: number;
  /** Everything random follows from it. */
  readonly seed: number;
  /** The names of the only faults to inject; all where there are none. */
  readonly faults: readonly string[];
  /** Breaks an invariant on purpose, to see that it is noticed. */
  readonly sabotage: string | undefined;
  /** The folder stays, whatever comes out. */
  readonly keep: boolean;
}

const USAGE =
  'npm run chaos -- [--minutes N] [--seed S] [--faults NAME,NAME] [--sabotage NAME] [--keep]: N is a number above 0, S a whole number';

/** Reads the words of the command line; throws one message for all that is wrong with them. */
export function readOptions(args: readonly string[]): ChaosOptions {
  const { minutes, seed, faults, sabotage, keep = false } = wordsOf(args);
  const options = {
    minutes: Number(minutes ?? '1'),
    seed: seed === undefined ? randomInt(1_000_000) : Number(seed),
    faults: faults === undefined ? [] : faults.split(','),
    sabotage,
    keep,
  };
  if (!(options.minutes > 0) || !Number.isInteger(options.seed)) throw new Error(USAGE);
  return options;
}

function wordsOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string' },
        seed: { type: 'string' },
        faults: { type: 'string' },
        sabotage: { type: 'string' },
        keep: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
}
