import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Catalog } from '../../src/catalog/catalog.ts';
import { queryId, type Query } from '../../src/catalog/query.ts';
import { freezeValue, type KeyPair } from '../../src/catalog/values.ts';
import { begin, type Begun } from '../../src/core/actor.ts';
import { Bus } from '../../src/core/bus.ts';
import type { Logger } from '../../src/core/logger.ts';
import { systemClock, type CancelTimer, type Clock } from '../../src/core/time.ts';
import { compileTargets } from '../../src/renderer/compile-targets.ts';
import { MemoryLedger } from '../../src/renderer/ledger.ts';
import type {
  Publication,
  Published,
  Publisher,
  Publishing,
} from '../../src/renderer/publisher.ts';
import { Reloads } from '../../src/renderer/reloads.ts';
import { Renderer } from '../../src/renderer/renderer.ts';
import { createNunjucksEngine } from '../../src/template/nunjucks/engine.ts';
import { Watcher } from '../../src/watch/watcher.ts';
import { noTurns } from './no-turns.ts';
import { makeTarget } from './targets.ts';

/** So many names a pointing key takes in turn. */
const NAMES = 20;
const LOOKING_MS = 5;

const SILENT: Logger = {
  trace: () => undefined,
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

/** What is held at a moment, in numbers that are the same whenever nothing happens. */
export interface Held {
  /** Queries that the watcher watches, and watches that the catalog has open. */
  readonly queries: number;
  readonly open: number;
  /** Listeners at the signals of open watches. */
  readonly listeners: number;
  readonly timers: number;
}

/** Keys that somebody changes; it counts what is asked of it. */
class ChangingKeys implements Catalog {
  readonly name = 'changing';
  listeners = 0;
  readonly #values = new Map<string, number>();
  readonly #open = new Map<string, () => void>();

  get open(): number {
    return this.#open.size;
  }

  change(path: string): void {
    this.#values.set(path, (this.#values.get(path) ?? 0) + 1);
    this.#open.get(path)?.();
  }

  async *watch(query: Query, signal: AbortSignal): AsyncIterable<Answer> {
    if (query.kind !== 'key') throw new Error(`no ${queryId(query)} here`);
    const { path } = query;
    let wake: () => void = () => undefined;
    const onChange = (): void => wake();
    this.#open.set(path, onChange);
    signal.addEventListener('abort', onChange);
    this.listeners += 1;
    try {
      let given: number | undefined;
      while (!signal.aborted) {
        const now = this.#values.get(path) ?? 0;
        if (now === given) {
          await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        given = now;
        yield { state: 'fresh', value: pair(path, now) };
      }
    } finally {
      signal.removeEventListener('abort', onChange);
      this.listeners -= 1;
      if (this.#open.get(path) === onChange) this.#open.delete(path);
    }
  }

  close(): void {
    // Nothing is kept beside the watches.
  }
}

function pair(path: string, count: number): KeyPair {
  // What a pointing key holds is the name of another.
  const [kind, file] = path.split('/');
  const Value = kind === 'points' ? `named/${file}/${count % NAMES}` : String(count);
  const numbers = { CreateIndex: 1, ModifyIndex: count, LockIndex: 0, Flags: 0 };
  return freezeValue({ Path: path, Key: path, Value, Session: '', ...numbers });
}

/** Counts the timers that have not fired. */
class CountingClock implements Clock {
  pending = 0;

  now(): number {
    return systemClock.now();
  }

  timeOfDay(): number {
    return systemClock.timeOfDay();
  }

  setTimer(callback: () => void, delayMs: number): CancelTimer {
    let isPending = true;
    const end = (): void => {
      if (isPending) this.pending -= 1;
      isPending = false;
    };
    this.pending += 1;
    const cancel = systemClock.setTimer(() => {
      end();
      callback();
    }, delayMs);
    return () => {
      end();
      cancel();
    };
  }

  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Takes texts, and compares them with the last ones as files would be. */
class Texts implements Publisher {
  readonly of = new Map<string, string>();

  async open(): Promise<void> {
    // There is no file.
  }

  async publish(batch: readonly Publication[]): Promise<Publishing> {
    const landed = new Map<Publication, Published>();
    for (const publication of batch) {
      const { label } = publication.target;
      const isNew = this.of.get(label) !== publication.text;
      this.of.set(label, publication.text);
      landed.set(
        publication,
        isNew
          ? { outcome: 'written', files: [label] }
          : { outcome: 'unchanged', commandOwed: false },
      );
    }
    return { landed, lanes: [] };
  }
}

/**
 * The renderer and its watcher on files of which each has a key that names another, which it shows as well: each change of the first ends a query and
 * begins one. Nothing is written, and all goes as fast as it can.
 */
export class ChangingFiles {
  readonly #catalog = new ChangingKeys();
  readonly #clock = new CountingClock();
  readonly #texts = new Texts();
  readonly #count: number;
  readonly #watcher: Begun<Watcher>;
  readonly #reloads: Begun<Reloads>;
  readonly #renderer: Begun<Renderer>;
  #changes = 0;

  constructor(count: number) {
    this.#count = count;
    const clock = this.#clock;
    const logger = SILENT;
    const bus = new Bus();
    const engine = createNunjucksEngine({ searchPath: [], environment: {}, clock });
    const targets = Array.from({ length: count }, (_, number) => {
      const contents = `{{ key("plain/${number}") }} {{ key("points/${number}") }} {{ key(key("points/${number}")) }}`;
      const source = { contents, name: `file-${number}`, folder: '/' };
      return makeTarget({ label: `file-${number}`, source, destination: `/nowhere/${number}` });
    });
    this.#watcher = begin(new Watcher({ catalog: this.#catalog, bus, clock, logger }));
    this.#reloads = begin(
      new Reloads({
        ...{ turns: noTurns({ clock, logger }), retry: true, clock, bus, logger },
        run: () => Promise.reject(new Error('there are no commands')),
        probe: async () => undefined,
        follow: async () => ({ kind: 'keep' }),
        cover: () => ({
          clear: async () => undefined,
          replace: async () => false,
          end: () => undefined,
        }),
      }),
    );
    this.#renderer = begin(
      new Renderer({
        targets: compileTargets(targets, () => engine),
        watcher: this.#watcher.actor,
        publisher: this.#texts,
        reloads: this.#reloads.actor,
        ledger: new MemoryLedger(),
        ...{ once: false, clock, bus, logger },
      }),
    );
  }

  /** Changes so many keys, each file's in its turn: those that name others, and those that are named. */
  async change(times: number): Promise<void> {
    for (let done = 0; done < times; done += 1) {
      const number = this.#changes % this.#count;
      const isPlain = Math.floor(this.#changes / this.#count) % 2 === 1;
      this.#catalog.change(`${isPlain ? 'plain' : 'points'}/${number}`);
      this.#changes += 1;
      if (done % this.#count === 0) await sleep(LOOKING_MS);
    }
  }

  /** Resolves once no timer is left and each file shows what its keys hold. */
  async settled(): Promise<Held> {
    for (;;) {
      const before = [...this.#texts.of.values()].join();
      await sleep(5 * LOOKING_MS);
      const isQuiet = this.#clock.pending === 0 && this.#texts.of.size === this.#count;
      if (isQuiet && before === [...this.#texts.of.values()].join()) return this.held();
    }
  }

  /** What is held now. */
  held(): Held {
    return {
      queries: this.#watcher.actor.size,
      open: this.#catalog.open,
      listeners: this.#catalog.listeners,
      timers: this.#clock.pending,
    };
  }

  /** The last text of a file; undefined where it has none. */
  text(number: number): string | undefined {
    return this.#texts.of.get(`file-${number}`);
  }

  /** Ends all of it; returns what is left. */
  async stop(): Promise<Held> {
    await this.#renderer.stop();
    this.#renderer.actor.release();
    await this.#reloads.stop();
    await this.#watcher.stop();
    return this.held();
  }
}
