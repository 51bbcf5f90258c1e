import type { Catalog } from './catalog/catalog.ts';
import { showConsulAddress } from './catalog/consul/address.ts';
import { createCatalog } from './catalog/index.ts';
import type { CatalogSettings, Settings } from './config/settings.ts';
import { begin, type Begun } from './core/actor.ts';
import { Bus } from './core/bus.ts';
import { describeError } from './core/errors.ts';
import type { Logger } from './core/logger.ts';
import type { CancelTimer, Clock } from './core/time.ts';
import { Claims, type Lease } from './output/claims.ts';
import { createMask } from './output/mask.ts';
import { OwedMarkers } from './output/owed-markers.ts';
import { warmUp } from './process/command.ts';
import { commandLabel } from './process/command-line.ts';
import { compileTargets, type CompiledTarget } from './renderer/compile-targets.ts';
import { FilePublisher } from './renderer/file-publisher.ts';
import { Reloads } from './renderer/reloads.ts';
import { runReload } from './renderer/run-reload.ts';
import { Renderer } from './renderer/renderer.ts';
import type { Publisher } from './renderer/publisher.ts';
import {
  reportStanding,
  standingOf,
  type Standing,
  type StandingParts,
} from './renderer/standing.ts';
import { createNunjucksEngine } from './template/nunjucks/engine.ts';
import { Watcher, type User } from './watch/watcher.ts';

/** What `run` returns. */
export type { Standing };

/** A successor takes over what its predecessor watched within this time. */
const TAKE_OVER_MS = 5000;
/** A single run mostly ends with the first answers: only one that has to wait longer asks for news of what it knows. */
const ONCE_REST_MS = 1000;

