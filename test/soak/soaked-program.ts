import { once } from 'node:events';
import { readFileSync, renameSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { consulEntry } from '../support/consul-entry.ts';
import { freePorts } from '../support/free-ports.ts';
import { connectionsTo } from '../support/process-facts.ts';
import { holdings, probeEnvironment, type Holdings } from '../support/probed.ts';
import { Scene } from '../support/scene.ts';
import { waitUntil } from '../support/wait-until.ts';
import { readCounts, type Counts } from './counts.ts';
import { calm, storm, type Surroundings } from './storm.ts';

/** A check that was cancelled, a connection that is kept for the next question: all of it is over long before. */
const SETTLES_WITHIN_MS = 30_000;
const LOOKING_MS = 1000;

/** What is held while nothing happens. */
export interface Rest extends Holdings {
  /** Processes of ours that live: the program, and its main job. */
  readonly processes: number;
  readonly zombies: number;
  /** Kept connections to the agent; their sockets are in `files` and in `resources`, too. */
  readonly connections: number;
  /** What the catalog says of the main job, and how many entries of ours are in it. */
  readonly health: string;
  readonly entries: number;
}

/** A supervisor with a catalog of its own, which is made to suffer, and is looked at when it rests. */
export class SoakedProgram {
  readonly #scene: Scene;
  readonly #agent: ConsulAgent;
  readonly #silent: Server;
  readonly #surroundings: Surroundings;
  readonly #program: Program;
  #generation = 0;

  private constructor(scene: Scene, agent: ConsulAgent, silent: Server, parts: Surroundings) {
    this.#scene = scene;
    this.#agent = agent;
    this.#silent = silent;
    this.#surroundings = parts;
    this.#program = scene.start(calm(parts), { env: probeEnvironment(scene) });
  }

  /** Starts it, and waits until it is well. */
  static async start(): Promise<SoakedProgram> {
    const scene = new Scene();
    const agent = await startConsul();
    // Reads, or it would never see that the other side has gone.
    const silent = createServer((socket) => socket.on('error', () => undefined).resume());
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const [telemetryPort = 0] = await freePorts(1);
    const address = silent.address();
    scene.write('healthy', '');
    const soaked = new SoakedProgram(scene, agent, silent, {
      ...{ consul: agent.address, telemetryPort, socket: scene.at('socket') },
      silentPort: typeof address === 'object' && address !== null ? address.port : 0,
      healthFile: scene.at('healthy'),
    });
    try {
      await waitUntil(async () => (await soaked.#health()) === 'passing', { what: 'a good start' });
    } catch (error) {
      await soaked.stop();
      throw error;
    }
    return soaked;
  }

  async counts(): Promise<Counts> {
    this.#mustRun();
    return readCounts(this.#surroundings.telemetryPort);
  }

  /** Everything goes wrong from now on. */
  async begin(): Promise<void> {
    await this.reload();
    await waitUntil(async () => (await this.counts()).restarts > 0, { what: 'a process to crash' });
  }

  /** Reads a config in which some jobs are others; does not wait for it. */
  async reload(): Promise<void> {
    this.#use(storm(this.#surroundings, (this.#generation += 1)));
  }

  /** Nothing happens any more: returns what is held once that is as `wanted`, or stays as it is, or after a while. */
  async settle(wanted?: Rest): Promise<Rest> {
    this.#use(calm(this.#surroundings));
    const isOver = async () => (await this.counts()).restarts === 0;
    await waitUntil(isOver, { timeoutMs: SETTLES_WITHIN_MS, what: 'the storm to be over' });
    const until = performance.now() + SETTLES_WITHIN_MS;
    let before = wanted;
    for (;;) {
      const seen = await this.#look();
      if (before !== undefined && isSame(before, seen)) return seen;
      if (performance.now() > until) return seen;
      before = wanted ?? seen;
      await sleep(LOOKING_MS);
    }
  }

  /** Ends all of it; returns how many processes outlived the program. */
  async stop(): Promise<number> {
    if (this.#program.isRunning) await this.#program.stop();
    const left = this.#scene.processes().length;
    await this.#scene.close();
    await this.#agent.stop();
    this.#silent.close();
    return left;
  }

  #use(config: Readonly<Record<string, unknown>>): void {
    this.#mustRun();
    // Never half of it, whenever it is read.
    this.#scene.write('next.json', JSON.stringify(config));
    renameSync(this.#scene.at('next.json'), this.#scene.at('autotmpl.json'));
    this.#program.kill('SIGHUP');
  }

  async #look(): Promise<Rest> {
    const held = await holdings(this.#scene, this.#program);
    return {
      ...held,
      processes: this.#scene.processes().length,
      zombies: zombiesOf(this.#program.pid),
      connections: connectionsTo(this.#program.pid, this.#agent.ports.http),
      health: await this.#health(),
      entries: await this.#entries(),
    };
  }

  async #health(): Promise<string> {
    this.#mustRun();
    const entry = await consulEntry(this.#agent, `main-${hostname()}`);
    return entry?.status ?? 'absent';
  }

  async #entries(): Promise<number> {
    const { body } = await this.#agent.expectOk('GET', '/v1/agent/services');
    return Object.keys(JSON.parse(body.toString()) as object).length;
  }

  #mustRun(): void {
    if (this.#program.isRunning) return;
    throw new Error(`the program ended by itself:\n${this.#program.stderr.slice(-4000)}`);
  }
}

/** Whether both hold the same, but for memory, which breathes, and connections that are kept for the next question. */
export function isSame(one: Rest, other: Rest): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other));
}

function comparable({ processes, zombies, connections, health, entries, ...held }: Rest): unknown {
  const { files, resources } = held;
  return {
    ...{ processes, zombies, health, entries, resources },
    files: { ...files, socket: (files['socket'] ?? 0) - connections },
  };
}

/** Children that ended, and that nobody has asked for. */
function zombiesOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return children.filter((child) => {
    try {
      return /^State:\s+Z/m.test(readFileSync(`/proc/${child}/status`, 'utf8'));
    } catch {
      return false;
    }
  }).length;
}
