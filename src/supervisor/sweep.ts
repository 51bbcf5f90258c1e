import { readFileSync, readlinkSync } from 'node:fs';
import type { Registrar } from '../catalog/registrar.ts';
import { backoffDelay } from '../core/backoff.ts';
import { describeError, systemCode } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';

/** The name in an entry's meta that says which supervisor it belongs to. */
const MARK = 'autotmpl-supervisor';

/** What our entries carry in their meta: the machine, the pid namespace, the process, and when that started. */
export function ownMark(hostname: string): Readonly<Record<string, string>> {
  return { [MARK]: `${hostname} ${namespace()} ${process.pid} ${startTime(process.pid)}` };
}

/** What a sweep works with. */
export interface SweepParts {
  readonly registrar: Registrar;
  readonly hostname: string;
  /** Ids that are ours now: these are corrected, not removed. */
  readonly kept: ReadonlySet<string>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A catalog that is away is asked again: it may be an agent that we start ourselves. */
const AGAIN = { baseMs: 1000, capMs: 30_000 };

/**
 * Removes the entries of a supervisor that ended without being able to: on this machine, in this pid namespace, of a process that
 * does not live any more. What cannot be seen from here is let be. Goes on until it has looked once; never rejects.
 */
export async function sweepStale(parts: SweepParts, signal: AbortSignal): Promise<void> {
  const { registrar, clock, logger } = parts;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      const stale = (await registrar.entries(signal)).filter((entry) => isStale(entry, parts));
      for (const entry of stale) await remove(entry, parts, signal);
      return;
    } catch (error) {
      if (signal.aborted) return;
      logger.debug(`entries of earlier lives are looked for later: ${describeError(error)}`);
    }
    await clock.sleep(backoffDelay(attempt, AGAIN), signal);
  }
}

type Entry = Awaited<ReturnType<Registrar['entries']>>[number];

async function remove(
  { id, name }: Entry,
  { registrar, logger }: SweepParts,
  signal: AbortSignal,
): Promise<void> {
  try {
    await registrar.deregister(id, signal);
    logger.info(`removed ${id} from the catalog: the supervisor of this ${name} is gone`, {
      service: id,
    });
  } catch (error) {
    if (signal.aborted) return;
    logger.warn(`${id}, whose supervisor is gone, stays in the catalog: ${describeError(error)}`, {
      service: id,
    });
  }
}

function isStale({ id, meta }: Entry, { hostname, kept }: SweepParts): boolean {
  const [machine, space, pid, started] = meta[MARK]?.split(' ') ?? [];
  if (kept.has(id) || machine !== hostname || space !== namespace()) return false;
  if (pid === undefined || !/^[1-9]\d*$/.test(pid)) return false;
  const now = startTime(Number(pid));
  // Of other people's processes the system may not tell when they started, only that they live.
  return now === UNKNOWN ? !lives(Number(pid)) : now !== started;
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Stands for a start that the system does not tell. */
const UNKNOWN = '-';

/** `pid:[4026531836]`; empty where the system does not say. */
function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** When a process started, in clock ticks since the machine did (proc(5), stat, field 22); `-` where there is none. */
function startTime(pid: number): string {
  try {
    const record = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, which may hold anything, ends with the last bracket; the state behind it is field 3.
    return record.slice(record.lastIndexOf(')') + 2).split(' ')[19] ?? UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}
