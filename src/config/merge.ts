import { resolve } from 'node:path';
import { parseDuration } from '../core/duration.ts';
import type { QuietPeriod } from '../renderer/target.ts';
import { DEFAULT_LOG, DEFAULT_QUIET, LOG_FILE_DEFAULTS } from './defaults.ts';
import type { FlagSettings } from './flag-settings.ts';
import { showPlace } from './problems.ts';
import { parseQuietPeriod } from './quiet-text.ts';
import type { CheckedDocument } from './read-config.ts';
import type { Settings } from './settings.ts';
import type { PlacedTarget } from './targets.ts';

/** Who said what, by path; each function here adds what it found. */
export type Origins = Map<string, string>;

/** The quiet period of templates that have none of their own: the flag's, else the last file's. */
export function pickQuiet(
  flags: FlagSettings,
  documents: readonly CheckedDocument[],
  origins: Origins,
): QuietPeriod {
  const fallback = parseQuietPeriod(DEFAULT_QUIET) ?? { minMs: 0, maxMs: 0 };
  if (flags.quiet !== undefined) {
    origins.set('wait', '-wait');
    return flags.quiet;
  }
  const last = documents.findLast(({ content }) => content.wait !== undefined);
  if (last === undefined) return fallback;
  origins.set('wait', placeOf(last, 'wait'));
  return parseQuietPeriod(last.content.wait ?? '') ?? fallback;
}

/** All folders of the search path, absolute: those of files first. */
export function pickSearchPath(
  flags: FlagSettings,
  documents: readonly CheckedDocument[],
  cwd: string,
  origins: Origins,
): string[] {
  const found = [
    ...documents.flatMap(({ content, document }) =>
      (content.searchPath ?? []).map((folder, index) => ({
        folder: resolve(document.folder, folder),
        origin: showPlace(document.file, document.locate(['searchPath', index], 'value')),
      })),
    ),
    ...flags.searchPath.map((folder) => ({
      folder: resolve(cwd, folder),
      origin: '-search-path',
    })),
  ];
  for (const [index, { origin }] of found.entries()) origins.set(`searchPath[${index}]`, origin);
  return found.map(({ folder }) => folder);
}

/** What is logged and how: the flags', else the last file's. */
export function pickLog(
  flags: FlagSettings,
  documents: readonly CheckedDocument[],
  origins: Origins,
): Settings['log'] {
  const pick = <Key extends 'level' | 'format'>(
    key: Key,
    flag: Settings['log'][Key] | undefined,
  ): Settings['log'][Key] => {
    const last = documents.findLast(({ content }) => content.log?.[key] !== undefined);
    if (flag !== undefined) origins.set(`log.${key}`, `-log-${key}`);
    else if (last !== undefined) origins.set(`log.${key}`, placeOf(last, 'log', key));
    return (
      flag ?? (last?.content.log?.[key] as Settings['log'][Key] | undefined) ?? DEFAULT_LOG[key]
    );
  };
  return {
    level: pick('level', flags.logLevel),
    format: pick('format', flags.logFormat),
    ...pickSinks(documents, origins),
  };
}

/** Where the log goes beside standard error: each as the last file has it that names it. */
function pickSinks(
  documents: readonly CheckedDocument[],
  origins: Origins,
): Pick<Settings['log'], 'file' | 'syslog'> {
  const last = (key: 'file' | 'syslog') => {
    const found = documents.findLast(({ content }) => content.log?.[key] !== undefined);
    if (found !== undefined) origins.set(`log.${key}`, placeOf(found, 'log', key));
    return found;
  };
  const [withFile, withSyslog] = [last('file'), last('syslog')];
  const file = withFile?.content.log?.file;
  const syslog = withSyslog?.content.log?.syslog;
  return {
    ...(withFile !== undefined &&
      file !== undefined && { file: logFile(file, withFile.document.folder) }),
    ...(syslog !== undefined && {
      syslog: {
        facility: syslog.facility ?? LOG_FILE_DEFAULTS.facility,
        name: syslog.name ?? LOG_FILE_DEFAULTS.name,
      },
    }),
  };
}

function logFile(
  content: NonNullable<NonNullable<CheckedDocument['content']['log']>['file']>,
  folder: string,
): NonNullable<Settings['log']['file']> {
  const { rotateBytes, rotateDuration, rotateMaxFiles } = content;
  return {
    path: resolve(folder, content.path),
    naming: 'plain',
    rotateBytes: rotateBytes ?? 0,
    rotateDurationMs: parseDuration(rotateDuration ?? '') ?? 0,
    rotateMaxFiles: rotateMaxFiles ?? 0,
  };
}

/** Where a document says something, as `file:line:column`. */
export function placeOf({ document }: CheckedDocument, ...path: string[]): string {
  return showPlace(document.file, document.locate(path, 'value'));
}

/** Notes who said what of each target. */
export function noteTargets(placed: readonly PlacedTarget[], origins: Origins): void {
  const keys = [
    ...(['source', 'contents', 'destination', 'perms', 'user', 'group', 'createDirs'] as const),
    ...(['backup', 'symlink', 'write', 'engine', 'strict', 'secret', 'wait'] as const),
    ...(['command', 'commandTimeout', 'controlCharacters', 'errorOnMissingKey'] as const),
    ...(['format', 'check', 'checkTimeout', 'probe', 'onFailure', 'fileGroup'] as const),
    ...(['onDrift', 'reload', 'guard'] as const),
    ...(['leftDelimiter', 'rightDelimiter', 'functionDenylist', 'sandboxPath'] as const),
  ];
  for (const [index, { originOf }] of placed.entries()) {
    for (const key of keys) {
      const origin = originOf(key);
      if (origin !== undefined) origins.set(`templates[${index}].${key}`, origin);
    }
  }
}
