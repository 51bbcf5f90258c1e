import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Query } from '../../../src/catalog/query.ts';
import { queryId } from '../../../src/catalog/query.ts';
import { begin, type Begun } from '../../../src/core/actor.ts';
import { Bus } from '../../../src/core/bus.ts';
import { AutotmplError } from '../../../src/core/errors.ts';
import { Watcher, type User } from '../../../src/watch/watcher.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { ScriptedCatalog } from '../../support/scripted-catalog.ts';

const key = (path: string): Query => ({ kind: 'key', path });
const pair = (path: string, value: string) => ({
  Path: path,
  Key: path,
  Value: value,
  CreateIndex: 1,
  ModifyIndex: 1,
  LockIndex: 0,
  Flags: 0,
  Session: '',
});
const wanted = (...queries: Query[]) => new Map(queries.map((query) => [queryId(query), query]));

class Recorder implements User {
  readonly heard: string[] = [];
  answerChanged(id: string): void {
    this.heard.push(id);
  }
  answerTroubled(id: string): void {
    this.heard.push(`trouble ${id}`);
  }
}

describe('the watcher', () => {
  let catalog: ScriptedCatalog;
  let clock: ManualClock;
  let bus: Bus;
  let logger: ReturnType<typeof recordingLogger>;
  let begun: Begun<Watcher>;
  let watcher: Watcher;

  beforeEach(() => {
    catalog = new ScriptedCatalog();
    clock = new ManualClock();
    logger = recordingLogger();
    bus = new Bus();
    begun = begin(new Watcher({ catalog, bus, clock, logger }));
    watcher = begun.actor;
  });

  afterEach(async () => {
    await begun.stop();
    expect(catalog.open).toEqual([]);
    expect(catalog.closed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('opens one watch for a query that two users want, and tells both', async () => {
    const [first, second] = [new Recorder(), new Recorder()];
    watcher.want(first, wanted(key('a')));
    watcher.want(second, wanted(key('a')));
    catalog.answer('key(a)', pair('a', '1'));
    await settle();
    expect(catalog.begun).toEqual(['key(a)']);
    expect(first.heard).toEqual(['key(a)']);
    expect(second.heard).toEqual(['key(a)']);
    expect(watcher.recall(key('a'))?.value).toMatchObject({ Value: '1' });
  });

  it('tells only the users of what changed', async () => {
    const [first, second] = [new Recorder(), new Recorder()];
    watcher.want(first, wanted(key('a')));
    watcher.want(second, wanted(key('b')));
    catalog.answer('key(b)', pair('b', '1'));
    await settle();
    expect(first.heard).toEqual([]);
    expect(second.heard).toEqual(['key(b)']);
  });

  it('wakes nobody for an equal value', async () => {
    const user = new Recorder();
    watcher.want(user, wanted(key('a')));
    catalog.answer('key(a)', pair('a', '1'));
    catalog.answer('key(a)', pair('a', '1'));
    await settle();
    expect(user.heard).toEqual(['key(a)']);
  });

  it('ends a watch with its last user, and forgets the answer', async () => {
    const [first, second] = [new Recorder(), new Recorder()];
    watcher.want(first, wanted(key('a')));
    watcher.want(second, wanted(key('a')));
    catalog.answer('key(a)', pair('a', '1'));
    await settle();
    watcher.want(first, new Map());
    expect(watcher.recall(key('a'))).toBeDefined();
    watcher.want(second, new Map());
    await settle();
    expect(catalog.open).toEqual([]);
    expect(watcher.recall(key('a'))).toBeUndefined();
  });

  it('tells an absent key from one that was not answered', async () => {
    watcher.want(new Recorder(), wanted(key('a')));
    await settle();
    expect(watcher.recall(key('a'))).toBeUndefined();
    expect(watcher.unheard).toBe(1);
    catalog.answer('key(a)', null);
    await settle();
    expect(watcher.recall(key('a'))).toEqual({ state: 'fresh', value: null });
    expect(watcher.unheard).toBe(0);
  });

  it('keeps the last good value while the catalog is in trouble, and wakes nobody', async () => {
    const user = new Recorder();
    watcher.want(user, wanted(key('a')));
    catalog.answer('key(a)', pair('a', '1'));
    await settle();
    catalog.hold('key(a)', 'no leader');
    await settle();
    expect(watcher.recall(key('a'))).toMatchObject({ state: 'held', value: { Value: '1' } });
    expect(user.heard).toEqual(['key(a)']);
    catalog.answer('key(a)', pair('a', '1'));
    await settle();
    expect(watcher.recall(key('a'))?.state).toBe('fresh');
    expect(user.heard).toEqual(['key(a)']);
  });

  it('says trouble once, for all queries that share it in one line, and its end once', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e'].map(key);
    watcher.want(new Recorder(), wanted(...keys));
    for (const query of keys) catalog.answer(queryId(query), null);
    await settle();
    for (const query of keys) catalog.hold(queryId(query), 'connection refused');
    await clock.advance(200);
    for (const query of keys) catalog.hold(queryId(query), 'connection refused');
    await clock.advance(200);
    expect(logger.records.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(logger.text()).toContain('key(a), key(b), key(c) and 2 more: connection refused');
    expect(logger.text()).toContain('the last good answers are kept');
    for (const query of keys) catalog.answer(queryId(query), null);
    await clock.advance(200);
    expect(logger.records.filter(({ level }) => level === 'info')).toHaveLength(1);
  });

  it('keeps the last good value where an answer is not believed, and tells that apart from trouble', async () => {
    const facts: string[] = [];
    bus.on('query:suspected', ({ query, reason }) => facts.push(`${query} suspected: ${reason}`));
    bus.on('query:held', ({ query }) => facts.push(`${query} held`));
    bus.on('query:recovered', ({ query }) => facts.push(`${query} recovered`));
    const user = new Recorder();
    watcher.want(user, wanted(key('a'), key('b')));
    catalog.answer('key(a)', pair('a', '1'));
    catalog.suspect('key(b)', new Error('from the first'));
    await settle();
    catalog.suspect('key(a)', new Error('it shrank'));
    catalog.suspect('key(a)', new Error('it shrank'));
    await settle();
    expect(watcher.recall(key('a'))).toMatchObject({ state: 'suspect', value: { Value: '1' } });
    expect(watcher.counts()).toEqual({ fresh: 0, held: 0, suspect: 2, unanswered: 0 });
    expect(user.heard).toEqual(['key(a)', 'trouble key(b)']);
    catalog.suspect('key(a)', new Error('it is the token'));
    await settle();
    catalog.answer('key(a)', pair('a', '2'));
    await settle();
    expect(user.heard).toEqual(['key(a)', 'trouble key(b)', 'key(a)']);
    expect(facts).toEqual([
      'key(b) suspected: from the first',
      'key(a) suspected: it shrank',
      'key(a) suspected: it is the token',
      'key(a) recovered',
    ]);
  });

  it('says in one line what is one trouble, with what each query needs', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e'].map(key);
    watcher.want(new Recorder(), wanted(...keys));
    for (const query of keys) {
      const advice = `the token needs ${queryId(query)}`;
      catalog.suspect(
        queryId(query),
        new AutotmplError('catalog', 'Consul leaves out', { advice }),
      );
    }
    await clock.advance(1000);
    expect(logger.records).toHaveLength(1);
    expect(logger.text()).toContain(
      'key(a), key(b), key(c) and 2 more: Consul leaves out ' +
        '(the token needs key(a); the token needs key(b); the token needs key(c) and 2 more); no answer yet',
    );
  });

  it('says the trouble of queries that fail one after the other in one line, too', async () => {
    const keys = Array.from({ length: 20 }, (_, at) => key(String(at)));
    watcher.want(new Recorder(), wanted(...keys));
    for (const query of keys) {
      catalog.hold(queryId(query), 'connection refused');
      await clock.advance(40);
    }
    await clock.advance(200);
    expect(logger.records.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(logger.text()).toContain('17 more: connection refused');
  });

  it('reports a query that can never succeed, and goes on with the others', async () => {
    const user = new Recorder();
    watcher.want(user, wanted(key('a'), key('b')));
    await settle();
    catalog.refuse('key(a)', new Error('bad request'));
    catalog.answer('key(b)', pair('b', '1'));
    await settle();
    expect(watcher.isHopeless('key(a)')).toBe(true);
    expect(user.heard).toEqual(['trouble key(a)', 'key(b)']);
    await clock.advance(100);
  });

  describe('of a run that may end soon', () => {
    beforeEach(async () => {
      await begun.stop();
      catalog = new ScriptedCatalog();
      const parts = { catalog, bus: new Bus(), clock, logger };
      begun = begin(new Watcher({ ...parts, restMs: 1000 }));
      watcher = begun.actor;
    });

    it('leaves a query that has a value alone for a while, and follows it then', async () => {
      const user = new Recorder();
      watcher.want(user, wanted(key('a')));
      catalog.answer('key(a)', pair('a', '1'));
      await settle();
      catalog.answer('key(a)', pair('a', '2'));
      await clock.advance(999);
      expect(watcher.recall(key('a'))).toMatchObject({ value: { Value: '1' } });
      await clock.advance(1);
      expect(watcher.recall(key('a'))).toMatchObject({ value: { Value: '2' } });
      expect(user.heard).toEqual(['key(a)', 'key(a)']);
    });

    it('goes on asking for what is absent or in trouble', async () => {
      watcher.want(new Recorder(), wanted(key('a'), key('b')));
      catalog.answer('key(a)', null);
      catalog.hold('key(b)', 'connection refused');
      await settle();
      for (const name of ['a', 'b']) catalog.answer(`key(${name})`, pair(name, '1'));
      await settle();
      expect(watcher.recall(key('a'))).toMatchObject({ value: { Value: '1' } });
      expect(watcher.recall(key('b'))).toMatchObject({ value: { Value: '1' } });
      await clock.advance(100);
    });

    it('rests no longer than its query is wanted', async () => {
      const user = new Recorder();
      watcher.want(user, wanted(key('a')));
      catalog.answer('key(a)', pair('a', '1'));
      await settle();
      watcher.want(user, new Map());
      await settle();
      expect(catalog.open).toEqual([]);
      expect(clock.pending).toBe(0);
    });
  });
});
