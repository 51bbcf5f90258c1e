import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import type { ScalePace } from './scale/pace.ts';

/** The scenarios; on the command line also `a` to `n`. */
export const SCENARIOS = [
  ...(['change', 'once', 'idle'] as const),
  ...(['start', 'jobs', 'critical', 'instances'] as const),
  ...(['render', 'many'] as const),
  ...(['scale', 'growth', 'storm', 'flat', 'forms'] as const),
] as const;
const LETTERS = 'abcdefghijklmn';
/** What rests longer than a second between two changes is followed without a pause (docs/consul.md, storms). */
const CHANGE_EVERY_MS = 1100;
/** With so many queries a few seconds tell nothing. */
const QUICK_REST_MS = 30_000;

/** Name of one scenario. */
export type ScenarioName = (typeof SCENARIOS)[number];

/** A new watch waits for ten seconds at first, then twice as long each time, up to a minute: by then it is at rest. */
const CALM_MS = 90_000;

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
  /**
   * No key changes more often than this: a change after a rest is what is measured. What churns is asked for at a pace, which is
   * another matter.
   */
  readonly changeEveryMs: number;
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
  /** Keys in `scale`; services and templates are a tenth each. */
  readonly scaleKeys: number;
  readonly scalePace: ScalePace;
  /** Keys in `growth`, one size after the other. */
  readonly growthSizes: readonly number[];
  readonly growthPace: ScalePace;
  /** How long it storms. */
  readonly stormMs: number;
  /** Changes in `flat`. */
  readonly flatChanges: number;
  /** The standalone file in `forms`, where it is not the one that `npm run standalone` leaves; absolute. */
  readonly standalone?: string;
  /** Results of an earlier run: nothing is measured, they are shown again; absolute. */
  readonly fromFile?: string;
  /** Where the plots go instead of beside the results; absolute. */
  readonly plotsFolder?: string;
  /** The tables and plots of what was measured take the place of those in docs/. */
  readonly writesDocs: boolean;
  /** How long an idle process is left alone before it is looked at, and how long it is then looked at. */
  readonly idleSettleMs: number;
  readonly idleWindowMs: number;
}

/** What `--help` prints. */
export const USAGE = `npm run bench -- [flags]

  --only a,b,…         change (a), once (b), idle (c); of the supervisor start (d), jobs (e), critical (f), instances (g);
                       of templates render (h), many (i); of very many files scale (j), growth (k), storm (l), flat (m);
                       of the program's forms forms (n); all by default
  --quick              fewer samples, smaller sizes and short windows: minutes instead of most of an hour
  --samples N          changes for each contender: 300 in (a), 100 in (i), 150 in (j), 40 in (k); quick 20, 5, 10, 10
  --sizes N,N,…        numbers of templates in (b): 1,100,1000,3000, quick 1,100,1000
  --scale N            keys in (j), with N/10 services in N/10 templates: 10000, quick 500
  --growth N,N,…       keys in (k): 100,300,1000,3000,10000, quick 100,300,1000
  --seconds N          how long it storms in (l) and how long idle programs are looked at: 60 and 66, quick 10 and 3
  --changes N          changes in (m): 100000, quick 5000
  --standalone FILE    the standalone file in (n), where it is not in standalone/
  --peer NAME=PATH     a program with consul-template's flags, measured beside; repeatable
  --json FILE          the results here instead of bench/results/latest.json; the plots go beside, as .svg
  --plots DIR          the plots here
  --from FILE          measures nothing, but shows the results in this file
  --write-docs         puts the tables and plots of what was measured into docs/
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
      scale: { type: 'string' },
      growth: { type: 'string' },
      seconds: { type: 'string' },
      changes: { type: 'string' },
      standalone: { type: 'string' },
      plots: { type: 'string' },
      from: { type: 'string' },
      'write-docs': { type: 'boolean', default: false },
      peer: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
    },
  });
  if (values.help) return undefined;
  const { quick } = values;
  const samples = values.samples === undefined ? undefined : count(values.samples);
  const seconds = values.seconds === undefined ? undefined : count(values.seconds);
  // A little more than one default wait of a blocking query: every query is asked again once.
  const idleWindowMs = seconds === undefined ? (quick ? 3000 : 66_000) : seconds * 1000;
  const restMs = seconds === undefined ? QUICK_REST_MS : idleWindowMs;
  return {
    only: values.only === undefined ? SCENARIOS : values.only.split(',').map(scenario),
    peers: values.peer.map(peer),
    ...(values.json === undefined ? {} : { jsonFile: resolve(values.json) }),
    changeSamples: samples ?? (quick ? 20 : 300),
    changeEveryMs: quick ? 200 : CHANGE_EVERY_MS,
    onceSizes: counts(values.sizes ?? (quick ? '1,100,1000' : '1,100,1000,3000')),
    onceRuns: (templates) => (quick ? 3 : templates <= 10 ? 21 : templates <= 200 ? 11 : 7),
    starts: quick ? 3 : 21,
    failures: quick ? 3 : 60,
    instances: quick ? 2 : 20,
    renders: quick ? 10 : 200,
    manyTemplates: quick ? 50 : 1000,
    manySamples: samples ?? (quick ? 5 : 100),
    scaleKeys: count(values.scale ?? (quick ? '500' : '10000')),
    scalePace: quick
      ? { settleMs: 500, idleWindowMs: restMs, changes: samples ?? 10, changeEveryMs: 200 }
      : {
          settleMs: CALM_MS,
          idleWindowMs,
          changes: samples ?? 150,
          changeEveryMs: CHANGE_EVERY_MS,
        },
    growthSizes: counts(values.growth ?? (quick ? '100,300,1000' : '100,300,1000,3000,10000')),
    growthPace: quick
      ? { settleMs: 0, idleWindowMs: 0, changes: samples ?? 10, changeEveryMs: 200 }
      : {
          settleMs: 10_000,
          idleWindowMs: 1000,
          changes: samples ?? 40,
          changeEveryMs: CHANGE_EVERY_MS,
        },
    stormMs: seconds === undefined ? (quick ? 10_000 : 60_000) : seconds * 1000,
    flatChanges: count(values.changes ?? (quick ? '5000' : '100000')),
    ...{ idleSettleMs: quick ? 500 : 5000, idleWindowMs, writesDocs: values['write-docs'] },
    ...(values.standalone === undefined ? {} : { standalone: resolve(values.standalone) }),
    ...(values.from === undefined ? {} : { fromFile: resolve(values.from) }),
    ...(values.plots === undefined ? {} : { plotsFolder: resolve(values.plots) }),
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

function counts(words: string): number[] {
  return words.split(',').map(count);
}

function count(word: string): number {
  if (/^[1-9][0-9]{0,6}$/.test(word.trim())) return Number(word);
  throw new Error(`${word} is not a number of things to measure`);
}
