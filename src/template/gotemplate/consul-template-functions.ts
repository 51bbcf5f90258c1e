import { takeText } from '../functions/arguments.ts';
import { readYaml, writeToml } from '../functions/convert.ts';
import { nomadVar as sharedNomadVar } from '../functions/nomad.ts';
import { scratch } from '../functions/scratch.ts';
import { derived, variadic, type GoFunctions } from './functions.ts';
import {
  add,
  divide,
  loop,
  maximum,
  minimum,
  modulo,
  multiply,
  parseGoInteger,
  subtract,
} from './go-arithmetic.ts';
import { GoData } from './go-data.ts';
import { INSTANCE, RESULT_TYPES } from './go-types.ts';
import { SPRIG_FUNCTIONS } from '../sprig/index.ts';
import { isMap, sortedEntries } from './inspect.ts';
import { OLD_NAMES } from './old-names.ts';
import { isSearchable, sharedFunction, type Crossing } from './shared-function.ts';
import { SPEW_FUNCTIONS } from './spew.ts';
import { GoMap, GoStruct, type GoFunction, type GoValue } from './values.ts';

/** Remembers by identity what was turned, so that a thousand instances are turned once and not at every rendering. */
const DATA = new GoData();

const CATALOG = ['service', 'connect', 'key', 'keyExists', 'ls', 'safeLs', 'tree', 'safeTree'];
const CATALOG_OR_ALL = [
  'services',
  'node',
  'nodes',
  'datacenters',
  'caRoots',
  'partitions',
  'peerings',
];

/** Functions that are the same in all template languages, and the fewest arguments that Go wants for them. */
const SHARED: Readonly<Record<string, Crossing>> = {
  ...Object.fromEntries(CATALOG.map((name) => [name, typed(name, 1)])),
  ...Object.fromEntries(CATALOG_OR_ALL.map((name) => [name, typed(name, 0)])),
  keyOrDefault: { least: 2 },
  caLeaf: typed('caLeaf', 1),
  secret: typed('secret', 1),
  secrets: typed('secrets', 1),
  pkiCert: typed('pkiCert', 1),
  nomadServices: typed('nomadServices', 0),
  nomadService: typed('nomadService', 1),
  nomadVarExists: typed('nomadVarExists', 1),
  nomadVarList: typed('nomadVarList', 0),
  nomadVarListSafe: typed('nomadVarListSafe', 0),
  exportedServices: typed('exportedServices', 1),
  importedServices: typed('importedServices', 1),
  file: { least: 1 },

  byTag: { least: 1 },
  byMeta: { least: 2 },
  byKey: typed('byKey', 1),
  explode: { least: 1 },
  explodeMap: { least: 1 },
  mergeMap: { least: 2 },
  mergeMapWithOverride: { least: 2 },

  replaceAll: { least: 3 },
  split: { least: 2 },
  join: { least: 2 },
  splitToMap: { least: 3 },
  indent: { least: 2, most: 2, counts: true },
  trim: { least: 2 },
  trimSpace: { least: 1 },
  trimPrefix: { least: 2 },
  trimSuffix: { least: 2 },
  toLower: { least: 1 },
  toUpper: { least: 1 },
  toTitle: { least: 1 },
  regexMatch: { least: 2 },
  regexReplaceAll: { least: 3 },

  parseBool: { least: 1 },
  parseFloat: { least: 1 },
  parseJSON: { least: 1 },
  ...Object.fromEntries(
    ['toJSON', 'toJSONPretty', 'toUnescapedJSON', 'toUnescapedJSONPretty', 'toYAML']
      .concat(['nginx', 'haproxy', 'shell', 'ini', 'systemd', 'systemdExec'])
      .concat(['json', 'yaml', 'toml', 'host', 'port', 'ident'])
      .map((name) => [name, { least: 1, counts: true }]),
  ),
  hostPort: { least: 2, counts: true },
  isHost: { least: 1 },
  reachable: { least: 1 },

  base64Encode: { least: 1 },
  base64Decode: { least: 1 },
  base64URLEncode: { least: 1 },
  base64URLDecode: { least: 1 },
  sha256Hex: { least: 1 },
  md5sum: { least: 1 },
  hmacSHA256Hex: { least: 2 },

  env: { least: 1 },
  mustEnv: { least: 1 },
  envOrDefault: { least: 2 },
  timestamp: { least: 0 },
  sockaddr: { least: 1 },
  plugin: { least: 1 },
  writeToFile: { least: 5 },
};

