import { showHttpAddress } from '../catalog/http/address.ts';
import type { TlsOptions } from '../catalog/http/options.ts';
import type { NomadOptions } from '../catalog/nomad/options.ts';
import type { VaultOptions } from '../catalog/vault/options.ts';
import { formatDuration } from '../core/duration.ts';
import type { DescribedRow } from './describe-supervisor.ts';

/** Key, value, and the field that its origin is known by, as consul-template calls it. */
type Entry = readonly [key: string, value: unknown, field: string];

/** `catalog.vault` in the words of our own config. */
export function vaultRows(vault: VaultOptions): readonly DescribedRow[] {
  const { kubernetes } = vault;
  return [
    heading('  ', 'vault'),
    ...rows('vault', '    ', [
      ['address', showHttpAddress(vault.address), 'address'],
      ['namespace', vault.namespace, 'namespace'],
      ['token', vault.token, 'token'],
      ['tokenFile', vault.tokenFile, 'vault_agent_token_file'],
      ['unwrapToken', vault.unwrapToken, 'unwrap_token'],
      ['renewToken', vault.renewToken, 'renew_token'],
      ['defaultLeaseDuration', formatDuration(vault.defaultLeaseMs), 'default_lease_duration'],
      ['leaseRenewalThreshold', vault.leaseRenewalThreshold, 'lease_renewal_threshold'],
      ['maxConnections', vault.maxConnections, 'maxConnections'],
    ]),
    ...(kubernetes === undefined
      ? []
      : [
          heading('    ', 'kubernetes'),
          ...rows('vault', '      ', [
            ['role', kubernetes.role, 'k8s_auth_role_name'],
            ['mountPath', kubernetes.mountPath, 'k8s_service_mount_path'],
            [
              'serviceAccountTokenFile',
              kubernetes.serviceAccountTokenFile,
              'k8s_service_account_token_path',
            ],
          ]),
        ]),
    ...tlsRows('vault', vault.tls),
  ];
}

/** `catalog.nomad` in the words of our own config. */
export function nomadRows(nomad: NomadOptions): readonly DescribedRow[] {
  return [
    heading('  ', 'nomad'),
    ...rows('nomad', '    ', [
      ['address', showHttpAddress(nomad.address), 'address'],
      ['token', nomad.token, 'token'],
      ['tokenFile', nomad.tokenFile, 'tokenFile'],
      ['region', nomad.region, 'region'],
      ['namespace', nomad.namespace, 'namespace'],
      ['wait', formatDuration(nomad.waitMs), 'wait'],
      ['maxConnections', nomad.maxConnections, 'maxConnections'],
    ]),
    ...tlsRows('nomad', nomad.tls),
  ];
}

function tlsRows(server: string, tls: TlsOptions): readonly DescribedRow[] {
  return [
    heading('    ', 'tls'),
    ...rows(server, '      ', [
      ['ca', tls.caFile, 'ssl.ca_cert'],
      ['caPath', tls.caFolder, 'ssl.ca_path'],
      ['cert', tls.certFile, 'ssl.cert'],
      ['key', tls.keyFile, 'ssl.key'],
      ['serverName', tls.serverName, 'ssl.server_name'],
      ['verify', tls.verify, 'ssl.verify'],
    ]),
  ];
}

function rows(server: string, indent: string, entries: readonly Entry[]): DescribedRow[] {
  return entries
    .filter(([, value]) => value !== undefined)
    .map(([key, value, field]) => ({
      ...{ indent, key, value, originPath: `catalog.${server}.${field}` },
      secret: key === 'token',
    }));
}

function heading(indent: string, key: string): DescribedRow {
  return { indent, key, value: undefined, originPath: `catalog.${key}` };
}
