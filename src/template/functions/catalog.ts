/** Facts of the catalog. While one is not known yet these give something empty of its shape, and the file waits. */
import { resolve } from 'node:path';

import type { ServiceQuery, TreeQuery } from '../../catalog/query.ts';
import type {
  CaLeaf,
  CaRoot,
  CatalogNode,
  CatalogService,
  KeyPair,
  NodeDetail,
  ServiceInstance,
} from '../../catalog/values.ts';
import { badArgument, cannot, takeText } from './arguments.ts';
import type { FunctionScope } from './function.ts';
import { readNodeArgument, readServiceArgument } from './named-things.ts';
import { requireInside } from './sandbox.ts';
import { parseKey, parseNodes, parseServices, parseTree } from './query-grammar.ts';

/**
 * The instances of a service, sorted by node and ID. `expression` is
 * `[TAG.]NAME[?ns=…&partition=…&peer=…&sameness-group=…][@DC][~NEAR][|STATUS,…]`; further arguments are statuses too.
 * Statuses are `any`, `passing`, `warning`, `critical` and `maintenance`; without one only what passes its checks counts.
 * `~_agent` sorts by round trip time from the agent. In place of an expression it takes one of `services()`, and then asks for
 * that name as it is, whatever it holds. An instance has `Node`, `NodeID`, `NodeAddress`, `NodeDatacenter`,
 * `NodeTaggedAddresses`, `NodeMeta`, `ServiceMeta`, `Address` (the service's own, or else its node's),
 * `ServiceTaggedAddresses`, `ID`, `Name`, `Tags`, `Checks`, `Status`, `Port` and `Weights`.
 */
export function service(
  scope: FunctionScope,
  expression: unknown,
  ...statuses: unknown[]
): readonly ServiceInstance[] {
  return instances(scope, 'service', expression, statuses);
}

/** Like `service`, for what can be reached through the mesh: sidecar proxies and services that speak it themselves. */
export function connect(
  scope: FunctionScope,
  expression: unknown,
  ...statuses: unknown[]
): readonly ServiceInstance[] {
  return instances(scope, 'connect', expression, statuses);
}

/** All services, sorted by name, each with `Name` and `Tags`. `expression` is `[?ns=…&partition=…][@DC]`. */
export function services(scope: FunctionScope, expression?: unknown): readonly CatalogService[] {
  return scope.ask(parseServices(optionalText('services', expression))) ?? [];
}

/**
 * One node: `.Node` with its address and meta, `.Services` with what runs on it. `expression` is
 * `[NAME][?partition=…][@DC]`, or one of `nodes()`; without a name it is the agent's own node. Null where there is no such
 * node.
 */
export function node(scope: FunctionScope, expression?: unknown): NodeDetail | null {
  return scope.ask(readNodeArgument(scope, expression)) ?? null;
}

/**
 * All nodes, sorted by name, each with `ID`, `Node`, `Address`, `Datacenter`, `TaggedAddresses` and `Meta`.
 * `expression` is `[?partition=…][@DC][~NEAR]`.
 */
export function nodes(scope: FunctionScope, expression?: unknown): readonly CatalogNode[] {
  return scope.ask(parseNodes(optionalText('nodes', expression))) ?? [];
}

/** The names of all datacenters. With `reachableOnly` true, only of those that answer. */
export function datacenters(scope: FunctionScope, reachableOnly?: unknown): readonly string[] {
  if (reachableOnly !== undefined && typeof reachableOnly !== 'boolean') {
    throw badArgument('datacenters', 'reachableOnly', 'true or false', reachableOnly);
  }
  return scope.ask({ kind: 'datacenters', reachableOnly: reachableOnly ?? false }) ?? [];
}

/**
 * The value of a key. `path` is `KEY[?ns=…&partition=…][@DC]`. The file is not written before the key exists; when the
 * key is deleted later, the last file stays. See `keyOrDefault` for a key that may be absent.
 */
export function key(scope: FunctionScope, path: unknown): string {
  const text = takeText('key', 'path', path);
  if (text === '') return '';
  const query = parseKey('key', text);
  const value = scope.view(query, valueOrNull);
  if (value === null) scope.requirePresence(query);
  return value ?? '';
}

/** Whether a key exists; one with an empty value does. `path` as in `key`. */
export function keyExists(scope: FunctionScope, path: unknown): boolean {
  const text = takeText('keyExists', 'path', path);
  if (text === '') return false;
  return scope.view(parseKey('keyExists', text), isThere) ?? false;
}

/** The value of a key, or `fallback` where the key is absent or its value is empty. `path` as in `key`. */
export function keyOrDefault(scope: FunctionScope, path: unknown, fallback: unknown): string {
  const text = takeText('keyOrDefault', 'path', path);
  const otherwise = takeText('keyOrDefault', 'fallback', fallback);
  if (text === '') return otherwise;
  return scope.view(parseKey('keyOrDefault', text), valueOrNull) || otherwise;
}

