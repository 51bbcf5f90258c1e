import { isSameData } from '../../core/same-data.ts';
import type { Value } from '../../catalog/values.ts';
import { atMost } from '../../core/at-most.ts';
import { describeError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Clock } from '../../core/time.ts';
import { MemoryLedger, type Ledger, type MadeOf } from '../ledger.ts';
import { isFileTarget, type FileTarget, type Target } from '../target.ts';
import type { Entries } from './entry.ts';
import { Records, type LedgerForm } from './records.ts';
import { Writer, type LedgerSecrets } from './writer.ts';

const SIDE_BY_SIDE = 4;

/** What a kept ledger works with. */
export interface KeptLedgerOptions {
  readonly folder: string;
  readonly form: LedgerForm;
  readonly secrets: () => LedgerSecrets;
  /** Whether the catalog says the same at this moment. */
  readonly isCurrent: (id: string) => boolean;
  /** Reads only; for a run that writes nothing. */
  readonly readOnly: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Knows what each file was last made of, over restarts. Secrets are never kept. That it cannot be read or written is said once, and harms nothing
 * else.
 */
export class KeptLedger implements Ledger {
  readonly #options: KeptLedgerOptions;
  readonly #records: Records;
  readonly #writer: Writer | undefined;
  readonly #memory = new MemoryLedger();
  readonly #entries: Entries = new Map();
  readonly #looked = new Set<string>();

  constructor(options: KeptLedgerOptions) {
    const { folder, form, secrets, isCurrent, readOnly, clock, logger } = options;
    this.#options = options;
    this.#records = new Records(folder, form);
    if (readOnly) return;
    const shared = { entries: this.#entries, records: this.#records };
    this.#writer = new Writer({ ...shared, secrets, isCurrent, clock, logger });
    this.#writer.begin();
  }

  /** Reads what was kept of these targets. Never rejects: what cannot be read is said, and not there. */
  async load(targets: readonly Target[]): Promise<void> {
    const kept = targets.filter(isKept).filter(({ destination }) => !this.#looked.has(destination));
    const problems: string[] = [];
    if (!this.#options.readOnly) {
      await this.#records.tidy(kept.map(({ destination }) => destination));
    }
    await atMost(SIDE_BY_SIDE, kept, async (target) => {
      this.#looked.add(target.destination);
      try {
        await this.#loadOne(target);
      } catch (error) {
        problems.push(`${target.label}: ${describeError(error)}`);
      }
    });
    const [first, ...others] = problems;
    if (first === undefined) return;
    const more = others.length === 0 ? '' : `, and ${others.length} more`;
    this.#options.logger.warn(
      `kept answers are left unread, as if there were none: ${first}${more}`,
      { folder: this.#records.folder },
    );
  }

  of(target: Target): MadeOf | undefined {
    return this.#memory.of(target);
  }

  note(target: Target, madeOf: MadeOf): void {
    this.#memory.note(target, madeOf);
    if (!isKept(target)) return;
    const before = this.#entries.get(target.destination);
    if (before !== undefined && isSame(before.madeOf, madeOf)) return;
    const { clock } = this.#options;
    this.#entries.set(target.destination, {
      ...{ madeOf, atMs: clock.timeOfDay(), secret: before?.secret ?? new Set() },
      changedAtMs: before?.changedAtMs ?? clock.now(),
      ...(before?.written !== undefined && { written: before.written }),
    });
    this.#writer?.changed();
  }

  /** What was last answered to a query, of all files; the youngest. */
  find(id: string): { readonly value: Value; readonly atMs: number } | undefined {
    let youngest: { readonly value: Value; readonly atMs: number } | undefined;
    for (const { madeOf, atMs } of this.#entries.values()) {
      const value = madeOf.get(id);
      if (value !== undefined && atMs >= (youngest?.atMs ?? 0)) youngest = { value, atMs };
    }
    return youngest;
  }

  /** Whether an answer is not kept since it holds a secret. */
  isSecret(id: string): boolean {
    return [...this.#entries.values()].some(({ secret }) => secret.has(id));
  }

  /** Writes what has changed, and notes what is true still; resolves when it is done, or cannot be. */
  async settle(): Promise<void> {
    await this.#writer?.settle();
  }

  /** Writes nothing any more. */
  close(): void {
    this.#writer?.close();
  }

  async #loadOne(target: FileTarget): Promise<void> {
    const { destination } = target;
    const record = await this.#records.read(destination);
    if (record === undefined || this.#entries.has(destination)) return;
    const { answers: madeOf, secret, touchedAtMs, fingerprint: written } = record;
    // By a clock that went back, or a copy: nothing is known of the time to come.
    const atMs = Math.min(touchedAtMs, this.#options.clock.timeOfDay());
    this.#entries.set(destination, { madeOf, secret, atMs, written });
    this.#memory.note(target, madeOf);
  }
}

/** Nothing of a secret target is kept, and nothing of what goes to standard output: it is no file that could be held. */
function isKept(target: Target): target is FileTarget {
  return isFileTarget(target) && !target.secret;
}

function isSame(first: MadeOf, second: MadeOf): boolean {
  if (first === second) return true;
  if (first.size !== second.size) return false;
  for (const [id, value] of first) {
    const other = second.get(id);
    if (other !== value && !isSameData(other, value)) return false;
  }
  return true;
}
