import { NotFollowed } from '../reads/part.ts';
import type { SyntaxNode } from './syntax-node.ts';

/** A macro, by the names of its parameters: those without a default come first. */
export interface Macro {
  readonly parameters: readonly string[];
}

/** What a template and all that it includes give names to, wherever that is. */
export interface Declarations {
  /** By name, and by the names that they are imported by. */
  readonly macros: ReadonlyMap<string, readonly Macro[]>;
  /** Names of variables: of `set`, of loops and of parameters. */
  readonly variables: ReadonlySet<string>;
  /** Names of whole imported templates. */
  readonly modules: ReadonlySet<string>;
  /** What is imported by another name than its own: its own, and the other. */
  readonly aliases: readonly (readonly [string, string])[];
}

/** Collects them. Throws NotFollowed. */
export function declarationsOf(trees: readonly SyntaxNode[]): Declarations {
  const macros = new Map<string, Macro[]>();
  const variables = new Set<string>();
  const modules = new Set<string>();
  const aliases: (readonly [string, string])[] = [];
  for (const tree of trees) {
    eachNode(tree, (node) => {
      switch (node.typename) {
        case 'Macro':
        case 'Caller': {
          const parameters = parametersOf(node);
          for (const parameter of parameters) variables.add(parameter);
          if (node.typename === 'Macro') add(macros, String(node.name?.value), { parameters });
          return;
        }
        case 'For':
          for (const target of node.name?.children ?? [node.name]) {
            variables.add(String(target?.value));
          }
          return;
        case 'Set':
          for (const { typename, value } of node.targets ?? []) {
            if (typename !== 'Symbol') throw new NotFollowed('a target that is no name');
            variables.add(String(value));
          }
          return;
        case 'Import':
          modules.add(String(node.target?.value));
          return;
        case 'FromImport':
          for (const name of node.names?.children ?? []) {
            if (name.typename === 'Pair') {
              aliases.push([String(name.key?.value), String((name.value as SyntaxNode).value)]);
            }
          }
      }
    });
  }
  if (variables.has('loop') || macros.has('loop')) throw new NotFollowed('loop');
  for (const [name, alias] of aliases) {
    const known = macros.get(name) ?? [];
    for (const macro of known) add(macros, alias, macro);
    if (known.length === 0 || variables.has(name)) variables.add(alias);
  }
  return { macros, variables, modules, aliases };
}

const INCLUDING: ReadonlySet<string> = new Set(['Include', 'Import', 'FromImport', 'Extends']);

/** The names of the templates that one includes, imports or extends. Throws NotFollowed where a name is made while it runs. */
export function includedBy(tree: SyntaxNode): readonly string[] {
  const names: string[] = [];
  eachNode(tree, ({ typename, template }) => {
    if (!INCLUDING.has(typename)) return;
    if (template?.typename !== 'Literal') throw new NotFollowed('a name that is made');
    names.push(String(template.value));
  });
  return names;
}

/** Calls `look` with each node of a tree. */
function eachNode(tree: unknown, look: (node: SyntaxNode) => void): void {
  if (typeof tree !== 'object' || tree === null) return;
  if (Array.isArray(tree)) {
    for (const item of tree) eachNode(item, look);
    return;
  }
  if (typeof (tree as SyntaxNode).typename === 'string') look(tree as SyntaxNode);
  for (const child of Object.values(tree)) eachNode(child, look);
}

function parametersOf({ args }: SyntaxNode): readonly string[] {
  return (args?.children ?? []).flatMap((parameter) =>
    parameter.typename === 'Symbol'
      ? [String(parameter.value)]
      : (parameter.children ?? []).map(({ key }) => String(key?.value)),
  );
}

function add(macros: Map<string, Macro[]>, name: string, macro: Macro): void {
  macros.set(name, [...(macros.get(name) ?? []), macro]);
}
