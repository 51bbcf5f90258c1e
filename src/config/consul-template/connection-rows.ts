import type { FieldRow } from './field-row.ts';

const OWN_CONNECTIONS = 'connections are opened as they are needed, and kept';

/** What `consul`, `vault` and `nomad` have in common. */
export interface ConnectionOptions {
  /** Flags begin with it; absent: there are none. */
  readonly flags?: 'consul' | 'vault';
  /** What tries end after, where nobody says otherwise. */
  readonly sslByDefault: boolean;
  /** Variables of the TLS fields. */
  readonly variables?: Readonly<Record<string, readonly string[]>>;
}

/** `retry`, `ssl` and `transport` of one server. */
export function connectionRows(options: ConnectionOptions): FieldRow[] {
  const { flags, variables = {} } = options;
  return [...retryRows(), ...sslRows(options), ...transportRows()].map((found) => {
    const isIdle = flags !== 'consul' && found.path.startsWith('retry.');
    const row = isIdle ? { ...found, idle: 'whatever fails is tried again for ever' } : found;
    const flag = flags === undefined ? undefined : flagOf(flags, row.path);
    const named = variables[row.path];
    return {
      ...row,
      ...(flag !== undefined && { flag }),
      ...(named !== undefined && { variables: named }),
    };
  });
}

/** Without a flag in consul-template. */
const FLAGLESS: readonly string[] = [
  ...['transport.idle_conn_timeout', 'transport.max_idle_conns', 'ssl.ca_cert_bytes'],
];

function flagOf(server: string, path: string): string | undefined {
  if (FLAGLESS.includes(path)) return undefined;
  if (server === 'consul' && path === 'transport.max_conns_per_host') return undefined;
  const words = path.replace(/\.enabled$/, '').replaceAll(/[._]/g, '-');
  return `${server}-${words}`;
}

function retryRows(): FieldRow[] {
  return [
    {
      path: 'retry.enabled',
      kind: 'flag',
      description: '`false`: the first failure counts as the last.',
      default: true,
    },
    {
      path: 'retry.attempts',
      kind: 'integer',
      description:
        'The program ends when a query has failed for as long as so many tries take; 0 is never.',
      default: 0,
    },
    {
      path: 'retry.backoff',
      kind: 'duration',
      description:
        'Pause after the first try; it doubles with each. Says how long `attempts` take: the pauses themselves are shorter and random here.',
      default: '250ms',
    },
    {
      path: 'retry.max_backoff',
      kind: 'duration',
      description: 'No pause is longer; 0 is no limit.',
      default: '1m',
    },
  ];
}

function sslRows({ sslByDefault }: ConnectionOptions): FieldRow[] {
  return [
    {
      path: 'ssl.enabled',
      kind: 'flag',
      description: 'TLS; any other field of `ssl` turns it on too.',
      default: sslByDefault,
    },
    {
      path: 'ssl.verify',
      kind: 'flag',
      description: "`false`: the server's certificate is not checked.",
      default: true,
    },
    { path: 'ssl.cert', kind: 'path', description: 'File with our certificate.' },
    { path: 'ssl.key', kind: 'path', description: 'File with the private key of `cert`.' },
    {
      path: 'ssl.ca_cert',
      kind: 'path',
      description: 'File with the certificates of the authorities to trust.',
    },
    {
      path: 'ssl.ca_path',
      kind: 'path',
      description: 'Folder whose files are all certificates to trust.',
    },
    {
      path: 'ssl.server_name',
      kind: 'text',
      description: "Name that the server's certificate must carry.",
    },
  ];
}

function transportRows(): FieldRow[] {
  return [
    {
      path: 'transport.dial_keep_alive',
      kind: 'duration',
      description: 'How often an idle connection is probed.',
      default: '30s',
      idle: OWN_CONNECTIONS,
    },
    {
      path: 'transport.dial_timeout',
      kind: 'duration',
      description: 'How long opening a connection may take.',
      default: '30s',
      idle: 'deadlines are fixed',
    },
    {
      path: 'transport.disable_keep_alives',
      kind: 'flag',
      description: 'A connection for each request.',
      default: false,
      idle: OWN_CONNECTIONS,
    },
    {
      path: 'transport.idle_conn_timeout',
      kind: 'duration',
      description: 'How long an idle connection is kept.',
      default: '5s',
      idle: OWN_CONNECTIONS,
    },
    {
      path: 'transport.max_idle_conns',
      kind: 'integer',
      description: 'How many idle connections are kept.',
      default: 0,
      idle: OWN_CONNECTIONS,
    },
    {
      path: 'transport.max_idle_conns_per_host',
      kind: 'integer',
      description: 'How many idle connections to one server are kept.',
      default: 100,
      idle: OWN_CONNECTIONS,
    },
    {
      path: 'transport.max_conns_per_host',
      kind: 'integer',
      description: 'No more connections than this are ever open; 0 is 100 here.',
      default: 0,
    },
    {
      path: 'transport.tls_handshake_timeout',
      kind: 'duration',
      description: 'How long the TLS handshake may take.',
      default: '10s',
      idle: 'deadlines are fixed',
    },
  ];
}
