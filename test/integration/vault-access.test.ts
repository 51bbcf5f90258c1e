import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { VaultOptions } from '../../src/catalog/vault/options.ts';
import { describeError } from '../../src/core/errors.ts';
import { Follower } from '../support/follower.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { vaultCatalogOn } from '../support/vault-catalog.ts';
import { VaultServer } from '../support/vault-server.ts';
import { waitUntil } from '../support/wait-until.ts';

const QUERY = { kind: 'vaultRead', path: 'secret/app', parameters: {} } as const;

let server: VaultServer;
let logger: ReturnType<typeof recordingLogger>;
let folder: string;
let catalogs: Catalog[];
let followers: { stop(): Promise<void> }[];

beforeEach(async () => {
  server = new VaultServer();
  logger = recordingLogger();
  folder = await mkdtemp(join(tmpdir(), 'autotmpl-vault-'));
  [catalogs, followers] = [[], []];
  await server.start();
  server.put('app', { v: 'one' });
});
afterEach(async () => {
  for (const follower of followers) await follower.stop();
  for (const catalog of catalogs) catalog.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

function follow(options: Partial<VaultOptions>): Follower<typeof QUERY> {
  const catalog = vaultCatalogOn(server.address, { defaultLeaseMs: 1100, ...options }, logger);
  catalogs.push(catalog);
  const follower = new Follower(catalog, QUERY);
  followers.push(follower);
  return follower;
}

const used = (): (string | undefined)[] =>
  server.asked.filter(({ path }) => path === 'secret/data/app').map(({ token }) => token);

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('the token', () => {
  it("is the agent's before the one that was given, and that before the one of a login", async () => {
    const [agent, given, left] = ['hvs.agent', 'hvs.given', 'hvs.left'].map((one) =>
      server.addToken(one),
    );
    const tokenFile = await file('agent', `${agent}\n`);
    const loginTokenFile = await file('left', `${left}\n`);
    const token = given ?? '';
    await follow({ tokenFile, token, loginTokenFile }).fresh();
    await follow({ token, loginTokenFile }).fresh();
    await follow({ loginTokenFile }).fresh();
    expect(used()).toEqual([agent, given, left]);
  });

  it('is missed with what to do', async () => {
    const loginTokenFile = join(folder, 'none');
    const said = describeError(await follow({ loginTokenFile }).held());
    expect(said).toMatch(/there is no token for Vault \(.*VAULT_TOKEN/);
    expect(server.asked).toEqual([]);
  });

  it("of an agent's file is read again when the agent writes a new one, and never renewed", async () => {
    const tokenFile = await file('agent', server.addToken('hvs.first', { ttlS: 2 }));
    const follower = follow({ tokenFile });
    await follower.fresh();
    server.revoke('hvs.first');
    await follower.held();
    await file('agent', server.addToken('hvs.second'));
    await follower.fresh(undefined, 20_000);
    expect(used().at(-1)).toBe('hvs.second');
    expect(server.count('PUT auth/token/renew-self')).toBe(0);
  });

  it('is renewed for as long as it lives', async () => {
    const follower = follow({ token: server.addToken('hvs.short', { ttlS: 2 }) });
    await follower.fresh();
    await waitUntil(() => server.count('PUT auth/token/renew-self') >= 3, {
      what: 'three renewals',
    });
    expect(follower.last?.state).toBe('fresh');
    expect(logger.text()).toContain('renewed the Vault token for 2s');
  });

  it('is not renewed where that is turned off', async () => {
    const token = server.addToken('hvs.short', { ttlS: 2 });
    const follower = follow({ token, renewToken: false });
    await follower.fresh();
    expect(describeError(await follower.held())).toContain('it has expired');
    expect(server.count('PUT auth/token/renew-self')).toBe(0);
  });

  it.each([
    ['cannot be renewed', { ttlS: 3, renewable: false }],
    ['comes to its greatest life', { ttlS: 2, maxS: 3 }],
  ])('that %s is warned about while there is time', async (_, wish) => {
    const follower = follow({ token: server.addToken('hvs.short', wish) });
    await follower.fresh();
    await waitUntil(() => logger.text().includes('cannot be renewed: give a new one'), {
      what: 'a warning',
    });
    expect(follower.last?.state).toBe('fresh');
  });

  it('is unwrapped once, and the wrapping token is never used for anything else', async () => {
    const wrapping = server.wrap(server.addToken('hvs.inner'));
    const follower = follow({ token: wrapping, unwrapToken: true });
    await follower.fresh();
    await waitUntil(() => used().length >= 2, { what: 'two reads' });
    expect(used()).not.toContain(wrapping);
    expect(server.count('PUT sys/wrapping/unwrap')).toBe(1);
  });

  it('that was unwrapped by somebody else is said to be, and not tried again', async () => {
    const wrapping = server.wrap(server.addToken('hvs.inner'));
    await follow({ token: wrapping, unwrapToken: true }).fresh();
    const second = follow({ token: wrapping, unwrapToken: true });
    const said = describeError(await second.held());
    expect(said).toContain('somebody else has');
    expect(said).not.toContain(wrapping);
    const count = server.count('PUT sys/wrapping/unwrap');
    await waitUntil(() => second.answers.length >= 1, { what: 'an answer' });
    expect(server.count('PUT sys/wrapping/unwrap')).toBe(count);
  });
});

describe('the Kubernetes login', () => {
  const kubernetes = (serviceAccountTokenFile: string, role = 'web') =>
    ({ role, mountPath: 'auth/kubernetes', serviceAccountTokenFile }) as const;

  it('gives a token, and is made anew when that comes to its end', async () => {
    server.loginTtlS = 2;
    const jwt = await file('jwt', `${server.serviceAccountToken}\n`);
    const follower = follow({ kubernetes: kubernetes(jwt) });
    await follower.fresh();
    for (const [name] of server.tokens) server.revoke(name);
    await waitUntil(() => server.count('PUT auth/kubernetes/login') >= 2, {
      timeoutMs: 20_000,
      what: 'a second login',
    });
    await follower.fresh(undefined, 20_000);
  });

  it('says what is wrong with it', async () => {
    const jwt = await file('jwt', server.serviceAccountToken);
    const role = describeError(await follow({ kubernetes: kubernetes(jwt, 'other') }).held());
    expect(role).toMatch(
      /refuses the Kubernetes login as other .* 400 invalid role name .*check the role/,
    );
    const none = describeError(
      await follow({ kubernetes: kubernetes(join(folder, 'none')) }).held(),
    );
    expect(none).toContain('cannot read the service account token');
    expect(role + none).not.toContain(server.serviceAccountToken);
  });
});
