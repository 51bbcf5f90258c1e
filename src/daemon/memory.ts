import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { withKeptAnswers } from '../catalog/index.ts';
import type { KeptCatalog } from '../catalog/kept/kept-catalog.ts';
import type { Bus } from '../core/bus.ts';
import { formatDuration } from '../core/duration.ts';
import type { KeptLedger } from '../renderer/kept/kept-ledger.ts';
import type { LedgerSecrets } from '../renderer/kept/writer.ts';
import { MemoryLedger, type Ledger, type MadeOf } from '../renderer/ledger.ts';
import type { Target } from '../renderer/target.ts';
import type { Watcher } from '../watch/watcher.ts';
import type { DaemonOptions, Prepared } from './options.ts';

/** A stop waits no longer than this for a slow disk. */
const SETTLE_MS = 3000;

/** What a memory works with. */
export interface MemoryParts {
  readonly options: DaemonOptions;
  readonly bus: Bus;
  readonly watcher: () => Watcher | undefined;
  readonly secrets: () => LedgerSecrets;
}

/**
 * What the daemon knows of the past: what each file was last made of. Where the settings name a folder, that outlives the program; where they
 * say `startWith: lastGood`, the catalog's place is taken by it while the catalog gives no answer.
 */
export class Memory implements Ledger {
  readonly #parts: MemoryParts;
  #ledger: MemoryLedger | KeptLedger = new MemoryLedger();
  #kept: KeptLedger | undefined;
  #folder: string | undefined;
  #whyNot: (id: string) => string = () => 'none was ever';
  #catalog: KeptCatalog | undefined;
  #targets: readonly Target[] = [];
  /** Targets that are known to be made of kept answers. */
  readonly #said = new Set<string>();

  constructor(parts: MemoryParts) {
    this.#parts = parts;
    for (const fact of ['target:written', 'target:unchanged'] as const) {
      parts.bus.on(fact, ({ target }) => this.#tell(target));
    }
  }

  of(target: Target): MadeOf | undefined {
    return this.#ledger.of(target);
  }

  note(target: Target, madeOf: MadeOf): void {
    this.#ledger.note(target, madeOf);
  }

  /** Goes over to these settings: reads what is kept of their targets. */
  async adopt({ settings, targets }: Prepared): Promise<void> {
    this.#targets = targets.map(({ target }) => target);
    if (settings.state !== this.#folder) await this.#open(settings.state);
    await this.#kept?.load(this.#targets);
  }

  /** The catalog, which is told what was kept; where these settings say so, that takes its place while it gives none. */
  behind(catalog: Catalog, { settings }: Prepared): Catalog {
    this.#catalog = undefined;
    if (this.#kept === undefined) return catalog;
    const answers = {
      find: (id: string) => this.#kept?.find(id),
      whyNot: (id: string) => this.#whyNot(id),
    };
    this.#catalog = withKeptAnswers(catalog, answers, {
      standsIn: settings.startsWithLastGood === true,
      clock: this.#parts.options.clock,
    });
    return this.#catalog;
  }

  /** Files that are made of kept answers, since the catalog gives none, by their labels: of when the oldest is, in milliseconds since the epoch. */
  degraded(): ReadonlyMap<string, number> {
    const inUse = this.#catalog?.inUse;
    const degraded = new Map<string, number>();
    if (inUse === undefined || inUse.size === 0) return degraded;
    for (const target of this.#targets) {
      const ids = [...(this.of(target)?.keys() ?? [])];
      const times = ids.flatMap((id) => inUse.get(id)?.atMs ?? []);
      if (times.length > 0) degraded.set(target.label, Math.min(...times));
    }
    return degraded;
  }

  /** Writes down what is not written yet, while what is watched is there still; not for long. */
  async settle(): Promise<void> {
    if (this.#kept === undefined) return;
    const over = new AbortController();
    const { clock, logger } = this.#parts.options;
    const settled = this.#kept.settle().then(() => true);
    const isSettled = await Promise.race([
      settled,
      clock.sleep(SETTLE_MS, over.signal).then(() => false),
    ]);
    over.abort();
    if (isSettled) return;
    logger.warn(
      `answers of the last moments may not be kept: writing them takes more than ${formatDuration(SETTLE_MS)}`,
    );
  }

  /** Ends its timers. */
  close(): void {
    this.#kept?.close();
  }

  async #open(folder: string | undefined): Promise<void> {
    const before = this.#ledger;
    await this.settle();
    this.#kept?.close();
    this.#folder = folder;
    this.#kept = folder === undefined ? undefined : await this.#make(folder);
    this.#ledger = this.#kept ?? new MemoryLedger();
    await this.#kept?.load(this.#targets);
    // What is known goes along: it is newer than what another folder holds.
    for (const target of this.#targets) {
      const madeOf = before.of(target);
      if (madeOf !== undefined) this.#ledger.note(target, madeOf);
    }
  }

  async #make(folder: string): Promise<KeptLedger> {
    const { options, watcher, secrets } = this.#parts;
    // Not needed where nothing is kept.
    const [{ KeptLedger }, { keptKind, keptText, readKeptText }] = await Promise.all([
      import('../renderer/kept/kept-ledger.ts'),
      import('../catalog/kept/kept-text.ts'),
    ]);
    const ledger = new KeptLedger({
      ...{ folder: join(folder, 'answers'), secrets, readOnly: options.dry },
      ...{ clock: options.clock, logger: options.logger },
      form: { write: keptText, read: readKeptText },
      isCurrent: (id) => keptKind(id) === undefined || watcher()?.answer(id)?.state === 'fresh',
    });
    this.#whyNot = (id) => {
      if (keptKind(id) === undefined) return 'answers of this kind never are';
      return ledger.isSecret(id)
        ? 'it holds what a template marks as secret, or a private key'
        : 'none was ever';
    };
    return ledger;
  }

  /** Says of a file that was just made or found to be right that it is made of kept answers, once. */
  #tell(label: string): void {
    const atMs = this.degraded().get(label);
    if (atMs === undefined) {
      this.#said.delete(label);
      return;
    }
    if (this.#said.has(label)) return;
    this.#said.add(label);
    const { clock, logger } = this.#parts.options;
    const age = formatDuration(Math.max(0, clock.timeOfDay() - atMs));
    logger.warn(
      `${label} is made of answers from before, the oldest of ${new Date(atMs).toISOString()} (${age} ago), until the catalog answers`,
      { target: label },
    );
  }
}
