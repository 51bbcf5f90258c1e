import type { FieldKind, FieldRow } from '../config/consul-template/field-row.ts';
import { FIELD_ROWS } from '../config/consul-template/field-table.ts';
import type { FlagGroup, FlagRow } from './flag-row.ts';

/** What the value of a flag is called, by the kind of its field; a flag of the kind `flag` has none. */
const VALUE_NAMES: Partial<Readonly<Record<FieldKind, string>>> = {
  text: 'TEXT',
  path: 'PATH',
  integer: 'N',
  fraction: 'N',
  duration: 'DUR',
  signal: 'SIG',
  texts: 'TEXT',
  command: 'COMMAND',
  level: 'LEVEL',
  facility: 'FACILITY',
};

/** Older names of flags, which are no names of fields. */
const OLDER_NAMES: Readonly<Record<string, readonly string[]>> = {
  'consul-retry-backoff': ['retry'],
};

/** A flag as the field that it fills describes it. */
function flagOf(row: FieldRow, name: string): FlagRow {
  const value = VALUE_NAMES[row.kind];
  const aliases = [...(row.flagAliases ?? []), ...(OLDER_NAMES[name] ?? [])];
  const idle = row.idle === undefined ? '' : ` Without a meaning here: ${row.idle}.`;
  return {
    name,
    ...(aliases.length > 0 && { aliases }),
    ...(value !== undefined && { value, mayBeEmpty: true }),
    ...(row.kind === 'texts' && { repeatable: true }),
    description: `${row.description.replaceAll('`', '')}${idle}`,
    ...(row.default !== undefined && { default: String(row.default) }),
    ...(row.variables !== undefined && { variables: row.variables }),
  };
}

const ALL: readonly FlagRow[] = FIELD_ROWS.flatMap((row) =>
  row.flag === undefined ? [] : [flagOf(row, row.flag)],
);

function group(title: string, pattern: RegExp): FlagGroup {
  return { title, rows: ALL.filter(({ name }) => pattern.test(name)) };
}

/** Those flags of consul-template's that our own tables do not have, by what they are about. */
export const CONSUL_TEMPLATE_GROUPS: readonly FlagGroup[] = [
  group(
    "consul-template's ways to run",
    /^(?:kill-signal|reload-signal|parse-only|template-error-fatal|default-.*|max-stale|dedup)$/,
  ),
  group('Retries and connections', /^consul-(?:retry|transport)/),
  group('Exec mode', /^exec/),
  group('Vault', /^vault-/),
  group('Log files and syslog', /^(?:log-file|log-rotate-.*|syslog.*)$/),
];

/** What a flag of both says under the name consul-template, where it is something else. */
export const UNDER_THEIR_NAME: Readonly<Record<string, Partial<FlagRow>>> = {
  dry: { description: 'Print the texts; write nothing and run no command.' },
  'log-level': { description: 'TRACE, DEBUG, INFO, WARN or ERR.', default: 'WARN' },
  'log-format': { description: 'auto (as consul-template has it), pretty, text or json.' },
};
