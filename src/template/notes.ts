import { queryId, type Query, type QueryKind } from '../catalog/query.ts';
import type { Value, ValueOf } from '../catalog/values.ts';
import { AutotmplError } from '../core/errors.ts';
import type { Had, Missing, Position, Recall, Rendering, SideFile, View } from './engine.ts';
import type { FunctionScope, ViewedQuery } from './functions/function.ts';
import type { Tripwire } from './tripwire.ts';

/** Kinds of answers that are lists of services, instances or nodes. */
const LISTS_NAMES: ReadonlySet<QueryKind> = new Set(['services', 'service', 'connect', 'nodes']);

type NamedThing = Readonly<Partial<Record<'Name' | 'Node', unknown>>>;

/** What a rendering starts from. */
export interface NotesOptions {
  readonly recall: Recall;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly nowMs: number;
  readonly tripwire: Tripwire;
  readonly sandboxPath?: string | undefined;
  readonly destination?: string | undefined;
}

/** What one rendering writes down about itself; every template language keeps the same notes. */
export class Notes implements FunctionScope {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly scratch = new Map<string, unknown>();
  readonly tripwire: Tripwire;
  readonly sandboxPath: string | undefined;
  readonly destination: string | undefined;
  executeTemplate?: (name: string, dot: unknown) => string;
  /** Where the template stands; the engine keeps it current. */
  position: Position | undefined;
  readonly #recall: Recall;
  readonly #nowMs: number;
  /** Whether the text says what time it is: another rendering gives another, whatever the answers are. */
  #tellsTime = false;
  readonly #had = new Map<string, { readonly kind: QueryKind; readonly views: View[] }>();
  readonly #used = new Map<string, Query>();
  readonly #askedAt = new Map<string, Position>();
  readonly #missing = new Map<string, Missing>();
  readonly #secrets = new Set<string>();
  readonly #said: string[] = [];
  readonly #leftOut = new Set<string>();
  readonly #files = new Map<string, SideFile>();

  constructor(options: NotesOptions) {
    this.#recall = options.recall;
    this.environment = options.environment;
    this.folder = options.folder;
    this.#nowMs = options.nowMs;
    this.tripwire = options.tripwire;
    this.sandboxPath = options.sandboxPath;
    this.destination = options.destination;
  }

  get nowMs(): number {
    this.#tellsTime = true;
    return this.#nowMs;
  }

  ask<Q extends Query>(query: Q): ValueOf[Q['kind']] | undefined {
    const id = queryId(query);
    this.#note(id, query, asItIs);
    return this.#answerTo(id, query);
  }

  view<Q extends ViewedQuery, V>(query: Q, have: (answer: ValueOf[Q['kind']]) => V): V | undefined {
    const id = queryId(query);
    this.#note(id, query, have as View);
    const answer = this.#answerTo(id, query);
    return answer === undefined ? undefined : have(answer);
  }

  #note(id: string, { kind }: Query, view: View): void {
    const had = this.#had.get(id);
    if (had === undefined) this.#had.set(id, { kind, views: [view] });
    else if (!had.views.includes(view)) had.views.push(view);
  }

  #answerTo<Q extends Query>(id: string, query: Q): ValueOf[Q['kind']] | undefined {
    if (!this.#used.has(id)) {
      this.#used.set(id, query);
      if (this.position !== undefined) this.#askedAt.set(id, this.position);
    }
    const value = this.#recall(query)?.value;
    if (value === undefined) {
      this.#miss(id, query, 'unanswered');
      return undefined;
    }
    return this.tripwire.learn(query, value);
  }

  /** Whether something was asked for that is not there. */
  get isIncomplete(): boolean {
    return this.#missing.size > 0;
  }

  requirePresence(query: Query): void {
    this.#miss(queryId(query), query, 'absent');
  }

  lists(field: 'Name' | 'Node', name: string): boolean {
    return [...this.#used.values()].some((query) => {
      const value = LISTS_NAMES.has(query.kind) ? this.#recall(query)?.value : undefined;
      return Array.isArray(value) && value.some((item: NamedThing) => item[field] === name);
    });
  }

  keepSecret(text: string): void {
    if (text !== '') this.#secrets.add(text);
  }

  say(text: string): void {
    this.#said.push(text);
  }

  leaveOut(what: string): void {
    this.#leftOut.add(what);
  }

  writeFile(file: SideFile): void {
    if (this.tripwire.objectsTo(file.text) || this.tripwire.objectsTo(file.path)) {
      throw new AutotmplError(
        'template',
        'writeToFile: the content or path holds a control character or line feed that came from service or node data, which anybody who may register can write',
        {
          advice:
            'pipe it into a function that quotes it, or set controlCharacters: allow on the target',
        },
      );
    }
    const before = file.how === 'append' ? this.#files.get(file.path) : undefined;
    this.#files.set(
      file.path,
      before === undefined ? file : { ...file, how: before.how, text: before.text + file.text },
    );
  }

  /** The outcome, once the template ran to its end or failed. */
  rendering(outcome: { readonly text: string } | { readonly error: Error }): Rendering {
    return {
      text: 'text' in outcome ? outcome.text : undefined,
      error: 'error' in outcome ? outcome.error : undefined,
      used: this.#used,
      had: this.#tellsTime ? new Map() : this.#hadOfAll(),
      askedAt: this.#askedAt,
      missing: this.#missing,
      secrets: this.#secrets,
      files: [...this.#files.values()],
      said: this.#said,
      leftOut: [...this.#leftOut],
    };
  }

  /** The tripwire sees more of some answers than the template does. */
  #hadOfAll(): ReadonlyMap<string, Had> {
    for (const [id, { kind, views }] of this.#had) {
      const seen = this.tripwire.seesOf(kind);
      if (seen === 'everything') this.#had.delete(id);
      else if (seen !== undefined) views.push(seen);
    }
    return this.#had;
  }

  #miss(id: string, query: Query, why: Missing['why']): void {
    if (this.#missing.has(id)) return;
    this.#missing.set(id, {
      query,
      why,
      ...(this.position === undefined ? {} : { position: this.position }),
    });
  }
}

/** One for all, so that it is known to be the same. */
function asItIs(answer: Value): Value {
  return answer;
}
