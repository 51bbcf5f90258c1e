import type { Settings } from '../config/settings.ts';
import type { Bus } from '../core/bus.ts';
import { Deadline, whenAborted } from '../core/deadline.ts';
import type { AdjustableLogger } from '../core/logger.ts';
import { systemClock, type Clock } from '../core/time.ts';
import { commandLabel } from '../process/command-line.ts';
import { FastClock, JumpingClock } from '../recording/play-clock.ts';
import { PlayPublisher } from '../recording/play-publisher.ts';
import { createPlayedCatalog } from '../recording/played-catalog.ts';
import type { Recording } from '../recording/read-recording.ts';
import type { Target } from '../renderer/target.ts';
import { Daemon } from './daemon.ts';
import type { DaemonOptions, Standing } from './options.ts';

/** How a recording is played. */
export interface ReplayOptions extends Pick<
  DaemonOptions,
  'packageTemplates' | 'environment' | 'version' | 'color'
> {
  /** Absolute path of the recording. */
  readonly path: string;
  readonly recording: Recording;
  /** How many times as fast as it was; 0: as fast as each step is done. */
  readonly speed: number;
  readonly logger: AdjustableLogger;
  /** Takes what happened, with the time since the start. */
  readonly show: (elapsedMs: number, text: string) => void;
  /** Writes a text to where a replay may write; absent: nowhere. */
  readonly write?: (path: string, text: string) => Promise<void>;
}

/** What a replay came to. */
export interface Replayed {
  readonly standing: Standing;
  readonly texts: number;
  readonly files: number;
  /** By the clock of the recording. */
  readonly durationMs: number;
}

/** What follows the last change has this long, beyond what its targets wait for. */
const REST_MS = 1000;
/** After so many turns of the event loop without work, everything that a step leads to is done. */
const QUIET_TURNS = 25;

/**
 * Plays a recording through the daemon: the same queries, quiet periods, guards and renderings, at a clock that runs as fast as it is told
 * to. Texts are shown and not put in place, and no command, check, probe or lock has a part in it.
 */
export async function replay(
  settings: Settings,
  options: ReplayOptions,
  signal: AbortSignal,
): Promise<Replayed> {
  const { recording, speed } = options;
  const startMs = recording.startedMs ?? systemClock.now();
  const jumping = speed === 0 ? new JumpingClock(startMs) : undefined;
  const clock = jumping ?? new FastClock(startMs, speed);
  const show = (text: string): void => options.show(clock.now() - startMs, text);
  const { write, color } = options;
  const publisher = new PlayPublisher({ show, color, ...(write !== undefined && { write }) });
  const daemon = makeDaemon(settings, options, clock, publisher);
  listen(daemon.bus, settings.targets, show);
  const prepared = await daemon.prepare(withoutOutside(settings, options.path));
  prepared.catalog.close();
  const catalog = createPlayedCatalog(recording, startMs, clock);
  const over = new AbortController();
  const running = daemon.run({ ...prepared, catalog }, over.signal);
  // What is wrong is told at the end, where it is waited for.
  running.catch(() => undefined);
  const lastMs = recording.changes.at(-1)?.afterMs ?? 0;
  const endMs = startMs + lastMs + restOf(settings.targets);
  try {
    if (jumping === undefined) await Promise.race([running, sleepUntil(clock, endMs, signal)]);
    else await jumpThrough(jumping, endMs, publisher, signal);
  } finally {
    over.abort();
  }
  const standing = await running;
  return { standing, ...publisher.played, durationMs: clock.now() - startMs };
}

function makeDaemon(
  settings: Settings,
  { packageTemplates, environment, version, color, logger, path }: ReplayOptions,
  clock: Clock,
  publisher: PlayPublisher,
): Daemon {
  return new Daemon({
    ...{ once: false, dry: true, packageTemplates, environment, version, color, logger, clock },
    load: async () => withoutOutside(settings, path),
    print: () => undefined,
    publisher,
  });
}

/** Settings of which nothing reaches outside: templates, what they look like, what guards them, and when they are rendered. */
function withoutOutside(
  { searchPath, log, targets, environment }: Settings,
  path: string,
): Settings {
  return {
    catalog: { backend: 'file', file: { path } },
    ...{ searchPath, log, targets: targets.map(shownTarget) },
    ...(environment !== undefined && { environment }),
  };
}

/** What of a target reaches outside of its own text. */
const OUTSIDE: ReadonlySet<string> = new Set<keyof Target>([
  ...(['command', 'check', 'probe', 'rolling', 'onFailure', 'errorFatal', 'absentFatal'] as const),
]);

function shownTarget(target: Target): Target {
  const shown = Object.entries(target).filter(([name]) => !OUTSIDE.has(name));
  return Object.fromEntries(shown) as unknown as Target;
}

/** Quiet periods and delayed removals after the last change are a part of what it led to. */
function restOf(targets: readonly Target[]): number {
  const waits = targets.flatMap(({ quiet, guard }) => [
    quiet.maxMs,
    ...(guard?.removeAfterMs.values() ?? []),
  ]);
  return Math.max(0, ...waits) + REST_MS;
}

async function sleepUntil(clock: Clock, endMs: number, signal: AbortSignal): Promise<void> {
  const deadline = new Deadline(clock, endMs - clock.now(), signal);
  await whenAborted(deadline.signal);
  deadline.close();
}

async function jumpThrough(
  clock: JumpingClock,
  endMs: number,
  publisher: PlayPublisher,
  signal: AbortSignal,
): Promise<void> {
  do await untilQuiet(publisher);
  while (!signal.aborted && clock.jump(endMs));
}

async function untilQuiet(publisher: PlayPublisher): Promise<void> {
  for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (publisher.isBusy) turns = 0;
  }
}

/** What happens beside the texts: to the answers, and to whoever objects. */
function listen(bus: Bus, targets: readonly Target[], show: (text: string) => void): void {
  const commands = new Map(targets.map(({ label, command }) => [label, command]));
  const seen = new Set<string>();
  bus.on('target:written', ({ target }) => {
    const command = commands.get(target);
    // At first everything is new.
    if (command !== undefined && seen.has(target)) show(`would run: ${commandLabel(command)}\n`);
    seen.add(target);
  });
  bus.on('target:held', ({ target, by, reason }) => show(`${target}: held by ${by}: ${reason}\n`));
  bus.on('target:released', ({ target, by }) => show(`${target}: released by ${by}\n`));
  bus.on('target:failed', ({ target, reason }) => show(`${target}: failed: ${reason}\n`));
  bus.on('query:held', ({ query, reason }) => show(`${query} is not answered: ${reason}\n`));
  bus.on('query:recovered', ({ query }) => show(`${query} is answered again\n`));
}
