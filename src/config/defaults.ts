import { DEFAULT_ADDRESS } from '../catalog/consul/address.ts';
import { DEFAULT_MAX_CONNECTIONS, DEFAULT_WAIT_MS } from '../catalog/consul/options.ts';
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

/** What holds for Consul where nobody says otherwise, as a user would write it. */
export const CONSUL_DEFAULTS = {
  address: DEFAULT_ADDRESS,
  wait: formatDuration(DEFAULT_WAIT_MS),
  maxConnections: DEFAULT_MAX_CONNECTIONS,
} as const;
