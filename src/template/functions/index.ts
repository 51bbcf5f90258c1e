import { cannot } from './arguments.ts';
import {
  caLeaf,
  caRoots,
  connect,
  datacenters,
  file,
  key,
  keyExists,
  keyOrDefault,
  ls,
  node,
  nodes,
  safeLs,
  safeTree,
  service,
  services,
  tree,
} from './catalog.ts';
import {
  byKey,
  byMeta,
  byPort,
  byTag,
  contains,
  containsAll,
  containsAny,
  containsNone,
  containsNotAll,
  explode,
  explodeMap,
  isIn,
  mergeMap,
  mergeMapWithOverride,
} from './grouping.ts';
import {
  indent,
  join,
  regexMatch,
  regexReplaceAll,
  replaceAll,
  split,
  splitToMap,
  toLower,
  toTitle,
  toUpper,
  trim,
  trimPrefix,
  trimSpace,
  trimSuffix,
} from './text.ts';
import {
  parseBool,
  parseFloat,
  parseInt,
  parseJSON,
  parseUint,
  parseYAML,
  toJSON,
  toJSONPretty,
  toTOML,
  toUnescapedJSON,
  toUnescapedJSONPretty,
  toYAML,
} from './convert.ts';
import { haproxy, ini, nginx, shell, systemd, systemdExec } from './quote.ts';
import { json, toml, yaml } from './quote-data.ts';
import { host, hostPort, ident, port } from './validators.ts';
import {
  base64Decode,
  base64Encode,
  base64URLDecode,
  base64URLEncode,
  hmacSHA256Hex,
  md5sum,
  sha256Hex,
} from './encode.ts';
import { add, divide, loop, maximum, minimum, modulo, multiply, subtract } from './arithmetic.ts';
import { plugin } from './plugin.ts';
import { writeToFile } from './write-to-file.ts';
import { env, envOrDefault, mustEnv, timestamp } from './environment.ts';
import { pure, scoped, type TemplateFunction } from './function.ts';
import { isHost, reachable } from './reachable.ts';
import { scratch } from './scratch.ts';
import {
  nomadService,
  nomadServices,
  nomadVar,
  nomadVarExists,
  nomadVarList,
  nomadVarListSafe,
} from './nomad.ts';
import { markSecret } from './secret.ts';
import { pkiCert, secret, secrets } from './vault.ts';
import { exportedServices, importedServices, partitions, peerings } from './sharing.ts';
import { sockaddr } from './sockaddr.ts';

