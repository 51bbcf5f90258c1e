import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureConsul } from '../../../scripts/consul.mjs';

/** The token that may do everything. */
export const MANAGEMENT_TOKEN = '6f2d3a1e-5b7c-4d89-9e10-2f3a4b5c6d7e';
/** Where every agent listens, each on its own address. */
export const HTTP_PORT = 8500;
export const SERVER_ADDRESSES = ['127.0.0.11', '127.0.0.12', '127.0.0.13'] as const;

/** One agent of the cluster. */
export class Agent {
  readonly address: string;
  readonly #isServer: boolean;
  readonly #folder: string;
  readonly #ownToken: string | undefined;
  readonly #extraConfig: Readonly<Record<string, unknown>>;
  #child: ChildProcess | undefined;

  /** `ownToken` is what it removes entries with that it does not know any more; `extraConfig` goes over the rest. */
  constructor(
    folder: string,
    address: string,
    ownToken?: string,
    extraConfig: Readonly<Record<string, unknown>> = {},
  ) {
    this.address = address;
    this.#extraConfig = extraConfig;
    this.#ownToken = ownToken;
    this.#isServer = SERVER_ADDRESSES.some((server) => server === address);
    this.#folder = join(folder, `consul-${address}`);
    mkdirSync(this.#folder, { recursive: true });
  }

  /** Starts the process; does not wait for it to be of any use. */
  async start(): Promise<void> {
    const configFile = join(this.#folder, 'agent.json');
    writeFileSync(configFile, JSON.stringify(this.#config()));
    const log = openSync(join(this.#folder, 'agent.log'), 'a');
    const mode = this.#isServer ? ['-server', `-bootstrap-expect=${SERVER_ADDRESSES.length}`] : [];
    const words = ['agent', ...mode, `-config-file=${configFile}`];
    this.#child = spawn(await ensureConsul(), words, { stdio: ['ignore', log, log] });
    closeSync(log);
  }

  /** Kills it, and returns once it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Stops it where it is, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** Takes all that it knows; it must be down. */
  wipe(): void {
    rmSync(join(this.#folder, 'data'), { recursive: true, force: true });
  }

  #config(): Record<string, unknown> {
    return {
      node_name: `node-${this.address.split('.').at(-1)}`,
      // The same machine after a loss of its data.
      node_id: `00000000-0000-4000-8000-0000000000${this.address.split('.').at(-1)}`,
      datacenter: 'dc1',
      data_dir: join(this.#folder, 'data'),
      bind_addr: this.address,
      client_addr: this.address,
      retry_join: SERVER_ADDRESSES,
      retry_interval: '1s',
      disable_update_check: true,
      leave_on_terminate: false,
      skip_leave_on_interrupt: true,
      rejoin_after_leave: true,
      performance: { raft_multiplier: 1 },
      autopilot: { cleanup_dead_servers: false },
      ports: { http: HTTP_PORT, server: 8300, serf_lan: 8301, serf_wan: -1, dns: -1, grpc: -1 },
      acl: {
        enabled: true,
        default_policy: 'deny',
        // What a token may do is asked for again after so long; a narrowed one shows soon.
        token_ttl: '1s',
        policy_ttl: '1s',
        tokens: {
          ...{ master: MANAGEMENT_TOKEN, agent: MANAGEMENT_TOKEN },
          ...(this.#ownToken !== undefined && { default: this.#ownToken }),
        },
      },
      ...this.#extraConfig,
    };
  }
}
