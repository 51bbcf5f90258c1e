/** The guards that may object, by their keys in the config. */
export type GuardName = 'neverEmpty' | 'minInstances' | 'maxRemovedPercent' | 'maxChanges';

/** What a guard has against new data. */
export interface Objection {
  readonly guard: GuardName;
  /** What it is about; stable while it stands. */
  readonly key: string;
  readonly sentence: string;
}

/** The guards that have these objections, each once. */
export function guardsIn(objections: readonly Objection[]): readonly GuardName[] {
  return [...new Set(objections.map(({ guard }) => guard))];
}

/** What stands against a file at this moment. */
export interface Standing {
  readonly standing: readonly Objection[];
  /** Those of them that did not stand before. */
  readonly fresh: readonly Objection[];
  /** Whether one was made whose time is up. */
  readonly anyExpired: boolean;
}

/** Knows since when each objection stands: from its beginning, however the data changes meanwhile. */
export class Objections {
  readonly #sinceMs = new Map<string, number>();

  /** When the oldest of them began; undefined where none stands. */
  get sinceMs(): number | undefined {
    return this.#sinceMs.size === 0 ? undefined : Math.min(...this.#sinceMs.values());
  }

  /** Takes all that is objected now. What is not in it is lifted; what was made before `holdForMs` counts no more. */
  take(found: readonly Objection[], nowMs: number, holdForMs = Number.POSITIVE_INFINITY): Standing {
    const keys = new Map(found.map((objection) => [keyOf(objection), objection]));
    for (const key of [...this.#sinceMs.keys()]) if (!keys.has(key)) this.#sinceMs.delete(key);
    const fresh: Objection[] = [];
    const standing: Objection[] = [];
    for (const [key, objection] of keys) {
      if (!this.#sinceMs.has(key)) {
        this.#sinceMs.set(key, nowMs);
        fresh.push(objection);
      }
      if (nowMs - (this.#sinceMs.get(key) ?? nowMs) < holdForMs) standing.push(objection);
    }
    return { standing, fresh, anyExpired: standing.length < keys.size };
  }

  /** When the next of them ends by itself. */
  nextEndMs(nowMs: number, holdForMs: number): number | undefined {
    const ends = [...this.#sinceMs.values()].map((since) => since + holdForMs);
    const coming = ends.filter((end) => end > nowMs);
    return coming.length === 0 ? undefined : Math.min(...coming);
  }

  /** None of them stands any more. */
  clear(): void {
    this.#sinceMs.clear();
  }
}

function keyOf({ guard, key }: Objection): string {
  return `${guard} ${key}`;
}
