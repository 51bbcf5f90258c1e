import type { QueryKind } from '../../catalog/query.ts';
import type { Template } from '../engine.ts';
import { NOTHING, type Held } from './held.ts';
import { Growth, NotFollowed, Part } from './part.ts';
import { WHOLE, type Readings } from './reading.ts';

/** Each walk adds something, or is the last. */
const MOST_WALKS = 50;

/** How a language looks a template through. */
export interface AnalysisOptions {
  /** Whether a rendering counts how much work it is to go through all of what a function is given. */
  readonly measures: boolean;
}

/**
 * What is found out about a template while it is looked through: what it may read of the answers to each kind of query, and what of them its variables may
 * hold. Neither the order of its steps nor its conditions count, and variables of one name are one: so nothing that it could do is left out.
 */
export class Analysis {
  readonly measures: boolean;
  readonly #growth = new Growth();
  readonly #roots = new Map<QueryKind, Part>();
  readonly #variables = new Map<string, Held>();

  constructor({ measures }: AnalysisOptions) {
    this.measures = measures;
  }

  /** The whole answers to a kind of query. */
  root(kind: QueryKind): Part {
    const part = this.#roots.get(kind) ?? new Part(this.#growth);
    this.#roots.set(kind, part);
    return part;
  }

  /** What is known to be read of a kind; undefined where nobody was seen to ask for it. */
  known(kind: QueryKind): Part | undefined {
    return this.#roots.get(kind);
  }

  /** What a variable may hold. */
  variable(name: string): Held {
    return this.#variables.get(name) ?? NOTHING;
  }

  /** A variable may hold this as well. */
  assign(name: string, held: Held): void {
    const before = this.variable(name);
    const after = before.with(held);
    if (after === before) return;
    this.#variables.set(name, after);
    this.#growth.changes += 1;
  }

  /** Walks through the template until that shows nothing new. */
  settle(walk: () => void): void {
    for (let walks = 0; walks < MOST_WALKS; walks += 1) {
      const before = this.#growth.changes;
      walk();
      if (this.#growth.changes === before) return;
    }
    throw new NotFollowed('it comes to no end');
  }
}

/**
 * What a template reads of answers, found out when it is first asked for: a template whose answers do not change, or that runs once, is never looked through.
 * `begin` gives the walk through it.
 */
export function readsOf(
  readings: Readings,
  options: AnalysisOptions,
  begin: (analysis: Analysis) => () => void,
): Template['reads'] {
  let analysis: Analysis | undefined;
  return (kind) => {
    if (!ANALYSED.has(kind)) return WHOLE;
    analysis ??= analyse(options, begin);
    return readings.of(analysis.known(kind));
  };
}

/** Kinds whose answers hold more than most templates read. */
const ANALYSED: ReadonlySet<QueryKind> = new Set<QueryKind>([
  ...(['service', 'connect', 'services', 'node', 'nodes', 'tree'] as const),
  ...(['nomadService', 'nomadServices', 'peerings'] as const),
]);

function analyse(options: AnalysisOptions, begin: (analysis: Analysis) => () => void): Analysis {
  const analysis = new Analysis(options);
  try {
    analysis.settle(begin(analysis));
    return analysis;
  } catch {
    // Whatever went wrong: to render too often is never wrong.
    return new Analysis(options);
  }
}
