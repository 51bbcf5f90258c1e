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

it.each<[Query, string]>([
  [{ kind: 'vaultRead', path: 'secret/db', parameters: {} }, 'vaultRead(secret/db)'],
  [
    { kind: 'vaultRead', path: 'secret/db', parameters: { version: '2' } },
    'vaultRead(secret/db?version=2)',
  ],
  [{ kind: 'vaultList', path: 'secret' }, 'vaultList(secret)'],
  [{ kind: 'vaultWrite', path: 'sys/x', data: {} }, 'vaultWrite(sys/x)'],
  [{ kind: 'nomadServices' }, 'nomadServices()'],
  [{ kind: 'nomadServices', namespace: 'a', region: 'b' }, 'nomadServices(?ns=a@b)'],
  [{ kind: 'nomadService', name: 'web', tag: 'v2' }, 'nomadService(v2.web)'],
  [{ kind: 'nomadService', name: 'v2.web' }, 'nomadService("v2.web")'],
  [
    { kind: 'nomadService', name: 'web', choose: { count: 2, key: 'a|b' } },
    'nomadService(web|2|"a|b")',
  ],
  [{ kind: 'nomadVar', path: 'nomad/jobs', region: 'eu' }, 'nomadVar(nomad/jobs@eu)'],
  [{ kind: 'nomadVarList', prefix: '' }, 'nomadVarList()'],
])('names what Vault and Nomad are asked: %j', (query, id) => {
  expect(queryId(query)).toBe(id);
});

it('tells writes to Vault apart by their data, whose values it never shows', () => {
  const write = (data: Readonly<Record<string, string>>) =>
    queryId({ kind: 'vaultWrite', path: 'auth/userpass/login/bob', data });
  const one = write({ password: 'hunter22', ttl: '1h' });
  expect(one).toMatch(/^vaultWrite\(auth\/userpass\/login\/bob password,ttl #[\w-]{16}\)$/);
  expect(write({ ttl: '1h', password: 'hunter22' })).toBe(one);
  expect(write({ password: 'hunter23', ttl: '1h' })).not.toBe(one);
  expect(write({ 'password,ttl': '1h' })).not.toBe(one);
});

it('tells certificates apart by the file that they are for', () => {
  const query = { kind: 'vaultPki', path: 'pki/issue/web', data: {} } as const;
  expect(queryId({ ...query, destination: '/a' })).not.toBe(
    queryId({ ...query, destination: '/b' }),
  );
});
