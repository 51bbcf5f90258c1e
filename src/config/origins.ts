import { showConsulAddress } from '../catalog/consul/address.ts';
import type { ConsulFields } from '../catalog/consul/environment.ts';
import type { ConsulOptions } from '../catalog/consul/options.ts';
import { maskCommand } from '../core/mask-secrets.ts';
import { formatDuration } from '../core/duration.ts';
import type { QuietPeriod, Target } from '../renderer/target.ts';
import { supervisorRows } from './describe-supervisor.ts';
import type { LoadedSettings } from './loaded-settings.ts';

const MASK = '********';

/** A value to print, and the path that its origin is known by. */
type Row = readonly [indent: string, key: string, value: unknown, originPath: string];

/**
 * Settings as YAML that could be a config again, the origin of each value behind it (`default` where nobody gave
 * one), secrets masked.
 */
export function describeSettings({ settings, origins }: LoadedSettings): string {
  const { catalog, searchPath, log, targets } = settings;
  const lines = ['catalog:'];
  if (catalog.backend === 'file') write(['  ', 'file', catalog.file.path, 'catalog.file']);
  else describeConsul(catalog.consul);
  lines.push('log:');
  write(['  ', 'level', log.level, 'log.level']);
  write(['  ', 'format', log.format, 'log.format']);
  lines.push(searchPath.length === 0 ? 'searchPath: []' : 'searchPath:');
  for (const [index, folder] of searchPath.entries()) {
    lines.push(`  - ${withOrigin(show(folder), `searchPath[${index}]`)}`);
  }
  lines.push(targets.length === 0 ? 'templates: []' : 'templates:');
  for (const [index, target] of targets.entries()) {
    for (const [position, [key, value]] of targetEntries(target).entries()) {
      write([position === 0 ? '  - ' : '    ', key, value, `templates[${index}].${key}`]);
    }
  }
  for (const { indent, key, value, originPath, origin } of supervisorRows(settings)) {
    if (value === undefined) lines.push(`${indent}${key}:`);
    else if (origin === undefined) write([indent, key, value, originPath]);
    else lines.push(`${indent}${key}: ${show(value)} # ${origin}`);
  }
  return `${lines.join('\n')}\n`;

  function write([indent, key, value, originPath]: Row): void {
    if (value !== undefined) lines.push(withOrigin(`${indent}${key}: ${show(value)}`, originPath));
  }

  function withOrigin(text: string, path: string): string {
    // A template that says nothing of `wait` has the one of all.
    const inherited = path.endsWith('.wait') && path.startsWith('templates') ? 'wait' : path;
    return `${text} # ${origins.get(path) ?? origins.get(inherited) ?? 'default'}`;
  }

  function describeConsul(consul: ConsulOptions): void {
    const { tls, auth } = consul;
    const consulRow = (indent: string, key: string, field: keyof ConsulFields, value: unknown) =>
      write([indent, key, value, `catalog.consul.${field}`]);
    lines.push('  consul:');
    consulRow('    ', 'address', 'address', showConsulAddress(consul.address));
    consulRow('    ', 'token', 'token', consul.token === undefined ? undefined : MASK);
    consulRow('    ', 'tokenFile', 'tokenFile', consul.tokenFile);
    const shownAuth = auth && { username: auth.username, password: MASK };
    consulRow('    ', 'auth', 'auth', shownAuth);
    consulRow('    ', 'namespace', 'namespace', consul.namespace);
    consulRow('    ', 'partition', 'partition', consul.partition);
    lines.push('    tls:');
    consulRow('      ', 'ca', 'caFile', tls.caFile);
    consulRow('      ', 'caPath', 'caFolder', tls.caFolder);
    consulRow('      ', 'cert', 'certFile', tls.certFile);
    consulRow('      ', 'key', 'keyFile', tls.keyFile);
    consulRow('      ', 'serverName', 'serverName', tls.serverName);
    consulRow('      ', 'verify', 'verify', tls.verify);
    consulRow('    ', 'wait', 'waitMs', formatDuration(consul.waitMs));
    consulRow('    ', 'maxConnections', 'maxConnections', consul.maxConnections);
  }
}

function targetEntries(target: Target): [key: string, value: unknown][] {
  const { source, file } = target;
  const isPath = 'path' in source;
  return [
    isPath ? ['source', source.path] : ['contents', target.secret ? MASK : source.contents],
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
    ['command', maskCommand(target.command)],
    [
      'commandTimeout',
      target.command === undefined ? undefined : formatDuration(target.commandTimeoutMs),
    ],
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
