/** A random number from 0 up to 1. */
export type Chance = () => number;

/** The same numbers for the same seed (Mulberry32). */
export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `least` to `most`. */
export function between(chance: Chance, least: number, most: number): number {
  return least + Math.floor(chance() * (most - least + 1));
}

/** One of these, each as likely; throws where there is none. */
export function oneOf<Item>(chance: Chance, items: readonly Item[]): Item {
  const chosen = items[Math.floor(chance() * items.length)];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

/** The same items in a random order. */
export function shuffled<Item>(chance: Chance, items: readonly Item[]): Item[] {
  const order = items.map((item) => ({ item, at: chance() }));
  return order.sort((one, other) => one.at - other.at).map(({ item }) => item);
}