/**
 * The keys directly below a prefix, sorted, each with `Key` (without the prefix), `Path` (whole), `Value`,
 * `CreateIndex`, `ModifyIndex`, `LockIndex`, `Flags` and `Session`. `prefix` is `PREFIX[?ns=…&partition=…][@DC]`;
 * `/` is the root. Nothing below it is an empty list.
 */
export function ls(scope: FunctionScope, prefix: unknown): readonly KeyPair[] {
  return pairsBelow(scope, 'ls', prefix, children).pairs;
}

/** Like `ls`, but the file waits while there is nothing directly below the prefix. */
export function safeLs(scope: FunctionScope, prefix: unknown): readonly KeyPair[] {
  const { pairs, answered } = pairsBelow(scope, 'safeLs', prefix, children);
  if (pairs.length === 0 && answered !== undefined) scope.requirePresence(answered);
  return pairs;
}

/** All keys below a prefix, however deep; `Key` is the rest of the path. Fields and `prefix` as in `ls`. */
export function tree(scope: FunctionScope, prefix: unknown): readonly KeyPair[] {
  return pairsBelow(scope, 'tree', prefix, descendants).pairs;
}

/** Like `tree`, but the file waits while there is nothing below the prefix. */
export function safeTree(scope: FunctionScope, prefix: unknown): readonly KeyPair[] {
  const { pairs, answered } = pairsBelow(scope, 'safeTree', prefix, descendants);
  if (pairs.length === 0 && answered !== undefined) scope.requirePresence(answered);
  return pairs;
}

/** The root certificates of the mesh, each with `ID`, `Name`, `RootCertPEM` and `Active`. */
export function caRoots(scope: FunctionScope): readonly CaRoot[] {
  return scope.ask({ kind: 'caRoots' }) ?? [];
}

/**
 * The certificate of a service in the mesh: `CertPEM`, `PrivateKeyPEM` (kept out of diffs and logs), `SerialNumber`,
 * `Service`, `ServiceURI`, `ValidAfter` and `ValidBefore`.
 */
export function caLeaf(scope: FunctionScope, service: unknown): CaLeaf {
  const leaf = scope.ask({ kind: 'caLeaf', service: takeText('caLeaf', 'service', service) });
  if (leaf === undefined) return NO_LEAF;
  scope.keepSecret(leaf.PrivateKeyPEM);
  return leaf;
}

/**
 * The text of a local file, which is watched. A relative `path` starts from the template's folder. The file that is
 * rendered waits while this one is missing. Where the target has a `sandboxPath`, a path that leads out of it is an error.
 */
export function file(scope: FunctionScope, path: unknown): string {
  const text = takeText('file', 'path', path);
  if (text === '') throw cannot('file', 'path is empty');
  const query = { kind: 'file', path: resolve(scope.folder, text) } as const;
  if (scope.sandboxPath !== undefined) requireInside('file', scope.sandboxPath, query.path);
  const content = scope.ask(query);
  if (content === null) scope.requirePresence(query);
  return content ?? '';
}

const NO_LEAF: CaLeaf = Object.freeze({
  SerialNumber: '',
  CertPEM: '',
  PrivateKeyPEM: '',
  Service: '',
  ServiceURI: '',
  ValidAfter: '',
  ValidBefore: '',
});

function instances(
  scope: FunctionScope,
  kind: ServiceQuery['kind'],
  expression: unknown,
  filters: readonly unknown[],
): readonly ServiceInstance[] {
  const { query, statuses } = readServiceArgument(scope, kind, expression, filters);
  const found = scope.ask(query) ?? [];
  if (statuses === undefined) return found;
  return Object.freeze(found.filter((instance) => statuses.has(instance.Status)));
}

function pairsBelow(
  scope: FunctionScope,
  call: string,
  prefix: unknown,
  have: (pairs: readonly KeyPair[]) => readonly KeyPair[],
): { readonly pairs: readonly KeyPair[]; readonly answered?: TreeQuery } {
  const text = takeText(call, 'prefix', prefix);
  if (text === '') return { pairs: [] };
  const query = parseTree(call, text);
  const pairs = scope.view(query, have);
  return pairs === undefined ? { pairs: [] } : { answered: query, pairs };
}

/** The prefix may be a key itself; it is not below itself. */
function descendants(pairs: readonly KeyPair[]): readonly KeyPair[] {
  return Object.freeze(pairs.filter(({ Key }) => Key !== ''));
}

function children(pairs: readonly KeyPair[]): readonly KeyPair[] {
  return Object.freeze(pairs.filter(({ Key }) => Key !== '' && !Key.includes('/')));
}

function valueOrNull(pair: KeyPair | null): string | null {
  return pair === null ? null : pair.Value;
}

function isThere(pair: KeyPair | null): boolean {
  return pair !== null;
}

function optionalText(call: string, expression: unknown): string {
  return expression === undefined ? '' : takeText(call, 'expression', expression);
}
