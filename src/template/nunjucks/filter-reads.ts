import type { Analysis } from '../reads/analysis.ts';
import { READS, readAll, type Given, type Rule } from '../reads/functions.ts';
import { NOTHING, type Held } from '../reads/held.ts';

/** What nunjucks' own filters read, for those that read less than everything. What is piped in comes first, as they have it. */
const OWN: Readonly<Record<string, Rule>> = {
  length: ([list]) => {
    list?.held.count();
    return NOTHING;
  },
  default: fallBack,
  d: fallBack,

  first: anItem,
  last: anItem,
  reverse: sameList,
  batch: listsOf,
  slice: listsOf,

  sort: byAttribute(3, ({ held }) => held),
  groupby: byAttribute(1, ({ held }) => held.inMap()),
  sum: byAttribute(1, () => NOTHING),
  selectattr: chosenBy,
  rejectattr: chosenBy,
};

/** The arguments of filters that may be named, in their order. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  sort: ['value', 'reverse', 'case_sensitive', 'attribute'],
};

/** What a filter reads of what is piped into it and of its arguments; `named` are those with names. */
export function filterReads(
  name: string,
  given: readonly Given[],
  named: ReadonlyMap<string, Given>,
  analysis: Analysis,
): Held {
  const all = [...given];
  for (const [argument, value] of named) {
    const at = NAMED[name]?.indexOf(argument) ?? -1;
    if (at === -1) return readAll([...given, ...named.values()], analysis);
    for (let empty = all.length; empty < at; empty += 1) all.push({ held: NOTHING });
    all[at] = value;
  }
  const own = Object.hasOwn(OWN, name) ? OWN[name] : undefined;
  if (own !== undefined) return own(all, analysis);
  const shared = Object.hasOwn(READS, name) ? READS[name] : undefined;
  const [piped, ...rest] = all;
  if (shared === undefined || piped === undefined) return readAll(all, analysis);
  return shared([...rest, piped], analysis);
}

/** One of them, by whether the first is there, or holds anything. */
function fallBack(...[given]: Parameters<Rule>): Held {
  given[0]?.held.count();
  return given.reduce((all, { held }) => all.with(held), NOTHING);
}

function anItem(...[[list, ...rest], analysis]: Parameters<Rule>): Held {
  readAll(rest, analysis);
  return list?.held.items() ?? NOTHING;
}

function listsOf(...[[list, ...rest], analysis]: Parameters<Rule>): Held {
  readAll(rest, analysis);
  return list?.held.inList() ?? NOTHING;
}

function sameList(...[[list, ...rest], analysis]: Parameters<Rule>): Held {
  readAll(rest, analysis);
  return list?.held ?? NOTHING;
}

/** A filter that looks at a member of each item, which its argument at `at` names, with a dot before a member of the member. */
function byAttribute(at: number, result: (list: Given) => Held): Rule {
  return (given, analysis) => {
    const [list] = given;
    const path = given[at]?.constant;
    if (list === undefined || typeof path !== 'string' || path === '') {
      return readAll(given, analysis);
    }
    readAll(given.slice(1), analysis);
    let member = list.held.items();
    for (const name of path.split('.')) member = member.member(name);
    member.readWhole();
    return result(list);
  };
}

function chosenBy(...[given, analysis]: Parameters<Rule>): Held {
  const [list, attribute] = given;
  if (list === undefined || typeof attribute?.constant !== 'string') {
    return readAll(given, analysis);
  }
  list.held.items().member(attribute.constant).readWhole();
  return list.held;
}
