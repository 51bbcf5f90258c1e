import { chanceOf } from '../support/chance.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { Chronicle } from './chronicle.ts';
import { beginFault, type Fault, type Victims } from './faults/fault.ts';

/** From the beginning of a fault: the program has to meet it, and to lose its patience. */
const LOGGED_WITHIN_MS = 20_000;

/** Where a log is found that grows. */
interface Logging {
  readonly log: () => string;
  /** Resolves when nothing is left of the fault before: a trouble that goes on with other words is no new one, and is not said again. */
  readonly untilWell: () => Promise<void>;
  /** Has data change from now on. */
  readonly goOn: () => void;
  readonly withinMs?: number;
}

/**
 * Injects each fault that an operator has to hear of, alone, and waits until the log names it: whoever has only the log must find
 * each trouble in it. Data changes meanwhile, or nobody would meet a full disk; but not where that would undo the fault before it is seen.
 */
export async function expectLogged(
  faults: readonly Fault[],
  seed: number,
  victims: Victims,
  chronicle: Chronicle,
  { log, untilWell, goOn, withinMs = LOGGED_WITHIN_MS }: Logging,
): Promise<void> {
  for (const fault of faults) {
    const { name, logged } = fault;
    if (logged === undefined || chronicle.ended.aborted) continue;
    await untilWell();
    if (fault.isUndoneByChanges !== true) goOn();
    const past = log().length;
    chronicle.fault(`${name}, to be logged …`);
    chronicle.count('faults looked for in the log');
    const end = await beginFault(fault, victims, chanceOf(seed));
    try {
      const isLogged = () => logged.test(log().slice(past));
      await waitUntil(isLogged, { timeoutMs: withinMs, what: name });
    } catch {
      chronicle.break('the log names each trouble', `nothing about: ${name} (${String(logged)})`);
    }
    await end();
    chronicle.fault(`… ${name}`);
  }
}
