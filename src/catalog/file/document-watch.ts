import { AutotmplError, describeError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import { followPath, type PathState } from '../follow-path.ts';
import { readDocument, type CatalogDocument } from './document.ts';
import { DocumentError, parseTree, placeOf } from './yaml-tree.ts';

/** What is known of the document: the last good one, and what is wrong with the present one. */
export interface DocumentState {
  readonly document: CatalogDocument | undefined;
  readonly trouble: AutotmplError | undefined;
}

/** Follows one document for any number of readers: it is watched and parsed once, and only while somebody reads. */
export class DocumentWatch {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #readers = new Set<() => void>();
  #state: DocumentState | undefined;
  #running: { readonly controller: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** The present state first, then again at each change; changes that come faster than they are taken are one. */
  async *follow(signal: AbortSignal): AsyncGenerator<DocumentState> {
    let wake: () => void = () => undefined;
    const reader = (): void => wake();
    this.#readers.add(reader);
    this.#start();
    signal.addEventListener('abort', reader, { once: true });
    let seen: DocumentState | undefined;
    try {
      while (!signal.aborted) {
        const state = this.#state;
        if (state !== undefined && state !== seen) {
          seen = state;
          yield state;
        } else {
          await new Promise<void>((resolve) => (wake = resolve));
        }
      }
    } finally {
      signal.removeEventListener('abort', reader);
      this.#readers.delete(reader);
      if (this.#readers.size === 0) await this.#stop();
    }
  }

  #start(): void {
    if (this.#running !== undefined) return;
    const controller = new AbortController();
    this.#running = { controller, ended: this.#run(controller.signal) };
  }

  /** What was known goes with the watch: nobody would notice that it is old. */
  async #stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#state = undefined;
    running?.controller.abort();
    await running?.ended;
  }

  async #run(signal: AbortSignal): Promise<void> {
    for await (const found of followPath(this.#path, signal, this.#clock)) {
      const state = await this.#read(found, this.#state?.document);
      if (signal.aborted) return;
      this.#state = state;
      for (const reader of this.#readers) reader();
    }
  }

  async #read(found: PathState, last: CatalogDocument | undefined): Promise<DocumentState> {
    if (found.state !== 'present') {
      const why = found.state === 'absent' ? 'there is no such file' : describeError(found.error);
      return {
        document: last,
        trouble: new AutotmplError(
          'catalog',
          `cannot read the catalog document ${this.#path}: ${why}`,
        ),
      };
    }
    try {
      return { document: readDocument(await parseTree(found.text)), trouble: undefined };
    } catch (error) {
      return { document: last, trouble: this.#explain(error, found.text) };
    }
  }

  #explain(error: unknown, text: string): AutotmplError {
    const place = error instanceof DocumentError ? placeOf(text, error.at) : undefined;
    const where = place === undefined ? this.#path : `${this.#path}:${place.line}:${place.column}`;
    return new AutotmplError(
      'catalog',
      `the catalog document is broken: ${where}: ${describeError(error)}`,
      { cause: error },
    );
  }
}
