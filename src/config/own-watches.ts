import { parseDuration } from '../core/duration.ts';
import type {
  CatalogWatchSettings,
  ChangeSettings,
  FilesWatchSettings,
  WaitForSettings,
  WatchSettings,
} from '../supervisor/settings.ts';
import { withFingerprint } from './fingerprint.ts';
import type { ConfigContent, WatchContent } from './schema.ts';
import { parseSignal } from './signal-words.ts';

/** A watch of our own config. `mainJob` is who gets a signal that names no job. */
export function ownWatch(content: WatchContent, place: string, mainJob: string): WatchSettings {
  const { onChange, files, group } = content;
  const base = {
    ...{ name: watchName(content), place },
    ...(onChange !== undefined && { onChange: changeOf(onChange, group, mainJob) }),
  };
  if (files !== undefined) {
    return withFingerprint<FilesWatchSettings>({ ...base, files: files === true ? 'any' : files });
  }
  return withFingerprint<CatalogWatchSettings>({
    ...base,
    query: queryOf(content),
    compare: content.compare ?? 'addresses',
  });
}

/** The name of a watch of files that has none. */
const FILES = 'files';

/** The name that its events have behind `watch.`. */
function watchName({ name, service, key, prefix }: WatchContent): string {
  return name ?? service ?? key ?? prefix ?? FILES;
}

function queryOf({ service, tag, dc, key, prefix }: WatchContent): CatalogWatchSettings['query'] {
  const where = dc === undefined ? {} : { dc };
  if (key !== undefined) return { kind: 'key', path: key, ...where };
  if (prefix !== undefined) return { kind: 'tree', prefix, ...where };
  return {
    kind: 'service',
    name: service ?? '',
    passingOnly: true,
    ...(tag !== undefined && { tag }),
    ...where,
  };
}

function changeOf(
  onChange: NonNullable<WatchContent['onChange']>,
  group: string | undefined,
  mainJob: string,
): ChangeSettings {
  const { timeout, splay } = onChange;
  const timeoutMs = timeout === undefined ? undefined : parseDuration(timeout);
  const splayMs = splay === undefined ? undefined : parseDuration(splay);
  return {
    action: actionOf(onChange, mainJob),
    ...(group !== undefined && { group }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(splayMs !== undefined && { splayMs }),
  };
}

function actionOf(
  { exec, signal, job, restart, render }: NonNullable<WatchContent['onChange']>,
  mainJob: string,
): ChangeSettings['action'] {
  if (exec !== undefined) return { kind: 'exec', command: exec };
  if (restart !== undefined) return { kind: 'restart', job: restart };
  if (render !== undefined) return { kind: 'render', source: render };
  return { kind: 'signal', signal: parseSignal(signal ?? '') ?? 'SIGHUP', job: job ?? mainJob };
}

/** A service that has to be there before anything starts. */
export function ownWaitFor(
  content: NonNullable<ConfigContent['waitFor']>[number],
): WaitForSettings {
  const { service, tag, dc, min = 1, timeout } = content;
  const timeoutMs = timeout === undefined ? undefined : parseDuration(timeout);
  return {
    query: {
      kind: 'service',
      name: service,
      passingOnly: true,
      ...(tag !== undefined && { tag }),
      ...(dc !== undefined && { dc }),
    },
    min,
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}
