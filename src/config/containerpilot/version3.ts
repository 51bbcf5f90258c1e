import { resolve } from 'node:path';
import { CONTAINERPILOT_3_SIGNALS, CONTAINERPILOT_SOCKET } from '../supervisor-defaults.ts';
import { makeJob, placesOf, type CompiledConfig, type JobBase } from './compiled.ts';
import { discovery } from './consul.ts';
import { Fields } from './fields.ts';
import { logSettings } from './logging.ts';
import type { Source } from './source.ts';
import { stopTimeout } from './stop-timeout.ts';
import { telemetry } from './telemetry.ts';
import { refuseUnknownKeys } from './unknown-keys.ts';
import { jobs } from './version3-jobs.ts';
import { warnOfUnknownSources, watches } from './version3-watches.ts';

/**
 * Compiles a config of ContainerPilot 3. A main command, which 3 itself does not have, is one more job. Whatever is wrong is in
 * `source.problems` afterwards; then the result means nothing.
 */
export function compileVersion3(
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
  const named = jobs(source, top.raw('jobs'), base);
  const watched = watches(source, top.raw('watches'));
  const served = telemetry(source, top.section('telemetry'), base);
  const control = top.section('control');
  const socket = control?.text('socket');
  control?.close();
  refuseUnknownKeys(source, content, KEYS, 'unknown');
  warnOfUnknownSources(source, named, watched);
  const main =
    mainCommand === undefined
      ? []
      : [makeJob(source, [], base, { name: 'main', role: 'main', exec: mainCommand })];
  return {
    supervisor: {
      jobs: [...named, ...(served === undefined ? [] : [served.job]), ...main],
      watches: watched,
      waitFor: [],
      signals: CONTAINERPILOT_3_SIGNALS,
      stopTimeoutMs: undefined,
      stopOrder: 'preStopFirst',
      childVariables: 'containerpilot3',
    },
    consul,
    log,
    places: placesOf(source, content),
    ...(served !== undefined && { telemetry: served.settings }),
    control:
      socket === undefined || socket === ''
        ? { socket: CONTAINERPILOT_SOCKET, mode: 0o600, byDefault: true }
        : { socket: resolve(source.document.folder, socket), mode: 0o600 },
  };
}

const KEYS = ['consul', 'logging', 'stopTimeout', 'control', 'jobs', 'watches', 'telemetry'];