const ROWS: Readonly<Record<string, TemplateFunction>> = {
  service: scoped(service, { variadic: true }),
  connect: scoped(connect, { variadic: true }),
  services: scoped(services),
  node: scoped(node),
  nodes: scoped(nodes),
  datacenters: scoped(datacenters),
  key: scoped(key),
  keyExists: scoped(keyExists),
  keyOrDefault: scoped(keyOrDefault),
  ls: scoped(ls),
  safeLs: scoped(safeLs),
  tree: scoped(tree),
  safeTree: scoped(safeTree),
  caRoots: scoped(caRoots),
  caLeaf: scoped(caLeaf),
  file: scoped(file),

  secret: scoped(secret, { variadic: true, asFilter: true, piped: markSecret }),
  secrets: scoped(secrets),
  pkiCert: scoped(pkiCert, { variadic: true }),

  nomadServices: scoped(nomadServices),
  nomadService: scoped(nomadService, { variadic: true }),
  nomadVar: scoped(nomadVar),
  nomadVarExists: scoped(nomadVarExists),
  nomadVarList: scoped(nomadVarList),
  nomadVarListSafe: scoped(nomadVarListSafe),
  partitions: scoped(partitions),
  exportedServices: scoped(exportedServices),
  importedServices: scoped(importedServices),
  peerings: scoped(peerings),

  byTag: pure(byTag, { asFilter: true }),
  byPort: pure(byPort, { asFilter: true }),
  byMeta: pure(byMeta, { asFilter: true }),
  byKey: pure(byKey, { asFilter: true }),
  explode: pure(explode, { asFilter: true }),
  explodeMap: pure(explodeMap, { asFilter: true }),
  mergeMap: pure(mergeMap, { asFilter: true }),
  mergeMapWithOverride: pure(mergeMapWithOverride, { asFilter: true }),
  contains: pure(contains, { asFilter: true }),
  containsAll: pure(containsAll, { asFilter: true }),
  containsAny: pure(containsAny, { asFilter: true }),
  containsNone: pure(containsNone, { asFilter: true }),
  containsNotAll: pure(containsNotAll, { asFilter: true }),
  in: pure(isIn, { asFilter: true }),

  replaceAll: pure(replaceAll, { asFilter: true }),
  split: pure(split, { asFilter: true }),
  join: pure(join, { asFilter: true }),
  splitToMap: pure(splitToMap, { asFilter: true }),
  indent: pure(indent, { asFilter: true }),
  trim: pure(trim, { asFilter: true }),
  trimSpace: pure(trimSpace, { asFilter: true }),
  trimPrefix: pure(trimPrefix, { asFilter: true }),
  trimSuffix: pure(trimSuffix, { asFilter: true }),
  toLower: pure(toLower, { asFilter: true }),
  toUpper: pure(toUpper, { asFilter: true }),
  toTitle: pure(toTitle, { asFilter: true }),
  regexMatch: pure(regexMatch, { asFilter: true }),
  regexReplaceAll: pure(regexReplaceAll, { asFilter: true }),

  parseBool: pure(parseBool, { asFilter: true }),
  parseFloat: pure(parseFloat, { asFilter: true }),
  parseInt: pure(parseInt, { asFilter: true }),
  parseUint: pure(parseUint, { asFilter: true }),
  parseJSON: pure(parseJSON, { asFilter: true }),
  parseYAML: pure(parseYAML, { asFilter: true }),
  toJSON: pure(toJSON, { asFilter: true, quotes: true }),
  toJSONPretty: pure(toJSONPretty, { asFilter: true, quotes: true }),
  toUnescapedJSON: pure(toUnescapedJSON, { asFilter: true, quotes: true }),
  toUnescapedJSONPretty: pure(toUnescapedJSONPretty, { asFilter: true, quotes: true }),
  toYAML: pure(toYAML, { asFilter: true, quotes: true }),
  toTOML: pure(toTOML, { asFilter: true, quotes: true }),

  nginx: pure(nginx, { asFilter: true, quotes: true }),
  haproxy: pure(haproxy, { asFilter: true, quotes: true }),
  shell: pure(shell, { asFilter: true, quotes: true }),
  ini: pure(ini, { asFilter: true, quotes: true }),
  systemd: pure(systemd, { asFilter: true, quotes: true }),
  systemdExec: pure(systemdExec, { asFilter: true, quotes: true }),
  json: pure(json, { asFilter: true, quotes: true }),
  yaml: pure(yaml, { asFilter: true, quotes: true }),
  toml: pure(toml, { asFilter: true, quotes: true }),
  host: pure(host, { asFilter: true, quotes: true }),
  port: pure(port, { asFilter: true, quotes: true }),
  hostPort: pure(hostPort, { quotes: true }),
  ident: pure(ident, { asFilter: true, quotes: true }),
  isHost: pure(isHost, { asFilter: true }),
  // It gives what it is given, less some.
  reachable: scoped(reachable, { asFilter: true, gives: 'derived' }),

  base64Encode: pure(base64Encode, { asFilter: true }),
  base64Decode: pure(base64Decode, { asFilter: true }),
  base64URLEncode: pure(base64URLEncode, { asFilter: true }),
  base64URLDecode: pure(base64URLDecode, { asFilter: true }),
  sha256Hex: pure(sha256Hex, { asFilter: true }),
  md5sum: pure(md5sum, { asFilter: true }),
  hmacSHA256Hex: pure(hmacSHA256Hex),

  add: pure(add, { asFilter: true }),
  subtract: pure(subtract, { asFilter: true }),
  multiply: pure(multiply, { asFilter: true }),
  divide: pure(divide, { asFilter: true }),
  modulo: pure(modulo, { asFilter: true }),
  minimum: pure(minimum, { asFilter: true }),
  maximum: pure(maximum, { asFilter: true }),
  loop: pure(loop),

  env: scoped(env),
  mustEnv: scoped(mustEnv),
  envOrDefault: scoped(envOrDefault),
  timestamp: scoped(timestamp),
  sockaddr: pure(sockaddr),
  // What it prints is made of what it is given.
  plugin: scoped(plugin, { variadic: true, gives: 'derived' }),
  // It sees marked text as it is, and objects to it where it would be printed.
  writeToFile: scoped(writeToFile, { gives: 'moved' }),
  scratch: scoped(scratch),
};

/**
 * Every function that a template may call, by its name. A call with more arguments than the function has is refused,
 * as Go does: `key("a", "b")` is likely to mean something that `key` does not do.
 */
export const functions: Readonly<Record<string, TemplateFunction>> = Object.freeze(
  Object.fromEntries(Object.entries(ROWS).map(([name, row]) => [name, refuseExcess(name, row)])),
);

function refuseExcess(name: string, row: TemplateFunction): TemplateFunction {
  return {
    ...row,
    call: (scope, args) => {
      if (args.length > row.most) {
        throw cannot(
          name,
          `it takes ${row.most === 0 ? 'no arguments' : `at most ${row.most}`}, but got ${args.length}`,
        );
      }
      return row.call(scope, args);
    },
  };
}
