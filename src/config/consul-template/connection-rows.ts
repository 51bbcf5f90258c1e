import type { FieldRow } from './field-row.ts';

const OWN_CONNECTIONS = 'connections are opened as they are needed, and kept';
const OWN_PAUSES = 'it is asked for ever, with pauses of our own';
const ONE_SERVER = 'there is one server, and max_idle_conns_per_host says it for that';
const WHOLE_DEADLINES = 'each request has a deadline for the whole of it';

/** What has a meaning for Consul only, and why not for the others. */
const FOR_CONSUL: Readonly<Record<string, string>> = {
  'retry.enabled': OWN_PAUSES,
  'retry.attempts': OWN_PAUSES,
  'retry.backoff': OWN_PAUSES,
  'retry.max_backoff': OWN_PAUSES,
  'transport.dial_keep_alive': OWN_CONNECTIONS,
  'transport.dial_timeout': WHOLE_DEADLINES,
  'transport.disable_keep_alives': OWN_CONNECTIONS,
  'transport.idle_conn_timeout': OWN_CONNECTIONS,
  'transport.max_idle_conns_per_host': OWN_CONNECTIONS,
};

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
  return [...retryRows(), ...sslRows(options), ...transportRows()].map((row) => {
    const flag = flags === undefined ? undefined : flagOf(flags, row.path);
    const named = variables[row.path];
    const idle = flags === 'consul' ? undefined : FOR_CONSUL[row.path];
    return {
      ...row,
      ...(idle !== undefined && { idle }),
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
      description: '`false`: as with `attempts`, and none more.',
      default: true,
    },
    {
      path: 'retry.attempts',
      kind: 'integer',
      description:
        'A run with `-once` gives up after so many tries more in a row; 0 is never. Any other asks for ever; consul-template ends after 12.',
      default: 0,
    },
    {
      path: 'retry.backoff',
      kind: 'duration',
      description:
        'Pause after the first failure; it doubles with each, and up to half of it is taken off at random.',
      default: '250ms',
    },
    {
      path: 'retry.max_backoff',
      kind: 'duration',
      description: "No pause is longer; 0 is no limit. consul-template's is 1m.",
      default: '10s',
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
      default: '15s',
    },
    {
      path: 'transport.dial_timeout',
      kind: 'duration',
      description: 'How long opening a connection may take. Default: as long as its request.',
    },
    {
      path: 'transport.disable_keep_alives',
      kind: 'flag',
      description: 'A connection for each request.',
      default: false,
    },
    {
      path: 'transport.idle_conn_timeout',
      kind: 'duration',
      description: 'How long an idle connection is kept. Default: as long as the server does.',
    },
    {
      path: 'transport.max_idle_conns',
      kind: 'integer',
      description: 'How many idle connections are kept.',
      default: 0,
      idle: ONE_SERVER,
    },
    {
      path: 'transport.max_idle_conns_per_host',
      kind: 'integer',
      description:
        'How many idle connections to one server are kept. Default: all that may be open.',
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
      idle: WHOLE_DEADLINES,
    },
  ];
}
