/** Services and variables of Nomad. Items of variables are masked in diffs, logs and errors, from the start. */
import type {
  NomadScope,
  NomadService,
  NomadServiceName,
  NomadVariable,
  NomadVarMeta,
  NomadVarQuery,
} from '../../catalog/nomad-facts.ts';
import { cannot, takeInteger, takePrintable, takeText } from './arguments.ts';
import type { FunctionScope } from './function.ts';
import { keepSecrets } from './secret.ts';

const NAMESPACE = String.raw`(?:\?ns=(?<namespace>[\w*-]+))?`;
const REGION = String.raw`(?:@(?<region>[\w.-]+))?`;
const SERVICES = new RegExp(`^${NAMESPACE}${REGION}$`);
const SERVICE = new RegExp(
  String.raw`^(?:(?<tag>[\w=:.-]+)\.)?(?<name>[\w-]+)${NAMESPACE}${REGION}$`,
);
/** A path of Nomad's, and where it is; a namespace has no dot, so what follows one is the region. */
const VARIABLE = /^(?<path>[\w~/-]*)(?:@(?<namespace>[\w*-]+)(?:\.(?<region>[\w.-]+))?)?$/;

/** One item of a variable. */
export interface NomadVarTuple {
  readonly K: string;
  readonly V: string;
}

/**
 * All services that are registered in Nomad itself, sorted by name, each with `Name` and `Tags`. `expression` is
 * `[?ns=NAMESPACE][@REGION]`.
 */
export function nomadServices(
  scope: FunctionScope,
  expression?: unknown,
): readonly NomadServiceName[] {
  const text = expression === undefined ? '' : takeText('nomadServices', 'expression', expression);
  const groups = match('nomadServices', SERVICES, text, '[?ns=…][@REGION]');
  return scope.ask({ kind: 'nomadServices', ...scopeOf(groups) }) ?? [];
}

/**
 * The instances of a service that is registered in Nomad, sorted by ID, each with `ID`, `Name`, `Node`, `Address`, `Port`,
 * `Datacenter`, `Tags`, `JobID` and `AllocID`. The last argument is `[TAG.]NAME[?ns=NAMESPACE][@REGION]`. With a count and a key
 * before it, `nomadService(2, env("NOMAD_ALLOC_ID"), "redis")`, it is that many of them, for one key the same ones as far as
 * that is possible.
 */
export function nomadService(
  scope: FunctionScope,
  ...countKeyName: unknown[]
): readonly NomadService[] {
  const call = 'nomadService';
  if (countKeyName.length !== 1 && countKeyName.length !== 3) {
    throw cannot(call, 'it takes a name, or a count, a key and a name');
  }
  const expression = takeText(call, 'name', countKeyName.at(-1));
  const groups = match(call, SERVICE, expression, '[TAG.]NAME[?ns=…][@REGION]');
  const { tag, name = '' } = groups;
  return (
    scope.ask({
      kind: 'nomadService',
      name,
      ...(tag === undefined ? {} : { tag }),
      ...scopeOf(groups),
      ...(countKeyName.length === 3 && { choose: takeChoice(countKeyName) }),
    }) ?? []
  );
}

/**
 * The items of a Nomad variable: `nomadVar("nomad/jobs/web").password`. `path` is `PATH[@NAMESPACE[.REGION]]`. The file waits while
 * there is no such variable. Beside its items it has, where no item is called so: `Keys`, `Values` and `Tuples` (each with `K`
 * and `V`), sorted by name; `Metadata`; and `Parent`, the whole variable with its `Items`.
 */
export function nomadVar(scope: FunctionScope, path: unknown): Readonly<Record<string, unknown>> {
  const query = parseVariable('nomadVar', path);
  const variable = scope.ask(query);
  if (variable === null) scope.requirePresence(query);
  if (variable === undefined || variable === null) return itemsOf(NO_VARIABLE);
  keepSecrets(scope, variable.Items);
  return itemsOf(variable);
}

/** Whether there is a Nomad variable. `path` as in `nomadVar`. */
export function nomadVarExists(scope: FunctionScope, path: unknown): boolean {
  return (scope.ask(parseVariable('nomadVarExists', path)) ?? null) !== null;
}

/**
 * The Nomad variables below a prefix, sorted by path, each with `Path`, `Namespace`, `CreateIndex`, `ModifyIndex`,
 * `CreateTime` and `ModifyTime` (nanoseconds). `prefix` is `PREFIX[@NAMESPACE[.REGION]]`, or left out for all.
 */
export function nomadVarList(scope: FunctionScope, prefix?: unknown): readonly NomadVarMeta[] {
  return listBelow(scope, 'nomadVarList', prefix).found ?? [];
}

/** Like `nomadVarList`, but the file waits while there is no variable below the prefix. */
export function nomadVarListSafe(scope: FunctionScope, prefix?: unknown): readonly NomadVarMeta[] {
  const { query, found } = listBelow(scope, 'nomadVarListSafe', prefix);
  if (found?.length === 0) scope.requirePresence(query);
  return found ?? [];
}

const NO_VARIABLE: NomadVariable = Object.freeze({
  Namespace: '',
  Path: '',
  CreateIndex: 0,
  ModifyIndex: 0,
  CreateTime: '0',
  ModifyTime: '0',
  Items: Object.freeze({}),
});

/** A variable's items as a map, in which everything else is found but not listed. */
function itemsOf(variable: NomadVariable): Readonly<Record<string, unknown>> {
  const { Items, ...Metadata } = variable;
  const entries = Object.entries(Items);
  const beside = {
    Keys: entries.map(([name]) => name),
    Values: entries.map(([, value]) => value),
    Tuples: entries.map(([K, V]): NomadVarTuple => Object.freeze({ K, V })),
    Metadata: Object.freeze(Metadata),
    Parent: variable,
  };
  const items = Object.assign(Object.create(null) as Record<string, unknown>, Items);
  for (const [name, value] of Object.entries(beside)) {
    if (!Object.hasOwn(items, name)) Object.defineProperty(items, name, { value });
  }
  return Object.freeze(items);
}

function listBelow(scope: FunctionScope, call: string, prefix: unknown) {
  const text = prefix === undefined ? '' : takeText(call, 'prefix', prefix).trim();
  const groups = match(call, VARIABLE, text, 'PREFIX[@NAMESPACE[.REGION]]');
  const { path = '' } = groups;
  const query = { kind: 'nomadVarList', prefix: path, ...scopeOf(groups) } as const;
  return { query, found: scope.ask(query) };
}

function parseVariable(call: string, path: unknown): NomadVarQuery {
  const text = takeText(call, 'path', path)
    .trim()
    .replace(/^\/+|\/+$/g, '');
  const groups = match(call, VARIABLE, text, 'PATH[@NAMESPACE[.REGION]]');
  if (groups['path'] === '') throw cannot(call, 'its path is empty');
  return { kind: 'nomadVar', path: groups['path'] ?? '', ...scopeOf(groups) };
}

function takeChoice([count, key]: readonly unknown[]): { count: number; key: string } {
  const call = 'nomadService';
  const many = typeof count === 'bigint' ? Number(count) : takeInteger(call, 'count', count);
  if (many < 1) throw cannot(call, 'its count must be at least 1');
  return { count: many, key: takePrintable(call, 'key', key) };
}

type Groups = Readonly<Record<string, string | undefined>>;

function match(call: string, pattern: RegExp, text: string, grammar: string): Groups {
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined) throw cannot(call, `its argument does not follow ${grammar}`);
  return groups;
}

function scopeOf({ namespace, region }: Groups): NomadScope {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(region === undefined ? {} : { region }),
  };
}
