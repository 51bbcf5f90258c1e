import { CONSUL_DEFAULTS, DEFAULT_LOG, DEFAULT_QUIET } from '../config/defaults.ts';
import { DIALECT_WORDS } from '../config/dialect.ts';
import { ACTIONS } from '../config/signal-words.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../core/logger.ts';
import { CONSUL_TEMPLATE_GROUPS, UNDER_THEIR_NAME } from './consul-template-flag-table.ts';
import type { FlagGroup, FlagRow } from './flag-row.ts';

/** Where the control socket is, where nobody says otherwise. */
export const DEFAULT_SOCKET = '/run/autotmpl.sock';

/** How the answers of a running program are shown. */
export const ANSWER_FORMATS = ['text', 'json'] as const;
/** One of {@link ANSWER_FORMATS}. */
export type AnswerFormat = (typeof ANSWER_FORMATS)[number];

/** How `autotmpl test` tells its results. */
export const TEST_FORMATS = ['text', 'tap', 'junit'] as const;
/** One of {@link TEST_FORMATS}. */
export type TestFormat = (typeof TEST_FORMATS)[number];

const INPUT: FlagGroup = {
  title: 'What to render',
  rows: [
    {
      name: 'template',
      value: 'SRC[:DST[:COMMAND]]',
      repeatable: true,
      description:
        'Render the template SRC into the file DST, then run COMMAND with sh. Without DST the text goes to standard output. Repeatable; split at the first two colons.',
    },
    {
      name: 'config',
      value: 'PATH',
      repeatable: true,
      description:
        "Read a config (YAML, JSON or TOML), or all of a folder. Repeatable; later ones win, lists add up, flags beat all. ContainerPilot's configs are read too, also as file://PATH, as the text itself, or from the variable.",
      variables: ['CONTAINERPILOT'],
    },
    {
      name: 'dialect',
      value: 'NAME',
      description: `What the config is written for, where its keys do not tell: ${DIALECT_WORDS.join(', ')}.`,
    },
    {
      name: 'search-path',
      value: 'DIR',
      repeatable: true,
      description:
        "Folder for include, import and extends, searched after the template's own. Repeatable.",
    },
  ],
};

const RUN: FlagGroup = {
  title: 'How to run',
  rows: [
    { name: 'once', description: 'Render everything once and end.' },
    {
      name: 'timeout',
      value: 'DUR',
      description: 'With -once: give up after this long, and say what is missing.',
      default: 'none',
    },
    { name: 'dry', description: 'Print diffs; write nothing and run no command.' },
    {
      name: 'detailed-exitcode',
      description: `With -dry -once: exit with 2 where a file would change.`,
    },
    {
      name: 'prove',
      description: 'With migrate: render both templates on the catalog, and show what differs.',
    },
    {
      name: 'wait',
      value: 'MIN[:MAX]',
      description:
        'Quiet period: render MIN after the last change, MAX after the first one at the latest (four times MIN where absent).',
      default: DEFAULT_QUIET,
    },
    { name: 'pid-file', value: 'PATH', description: 'Keep the process ID in this file.' },
    {
      name: 'signal',
      value: 'SIG=ACTION',
      repeatable: true,
      description: `What a signal does where something is supervised: ${ACTIONS.join(', ')} or forward:SIG. Beats the config: -signal HUP=stop. Repeatable.`,
    },
  ],
};

