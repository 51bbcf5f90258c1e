import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from '../support/certificates.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { catalogOn } from '../support/consul-catalog.ts';
import { describeCatalog, type CatalogHarness } from './catalog-contract.ts';

describeCatalog('consul', async () => {
  const agent = await startConsul();
  return harnessOf(agent, { createCatalog: () => catalogOn(agent.address) });
});

// Every key is followed by a watch of a prefix.
describeCatalog('consul (keys collapsed)', async () => {
  const agent = await startConsul();
  return harnessOf(agent, { createCatalog: () => catalogOn(agent.address, { collapseFrom: 0 }) });
});

// By TLS an agent speaks HTTP/2.
describeCatalog('consul (by TLS)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-contract-'));
  const { caFile, serverCertFile, serverKeyFile } = await makeCertificates(folder);
  const agent = await startConsul({
    tls: { caFile, certFile: serverCertFile, keyFile: serverKeyFile, verifyIncoming: false },
  });
  return harnessOf(agent, {
    createCatalog: () => catalogOn(agent.address, { tls: { caFile, verify: true } }),
    async close() {
      await agent.stop();
      await rm(folder, { recursive: true, force: true });
    },
  });
});

function harnessOf(
  agent: ConsulAgent,
  own: Pick<CatalogHarness, 'createCatalog'> & Partial<CatalogHarness>,
): CatalogHarness {
  const registered = new Set<string>();
  return {
    putKey: (key, value) => agent.putKey(key, value),
    deleteKey: (key) => agent.deleteKey(key),
    async register({ id, name, port, address, tags, meta, status }) {
      registered.add(id);
      await agent.register({
        ID: id,
        Name: name,
        Port: port,
        ...(address === undefined ? {} : { Address: address }),
        ...(tags === undefined ? {} : { Tags: tags }),
        ...(meta === undefined ? {} : { Meta: meta }),
        Check: { TTL: '60m', Status: status ?? 'passing' },
      });
      // Registered again, a service keeps the status that it had.
      const check = encodeURIComponent(`service:${id}`);
      const update = JSON.stringify({ Status: status ?? 'passing' });
      await agent.expectOk('PUT', `/v1/agent/check/update/${check}`, update);
    },
    async deregister(id) {
      registered.delete(id);
      await agent.deregister(id);
    },
    async clear() {
      for (const id of registered) await agent.deregister(id);
      registered.clear();
      await agent.deleteKey('', { recurse: true });
    },
    close: () => agent.stop(),
    ...own,
  };
}
