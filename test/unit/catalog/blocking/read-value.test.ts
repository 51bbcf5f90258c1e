import { describe, expect, it } from 'vitest';

import { readValue } from '../../../../src/catalog/blocking/read-value.ts';
import { planRequest } from '../../../../src/catalog/consul/requests.ts';
import type { CatalogQuery } from '../../../../src/catalog/query.ts';
import type { NodeDetail } from '../../../../src/catalog/values.ts';
import { chanceOf, shuffled } from '../../../support/chance.ts';

const never = new AbortController().signal;
const PAD = 'x'.repeat(100);
/** Long enough for many slices. */
const many = <T>(make: (at: number) => T): T[] =>
  shuffled(
    chanceOf(3),
    Array.from({ length: 9000 }, (_, at) => make(at)),
  );

const INSTANCES = { name: 'web', statuses: [], passingOnly: false } as const;
const instances = many((at) => ({
  Node: { ID: `${at}`, Node: `node-${at % 100}`, Address: '10.0.0.1', Meta: { pad: PAD } },
  Service: { ID: `web-${at}`, Service: 'web', Port: at, Address: '', Tags: ['b', 'a'] },
  Checks: [{ CheckID: 'c', Status: 'passing' }],
}));

const LONG_ANSWERS: readonly (readonly [string, CatalogQuery, unknown])[] = [
  ['instances', { kind: 'service', ...INSTANCES }, instances],
  ['instances by nearness', { kind: 'service', near: '_agent', ...INSTANCES }, instances],
  [
    'keys',
    { kind: 'tree', prefix: 'p' },
    many((at) => ({ Key: `p/${at % 8000}/`.slice(0, -(at % 2) || undefined), Value: btoa(PAD) })),
  ],
  [
    'services',
    { kind: 'services' },
    Object.fromEntries(many((at) => [`service-${at}`, [PAD, `t${at}`]])),
  ],
  ['nodes', { kind: 'nodes' }, many((at) => ({ Node: `n${at % 50}`, ID: `${at}`, Meta: { PAD } }))],
  [
    'a node',
    { kind: 'node', name: 'n' },
    {
      Node: { Node: 'n', ID: '1', Meta: { PAD } },
      Services: Object.fromEntries(
        many((at) => [`s-${at}`, { ID: `s-${at}`, Service: PAD, Port: at, Tags: ['b', 'a'] }]),
      ),
    },
  ],
  [
    'nodes by nearness',
    { kind: 'nodes', near: '_agent' },
    many((at) => ({ Node: `n${at}`, ID: `${at}`, Meta: { PAD } })),
  ],
];

const reply = (content: unknown) => ({ status: 200, body: Buffer.from(JSON.stringify(content)) });

describe('a long answer', () => {
  it.each(LONG_ANSWERS)('is in slices what it is at once: %s', async (_what, query, content) => {
    const plan = planRequest(query, {});
    const atOnce = { read: plan.read };
    const expected = readValue(atOnce, reply(content), never);
    const found = readValue(plan, reply(content), never);
    expect(expected).not.toBeInstanceOf(Promise);
    expect(found).toBeInstanceOf(Promise);
    expect(await found).toEqual(expected);
    expect(JSON.stringify(await found)).toBe(JSON.stringify(expected));
    expect(Object.isFrozen(await found)).toBe(true);
  });

  it.each(LONG_ANSWERS)('shares what is as it was before: %s', async (_what, query, content) => {
    const plan = planRequest(query, {});
    const before = await readValue(plan, reply(content), never);
    const listOf = (value: unknown): readonly unknown[] =>
      query.kind === 'node' ? (value as NodeDetail).Services : (value as readonly unknown[]);
    const same = await readValue(plan, reply(content), never, before);
    expect(listOf(same)).toBe(listOf(before));
    expect(same).toEqual(before);

    const changed = JSON.stringify(content).replaceAll(/-?4321\b/g, '-99999');
    const other = { status: 200, body: Buffer.from(changed) };
    const found = await readValue(plan, other, never, before);
    expect(found).toEqual(await readValue({ read: plan.read }, other, never));
    const known = new Set(listOf(before));
    const news = listOf(found).filter((item) => !known.has(item));
    expect(news.length).toBeLessThan(query.kind === 'nodes' && 'near' in query ? 9001 : 20);
    expect(news.length).toBeGreaterThan(0);
  });

  it('takes what is there of a node that has nothing, and its parts in whatever order', async () => {
    const plan = planRequest({ kind: 'node', name: 'n' }, {});
    const pad = JSON.stringify('x'.repeat(300_000));
    for (const text of [
      `{"Pad":${pad},"Services":null,"Node":{"Node":"n"}}`,
      `{"Services":{},"Node":{"Node":"n"},"Pad":${pad}}`,
      `{ "Services" : { } , "Pad":${pad}}`,
      `{"Pad":${pad}}`,
    ]) {
      const body = Buffer.from(text);
      const expected = await readValue({ read: plan.read }, { status: 200, body }, never);
      expect(await readValue(plan, { status: 200, body }, never)).toEqual(expected);
    }
  });

  it('takes the last of two services of the same name, in whatever part they are', async () => {
    const body = Buffer.from(`{"a":["old"],"b":["${PAD.repeat(4000)}"],"a":["new"]}`);
    const plan = planRequest({ kind: 'services' }, {});
    expect(await readValue(plan, { status: 200, body }, never)).toContainEqual({
      Name: 'a',
      Tags: ['new'],
    });
  });

  it('lets others have their turn while it is read', async () => {
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    await readValue(planRequest({ kind: 'service', ...INSTANCES }, {}), reply(instances), never);
    done = true;
    expect(turns).toBeGreaterThan(2);
  });

  it('is not read to its end where nobody wants it any more', async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const plan = planRequest({ kind: 'service', ...INSTANCES }, {});
    await expect(readValue(plan, reply(instances), controller.signal)).rejects.toThrow(/abort/);
  });

  it.each(['[', '{'])('is an error where it is cut or of another shape: %s', async (open) => {
    const cut = Buffer.from(JSON.stringify(instances).replace('[', open).slice(0, -1));
    const plan = planRequest({ kind: 'service', ...INSTANCES }, {});
    await expect(
      (async () => readValue(plan, { status: 200, body: cut }, never))(),
    ).rejects.toThrow(/not JSON/);
  });
});
