import { resolve } from 'node:path';
import type { ControlSettings, SensorSettings, TelemetrySettings } from '../control/settings.ts';
import { parseDuration } from '../core/duration.ts';
import type { JobSettings } from '../supervisor/settings.ts';
import { ownJob } from './own-jobs.ts';
import { showPlace } from './problems.ts';
import type { CheckedDocument } from './read-config.ts';
import type { ConfigContent } from './schema.ts';
import { CONTROL_SOCKET } from './supervisor-defaults.ts';

type Origins = Map<string, string>;

/** The control socket: named, or there by itself because something is supervised. */
export function ownControl(
  documents: readonly CheckedDocument[],
  isSupervised: boolean,
  origins: Origins,
): ControlSettings | undefined {
  const socket = lastOf(documents, 'control', 'socket', origins);
  const mode = lastOf(documents, 'control', 'mode', origins);
  const isNamed = documents.some(({ content }) => content.control !== undefined);
  if (!isNamed && !isSupervised) return undefined;
  return {
    socket: socket === undefined ? CONTROL_SOCKET : resolve(socket.folder, socket.value),
    mode: mode === undefined ? 0o600 : Number.parseInt(mode.value, 8),
    ...(socket === undefined && { byDefault: true }),
  };
}

/** What is served, and the job that advertises it where that is asked for. */
export interface OwnTelemetry {
  readonly settings: TelemetrySettings;
  readonly job?: JobSettings;
  readonly warning?: string;
}

/** What is served to machines; undefined where nobody asks for it. */
export function ownTelemetry(
  documents: readonly CheckedDocument[],
  origins: Origins,
): OwnTelemetry | undefined {
  const last = documents.findLast(({ content }) => content.telemetry !== undefined);
  if (last === undefined) return undefined;
  const listen = lastOf(documents, 'telemetry', 'listen', origins)?.value ?? '127.0.0.1:9090';
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, '') || '0.0.0.0';
  const settings: TelemetrySettings = {
    host,
    port: Number(listen.slice(colon + 1)),
    sensors: documents.flatMap(({ content }) => (content.telemetry?.sensors ?? []).map(sensorOf)),
  };
  if (lastOf(documents, 'telemetry', 'register', origins)?.value !== true) return { settings };
  const { file, folder, locate } = last.document;
  const place = showPlace(file, locate(['telemetry'], 'value'));
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const service = { port: settings.port, ...(!isEverywhere && { address: host }) };
  const job = ownJob({ name: 'autotmpl', service }, { place: `${place} telemetry`, folder }, false);
  const isLoopback = /^(?:127\.|::1$|localhost$)/.test(host);
  const warning = `${place}: telemetry: nobody else can reach what is registered at ${host}`;
  return { settings, job, ...(isLoopback && { warning }) };
}

function sensorOf(
  content: NonNullable<NonNullable<ConfigContent['telemetry']>['sensors']>[number],
): SensorSettings {
  const {
    namespace = '',
    subsystem = '',
    name,
    help = '',
    type,
    exec,
    interval,
    timeout,
  } = content;
  const intervalMs = interval === undefined ? undefined : parseDuration(interval);
  const timeoutMs = timeout === undefined ? intervalMs : parseDuration(timeout);
  return {
    namespace,
    subsystem,
    name,
    help,
    type,
    ...(exec !== undefined && { command: exec }),
    ...(intervalMs !== undefined && { intervalMs }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}

/** A value of a section that the last document with one gives. */
function lastOf<
  Section extends 'control' | 'telemetry',
  Key extends keyof NonNullable<ConfigContent[Section]> & string,
>(documents: readonly CheckedDocument[], section: Section, key: Key, origins: Origins) {
  for (const { content, document } of documents.toReversed()) {
    const value = (content[section] as NonNullable<ConfigContent[Section]> | undefined)?.[key];
    if (value === undefined) continue;
    const spot = document.locate([section, key], 'value');
    origins.set(`${section}.${key}`, showPlace(document.file, spot));
    return { value, folder: document.folder };
  }
  return undefined;
}
