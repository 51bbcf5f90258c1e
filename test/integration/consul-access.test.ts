import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Query } from '../../src/catalog/query.ts';
import type { ConsulOptions } from '../../src/catalog/consul/options.ts';
import { describeError } from '../../src/core/errors.ts';
import { makeCertificates, type TestCertificates } from '../support/certificates.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { catalogOn } from '../support/consul-catalog.ts';
import { Follower } from '../support/follower.ts';
import { recordingLogger } from '../support/recording-logger.ts';

const KEY = { kind: 'key', path: 'app/name' } as const;

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autotmpl-access-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function openCatalog(address: string, overrides: Partial<ConsulOptions>): Catalog {
  const catalog = catalogOn(address, overrides);
  ends.push(() => catalog.close());
  return catalog;
}

function follow<const Q extends Query>(catalog: Catalog, query: Q): Follower<Q> {
  const follower = new Follower(catalog, query);
  ends.push(() => follower.stop());
  return follower;
}

describe('access control', () => {
  let agent: ConsulAgent;
  beforeAll(async () => {
    agent = await startConsul({ acl: true });
    await agent.putKey('app/name', 'secret value');
    await agent.putKey('app/other', '2');
    await agent.register({ Name: 'web', Port: 80 });
  });
  afterAll(() => agent.stop());

  async function makeToken(
    rules: string,
  ): Promise<{ token: string; policy: string; accessor: string }> {
    const name = `policy-${Math.random().toString(36).slice(2)}`;
    const created = await agent.expectOk(
      'PUT',
      '/v1/acl/policy',
      JSON.stringify({ Name: name, Rules: rules }),
    );
    const policy = (JSON.parse(created.body.toString()) as { ID: string }).ID;
    const token = await agent.expectOk(
      'PUT',
      '/v1/acl/token',
      JSON.stringify({ Policies: [{ ID: policy }] }),
    );
    const { SecretID, AccessorID } = JSON.parse(token.body.toString()) as Record<
      'SecretID' | 'AccessorID',
      string
    >;
    return { token: SecretID, policy, accessor: AccessorID };
  }

  it('holds a refused key and names the rule that is missing', async () => {
    const { token } = await makeToken('key_prefix "elsewhere" { policy = "read" }');
    const key = follow(openCatalog(agent.address, { token }), KEY);
    const told = describeError(await key.held());
    expect(told).toContain('403');
    expect(told).toContain('key "app/name" { policy = "read" }');
    expect(told).not.toContain(token);
    expect(key.last).toMatchObject({ value: undefined });
  });

  it('holds the last value when the policy is narrowed, and goes on when it is widened again', async () => {
    const rules = 'key_prefix "app" { policy = "read" }';
    const { token, policy } = await makeToken(rules);
    const key = follow(openCatalog(agent.address, { token }), KEY);
    await key.fresh((pair) => pair?.Value === 'secret value');
    const update = (text: string) =>
      agent.expectOk(
        'PUT',
        `/v1/acl/policy/${policy}`,
        JSON.stringify({ ID: policy, Name: `p-${policy}`, Rules: text }),
      );
    await update('key_prefix "x" { policy = "read" }');
    // A query that blocks already keeps the rights that it began with, and brings one more change.
    await agent.putKey('app/name', 'one');
    await agent.putKey('app/name', 'two');
    await key.held();
    expect(key.last?.value).toMatchObject({ Path: 'app/name' });
    await agent.putKey('app/name', 'secret value');
    await update(rules);
    await key.fresh((pair) => pair?.Value === 'secret value', 15_000);
  });

  it('does not take a prefix that it may no longer read for an empty one', async () => {
    const { token, policy } = await makeToken('key_prefix "app" { policy = "read" }');
    const catalog = openCatalog(agent.address, { token });
    const tree = follow(catalog, { kind: 'tree', prefix: 'app' });
    await tree.fresh((pairs) => pairs.length === 2);
    const rules = 'key_prefix "x" { policy = "read" }';
    const body = JSON.stringify({ ID: policy, Name: `p-${policy}`, Rules: rules });
    await agent.expectOk('PUT', `/v1/acl/policy/${policy}`, body);
    for (const value of ['3', '4', '2']) await agent.putKey('app/other', value);
    expect(describeError(await tree.suspect())).toContain('key_prefix "app" { policy = "read" }');
    expect(tree.last?.value).toHaveLength(2);
  });

  it('says that a token is unknown, and never what it is', async () => {
    const token = '11111111-2222-3333-4444-555555555555';
    const key = follow(openCatalog(agent.address, { token }), KEY);
    const told = describeError(await key.held());
    expect(told).toMatch(/token is unknown/);
    expect(told).not.toContain(token);
  });

  it('reads the token file again when it changes and when the old token is refused', async () => {
    const tokenFile = join(folder, 'token');
    const first = await makeToken('key_prefix "app" { policy = "read" }');
    const second = await makeToken('key_prefix "app" { policy = "read" }');
    await writeFile(tokenFile, `${first.token}\n`);
    const key = follow(openCatalog(agent.address, { tokenFile }), KEY);
    await key.fresh((pair) => pair?.Value === 'secret value');

    await writeFile(`${tokenFile}.new`, second.token);
    await rename(`${tokenFile}.new`, tokenFile);
    await agent.expectOk('DELETE', `/v1/acl/token/${first.accessor}`);
    await agent.putKey('app/name', 'rotated');
    await key.fresh((pair) => pair?.Value === 'rotated', 15_000);
    await agent.putKey('app/name', 'secret value');
    await key.fresh((pair) => pair?.Value === 'secret value', 15_000);
  });

  it('waits for a token file that is not there yet', async () => {
    const tokenFile = join(folder, 'late-token');
    const key = follow(openCatalog(agent.address, { tokenFile }), KEY);
    expect((await key.held()).message).toContain(tokenFile);
    const { token } = await makeToken('key_prefix "app" { policy = "read" }');
    await writeFile(tokenFile, token);
    await key.fresh((pair) => pair?.Value === 'secret value', 15_000);
  });
});

