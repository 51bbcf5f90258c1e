import { section, type FieldRow } from './field-row.ts';

const SIGNALS_AND_TEMPLATES: readonly FieldRow[] = [
  {
    path: 'kill_signal',
    kind: 'signal',
    description: 'This signal ends the program, with code 12. An empty text is none.',
    default: 'SIGINT',
    flag: 'kill-signal',
  },
  {
    path: 'reload_signal',
    kind: 'signal',
    description: 'This signal makes it read configs and templates again. An empty text is none.',
    default: 'SIGHUP',
    flag: 'reload-signal',
  },
  {
    path: 'log_level',
    kind: 'level',
    description: '`TRACE`, `DEBUG`, `INFO`, `WARN` or `ERR`.',
    default: 'WARN',
    flag: 'log-level',
    variables: ['CT_LOG', 'CONSUL_TEMPLATE_LOG', 'CONSUL_TEMPLATE_LOG_LEVEL'],
  },
  {
    path: 'max_stale',
    kind: 'duration',
    description:
      'Answers may come from a server that is behind by this long; 0 is never. Under our own name it is never where nobody says otherwise.',
    default: '2s',
    flag: 'max-stale',
  },
  {
    path: 'pid_file',
    kind: 'path',
    description: 'File that holds the process ID while the program runs.',
    flag: 'pid-file',
  },
  {
    path: 'template_error_fatal',
    kind: 'flag',
    description:
      'Beats the `error_fatal` of every template. Absent, a failing template ends nothing here.',
    flag: 'template-error-fatal',
  },
  {
    path: 'once',
    kind: 'flag',
    description: 'Render everything once and end.',
    default: false,
    flag: 'once',
  },
  {
    path: 'parseonly',
    kind: 'flag',
    description: 'Look whether the templates can be parsed, and end.',
    default: false,
    flag: 'parse-only',
  },
  {
    path: 'block_query_wait',
    kind: 'duration',
    description: 'Longest time that the agent may hold one blocking query.',
    default: '60s',
  },
  {
    path: 'err_on_failed_lookup',
    kind: 'flag',
    description:
      '`true`: a template that has to wait for what the catalog does not have ends the program.',
    default: false,
  },
  {
    path: 'default_delimiters.left',
    kind: 'text',
    description: 'What actions of a template begin with.',
    default: '{{',
    flag: 'default-left-delimiter',
  },
  {
    path: 'default_delimiters.right',
    kind: 'text',
    description: 'What they end with.',
    default: '}}',
    flag: 'default-right-delimiter',
  },
];

/** `wait`: the same in `template`. `wait = "2s:10s"` says the same. */
export const WAIT_ROWS: readonly FieldRow[] = section('wait', [
  {
    path: 'enabled',
    kind: 'flag',
    description: 'The quiet period; a `min` turns it on too.',
  },
  {
    path: 'min',
    kind: 'duration',
    description: 'Render when nothing has changed for this long.',
    default: '0s',
  },
  {
    path: 'max',
    kind: 'duration',
    description: 'And this long after the first change at the latest. Default: four times `min`.',
  },
]);

