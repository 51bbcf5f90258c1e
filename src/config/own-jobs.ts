import { resolve } from 'node:path';
import { parseDuration } from '../core/duration.ts';
import type {
  HealthSettings,
  JobRole,
  JobSettings,
  JobStart,
  Probe,
  ServiceSettings,
} from '../supervisor/settings.ts';
import { withFingerprint } from './fingerprint.ts';
import type { JobContent } from './schema.ts';
import { parseSignal } from './signal-words.ts';
import {
  DEFAULT_INTERFACES,
  DEREGISTER_DEFAULTS,
  HEALTH_DEFAULTS,
  JOB_DEFAULTS,
  RESTART_PACE,
} from './supervisor-defaults.ts';

/** A job of ours with where it was written. */
export interface JobPlace {
  /** `autotmpl.yaml:3:5 jobs[0]`. */
  readonly place: string;
  /** Absolute: what relative paths start from. */
  readonly folder: string;
}

/** A job of our own config with its defaults. `mainWaits`: the main job starts when the renderer is ready, where nobody says otherwise. */
export function ownJob(content: JobContent, at: JobPlace, mainWaits: boolean): JobSettings {
  const role: JobRole =
    content.main === true ? 'main' : content.coprocess === true ? 'coprocess' : 'job';
  const when = startOf(content.when, role === 'main' && mainWaits);
  const { exec, timeout, user, cwd, service, inherits } = content;
  const health = healthOf(content, at.folder);
  return withFingerprint<JobSettings>({
    name: content.name,
    place: at.place,
    role,
    ...(exec !== undefined && { exec }),
    when,
    restarts: restartsOf(content.restarts ?? {}, when),
    ...(timeout !== undefined && { timeoutMs: ms(timeout) }),
    stopSignal: parseSignal(content.stopSignal ?? JOB_DEFAULTS.stopSignal) ?? 'SIGTERM',
    stopTimeoutMs: ms(content.stopTimeout) ?? JOB_DEFAULTS.stopTimeoutMs,
    ...(user !== undefined && { user: String(user) }),
    ...(cwd !== undefined && { cwd: resolve(at.folder, cwd) }),
    env: content.env ?? {},
    ...(inherits !== undefined && {
      inherits: { pristine: false, allowlist: [], denylist: [], ...inherits },
    }),
    logging: content.logging ?? JOB_DEFAULTS.logging,
    ...(service !== undefined && { service: serviceOf(content, service) }),
    ...(health !== undefined && { health }),
  });
}

/** What has no default stays undefined. */
function ms<Text extends string | undefined>(
  text: Text,
): Text extends string ? number : number | undefined {
  const durationMs = text === undefined ? undefined : parseDuration(text);
  return durationMs as Text extends string ? number : number | undefined;
}

function startOf(when: JobContent['when'], waitsForRenderer: boolean): JobStart {
  if (when === undefined) {
    return waitsForRenderer
      ? { kind: 'event', source: 'renderer', code: 'ready', mode: 'once' }
      : { kind: 'startup' };
  }
  const { interval, first = 'now', source = '', once, each, timeout } = when;
  if (interval !== undefined) return { kind: 'interval', intervalMs: ms(interval), first };
  return {
    kind: 'event',
    source,
    // Only a signal may do without: it is its own code.
    code: (once ?? each ?? source) as Extract<JobStart, { kind: 'event' }>['code'],
    mode: once === undefined ? 'each' : 'once',
    ...(timeout !== undefined && { timeoutMs: ms(timeout) }),
  };
}

function restartsOf(
  { max, delay, factor, cap, reset }: NonNullable<JobContent['restarts']>,
  when: JobStart,
): JobSettings['restarts'] {
  const usual = when.kind === 'interval' ? 'unlimited' : 0;
  const most = max ?? usual;
  return {
    max: most === 'unlimited' ? Number.POSITIVE_INFINITY : most,
    delayMs: ms(delay) ?? RESTART_PACE.delayMs,
    factor: factor ?? RESTART_PACE.factor,
    capMs: ms(cap) ?? RESTART_PACE.capMs,
    resetMs: ms(reset) ?? RESTART_PACE.resetMs,
  };
}

function serviceOf(
  { name, health }: JobContent,
  service: NonNullable<JobContent['service']>,
): ServiceSettings {
  const { id, address, initialStatus, interfaces, deregisterAfter, drain } = service;
  const intervalMs = ms(health?.interval) ?? HEALTH_DEFAULTS.intervalMs;
  const ttlMs = ms(health?.ttl) ?? intervalMs * HEALTH_DEFAULTS.ttlIntervals;
  return {
    name: service.name ?? name,
    ...(id !== undefined && { id }),
    port: service.port,
    interfaces: interfaces ?? DEFAULT_INTERFACES,
    ...(address !== undefined && { address }),
    tags: service.tags ?? [],
    meta: service.meta ?? {},
    ttlMs,
    enableTagOverride: service.enableTagOverride ?? false,
    deregisterAfterMs:
      ms(deregisterAfter) ??
      Math.max(DEREGISTER_DEFAULTS.leastMs, ttlMs * DEREGISTER_DEFAULTS.ttls),
    ...(initialStatus !== undefined && { initialStatus }),
    drainMs: ms(drain) ?? 0,
    checkId: 'service:',
  };
}

/** A service without a check is always well: as long as its process runs. */
function healthOf(content: JobContent, folder: string): HealthSettings | undefined {
  const { health, service, logging = JOB_DEFAULTS.logging } = content;
  if (health === undefined && service === undefined) return undefined;
  const intervalMs = ms(health?.interval) ?? HEALTH_DEFAULTS.intervalMs;
  return {
    probe: health === undefined ? { kind: 'none' } : probeOf(health, folder),
    intervalMs,
    timeoutMs: ms(health?.timeout) ?? intervalMs,
    ...(health?.warningExitCode !== undefined && { warningExitCode: health.warningExitCode }),
    first: 'now',
    logging,
  };
}

function probeOf(health: NonNullable<JobContent['health']>, folder: string): Probe {
  const { exec, http, tcp, file } = health;
  if (exec !== undefined) return { kind: 'exec', command: exec };
  if (http !== undefined) return { kind: 'http', url: http };
  if (file !== undefined) return { kind: 'file', path: resolve(folder, file) };
  const address = tcp ?? '';
  return { kind: 'tcp', address: address.includes('/') ? resolve(folder, address) : address };
}
