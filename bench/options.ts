import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The scenarios; on the command line also `a` to `i`. */
export const SCENARIOS = [
  ...(['change', 'once', 'idle'] as const),
  ...(['start', 'jobs', 'critical', 'instances'] as const),
  ...(['render', 'many'] as const),
] as const;
const LETTERS = 'abcdefghi';

/** Name of one scenario. */
export type ScenarioName = (typeof SCENARIOS)[number];

/** Another program that takes consul-template's flags and templates. */
export interface PeerOption {
  readonly name: string;
  readonly path: string;
}

/** What is measured, and how often. */
export interface BenchOptions {
  readonly only: readonly ScenarioName[];
  readonly peers: readonly PeerOption[];
  /** Where the results go instead of bench/results/latest.json; absolute. */
  readonly jsonFile?: string;
  /** Counted changes for each contender in `change`. */
  readonly changeSamples: number;
  /** How many templates `once` renders, one size after the other. */
  readonly onceSizes: readonly number[];
  /** Counted runs of one contender at one size; small sizes are run more often. */
  readonly onceRuns: (templates: number) => number;
  /** Counted starts of a supervisor in `start`. */
  readonly starts: number;
  /** Counted failures of a check in `critical`. */
  readonly failures: number;
  /** Counted instances that come and go in `instances`. */
  readonly instances: number;
  /** Counted renders in `render`. */
  readonly renders: number;
  /** How many templates each program keeps in `many`, and how many changes are counted. */
  readonly manyTemplates: number;
  readonly manySamples: number;
  /** How long an idle process is left alone before it is looked at, and how long it is then looked at. */
  readonly idleSettleMs: number;
  readonly idleWindowMs: number;
}

/** What `--help` prints. */
export const USAGE = `npm run bench -- [flags]

  --only a,b,…         change (a), once (b), idle (c); of the supervisor start (d), jobs (e), critical (f), instances (g);
                       of templates render (h), many (i); all by default
  --quick              fewer samples and a short idle window: seconds instead of minutes
  --samples N          changes for each contender in (a): 100, quick 20
  --sizes N,N,…        numbers of templates in (b): 1,100,1000
  --peer NAME=PATH     a program with consul-template's flags, measured beside; repeatable
  --json FILE          the results here instead of bench/results/latest.json
`;

/** Reads the command line; `undefined` where help is asked for. Throws a message for people where it is wrong. */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      samples: { type: 'string' },
      sizes: { type: 'string' },
      peer: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
    },
  });
  if (values.help) return undefined;
  const { quick } = values;
  return {
    only: values.only === undefined ? SCENARIOS : values.only.split(',').map(scenario),
    peers: values.peer.map(peer),
    ...(values.json === undefined ? {} : { jsonFile: resolve(values.json) }),
    changeSamples: values.samples === undefined ? (quick ? 20 : 100) : count(values.samples),
    onceSizes: (values.sizes ?? '1,100,1000').split(',').map(count),
    onceRuns: (templates) => (quick ? 3 : templates <= 10 ? 21 : templates <= 200 ? 11 : 7),
    starts: quick ? 3 : 21,
    failures: quick ? 3 : 60,
    instances: quick ? 2 : 20,
    renders: quick ? 10 : 200,
    manyTemplates: quick ? 50 : 1000,
    manySamples: quick ? 5 : 100,
    idleSettleMs: quick ? 1000 : 5000,
    // A little more than one default wait of a blocking query: every query is asked again once.
    idleWindowMs: quick ? 3000 : 66_000,
  };
}

function scenario(word: string): ScenarioName {
  const letter = word.length === 1 ? LETTERS.indexOf(word) : -1;
  const found = SCENARIOS[letter] ?? SCENARIOS.find((name) => name === word);
  if (found !== undefined) return found;
  throw new Error(
    `--only ${word}: there are ${SCENARIOS.join(', ')} (or ${[...LETTERS].join(', ')})`,
  );
}

function peer(word: string): PeerOption {
  const [, name, path] = /^([^=]+)=(.+)$/.exec(word) ?? [];
  if (name === undefined || path === undefined) {
    throw new Error(
      `--peer ${word}: write it as NAME=PATH, as in consul-template=/usr/bin/consul-template`,
    );
  }
  return { name, path: resolve(path) };
}

function count(word: string): number {
  if (/^[1-9][0-9]{0,5}$/.test(word.trim())) return Number(word);
  throw new Error(`${word} is not a number of things to measure`);
}
