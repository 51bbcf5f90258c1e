import { isDeepStrictEqual } from 'node:util';
import type { Query } from '../query.ts';
import type { CatalogNode, KeyPair, ServiceInstance, Value } from '../values.ts';
import { answerName } from './document-answers.ts';
import { answerTo } from './answers.ts';
import { readDocument } from './document.ts';
import { parseTree } from './yaml-tree.ts';

/** An answer, and what it was given to. */
export interface AnsweredQuery {
  readonly query: Query;
  readonly value: Value;
}

/** A document as plain data, of the shape that `readDocument` reads. */
export type Description = Record<string, unknown>;

/** How answers become a document. */
export interface DescribeOptions {
  /** Keys keep their indexes, flags and locks; a document's own keys have none. */
  readonly exactKeys: boolean;
}

/**
 * A document that gives these answers: in its own words as far as they say the same, and as whole answers where they do not. What it says
 * is read again and compared, so that nothing depends on what was thought of here.
 */
export async function describeAnswers(
  answered: readonly AnsweredQuery[],
  options: DescribeOptions,
): Promise<Description> {
  const words = ownWords(answered);
  const document = readDocument(await parseTree(await documentText(words)));
  const answers: Record<string, unknown> = {};
  for (const { query, value } of answered) {
    let said: Value | undefined;
    try {
      said = answerTo(document, query);
    } catch {
      said = undefined;
    }
    const isSame =
      said !== undefined &&
      (isDeepStrictEqual(said, value) ||
        (!options.exactKeys && isDeepStrictEqual(withoutIndexes(said), withoutIndexes(value))));
    if (!isSame) answers[answerName(query)] ??= value;
  }
  return { ...words, ...(Object.keys(answers).length > 0 && { answers }) };
}

/** A description as YAML. */
export async function documentText(description: Description): Promise<string> {
  const yaml = await import('yaml');
  return yaml.stringify(description, { lineWidth: 0, aliasDuplicateObjects: false });
}

function ownWords(answered: readonly AnsweredQuery[]): Description {
  const nodes = new Map<string, CatalogNode>();
  const services = new Map<string, Map<string, ServiceInstance>>();
  const keys = new Map<string, string>();
  for (const { query, value } of answered) {
    if (value === null || ('dc' in query && query.dc !== undefined)) continue;
    const { kind } = query;
    if (kind === 'service') {
      addInstances(services, nodes, value as readonly ServiceInstance[]);
    } else if (kind === 'nodes') {
      for (const node of value as readonly CatalogNode[]) nodes.set(node.Node, node);
    } else if (kind === 'key') {
      keys.set(query.path, (value as KeyPair).Value);
    } else if (kind === 'tree') {
      for (const { Path, Value } of value as readonly KeyPair[]) keys.set(Path, Value);
    }
  }
  const [first] = nodes.values();
  return {
    ...(first !== undefined && { datacenter: first.Datacenter }),
    ...(nodes.size > 0 && { nodes: [...nodes.values()].map(describeNode) }),
    ...(services.size > 0 && {
      services: Object.fromEntries(
        [...services].map(([name, instances]) => [
          name,
          [...instances.values()].map((instance) => describeInstance(instance)),
        ]),
      ),
    }),
    ...(keys.size > 0 && { keys: Object.fromEntries([...keys].sort()) }),
  };
}

function addInstances(
  services: Map<string, Map<string, ServiceInstance>>,
  nodes: Map<string, CatalogNode>,
  instances: readonly ServiceInstance[],
): void {
  for (const instance of instances) {
    const known = services.get(instance.Name) ?? new Map<string, ServiceInstance>();
    services.set(instance.Name, known);
    known.set(JSON.stringify([instance.Node, instance.ID]), instance);
    if (nodes.has(instance.Node)) continue;
    nodes.set(instance.Node, {
      ID: instance.NodeID,
      Node: instance.Node,
      Address: instance.NodeAddress,
      Datacenter: instance.NodeDatacenter,
      TaggedAddresses: instance.NodeTaggedAddresses,
      Meta: instance.NodeMeta,
    });
  }
}

function describeNode(node: CatalogNode): Description {
  return {
    ...{ name: node.Node, id: node.ID, address: node.Address, datacenter: node.Datacenter },
    ...unlessEmpty('meta', node.Meta),
    ...unlessEmpty('taggedAddresses', node.TaggedAddresses),
  };
}

function describeInstance(instance: ServiceInstance): Description {
  const { Passing: passing, Warning: warning } = instance.Weights;
  const tagged = Object.entries(instance.ServiceTaggedAddresses).map(
    ([name, { Address: address, Port: port }]) => [name, { address, port }],
  );
  return {
    ...{ id: instance.ID, node: instance.Node },
    ...(instance.Address !== instance.NodeAddress && { address: instance.Address }),
    port: instance.Port,
    ...(instance.Tags.length > 0 && { tags: instance.Tags }),
    ...unlessEmpty('meta', instance.ServiceMeta),
    ...((passing !== 1 || warning !== 1) && { weights: { passing, warning } }),
    ...unlessEmpty('taggedAddresses', Object.fromEntries(tagged) as Description),
    checks: instance.Checks.map((check) => ({
      ...{ id: check.CheckID, name: check.Name, status: check.Status },
      ...(check.Notes !== '' && { notes: check.Notes }),
      ...(check.Output !== '' && { output: check.Output }),
      ...(check.ServiceID === '' && { ofNode: true }),
    })),
  };
}

function unlessEmpty(name: string, map: Readonly<Record<string, unknown>>): Description {
  return Object.keys(map).length === 0 ? {} : { [name]: map };
}

const INDEXES: ReadonlySet<string> = new Set([
  ...['CreateIndex', 'ModifyIndex', 'LockIndex', 'Flags', 'Session'],
]);

function withoutIndexes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIndexes);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !INDEXES.has(name));
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutIndexes(inner)]));
}