const CATALOG: FlagGroup = {
  title: 'Catalog',
  rows: [
    {
      name: 'catalog',
      value: 'FILE',
      description: 'Take facts from a YAML or JSON file, and not from Consul.',
    },
    {
      name: 'consul-addr',
      aliases: ['consul'],
      value: 'ADDR',
      description: 'Address of the agent: host:port, http://…, https://… or unix:///path.',
      default: CONSUL_DEFAULTS.address,
      variables: ['CONSUL_HTTP_ADDR'],
    },
    {
      name: 'consul-token',
      value: 'TOKEN',
      description:
        'ACL token. Every user of the machine can read a command line: -consul-token-file is better.',
      variables: ['CONSUL_HTTP_TOKEN', 'CONSUL_TOKEN'],
    },
    {
      name: 'consul-token-file',
      value: 'PATH',
      description: 'File that holds the ACL token; read again when it changes.',
      variables: ['CONSUL_HTTP_TOKEN_FILE', 'CONSUL_TOKEN_FILE'],
    },
    {
      name: 'consul-auth',
      value: 'USER[:PASS]',
      description: 'HTTP basic authentication; the variable keeps it off the command line.',
      variables: ['CONSUL_HTTP_AUTH'],
    },
    {
      name: 'consul-namespace',
      value: 'NAME',
      description: 'Namespace (Consul Enterprise).',
      variables: ['CONSUL_NAMESPACE'],
    },
    {
      name: 'consul-wait',
      value: 'DUR',
      description: 'Longest time that the agent may hold one blocking query.',
      default: CONSUL_DEFAULTS.wait,
    },
    {
      name: 'consul-max-connections',
      value: 'N',
      description: 'Never open more sockets than this to the agent.',
      default: String(CONSUL_DEFAULTS.maxConnections),
    },
  ],
};

const TLS: FlagGroup = {
  title: 'TLS with the agent (any of these turns it on)',
  rows: [
    {
      name: 'consul-ssl',
      description: 'Use TLS, even where the address says http://.',
      variables: ['CONSUL_HTTP_SSL'],
    },
    {
      name: 'consul-ssl-ca-cert',
      value: 'PATH',
      description: 'File with the certificates of the authorities to trust.',
      variables: ['CONSUL_CACERT'],
    },
    {
      name: 'consul-ssl-ca-path',
      value: 'DIR',
      description: 'Folder whose files are all certificates to trust.',
      variables: ['CONSUL_CAPATH'],
    },
    {
      name: 'consul-ssl-cert',
      value: 'PATH',
      description: 'File with our certificate.',
      variables: ['CONSUL_CLIENT_CERT'],
    },
    {
      name: 'consul-ssl-key',
      value: 'PATH',
      description: 'File with the private key of our certificate.',
      variables: ['CONSUL_CLIENT_KEY'],
    },
    {
      name: 'consul-ssl-server-name',
      value: 'NAME',
      description: "Name that the agent's certificate must carry.",
      variables: ['CONSUL_TLS_SERVER_NAME'],
    },
    {
      name: 'consul-ssl-verify',
      description: "-consul-ssl-verify=false: do not check the agent's certificate.",
      default: 'true',
      variables: ['CONSUL_HTTP_SSL_VERIFY'],
    },
  ],
};

const CONTROL: FlagGroup = {
  title: 'Asking a running program',
  rows: [
    {
      name: 'socket',
      value: 'PATH',
      description:
        "The program's control socket. Where there is a -config, it is the config's control.socket.",
      default: DEFAULT_SOCKET,
      variables: ['AUTOTMPL_SOCKET'],
    },
    {
      name: 'format',
      value: 'FORMAT',
      description: `${ANSWER_FORMATS.join(', ')}: for people, or as the program answers. With test: ${TEST_FORMATS.join(', ')}.`,
      default: 'text',
    },
  ],
};

const OFFLINE: FlagGroup = {
  title: 'With test, record and replay',
  rows: [
    {
      name: 'update',
      description: 'Take what is rendered as the expected text: snapshots, and each expect.',
    },
    {
      name: 'filter',
      value: 'TEXT',
      description: 'Only the cases with this text in their name, or in that of their file.',
    },
    {
      name: 'for',
      value: 'DUR',
      description:
        'With record: go on for so long, or until interrupted, and record each change with its time.',
    },
    {
      name: 'speed',
      value: 'N',
      description: 'With replay: so many times as fast as it was; 0: as fast as each step is done.',
      default: '1',
    },
    {
      name: 'mask',
      value: 'PATTERN',
      repeatable: true,
      description:
        'With record: mask the values of keys with such a path; * stands for anything. Repeatable.',
    },
  ],
};

