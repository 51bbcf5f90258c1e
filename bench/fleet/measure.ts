import { setTimeout as sleep } from 'node:timers/promises';

import type { CountedCluster } from './cluster.ts';
import type { Facts } from './facts.ts';
import type { FleetOptions } from './options.ts';
import { FleetProgram } from './program.ts';
import type { Load, Reading, Traffic, Way } from './results.ts';
import { readSockets, SocketCounts, type SocketEnd } from './sockets.ts';
import { HTTP_PORT } from '../../test/chaos/stage/agent.ts';

const RPC_PORT = 8300;
const READY_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 2000;
/** How many programs begin at the same moment. */
const AT_ONCE = 20;

/** What a measurement works with. */
export interface FleetSetting {
  readonly cluster: CountedCluster;
  readonly facts: Facts;
  readonly options: FleetOptions;
}

/** Runs the fleet one way, and counts what goes to and fro while nothing changes, and while something does. */
export async function measureWay(way: Way, setting: FleetSetting): Promise<Reading[]> {
  const { options } = setting;
  const programs = await startPrograms(way, setting);
  try {
    // The first waits are short, and double; after twice the longest all are as long as they get.
    await sleep(2 * options.waitMs);
    const idle = await count(way, 'idle', programs, setting);
    const over = new AbortController();
    const writing = keepChanging(setting, over.signal);
    await sleep(Math.min(options.waitMs, options.windowMs));
    const changes = await count(way, 'changes', programs, setting, writing.changes);
    over.abort();
    await writing.ended;
    return [idle, changes];
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
    // Until then the agents go on with what was cancelled.
    if (programs.length > 0) await sleep((options.waitMs * 17) / 16);
  }
}

/** One for each host; where an agent's cache answers, one for each agent, since each host has a cache of its own. */
async function startPrograms(way: Way, setting: FleetSetting): Promise<FleetProgram[]> {
  const { cluster, options } = setting;
  const size = { nobody: 0, cached: options.agents }[way as string] ?? options.hosts;
  const programs: FleetProgram[] = [];
  for (let at = 0; at < size; at += 1) {
    const agent = cluster.agents[at % cluster.agents.length]?.address ?? '';
    programs.push(new FleetProgram(agent, way, options.waitMs, `host-${at}`));
    if (at % AT_ONCE === AT_ONCE - 1) await sleep(100);
  }
  const late = sleep(READY_WITHIN_MS, 'late', { ref: false });
  const ready = Promise.all(programs.map((program) => program.ready));
  if ((await Promise.race([ready, late])) === 'late') {
    throw new Error(`${way}: not all queries of ${size} programs were answered in time`);
  }
  return programs;
}

/** Changes one thing after the other, as often as the options say; one that fails (no leader, a busy machine) is not counted. */
function keepChanging({ facts, options }: FleetSetting, over: AbortSignal) {
  let changes = 0;
  const run = async (): Promise<void> => {
    const startedAt = performance.now();
    for (let tries = 1; !over.aborted; tries += 1) {
      await facts.change().then(
        () => (changes += 1),
        () => undefined,
      );
      const dueAt = startedAt + (tries * 1000) / options.changesPerSecond;
      await sleep(Math.max(0, dueAt - performance.now()), undefined, { signal: over }).catch(
        () => undefined,
      );
    }
  };
  return { changes: () => changes, ended: run() };
}

async function count(
  way: Way,
  load: Load,
  programs: readonly FleetProgram[],
  { cluster, options }: FleetSetting,
  changesSoFar: () => number = () => 0,
): Promise<Reading> {
  const { servers, agents } = cluster;
  const leader = await cluster.leader();
  const totals = () => ({
    at: performance.now(),
    news: sum(programs, ({ news }) => news),
    changes: changesSoFar(),
    answered: sum(agents, ({ tally }) => tally.answered),
    made: sum(agents, ({ tally }) => tally.made),
    taken: servers.map(({ tally }) => tally.taken),
  });
  const sockets = new SocketCounts();
  sockets.take(await readSockets());
  const before = totals();
  const endsAt = before.at + options.windowMs;
  while (performance.now() < endsAt) {
    await sleep(Math.min(LOOK_EVERY_MS, endsAt - performance.now()));
    if (performance.now() < endsAt) sockets.take(await readSockets());
  }
  const after = totals();
  sockets.take(await readSockets());
  if (leader !== (await cluster.leader())) throw new Error('another server leads than before');

  const perSecond = (amount: number) => (amount * 1000) / (after.at - before.at);
  const traffic = (requests: number, chosen: (end: SocketEnd) => boolean): Traffic => ({
    requestsPerSecond: perSecond(requests),
    bytesPerSecond: perSecond(sockets.bytes(chosen)),
    connections: sockets.open(chosen),
  });
  const isServer = (address: string) => servers.some((server) => server.address === address);
  const isAgent = (address: string) => agents.some((agent) => agent.address === address);
  const atRpc = ({ local, localPort }: SocketEnd) => isServer(local) && localPort === RPC_PORT;
  const taken = servers.map((_, at) => (after.taken[at] ?? 0) - (before.taken[at] ?? 0));
  const made = after.made - before.made;
  return {
    ...{ way, load, programs: programs.length, agents: agents.length },
    changesPerSecond: perSecond(after.changes - before.changes),
    newsPerSecond: perSecond(after.news - before.news),
    toAgents: traffic(
      after.answered - before.answered,
      ({ local, localPort }) => isAgent(local) && localPort === HTTP_PORT,
    ),
    toServers: traffic(made, (end) => atRpc(end) && isAgent(end.peer)),
    betweenServers: traffic(
      Math.max(0, sum(taken, (requests) => requests) - made),
      (end) => atRpc(end) && isServer(end.peer),
    ),
    servers: servers.map(({ address }, at) => ({
      ...{ name: address, leads: address === leader },
      ...traffic(
        taken[at] ?? 0,
        ({ local, localPort, peerPort }) =>
          local === address && (localPort === RPC_PORT || peerPort === RPC_PORT),
      ),
    })),
  };
}

function sum<Item>(items: readonly Item[], amount: (item: Item) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}
