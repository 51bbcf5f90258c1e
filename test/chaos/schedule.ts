import { between, shuffled, type Chance } from '../support/chance.ts';
import { chanceOf } from '../support/chance.ts';

/** What a schedule has to know about a fault. */
export interface Schedulable {
  readonly name: string;
  /** Faults of one lane follow each other; those of different lanes overlap as it happens. */
  readonly lane: Lane;
  /** How long it lasts, from and to. */
  readonly lastsMs: readonly [number, number];
}

/** What a fault befalls: the catalog and the way to it, or autotmpl's own machine. */
export type Lane = 'catalog' | 'host';

/** One fault to come. */
export interface Planned<Fault extends Schedulable> {
  readonly fault: Fault;
  /** After the end of the one before it in its lane. */
  readonly pauseMs: number;
  readonly lastsMs: number;
  /** What else is random about it follows from this. */
  readonly seed: number;
}

/** The faults of each lane, in their order. */
export type Schedule<Fault extends Schedulable> = ReadonlyMap<Lane, readonly Planned<Fault>[]>;

const PAUSE_MS = [300, 1800] as const;

/**
 * Faults for a time: the same for the same seed. Each lane goes through its faults in a random order, and only begins anew once all
 * had their turn, so that a run is known to have had every fault when it is long enough for all.
 */
export function makeSchedule<Fault extends Schedulable>(
  faults: readonly Fault[],
  seed: number,
  lengthMs: number,
): Schedule<Fault> {
  const chance = chanceOf(seed);
  const lanes = [...new Set(faults.map(({ lane }) => lane))].sort();
  return new Map(
    lanes.map((lane) => {
      const own = faults.filter((fault) => fault.lane === lane);
      return [lane, fill(own, chance, lengthMs)];
    }),
  );
}

function fill<Fault extends Schedulable>(
  faults: readonly Fault[],
  chance: Chance,
  lengthMs: number,
): Planned<Fault>[] {
  const planned: Planned<Fault>[] = [];
  let usedMs = 0;
  for (;;) {
    for (const fault of shuffled(chance, faults)) {
      const pauseMs = between(chance, ...PAUSE_MS);
      const lastsMs = between(chance, ...fault.lastsMs);
      usedMs += pauseMs + lastsMs;
      if (usedMs > lengthMs) return planned;
      planned.push({ fault, pauseMs, lastsMs, seed: between(chance, 0, 2 ** 31) });
    }
  }
}

/** The schedule for people: a line for each lane. */
export function describeSchedule<Fault extends Schedulable>(schedule: Schedule<Fault>): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  return [...schedule]
    .map(([lane, planned]) => {
      const faults = planned.map(
        ({ fault, pauseMs, lastsMs }) =>
          `+${seconds(pauseMs)} ${fault.name} (${seconds(lastsMs)} s)`,
      );
      return `${lane}: ${faults.join(', ')}`;
    })
    .join('\n');
}
