import { functions } from '../functions/index.ts';
import type { TemplateFunction } from '../functions/function.ts';
import type { GoFunctions } from './functions.ts';
import { GoData } from './go-data.ts';
import type { GoFunction } from './values.ts';

/** Functions that Go templates share with those in Nunjucks, by consul-template's names. */
const SHARED = [
  ...['service', 'connect', 'services', 'node', 'nodes', 'datacenters'],
  ...['key', 'keyExists', 'keyOrDefault', 'ls', 'safeLs', 'tree', 'safeTree'],
  ...['file', 'env', 'timestamp'],
];

const data = new GoData();

/** What consul-template adds to Go's functions: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md */
export const CONSUL_TEMPLATE_FUNCTIONS: GoFunctions = new Map(
  SHARED.flatMap((name) => {
    const row = functions[name];
    return row === undefined ? [] : [[name, shared(row)] as const];
  }),
);

function shared(row: TemplateFunction): GoFunction {
  return {
    call: (scope, args) => data.of(row.call(scope, args)),
    least: 0,
    most: row.most,
    gives: row.gives,
  };
}
