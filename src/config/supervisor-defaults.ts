import type { RestartSettings, SignalTable } from '../supervisor/settings.ts';

/** How fast a process is started again, whatever the dialect: ContainerPilot has no delay at all, and burns a processor. */
export const RESTART_PACE: Omit<RestartSettings, 'max'> = {
  delayMs: 1000,
  factor: 2,
  capMs: 30_000,
  resetMs: 60_000,
};

/** What holds for a job of our own config where nobody says otherwise. */
export const JOB_DEFAULTS = {
  stopSignal: 'TERM',
  stopTimeoutMs: 10_000,
  logging: 'prefix',
} as const;

/** What holds for a check of our own config; its TTL is so many intervals. */
export const HEALTH_DEFAULTS = { intervalMs: 10_000, ttlIntervals: 2.5 } as const;

/** An entry that is critical leaves the catalog after so many TTLs, and not before so long. */
export const DEREGISTER_DEFAULTS = { ttls: 10, leastMs: 60_000 } as const;

/** Where a job is found, where nobody says otherwise: as in ContainerPilot 3. */
export const DEFAULT_INTERFACES: readonly string[] = ['eth0:inet', 'inet'];

/** For the whole stop of a config of our own. */
export const STOP_TIMEOUT_MS = 30_000;

/** The control socket where nobody names one. */
export const CONTROL_SOCKET = '/run/autotmpl.sock';

/** The same of ContainerPilot 3. */
export const CONTAINERPILOT_SOCKET = '/var/run/containerpilot.socket';

/** Where the port of ContainerPilot's telemetry is not named. */
export const CONTAINERPILOT_TELEMETRY_PORT = 9090;

/** A leader's lock: Consul's own defaults. */
export const ELECTION_DEFAULTS = { ttlMs: 15_000, lockDelayMs: 15_000 } as const;

/** What signals do in our own config. */
export const SIGNALS: SignalTable = {
  SIGHUP: { kind: 'reload' },
  SIGUSR1: { kind: 'maintenance' },
  SIGUSR2: { kind: 'event' },
  SIGTERM: { kind: 'stop' },
  SIGINT: { kind: 'stop' },
  // What the images of nginx and PHP have for `STOPSIGNAL`; process 1 gets only what it listens to.
  SIGQUIT: { kind: 'stop' },
};

/** What they do in ContainerPilot 2; of INT and QUIT it dies there without leaving the catalog, and nothing is done about USR2. */
export const CONTAINERPILOT_2_SIGNALS: SignalTable = {
  ...SIGNALS,
  SIGUSR2: { kind: 'ignore' },
};

/** What they do in ContainerPilot 3. */
export const CONTAINERPILOT_3_SIGNALS: SignalTable = {
  SIGHUP: { kind: 'event' },
  SIGUSR1: { kind: 'reopenLogs' },
  SIGUSR2: { kind: 'event' },
  SIGTERM: { kind: 'stop' },
  SIGINT: { kind: 'stop' },
  SIGQUIT: { kind: 'stop' },
};
