import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readDocument, type CatalogDocument } from '../../src/catalog/file/document.ts';
import { parseTree } from '../../src/catalog/file/yaml-tree.ts';
import type { ConsulAgent } from './consul.ts';

/**
 * Go templates as people have them for consul-template and ContainerPilot: `NAME.ctmpl`, the text that it gives in `NAME.expected`,
 * and in `catalog.yaml` what all of them are rendered from.
 */
export const EXAMPLES = fileURLToPath(
  new URL('../fixtures/consul-template/examples', import.meta.url),
);

/** What the examples find in their environment. Addresses to listen on are names of sockets: no two runs are in each other's way. */
export const EXAMPLE_ENVIRONMENT: Readonly<Record<string, string>> = {
  EXAMPLE_LISTEN: 'unix:edge.sock',
  EXAMPLE_OWNER: 'ops',
  EXAMPLE_DB_USER: 'wp',
};

/** Names of all examples, without `.ctmpl`. */
export function exampleNames(): readonly string[] {
  return readdirSync(EXAMPLES)
    .filter((name) => name.endsWith('.ctmpl'))
    .map((name) => name.slice(0, -'.ctmpl'.length))
    .sort();
}

/** The template of an example. */
export function exampleSource(name: string): string {
  return readFileSync(join(EXAMPLES, `${name}.ctmpl`), 'utf8');
}

/** The text that it gives. */
export function exampleText(name: string): string {
  return readFileSync(join(EXAMPLES, `${name}.expected`), 'utf8');
}

/** The catalog of the examples. */
export async function exampleCatalog(): Promise<CatalogDocument> {
  return readDocument(await parseTree(readFileSync(join(EXAMPLES, 'catalog.yaml'), 'utf8')));
}

/** Tells a Consul all that a catalog says of the agent's own datacenter. */
export async function enterCatalog(agent: ConsulAgent, catalog: CatalogDocument): Promise<void> {
  const { datacenter, nodes, instances, keys } = catalog;
  for (const node of nodes.filter(({ Datacenter }) => Datacenter === datacenter)) {
    const there = instances.filter((instance) => instance.node === node.Node);
    const place = { Node: node.Node, Address: node.Address, NodeMeta: node.Meta };
    for (const { id, service, address, port, tags, meta, checks } of there) {
      const entry = {
        ...place,
        Service: { ID: id, Service: service, Address: address, Port: port, Tags: tags, Meta: meta },
        Checks: checks.map(({ ofNode, ...check }) => ({
          ...check,
          Node: node.Node,
          ServiceID: ofNode ? '' : id,
        })),
      };
      await agent.expectOk('PUT', '/v1/catalog/register', JSON.stringify(entry));
    }
  }
  for (const [key, value] of keys) await agent.putKey(key, value);
}
