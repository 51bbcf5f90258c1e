import { createCatalog } from '../catalog/index.ts';
import type { Settings } from '../config/settings.ts';
import { Bus } from '../core/bus.ts';
import { describeError } from '../core/errors.ts';
import { Claims } from '../output/claims.ts';
import { compileTargets } from '../renderer/compile-targets.ts';
import { reportStanding, standingOf, type Standing } from '../renderer/standing.ts';
import { createNunjucksEngine } from '../template/nunjucks/engine.ts';
import { environmentFor, type DaemonOptions, type Prepared } from './options.ts';
import { Reloading, type ReloadOutcome } from './reloading.ts';
import { Rendering } from './rendering.ts';

/**
 * The composition root: puts the parts together and runs them, one generation of settings after the other. What it is made of
 * lies beside it: `rendering.ts` keeps files true, `reloading.ts` goes over to other settings.
 */
export class Daemon {
  readonly bus: Bus;
  readonly #options: DaemonOptions;
  readonly #claims = new Claims();
  readonly #rendering: Rendering;
  readonly #reloading: Reloading;
  #next: Prepared | undefined;
  #endGeneration: () => void = () => undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.bus = new Bus((error, name) =>
      options.logger.error(`a listener of ${name} failed: ${describeError(error)}`),
    );
    this.#rendering = new Rendering(options, this.bus);
    this.#reloading = new Reloading({
      load: options.load,
      prepare: (settings) => this.prepare(settings),
      replace: (prepared) => this.#replace(prepared),
      bus: this.bus,
      logger: options.logger,
    });
  }

  /**
   * Makes ready whatever can fail: reads and compiles the templates, makes the catalog, claims the destinations. Throws an
   * AutotmplError, and changes nothing, where something is wrong. What it returns is for `run`.
   */
  async prepare(settings: Settings): Promise<Prepared> {
    const { clock, logger, packageTemplates, once, dry } = this.#options;
    const environment = environmentFor(this.#options.environment, settings);
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

  /** Reads everything anew, and goes over to it only when all of it is right; resolves when that is decided. `by` is who asked: `HUP`. */
  reload(by: string): Promise<ReloadOutcome> {
    return this.#reloading.reload(by);
  }

  /** Kills what would outlive this process, which is about to end without waiting for anything. */
  insist(): void {
    this.#rendering.insist();
  }

  /** How things stand: what failed, what is waited for, what changed. */
  standing(): Standing {
    return standingOf(this.#rendering.parts());
  }

  /** Logs how things stand, for a person who asks (USR1). */
  report(): void {
    reportStanding(this.#rendering.parts(), this.#options.logger);
  }

  /** Runs until told to stop, or with `once` until all is done; returns how things stood then. */
  async run(first: Prepared, signal: AbortSignal): Promise<Standing> {
    this.#rendering.begin();
    let present: Prepared | undefined;
    let next: Prepared | undefined = first;
    let standing = this.standing();
    try {
      while (next !== undefined && !signal.aborted) {
        // From here on a reload ends this generation, even before it has begun to work.
        const generation = new AbortController();
        this.#endGeneration = () => generation.abort();
        this.#next = undefined;
        const watcher = await this.#rendering.watcherFor(next, present);
        await present?.lease.release();
        present = next;
        await this.#rendering.run(
          present,
          watcher,
          AbortSignal.any([signal, generation.signal]),
          () => {
            // Before it lets go of its queries: with them goes why they were not answered.
            standing = this.standing();
            return { anotherFollows: this.#next !== undefined };
          },
        );
        next = this.#next;
      }
    } finally {
      await this.#rendering.stop();
      await present?.lease.release();
    }
    return standing;
  }

  /** Goes over to other settings, keeping what they have in common with the present ones. */
  async #replace(prepared: Prepared): Promise<void> {
    const overtaken = this.#next;
    this.#next = prepared;
    this.#endGeneration();
    overtaken?.catalog.close();
    await overtaken?.lease.release();
  }
}
