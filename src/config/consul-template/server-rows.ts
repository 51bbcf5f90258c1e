import { connectionRows } from './connection-rows.ts';
import { section, type FieldRow } from './field-row.ts';

const CONSUL: FieldRow[] = [
  {
    path: 'address',
    kind: 'text',
    description:
      'Where the agent listens: `host:port`, `http://…`, `https://…` or `unix:///path`. `consul = "address"` says the same.',
    default: '127.0.0.1:8500',
    flag: 'consul-addr',
    flagAliases: ['consul'],
    variables: ['CONSUL_HTTP_ADDR'],
  },
  {
    path: 'namespace',
    kind: 'text',
    description: 'Namespace of queries that name none (Consul Enterprise).',
    flag: 'consul-namespace',
    variables: ['CONSUL_NAMESPACE'],
  },
  {
    path: 'token',
    kind: 'text',
    description: 'ACL token. Better is `token_file`.',
    flag: 'consul-token',
    variables: ['CONSUL_TOKEN', 'CONSUL_HTTP_TOKEN'],
    secret: true,
  },
  {
    path: 'token_file',
    kind: 'path',
    description: 'File that holds the ACL token; read again when it changes.',
    flag: 'consul-token-file',
    variables: ['CONSUL_TOKEN_FILE', 'CONSUL_HTTP_TOKEN_FILE'],
  },
  {
    path: 'auth.enabled',
    kind: 'flag',
    description: 'HTTP basic authentication; a user name turns it on too.',
    default: false,
  },
  { path: 'auth.username', kind: 'text', description: 'Its user.', flag: 'consul-auth' },
  { path: 'auth.password', kind: 'text', description: 'Its password.', secret: true },
  ...connectionRows({ flags: 'consul', sslByDefault: false }),
];

const VAULT: FieldRow[] = [
  {
    path: 'address',
    kind: 'text',
    description: 'Where Vault listens: `https://host:8200`.',
    flag: 'vault-addr',
    variables: ['VAULT_ADDR'],
  },
  {
    path: 'enabled',
    kind: 'flag',
    description: 'Whether Vault is used; an address turns it on too.',
  },
  {
    path: 'namespace',
    kind: 'text',
    description: 'Namespace (Vault Enterprise).',
    variables: ['VAULT_NAMESPACE'],
  },
  {
    path: 'token',
    kind: 'text',
    description: 'Token. Better is the variable, `vault_agent_token_file`, or `~/.vault-token`.',
    flag: 'vault-token',
    variables: ['VAULT_TOKEN'],
    secret: true,
  },
  {
    path: 'vault_agent_token_file',
    kind: 'path',
    description: 'File that Vault Agent keeps a token in; it comes before any other token.',
    flag: 'vault-agent-token-file',
  },
  {
    path: 'client_user_agent',
    kind: 'text',
    description: 'What requests say that we are.',
    flag: 'vault-client-user-agent',
  },
  {
    path: 'renew_token',
    kind: 'flag',
    description: 'Renew the token. Default: where there is a token and no agent file.',
    flag: 'vault-renew-token',
    variables: ['VAULT_RENEW_TOKEN'],
  },
  {
    path: 'unwrap_token',
    kind: 'flag',
    description: 'The token is wrapped: what is inside of it is the token.',
    default: false,
    flag: 'vault-unwrap-token',
    variables: ['VAULT_UNWRAP_TOKEN'],
  },
  {
    path: 'default_lease_duration',
    kind: 'duration',
    description: 'How long a secret without a lease is taken as good.',
    default: '5m',
    flag: 'vault-default-lease-duration',
  },
  {
    path: 'lease_renewal_threshold',
    kind: 'fraction',
    description: 'A lease is renewed when this part of it has passed.',
    default: 0.9,
  },
  {
    path: 'k8s_auth_role_name',
    kind: 'text',
    description: 'Role for the login by a Kubernetes service account.',
    variables: ['VAULT_K8S_AUTH_ROLE_NAME'],
  },
  {
    path: 'k8s_service_account_token',
    kind: 'text',
    description: "The service account's token.",
    variables: ['VAULT_K8S_SERVICE_ACCOUNT_TOKEN'],
    secret: true,
  },
  {
    path: 'k8s_service_account_token_path',
    kind: 'path',
    description: 'File that holds it.',
    default: '/run/secrets/kubernetes.io/serviceaccount/token',
    variables: ['VAULT_K8S_SERVICE_ACCOUNT_TOKEN_PATH'],
  },
  {
    path: 'k8s_service_mount_path',
    kind: 'text',
    description: 'Where the Kubernetes login is mounted in Vault.',
    default: 'auth/kubernetes',
    variables: ['VAULT_K8S_SERVICE_MOUNT_PATH'],
  },
  {
    path: 'ssl.ca_cert_bytes',
    kind: 'text',
    description: 'The certificates of the authorities to trust, as text.',
    variables: ['VAULT_CACERT_BYTES'],
  },
  ...connectionRows({
    flags: 'vault',
    sslByDefault: true,
    variables: {
      'ssl.ca_cert': ['VAULT_CACERT'],
      'ssl.ca_path': ['VAULT_CAPATH'],
      'ssl.cert': ['VAULT_CLIENT_CERT'],
      'ssl.key': ['VAULT_CLIENT_KEY'],
      'ssl.server_name': ['VAULT_TLS_SERVER_NAME'],
    },
  }),
];

const NOMAD: FieldRow[] = [
  {
    path: 'address',
    kind: 'text',
    description: 'Where Nomad listens: `http://host:4646`.',
    variables: ['NOMAD_ADDR'],
  },
  {
    path: 'enabled',
    kind: 'flag',
    description: 'Whether Nomad is used; an address turns it on too.',
  },
  { path: 'namespace', kind: 'text', description: 'Namespace.', variables: ['NOMAD_NAMESPACE'] },
  {
    path: 'token',
    kind: 'text',
    description: 'ACL token. Better is the variable.',
    variables: ['NOMAD_TOKEN'],
    secret: true,
  },
  { path: 'auth_username', kind: 'text', description: 'User for HTTP basic authentication.' },
  { path: 'auth_password', kind: 'text', description: 'Its password.', secret: true },
  ...connectionRows({ sslByDefault: false }),
];

/** `consul`, `vault` and `nomad`. */
export const SERVER_ROWS: readonly FieldRow[] = [
  ...section('consul', CONSUL),
  ...section('vault', VAULT),
  ...section('nomad', NOMAD),
];
