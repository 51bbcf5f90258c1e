import type { JobSettings } from '../../supervisor/settings.ts';
import { CONTAINERPILOT_2_SIGNALS, CONTROL_SOCKET } from '../supervisor-defaults.ts';
import { makeJob, placesOf, type CompiledConfig, type JobBase } from './compiled.ts';
import { discovery } from './consul.ts';
import { Fields } from './fields.ts';
import { logSettings } from './logging.ts';
import type { Source } from './source.ts';
import { stopTimeout } from './stop-timeout.ts';
import { telemetry } from './telemetry.ts';
import { refuseUnknownKeys } from './unknown-keys.ts';
import { backends } from './version2-backends.ts';
import { coprocesses, services, tasks } from './version2-jobs.ts';

/**
 * Compiles a config of ContainerPilot 2 into jobs: hooks, services, tasks and coprocesses are each one, and the words behind the flags
 * are the main one. Whatever is wrong is in `source.problems` afterwards; then the result means nothing.
 */
export function compileVersion2(
  source: Source,
  content: Readonly<Record<string, unknown>>,
  mainCommand: readonly string[] | undefined,
): CompiledConfig {
  const top = new Fields(source, { path: [], value: content });
  const consul = discovery(source, top);
  const log = logSettings(source, top.section('logging'));
  const base: JobBase = {
    stopTimeoutMs: stopTimeout(top),
    logging: log.format === 'json' ? 'json' : 'prefix',
  };
  const advertised = services(source, top.raw('services'), base);
  const watches = backends(source, top.raw('backends'));
  const served = telemetry(source, top.section('telemetry'), base);
  const others = [
    ...advertised,
    ...tasks(source, top.raw('tasks'), base),
    ...coprocesses(source, top.raw('coprocesses'), base, advertised),
    ...(served === undefined ? [] : [served.job]),
  ];
  const main = mainJob(source, mainCommand, base, others);
  const jobs = [...hooks(source, top, base, main?.name), ...others, ...(main ? [main] : [])];
  refuseUnknownKeys(source, content, KEYS, 'Unknown');
  return {
    supervisor: {
      jobs,
      watches,
      waitFor: [],
      signals: CONTAINERPILOT_2_SIGNALS,
      stopTimeoutMs: undefined,
      stopOrder: 'deregisterFirst',
      childVariables: 'containerpilot2',
    },
    consul,
    log,
    places: placesOf(source, content),
    ...(served !== undefined && { telemetry: served.settings }),
    control: { socket: CONTROL_SOCKET, mode: 0o600, byDefault: true },
  };
}

const KEYS = [
  ...['consul', 'etcd', 'logging', 'onStart', 'preStart', 'preStop', 'postStop', 'stopTimeout'],
  ...['services', 'backends', 'tasks', 'coprocesses', 'telemetry'],
];

/** The words behind the flags. Its output is left as it is, and so is that of the hooks. */
function mainJob(
  source: Source,
  words: readonly string[] | undefined,
  base: JobBase,
  others: readonly JobSettings[],
): JobSettings | undefined {
  if (words === undefined) return undefined;
  const taken = new Set(others.map(({ name }) => name));
  const candidates = ['main', ...others.map((_, index) => `main-${index + 2}`)];
  const name = candidates.find((candidate) => !taken.has(candidate)) ?? 'main-1';
  return makeJob(source, [], base, { name, role: 'main', exec: words, logging: 'raw' });
}

function hooks(
  source: Source,
  top: Fields,
  base: JobBase,
  main: string | undefined,
): readonly JobSettings[] {
  const [onStart, preStart] = [top.command('onStart'), top.command('preStart')];
  if (onStart !== undefined) top.warn('onStart', 'is an old name of preStart');
  const of = (
    role: 'preStart' | 'preStop' | 'postStop',
    exec: readonly string[] | undefined,
    facts: Partial<JobSettings>,
    key: string = role,
  ): JobSettings[] =>
    exec === undefined
      ? []
      : [makeJob(source, [key], base, { ...facts, name: role, role, exec, logging: 'raw' })];
  const at = (code: 'stopping' | 'stopped', global: 'shutdown' = 'shutdown') =>
    ({
      when: {
        kind: 'event',
        source: main ?? 'global',
        code: main === undefined ? global : code,
        mode: 'once',
      },
    }) as const;
  return [
    ...of('preStart', preStart ?? onStart, {}, preStart === undefined ? 'onStart' : 'preStart'),
    ...of('preStop', top.command('preStop'), at('stopping')),
    ...of('postStop', top.command('postStop'), at('stopped')),
  ];
}
