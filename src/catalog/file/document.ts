import type { CaLeaf, CaRoot, CatalogNode } from '../values.ts';
import { readCaLeaves, readCaRoots } from './document-certificates.ts';
import { readInstances, type DocumentInstance } from './document-instances.ts';
import { impliedNodes, readNodes } from './document-nodes.ts';
import { readAnswers, type RecordedAnswers } from './document-answers.ts';
import { readFields, readText } from './fields.ts';
import { readKeys } from './key-tree.ts';
import type { Located } from './yaml-tree.ts';

/** A catalog as one document describes it: checked, with its defaults. */
export interface CatalogDocument {
  readonly datacenter: string;
  /** Those that are declared, then those that only instances name. */
  readonly nodes: readonly CatalogNode[];
  readonly instances: readonly DocumentInstance[];
  readonly keys: ReadonlyMap<string, string>;
  readonly caRoots: readonly CaRoot[] | undefined;
  readonly caLeaf: ReadonlyMap<string, CaLeaf>;
  /** What is answered to these queries, whatever else the document says. */
  readonly answers: RecordedAnswers;
}

const DEFAULT_DATACENTER = 'dc1';

/**
 * Reads a catalog from a document. Every field is optional, scalars are text as they are written, and a name that is not
 * listed here is an error:
 *
 * ```yaml
 * datacenter: dc1                  # the default
 * nodes:                           # a node that only instances name need not be here
 *   - {name: n1, address: 10.0.0.1, datacenter: dc1, id: "", meta: {rack: a}, taggedAddresses: {lan: 10.0.0.1}}
 * services:
 *   sales:
 *     - id: sales-1                # default: the service's name; sales-2, … from the second instance on
 *       node: n1                   # default: local
 *       address: 10.0.0.1          # default: the node's
 *       port: 8080                 # default: 0
 *       tags: [v2]
 *       meta: {version: "2.1"}
 *       status: passing            # passing | warning | critical | maintenance; or checks
 *       checks: [{id: http, name: HTTP, status: passing, notes: "", output: "", ofNode: false}]
 *       weights: {passing: 1, warning: 1}
 *       taggedAddresses: {wan: {address: 198.51.100.1, port: 80}}
 *       connect: false             # can be reached through the mesh
 *       enableTagOverride: false
 * keys:                            # nested or whole paths, or both
 *   config: {timeout: 30s}
 *   config/retries: 3
 * caRoots: [{id: "1", name: root, rootCertPEM: …, active: true}]
 * caLeaf: {sales: {serialNumber: "1", certPEM: …, privateKeyPEM: …, serviceURI: …, validAfter: …, validBefore: …}}
 * answers:                         # whole answers, by the query's name as `autotmpl explain` has it; they win
 *   vaultRead(secret/db): {Data: {password: x}, LeaseDuration: 0}
 * recording: {…}                   # of `autotmpl record`: when and how it was made
 * changes: []                      # the same: what came later, for `autotmpl replay`
 * ```
 *
 * Throws a DocumentError that knows its place.
 */
export function readDocument(root: Located): CatalogDocument {
  const fields = readFields<{
    datacenter: string;
    nodes: Located;
    services: Located;
    keys: ReadonlyMap<string, string>;
    caRoots: readonly CaRoot[];
    caLeaf: ReadonlyMap<string, CaLeaf>;
    answers: RecordedAnswers;
    recording: undefined;
    changes: undefined;
  }>(root, 'the catalog', {
    datacenter: readText,
    nodes: (value) => value,
    services: (value) => value,
    keys: readKeys,
    caRoots: readCaRoots,
    caLeaf: readCaLeaves,
    answers: readAnswers,
    // For whoever plays a recording; the catalog is what there was at its start.
    recording: () => undefined,
    changes: () => undefined,
  });
  const datacenter = fields.datacenter ?? DEFAULT_DATACENTER;
  const instances = fields.services === undefined ? [] : readInstances(fields.services);
  const declared = fields.nodes === undefined ? [] : readNodes(fields.nodes, datacenter);
  return {
    datacenter,
    nodes: [...declared, ...impliedNodes(instances, declared, datacenter)],
    instances,
    keys: fields.keys ?? new Map(),
    caRoots: fields.caRoots,
    caLeaf: fields.caLeaf ?? new Map(),
    answers: fields.answers ?? new Map(),
  };
}
