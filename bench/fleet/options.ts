import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What is measured, and how large the fleet is. */
export interface FleetOptions {
  /** Programs that run at the same time. */
  readonly hosts: number;
  /** Client agents that they share. */
  readonly agents: number;
  /** How long each figure is counted. */
  readonly windowMs: number;
  /** The wait of a blocking query; idle figures are taken from it to the default one. */
  readonly waitMs: number;
  /** Changes of the catalog a second. */
  readonly changesPerSecond: number;
  /** Sizes of the fleets that the figures are taken to. */
  readonly sizes: readonly number[];
  /** Where the results go instead of bench/results/fleet.json; absolute. The plots go beside. */
  readonly jsonFile?: string;
}

/** What `--help` prints. */
export const USAGE = `npm run bench:fleet -- [flags]

  --hosts N            programs in the simulation: 200
  --agents N           client agents that they share: 6
  --minutes N          how long each figure is counted: 0.25
  --wait N             seconds that a blocking query waits: 5; figures are taken from it to the default, 60
  --changes N          changes a second: 2
  --sizes N,N,…        fleets that the figures are taken to: 1000,10000
  --json FILE          the results here instead of bench/results/fleet.json; the plots go beside, as .svg
`;

const MOST_AGENTS = 60;

/** Reads the command line; `undefined` where help is asked for. Throws a message for people where it is wrong. */
export function parseOptions(args: readonly string[]): FleetOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      hosts: { type: 'string', default: '200' },
      agents: { type: 'string', default: '6' },
      minutes: { type: 'string', default: '0.25' },
      wait: { type: 'string', default: '5' },
      changes: { type: 'string', default: '2' },
      sizes: { type: 'string', default: '1000,10000' },
      json: { type: 'string' },
    },
  });
  if (values.help) return undefined;
  const hosts = whole('--hosts', values.hosts);
  const agents = whole('--agents', values.agents);
  if (agents > MOST_AGENTS) throw new Error(`--agents ${agents}: no more than ${MOST_AGENTS}`);
  if (hosts < agents) throw new Error(`--hosts ${hosts}: each of ${agents} agents needs one`);
  return {
    ...{ hosts, agents },
    windowMs: positive('--minutes', values.minutes) * 60_000,
    waitMs: positive('--wait', values.wait) * 1000,
    changesPerSecond: positive('--changes', values.changes),
    sizes: values.sizes.split(',').map((size) => whole('--sizes', size)),
    ...(values.json === undefined ? {} : { jsonFile: resolve(values.json) }),
  };
}

function whole(flag: string, word: string): number {
  if (/^[1-9][0-9]{0,6}$/.test(word.trim())) return Number(word);
  throw new Error(`${flag} ${word}: that is not a number of things`);
}

function positive(flag: string, word: string): number {
  const number = Number(word);
  if (Number.isFinite(number) && number > 0) return number;
  throw new Error(`${flag} ${word}: that is not a number above 0`);
}
