import { Slices } from '../../core/slices.ts';
import { jsonParts } from '../http/json-parts.ts';
import { asRecord } from '../http/shapes.ts';
import { CheckRows, type CheckChanges } from './check-rows.ts';

/** What is heard: any change of a service's instances advances the index of one of them. */
export type BellName = 'checks' | 'services' | 'nodes';

/** What is left to do about what was heard: to visit all where it is not known what changed, or the others where that is known most likely. */
export type Rest = 'change' | 'remainder' | undefined;

interface Heard {
  readonly bell: BellName;
  readonly index: number;
}

/**
 * Explains strokes by what their bodies say: which services to visit first, and whether the others have to be visited too. An index tells of the last
 * change only, so what happened shortly before it is never explained by a body, except for checks: each has an index of its own.
 */
export class Explanation {
  readonly #rows = new CheckRows();
  #tags = new Map<string, string>();
  #unexplained: Heard[] = [];
  #checkChanges: (CheckChanges & { readonly at: number })[] = [];
  #latest = 0;
  /** Of the registrations, the last that was heard, and the last that was settled. */
  #services = 0;
  #settledServices = 0;
  #registered: ReadonlySet<number> = new Set();

  /** The nodes that are known. */
  get nodes(): readonly string[] {
    return [...this.#rows.nodes];
  }

  /** What was registered up to this index was looked for before. */
  get settledServices(): number {
    return this.#settledServices;
  }

  /** The latest index that was heard. */
  get latest(): number {
    return this.#latest;
  }

  /** Indexes that were heard so far count something else. */
  beginAnew(): void {
    this.#latest = 0;
    this.#settledServices = 0;
  }

  /** Takes the indexes of registrations that were found. */
  noteRegistered(indexes: ReadonlySet<number>): void {
    this.#registered = indexes;
  }

  /**
   * Takes the body of a stroke, in slices; gives the names of services, in small letters, that something is new about. Rejects with a ShapeError for a body
   * that is none, or with the signal's reason. A stroke counts once its body is read: what is settled before that leaves it open.
   */
  async take(
    bell: BellName,
    index: number,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    let names: ReadonlySet<string> = new Set();
    if (bell === 'services') {
      names = await this.#takeServices(body, signal);
      this.#services = index;
    } else if (bell === 'checks') {
      const changes = await this.#rows.take(body, signal);
      this.#checkChanges.push({ ...changes, at: index });
      names = changes.services;
    }
    this.#latest = Math.max(this.#latest, index);
    this.#unexplained.push({ bell, index });
    return names;
  }

  /** Forgets the strokes so far, but not what was learnt from them. */
  settle(): void {
    this.#unexplained = [];
    this.#checkChanges = [];
    this.#registered = new Set();
    this.#settledServices = this.#services;
  }

  /** What is left to do about the strokes since `settle`, but for what happened up to an index. */
  rest(visitedAt: number): Rest {
    const rests = this.#unexplained.filter(({ index }) => index > visitedAt).map(this.#restOf);
    if (rests.includes('change')) return 'change';
    return rests.includes('remainder') ? 'remainder' : undefined;
  }

  readonly #restOf = ({ bell, index }: Heard): Rest => {
    if (bell === 'nodes') return 'change';
    const isSeen = this.#checkChanges.some(
      ({ at, indexes, gone, ofNode }) => !ofNode && (indexes.has(index) || (gone && at === index)),
    );
    if (isSeen && bell === 'checks') return undefined;
    // What was taken away right before it would not be seen.
    return isSeen || this.#registered.has(index) ? 'remainder' : 'change';
  };

  async #takeServices(body: Buffer, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const tags = new Map<string, string>();
    const slices = new Slices(signal);
    for (const part of jsonParts(body)) {
      for (const [name, ofName] of Object.entries(asRecord(part, 'the services'))) {
        // Their order is another each time.
        tags.set(
          name.toLowerCase(),
          Array.isArray(ofName) ? ofName.map(String).sort().join('\0') : '',
        );
      }
      if (slices.isOver) await slices.turn();
    }
    const changed = new Set<string>();
    for (const [name, ofName] of tags) if (this.#tags.get(name) !== ofName) changed.add(name);
    for (const name of this.#tags.keys()) if (!tags.has(name)) changed.add(name);
    this.#tags = tags;
    return changed;
  }
}
