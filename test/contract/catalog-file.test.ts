import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileCatalog } from '../../src/catalog/file/index.ts';
import { systemClock } from '../../src/core/time.ts';
import {
  CONTRACT_NODE,
  describeCatalog,
  type CatalogHarness,
  type ContractInstance,
} from './catalog-contract.ts';

describeCatalog('file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-contract-'));
  const path = join(folder, 'catalog.yaml');
  const instances = new Map<string, ContractInstance>();
  const keys = new Map<string, string>();

  async function write(): Promise<void> {
    const services = new Map<string, unknown[]>();
    for (const { name, ...instance } of instances.values()) {
      services.set(name, [...(services.get(name) ?? []), { ...instance, node: CONTRACT_NODE }]);
    }
    const nodes = [{ name: CONTRACT_NODE, address: '127.0.0.1' }];
    const document = {
      nodes,
      services: Object.fromEntries(services),
      keys: Object.fromEntries(keys),
    };
    await writeFile(`${path}.new`, JSON.stringify(document));
    await rename(`${path}.new`, path);
  }

  const harness: CatalogHarness = {
    createCatalog: () => createFileCatalog({ path }, { clock: systemClock }),
    putKey: (key, value) => {
      keys.set(key, value);
      return write();
    },
    deleteKey: (key) => {
      keys.delete(key);
      return write();
    },
    register: (instance) => {
      instances.set(instance.id, instance);
      return write();
    },
    deregister: (id) => {
      instances.delete(id);
      return write();
    },
    clear: () => {
      instances.clear();
      keys.clear();
      return write();
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
  return harness;
});
