import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { describeError, systemCode } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { endGroup } from './group.ts';

/** A process that leads a group of its own, and how it wants to be ended. */
export interface RecordedProcess {
  readonly pid: number;
  /** What people know it by. */
  readonly name: string;
  readonly stopSignal: NodeJS.Signals;
  /** From that signal to KILL. */
  readonly graceMs: number;
}

/** A process as it stands in the file. */
interface Entry extends RecordedProcess {
  /** In the kernel's ticks since the system was started: with the pid it names one process, for as long as the system runs. */
  readonly startedAt: string;
}

/** What the file holds. */
interface Content {
  /** In which life of the system, and among which processes, the pids mean something. */
  readonly world: string;
  readonly processes: readonly Entry[];
}

/** A record is short; whatever is longer is none. */
const LONGEST_FILE = 1_000_000;

/**
 * Keeps a file of the processes that run, so that the next start can end those that a supervisor left behind that was killed. It
 * is written in the moment when a process is started, and is gone after an end in order. Where it cannot be written, nothing
 * else suffers. There must be one writer only: whoever makes it holds the control socket beside it.
 */
export class ProcessRecord {
  readonly #logger: Logger;
  readonly #world = worldOf();
  readonly #processes = new Map<number, Entry>();
  #path: string;
  #complained = false;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /**
   * Ends what an earlier life left behind, as it wants to be ended, or soon after `hurry` aborts; resolves when it is gone. A process
   * counts only if it is the very one that was recorded.
   */
  async endLeftBehind(hurry: AbortSignal): Promise<void> {
    const left = this.#read().filter(({ pid, startedAt }) => startTimeOf(pid) === startedAt);
    if (left.length > 0) {
      const names = left.map(({ name, pid }) => `${name} (${pid})`).join(', ');
      this.#logger.warn(
        `an autotmpl that was killed left processes behind, which are ended before anything starts: ${names}`,
      );
    }
    await Promise.all(
      left.map(async ({ pid, graceMs, stopSignal }) => endGroup(pid, graceMs, hurry, stopSignal)),
    );
    this.#write();
  }

  /** A process was started. */
  add(process: RecordedProcess): void {
    const startedAt = startTimeOf(process.pid);
    if (startedAt === undefined) return;
    this.#processes.set(process.pid, { ...process, startedAt });
    this.#write();
  }

  /** A process has ended. */
  remove(pid: number): void {
    if (this.#processes.delete(pid)) this.#write();
  }

  /** Keeps the file at another place from here on. */
  moveTo(path: string): void {
    if (path === this.#path) return;
    rmSync(this.#path, { force: true });
    this.#path = path;
    this.#write();
  }

  /** Nothing runs any more. */
  close(): void {
    this.#processes.clear();
    rmSync(this.#path, { force: true });
  }

  #read(): readonly Entry[] {
    try {
      const content = parse(readOwn(this.#path));
      return content.world === this.#world ? content.processes : [];
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') this.#complain('cannot be read', error);
      return [];
    }
  }

  #write(): void {
    if (this.#world === undefined) return;
    const content: Content = { world: this.#world, processes: [...this.#processes.values()] };
    const staged = `${this.#path}.new`;
    try {
      rmSync(staged, { force: true });
      // Follows no link: the folder may be one that everybody can write to.
      writeFileSync(staged, JSON.stringify(content), { flag: 'wx', mode: 0o600 });
      renameSync(staged, this.#path);
    } catch (error) {
      this.#complain('cannot be written', error);
    }
  }

  #complain(what: string, error: unknown): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#logger.warn(
      `the record of running processes ${what}, so that a start after a KILL may not find what was left behind: ${describeError(error)}`,
    );
  }
}

/** What others could have written says nothing about whom to kill. */
function readOwn(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { uid, mode, size } = fstatSync(fd);
    const isOurs = uid === process.geteuid?.() && (mode & 0o022) === 0;
    if (isOurs && (mode & constants.S_IFMT) === constants.S_IFREG && size <= LONGEST_FILE) {
      return readFileSync(fd, 'utf8');
    }
    throw new Error(`${path} is not a file that only we could have written`);
  } finally {
    closeSync(fd);
  }
}

function parse(text: string): Content {
  const { world, processes } = JSON.parse(text) as Content;
  if (typeof world === 'string' && Array.isArray(processes) && processes.every(isEntry)) {
    return { world, processes };
  }
  throw new Error('it is damaged');
}

function isEntry({ pid, name, stopSignal, graceMs, startedAt }: Entry): boolean {
  return (
    Number.isSafeInteger(pid) &&
    pid > 1 &&
    typeof graceMs === 'number' &&
    [name, stopSignal, startedAt].every((text) => typeof text === 'string')
  );
}

/** Undefined where the system does not say. */
function worldOf(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** Undefined for a process that is not there. The fields of proc(5)'s stat are counted from behind the name: this is the 22nd. */
function startTimeOf(pid: number): string | undefined {
  try {
    const record = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return record.slice(record.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
