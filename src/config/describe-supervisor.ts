import { formatDuration } from '../core/duration.ts';
import type {
  CatalogWatchSettings,
  ChangeAction,
  ChangeSettings,
  HealthSettings,
  JobSettings,
  JobStart,
  ServiceSettings,
  SignalAction,
  WatchSettings,
} from '../supervisor/settings.ts';
import type { Settings } from './settings.ts';

/** A line of a description: how deep, the key, its value (undefined: a map or a list follows), and the path that its origin is known by. */
export interface DescribedRow {
  readonly indent: string;
  readonly key: string;
  readonly value: unknown;
  readonly originPath: string;
  /** Known without a path. */
  readonly origin?: string;
  /** Not to be shown at all. */
  readonly secret?: boolean;
}

/** What is supervised in the words of our own config, whatever dialect it came from. Nothing is masked: {@link concealed} does that, where it is shown. */
export function supervisorRows({ supervisor, control, telemetry }: Settings): DescribedRow[] {
  const rows: DescribedRow[] = [];
  const add = (indent: string, key: string, value: unknown, originPath: string, origin?: string) =>
    rows.push({ indent, key, value, originPath, ...(origin !== undefined && { origin }) });
  if (supervisor !== undefined) {
    const { jobs, watches, waitFor, election, signals, stopTimeoutMs } = supervisor;
    const isHook = ({ role }: JobSettings) => ['preStart', 'preStop', 'postStop'].includes(role);
    const hooks = jobs.filter(isHook);
    if (hooks.length > 0) add('', 'hooks', undefined, 'hooks');
    for (const hook of hooks) add('  ', hook.role, hook.exec, `hooks.${hook.role}`, placeOf(hook));
    list(
      'jobs',
      jobs.filter((job) => !isHook(job)),
      jobEntries,
    );
    list('watches', watches, watchEntries);
    if (waitFor.length > 0) add('', 'waitFor', undefined, 'waitFor');
    for (const [index, { query, min, timeoutMs }] of waitFor.entries()) {
      add('  - ', 'service', query.name, `waitFor[${index}].service`);
      add('    ', 'tag', query.tag, `waitFor[${index}].tag`);
      add('    ', 'dc', query.dc, `waitFor[${index}].dc`);
      add('    ', 'min', min, `waitFor[${index}].min`);
      add('    ', 'timeout', duration(timeoutMs), `waitFor[${index}].timeout`);
    }
    if (election !== undefined) {
      add('', 'election', undefined, 'election');
      add('  ', 'key', election.key, 'election.key');
      add('  ', 'ttl', duration(election.ttlMs), 'election.ttl');
      add('  ', 'lockDelay', duration(election.lockDelayMs), 'election.lockDelay');
      add('  ', 'health', election.boundTo ?? false, 'election.health');
    }
    add('', 'signals', undefined, 'signals');
    for (const [signal, action] of Object.entries(signals)) {
      const name = signal.slice(3);
      add('  ', name, actionText(action), `signals.${name}`);
    }
    add('', 'stopTimeout', duration(stopTimeoutMs), 'stopTimeout');
  }
  if (control !== undefined) {
    add('', 'control', undefined, 'control');
    add('  ', 'socket', control.socket, 'control.socket');
    add('  ', 'mode', control.mode.toString(8).padStart(4, '0'), 'control.mode');
  }
  if (telemetry !== undefined) {
    const { host, port, sensors } = telemetry;
    add('', 'telemetry', undefined, 'telemetry');
    add('  ', 'listen', `${host.includes(':') ? `[${host}]` : host}:${port}`, 'telemetry.listen');
    const shown = sensors.map(({ command, intervalMs, timeoutMs, ...names }) =>
      plain({
        ...names,
        exec: command,
        interval: duration(intervalMs),
        timeout: duration(timeoutMs),
      }),
    );
    add('  ', 'sensors', shown.length === 0 ? undefined : shown, 'telemetry.sensors');
  }
  return rows.filter((row, index) => row.value !== undefined || isHeading(row, rows[index + 1]));

  function list<Thing extends { readonly place: string }>(
    key: string,
    things: readonly Thing[],
    entriesOf: (thing: Thing) => readonly [string, unknown][],
  ): void {
    if (things.length > 0) add('', key, undefined, key);
    for (const [index, thing] of things.entries()) {
      for (const [position, [name, value]] of entriesOf(thing).entries()) {
        const origin = position === 0 ? placeOf(thing) : undefined;
        add(position === 0 ? '  - ' : '    ', name, value, `${key}[${index}].${name}`, origin);
      }
    }
  }
}

/** A key without a value of its own, and something deeper behind it. */
function isHeading(row: DescribedRow, next: DescribedRow | undefined): boolean {
  return row.indent === '' && next !== undefined && next.indent !== '';
}

