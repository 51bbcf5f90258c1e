import type { Machine } from '../results.ts';
import type { FleetOptions } from './options.ts';

/** The ways in which a fleet can ask. `nobody`: the cluster without a fleet, which all others are compared with. */
export const WAYS = ['nobody', 'default', 'stale', 'deduplicate', 'cached'] as const;
/** One of {@link WAYS}. */
export type Way = (typeof WAYS)[number];

/** Nothing changes, or so many things a second as the options say. */
export type Load = 'idle' | 'changes';

/** What goes between two kinds of programs. */
export interface Traffic {
  readonly requestsPerSecond: number;
  /** What the programs sent and received, without the headers of TCP and IP. */
  readonly bytesPerSecond: number;
  readonly connections: number;
}

/** What was counted in one window. */
export interface Reading {
  readonly way: Way;
  readonly load: Load;
  /** Programs that ran, and the agents that they asked. */
  readonly programs: number;
  readonly agents: number;
  /** Changes that were made a second, as far as the machine went along. */
  readonly changesPerSecond: number;
  /** Answers that the programs' queries brought a second, all together. */
  readonly newsPerSecond: number;
  /** Between the programs and the agents: HTTP. */
  readonly toAgents: Traffic;
  /** Between the agents and the servers: RPC. */
  readonly toServers: Traffic;
  /** Between the servers: what followers pass on to the leader, and what the servers have to say to each other. */
  readonly betweenServers: Traffic;
  /** What each server took. */
  readonly servers: readonly (Traffic & { readonly name: string; readonly leads: boolean })[];
}

/** What a fleet of a size adds to a server. */
export interface Prediction {
  readonly way: Way;
  readonly load: Load;
  readonly hosts: number;
  readonly leader: Traffic;
  readonly follower: Traffic;
}

/** All of one run: the content of bench/results/fleet.json. */
export interface FleetResults {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly version: string;
  readonly machine: Machine;
  readonly options: FleetOptions;
  /** What each program follows. */
  readonly facts: { readonly services: number; readonly instances: number; readonly keys: number };
  readonly readings: readonly Reading[];
  readonly predictions: readonly Prediction[];
}
