import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { begin } from '../../src/core/actor.ts';
import { Bus } from '../../src/core/bus.ts';
import type { EventMap } from '../../src/core/events.ts';
import { systemClock } from '../../src/core/time.ts';
import { OwedMarkers } from '../../src/output/owed-markers.ts';
import { compileTargets } from '../../src/renderer/compile-targets.ts';
import { FilePublisher } from '../../src/renderer/file-publisher.ts';
import { GuardMemories } from '../../src/renderer/guard/memory.ts';
import { MemoryLedger } from '../../src/renderer/ledger.ts';
import type { Publisher } from '../../src/renderer/publisher.ts';
import { Reloads } from '../../src/renderer/reloads.ts';
import { Renderer } from '../../src/renderer/renderer.ts';
import type { RunCheck } from '../../src/renderer/run-check.ts';
import type { GuardRules } from '../../src/renderer/safety.ts';
import type { Target } from '../../src/renderer/target.ts';
import { createNunjucksEngine } from '../../src/template/nunjucks/engine.ts';
import { Watcher } from '../../src/watch/watcher.ts';
import { guardRules, instancesOf } from './guarded.ts';
import { PASSED } from './scripted-checks.ts';
import { noTurns } from './no-turns.ts';
import { ManualClock } from './manual-clock.ts';
import { recordingLogger } from './recording-logger.ts';
import { ScriptedCatalog } from './scripted-catalog.ts';
import { makeTarget } from './targets.ts';
import { waitUntil } from './wait-until.ts';

/** Prints the ids of a service's instances. */
export const SALES = '{% for one in service("sales") %}{{ one.ID }} {% endfor %}';

const NO_CHECK = (): never => {
  throw new Error('no target of these has a check');
};

/** What a test says otherwise. */
export interface StartOptions {
  readonly once?: boolean;
  readonly publisher?: Publisher;
  readonly runCheck?: RunCheck;
}

/** A renderer at work. */
export interface Rendering {
  readonly renderer: Renderer;
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Files that guards watch over, with a catalog and a clock that a test moves by hand. */
export class GuardedFiles {
  readonly folder = mkdtempSync(join(tmpdir(), 'autotmpl-guard-'));
  readonly catalog = new ScriptedCatalog();
  readonly clock = new ManualClock();
  readonly logger = recordingLogger();
  /** What guards and files were said to do, in order. */
  readonly facts: string[] = [];
  readonly ledger = new MemoryLedger();
  readonly memories = new GuardMemories();
  /** How often each guard looked, by whether it let pass. */
  readonly evaluations: string[] = [];
  /** The commands that ran, each with the files that it ran for. */
  readonly commands: string[] = [];
  readonly #stops: (() => Promise<void>)[] = [];

  at(name: string): string {
    return join(this.folder, name);
  }

  read(name = 'out'): string {
    return existsSync(this.at(name)) ? readFileSync(this.at(name), 'utf8') : '(no file)';
  }

  write(name: string, text: string): void {
    writeFileSync(this.at(name), text);
  }

  /** The catalog has these healthy instances of sales. */
  sales(...ids: readonly string[]): void {
    this.catalog.answer('service(sales)', instancesOf(...ids));
  }

  target(rules: Partial<GuardRules>, fields: Partial<Target> = {}): Target {
    const { label = 'out' } = fields;
    return makeTarget({
      source: { contents: SALES, name: `${label}.njk`, folder: this.folder },
      destination: this.at(label),
      guard: guardRules(rules),
      ...fields,
      label,
    });
  }

  /** Starts a renderer; the next one goes on with what guards remember. */
  start(
    targets: readonly Target[],
    { once = false, publisher, runCheck = NO_CHECK }: StartOptions = {},
  ): Rendering {
    const { catalog, clock, logger, ledger, memories } = this;
    const bus = new Bus((error) => {
      throw error;
    });
    this.#listen(bus);
    const engine = createNunjucksEngine({ searchPath: [], environment: {}, clock: systemClock });
    const watcher = begin(new Watcher({ catalog, bus, clock, logger }));
    const markers = new OwedMarkers();
    const reloads = begin(
      new Reloads({
        turns: noTurns({ clock, logger }),
        run: async ({ command, targets: covered }) => {
          this.commands.push(`${String(command)} for ${covered.map(({ label }) => label).join()}`);
          return PASSED;
        },
        probe: async () => undefined,
        follow: async () => ({ kind: 'keep' }),
        cover: (covered) => markers.cover(covered.flatMap(({ destination }) => destination ?? [])),
        retry: !once,
        ...{ clock, bus, logger },
      }),
    );
    const renderer = new Renderer({
      targets: compileTargets(targets, () => engine),
      watcher: watcher.actor,
      publisher:
        publisher ??
        new FilePublisher({ print: () => undefined, runCheck, markers, clock, logger }),
      reloads: reloads.actor,
      releaseAdvice: (label) => `autotmpl release ${label}`,
      retryAdvice: (label) => `release ${label}`,
      ...{ ledger, memories, once, clock, bus, logger },
    });
    const controller = new AbortController();
    const ended = renderer.run(controller.signal);
    const stop = async (): Promise<void> => {
      controller.abort();
      await ended.catch(() => undefined);
      renderer.release();
      await reloads.stop();
      await watcher.stop();
    };
    this.#stops.push(stop);
    return { renderer, ended, stop };
  }

  async untilText(text: string, name = 'out'): Promise<void> {
    await this.until(() => this.read(name) === text, `${name} to be ${JSON.stringify(text)}`);
  }

  /** Until this was told, and takes all facts until then. */
  async untilTold(fact: RegExp): Promise<readonly string[]> {
    await this.until(() => this.facts.some((one) => fact.test(one)), String(fact));
    return this.facts.splice(0, this.facts.findIndex((one) => fact.test(one)) + 1);
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    try {
      await waitUntil(condition, { timeoutMs: 5000, what });
    } catch (error) {
      const story = `${this.facts.join('\n')}\n${this.logger.text()}`;
      throw new Error(`${(error as Error).message}; told and logged:\n${story}`, { cause: error });
    }
  }

  /** Stops everything that was started. */
  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) await stop();
  }

  /** The same, and removes the folder. */
  async end(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #listen(bus: Bus): void {
    const tell =
      <Name extends keyof EventMap>(word: string, more: (payload: EventMap[Name]) => string) =>
      (payload: EventMap[Name]): void => {
        this.facts.push(`${word} ${more(payload)}`);
      };
    bus.on(
      'target:written',
      tell<'target:written'>('written', ({ target }) => target),
    );
    bus.on(
      'target:unchanged',
      tell<'target:unchanged'>('unchanged', ({ target }) => target),
    );
    bus.on(
      'target:held',
      tell<'target:held'>('held', ({ target, by, guards = [] }) =>
        [target, by, ...guards].join(' '),
      ),
    );
    bus.on(
      'target:released',
      tell<'target:released'>('released', ({ target, by }) => `${target} ${by}`),
    );
    bus.on('renderer:ready', () => this.facts.push('ready'));
    bus.on('guard:evaluated', ({ target, guard, passed }) =>
      this.evaluations.push(`${target} ${guard} ${passed ? 'passed' : 'objected'}`),
    );
  }
}
