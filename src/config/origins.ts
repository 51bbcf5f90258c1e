import { showConsulAddress } from '../catalog/consul/address.ts';
import type { ConsulFields } from '../catalog/consul/environment.ts';
import { consistencyName, type ConsulOptions } from '../catalog/consul/options.ts';
import { formatDuration } from '../core/duration.ts';
import type { QuietPeriod, Target } from '../renderer/target.ts';
import { concealed } from './conceal.ts';
import { safetyEntriesOf } from './describe-safety.ts';
import { nomadRows, vaultRows } from './describe-servers.ts';
import { supervisorRows, type DescribedRow } from './describe-supervisor.ts';
import type { LoadedSettings } from './loaded-settings.ts';
import type { LogFileSettings } from './log-settings.ts';
import type { Settings } from './settings.ts';

/**
 * Settings as YAML that could be a config again, the origin of each value behind it (`default` where nobody gave
 * one), secrets masked.
 */
export function describeSettings(loaded: LoadedSettings): string {
  return `${settingsRows(loaded.settings)
    .map((row) => {
      const text = rowText(row, concealed(row));
      return isOpen(row) ? text : `${text} # ${originOf(row, loaded)}`;
    })
    .join('\n')}\n`;
}

/** Whether nobody gave it a value: a heading, or an empty list. */
function isOpen({ key, value }: DescribedRow): boolean {
  const isList = key === 'searchPath' || key === 'templates';
  return value === undefined || (isList && Array.isArray(value) && value.length === 0);
}

/** Where the value of a row was given; `default` where nowhere. */
export function originOf(
  { origin, originPath }: DescribedRow,
  { origins }: LoadedSettings,
): string {
  // A template that says nothing of `wait` or `guard` has the one of all.
  const inherited = /^templates\[\d+\]\.(wait|guard)$/.exec(originPath)?.[1] ?? originPath;
  return origin ?? origins.get(originPath) ?? origins.get(inherited) ?? 'default';
}

/** A row as a line of YAML. */
export function rowText({ indent, key, value }: DescribedRow, shown: unknown = value): string {
  const name = key === '' ? '' : `${key}:`;
  return `${indent}${name}${value === undefined ? '' : `${name === '' ? '' : ' '}${show(shown)}`}`;
}

/** Settings in the words of our own config, a row a value, whatever dialect they came from. Nothing is masked. */
export function settingsRows(settings: Settings): readonly DescribedRow[] {
  const { catalog, searchPath, log, targets } = settings;
  const rows: DescribedRow[] = [];
  const add = (indent: string, key: string, value: unknown, originPath: string) =>
    rows.push({ indent, key, value, originPath });
  add('', 'catalog', undefined, 'catalog');
  if (catalog.backend === 'file') add('  ', 'file', catalog.file.path, 'catalog.file');
  else rows.push(...consulRows(catalog.consul));
  if (settings.vault !== undefined) rows.push(...vaultRows(settings.vault));
  if (settings.nomad !== undefined) rows.push(...nomadRows(settings.nomad));
  add('', 'log', undefined, 'log');
  add('  ', 'level', log.level, 'log.level');
  add('  ', 'format', log.format, 'log.format');
  if (log.file !== undefined) add('  ', 'file', logFileEntry(log.file), 'log.file');
  if (log.syslog !== undefined) add('  ', 'syslog', log.syslog, 'log.syslog');
  rows.push(...deduplicateRows(settings.deduplicate));
  if (settings.state !== undefined) add('', 'state', settings.state, 'state');
  if (settings.startsWithLastGood === true) add('', 'startWith', 'lastGood', 'startWith');
  add('', 'searchPath', searchPath.length === 0 ? [] : undefined, 'searchPath');
  for (const [index, folder] of searchPath.entries()) {
    add('  - ', '', folder, `searchPath[${index}]`);
  }
  add('', 'templates', targets.length === 0 ? [] : undefined, 'templates');
  for (const [index, target] of targets.entries()) {
    for (const [position, [key, value]] of targetEntries(target).entries()) {
      if (value === undefined) continue;
      const secret = target.secret && key === 'contents';
      const indent = position === 0 ? '  - ' : '    ';
      rows.push({ indent, key, value, originPath: `templates[${index}].${key}`, secret });
    }
  }
  return [...rows, ...supervisorRows(settings)];
}

function logFileEntry(file: LogFileSettings): unknown {
  const { path, rotateBytes, rotateDurationMs, rotateMaxFiles } = file;
  const age = rotateDurationMs === 0 ? {} : { rotateDuration: formatDuration(rotateDurationMs) };
  return { path, rotateBytes, ...age, rotateMaxFiles };
}

function consulRows(consul: ConsulOptions): readonly DescribedRow[] {
  const { tls, auth, reads, readsOf } = consul;
  const relaxed = reads ?? readsOf?.find((rule) => rule.reads !== undefined)?.reads;
  const maxStale = relaxed === undefined ? undefined : formatDuration(relaxed.maxStaleMs);
  const consistencyOf =
    readsOf &&
    Object.fromEntries(readsOf.map((rule) => [rule.queries, consistencyName(rule.reads)]));
  const row = (indent: string, key: string, field: keyof ConsulFields, value: unknown) =>
    value === undefined ? [] : [{ indent, key, value, originPath: `catalog.consul.${field}` }];
  const heading = (indent: string, key: string, originPath: string): DescribedRow => ({
    ...{ indent, key, originPath, value: undefined },
  });
  const tlsRows = [
    row('      ', 'ca', 'caFile', tls.caFile),
    row('      ', 'caPath', 'caFolder', tls.caFolder),
    row('      ', 'cert', 'certFile', tls.certFile),
    row('      ', 'key', 'keyFile', tls.keyFile),
    row('      ', 'serverName', 'serverName', tls.serverName),
    row('      ', 'verify', 'verify', tls.verify),
  ].flat();
  return [
    heading('  ', 'consul', 'catalog.consul'),
    ...row('    ', 'address', 'address', showConsulAddress(consul.address)),
    ...row('    ', 'token', 'token', consul.token).map((one) => ({ ...one, secret: true })),
    ...row('    ', 'tokenFile', 'tokenFile', consul.tokenFile),
    ...row('    ', 'auth', 'auth', auth && { username: auth.username, password: auth.password }),
    ...row('    ', 'namespace', 'namespace', consul.namespace),
    ...row('    ', 'partition', 'partition', consul.partition),
    heading('    ', 'tls', 'catalog.consul.tls'),
    ...tlsRows,
    ...row('    ', 'consistency', 'consistency', consistencyName(reads)),
    ...row('    ', 'consistencyOf', 'consistencyOf', consistencyOf),
    ...row('    ', 'maxStale', 'maxStaleMs', maxStale),
    ...row('    ', 'wait', 'waitMs', formatDuration(consul.waitMs)),
    ...row('    ', 'maxConnections', 'maxConnections', consul.maxConnections),
  ];
}

function deduplicateRows(deduplicate: Settings['deduplicate']): readonly DescribedRow[] {
  if (deduplicate === undefined) return [];
  const { prefix, ttlMs, maxStaleMs, waitMs } = deduplicate;
  const values = {
    prefix,
    ttl: formatDuration(ttlMs),
    maxStale: formatDuration(maxStaleMs),
    wait: formatDuration(waitMs),
  };
  return [
    { indent: '', key: 'deduplicate', value: undefined, originPath: 'deduplicate' },
    ...Object.entries(values).map(([key, value]) => ({
      ...{ indent: '  ', key, value, originPath: `deduplicate.${key}` },
    })),
  ];
}

function targetEntries(target: Target): [key: string, value: unknown][] {
  const { source, file } = target;
  const isPath = 'path' in source;
  return [
    isPath ? ['source', source.path] : ['contents', source.contents],
    ['destination', target.destination],
    ['perms', file.mode === undefined ? undefined : file.mode.toString(8).padStart(4, '0')],
    ['user', file.user],
    ['group', file.group],
    ['createDirs', file.createDirs],
    ['backup', file.backup],
    ['symlink', file.symlink],
    ['write', file.write],
    ['engine', target.engine],
    ['strict', target.strict],
    ['errorOnMissingKey', target.engine === 'go' ? target.missingKey === 'error' : undefined],
    ['leftDelimiter', target.delimiters?.left],
    ['rightDelimiter', target.delimiters?.right],
    ['functionDenylist', target.functionDenylist],
    ['sandboxPath', target.sandboxPath],
    ['secret', target.secret],
    ['controlCharacters', target.allowControlCharacters ? 'allow' : 'refuse'],
    ['wait', showQuiet(target.quiet)],
    ['command', target.command],
    [
      'commandTimeout',
      target.command === undefined ? undefined : formatDuration(target.commandTimeoutMs),
    ],
    ...safetyEntriesOf(target),
  ];
}

function showQuiet({ minMs, maxMs }: QuietPeriod): string {
  return maxMs === 0 ? '0s' : `${formatDuration(minMs)}:${formatDuration(maxMs)}`;
}

/** JSON is YAML; a plain word stays plain. */
function show(value: unknown): string {
  if (
    typeof value === 'string' &&
    /^[a-z]+$/i.test(value) &&
    !/^(?:true|false|null)$/i.test(value)
  ) {
    return value;
  }
  return JSON.stringify(value);
}