/** Functions whose results have types of their own in Go, or that Go's templates call in their own way. */
const OWN: Readonly<Record<string, GoFunction>> = {
  byPort: { ...sharedFunction(DATA, 'byPort', { least: 1 }), call: byPort },

  contains: search('contains', 1),
  containsAll: search('containsAll', 1),
  containsAny: search('containsAny', 1),
  containsNone: search('containsNone', 1),
  containsNotAll: search('containsNotAll', 1),
  in: search('in', 0),

  parseInt: derived((text) => parseGoInteger('parseInt', text, 'signed')),
  parseUint: derived((text) => parseGoInteger('parseUint', text, 'unsigned')),
  parseYAML: derived((text) => DATA.back(readYaml(text, { integersApart: true }))),
  toTOML: {
    ...derived((map) => writeToml(DATA.plain(map), { integersApart: true })),
    gives: 'quoted',
  },

  add: derived(add),
  subtract: derived(subtract),
  multiply: derived(multiply),
  divide: derived(divide),
  modulo: derived(modulo),
  minimum: derived(minimum),
  maximum: derived(maximum),
  loop: { ...variadic(1, loop), most: 2 },

  nomadVar: { call: nomadVar, least: 1, most: 1, gives: 'facts' },

  executeTemplate: { call: executeTemplate, least: 1, most: 2, gives: 'moved' },
  scratch: { call: scratchOf, least: 0, most: 0, gives: 'moved' },
};

const NAMED: readonly (readonly [string, GoFunction])[] = [
  ...Object.entries(SHARED).map(
    ([name, crossing]) => [name, sharedFunction(DATA, name, crossing)] as const,
  ),
  ...Object.entries(OWN),
];

/** What consul-template adds to Go's functions (https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md). */
export const CONSUL_TEMPLATE_FUNCTIONS: GoFunctions = new Map<string, GoFunction>([
  ...NAMED,
  ...[...OLD_NAMES].flatMap(([old, name]) =>
    NAMED.filter(([known]) => known === name).map(([, row]) => [old, row] as const),
  ),
  ...Object.entries(SPEW_FUNCTIONS),
  ...Object.entries(SPRIG_FUNCTIONS),
]);

function typed(name: string, least: number): Crossing {
  return { least, type: RESULT_TYPES[name] ?? 'data' };
}

/** Instances by port, which is an integer here and not a text. */
function byPort(...[scope, args]: Parameters<GoFunction['call']>): GoValue {
  const groups = sharedFunction(DATA, 'byPort', { least: 1 }).call(scope, args);
  if (!isMap(groups)) return groups;
  return new GoMap(
    `map[int][]${typeof INSTANCE === 'object' && 'struct' in INSTANCE ? INSTANCE.struct : ''}`,
    sortedEntries(groups).map(([port, instances]) => [BigInt(port), instances] as const),
  );
}

/** A search whose list is the argument at `at`; what is neither a list nor text holds nothing. */
function search(name: string, at: number): GoFunction {
  const shared = sharedFunction(DATA, name, { least: 2 });
  return {
    ...shared,
    call: (scope, args) =>
      shared.call(
        scope,
        args.map((value, index) => (index === at && !isSearchable(value) ? [] : value)),
      ),
  };
}

/** Items are a map with methods, as consul-template has it; a method comes before an item of its name. */
function nomadVar(...[scope, [path]]: Parameters<GoFunction['call']>): GoValue {
  const items = sharedNomadVar(scope, path);
  const beside = Object.entries(Object.getOwnPropertyDescriptors(items))
    .filter(([, { enumerable }]) => enumerable !== true)
    .map(([name, { value }]) => [name, constant(DATA.of(value))] as const);
  return new GoMap(
    'map[string]dependency.NomadVarItem',
    Object.entries(items).map(([name, value]) => [name, DATA.of(value)] as const),
    undefined,
    Object.fromEntries(beside),
  );
}

function constant(value: GoValue): GoFunction {
  return { call: () => value, least: 0, most: 0, gives: 'facts' };
}

/** The text of a template that this one defines. What it prints was looked at when it was printed. */
function executeTemplate(...[scope, [name, dot]]: Parameters<GoFunction['call']>): GoValue {
  if (scope.executeTemplate === undefined) throw new Error('no template is running');
  return scope.executeTemplate(takeText('executeTemplate', 'name', name), dot);
}

/** The scratch keeps the template's own values, so nothing is turned on its way there and back. */
function scratchOf(scope: Parameters<GoFunction['call']>[0]): GoStruct {
  const methods = Object.entries(scratch(scope)).map(
    ([name, method]: [string, (...args: readonly GoValue[]) => GoValue]) =>
      [
        name,
        {
          call: (_scope: unknown, args: readonly GoValue[]) => method(...args),
          least: method.length,
          most: method.length,
          gives: 'moved',
        },
      ] as const,
  );
  return new GoStruct('*template.Scratch', {}, new Map(methods));
}