/** `exec`; a template has some of them too. */
export const EXEC_ROWS: readonly FieldRow[] = section('exec', [
  {
    path: 'enabled',
    kind: 'flag',
    description: '`false`: it is as if it was not there.',
  },
  {
    path: 'command',
    kind: 'command',
    description:
      'The process to supervise: text for a shell (one word is started directly), or a list of words.',
    flag: 'exec',
  },
  {
    path: 'kill_signal',
    kind: 'signal',
    description: 'How it is ended.',
    default: 'SIGINT',
    flag: 'exec-kill-signal',
  },
  {
    path: 'kill_timeout',
    kind: 'duration',
    description: 'How long it has from then to KILL.',
    default: '30s',
    flag: 'exec-kill-timeout',
  },
  {
    path: 'reload_signal',
    kind: 'signal',
    description: 'What it gets when a file changed. Default: it is ended and started again.',
    flag: 'exec-reload-signal',
  },
  {
    path: 'splay',
    kind: 'duration',
    description: 'A reload waits for a random part of this.',
    default: '0s',
    flag: 'exec-splay',
  },
  {
    path: 'timeout',
    kind: 'duration',
    description: 'It is ended after this long; 0 is never.',
    default: '0s',
  },
  {
    path: 'env.pristine',
    kind: 'flag',
    description: '`true`: it inherits no variable.',
    default: false,
    flag: 'exec-env-pristine',
  },
  {
    path: 'env.custom',
    kind: 'texts',
    description: 'Variables it gets in any case: `NAME=VALUE`.',
    flag: 'exec-env-custom',
  },
  {
    path: 'env.allowlist',
    kind: 'texts',
    description: 'Patterns of names: it inherits only these.',
    aliases: ['exec.env.whitelist'],
    flag: 'exec-env-allowlist',
    flagAliases: ['exec-env-whitelist'],
  },
  {
    path: 'env.denylist',
    kind: 'texts',
    description: 'Patterns of names that it does not inherit; stronger than `allowlist`.',
    aliases: ['exec.env.blacklist'],
    flag: 'exec-env-denylist',
    flagAliases: ['exec-env-blacklist'],
  },
]);

const DEDUPLICATE_ROWS: readonly FieldRow[] = section('deduplicate', [
  {
    path: 'enabled',
    kind: 'flag',
    description: 'Many instances with the same template share the answers of one.',
    default: false,
    flag: 'dedup',
  },
  {
    path: 'prefix',
    kind: 'text',
    description: 'Where in the key-value store they meet.',
    default: 'consul-template/dedup/',
  },
  {
    path: 'ttl',
    kind: 'duration',
    description:
      'A leader that is silent for this long loses its place; Consul may take up to twice the time. `10s` at least.',
    default: '15s',
  },
  {
    path: 'max_stale',
    kind: 'duration',
    description: 'How old the shared answers may be.',
    default: '2s',
  },
  {
    path: 'block_query_wait',
    kind: 'duration',
    description: 'Longest time that the agent may hold a query for them.',
    default: '60s',
  },
]);

const LOG_ROWS: readonly FieldRow[] = [
  ...section('syslog', [
    {
      path: 'enabled',
      kind: 'flag',
      description: 'Log to syslog too.',
      default: false,
      flag: 'syslog',
    },
    {
      path: 'facility',
      kind: 'facility',
      description: 'Its facility.',
      default: 'LOCAL0',
      flag: 'syslog-facility',
    },
    {
      path: 'name',
      kind: 'text',
      description: 'What we are called there.',
      default: 'consul-template',
      flag: 'syslog-name',
    },
  ]),
  ...section('log_file', [
    {
      path: 'path',
      kind: 'path',
      description:
        'Log to files too. A time is put before the extension; without one it is `.log`; behind a slash the name is `consul-template`.',
      flag: 'log-file',
    },
    {
      path: 'log_rotate_bytes',
      kind: 'integer',
      description: 'A file that is longer is followed by a new one; 0 is no limit.',
      default: 0,
      flag: 'log-rotate-bytes',
    },
    {
      path: 'log_rotate_duration',
      kind: 'duration',
      description: 'So is one that is older.',
      default: '24h',
      flag: 'log-rotate-duration',
    },
    {
      path: 'log_rotate_max_files',
      kind: 'integer',
      description: 'So many older files are kept; 0 keeps all, -1 none.',
      default: 0,
      flag: 'log-rotate-max-files',
    },
  ]),
];

/** All but the servers and the templates. */
export const PROGRAM_ROWS: readonly FieldRow[] = [
  ...SIGNALS_AND_TEMPLATES,
  ...WAIT_ROWS,
  ...EXEC_ROWS,
  ...DEDUPLICATE_ROWS,
  ...LOG_ROWS,
];
