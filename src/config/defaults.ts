import { DEFAULT_ADDRESS } from '../catalog/consul/address.ts';
import {
  DEFAULT_MAX_CONNECTIONS,
  DEFAULT_MAX_STALE_MS,
  DEFAULT_WAIT_MS,
} from '../catalog/consul/options.ts';
import {
  DEFAULT_NOMAD_ADDRESS,
  DEFAULT_NOMAD_CONNECTIONS,
  DEFAULT_NOMAD_WAIT_MS,
} from '../catalog/nomad/options.ts';
import {
  DEFAULT_LEASE_MS,
  DEFAULT_LEASE_RENEWAL_THRESHOLD,
  DEFAULT_VAULT_ADDRESS,
  DEFAULT_VAULT_CONNECTIONS,
  KUBERNETES_MOUNT_PATH,
  SERVICE_ACCOUNT_TOKEN_FILE,
} from '../catalog/vault/options.ts';
import { formatDuration } from '../core/duration.ts';
import type { LogFormat, LogLevel } from '../core/logger.ts';

/** What holds for a template where nobody says otherwise. */
export const TEMPLATE_DEFAULTS = {
  createDirs: true,
  backup: false,
  symlink: 'refuse',
  write: 'rename',
  engine: 'auto',
  /** By language: consul-template prints `<no value>`, and its templates rely on that. */
  strict: { nunjucks: true, go: false },
  errorOnMissingKey: false,
  secret: false,
  controlCharacters: 'refuse',
} as const;

/** What keeps a template's file safe where nobody says otherwise. */
export const SAFETY_DEFAULTS = {
  checkTimeout: '30s',
  probeWithin: '5s',
  onFailure: 'keep',
  onDrift: 'report',
  rolling: { limit: 1, splay: '0s', without: 'wait' },
} as const;

/** Where last good answers are kept when a start may need them and nobody says otherwise. */
export const DEFAULT_STATE = '/var/lib/autotmpl';

/** No quiet period: a change is rendered at once. */
export const DEFAULT_QUIET = '0s';

/** What is logged where nobody says otherwise. */
export const DEFAULT_LOG: { readonly level: LogLevel; readonly format: LogFormat } = {
  level: 'info',
  format: 'auto',
};

/** What holds for the log's files and for syslog where nobody says otherwise. */
export const LOG_FILE_DEFAULTS = {
  rotateBytes: 0,
  rotateMaxFiles: 0,
  facility: 'LOCAL0',
  name: 'autotmpl',
} as const;

/** What holds for instances that share their answers, where nobody says otherwise: consul-template's own. */
export const DEDUPLICATE_DEFAULTS = {
  prefix: 'consul-template/dedup/',
  ttl: '15s',
  maxStale: formatDuration(DEFAULT_MAX_STALE_MS),
  wait: formatDuration(DEFAULT_WAIT_MS),
} as const;

/** What holds for Vault where nobody says otherwise, as a user would write it. */
export const VAULT_DEFAULTS = {
  address: DEFAULT_VAULT_ADDRESS,
  leaseDuration: formatDuration(DEFAULT_LEASE_MS),
  leaseRenewalThreshold: DEFAULT_LEASE_RENEWAL_THRESHOLD,
  kubernetesMountPath: KUBERNETES_MOUNT_PATH,
  serviceAccountTokenFile: SERVICE_ACCOUNT_TOKEN_FILE,
  maxConnections: DEFAULT_VAULT_CONNECTIONS,
} as const;

/** What holds for Nomad where nobody says otherwise, as a user would write it. */
export const NOMAD_DEFAULTS = {
  address: DEFAULT_NOMAD_ADDRESS,
  wait: formatDuration(DEFAULT_NOMAD_WAIT_MS),
  maxConnections: DEFAULT_NOMAD_CONNECTIONS,
} as const;

/** What holds for Consul where nobody says otherwise, as a user would write it. */
export const CONSUL_DEFAULTS = {
  address: DEFAULT_ADDRESS,
  wait: formatDuration(DEFAULT_WAIT_MS),
  maxConnections: DEFAULT_MAX_CONNECTIONS,
  consistency: 'default',
  maxStale: formatDuration(DEFAULT_MAX_STALE_MS),
} as const;
