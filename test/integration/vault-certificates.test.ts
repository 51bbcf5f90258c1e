import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { VaultPkiQuery } from '../../src/catalog/vault-facts.ts';
import { Follower } from '../support/follower.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { vaultCatalogOn } from '../support/vault-catalog.ts';
import { VaultServer } from '../support/vault-server.ts';

const NAME = 'web.example.com';

let server: VaultServer;
let folder: string;
let logger: ReturnType<typeof recordingLogger>;
let catalogs: Catalog[];
let followers: { stop(): Promise<void> }[];

beforeEach(async () => {
  server = new VaultServer();
  server.addToken('hvs.token');
  logger = recordingLogger();
  folder = await mkdtemp(join(tmpdir(), 'autotmpl-pki-'));
  [catalogs, followers] = [[], []];
  await server.start();
});
afterEach(async () => {
  for (const follower of followers) await follower.stop();
  for (const catalog of catalogs) catalog.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

function open(): Catalog {
  const catalog = vaultCatalogOn(server.address, { token: 'hvs.token' }, logger);
  catalogs.push(catalog);
  return catalog;
}

function follow(changes: Partial<VaultPkiQuery> = {}, catalog = open()): Follower<VaultPkiQuery> {
  const data = { common_name: NAME };
  const query = { kind: 'vaultPki', path: 'pki/issue/web', data, ...changes } as const;
  const follower = new Follower<VaultPkiQuery>(catalog, query);
  followers.push(follower);
  return follower;
}

const issued = (): number => server.count('PUT pki/issue/web');

describe('a certificate', () => {
  it('comes with its key and those who issued it', async () => {
    const { Cert, Key, CA, CAChain } = await follow().fresh();
    const certificate = new X509Certificate(Cert);
    expect(certificate.subject).toBe(`CN=${NAME}`);
    expect(certificate.checkPrivateKey(createPrivateKey(Key))).toBe(true);
    expect(certificate.verify(new X509Certificate(CA).publicKey)).toBe(true);
    expect(CAChain).toEqual([CA]);
    for (const pem of [Cert, Key, CA]) expect(pem).toMatch(/-----\n$/);
  });

  it('is issued anew when nine tenths of its life are over', async () => {
    server.certificateMs = 3000;
    const follower = follow();
    const first = await follower.fresh();
    const second = await follower.fresh(({ Cert }) => Cert !== first.Cert);
    expect(Date.parse(new X509Certificate(second.Cert).validTo)).toBeGreaterThan(Date.now());
    expect(Date.parse(new X509Certificate(first.Cert).validTo)).toBeGreaterThan(Date.now() - 1500);
  });

  it('is one for all that ask for the same, whatever their files', async () => {
    const catalog = open();
    const files = ['cert.pem', 'key.pem', 'ca.pem'].map((name) => join(folder, name));
    const followed = files.map((destination) => follow({ destination }, catalog));
    const [first, ...others] = await Promise.all(followed.map((one) => one.fresh()));
    for (const other of others) expect(other).toEqual(first);
    expect(issued()).toBe(1);
  });

  it('that is over by our clock is used, warned about, and not asked for without end', async () => {
    [server.certificateMs, server.certificateAgeMs] = [-5000, 3_600_000];
    const follower = follow();
    expect((await follower.fresh()).Cert).toContain('BEGIN CERTIFICATE');
    expect(logger.text()).toContain('has expired by the clock of this machine');
    expect(issued()).toBe(1);
  });

  it('goes on for the others where the first that asked goes away', async () => {
    const catalog = open();
    const first = follow({ destination: join(folder, 'a') }, catalog);
    const second = follow({ destination: join(folder, 'b') }, catalog);
    await first.stop();
    expect((await second.fresh()).Cert).toContain('BEGIN CERTIFICATE');
  });
});

describe('the file that is rendered', () => {
  const destination = (): string => join(folder, 'bundle.pem');

  async function bundle(text: (parts: { Cert: string; Key: string; CA: string }) => string) {
    await writeFile(destination(), text(await follow().fresh()));
  }

  it('keeps its certificate over a start, with whatever stands around it', async () => {
    await bundle(({ Cert, Key, CA }) => `# our bundle\n${Cert}\nthe key:\n${Key}${CA}`);
    const before = issued();
    const { Cert, Key, CA } = await follow({ destination: destination() }).fresh();
    expect(issued()).toBe(before);
    const certificate = new X509Certificate(Cert);
    expect(certificate.checkPrivateKey(createPrivateKey(Key))).toBe(true);
    expect(new X509Certificate(CA).ca).toBe(true);
  });

  it.each([
    ['it has no key', ({ Cert, CA }: { Cert: string; CA: string }) => Cert + CA],
    [
      'it is broken',
      ({ Cert, Key }: { Cert: string; Key: string }) => `${Cert.slice(0, 200)}\n${Key}`,
    ],
    ['it is something else', () => 'nothing here\n'],
  ])('is no cache where %s', async (_, text) => {
    await bundle(text);
    const before = issued();
    await follow({ destination: destination() }).fresh();
    expect(issued()).toBe(before + 1);
  });

  it('is no cache for another name', async () => {
    await bundle(({ Cert, Key, CA }) => Cert + Key + CA);
    const before = issued();
    const data = { common_name: NAME, alt_names: 'api.example.com' };
    await follow({ destination: destination(), data }).fresh();
    expect(issued()).toBe(before + 1);
  });

  it('is no cache near the end of its certificate', async () => {
    [server.certificateMs, server.certificateAgeMs] = [60_000, 3_600_000];
    await bundle(({ Cert, Key, CA }) => Cert + Key + CA);
    server.certificateMs = 3_600_000;
    const { Cert } = await follow({ destination: destination() }).fresh();
    expect(Date.parse(new X509Certificate(Cert).validTo)).toBeGreaterThan(Date.now() + 60_000);
  });
});
