import { describe, expect, it } from 'vitest';

import { meanWaitMs, requestsOnPaper } from '../../../bench/fleet/paper.ts';
import { predict } from '../../../bench/fleet/predict.ts';
import type { Load, Reading, Traffic, Way } from '../../../bench/fleet/results.ts';

const traffic = (requestsPerSecond: number, bytesPerSecond = requestsPerSecond * 100): Traffic => ({
  ...{ requestsPerSecond, bytesPerSecond, connections: 12 },
});

/** 100 programs at 6 agents; `atLeader` came there directly, `passedOn` through followers. */
function reading(
  way: Way,
  load: Load,
  {
    asked,
    passedOn = 0,
    atLeader = asked / 3,
  }: { asked: number; passedOn?: number; atLeader?: number },
): Reading {
  return {
    ...{ way, load, programs: way === 'nobody' ? 0 : 100, agents: 6 },
    ...{ changesPerSecond: 2, newsPerSecond: 0, toAgents: traffic(0) },
    ...{ toServers: traffic(asked), betweenServers: traffic(passedOn) },
    servers: [{ name: 'one', leads: true, ...traffic(atLeader + passedOn) }],
  };
}

const nobody = reading('nobody', 'changes', { asked: 5, passedOn: 1 });
const options = {
  ...{ hosts: 100, agents: 6, windowMs: 1000, waitMs: 6000, changesPerSecond: 2 },
  sizes: [1000],
};
const facts = { services: 5, instances: 10, keys: 1 };
const measured = (...readings: Reading[]) => ({
  ...{ options, facts },
  readings: [nobody, { ...nobody, load: 'idle' as const }, ...readings],
});

describe('what a fleet adds to the servers', () => {
  it('is what one host adds, times the hosts: a third for each server, and all for the leader where it alone answers', () => {
    const asking = reading('default', 'changes', { asked: 305, passedOn: 201, atLeader: 305 / 3 });
    const { leader, follower } = predict(measured(asking), 'default', 'changes', 1000);
    expect(leader.requestsPerSecond).toBeCloseTo(3000, -1);
    expect(follower.requestsPerSecond).toBeCloseTo(1000, 9);
    // A third of 300 kB a second that agents ask for, and half of the 200 kB that are passed on.
    expect(follower.bytesPerSecond).toBeCloseTo(200_000, -3);
    expect(leader.bytesPerSecond).toBeCloseTo(300_000, -3);
    expect(leader.connections).toBeCloseTo((1000 * 2) / 3, 9);
  });

  it('does not depend on how many agents of the run happened to be at the leader', () => {
    const even = reading('default', 'changes', { asked: 305, passedOn: 203.3, atLeader: 101.7 });
    const uneven = reading('default', 'changes', { asked: 305, passedOn: 101.7, atLeader: 203.3 });
    const of = (one: Reading) => predict(measured(one), 'default', 'changes', 1000).leader;
    expect(of(uneven).requestsPerSecond / of(even).requestsPerSecond).toBeCloseTo(1, 1);
  });

  it('is a third for each server, the leader too, where any of them answers', () => {
    const asking = reading('stale', 'changes', { asked: 305, passedOn: 1 });
    const { leader, follower } = predict(measured(asking), 'stale', 'changes', 1000);
    expect(leader.requestsPerSecond).toBeCloseTo(1000, 9);
    expect(follower.requestsPerSecond).toBeCloseTo(1000, 9);
  });

  it('in idle is that of the default wait, ten times as long here', () => {
    const asking = reading('stale', 'idle', { asked: 305, passedOn: 1 });
    const { follower } = predict(measured(asking), 'stale', 'idle', 1000);
    expect(follower.requestsPerSecond).toBeCloseTo(100, 9);
  });

  it('counts one host that asks for all, and the others that follow it', () => {
    const asking = reading('default', 'changes', { asked: 605, passedOn: 1 });
    // The one asks 6 a second, each of the 99 others once.
    const sharing = reading('deduplicate', 'changes', { asked: 5 + 6 + 99, passedOn: 1 });
    const both = measured(asking, sharing);
    const { follower } = predict(both, 'deduplicate', 'changes', 1000);
    expect(follower.requestsPerSecond).toBeCloseTo((6 + 999) / 3, 9);
  });

  it('counts what caches ask for each ten minutes, which no window is long enough for', () => {
    const asking = reading('default', 'idle', { asked: 605, passedOn: 1 });
    const cached = reading('cached', 'idle', { asked: 5, passedOn: 1 });
    const both = measured(asking, cached);
    const { follower } = predict(both, 'cached', 'idle', 1200);
    expect(follower.requestsPerSecond).toBeCloseTo((1200 * 5) / 600 / 3, 9);
    expect(follower.bytesPerSecond).toBeCloseTo((1200 * 5 * 100) / 600 / 3, 9);
  });

  it('is never less than nothing, and is not made up where it was not measured', () => {
    const quiet = reading('cached', 'changes', { asked: 3, passedOn: 0 });
    expect(predict(measured(quiet), 'cached', 'changes', 1000).leader.bytesPerSecond).toBe(0);
    expect(() => predict(measured(), 'stale', 'idle', 1000)).toThrow(/stale, idle: .*not measured/);
    expect(() => predict(measured(), 'nobody', 'changes', 1000)).toThrow(/nobody/);
  });
});

describe('a fleet on paper', () => {
  const fleet = { programs: 1000, services: 5, keys: 1, waitMs: 60_000, changesPerSecond: 3 };

  it('waits a minute, less a tenth at most, and what the agent adds', () => {
    expect(meanWaitMs(60_000)).toBeCloseTo(58_781, 0);
  });

  it.each([
    ['default', (1000 * 6) / 58.78125],
    ['stale', (1000 * 6) / 58.78125],
    ['deduplicate', (6 + 999) / 58.78125],
    ['cached', 1000 / 58.78125 + 5000 / 600],
    ['nobody', 0],
  ] as const)('asks in idle by the way %s', (way, expected) => {
    expect(requestsOnPaper(way, 'idle', fleet)).toBeCloseTo(expected, 6);
  });

  it('asks once for each change and host, whatever the way', () => {
    expect(requestsOnPaper('default', 'changes', fleet)).toBe(3000);
    expect(requestsOnPaper('deduplicate', 'changes', fleet)).toBe(3000);
    expect(requestsOnPaper('default', 'changes', { ...fleet, programs: 0 })).toBe(0);
  });
});
