import type { ConsulLayer } from '../../catalog/consul/environment.ts';
import type { ControlSettings, TelemetrySettings } from '../../control/settings.ts';
import { withFingerprint } from '../fingerprint.ts';
import { isMap, showPath } from '../document.ts';
import { RESTART_PACE } from '../supervisor-defaults.ts';
import type { Settings } from '../settings.ts';
import type { JobSettings, SupervisorSettings } from '../../supervisor/settings.ts';
import type { Entry, Source } from './source.ts';

/** What a config of ContainerPilot's comes to, in our words. */
export interface CompiledConfig {
  readonly supervisor: SupervisorSettings;
  readonly consul: ConsulLayer;
  readonly log: Settings['log'];
  readonly telemetry?: TelemetrySettings;
  readonly control: ControlSettings;
  /** Who said what, by the path in our own words. */
  readonly places: ReadonlyMap<string, string>;
}

/** What of a job is the same for all of one config. */
export interface JobBase {
  readonly stopTimeoutMs: number;
  readonly logging: JobSettings['logging'];
}

/** What there is to say of one job beside that. */
export type JobFacts = Pick<JobSettings, 'name' | 'role'> &
  Partial<Omit<JobSettings, 'fingerprint' | 'place' | 'restarts'>> & {
    /** How often it is started again; never where it is absent. */
    readonly maxRestarts?: number;
  };

/** A job of ContainerPilot's with all that holds where the config says nothing. */
export function makeJob(
  source: Source,
  path: Entry['path'],
  base: JobBase,
  { maxRestarts = 0, ...facts }: JobFacts,
): JobSettings {
  return withFingerprint<JobSettings>({
    place: path.length === 0 ? source.document.file : `${source.place(path)} ${showPath(path)}`,
    when: { kind: 'startup' },
    restarts: { max: maxRestarts, ...RESTART_PACE },
    stopSignal: 'SIGTERM',
    env: {},
    ...base,
    ...facts,
  });
}

/** What of the top of a config is called otherwise in our own. */
const OUR_NAMES: readonly (readonly [path: readonly string[], ours: string])[] = [
  [['logging', 'level'], 'log.level'],
  [['logging', 'format'], 'log.format'],
  [['stopTimeout'], 'stopTimeout'],
  [['control', 'socket'], 'control.socket'],
  [['telemetry'], 'telemetry.listen'],
  [['telemetry'], 'telemetry.sensors'],
];

/** Where single values stand in the file. */
export function placesOf(
  source: Source,
  content: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, string> {
  const has = (path: readonly string[]): boolean => {
    let value: unknown = content;
    for (const key of path) value = isMap(value) ? value[key] : undefined;
    return value !== undefined;
  };
  return new Map(
    OUR_NAMES.filter(([path]) => has(path)).map(([path, ours]) => [ours, source.place(path)]),
  );
}
