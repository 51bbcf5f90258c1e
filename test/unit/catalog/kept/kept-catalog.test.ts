import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../../../src/catalog/catalog.ts';
import { KeptCatalog } from '../../../../src/catalog/kept/kept-catalog.ts';
import type { Query } from '../../../../src/catalog/query.ts';
import type { Value } from '../../../../src/catalog/values.ts';
import { describeError } from '../../../../src/core/errors.ts';
import { ManualClock, settle } from '../../../support/manual-clock.ts';
import { ScriptedCatalog } from '../../../support/scripted-catalog.ts';

const QUERY: Query = { kind: 'services' };
const ID = 'services()';
const KEPT: Value = [{ Name: 'kept', Tags: [] }];
const FRESH: Value = [{ Name: 'fresh', Tags: [] }];

describe('a catalog with kept answers', () => {
  let inner: ScriptedCatalog;
  let clock: ManualClock;
  let kept: Map<string, { value: Value; atMs: number }>;
  let catalog: KeptCatalog;
  let stop: AbortController;
  let heard: Answer[];
  let failure: unknown;
  let ended: Promise<void>;

  const follow = async (): Promise<void> => {
    const work = async (): Promise<void> => {
      try {
        for await (const answer of catalog.watch(QUERY, stop.signal)) heard.push(answer);
      } catch (error) {
        failure = error;
      }
    };
    ended = work();
    await settle();
  };
  const states = (): string[] =>
    heard.map(({ state, value }) => `${state} ${JSON.stringify(value)}`);
  const reason = (): string => {
    const last = heard.at(-1);
    return last === undefined || last.state === 'fresh' ? '' : describeError(last.reason);
  };

  const make = (standsIn: boolean): KeptCatalog =>
    new KeptCatalog({
      catalog: inner,
      kept: { find: (id) => kept.get(id), whyNot: () => 'a template marks it as secret' },
      standsIn,
      clock,
    });

  beforeEach(() => {
    inner = new ScriptedCatalog();
    clock = new ManualClock();
    kept = new Map([[ID, { value: KEPT, atMs: Date.UTC(2026, 10, 25, 19, 10) }]]);
    catalog = make(true);
    stop = new AbortController();
    heard = [];
    failure = undefined;
  });
  afterEach(async () => {
    stop.abort();
    await ended;
    expect(clock.pending).toBe(0);
    expect(inner.open).toEqual([]);
    expect(catalog.inUse.size).toBe(0);
  });

  it('gives nothing that was kept while the catalog answers', async () => {
    inner.answer(ID, FRESH);
    await follow();
    await clock.advance(10_000);
    expect(states()).toEqual([`fresh ${JSON.stringify(FRESH)}`]);
    expect(clock.pending).toBe(0);
  });

  it('gives the kept answer at once where the first try fails, with its time, and the fresh one when it comes', async () => {
    inner.hold(ID, 'nobody is there');
    await follow();
    expect(states()).toEqual([`held ${JSON.stringify(KEPT)}`]);
    expect(reason()).toBe(
      'nobody is there; the answer kept on disk is used, of 2026-11-25 19:10 UTC',
    );
    expect([...catalog.inUse.keys()]).toEqual([ID]);
    inner.answer(ID, FRESH);
    await settle();
    expect(states().at(-1)).toBe(`fresh ${JSON.stringify(FRESH)}`);
    expect(catalog.inUse.size).toBe(0);
  });

  it('waits two seconds for a catalog that says nothing, and no longer', async () => {
    await follow();
    await clock.advance(1999);
    expect(heard).toEqual([]);
    await clock.advance(1);
    expect(states()).toEqual([`held ${JSON.stringify(KEPT)}`]);
    inner.answer(ID, FRESH);
    await settle();
    expect(states()).toHaveLength(2);
  });

  it('leaves what the catalog itself holds as it is', async () => {
    inner.answer(ID, FRESH);
    await follow();
    inner.hold(ID, 'gone', FRESH);
    await settle();
    expect(states().at(-1)).toBe(`held ${JSON.stringify(FRESH)}`);
    expect(reason()).toBe('gone');
  });

  it.each([
    ['later', 1, FRESH, 'no leader'],
    ['earlier', -1, KEPT, 'no leader; the answer kept on disk is used, of 2026-11-25 19:10 UTC'],
  ])(
    'gives the later of two answers from before: %s is the catalog’s',
    async (_, by, value, why) => {
      const atMs = Date.UTC(2026, 10, 25, 19, 10);
      inner.hold(ID, 'no leader', FRESH, atMs + by);
      await follow();
      expect(states()).toEqual([`held ${JSON.stringify(value)}`]);
      expect(reason()).toBe(why);
      expect(catalog.inUse.get(ID)?.atMs).toBe(Math.max(atMs, atMs + by));
    },
  );

  it('says why nothing is kept, where the catalog does not answer and nothing is', async () => {
    kept.clear();
    inner.hold(ID, 'nobody is there');
    await follow();
    expect(states()).toEqual(['held undefined']);
    expect(reason()).toBe(
      'nobody is there; no answer is kept on disk: a template marks it as secret',
    );
  });

  it('gives the kept answer before it passes on that there will never be another', async () => {
    await follow();
    inner.refuse(ID, new Error('given up'));
    await settle();
    expect(states()).toEqual([`held ${JSON.stringify(KEPT)}`]);
    expect(failure).toMatchObject({ message: 'given up' });
  });

  it('tells the catalog what is kept, and takes no answer that says it again for one of the catalog', async () => {
    inner.hold(ID, 'nobody is there', KEPT);
    await follow();
    expect(inner.known.get(ID)).toBe(KEPT);
    expect(reason()).toMatch(/the answer kept on disk is used/);
    expect([...catalog.inUse.keys()]).toEqual([ID]);
  });

  it('only compares where nothing stands in: what is kept is never given', async () => {
    catalog = make(false);
    await follow();
    await clock.advance(10_000);
    expect(heard).toEqual([]);
    inner.hold(ID, 'nobody is there', KEPT);
    await settle();
    expect(inner.known.get(ID)).toBe(KEPT);
    expect(states()).toEqual(['held undefined']);
    expect(reason()).toBe('nobody is there');
    inner.answer(ID, FRESH);
    inner.hold(ID, 'gone', FRESH);
    await settle();
    expect(states().at(-1)).toBe(`held ${JSON.stringify(FRESH)}`);
    expect(catalog.inUse.size).toBe(0);
  });

  it('ends at once when it is told to, also while it waits', async () => {
    await follow();
    stop.abort();
    await ended;
    expect(heard).toEqual([]);
  });
});