describe('TLS', () => {
  let agent: ConsulAgent;
  let certificates: TestCertificates;
  beforeAll(async () => {
    certificates = await makeCertificates(folder);
    agent = await startConsul({
      tls: {
        caFile: certificates.caFile,
        certFile: certificates.serverCertFile,
        keyFile: certificates.serverKeyFile,
        verifyIncoming: true,
      },
    });
    await agent.putKey('app/name', 'encrypted');
  });
  afterAll(() => agent.stop());

  it('follows a key where both sides show certificates', async () => {
    const { caFile, clientCertFile: certFile, clientKeyFile: keyFile } = certificates;
    const tls = { caFile, certFile, keyFile, verify: true };
    const key = follow(openCatalog(agent.address, { tls }), KEY);
    await key.fresh((pair) => pair?.Value === 'encrypted');
    await agent.putKey('app/name', 'changed');
    await key.fresh((pair) => pair?.Value === 'changed');
    await agent.putKey('app/name', 'encrypted');
  });

  it('checks the name that it is told to', async () => {
    const { caFile, clientCertFile: certFile, clientKeyFile: keyFile } = certificates;
    const tls = { caFile, certFile, keyFile, verify: true };
    const right = { ...tls, serverName: 'server.dc1.consul' };
    await follow(openCatalog(agent.address, { tls: right }), KEY).fresh();
    const wrong = { ...tls, serverName: 'other.example' };
    const told = describeError(
      await follow(openCatalog(agent.address, { tls: wrong }), KEY).held(),
    );
    expect(told).toContain('TLS');
    expect(told).toContain('other.example');
  });

  it('is held where the authority is unknown, and not where checking is off', async () => {
    const { clientCertFile: certFile, clientKeyFile: keyFile } = certificates;
    const strict = { certFile, keyFile, verify: true };
    expect(
      (await follow(openCatalog(agent.address, { tls: strict }), KEY).held()).message,
    ).toContain('TLS');
    const loose = { certFile, keyFile, verify: false };
    const logger = recordingLogger();
    const catalog = catalogOn(agent.address, { tls: loose }, logger);
    ends.push(() => catalog.close());
    await follow(catalog, KEY).fresh();
    expect(logger.text()).toMatch(/^warn the certificate of Consul at .* is not checked/m);
  });

  it('is held where the agent wants a certificate and gets none', async () => {
    const tls = { caFile: certificates.caFile, verify: true };
    await follow(openCatalog(agent.address, { tls }), KEY).held();
  });

  it('is asked for in words where the address says plain http', async () => {
    const plain = agent.address.replace('https:', 'http:');
    const told = describeError(await follow(openCatalog(plain, {}), KEY).held());
    expect(told).toMatch(/HTTPS server.*https:\/\//);
  });

  it('says at once which file cannot be used', () => {
    const missing = join(folder, 'none.pem');
    expect(() => catalogOn(agent.address, { tls: { caFile: missing, verify: true } })).toThrow(
      missing,
    );
    const { serverKeyFile: keyFile, clientCertFile: certFile } = certificates;
    expect(() => catalogOn(agent.address, { tls: { certFile, keyFile, verify: true } })).toThrow(
      certFile,
    );
  });
});

describe('a Unix socket', () => {
  it('carries queries as a port does', async () => {
    const socket = join(folder, 'consul.sock');
    const agent = await startConsul({
      extraConfig: { addresses: { http: `127.0.0.1 unix://${socket}` } },
    });
    ends.push(() => agent.stop());
    await agent.putKey('app/name', 'by socket');
    const key = follow(openCatalog(`unix://${socket}`, {}), KEY);
    await key.fresh((pair) => pair?.Value === 'by socket');
    await agent.putKey('app/name', 'changed');
    await key.fresh((pair) => pair?.Value === 'changed');
  });
});
