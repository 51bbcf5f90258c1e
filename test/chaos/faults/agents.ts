import { oneOf } from '../../support/chance.ts';
import type { Agent } from '../stage/agent.ts';
import type { Stage } from '../stage/stage.ts';
import type { End, Fault } from './fault.ts';

/** What befalls servers and agents. */
export const AGENT_FAULTS: readonly Fault[] = [
  {
    name: 'leader killed',
    lane: 'catalog',
    lastsMs: [1000, 5000],
    begin: async ({ stage }) => kill(stage, [(await stage.cluster.roles()).leader]),
  },
  {
    name: 'leader hung',
    lane: 'catalog',
    lastsMs: [1000, 6000],
    begin: async ({ stage }) => hang(stage, [(await stage.cluster.roles()).leader]),
  },
  {
    name: 'follower killed',
    lane: 'catalog',
    lastsMs: [500, 4000],
    begin: async ({ stage }, chance) =>
      kill(stage, [oneOf(chance, (await stage.cluster.roles()).followers)]),
  },
  {
    name: 'follower hung',
    lane: 'catalog',
    lastsMs: [500, 4000],
    begin: async ({ stage }, chance) =>
      hang(stage, [oneOf(chance, (await stage.cluster.roles()).followers)]),
  },
  {
    name: 'follower wiped',
    lane: 'catalog',
    lastsMs: [500, 3000],
    begin: async ({ stage }, chance) =>
      kill(stage, [oneOf(chance, (await stage.cluster.roles()).followers)], 'wipe'),
  },
  {
    name: 'quorum hung',
    lane: 'catalog',
    lastsMs: [9000, 12_000],
    begin: async ({ stage }) => hang(stage, await twoServers(stage)),
  },
  {
    name: 'quorum killed',
    lane: 'catalog',
    lastsMs: [9000, 12_000],
    begin: async ({ stage }) => kill(stage, await twoServers(stage)),
    logged: /Consul does not answer: 500/,
  },
  {
    name: 'agent killed',
    lane: 'catalog',
    lastsMs: [500, 5000],
    begin: async ({ stage }) => kill(stage, [stage.cluster.programAgent]),
    logged: /nobody answers there/,
  },
  {
    name: 'agent hung',
    lane: 'catalog',
    lastsMs: [1000, 8000],
    begin: async ({ stage }) => hang(stage, [stage.cluster.programAgent]),
  },
  {
    name: 'agent wiped',
    lane: 'catalog',
    lastsMs: [500, 3000],
    begin: async ({ stage }) => kill(stage, [stage.cluster.programAgent], 'wipe'),
  },
  {
    name: 'other agent killed',
    lane: 'catalog',
    lastsMs: [500, 9000],
    begin: async ({ stage }) => kill(stage, [stage.cluster.writerAgent]),
  },
  {
    name: 'other agent hung',
    lane: 'catalog',
    lastsMs: [500, 9000],
    begin: async ({ stage }) => hang(stage, [stage.cluster.writerAgent]),
  },
  {
    name: 'other agent wiped',
    lane: 'catalog',
    lastsMs: [500, 3000],
    begin: async ({ stage }) => kill(stage, [stage.cluster.writerAgent], 'wipe'),
  },
];

async function twoServers(stage: Stage): Promise<Agent[]> {
  const { leader, followers } = await stage.cluster.roles();
  return [leader, ...followers.slice(1)];
}

async function kill(stage: Stage, agents: readonly Agent[], data?: 'wipe'): Promise<End> {
  await Promise.all(agents.map((agent) => agent.kill()));
  if (data === 'wipe') for (const agent of agents) agent.wipe();
  return async () => {
    for (const agent of agents) await agent.start();
    await stage.cluster.untilLed();
  };
}

async function hang(stage: Stage, agents: readonly Agent[]): Promise<End> {
  for (const agent of agents) agent.signal('SIGSTOP');
  return async () => {
    for (const agent of agents) agent.signal('SIGCONT');
    await stage.cluster.untilLed();
  };
}