/** `a.yaml:3:5 jobs[0]` without the path into the file. */
function placeOf({ place }: { readonly place: string }): string {
  return /^\S+:\d+:\d+/.exec(place)?.[0] ?? place;
}

function jobEntries(job: JobSettings): [string, unknown][] {
  const { restarts, service, health } = job;
  return [
    ['name', job.name],
    ['main', job.role === 'main' ? true : undefined],
    ['coprocess', job.role === 'coprocess' ? true : undefined],
    ['exec', job.exec],
    ['when', startText(job.when)],
    [
      'restarts',
      job.exec === undefined
        ? undefined
        : {
            max: Number.isFinite(restarts.max) ? restarts.max : 'unlimited',
            delay: duration(restarts.delayMs),
            factor: restarts.factor,
            cap: duration(restarts.capMs),
            reset: duration(restarts.resetMs),
          },
    ],
    ['timeout', duration(job.timeoutMs)],
    ['stopSignal', job.exec === undefined ? undefined : job.stopSignal.slice(3)],
    ['stopTimeout', job.exec === undefined ? undefined : duration(job.stopTimeoutMs)],
    ['user', job.user],
    ['cwd', job.cwd],
    ['inherits', job.inherits],
    ['env', Object.keys(job.env).length === 0 ? undefined : job.env],
    ['logging', job.logging],
    ['service', service === undefined ? undefined : serviceText(service)],
    ['health', health === undefined ? undefined : healthText(health, service)],
  ];
}

function startText(when: JobStart): unknown {
  if (when.kind === 'startup') return undefined;
  if (when.kind === 'interval') return { interval: duration(when.intervalMs), first: when.first };
  const { source, mode, code, timeoutMs } = when;
  return plain({ source, [mode]: code, timeout: duration(timeoutMs) });
}

function serviceText(service: ServiceSettings): unknown {
  const { interfaces, address } = service;
  return plain({
    name: service.name,
    id: service.id,
    port: service.port,
    ...(address === undefined ? { interfaces } : { address }),
    tags: service.tags,
    meta: service.meta,
    deregisterAfter: duration(service.deregisterAfterMs),
    enableTagOverride: service.enableTagOverride,
    initialStatus: service.initialStatus,
    drain: duration(service.drainMs),
  });
}

/** A service that is always well has no `health` in our own words. */
function healthText(health: HealthSettings, service: ServiceSettings | undefined): unknown {
  const { probe, intervalMs, timeoutMs, warningExitCode } = health;
  if (probe.kind === 'none') return undefined;
  const what = {
    exec: () => (probe.kind === 'exec' ? probe.command : undefined),
    http: () => (probe.kind === 'http' ? probe.url : undefined),
    tcp: () => (probe.kind === 'tcp' ? probe.address : undefined),
    file: () => (probe.kind === 'file' ? probe.path : undefined),
  }[probe.kind]();
  return plain({
    [probe.kind]: what,
    interval: duration(intervalMs),
    ttl: duration(service?.ttlMs),
    timeout: duration(timeoutMs),
    warningExitCode,
  });
}

function watchEntries(watch: WatchSettings): [string, unknown][] {
  const { name, onChange } = watch;
  return [
    ['name', name],
    ...('files' in watch
      ? [['files', watch.files === 'any' ? true : watch.files] as [string, unknown]]
      : catalogEntries(watch)),
    ['onChange', onChange === undefined ? undefined : changeText(onChange)],
    ['group', onChange?.group],
  ];
}

function catalogEntries({ query, compare }: CatalogWatchSettings): [string, unknown][] {
  const isService = query.kind === 'service';
  return [
    ['service', isService ? query.name : undefined],
    ['tag', isService ? query.tag : undefined],
    ['key', query.kind === 'key' ? query.path : undefined],
    ['prefix', query.kind === 'tree' ? query.prefix : undefined],
    ['dc', 'dc' in query ? query.dc : undefined],
    ['compare', isService ? compare : undefined],
  ];
}

function changeText({ action, timeoutMs, splayMs }: ChangeSettings): unknown {
  return plain({ ...actionEntry(action), timeout: duration(timeoutMs), splay: duration(splayMs) });
}

function actionEntry(action: ChangeAction): Readonly<Record<string, unknown>> {
  switch (action.kind) {
    case 'exec':
      return { exec: action.command };
    case 'signal':
      return { signal: action.signal.slice(3), job: action.job };
    case 'restart':
      return { restart: action.job };
    case 'render':
      return { render: action.source };
  }
}

function actionText(action: SignalAction): string {
  if (!('as' in action) || action.as === undefined) return action.kind;
  return `${action.kind}:${action.as.slice(3)}`;
}

function duration(durationMs: number | undefined): string | undefined {
  return durationMs === undefined ? undefined : formatDuration(durationMs);
}

/** Without what is undefined. */
function plain(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
  );
}
