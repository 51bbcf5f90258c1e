import { HTTP_PORT, SERVER_ADDRESSES } from '../stage/agent.ts';
import { PROGRAM_AGENT, WRITER_AGENT } from '../stage/cluster.ts';
import type { Flow, Undo } from '../stage/network.ts';
import type { Stage } from '../stage/stage.ts';
import type { End, Fault } from './fault.ts';

/** What befalls packets. */
export const NETWORK_FAULTS: readonly Fault[] = [
  {
    name: 'agent out of reach',
    lane: 'catalog',
    lastsMs: [2000, 8000],
    begin: async ({ stage }) =>
      until(
        stage,
        stage.network.drop([
          { to: PROGRAM_AGENT, toPort: HTTP_PORT },
          { from: PROGRAM_AGENT, fromPort: HTTP_PORT },
        ]),
      ),
  },
  {
    name: 'answers of the agent lost',
    lane: 'catalog',
    lastsMs: [2000, 8000],
    begin: async ({ stage }) =>
      until(stage, stage.network.drop([{ from: PROGRAM_AGENT, fromPort: HTTP_PORT }])),
  },
  {
    name: 'agent cut off from the servers',
    lane: 'catalog',
    lastsMs: [2000, 8000],
    begin: async ({ stage }) => until(stage, stage.network.drop(cutOff(PROGRAM_AGENT))),
  },
  {
    name: 'other agent cut off',
    lane: 'catalog',
    lastsMs: [2000, 12_000],
    begin: async ({ stage }) => until(stage, stage.network.drop(cutOff(WRITER_AGENT))),
  },
  {
    name: 'leader cut off',
    lane: 'catalog',
    lastsMs: [2000, 8000],
    begin: async ({ stage }) => {
      const { leader } = await stage.cluster.roles();
      return until(stage, stage.network.drop(cutOff(leader.address)));
    },
  },
  {
    name: 'slow and lossy line to the agent',
    lane: 'catalog',
    lastsMs: [2000, 8000],
    begin: async ({ stage }) => until(stage, stage.network.slow(PROGRAM_AGENT)),
  },
];

/** Between an agent and all servers but itself, both ways. */
function cutOff(address: string): Flow[] {
  return SERVER_ADDRESSES.filter((server) => server !== address).flatMap((server) => [
    { from: address, to: server },
    { from: server, to: address },
  ]);
}

function until(stage: Stage, undo: Undo): End {
  return async () => {
    undo();
    await stage.cluster.untilLed();
  };
}
