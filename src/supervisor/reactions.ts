import { AutotmplError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { runCommand } from '../process/command.ts';
import { commandLabel } from '../process/command-line.ts';
import { describeResult } from '../process/result.ts';
import type { Watcher } from '../watch/watcher.ts';
import { CatalogWatch } from './catalog-watch.ts';
import { ChangeHandler, Turns } from './change-handler.ts';
import { FilesWatch } from './files-watch.ts';
import type { Happening } from './happening.ts';
import type {
  CatalogWatchSettings,
  ChangeAction,
  ChangeSettings,
  FilesWatchSettings,
  WatchSettings,
} from './settings.ts';
import type { WatchSnapshot } from './snapshot.ts';

/** What reactions work with. */
export interface ReactionsParts {
  readonly watcher: Watcher;
  readonly announce: (happening: Happening) => void;
  readonly environment: () => Record<string, string>;
  /** Throws an AutotmplError where there is no such job. One that does not run finds what is new when it starts. */
  readonly signalJob: (job: string, signal: NodeJS.Signals) => void;
  /** Resolves when a job's process can take a signal, or there is none: one that comes up may be ended by it. */
  readonly untilWell: (job: string) => Promise<void>;
  readonly restartJob: (job: string) => void;
  /** Whether a run of this job was ever begun. */
  readonly hasBegun: (job: string) => boolean;
  /** Whether every file has been there. */
  readonly isReady: () => boolean;
  readonly render: (source: string) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Reaction {
  readonly watch: CatalogWatch | FilesWatch;
  readonly handler: ChangeHandler | undefined;
}

const TAIL_LINES = 3;

/** The watches of a config, each with what is done at its changes. */
export class Reactions {
  readonly #parts: ReactionsParts;
  readonly #turns = new Turns();
  readonly #reactions = new Map<string, Reaction>();
  #held = true;
  #stopped = false;

  constructor(parts: ReactionsParts) {
    this.#parts = parts;
  }

  /** Goes over to these watches: those that stayed as they were keep what they know. */
  async use(watches: readonly WatchSettings[]): Promise<void> {
    const wanted = new Map(watches.map((watch) => [watch.name, watch]));
    const ended: Promise<void>[] = [];
    for (const [name, { watch, handler }] of this.#reactions) {
      if (wanted.get(name)?.fingerprint === watch.settings.fingerprint) continue;
      if (watch instanceof CatalogWatch) watch.end();
      this.#reactions.delete(name);
      if (handler !== undefined) ended.push(handler.stop());
    }
    await Promise.all(ended);
    // The program may have begun to stop meanwhile.
    if (this.#stopped) return;
    for (const [name, settings] of wanted) {
      if (!this.#reactions.has(name)) this.#begin(settings);
    }
  }

  /** Does nothing at changes until `release`, and then what is due. */
  hold(): void {
    this.#held = true;
    for (const { handler } of this.#reactions.values()) handler?.hold();
  }

  /** Reacts, to what changed meanwhile too. */
  release(): void {
    this.#held = false;
    for (const { handler } of this.#reactions.values()) handler?.release();
  }

  /** The renderer wrote a batch of files. */
  filesWritten(files: readonly string[]): void {
    for (const { watch } of this.#reactions.values()) {
      if (watch instanceof FilesWatch) watch.written(files);
    }
  }

  /** Ends all watches, and what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.use([]);
  }

  /** How the watches stand. */
  snapshot(): readonly WatchSnapshot[] {
    return [...this.#reactions.values()].map(({ watch }) => {
      const instances = watch instanceof CatalogWatch ? watch.instances : undefined;
      if (instances === undefined) return { name: watch.settings.name, status: 'unknown' };
      const status = instances > 0 ? 'healthy' : 'unhealthy';
      return { name: watch.settings.name, instances, status };
    });
  }

  #begin(settings: WatchSettings): void {
    const handler = settings.onChange && this.#makeHandler(settings.name, settings.onChange);
    const onChange = (): void => handler?.changed();
    const watch =
      'files' in settings
        ? this.#makeFilesWatch(settings, onChange)
        : this.#makeCatalogWatch(settings, onChange);
    this.#reactions.set(settings.name, { watch, handler });
    if (!this.#held) handler?.release();
    if (watch instanceof CatalogWatch) watch.begin();
  }

  #makeCatalogWatch(settings: CatalogWatchSettings, onChange: () => void): CatalogWatch {
    const { watcher, announce } = this.#parts;
    return new CatalogWatch({ settings, watcher, announce, onChange });
  }

  /** A job that has not begun starts with what is there then; a command has to do only with what comes after the first rendering. */
  #makeFilesWatch(settings: FilesWatchSettings, onChange: () => void): FilesWatch {
    const { announce, isReady, hasBegun } = this.#parts;
    const action = settings.onChange?.action;
    const job = action?.kind === 'signal' || action?.kind === 'restart' ? action.job : undefined;
    const isNews = (): boolean => (job === undefined ? isReady() : hasBegun(job));
    return new FilesWatch({ settings, announce, isReady, isNews, onChange });
  }

  #makeHandler(name: string, settings: ChangeSettings): ChangeHandler {
    const { clock, logger } = this.#parts;
    return new ChangeHandler({
      ...{ name, settings, clock, logger },
      ready: async (action) => {
        if (action.kind === 'signal') await this.#parts.untilWell(action.job);
      },
      turn: (group, signal) => this.#turns.wait(group, signal),
      perform: (action, signal) => this.#perform(name, settings, action, signal),
    });
  }

  async #perform(
    name: string,
    settings: ChangeSettings,
    action: ChangeAction,
    signal: AbortSignal,
  ): Promise<void> {
    switch (action.kind) {
      case 'exec':
        await this.#run(name, settings, action, signal);
        break;
      case 'signal':
        this.#parts.signalJob(action.job, action.signal);
        break;
      case 'restart':
        this.#parts.restartJob(action.job);
        break;
      case 'render':
        await this.#parts.render(action.source);
        break;
    }
  }

  async #run(
    name: string,
    { timeoutMs = Infinity }: ChangeSettings,
    { command }: ChangeAction & { kind: 'exec' },
    signal: AbortSignal,
  ): Promise<void> {
    const { environment, logger } = this.#parts;
    const label = commandLabel(command);
    logger.info(`${name} changed: ${label}`, { watch: name });
    const result = await runCommand(command, {
      env: environment(),
      timeoutMs,
      killAfterMs: 0,
      signal,
      onLine: (stream, line) => logger.info(line, { watch: name, stream }),
    });
    if (result.outcome === 'ok' || result.outcome === 'aborted') return;
    const said = result.tail.slice(-TAIL_LINES).join('; ');
    const sentence = describeResult(label, result);
    throw new AutotmplError('command', said === '' ? sentence : `${sentence}: ${said}`);
  }
}
