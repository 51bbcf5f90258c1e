import { queryId } from './catalog/catalog.ts';
import { showConsulAddress } from './catalog/consul/address.ts';
import { createCatalog } from './catalog/index.ts';
import type { CatalogSettings, Settings } from './config/settings.ts';
import { begin, type Begun } from './core/actor.ts';
import { Bus } from './core/bus.ts';
import { describeError } from './core/errors.ts';
import type { Logger } from './core/logger.ts';
import type { CancelTimer, Clock } from './core/time.ts';
import { owedMarker } from './output/owed-marker.ts';
import { warmUp } from './process/command.ts';
import { commandLabel } from './process/command-line.ts';
import { compileTargets, type CompiledTarget } from './renderer/compile-targets.ts';
import { FilePublisher } from './renderer/file-publisher.ts';
import { Reloads } from './renderer/reloads.ts';
import { runReload } from './renderer/run-reload.ts';
import { Renderer } from './renderer/renderer.ts';
import { describeMissing } from './renderer/waiting-report.ts';
import type { Publisher } from './renderer/publisher.ts';
import { createNunjucksEngine } from './template/nunjucks/engine.ts';
import { Watcher, type User } from './watch/watcher.ts';

/** A successor takes over what its predecessor watched within this time. */
const TAKE_OVER_MS = 5000;

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

/** Settings whose templates are read and compiled: they can be run. */
export interface Prepared {
  readonly settings: Settings;
  readonly targets: readonly CompiledTarget[];
}

/** How a run stands, or stood at its end. */
export interface RunResult {
  readonly failures: readonly Error[];
  /** Sentences about commands that are not tried again. */
  readonly commandFailures: readonly string[];
  /** Sentences about what is missing, each with the place where it is used. */
  readonly waiting: readonly string[];
  /** Whether something is missing because the catalog does not answer. */
  readonly catalogTroubled: boolean;
  /** How many targets changed, or would have changed. */
  readonly changed: number;
}

/**
 * The composition root: puts the parts together and runs them. The watcher and the reloads live as long as the daemon does, so
 * that a new config finds the answers that are known and the commands that are owed; the renderer is made anew for it.
 */
export class Daemon {
  readonly bus: Bus;
  readonly #options: DaemonOptions;
  readonly #reloads: Reloads;
  readonly #keeper: User = { answerChanged: () => undefined };
  #watcher: Watcher | undefined;
  #renderer: Renderer | undefined;
  #next: Prepared | undefined;
  #endGeneration: () => void = () => undefined;
  #commandEnvironment: Readonly<Record<string, string | undefined>> = {};
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
          { environment: this.#commandEnvironment, logger: options.logger },
          signal,
        ),
      onSuccess: async (targets) => {
        for (const { destination } of targets) {
          if (destination !== undefined) await owedMarker.clear(destination);
        }
      },
      retry: !options.once,
      clock: options.clock,
      bus: this.bus,
      logger: options.logger,
    });
  }

  /** Reads and compiles the templates of these settings; throws an AutotmplError and changes nothing where one is wrong. */
  async prepare(settings: Settings): Promise<Prepared> {
    const { clock, packageTemplates } = this.#options;
    const environment = this.#environment(settings);
    const searchPath = [...settings.searchPath, ...packageTemplates];
    const engine = createNunjucksEngine({ searchPath, environment, clock });
    return { settings, targets: await compileTargets(settings.targets, engine) };
  }

  /** Goes over to other settings, keeping what they have in common with the present ones. */
  replace(prepared: Prepared): void {
    this.#next = prepared;
    this.#endGeneration();
  }

  /** How things stand: what failed, what is waited for, what changed. */
  result(): RunResult {
    const waiting = this.#renderer?.waiting() ?? [];
    return {
      failures: this.#renderer?.failures() ?? [],
      commandFailures: this.#reloads.failures,
      waiting: waiting.flatMap((one) =>
        one.missing.map((missing) => describeMissing(one, missing, (id) => this.#troubleOf(id))),
      ),
      catalogTroubled: waiting.some(({ missing }) =>
        missing.some(({ query }) => this.#troubleOf(queryId(query)) !== undefined),
      ),
      changed: this.#renderer?.changed ?? 0,
    };
  }

  /** Logs how things stand, for a person who asks (USR1). */
  report(): void {
    const { logger } = this.#options;
    const { failures, waiting } = this.result();
    logger.info('how things stand', {
      files: this.#renderer?.size ?? 0,
      queries: this.#watcher?.size ?? 0,
      failing: failures.length,
      waitedFor: waiting.length,
      commandsOwed: this.#reloads.owed,
    });
    for (const failure of failures) logger.info(`failing: ${describeError(failure)}`);
    for (const sentence of waiting) logger.info(sentence);
  }

  #troubleOf(id: string): Error | undefined {
    const answer = this.#watcher?.answer(id);
    return answer === undefined || answer.state === 'fresh' ? undefined : answer.reason;
  }

  /** Runs until told to stop, or with `once` until all is done; returns how things stood then. */
  async run(first: Prepared, signal: AbortSignal): Promise<RunResult> {
    const reloads = begin(this.#reloads);
    let catalog:
      { readonly settings: CatalogSettings; readonly watcher: Begun<Watcher> } | undefined;
    let prepared: Prepared | undefined = first;
    let result = this.result();
    try {
      while (prepared !== undefined && !signal.aborted) {
        if (catalog === undefined || !same(catalog.settings, prepared.settings.catalog)) {
          await catalog?.watcher.stop();
          catalog = {
            settings: prepared.settings.catalog,
            watcher: begin(this.#makeWatcher(prepared.settings)),
          };
        }
        this.#next = undefined;
        result = await this.#runGeneration(prepared, catalog.watcher.actor, signal);
        prepared = this.#next;
      }
    } finally {
      // In the reverse of the order in which they were started.
      this.#endKeeping();
      await reloads.stop();
      await catalog?.watcher.stop();
    }
    return result;
  }

  async #runGeneration(
    prepared: Prepared,
    watcher: Watcher,
    signal: AbortSignal,
  ): Promise<RunResult> {
    const generation = new AbortController();
    this.#endGeneration = () => generation.abort();
    this.#watcher = watcher;
    this.#commandEnvironment = this.#environment(prepared.settings);
    const labels = prepared.targets.flatMap(({ target }) =>
      target.command === undefined ? [] : commandLabel(target.command),
    );
    this.#reloads.keepOnly(new Set(labels));
    if (labels.length > 0 && !this.#options.dry) warmUp();
    const renderer = await this.#makeRenderer(prepared, watcher);
    this.#renderer = renderer;
    await renderer.run(AbortSignal.any([signal, generation.signal]));
    // Before it lets go of its queries: with them goes why they were not answered.
    const result = this.result();
    if (this.#next !== undefined) this.#keepWatching(watcher);
    renderer.release();
    return result;
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

  #makeWatcher(settings: Settings): Watcher {
    const { clock, logger } = this.#options;
    const catalog = createCatalog(settings.catalog, { clock, logger });
    return new Watcher({ catalog, bus: this.bus, clock, logger });
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
    const { dry, once, print, color, logger } = this.#options;
    if (!dry) return new FilePublisher({ print, exclusive: !once, logger });
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