const OUTPUT: FlagGroup = {
  title: 'Messages',
  rows: [
    {
      name: 'log-level',
      value: 'LEVEL',
      description: `${LOG_LEVELS.join(', ')}; in any case, and ERR.`,
      default: DEFAULT_LOG.level,
    },
    {
      name: 'log-format',
      value: 'FORMAT',
      description: `${LOG_FORMATS.join(', ')}; auto is pretty on a terminal and json elsewhere.`,
      default: DEFAULT_LOG.format,
    },
    { name: 'version', aliases: ['v'], description: 'Print the version and end.' },
    { name: 'help', aliases: ['h'], description: 'Print this and end.' },
  ],
};

const CONTAINERPILOT: FlagGroup = {
  title: "ContainerPilot's own (a bare -template prints its config after the template step)",
  rows: [
    {
      name: 'out',
      aliases: ['output'],
      value: 'PATH',
      description:
        'With a bare -template: where to; file:// may stand before the path. With migrate: the folder that files go to. With test: the file for the report. With record: the recording. With replay: a folder for the texts, which has them below their own paths.',
      default: '-',
    },
    { name: 'reload', description: 'Ask the running program to read its config anew.' },
    {
      name: 'maintenance',
      value: 'enable|disable',
      description: 'Take its services out of the catalog, or put them back.',
    },
    {
      name: 'putenv',
      value: 'KEY=VALUE',
      repeatable: true,
      description: 'Set a variable for the processes that it starts from now on. Repeatable.',
    },
    {
      name: 'putmetric',
      value: 'KEY=NUMBER',
      repeatable: true,
      description: 'Give one of its metrics a value. Repeatable.',
    },
    { name: 'ping', description: 'See whether it answers.' },
  ],
};

/** All flags, in the order of the help. */
export const FLAG_GROUPS: readonly FlagGroup[] = [
  ...[INPUT, RUN, CATALOG, TLS, CONTROL, OFFLINE, OUTPUT],
  ...[...CONSUL_TEMPLATE_GROUPS, CONTAINERPILOT],
];

/** All flags. */
export const FLAGS: readonly FlagRow[] = FLAG_GROUPS.flatMap(({ rows }) => rows);

/** A bare `-template`, which is ContainerPilot's: our own has a value. */
export const RENDER_CONFIG: FlagRow = {
  name: 'render-config',
  description: 'Print a ContainerPilot config after its template step.',
};

/** What the program takes when it is called containerpilot. */
export const CONTAINERPILOT_FLAGS: readonly FlagRow[] = [
  ...FLAGS.filter(({ name }) => ['config', 'dialect', 'signal', 'version', 'help'].includes(name)),
  ...CONTAINERPILOT.rows,
  { name: RENDER_CONFIG.name, aliases: ['template'], description: RENDER_CONFIG.description },
];

/** What the program takes when it is called consul-template: that program's flags, and ours beside them. */
export const CONSUL_TEMPLATE_FLAG_GROUPS: readonly FlagGroup[] = FLAG_GROUPS.filter(
  (group) => ![CONTAINERPILOT, CONTROL, OFFLINE].includes(group),
).map(({ title, rows }) => ({
  title,
  rows: rows
    .filter(({ name }) => name !== 'signal')
    .map((row) => ({
      ...row,
      ...UNDER_THEIR_NAME[row.name],
      // An empty variable in a script is no slip there.
      ...(row.value !== undefined && { mayBeEmpty: true }),
    })),
}));

/** The same, as one list. */
export const CONSUL_TEMPLATE_FLAGS: readonly FlagRow[] = CONSUL_TEMPLATE_FLAG_GROUPS.flatMap(
  ({ rows }) => rows,
);
