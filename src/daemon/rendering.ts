import { hostname } from 'node:os';
import { begin, type Begun } from '../core/actor.ts';
import type { Bus } from '../core/bus.ts';
import type { CancelTimer } from '../core/time.ts';
import { createMask } from '../output/mask.ts';
import { OwedMarkers } from '../output/owed-markers.ts';
import type { Aftermath } from '../renderer/aftermath.ts';
import type { Drift } from '../renderer/drift/drift.ts';
import { LastGood } from '../renderer/last-good.ts';
import { GuardMemories } from '../renderer/guard/memory.ts';
import { reloadsOf } from '../renderer/reload.ts';
import type { Reloads } from '../renderer/reloads.ts';
import { Renderer } from '../renderer/renderer.ts';
import { Turns } from '../renderer/rolling/turns.ts';
import type { StandingParts } from '../renderer/standing.ts';
import { Commands } from './commands.ts';
import { makePublisher } from './make-publisher.ts';
import { Memory } from './memory.ts';
import { releaseAdvice, retryAdvice } from './release-advice.ts';
import { sharesAnswers, withSharing } from './sharing.ts';
import { Watcher, type User } from '../watch/watcher.ts';
import { isSameSource, type DaemonOptions, type Prepared } from './options.ts';

/** A successor takes over what its predecessor watched within this time. */
const TAKE_OVER_MS = 5000;
/** A single run mostly ends with the first answers: only one that has to wait longer asks for news of what it knows. */
const ONCE_REST_MS = 1000;

/**
 * The half of the daemon that keeps files true. The watcher and the reloads live as long as it does, so that a new config finds
 * the answers that are known and the commands that are owed; the renderer is made anew for each config.
 */
export class Rendering {
  readonly #options: DaemonOptions;
  readonly #bus: Bus;
  readonly #markers = new OwedMarkers();
  readonly #memory: Memory;
  readonly #lastGood: LastGood;
  readonly #memories = new GuardMemories();
  readonly #turns: Turns;
  readonly #keeper: User = { answerChanged: () => undefined };
  readonly #commands: Commands;
  #begunReloads: Begun<Reloads> | undefined;
  #watcher: Begun<Watcher> | undefined;
  #renderer: Renderer | undefined;
  #drift: Begun<Drift> | undefined;
  #endKeeping: CancelTimer = () => undefined;
  #onFatal: (error: Error) => void = () => undefined;

