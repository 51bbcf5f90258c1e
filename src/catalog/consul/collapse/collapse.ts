import type { Logger } from '../../../core/logger.ts';
import { indexOf } from '../../blocking/evidence.ts';
import { followQuery } from '../../blocking/follow-query.ts';
import type { QuestionParts } from '../../blocking/question.ts';
import type { RequestPlan } from '../../blocking/request-plan.ts';
import type { Answer } from '../../catalog.ts';
import type { CatalogQuery, KeyQuery, Scope } from '../../query.ts';
import type { Value } from '../../values.ts';
import { readKeys } from '../values.ts';
import { KeyWatches, type CollapseCounts } from './key-watches.ts';
import type { FollowAlone } from './member.ts';

/** What collapsing works with. */
export interface CollapseParts {
  readonly follow: QuestionParts;
  readonly logger: Logger;
  /** How a query is put; throws an AutotmplError for one that can never be answered. */
  readonly plan: (query: CatalogQuery) => RequestPlan;
  /** How many queries may wait at the agent. */
  readonly forWaits: () => number;
  /** So many keys of a scope are followed by themselves before any are collapsed; absent: as many as there is room for. */
  readonly from?: number | undefined;
}

/** Follows keys, many of them by few watches of what their names begin with. What is asked elsewhere, or of others, is kept apart. */
export class Collapse {
  readonly #parts: CollapseParts;
  readonly #scopes = new Map<string, KeyWatches>();

  constructor(parts: CollapseParts) {
    this.#parts = parts;
  }

  /** Of all scopes together. */
  get counts(): CollapseCounts {
    const sum = { groups: 0, keys: 0, undone: 0 };
    for (const { counts } of this.#scopes.values()) {
      sum.groups += counts.groups;
      sum.keys += counts.keys;
      sum.undone += counts.undone;
    }
    return sum;
  }

  /** Follows a key as `Catalog.watch` promises. Throws at once where there is no such key to ask for. */
  watch(query: KeyQuery, signal: AbortSignal, known?: Value): AsyncIterable<Answer> {
    const { relaxed } = this.#parts.plan(query);
    const follow: FollowAlone = (from, heard, until) =>
      this.#followAlone(query, from, heard, until);
    return this.#scopeOf(query, relaxed).watch(query.path, follow, signal, known);
  }

  #followAlone(
    query: KeyQuery,
    { known, seen }: Parameters<FollowAlone>[0],
    heard: (index: number) => void,
    signal: AbortSignal,
  ): AsyncIterable<Answer> {
    const { follow, plan } = this.#parts;
    const observer: RequestPlan['observer'] = {
      heard: (reply) => {
        const index = indexOf(reply, follow.client.server);
        if (index !== undefined && (reply.status === 200 || reply.status === 404)) heard(index);
      },
    };
    return followQuery({ ...plan(query), observer, ...(seen && { seen }) }, follow, signal, known);
  }

  #scopeOf(query: KeyQuery, relaxed: RequestPlan['relaxed']): KeyWatches {
    const fields = Object.entries(query).filter(([name]) => name !== 'kind' && name !== 'path');
    const scope: Scope = Object.fromEntries(fields);
    const id = JSON.stringify([fields.sort(), relaxed]);
    let watches = this.#scopes.get(id);
    if (watches === undefined) {
      const { follow, logger, forWaits, from, plan } = this.#parts;
      watches = new KeyWatches({
        ...{ follow, clock: follow.clock, logger, forWaits, from },
        planPrefix: (prefix) => ({
          ...plan({ ...scope, kind: 'tree', prefix }),
          // Whoever answers for the keys answers for all of them.
          relaxed,
          // What is missing is asked for by its own name, which is refused where the token may not read it.
          scrutiny: undefined,
          read: readKeys,
        }),
      });
      this.#scopes.set(id, watches);
    }
    return watches;
  }
}
