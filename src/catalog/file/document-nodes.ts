import type { CatalogNode } from '../values.ts';
import type { DocumentInstance } from './document-instances.ts';
import { readFields, readItems, readText, readTextMap } from './fields.ts';
import { DocumentError, type Located } from './yaml-tree.ts';

/** The address of a node that nobody gives one. */
const DEFAULT_ADDRESS = '127.0.0.1';

/** The declared nodes; a name is there once. */
export function readNodes(value: Located, datacenter: string): CatalogNode[] {
  const names = new Set<string>();
  return readItems(value, 'nodes').map((item) => {
    const node = readFields<{
      name: string;
      id: string;
      address: string;
      datacenter: string;
      meta: Readonly<Record<string, string>>;
      taggedAddresses: Readonly<Record<string, string>>;
    }>(item, 'a node', {
      name: readText,
      id: readText,
      address: readText,
      datacenter: readText,
      meta: readTextMap,
      taggedAddresses: readTextMap,
    });
    if (node.name === undefined) throw new DocumentError('a node must have a name', item.at);
    if (names.has(node.name)) {
      throw new DocumentError(`there are two nodes ${JSON.stringify(node.name)}`, item.at);
    }
    names.add(node.name);
    return {
      ID: node.id ?? '',
      Node: node.name,
      Address: node.address ?? DEFAULT_ADDRESS,
      Datacenter: node.datacenter ?? datacenter,
      TaggedAddresses: node.taggedAddresses ?? {},
      Meta: node.meta ?? {},
    };
  });
}

/** Nodes that only instances name. Each has the address of the first instance on it. */
export function impliedNodes(
  instances: readonly Pick<DocumentInstance, 'node' | 'address'>[],
  declared: readonly CatalogNode[],
  datacenter: string,
): CatalogNode[] {
  const implied = new Map<string, CatalogNode>();
  const known = new Set(declared.map(({ Node }) => Node));
  for (const { node, address } of instances) {
    if (known.has(node) || implied.has(node)) continue;
    implied.set(node, {
      ID: '',
      Node: node,
      Address: address === '' ? DEFAULT_ADDRESS : address,
      Datacenter: datacenter,
      TaggedAddresses: {},
      Meta: {},
    });
  }
  return [...implied.values()];
}