  constructor(options: DaemonOptions, bus: Bus) {
    this.#options = options;
    this.#bus = bus;
    this.#memory = new Memory({
      ...{ options, bus, watcher: () => this.#watcher?.actor },
      secrets: () => ({
        texts: this.#secrets(),
        undecided: this.#renderer?.undecided() ?? new Set(),
      }),
    });
    const { logger } = options;
    this.#lastGood = new LastGood({
      ...{ markers: this.#markers, ledger: this.#memory, bus, logger },
      ownWrites: () => this.#drift?.actor,
    });
    const { once, clock } = options;
    // Few runs have the host's name to tell.
    const holder = (): string => `${hostname()} ${process.pid}`;
    this.#turns = new Turns({ holder, once, clock, bus, logger });
    this.#commands = new Commands({
      ...{ options, bus, markers: this.#markers, turns: this.#turns },
      follow: async (reload, reason, cover) =>
        (await this.#aftermath()).follow(reload, reason, cover),
      secrets: () => this.#secrets(),
    });
  }

  get reloads(): Reloads {
    return this.#commands.reloads;
  }

  /** Loaded when the first command fails: in most runs none does. */
  async #aftermath(): Promise<Aftermath> {
    const { Aftermath } = await import('../renderer/aftermath.ts');
    return new Aftermath({
      lastGood: this.#lastGood,
      onFatal: (error) => this.#onFatal(error),
      onTakenBack: (targets) =>
        this.#renderer?.reconsider(new Set(targets.map(({ destination }) => destination))),
      logger: this.#options.logger,
    });
  }

  /** What is asked how it stands. */
  parts(): StandingParts {
    return {
      renderer: this.#renderer,
      watcher: this.#watcher?.actor,
      reloads: this.reloads,
      drift: this.#drift?.actor,
      degraded: this.#memory.degraded(),
    };
  }

  /** Renders the targets of a source anew; returns how many there are. */
  renderAgain(source: string): number {
    return this.#renderer?.renderAgain(source) ?? 0;
  }

  /** Kills the command under way. */
  insist(): void {
    this.#commands.insist();
  }

  /** Starts what lives as long as the daemon; `onFatal` is called when a failure is to end the program. */
  begin(onFatal: (error: Error) => void): void {
    this.#onFatal = onFatal;
    this.#begunReloads = begin(this.reloads);
  }

  /** The watcher of these settings' catalog: the one that is there, where the present settings name the same catalog. */
  async watcherFor(next: Prepared, present: Prepared | undefined): Promise<Watcher> {
    await this.#memory.adopt(next);
    const known = this.#watcher;
    const same = present !== undefined && isSameSource(present.settings, next.settings);
    if (known !== undefined && same) {
      next.catalog.close();
      return known.actor;
    }
    await known?.stop();
    const { clock, logger, once } = this.#options;
    const restMs = once ? ONCE_REST_MS : 0;
    const groupsOf = (id: string): readonly string[] => watcher.groupsOf(id);
    const catalog = sharesAnswers(next.settings, this.#options)
      ? withSharing(next.catalog, next.settings, groupsOf, {
          ...{ clock, logger, accesses: next.accesses },
        })
      : next.catalog;
    const watcher = new Watcher({
      catalog: this.#memory.behind(catalog, next),
      bus: this.#bus,
      clock,
      logger,
      restMs,
    });
    this.#watcher = begin(watcher);
    return watcher;
  }

  /**
   * Keeps the files of these settings true until told to stop, or with `once` until all is done. `lets` go of its queries at the
   * end, but not before it has called `onEnd`; where that says that another follows, they stay watched until it has its own.
   */
  async run(
    prepared: Prepared,
    watcher: Watcher,
    signal: AbortSignal,
    onEnd: () => { readonly anotherFollows: boolean },
  ): Promise<void> {
    this.#commands.use(prepared);
    this.#turns.use(prepared.slots);
    this.#drift = await this.#beginDrift(prepared);
    const renderer = await this.#makeRenderer(prepared, watcher);
    this.#renderer = renderer;
    try {
      await renderer.run(signal);
    } finally {
      // Whoever writes the files next looks after them anew.
      await this.#drift?.stop();
    }
    await this.#memory.settle();
    if (onEnd().anotherFollows) this.#keepWatching(watcher);
    renderer.release();
  }

  /** Stops in the reverse of the order in which its parts were started. */
  async stop(): Promise<void> {
    this.#endKeeping();
    this.#memory.close();
    await this.#begunReloads?.stop();
    await this.#watcher?.stop();
  }

  /** Masks the secrets of all files in a text. */
  mask(text: string): string {
    const secrets = this.#secrets();
    return secrets.size === 0 ? text : createMask(secrets)(text);
  }

  /** Of what was rendered, and of the files that are in place: one that is held or was rolled back is older. */
  #secrets(): ReadonlySet<string> {
    return new Set([...(this.#renderer?.secrets() ?? []), ...this.#lastGood.secrets()]);
  }

  /** Keeps what is watched alive until the next renderer wants it. */
  #keepWatching(watcher: Watcher): void {
    watcher.want(this.#keeper, watcher.queries());
    this.#endKeeping();
    this.#endKeeping = this.#options.clock.setTimer(
      () => watcher.want(this.#keeper, new Map()),
      TAKE_OVER_MS,
    );
  }

  async #makeRenderer({ targets, settings }: Prepared, watcher: Watcher): Promise<Renderer> {
    const { once, clock, logger } = this.#options;
    return new Renderer({
      targets,
      watcher,
      publisher: await makePublisher(this.#options, {
        ...{ markers: this.#markers, lastGood: this.#lastGood },
        runCheck: (request, signal) => this.#commands.check(request, signal),
        ownWrites: this.#drift?.actor,
      }),
      reloads: this.reloads,
      ledger: this.#memory,
      memories: this.#memories,
      releaseAdvice: releaseAdvice(settings.control?.socket, this.#options),
      retryAdvice: retryAdvice(settings.control?.socket, this.#options),
      once,
      clock,
      bus: this.#bus,
      logger,
    });
  }

  /** Looks after the files in a run that lasts, and that keeps any. */
  async #beginDrift({ targets }: Prepared): Promise<Begun<Drift> | undefined> {
    const { once, dry, clock, logger } = this.#options;
    const any = targets.some(
      ({ target }) => target.destination !== undefined && target.onDrift !== 'ignore',
    );
    if (once || dry || !any) return undefined;
    const { Drift } = await import('../renderer/drift/drift.ts');
    return begin(
      new Drift({
        ...{ clock, logger, bus: this.#bus, markers: this.#markers },
        secrets: () => this.#secrets(),
        onGoodRestored: async (target) => this.#lastGood.restored(target),
        onRestored: (target) => this.reloads.enqueue(reloadsOf(target)),
      }),
    );
  }
}
