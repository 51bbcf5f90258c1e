import type { Bus } from '../core/bus.ts';
import { createMask } from '../output/mask.ts';
import type { OwedMarkers } from '../output/owed-markers.ts';
import { commandLabel } from '../process/command-line.ts';
import { warmUp } from '../process/command.ts';
import type { CommandResult } from '../process/result.ts';
import type { CarryOutParts } from '../renderer/carry-out.ts';
import { Reloads } from '../renderer/reloads.ts';
import type { Turns } from '../renderer/rolling/turns.ts';
import type { CheckRequest } from '../renderer/run-check.ts';
import { runReload, type RunReloadOptions } from '../renderer/run-reload.ts';
import { environmentFor, type DaemonOptions, type Environment, type Prepared } from './options.ts';

/** What commands are run with. */
export interface CommandsParts {
  readonly options: DaemonOptions;
  readonly bus: Bus;
  readonly markers: OwedMarkers;
  readonly turns: Turns;
  readonly follow: CarryOutParts['follow'];
  /** Texts that must not be shown. */
  readonly secrets: () => ReadonlySet<string>;
}

/** Runs the programs that files ask for, as the settings in force have it: checks, the commands that follow a change, and probes. */
export class Commands {
  readonly reloads: Reloads;
  readonly #parts: CommandsParts;
  readonly #insisting = new AbortController();
  #environment: Environment = {};
  #told: Readonly<Record<string, string>> = {};

  constructor(parts: CommandsParts) {
    const { options, bus, markers, turns, follow } = parts;
    const { once, clock, logger } = options;
    this.#parts = parts;
    this.reloads = new Reloads({
      ...{ turns, follow, clock, bus, logger },
      retry: !once,
      run: (reload, signal) => runReload(reload, this.#runParts(), signal),
      probe: async (reload, signal) => {
        // Few files are followed by a probe.
        const { probeReload } = await import('../renderer/probe-reload.ts');
        return probeReload(reload, this.#runParts(), signal);
      },
      cover: (targets, command) =>
        markers.cover(
          targets.flatMap(({ destination }) => destination ?? []),
          command,
        ),
    });
  }

  /** Goes by these settings from now on: commands that they do not name are given up. */
  use({ settings, targets }: Prepared): void {
    const { options } = this.#parts;
    this.#environment = environmentFor(options.environment, settings);
    this.#told = settings.environment ?? {};
    const labels = targets.flatMap(({ target: { command } }) =>
      command === undefined ? [] : commandLabel(command),
    );
    this.reloads.keepOnly(new Set(labels));
    const areAny = targets.some(
      ({ target: { command, check } }) => command !== undefined || check !== undefined,
    );
    if (areAny && !options.dry) warmUp();
  }

  /** Has a staged file looked at. */
  async check(request: CheckRequest, signal: AbortSignal): Promise<CommandResult> {
    const { runCheck } = await import('../renderer/run-check.ts');
    const parts = { environment: this.#environment, insist: this.#insisting.signal };
    return runCheck(request, parts, signal);
  }

  /** Kills what is under way. */
  insist(): void {
    this.#insisting.abort();
  }

  #runParts(): RunReloadOptions {
    const { clock, once, logger, passOn } = this.#parts.options;
    return {
      environment: this.#environment,
      told: this.#told,
      ...{ clock, once, logger, passOn },
      mask: createMask(this.#parts.secrets()),
      insist: this.#insisting.signal,
    };
  }
}
