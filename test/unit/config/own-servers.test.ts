import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettingsWithOrigins } from '../../../src/config/load.ts';
import { describeSettings } from '../../../src/config/origins.ts';
import { complaint, load, NO_FLAGS, scratchFolder } from './scratch-configs.ts';

const TEMPLATES = 'templates: [{contents: x, destination: out}]\n';

describe('catalog.vault', () => {
  it('is read whole, paths from the folder of its file', async () => {
    const { settings, folder } = await load({
      'conf/autotmpl.yaml': `${TEMPLATES}catalog:
  vault:
    address: https://vault.example.com:8300/prefix
    namespace: team
    token: hvs.secret
    tokenFile: token
    unwrapToken: true
    renewToken: false
    defaultLeaseDuration: 1m
    leaseRenewalThreshold: 0.5
    kubernetes: {role: web, mountPath: auth/k8s, serviceAccountTokenFile: jwt}
    tls: {ca: ca.pem, caPath: cas, cert: c.pem, key: k.pem, serverName: v, verify: false}
    maxConnections: 3
`,
    });
    const at = (name: string): string => join(folder, 'conf', name);
    expect(settings.vault).toMatchObject({
      address: { secure: true, host: 'vault.example.com', port: 8300, pathPrefix: '/prefix' },
      namespace: 'team',
      token: 'hvs.secret',
      tokenFile: at('token'),
      unwrapToken: true,
      renewToken: false,
      defaultLeaseMs: 60_000,
      leaseRenewalThreshold: 0.5,
      kubernetes: {
        role: 'web',
        mountPath: 'auth/k8s',
        serviceAccountTokenFile: at('jwt'),
      },
      tls: {
        caFile: at('ca.pem'),
        caFolder: at('cas'),
        certFile: at('c.pem'),
        keyFile: at('k.pem'),
        serverName: 'v',
        verify: false,
      },
      maxConnections: 3,
    });
  });

  it('has the defaults of consul-template', async () => {
    const { settings } = await load({ 'autotmpl.yaml': `${TEMPLATES}catalog: {vault: {}}` });
    expect(settings.vault).toMatchObject({
      address: { secure: true, host: '127.0.0.1', port: 8200 },
      unwrapToken: false,
      renewToken: true,
      defaultLeaseMs: 300_000,
      leaseRenewalThreshold: 0.9,
      tls: { verify: true },
    });
    expect(settings.vault?.kubernetes).toBeUndefined();
    expect(settings.nomad).toBeUndefined();
  });

  it('is filled by the environment where nothing else says it, and by a later file before an earlier', async () => {
    const environment = {
      VAULT_ADDR: 'http://from-environment:8200',
      VAULT_TOKEN: 'hvs.environment',
      VAULT_NAMESPACE: 'environment',
      VAULT_SKIP_VERIFY: 'true',
      VAULT_K8S_AUTH_ROLE_NAME: 'role',
    };
    const { settings } = await load(
      {
        'a.yaml': `${TEMPLATES}catalog: {vault: {namespace: first, token: hvs.first}}`,
        'b.yaml': 'catalog: {vault: {namespace: second}}',
      },
      { environment },
    );
    expect(settings.vault).toMatchObject({
      address: { secure: false, host: 'from-environment' },
      namespace: 'second',
      token: 'hvs.first',
      tls: { verify: false },
      kubernetes: { role: 'role', mountPath: 'auth/kubernetes' },
    });
  });

  it('is there by VAULT_ADDR alone, and not there by nothing', async () => {
    const file = { 'autotmpl.yaml': TEMPLATES };
    const { settings } = await load(file, { environment: { VAULT_ADDR: 'http://v:8200' } });
    expect(settings.vault).toMatchObject({ address: { host: 'v' } });
    expect(
      (await load(file, { environment: { VAULT_TOKEN: 'x' } })).settings.vault,
    ).toBeUndefined();
  });

  it('is refused where it cannot be', async () => {
    const wrong = (text: string) =>
      complaint({ 'autotmpl.yaml': `${TEMPLATES}catalog: {vault: ${text}}` });
    expect(await wrong('{adress: x}')).toMatch(/catalog\.vault\.adress.*did you mean address/);
    expect(await wrong('{address: "ftp://x"}')).toContain(
      'catalog.vault.address: expected host:port',
    );
    expect(await wrong('{leaseRenewalThreshold: 2}')).toContain('a number above 0 and below 1');
    expect(await wrong('{kubernetes: {}}')).toContain('role');
  });
});

describe('catalog.nomad', () => {
  it('is read whole, and filled by the environment', async () => {
    const { settings, folder } = await load(
      {
        'autotmpl.yaml': `${TEMPLATES}catalog:
  nomad: {tokenFile: token, region: eu, wait: 10s, maxConnections: 4, tls: {ca: ca.pem}}
`,
      },
      { environment: { NOMAD_ADDR: 'https://n:4646', NOMAD_NAMESPACE: 'team' } },
    );
    expect(settings.nomad).toEqual({
      address: { transport: 'tcp', secure: true, host: 'n', port: 4646, pathPrefix: '' },
      tokenFile: join(folder, 'token'),
      region: 'eu',
      namespace: 'team',
      waitMs: 10_000,
      maxConnections: 4,
      tls: { caFile: join(folder, 'ca.pem'), verify: true },
    });
  });
});

describe('the config as it is shown', () => {
  it('tells where each value came from, and no token', async () => {
    const folder = await scratchFolder({
      'autotmpl.yaml': `${TEMPLATES}catalog: {vault: {namespace: team}, nomad: {token: nomad-token}}`,
    });
    const loaded = await loadSettingsWithOrigins({
      configPaths: ['autotmpl.yaml'],
      flags: NO_FLAGS,
      environment: { VAULT_ADDR: 'https://v:8200', VAULT_TOKEN: 'hvs.secret' },
      cwd: folder,
    });
    const shown = describeSettings(loaded);
    expect(shown).toContain('    address: "https://v:8200" # VAULT_ADDR');
    expect(shown).toMatch(/ {4}namespace: team # autotmpl\.yaml:2:\d+/);
    expect(shown).toContain('    token: "********" # VAULT_TOKEN');
    expect(shown).toContain('    leaseRenewalThreshold: 0.9 # default');
    expect(shown).not.toMatch(/hvs\.secret|nomad-token/);
  });
});
