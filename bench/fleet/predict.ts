import { DEFAULT_WAIT_MS } from '../../src/catalog/consul/options.ts';
import { CACHE_REFRESH_MS } from './paper.ts';
import type { FleetResults, Load, Prediction, Reading, Way } from './results.ts';

/** Servers of the cluster, in the run and in what is predicted. */
const SERVERS = 3;
/** Where agents are spread evenly, so many of them are at a follower. */
const AT_FOLLOWERS = (SERVERS - 1) / SERVERS;

type Measured = Pick<FleetResults, 'readings' | 'options' | 'facts'>;

type Where = 'toServers' | 'betweenServers';

/** Requests and bytes a second. */
interface Rate {
  readonly requests: number;
  readonly bytes: number;
}

/**
 * What a fleet adds to each server: what one host was seen to add, times the hosts, with agents that are spread evenly over three servers. What
 * the cluster does without a fleet is taken off. Idle figures are taken from the wait of the run to the default one, and what
 * agents ask for their caches each ten minutes is added. Connections are those of the agents, which are there in any case.
 */
export function predict(measured: Measured, way: Way, load: Load, hosts: number): Prediction {
  const reading = find(measured, way, load);
  const direct = plus(
    times(refreshes(measured, way, load), hosts),
    ofHosts(measured, reading, 'toServers', hosts),
  );
  const between = times(ofHosts(measured, reading, 'betweenServers', hosts), evenness(reading));
  const connections = (hosts * (reading.toServers.connections / reading.agents)) / SERVERS;
  // A follower passes its share on, and takes nothing for others.
  const follower = {
    requestsPerSecond: direct.requests / SERVERS,
    bytesPerSecond: direct.bytes / SERVERS + between.bytes / (SERVERS - 1),
    connections,
  };
  const leader = {
    requestsPerSecond: direct.requests / SERVERS + between.requests,
    bytesPerSecond: direct.bytes / SERVERS + between.bytes,
    connections,
  };
  return { way, load, hosts, leader, follower };
}

/** What so many hosts add. Of those that share their answers one asks as if it were alone, and only the others are many. */
function ofHosts(measured: Measured, reading: Reading, where: Where, hosts: number): Rate {
  const { way, load, programs } = reading;
  if (programs === 0) throw new Error('nobody adds nothing');
  const added = addedBy(measured, reading, where);
  if (way !== 'deduplicate' || programs === 1) return times(added, hosts / programs);
  const alone = find(measured, 'default', load);
  const asking = times(addedBy(measured, alone, where), 1 / alone.programs);
  const following = times(minus(added, asking), (hosts - 1) / (programs - 1));
  return plus(asking, following);
}

function find({ readings }: Measured, way: Way, load: Load): Reading {
  const found = readings.find((reading) => reading.way === way && reading.load === load);
  if (found === undefined) throw new Error(`${way}, ${load}: it was not measured`);
  return found;
}

/** What the programs of a reading added, all together; in idle with the default wait. */
function addedBy(measured: Measured, reading: Reading, where: Where): Rate {
  const { load } = reading;
  const share = load === 'idle' ? measured.options.waitMs / DEFAULT_WAIT_MS : 1;
  const { requestsPerSecond, bytesPerSecond } = reading[where];
  const alone = find(measured, 'nobody', load)[where];
  const without = { requests: alone.requestsPerSecond, bytes: alone.bytesPerSecond };
  return times(minus({ requests: requestsPerSecond, bytes: bytesPerSecond }, without), share);
}

/** What the cache of one agent asks for when nothing changes, which no window is long enough for; an answer is as long as without a cache. */
function refreshes(measured: Measured, way: Way, load: Load): Rate {
  if (way !== 'cached' || load !== 'idle') return { requests: 0, bytes: 0 };
  const { requests, bytes } = addedBy(measured, find(measured, 'default', load), 'toServers');
  const asked = (measured.facts.services * 1000) / CACHE_REFRESH_MS;
  return { requests: asked, bytes: requests === 0 ? 0 : (asked * bytes) / requests };
}

/** By how much more would be passed on if agents were spread evenly. Only where all of them are at the leader it cannot be told. */
function evenness({ servers, toServers, betweenServers }: Reading): number {
  const atLeader = servers.find(({ leads }) => leads)?.requestsPerSecond ?? 0;
  const direct = Math.max(0, atLeader - betweenServers.requestsPerSecond);
  const elsewhere = 1 - direct / toServers.requestsPerSecond;
  return elsewhere > 0 && betweenServers.requestsPerSecond > 0 ? AT_FOLLOWERS / elsewhere : 1;
}

function plus(one: Rate, other: Rate): Rate {
  return { requests: one.requests + other.requests, bytes: one.bytes + other.bytes };
}

/** Never less than nothing: what is small may be lost in what the cluster does by itself. */
function minus(one: Rate, other: Rate): Rate {
  return {
    requests: Math.max(0, one.requests - other.requests),
    bytes: Math.max(0, one.bytes - other.bytes),
  };
}

function times({ requests, bytes }: Rate, factor: number): Rate {
  return { requests: requests * factor, bytes: bytes * factor };
}
