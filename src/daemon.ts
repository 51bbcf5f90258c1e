import { createCatalog } from './catalog/index.ts';
import type { CatalogSettings, Settings } from './config/settings.ts';
import { begin, type Begun } from './core/actor.ts';
import { Bus } from './core/bus.ts';
import { describeError } from './core/errors.ts';
import type { Logger } from './core/logger.ts';
import type { CancelTimer, Clock } from './core/time.ts';
import { owedMarker } from './output/owed-marker.ts';
import { runCommand, warmUp } from './process/command.ts';
import { commandEnvironment } from './process/environment.ts';
import { commandLabel } from './process/command-line.ts';
import { compileTargets, type CompiledTarget } from './renderer/compile-targets.ts';
import { DryPublisher } from './renderer/dry-publisher.ts';
import { FilePublisher } from './renderer/file-publisher.ts';
import { Reloads, type Reload } from './renderer/reloads.ts';
import { Renderer } from './renderer/renderer.ts';
import type { Publisher } from './renderer/publisher.ts';
import { createNunjucksEngine } from './template/nunjucks/engine.ts';
import { Watcher, type User } from './watch/watcher.ts';

/** A successor takes over what its predecessor watched within this time. */
const TAKE_OVER_MS = 5000;
/** From TERM to KILL, for a command that ran out of time. */
const KILL_AFTER_MS = 5000;

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

/**
 * The composition root: puts the parts together and runs them. The watcher and the reloads live as long as the daemon does, so
 * that a new config finds the answers that are known and the commands that are owed; the renderer is made anew for it.
 */
export class Daemon {
  readonly bus: Bus;
  readonly #options: DaemonOptions;
  readonly #reloads: Reloads;
  #watcher: Watcher | undefined;
  #renderer: Renderer | undefined;
  #next: Prepared | undefined;
  #endGeneration: () => void = () => undefined;
  #endKeeping: CancelTimer = () => undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.bus = new Bus((error, name) =>
      options.logger.error(`a listener of ${name} failed: ${describeError(error)}`),
    );
    this.#reloads = new Reloads({
      run: (reload, signal) => this.#runCommand(reload, signal),
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
    const { clock, environment, packageTemplates } = this.#options;
    const searchPath = [...settings.searchPath, ...packageTemplates];
    const engine = createNunjucksEngine({ searchPath, environment, clock });
    return { settings, targets: await compileTargets(settings.targets, engine) };
  }

  /** Goes over to other settings, keeping what they have in common with the present ones. */
  replace(prepared: Prepared): void {
    this.#next = prepared;
    this.#endGeneration();
  }

  /** The renderer of the present settings; undefined before the start. */
  get renderer(): Renderer | undefined {
    return this.#renderer;
  }

  /** What commands that are not tried again failed with. */
  get commandFailures(): readonly string[] {
    return this.#reloads.failures;
  }

  /** The watcher of the present settings; undefined before the start. */
  get watcher(): Watcher | undefined {
    return this.#watcher;
  }

  /** Runs until told to stop, or with `once` until all is done. */
  async run(first: Prepared, signal: AbortSignal): Promise<void> {
    const reloads = begin(this.#reloads);
    let catalog:
      { readonly settings: CatalogSettings; readonly watcher: Begun<Watcher> } | undefined;
    let prepared: Prepared | undefined = first;
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
        await this.#runGeneration(prepared, catalog.watcher.actor, signal);
        prepared = this.#next;
      }
    } finally {
      // In the reverse of the order in which they were started.
      this.#endKeeping();
      await reloads.stop();
      await catalog?.watcher.stop();
    }
  }

  async #runGeneration(prepared: Prepared, watcher: Watcher, signal: AbortSignal): Promise<void> {
    const generation = new AbortController();
    this.#endGeneration = () => generation.abort();
    this.#watcher = watcher;
    const labels = prepared.targets.flatMap(({ target }) =>
      target.command === undefined ? [] : commandLabel(target.command),
    );
    this.#reloads.keepOnly(new Set(labels));
    if (labels.length > 0 && !this.#options.dry) warmUp();
    const renderer = this.#makeRenderer(prepared, watcher);
    this.#renderer = renderer;
    await renderer.run(AbortSignal.any([signal, generation.signal]));
    if (this.#next !== undefined) this.#keepWatching(watcher);
    renderer.release();
  }

  /** Keeps what is watched alive until the next renderer wants it. */
  #keepWatching(watcher: Watcher): void {
    const keeper: User = { answerChanged: () => undefined };
    watcher.want(keeper, watcher.queries());
    this.#endKeeping();
    this.#endKeeping = this.#options.clock.setTimer(
      () => watcher.want(keeper, new Map()),
      TAKE_OVER_MS,
    );
  }

  #makeWatcher(settings: Settings): Watcher {
    const { clock, logger } = this.#options;
    const catalog = createCatalog(settings.catalog, { clock, logger });
    return new Watcher({ catalog, bus: this.bus, clock, logger });
  }

  #makeRenderer(prepared: Prepared, watcher: Watcher): Renderer {
    const { once, clock, logger } = this.#options;
    return new Renderer({
      targets: prepared.targets,
      watcher,
      publisher: this.#makePublisher(),
      reloads: this.#reloads,
      once,
      clock,
      bus: this.bus,
      logger,
    });
  }

  #makePublisher(): Publisher {
    const { dry, once, print, color, logger } = this.#options;
    return dry
      ? new DryPublisher({ print, color })
      : new FilePublisher({ print, exclusive: !once, logger });
  }

  async #runCommand(reload: Reload, signal: AbortSignal): ReturnType<typeof runCommand> {
    const { environment, logger } = this.#options;
    const command = commandLabel(reload.command);
    return runCommand(reload.command, {
      env: commandEnvironment(environment, {
        AUTOTMPL_TARGETS: reload.targets
          .map((target) => target.destination ?? target.label)
          .join('\n'),
        AUTOTMPL_REASON:
          reload.reasons.length === 0 ? 'first rendering' : reload.reasons.join(', '),
      }),
      timeoutMs: reload.timeoutMs,
      killAfterMs: KILL_AFTER_MS,
      signal,
      onLine: (stream, line) => logger.info(line, { command, stream }),
    });
  }
}

function same(first: CatalogSettings, second: CatalogSettings): boolean {
  return JSON.stringify(first) === JSON.stringify(second);
}
