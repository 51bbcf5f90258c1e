import { whenAborted } from '../core/deadline.ts';
import { readdirSync, readFileSync } from 'node:fs';
import type { Actor } from '../core/actor.ts';
import type { Logger } from '../core/logger.ts';
import type { CancelTimer, Clock } from '../core/time.ts';
import type { Libc } from './libc.ts';

/** What a reaper works with. */
export interface ReaperOptions {
  /** Absent where the C library cannot be had: then orphans are only noticed. */
  readonly loadLibc: () => Promise<Libc | undefined>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Node has heard of its own children's ends long before: what is still a zombie after this time is nobody's. */
const SECOND_LOOK_MS = 30;
/** Some kernels send one signal for many ends, and one that came while we looked may be missed. */
const SAFETY_MS = 5000;
/** Looking takes no more of the time than this part of it, however many processes there are. */
const LOOKING_PART = 0.1;

/**
 * Takes in orphans, which as process 1 are ours: without it they would stay in the process table for ever, until no process can be
 * started any more. Node waits for its own children only, by their pids, and nobody but Node may wait for these. So each zombie of
 * ours is looked at twice, with turns of the event loop in between in which Node asks for its own, and waited for by its pid.
 */
export class Reaper implements Actor {
  readonly name = 'reaper';
  readonly #options: ReaperOptions;
  #libc: Libc | undefined;
  #seen: ReadonlySet<number> = new Set();
  #cancel: CancelTimer = () => undefined;
  #scheduledAtMs = Infinity;
  #notBeforeMs = 0;
  #complained = false;

  constructor(options: ReaperOptions) {
    this.#options = options;
  }

  /** Reaps until told to stop. */
  async run(signal: AbortSignal): Promise<void> {
    this.#libc = await this.#options.loadLibc();
    const onChild = (): void => this.#lookIn(SECOND_LOOK_MS);
    process.on('SIGCHLD', onChild);
    this.#lookIn(0);
    await whenAborted(signal);
    process.removeListener('SIGCHLD', onChild);
    this.#cancel();
  }

  #lookIn(delayMs: number): void {
    const { clock } = this.#options;
    const atMs = Math.max(clock.now() + delayMs, this.#notBeforeMs);
    if (this.#scheduledAtMs <= atMs) return;
    this.#cancel();
    this.#scheduledAtMs = atMs;
    this.#cancel = clock.setTimer(() => this.#look(), atMs - clock.now());
  }

  #look(): void {
    const { clock } = this.#options;
    const startedAt = performance.now();
    const zombies = ownZombies();
    const orphans = zombies.filter((pid) => this.#seen.has(pid));
    const fresh = zombies.filter((pid) => !this.#seen.has(pid));
    for (const pid of orphans) this.#libc?.reap(pid);
    if (orphans.length > 0 && this.#libc === undefined) this.#complain();
    this.#seen = new Set(zombies);
    const tookMs = performance.now() - startedAt;
    this.#notBeforeMs = clock.now() + tookMs / LOOKING_PART;
    this.#scheduledAtMs = Infinity;
    this.#lookIn(fresh.length > 0 ? SECOND_LOOK_MS : SAFETY_MS);
  }

  #complain(): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#options.logger.warn(
      'orphaned processes stay in the process table: as process 1 they are ours to wait for, and koffi, which would do that, cannot be loaded; start the container with an init (docker run --init), or install the optional dependencies',
    );
  }
}

/** Children of ours that have ended and that nobody has waited for (proc(5), stat: the state and the parent are behind the name). */
function ownZombies(): number[] {
  const own = String(process.pid);
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const record = readFileSync(`/proc/${name}/stat`, 'latin1');
      const [state, parent] = record.slice(record.lastIndexOf(')') + 2).split(' ', 2);
      return state === 'Z' && parent === own ? [Number(name)] : [];
    } catch {
      // It is gone.
      return [];
    }
  });
}
