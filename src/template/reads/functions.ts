import type { QueryKind } from '../../catalog/query.ts';
import type { Analysis } from './analysis.ts';
import { Held, NOTHING } from './held.ts';

/** An argument: what it may hold of answers, and its value where that is written out. */
export interface Given {
  readonly held: Held;
  readonly constant?: unknown;
}

/** What a function reads of its arguments, and what of them, or of answers, its result may hold. */
export type Rule = (given: readonly Given[], analysis: Analysis) => Held;

/** What is not known may read everything, and make anything of it. */
export const readAll: Rule = (given) => {
  for (const { held } of given) held.readWhole();
  return NOTHING;
};

/** The functions that hand out answers as they are, and what kind of query they ask. No other function hands out anything of these. */
export const ASKING: Readonly<Record<string, QueryKind>> = {
  service: 'service',
  connect: 'connect',
  services: 'services',
  node: 'node',
  nodes: 'nodes',
  ls: 'tree',
  safeLs: 'tree',
  tree: 'tree',
  safeTree: 'tree',
  nomadServices: 'nomadServices',
  nomadService: 'nomadService',
  peerings: 'peerings',
};

/**
 * What functions of the shared table read, by name, for those that read less than everything. Arguments are in consul-template's order: what is piped in comes
 * last.
 */
export const READS: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    Object.entries(ASKING).map(([name, kind]) => [
      name,
      (given, analysis) => {
        readAll(given, analysis);
        return Held.of(analysis.root(kind));
      },
    ]) satisfies [string, Rule][],
  ),
  service: instancesOf('service'),
  connect: instancesOf('connect'),
  services: namesOf('services', 'Name'),
  nodes: namesOf('nodes', 'Node'),
  // It takes a name, or one of a list of nodes.
  node: (given, analysis) => {
    readNames('Node', given, analysis);
    return Held.of(analysis.root('node'));
  },

  byTag: groupedBy((row) => row.member('Tags').readWhole()),
  byPort: groupedBy((row) => row.member('Port').readWhole()),
  byMeta: groupedBy((row, [names]) => readMeta(row.member('ServiceMeta'), names)),
  byKey: (given, analysis) => {
    const pairs = rowsOf(given, analysis);
    pairs.member('Key').readWhole();
    return pairs.inMap().inMap();
  },
  explode: (given, analysis) => {
    const pairs = rowsOf(given, analysis);
    for (const name of ['Key', 'Value']) pairs.member(name).readWhole();
    return NOTHING;
  },
  reachable: (given, analysis) => {
    const rows = rowsOf(given, analysis);
    // What it leaves out it names.
    for (const name of ['Address', 'Port', 'ID', 'Name', 'Node']) rows.member(name).readWhole();
    return given.at(-1)?.held ?? NOTHING;
  },
};

/** What is asked for is a name, or one of a list of services. Statuses that are asked for are chosen here. */
function instancesOf(kind: 'service' | 'connect'): Rule {
  return (given, analysis) => {
    readNames('Name', given, analysis);
    const instances = Held.of(analysis.root(kind));
    const [name] = given;
    const choosesNone = typeof name?.constant === 'string' && !name.constant.includes('|');
    if (given.length !== 1 || !choosesNone) instances.items().member('Status').readWhole();
    // A name that follows no grammar is looked for in the lists.
    for (const field of ['Name', 'Node']) instances.items().member(field).readWhole();
    return instances;
  };
}

/** Arguments that are texts, or have them as a member. */
function readNames(member: string, given: readonly Given[], { measures }: Analysis): void {
  for (const { held } of given) {
    held.member(member).readWhole();
    if (measures) held.measure();
  }
}

/** A list in which names are looked for that follow no grammar. */
function namesOf(kind: 'services' | 'nodes', field: string): Rule {
  return (given, analysis) => {
    readAll(given, analysis);
    const list = Held.of(analysis.root(kind));
    list.items().member(field).readWhole();
    return list;
  };
}

/** A function that makes a map of lists of what it is given last. */
function groupedBy(read: (row: Held, given: readonly Given[]) => void): Rule {
  return (given, analysis) => {
    read(rowsOf(given, analysis), given);
    return given.at(-1)?.held.inMap() ?? NOTHING;
  };
}

/** The items of the last argument; the others are read. */
function rowsOf(given: readonly Given[], analysis: Analysis): Held {
  readAll(given.slice(0, -1), analysis);
  const rows = given.at(-1)?.held.items() ?? NOTHING;
  if (analysis.measures) rows.measure();
  return rows;
}

/** `names` is a list such as `env,shard|int`. */
function readMeta(meta: Held, names: Given | undefined): void {
  if (typeof names?.constant !== 'string') {
    meta.readWhole();
    return;
  }
  for (const part of names.constant.split(',')) {
    meta.member(part.trim().split('|')[0] ?? '').readWhole();
  }
}
