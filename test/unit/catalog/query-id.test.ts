import { expect, it } from 'vitest';
import { queryId, type Query } from '../../../src/catalog/query.ts';

it.each<[Query, string]>([
  [{ kind: 'service', name: 'web', passingOnly: true }, 'service(web)'],
  [
    { kind: 'service', name: 'web', tag: 'v2', dc: 'east', passingOnly: true },
    'service(v2.web@east)',
  ],
  [{ kind: 'service', name: 'v2.web@east', passingOnly: true }, 'service("v2.web@east")'],
  [{ kind: 'service', name: 'web|any', passingOnly: true }, 'service("web|any")'],
  [{ kind: 'service', name: '"web"', passingOnly: true }, String.raw`service("\"web\"")`],
  [{ kind: 'connect', name: 'a\nb', passingOnly: false }, String.raw`connect("a\nb"|any)`],
  [{ kind: 'node', name: 'n1.example' }, 'node(n1.example)'],
  [{ kind: 'node', name: 'n1@east' }, 'node("n1@east")'],
  [{ kind: 'node', name: 'n1', dc: 'east' }, 'node(n1@east)'],
])('tells a name that looks like a question from the question: %j', (query, id) => {
  expect(queryId(query)).toBe(id);
});
