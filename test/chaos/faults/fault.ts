import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from '../../support/chance.ts';
import type { Schedulable } from '../schedule.ts';
import type { Stage } from '../stage/stage.ts';
import type { Writer } from '../writer.ts';

/** What a fault works on. */
export interface Victims {
  readonly stage: Stage;
  readonly writer: Writer;
}

/** Takes a fault back, and returns once what was broken works again as far as that is up to us. */
export type End = () => Promise<void>;

const BEGINS_WITHIN_MS = 30_000;
const AGAIN_MS = 500;

/** Begins a fault; a cluster that is not itself yet after the one before is asked again. */
export async function beginFault(fault: Fault, victims: Victims, chance: Chance): Promise<End> {
  const until = performance.now() + BEGINS_WITHIN_MS;
  for (;;) {
    try {
      return await fault.begin(victims, chance);
    } catch (error) {
      if (performance.now() > until) {
        throw new Error(`${fault.name} does not begin: ${String(error)}`, { cause: error });
      }
      await sleep(AGAIN_MS);
    }
  }
}

/** One kind of trouble. */
export interface Fault extends Schedulable {
  /** Makes the trouble. */
  begin(victims: Victims, chance: Chance): Promise<End>;
  /** What the log says of it, for an operator who has nothing else. Absent where autotmpl need not notice. */
  readonly logged?: RegExp;
  /** Whether the next change of data takes it back. */
  readonly isUndoneByChanges?: boolean;
}
