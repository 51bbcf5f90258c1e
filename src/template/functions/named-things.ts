import type { NodeQuery, ServiceQuery } from '../../catalog/query.ts';
import { isMap, takeText } from './arguments.ts';
import type { FunctionScope } from './function.ts';
import { exactService, parseNode, parseService, type ServiceExpression } from './query-grammar.ts';

/**
 * Reads what `service` and `connect` are given: an expression, or one of a list of services, whose name is taken as it is.
 * `filters` are further statuses.
 */
export function readServiceArgument(
  scope: FunctionScope,
  kind: ServiceQuery['kind'],
  expression: unknown,
  filters: readonly unknown[],
): ServiceExpression {
  const words = filters.map((filter) => takeText(kind, 'expression', filter));
  const exact = (name: string): ServiceExpression =>
    exactService(kind, name, words.length === 0 ? undefined : words.join('|'));
  if (isMap(expression) && typeof expression['Name'] === 'string') return exact(expression['Name']);
  const text = takeText(kind, 'expression', expression);
  return parseUnlessListed(
    () => parseService(kind, [text, ...words].join('|')),
    () => (scope.lists('Name', text) ? exact(text) : undefined),
  );
}

/** Reads what `node` is given: an expression, or one of a list of nodes, whose name is taken as it is. */
export function readNodeArgument(scope: FunctionScope, expression: unknown): NodeQuery {
  if (isMap(expression) && typeof expression['Node'] === 'string') {
    return { kind: 'node', name: expression['Node'] };
  }
  const text = expression === undefined ? '' : takeText('node', 'expression', expression);
  return parseUnlessListed(
    () => parseNode(text),
    () => (scope.lists('Node', text) ? { kind: 'node', name: text } : undefined),
  );
}

/**
 * Reads an expression by its grammar, or, where it does not follow it, as the name that somebody registered: anybody who may
 * register can choose one that follows no grammar, and a template that asks for each service of a list must go on.
 */
function parseUnlessListed<T>(parse: () => T, asListed: () => T | undefined): T {
  try {
    return parse();
  } catch (error) {
    const listed = asListed();
    if (listed === undefined) throw error;
    return listed;
  }
}
