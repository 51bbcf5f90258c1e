import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Query } from '../../../../src/catalog/query.ts';
import { createSharedCatalog } from '../../../../src/catalog/shared/index.ts';
import { pack, unpack } from '../../../../src/catalog/shared/parcel.ts';
import type { KeyPair, Value } from '../../../../src/catalog/values.ts';
import { Follower } from '../../../support/follower.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';
import { ScriptedCatalog } from '../../../support/scripted-catalog.ts';
import { ScriptedLocks } from '../../../support/scripted-locks.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const DATA = 'key(dedup/group/data)';
const A = { kind: 'datacenters', reachableOnly: false } as const;
const B = { kind: 'services' } as const;
const SERVICES = [{ Name: 'web', Tags: ['a'] }];

const pair = (text: string, session: string): KeyPair => ({
  ...{ Path: 'p', Key: 'p', Value: text, Session: session },
  ...{ CreateIndex: 1, ModifyIndex: 1, LockIndex: 1, Flags: 0 },
});

describe('shared answers', () => {
  let catalog: ScriptedCatalog;
  let board: ScriptedCatalog;
  let locks: ScriptedLocks;
  let clock: ManualClock;
  let logger: ReturnType<typeof recordingLogger>;
  let groupsOf: (id: string) => readonly string[];
  let shared: ReturnType<typeof createSharedCatalog>;
  let followers: Follower<Query>[];

  beforeEach(() => {
    catalog = new ScriptedCatalog();
    board = new ScriptedCatalog();
    locks = new ScriptedLocks([]);
    clock = new ManualClock();
    logger = recordingLogger();
    groupsOf = () => ['group'];
    followers = [];
    shared = createSharedCatalog({
      ...{ catalog, board, locks, clock, logger },
      settings: { prefix: 'dedup/', ttlMs: 10_000 },
      groupsOf: (id) => groupsOf(id),
      holder: 'host 1',
      random: () => 0,
    });
  });
  afterEach(async () => {
    await Promise.all(followers.map((one) => one.stop()));
    // What starts must stop.
    expect(clock.pending).toBe(0);
    expect(catalog.open).toEqual([]);
    expect(board.open).toEqual([]);
  });

  function follow<const Q extends Query>(query: Q): Follower<Q> {
    const follower = new Follower(shared, query);
    followers.push(follower);
    return follower;
  }

  /** What a leader shares. */
  async function share(entries: Readonly<Record<string, Value>>, session = 'theirs') {
    const { text } = await pack(new Map(Object.entries(entries)));
    board.answer(DATA, pair(text, session));
  }

  /** What was written last in the lock's name. */
  const written = async (): Promise<Record<string, unknown>> =>
    Object.fromEntries(await unpack(locks.written.get('dedup/group/data') ?? ''));

  const until = (what: string, condition: () => boolean | Promise<boolean>) =>
    waitUntil(condition, { what });

  /** Makes us lead, with nothing shared before. */
  async function lead(): Promise<(reason: string) => void> {
    board.answer(DATA, null);
    await until('a candidate', () => locks.wanted.length > 0);
    return locks.grant(1);
  }

  it('come from the leader, and nobody else is asked', async () => {
    const [one, other] = [follow(A), follow(B)];
    await share({ 'datacenters()': ['dc1'], 'services()': SERVICES });
    expect(await one.fresh()).toEqual(['dc1']);
    expect(await other.fresh()).toEqual(SERVICES);
    await share({ 'datacenters()': ['dc1', 'dc2'], 'services()': SERVICES });
    expect(await one.fresh((names) => names.length === 2)).toEqual(['dc1', 'dc2']);
    await clock.advance(60_000);
    expect(catalog.begun).toEqual([]);
    expect(locks.wanted).toEqual([]);
    expect(board.begun).toEqual([DATA]);
  });

  it('are asked for where nobody shares them in time, until somebody does', async () => {
    const one = follow(A);
    await share({ 'services()': SERVICES });
    await until('patience', () => clock.pending > 0);
    await clock.advance(1999);
    expect(catalog.begun).toEqual([]);
    catalog.answer('datacenters()', ['direct']);
    await clock.advance(2);
    expect(await one.fresh()).toEqual(['direct']);
    await share({ 'datacenters()': ['shared'] });
    expect(await one.fresh(([name]) => name === 'shared')).toEqual(['shared']);
    await until('no direct watch', () => catalog.open.length === 0);
  });

  it('are what an answer is measured by that is asked for in their place', async () => {
    const one = follow(B);
    await share({ 'services()': SERVICES });
    await one.fresh();
    await share({});
    await until('patience', () => clock.pending > 0);
    await clock.advance(2001);
    expect(catalog.known.get('services()')).toEqual(SERVICES);
    catalog.suspect('services()', new Error('there is less'), SERVICES);
    await one.suspect();
    expect(one.last?.value).toEqual(SERVICES);
  });

  it('are given again only where they changed, whatever else came with them', async () => {
    const [one, other] = [follow(A), follow(B)];
    await share({ 'datacenters()': ['dc1'], 'services()': SERVICES });
    await one.fresh();
    await other.fresh();
    for (const name of ['dc2', 'dc3']) {
      await share({ 'datacenters()': [name], 'services()': SERVICES });
      await one.fresh(([found]) => found === name);
    }
    expect([one, other].map(({ answers }) => answers.length)).toEqual([3, 1]);
    // One that is gone for a moment, and comes back as it was, is not asked for.
    await share({ 'datacenters()': ['dc4'] });
    await one.fresh(([found]) => found === 'dc4');
    await share({ 'datacenters()': ['dc5'], 'services()': SERVICES });
    await one.fresh(([found]) => found === 'dc5');
    await clock.advance(10_000);
    expect([one, other].map(({ answers }) => answers.length)).toEqual([5, 1]);
    expect(catalog.begun).toEqual([]);
  });

  it('are held while it is not known what the leader says', async () => {
    const one = follow(A);
    await share({ 'datacenters()': ['dc1'] });
    await one.fresh();
    board.hold(DATA, 'away');
    expect((await one.held()).message).toBe('away');
    expect(one.last?.value).toEqual(['dc1']);
    await share({ 'datacenters()': ['dc1', 'dc2'] });
    expect(await one.fresh()).toEqual(['dc1', 'dc2']);
  });

  it('are written by whoever gets the lock: only what is fresh, and every change', async () => {
    catalog.answer('datacenters()', ['dc1']);
    const one = follow(A);
    follow(B);
    await lead();
    expect(await one.fresh()).toEqual(['dc1']);
    expect(locks.wanted[0]).toMatchObject({
      key: 'dedup/group/lock',
      options: { value: 'host 1', ttlMs: 10_000, afterwards: 'delete' },
    });
    await until('a parcel', () => locks.written.size > 0);
    const has = async (id: string): Promise<boolean> => {
      await clock.advance(100);
      return id in (await written());
    };
    await until('the first answer in it', () => has('datacenters()'));
    catalog.answer('services()', SERVICES);
    await until('the second', () => has('services()'));
    expect(await written()).toEqual({ 'datacenters()': ['dc1'], 'services()': SERVICES });
    catalog.hold('datacenters()', 'away', ['dc1']);
    await until('the first gone', async () => !(await has('datacenters()')));
    expect(await written()).toEqual({ 'services()': SERVICES });
  });

  it('are written again after a time, in case somebody wrote over them', async () => {
    follow(A);
    await lead();
    await until('a parcel', () => locks.written.size > 0);
    locks.written.clear();
    await until('it again', async () => {
      await clock.advance(1000);
      return locks.written.size > 0;
    });
  });

  it('are not written by whoever lost the lock, who asks until another shares', async () => {
    catalog.answer('datacenters()', ['dc1']);
    const one = follow(A);
    const lose = await lead();
    await one.fresh();
    await until('a parcel', () => locks.written.size > 0);
    lose('silent for too long');
    await until('the lock given back', () => locks.happened.includes('released'));
    locks.written.clear();
    catalog.answer('datacenters()', ['dc1', 'dc2']);
    expect(await one.fresh((names) => names.length === 2)).toHaveLength(2);
    await clock.advance(60_000);
    expect(locks.written.size).toBe(0);
    await share({ 'datacenters()': ['theirs'] });
    expect(await one.fresh(([name]) => name === 'theirs')).toEqual(['theirs']);
    await until('no direct watch', () => catalog.open.length === 0);
  });

  it('are not those of an earlier time, where we lead again', async () => {
    catalog.answer('datacenters()', ['early']);
    const one = follow(A);
    const lose = await lead();
    await one.fresh();
    lose('silent for too long');
    await until('the lock given back', () => locks.happened.includes('released'));
    await share({ 'datacenters()': ['theirs'] });
    await one.fresh(([name]) => name === 'theirs');
    await until('no direct watch', () => catalog.open.length === 0);
    catalog.hold('datacenters()', 'away');
    locks.written.clear();
    locks.wanted.length = 0;
    await lead();
    await until('a parcel', () => locks.written.size > 0);
    expect(await written()).toEqual({});
  });

  it('are not taken from a parcel that nobody keeps true', async () => {
    follow(A);
    await share({ 'datacenters()': ['old'] }, '');
    await until('a candidate', () => locks.wanted.length === 1);
    expect(followers[0]?.answers).toEqual([]);
  });

  it('are not taken in another shape: one warning, and that query is asked for', async () => {
    const [one, other] = [follow(A), follow(B)];
    catalog.answer('services()', SERVICES);
    await share({ 'datacenters()': ['dc1'], 'services()': [7] as unknown as Value });
    expect(await one.fresh()).toEqual(['dc1']);
    await clock.advance(2001);
    expect(await other.fresh()).toEqual(SERVICES);
    expect(catalog.begun).toEqual(['services()']);
    const warnings = logger.records.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).toEqual([
      'services(), shared under dedup/group, is not taken: a service is not an object; it is asked for directly',
    ]);
  });

  it('are not taken from another version: each is asked for, and we stand by', async () => {
    catalog.answer('datacenters()', ['direct']);
    const one = follow(A);
    board.answer(DATA, pair('autotmpl-shared/9 AAAA', 'theirs'));
    await until('a candidate', () => locks.wanted.length === 1);
    await clock.advance(2001);
    expect(await one.fresh()).toEqual(['direct']);
    expect(logger.text()).toContain('another version');
  });

  it('are never those of queries that are secret, local, or nobody else’s', async () => {
    const secret = follow({ kind: 'vaultRead', path: 'a', parameters: {} });
    catalog.answer('vaultRead(a)', null);
    expect(await secret.fresh()).toBeNull();
    groupsOf = () => [];
    catalog.answer('services()', SERVICES);
    expect(await follow(B).fresh()).toEqual(SERVICES);
    expect(board.begun).toEqual([]);
    expect(locks.wanted).toEqual([]);
  });

  it('of one group are not written for another', async () => {
    groupsOf = (id) => (id === 'services()' ? ['other'] : ['group']);
    catalog.answer('datacenters()', ['dc1']);
    catalog.answer('services()', SERVICES);
    follow(A);
    await lead();
    await until('the parcel', async () => {
      await clock.advance(100);
      return locks.written.size > 0 && 'datacenters()' in (await written());
    });
    follow(B);
    await clock.advance(3000);
    expect(await written()).toEqual({ 'datacenters()': ['dc1'] });
  });

  it('end with the reason where the query can never be answered', async () => {
    const one = follow(A);
    await lead();
    await until('a watch', () => catalog.open.length === 1);
    catalog.refuse('datacenters()', new Error('never'));
    expect(await one.thrown()).toEqual(new Error('never'));
  });
});
