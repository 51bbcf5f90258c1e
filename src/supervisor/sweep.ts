import { readFileSync, readlinkSync } from 'node:fs';
import type { Registrar } from '../catalog/registrar.ts';
import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';

/** The name in an entry's meta that says which supervisor it belongs to. */
const MARK = 'autotmpl-supervisor';

/** What our entries carry in their meta: the machine, the pid namespace, the process, and when that started. */
export function ownMark(hostname: string): Readonly<Record<string, string>> {
  return { [MARK]: `${hostname} ${namespace()} ${process.pid} ${startTime(process.pid)}` };
}

/**
 * Removes the entries of a supervisor that ended without being able to: on this machine, in this pid namespace, of a process that
 * does not live any more. What cannot be seen from here is let be, and so is what `kept` names: that is corrected, not removed.
 */
export async function sweepStale(
  registrar: Registrar,
  hostname: string,
  kept: ReadonlySet<string>,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const { id, name, meta } of await registrar.entries(signal)) {
      if (kept.has(id) || !isStale(meta[MARK], hostname)) continue;
      await registrar.deregister(id, signal);
      logger.info(`removed ${id} from the catalog: the supervisor of this ${name} is gone`, {
        service: id,
      });
    }
  } catch (error) {
    if (signal.aborted) return;
    logger.debug(`entries of earlier lives were not looked for: ${describeError(error)}`);
  }
}

function isStale(mark: string | undefined, hostname: string): boolean {
  const [machine, space, pid, started] = mark?.split(' ') ?? [];
  if (machine !== hostname || space !== namespace() || pid === undefined) return false;
  return started !== startTime(Number(pid));
}

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
    return record.slice(record.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return '-';
  }
}
