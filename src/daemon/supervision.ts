import { hostname } from 'node:os';
import type { Locks } from '../catalog/locks.ts';
import type { Registrar } from '../catalog/registrar.ts';
import { renderMainArguments } from '../config/containerpilot/main-arguments.ts';
import { begin, type Begun } from '../core/actor.ts';
import type { Bus } from '../core/bus.ts';
import { AutotmplError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { CommandLine } from '../process/command-line.ts';
import { ProcessRecord } from '../process/process-record.ts';
import type { Reloads } from '../renderer/reloads.ts';
import type { JobSettings, SupervisorSettings } from '../supervisor/settings.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import type { Watcher } from '../watch/watcher.ts';
import { createEngines } from './engines.ts';
import type { DaemonOptions, Environment } from './options.ts';
import { renderName } from './render-name.ts';

/** What supervision works with. */
export interface SupervisionParts {
  readonly settings: SupervisorSettings;
  readonly options: DaemonOptions;
  readonly environment: Environment;
  readonly bus: Bus;
  readonly watcher: Watcher;
  readonly registrar: Registrar | undefined;
  readonly locks: Locks | undefined;
  readonly reloads: Reloads;
  readonly record: ProcessRecord | undefined;
  /** Renders the targets of a source anew; returns how many there are. */
  readonly renderAgain: (source: string) => number;
  /** Masks the secrets of all files. */
  readonly mask: (text: string) => string;
  /** Fills in a name or a tag that follows the role. */
  readonly renderName: (text: string, values: Readonly<Record<string, string>>) => string;
}

/**
 * The half of the daemon that supervises. It ties the two peers together, which do not know each other: the supervisor hears
 * when all files are ready, and the renderer's commands wait until there is a process to reload.
 */
export class Supervision {
  readonly supervisor: Supervisor;
  readonly #parts: SupervisionParts;
  #begun: Begun<Supervisor> | undefined;
  #silence: readonly (() => void)[] = [];

  constructor(parts: SupervisionParts) {
    this.#parts = parts;
    const { settings, options, environment, bus, watcher, registrar, locks } = parts;
    this.supervisor = new Supervisor({
      settings,
      clock: options.clock,
      logger: options.logger,
      bus,
      environment,
      hostname: hostname(),
      registrar,
      locks,
      watcher,
      record: parts.record,
      render: async (source) => this.#render(source),
      renderName: parts.renderName,
      mask: parts.mask,
      fillIn: (command, variables) => fillIn(settings, command, variables, options.logger),
      sink: {
        stdout: (text) => process.stdout.write(text),
        stderr: (text) => process.stderr.write(text),
        pendingBytes: () => process.stdout.writableLength + process.stderr.writableLength,
      },
    });
  }

  /** Starts; `onEnd` is called when it has ended, of its own accord or not: with the reason where it could not go on. */
  begin(onEnd: (failure: unknown) => void): void {
    const { bus, reloads, settings } = this.#parts;
    const main = settings.jobs.find(({ role }) => role === 'main');
    const waits = main !== undefined && settings.filesFirst !== true;
    if (waits) reloads.hold();
    this.#silence = [
      bus.on('renderer:ready', () => void this.filesReady()),
      bus.on('files:written', ({ targets }) => this.supervisor.filesWritten(targets)),
      bus.on('supervisor:happened', ({ source, code }) => {
        if (waits && source === main.name) this.#mainDid(main, code);
      }),
    ];
    this.#begun = begin(this.supervisor);
    this.#begun.ended.then(() => onEnd(undefined), onEnd);
  }

  /** All files are there: those who wait for that begin, once the commands that come before them have ended. */
  async filesReady(): Promise<void> {
    const { reloads, settings } = this.#parts;
    if (settings.filesFirst === true) await reloads.idle();
    this.supervisor.announce({ source: 'renderer', code: 'ready' });
  }

  /** Another control socket is held from now on; without one the record stays where it is. */
  moveRecord(socketPath: string | undefined): void {
    if (socketPath !== undefined) this.#parts.record?.moveTo(recordBeside(socketPath));
  }

  /** Takes everything down in order; resolves when nothing of it is left. */
  async stop(): Promise<void> {
    // What runs is about to end: nobody needs to be told of new files.
    this.#parts.reloads.hold();
    await this.#begun?.stop().catch(() => undefined);
    this.#parts.record?.close();
    for (const silence of this.#silence) silence();
  }

  /** A process that has just started may not take a reload yet; the first check tells, though it finds that something is wrong. */
  #mainDid(main: JobSettings, code: string): void {
    const { reloads } = this.#parts;
    const runs = main.health === undefined ? ['started'] : ['healthy', 'unhealthy'];
    if (runs.includes(code)) reloads.release();
    if (['stopping', 'exitSuccess', 'exitFailed'].includes(code)) reloads.hold();
  }

  #render(source: string): void {
    if (this.#parts.renderAgain(source) > 0) return;
    throw new AutotmplError('config', `no template is called ${source}`, {
      advice: 'name the source of an entry of templates',
    });
  }
}

/**
 * The supervision of these parts, with the record of what runs beside the control socket, where there is one, and with names that follow the role. Undefined where it
 * was told to stop meanwhile.
 */
export async function makeSupervision(
  parts: Omit<SupervisionParts, 'record' | 'renderName'>,
  socketPath: string | undefined,
  signal: AbortSignal,
): Promise<Supervision | undefined> {
  const { clock, logger } = parts.options;
  const engineOf = await createEngines(['nunjucks'], { searchPath: [], environment: {}, clock });
  const record = await openRecord(socketPath, signal, logger);
  if (signal.aborted) return undefined;
  return new Supervision({
    ...{ ...parts, record },
    renderName: (text, values) => renderName(engineOf('nunjucks'), text, values),
  });
}

/**
 * Opens the record of what runs, and ends what an earlier life left behind. It lies beside the control socket: whoever holds that knows
 * that nobody else supervises what is recorded there. Undefined where there is no socket.
 */
async function openRecord(
  socketPath: string | undefined,
  signal: AbortSignal,
  logger: Logger,
): Promise<ProcessRecord | undefined> {
  if (socketPath === undefined) return undefined;
  const record = new ProcessRecord(recordBeside(socketPath), logger);
  await record.endLeftBehind(signal);
  return record;
}

function recordBeside(socketPath: string): string {
  return `${socketPath}.processes`;
}

/** The words of ContainerPilot 2's main command are Go templates, over an environment that has the services' addresses in it. */
function fillIn(
  { childVariables }: SupervisorSettings,
  command: CommandLine,
  variables: Readonly<Record<string, string>>,
  logger: Logger,
): CommandLine {
  if (childVariables !== 'containerpilot2' || typeof command === 'string') return command;
  const { words, complaint } = renderMainArguments(command, variables);
  if (complaint !== undefined)
    logger.warn(`the main command is started as it was written: ${complaint}`);
  return words;
}
