import { begin, type Begun } from '../core/actor.ts';
import type { Bus } from '../core/bus.ts';
import { describeError } from '../core/errors.ts';
import { Control } from '../control/control.ts';
import type { Controlled, Supervised, TargetStatus } from '../control/controlled.ts';
import type { ControlSettings, TelemetrySettings } from '../control/settings.ts';
import { SystemdReport } from '../control/systemd-report.ts';
import { commandEnvironment } from '../process/environment.ts';
import { loadLibc } from '../process/libc.ts';
import { createNotifier } from '../process/notify.ts';
import type { TargetStanding } from '../renderer/target-standing.ts';
import type { StandingParts } from '../renderer/standing.ts';
import { chooseAddress } from '../supervisor/interfaces.ts';
import type { DaemonOptions } from './options.ts';
import type { ReloadOutcome } from './reloading.ts';

const NO_QUERIES = { fresh: 0, held: 0, suspect: 0, unanswered: 0 };

/** What the control plane works with. */
export interface ControlPlaneParts {
  readonly options: DaemonOptions;
  readonly bus: Bus;
  /** Whether the settings in force have jobs. */
  readonly supervises: () => boolean;
  readonly supervised: () => Supervised | undefined;
  readonly rendering: () => StandingParts;
  readonly reload: (by: string) => Promise<ReloadOutcome>;
}

/** The third of the daemon that lets others look and ask; it is made only where somebody may. */
export class ControlPlane {
  readonly #control: Control;
  readonly #systemd: Begun<SystemdReport> | undefined;

  private constructor(control: Control, systemd: Begun<SystemdReport> | undefined) {
    this.#control = control;
    this.#systemd = systemd;
  }

  /** Makes it; nothing is served before `apply`. */
  static async create(parts: ControlPlaneParts): Promise<ControlPlane> {
    const { options, bus } = parts;
    const { clock, logger, environment, version } = options;
    const controlled = overview(parts);
    const carrier = await createNotifier(environment, loadLibc);
    const systemd =
      carrier === undefined
        ? undefined
        : begin(new SystemdReport({ carrier, controlled, bus, clock }));
    const control = new Control({
      ...{ controlled, bus, clock, logger, chooseAddress },
      identity: { version, pid: process.pid, startedAt: clock.now() - process.uptime() * 1000 },
      environment: () => commandEnvironment(environment, {}),
      systemd: systemd?.actor,
    });
    return new ControlPlane(control, systemd);
  }

  /** Goes over to these settings. Throws an AutotmplError where they cannot be had; what was served before is then served on. */
  async apply(settings: {
    readonly control?: ControlSettings;
    readonly telemetry?: TelemetrySettings;
  }): Promise<void> {
    await this.#control.apply(settings);
  }

  /** The path of the control socket, which is ours alone; undefined where there is none. */
  get socketPath(): string | undefined {
    return this.#control.socketPath;
  }

  /** Serves nothing any more. */
  async close(): Promise<void> {
    await this.#systemd?.stop();
    await this.#control.close();
  }
}

function overview(parts: ControlPlaneParts): Controlled {
  const { rendering, supervises, supervised, reload } = parts;
  let assembled = false;
  return {
    isAssembled() {
      // For good: a reload makes parts anew, and nobody goes without them.
      assembled ||=
        rendering().renderer !== undefined && (!supervises() || supervised() !== undefined);
      return assembled;
    },
    supervised,
    files() {
      const { renderer, drift, degraded } = rendering();
      if (renderer === undefined || renderer.size === 0) return undefined;
      const drifted = drift?.drifted();
      const targets = renderer.standings().map((standing) => {
        const driftedSince = drifted?.get(standing.label);
        const keptFrom = degraded?.get(standing.label);
        return {
          ...targetStatus(standing),
          ...(driftedSince !== undefined && { driftedSince }),
          ...(keptFrom !== undefined && { keptFrom }),
        };
      });
      return { ready: renderer.isReady, targets };
    },
    commands: () => rendering().reloads.standings(),
    release(target) {
      const released = rendering().renderer?.releaseHeld(target);
      return released?.outcome === 'notHeld'
        ? { outcome: 'notHeld', target: targetStatus(released.standing) }
        : released;
    },
    queries: () => rendering().watcher?.counts() ?? NO_QUERIES,
    connections: () => rendering().watcher?.traffic(),
    async reload(by) {
      const outcome = await reload(by);
      return outcome.ok ? outcome : { ok: false, reason: describeError(outcome.error) };
    },
  };
}

function targetStatus({ state, guards, ...rest }: TargetStanding): TargetStatus {
  return {
    ...rest,
    state: state === 'failed' ? 'failing' : state,
    ...(guards?.heldSinceMs !== undefined && { heldSince: guards.heldSinceMs }),
    ...(guards !== undefined && {
      guards: guards.tallies.map(({ lastObjectedMs, ...tally }) => ({
        ...tally,
        ...(lastObjectedMs !== undefined && { lastObjection: lastObjectedMs }),
      })),
    }),
  };
}
