import { expect, it } from 'vitest';
import { findRegistrations } from '../../../../src/catalog/consul/registrations.ts';
import type { HttpReply } from '../../../../src/catalog/http/exchange.ts';

const detail = (services: Readonly<Record<string, number>>): string =>
  JSON.stringify({
    Node: {},
    Services: Object.fromEntries(
      Object.entries(services).map(([Service, ModifyIndex]) => [
        `${Service}-1`,
        { Service, ModifyIndex },
      ]),
    ),
  });

/** Asks an agent that answers these paths, and no others. */
async function find(answers: Readonly<Record<string, string>>, nodes: readonly string[]) {
  const asked: string[] = [];
  const ask = (path: string): Promise<HttpReply> => {
    asked.push(path);
    const body = answers[path];
    return Promise.resolve({
      status: body === undefined ? 404 : 200,
      headers: {},
      body: Buffer.from(body ?? ''),
    } as HttpReply);
  };
  const { services, indexes, bytes } = await findRegistrations(nodes, '?ns=a', 10, ask);
  return { asked, services: [...services].sort(), indexes: [...indexes].sort(), bytes };
}

it('what was registered after an index is found on all nodes, in small letters', async () => {
  const one = detail({ Web: 12, old: 10, older: 9 });
  const other = detail({ db: 11 });
  expect(
    await find({ '/v1/catalog/node/n1?ns=a': one, '/v1/catalog/node/n%202?ns=a': other }, [
      'n1',
      'n 2',
    ]),
  ).toEqual({
    asked: ['/v1/catalog/node/n1?ns=a', '/v1/catalog/node/n%202?ns=a'],
    services: ['db', 'web'],
    indexes: [11, 12],
    bytes: one.length + other.length,
  });
});

it('a node that is gone, or that nobody can ask for, has none', async () => {
  const { services, asked } = await find({}, ['gone', '..']);
  expect(services).toEqual([]);
  expect(asked).toEqual(['/v1/catalog/node/gone?ns=a']);
});

it('an answer that makes no sense finds nothing at all', async () => {
  await expect(find({ '/v1/catalog/node/n1?ns=a': '[]' }, ['n1'])).rejects.toThrow();
});