/** What a daemon is made with: how it runs, and the outside world. */
export interface DaemonOptions {
  readonly once: boolean;
  readonly dry: boolean;
  /** Folders of templates that ship with the package; the last place where includes are looked for. */
  readonly packageTemplates: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes data: rendered text and diffs. */
  readonly print: (text: string) => void;
  /** chalk's level for what is printed. */
  readonly color: 0 | 1 | 2 | 3;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Settings that can be run: their templates are compiled, their catalog can be had, and their destinations are ours. */
export interface Prepared {
  readonly settings: Settings;
  readonly targets: readonly CompiledTarget[];
  readonly catalog: Catalog;
  /** Held until another generation has its own. */
  readonly lease: Lease;
}

/**
 * The composition root: puts the parts together and runs them. The watcher and the reloads live as long as the daemon does, so
 * that a new config finds the answers that are known and the commands that are owed; the renderer is made anew for it.
 */
export class Daemon {
  readonly bus: Bus;
  readonly #options: DaemonOptions;
  readonly #claims = new Claims();
  readonly #markers = new OwedMarkers();
  readonly #reloads: Reloads;
  readonly #keeper: User = { answerChanged: () => undefined };
  #watcher: Begun<Watcher> | undefined;
  #renderer: Renderer | undefined;
  #next: Prepared | undefined;
  #endGeneration: () => void = () => undefined;
  #commandEnvironment: Readonly<Record<string, string | undefined>> = {};
  readonly #insisting = new AbortController();
  #endKeeping: CancelTimer = () => undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.bus = new Bus((error, name) =>
      options.logger.error(`a listener of ${name} failed: ${describeError(error)}`),
    );
    this.#reloads = new Reloads({
      run: (reload, signal) =>
        runReload(
          reload,
          {
            environment: this.#commandEnvironment,
            logger: options.logger,
            mask: createMask(this.#renderer?.secrets() ?? new Set()),
            insist: this.#insisting.signal,
          },
          signal,
        ),
      cover: (targets) =>
        this.#markers.cover(targets.flatMap(({ destination }) => destination ?? [])),
      retry: !options.once,
      clock: options.clock,
      bus: this.bus,
      logger: options.logger,
    });
  }

  /**
   * Makes ready whatever can fail: reads and compiles the templates, makes the catalog, claims the destinations. Throws an
   * AutotmplError, and changes nothing, where something is wrong. What it returns is for `run` or `replace`.
   */
  async prepare(settings: Settings): Promise<Prepared> {
    const { clock, logger, packageTemplates, once, dry } = this.#options;
    const environment = this.#environment(settings);
    const searchPath = [...settings.searchPath, ...packageTemplates];
    const engine = createNunjucksEngine({ searchPath, environment, clock });
    const targets = compileTargets(settings.targets, engine);
    const catalog = createCatalog(settings.catalog, { clock, logger });
    try {
      // A single run is over too soon for two of them to undo each other's work.
      const lasting = once || dry ? [] : settings.targets;
      const lease = await this.#claims.take(lasting.flatMap((target) => target.destination ?? []));
      return { settings, targets, catalog, lease };
    } catch (error) {
      catalog.close();
      throw error;
    }
  }

  /** Goes over to other settings, keeping what they have in common with the present ones. */
  async replace(prepared: Prepared): Promise<void> {
    const overtaken = this.#next;
    this.#next = prepared;
    this.#endGeneration();
    overtaken?.catalog.close();
    await overtaken?.lease.release();
  }

  /** Kills what would outlive this process, which is about to end without waiting for anything. */
  insist(): void {
    this.#insisting.abort();
  }

  /** How things stand: what failed, what is waited for, what changed. */
  standing(): Standing {
    return standingOf(this.#parts());
  }

  /** Logs how things stand, for a person who asks (USR1). */
  report(): void {
    reportStanding(this.#parts(), this.#options.logger);
  }

  #parts(): StandingParts {
    return { renderer: this.#renderer, watcher: this.#watcher?.actor, reloads: this.#reloads };
  }

  /** Runs until told to stop, or with `once` until all is done; returns how things stood then. */
  async run(first: Prepared, signal: AbortSignal): Promise<Standing> {
    const reloads = begin(this.#reloads);
    let present: Prepared | undefined;
    let next: Prepared | undefined = first;
    let standing = this.standing();
    try {
      while (next !== undefined && !signal.aborted) {
        // From here on `replace` ends this generation, even before it has begun to work.
        const generation = new AbortController();
        this.#endGeneration = () => generation.abort();
        this.#next = undefined;
        await this.#useCatalogOf(next, present);
        await present?.lease.release();
        present = next;
        standing = await this.#runGeneration(present, AbortSignal.any([signal, generation.signal]));
        next = this.#next;
      }
    } finally {
      // In the reverse of the order in which they were started.
      this.#endKeeping();
      await reloads.stop();
      await this.#watcher?.stop();
      await present?.lease.release();
    }
    return standing;
  }

  /** Goes on with the catalog that is watched, where the new settings name the same one. */
  async #useCatalogOf(next: Prepared, present: Prepared | undefined): Promise<void> {
    if (present !== undefined && same(present.settings.catalog, next.settings.catalog)) {
      next.catalog.close();
      return;
    }
    await this.#watcher?.stop();
    const { clock, logger } = this.#options;
    const { bus } = this;
    const restMs = this.#options.once ? ONCE_REST_MS : 0;
    this.#watcher = begin(new Watcher({ catalog: next.catalog, bus, clock, logger, restMs }));
  }

  async #runGeneration(prepared: Prepared, signal: AbortSignal): Promise<Standing> {
    const watcher = (this.#watcher as Begun<Watcher>).actor;
    this.#commandEnvironment = this.#environment(prepared.settings);
    const labels = prepared.targets.flatMap(({ target }) =>
      target.command === undefined ? [] : commandLabel(target.command),
    );
    this.#reloads.keepOnly(new Set(labels));
    if (labels.length > 0 && !this.#options.dry) warmUp();
    const renderer = await this.#makeRenderer(prepared, watcher);
    this.#renderer = renderer;
    await renderer.run(signal);
    // Before it lets go of its queries: with them goes why they were not answered.
    const standing = this.standing();
    if (this.#next !== undefined) this.#keepWatching(watcher);
    renderer.release();
    return standing;
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

  async #makeRenderer(prepared: Prepared, watcher: Watcher): Promise<Renderer> {
    const { once, clock, logger } = this.#options;
    return new Renderer({
      targets: prepared.targets,
      watcher,
      publisher: await this.#makePublisher(),
      reloads: this.#reloads,
      once,
      clock,
      bus: this.bus,
      logger,
    });
  }

  async #makePublisher(): Promise<Publisher> {
    const { dry, print, color, logger } = this.#options;
    if (!dry) return new FilePublisher({ print, markers: this.#markers, logger });
    // The diff is not needed for anything else.
    const { DryPublisher } = await import('./renderer/dry-publisher.ts');
    return new DryPublisher({ print, color });
  }

  /** Ours, with the address of the catalog as it was settled: templates and commands reach the same agent. */
  #environment({ catalog }: Settings): Readonly<Record<string, string | undefined>> {
    const { environment } = this.#options;
    if (catalog.backend !== 'consul') return environment;
    return { ...environment, CONSUL_HTTP_ADDR: showConsulAddress(catalog.consul.address) };
  }
}

function same(first: CatalogSettings, second: CatalogSettings): boolean {
  return JSON.stringify(first) === JSON.stringify(second);
}
