import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  Connections,
  type Lane,
  type Release,
} from '../../../../src/catalog/blocking/connections.ts';
import { ManualClock, settle } from '../../../support/manual-clock.ts';

function share(most: number | (() => number)) {
  const clock = new ManualClock();
  const connections = new Connections(typeof most === 'number' ? () => most : most, clock);
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const granted: string[] = [];
  const releases = new Map<string, Release | undefined>();
  const want = async (name: string, lane: Lane, patienceMs?: number): Promise<void> => {
    const release = await connections.acquire(lane, controller.signal, patienceMs);
    granted.push(release === undefined ? `${name} gave up` : name);
    releases.set(name, release);
  };
  return {
    clock,
    connections,
    controller,
    granted,
    want,
    release: async (name: string): Promise<void> => {
      releases.get(name)?.();
      await settle();
    },
  };
}

describe('the shared connections', () => {
  it('are never more than allowed, and one of them is the probe’s', async () => {
    const { granted, want } = share(3);
    for (const name of ['a', 'b', 'c']) void want(name, 'read');
    await settle();
    expect(granted).toEqual(['a', 'b']);
    void want('first probe', 'probe');
    void want('second probe', 'probe');
    await settle();
    expect(granted).toEqual(['a', 'b', 'first probe']);
  });

  it('are given in the order in which they were asked for', async () => {
    const { granted, want, release } = share(2);
    for (const name of ['a', 'b', 'c']) void want(name, 'read');
    await settle();
    await release('a');
    await release('b');
    expect(granted).toEqual(['a', 'b', 'c']);
  });

  it('are given to reads before waits', async () => {
    const { granted, want, release } = share(3);
    for (const name of ['a', 'b']) void want(name, 'read');
    void want('wait', 'wait');
    void want('c', 'read');
    await settle();
    await release('a');
    await release('b');
    expect(granted).toEqual(['a', 'b', 'c', 'wait']);
  });

  it('are not taken by a wait while a read stands in line', async () => {
    const { granted, want, release } = share(40);
    for (let number = 0; number < 17; number++) void want(`read ${number}`, 'read');
    void want('wait', 'wait');
    await settle();
    expect(granted).toHaveLength(16);
    await release('read 0');
    expect(granted.slice(16)).toEqual(['read 16', 'wait']);
  });

  it('are kept in part for reads, however many wait', async () => {
    const { granted, want } = share(20);
    for (let number = 0; number < 30; number++) void want('wait', 'wait');
    await settle();
    expect(granted).toHaveLength(18);
    void want('read', 'read');
    await settle();
    expect(granted.at(-1)).toBe('read');
  });

  it('count a release once, however often it is given', async () => {
    const { granted, want, release } = share(2);
    for (const name of ['a', 'b', 'c']) void want(name, 'read');
    await settle();
    await release('a');
    await release('a');
    expect(granted).toEqual(['a', 'b']);
  });

  it('are not waited for beyond the patience', async () => {
    const { clock, granted, want } = share(3);
    void want('a', 'wait');
    void want('b', 'wait', 5000);
    await clock.advance(4999);
    expect(granted).toEqual(['a']);
    await clock.advance(1);
    expect(granted).toEqual(['a', 'b gave up']);
  });

  it('are not given to somebody who left', async () => {
    const { connections, controller, granted, want } = share(1);
    const other = new AbortController();
    const release = await connections.acquire('read', other.signal);
    const waiting = want('a', 'read');
    controller.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    release?.();
    expect(granted).toEqual([]);
    expect(await connections.acquire('read', other.signal)).toBeDefined();
  });

  it.each([
    [1, 0],
    [2, 0],
    [3, 1],
    [10, 8],
    [100, 90],
  ])('of %i in all are for waits but for a few: %i', (total, forWaits) => {
    expect(share(total).connections.forWaits).toBe(forWaits);
  });

  it('leave one for a read even where there are three', async () => {
    const { granted, want } = share(3);
    for (const name of ['a', 'b']) void want(name, 'wait');
    void want('read', 'read');
    await settle();
    expect(granted).toEqual(['a', 'read']);
  });

  it('are taken by few visits at a time, which come after everything else', async () => {
    const { granted, want, release } = share(40);
    for (let number = 0; number < 5; number++) void want(`visit ${number}`, 'visit');
    void want('wait', 'wait');
    await settle();
    expect(granted).toEqual(['visit 0', 'visit 1', 'visit 2', 'wait']);
    for (let number = 0; number < 17; number++) void want(`read ${number}`, 'read');
    await release('visit 0');
    expect(granted).not.toContain('visit 3');
    await release('read 0');
    expect(granted.slice(-2)).toEqual(['read 16', 'visit 3']);
  });

  it('are for what is ours up to the last but one', async () => {
    const { granted, want } = share(20);
    for (let number = 0; number < 30; number++) void want('own', 'own');
    await settle();
    expect(granted).toHaveLength(19);
  });

  it('are given to a lock before other waits, and to these before visits', async () => {
    const { granted, want, release } = share(40);
    for (let number = 0; number < 16; number++) void want(`read ${number}`, 'read');
    for (let number = 0; number < 23; number++) void want(`wait ${number}`, 'wait');
    await settle();
    expect(granted).toHaveLength(39);
    for (const lane of ['visit', 'wait', 'lock'] as const) void want(lane, lane);
    for (const name of ['wait 0', 'wait 1', 'wait 2']) await release(name);
    expect(granted.slice(39)).toEqual(['lock', 'wait', 'visit']);
  });

  it('are taken by visits however many wait', async () => {
    const { granted, want } = share(40);
    for (let number = 0; number < 40; number++) void want('wait', 'wait');
    for (let number = 0; number < 5; number++) void want('visit', 'visit');
    await settle();
    expect(granted.filter((name) => name === 'wait')).toHaveLength(36);
    expect(granted.slice(36)).toEqual(['visit', 'visit', 'visit']);
  });

  it('leave a place for each lock that stands in line', async () => {
    const { connections, granted, want } = share(20);
    for (let number = 0; number < 18; number++) void want('wait', 'wait');
    await settle();
    expect(connections.forWaits).toBe(18);
    for (let number = 0; number < 3; number++) void want('lock', 'lock');
    await settle();
    expect(granted).not.toContain('lock');
    expect(connections.forWaits).toBe(15);
  });

  it.each([
    [3, 1],
    [9, 7],
    [10, 7],
    [20, 16],
    [100, 86],
  ])('of %i in all are for waits but for more where something is ours: %i', (total, forWaits) => {
    const { connections } = share(total);
    expect(connections.forWaits).toBeGreaterThanOrEqual(forWaits);
    connections.keepForOwn();
    expect(connections.forWaits).toBe(forWaits);
  });

  it('are kept in part for what is ours, however many ask and wait', async () => {
    const { connections, granted, want } = share(20);
    connections.keepForOwn();
    for (let number = 0; number < 30; number++) void want('wait', 'wait');
    for (let number = 0; number < 30; number++) void want('read', 'read');
    await settle();
    expect(granted).toHaveLength(17);
    for (let number = 0; number < 3; number++) void want('own', 'own');
    void want('probe', 'probe');
    await settle();
    expect(granted.slice(17)).toEqual(['own', 'own', 'probe']);
  });

  it('let what is ours take the last of them where there are fewer than there were', async () => {
    let total = 12;
    const { connections, granted, want } = share(() => total);
    connections.keepForOwn();
    for (let number = 0; number < 20; number++) void want('wait', 'wait');
    await settle();
    expect(granted).toHaveLength(9);
    total = 10;
    for (const lane of ['read', 'own', 'own'] as const) void want(lane, lane);
    await settle();
    expect(granted.slice(9)).toEqual(['own']);
  });

  it('are given to what is ours before anything else', async () => {
    const { granted, want, release } = share(2);
    void want('first', 'read');
    await settle();
    for (const lane of ['wait', 'read', 'own'] as const) void want(lane, lane);
    await release('first');
    expect(granted).toEqual(['first', 'own']);
  });

  it('are taken by waits on locks up to half of what may wait, and then not by others', async () => {
    const { connections, granted, want, release } = share(20);
    for (let number = 0; number < 12; number++) void want(`lock ${number}`, 'lock');
    for (let number = 0; number < 12; number++) void want(`wait ${number}`, 'wait');
    await settle();
    expect(granted).toHaveLength(18);
    expect(granted.filter((name) => name.startsWith('lock'))).toHaveLength(9);
    expect(connections.forWaits).toBe(9);
    for (let number = 0; number < 9; number++) await release(`wait ${number}`);
    expect(granted.slice(18)).toEqual(['wait 9', 'wait 10', 'wait 11']);
    for (let number = 0; number < 9; number++) await release(`lock ${number}`);
    expect(granted.slice(21)).toEqual(['lock 9', 'lock 10', 'lock 11']);
    expect(connections.forWaits).toBe(15);
  });
});
