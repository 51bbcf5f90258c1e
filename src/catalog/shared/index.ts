import type { Logger } from '../../core/logger.ts';
import type { Clock } from '../../core/time.ts';
import type { Answer, Catalog, CatalogTraffic } from '../catalog.ts';
import type { Locks } from '../locks.ts';
import { queryId, type Query } from '../query.ts';
import type { Value } from '../values.ts';
import { Group, type GroupParts } from './group.ts';
import { Relay } from './relay.ts';
import type { SharingSettings } from './settings.ts';
import { isShareable } from '../shareable.ts';

/** What shared answers are made of. */
export interface SharingParts {
  /** Who is asked directly. */
  readonly catalog: Catalog;
  /** Where a leader's parcel is read: a catalog of the same keys that the locks are made of. */
  readonly board: Catalog;
  readonly locks: Locks;
  readonly settings: SharingSettings;
  /** What other instances know those by that use a query, by its id; empty: they have nothing to do with it. */
  readonly groupsOf: (id: string) => readonly string[];
  /** Who we are, for people. */
  readonly holder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Gives [0, 1). */
  readonly random?: () => number;
}

/**
 * A catalog whose answers are those of another instance with the same template, where there is one: of many, one asks. What is not shared,
 * or not in time, is asked directly, so it is never worse than alone. All instances have to have the same rights, since they see
 * what their leader sees.
 */
export function createSharedCatalog(parts: SharingParts): Catalog {
  return new SharedCatalog(parts);
}

interface Entered {
  readonly group: Group;
  users: number;
}

class SharedCatalog implements Catalog {
  readonly name: string;
  readonly #parts: SharingParts;
  readonly #groups = new Map<string, Entered>();
  readonly #relays = new Set<Relay>();
  /** Fresh answers to what we ask ourselves. */
  readonly #answers = new Map<string, Value>();

  constructor(parts: SharingParts) {
    this.#parts = parts;
    this.name = parts.catalog.name;
  }

  async *watch(query: Query, signal: AbortSignal, known?: Value): AsyncIterable<Answer> {
    const { catalog, clock, random = Math.random } = this.#parts;
    const id = queryId(query);
    const keys = isShareable(query) ? [...new Set(this.#parts.groupsOf(id))] : [];
    if (!isShareable(query) || keys.length === 0) {
      yield* catalog.watch(query, signal, known);
      return;
    }
    const groups = keys.map((key) => this.#enter(key));
    const note = (value: Value | undefined): void => this.#note(id, value);
    const relay = new Relay(query, { catalog, groups, note, clock, random }, known);
    this.#relays.add(relay);
    try {
      yield* relay.answers(signal);
    } finally {
      this.#relays.delete(relay);
      await Promise.all(keys.map((key) => this.#leave(key)));
    }
  }

  traffic(): CatalogTraffic | undefined {
    return this.#parts.catalog.traffic?.();
  }

  close(): void {
    const { catalog, board, locks } = this.#parts;
    catalog.close();
    board.close();
    void locks.close();
  }

  #enter(key: string): Group {
    const entered = this.#groups.get(key) ?? { group: this.#begin(key), users: 0 };
    this.#groups.set(key, entered);
    entered.users += 1;
    return entered.group;
  }

  async #leave(key: string): Promise<void> {
    const entered = this.#groups.get(key);
    if (entered === undefined) return;
    entered.users -= 1;
    if (entered.users > 0) return;
    this.#groups.delete(key);
    await entered.group.stop();
  }

  #begin(key: string): Group {
    const { board, locks, settings, holder, clock, logger } = this.#parts;
    const parts: GroupParts = {
      ...{ board, locks, settings, holder, clock, logger },
      answers: () => this.#answersOf(key),
      onChange: () => {
        const group = this.#groups.get(key)?.group;
        for (const relay of this.#relays)
          if (group === undefined || relay.isOf(group)) relay.look();
      },
    };
    return new Group(key, parts);
  }

  #answersOf(key: string): ReadonlyMap<string, Value> {
    const { groupsOf } = this.#parts;
    return new Map([...this.#answers].filter(([id]) => groupsOf(id).includes(key)));
  }

  #note(id: string, value: Value | undefined): void {
    if (value === undefined) this.#answers.delete(id);
    else this.#answers.set(id, value);
    for (const { group } of this.#groups.values()) group.touch();
  }
}
