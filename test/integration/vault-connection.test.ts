import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VaultOptions } from '../../src/catalog/vault/options.ts';
import { createVaultCatalog } from '../../src/catalog/vault/index.ts';
import { describeError } from '../../src/core/errors.ts';
import { systemClock } from '../../src/core/time.ts';
import { Follower } from '../support/follower.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { vaultOptions } from '../support/vault-catalog.ts';
import { VaultServer } from '../support/vault-server.ts';
import { waitUntil } from '../support/wait-until.ts';
import { CertificateAuthority } from '../support/x509.ts';

const TOKEN = 'hvs.the-token-of-the-test';
const NAME = 'vault.example.com';
const QUERY = { kind: 'vaultRead', path: 'secret/app', parameters: {} } as const;

let authority: CertificateAuthority;
let servers: VaultServer[];
let ends: (() => Promise<void> | void)[];

beforeEach(() => {
  authority = new CertificateAuthority('Root of the Test');
  [servers, ends] = [[], []];
});
afterEach(async () => {
  for (const end of ends) await end();
  for (const server of servers) await server.stop();
});

async function start(withTls: boolean): Promise<VaultServer> {
  const [fromMs, toMs] = [Date.now() - 1000, Date.now() + 3_600_000];
  const wish = { commonName: NAME, altNames: [NAME], fromMs, toMs };
  const server = new VaultServer(withTls ? authority.issue(wish) : undefined);
  server.addToken(TOKEN, { ttlS: 3600 });
  server.put('app', { v: 'one' });
  servers.push(server);
  await server.start();
  return server;
}

function follow(server: VaultServer, changes: Partial<VaultOptions>, logger = recordingLogger()) {
  const options = vaultOptions(server.address, { token: TOKEN, ...changes });
  const catalog = createVaultCatalog(options, { clock: systemClock, logger });
  const follower = new Follower(catalog, QUERY);
  ends.push(async () => {
    await follower.stop();
    catalog.close();
  });
  return follower;
}

describe('TLS with Vault', () => {
  it('takes the authorities from a text, or from a file', async () => {
    const server = await start(true);
    const folder = await mkdtemp(join(tmpdir(), 'autotmpl-tls-'));
    ends.push(() => rm(folder, { recursive: true }));
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, authority.certificate);
    const byText = { caPem: authority.certificate, serverName: NAME, verify: true };
    await follow(server, { tls: byText }).fresh();
    await follow(server, { tls: { caFile, serverName: NAME, verify: true } }).fresh();
  });

  it('is refused where the certificate is not right, before any token is sent', async () => {
    const server = await start(true);
    const unknown = await follow(server, { tls: { serverName: NAME, verify: true } }).held();
    expect(describeError(unknown)).toMatch(/TLS failed: .*check that the server speaks TLS/);
    const tls = { caPem: authority.certificate, serverName: 'other.example.com', verify: true };
    await follow(server, { tls }).held();
    expect(server.asked).toEqual([]);
  });

  it('that is not checked is warned about', async () => {
    const server = await start(true);
    const logger = recordingLogger();
    await follow(server, { tls: { verify: false } }, logger).fresh();
    expect(logger.text()).toContain(`the certificate of Vault at ${server.address} is not checked`);
  });

  it('is not given up for a standby that sends us elsewhere', async () => {
    const [standby, active] = [await start(true), await start(false)];
    standby.redirectTo = active.address;
    const tls = { caPem: authority.certificate, serverName: NAME, verify: true };
    expect(describeError(await follow(standby, { tls }).held())).toContain(
      'which is not encrypted',
    );
    expect(active.asked).toEqual([]);
  });
});

describe('a catalog that is closed', () => {
  it('leaves no connection and no timer', async () => {
    const server = await start(false);
    const clock = new ManualClock();
    const options = vaultOptions(server.address, { token: TOKEN });
    const catalog = createVaultCatalog(options, { clock, logger: recordingLogger() });
    const follower = new Follower(catalog, QUERY);
    await follower.fresh();
    await waitUntil(() => server.count('GET auth/token/lookup-self') > 0, { what: 'a look-up' });
    expect(server.connections).toBeGreaterThan(0);
    await follower.stop();
    catalog.close();
    await waitUntil(() => server.connections === 0, { what: 'no connection' });
    await waitUntil(() => clock.pending === 0, { what: 'no timer' });
  });

  it('asks nothing before it is asked', async () => {
    const server = await start(false);
    const wrapping = server.wrap(server.addToken('hvs.inner'));
    const options = vaultOptions(server.address, { token: wrapping, unwrapToken: true });
    createVaultCatalog(options, { clock: systemClock, logger: recordingLogger() }).close();
    expect(server.asked).toEqual([]);
  });
});
