import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureConsul } from '../../scripts/consul.mjs';
import { dieWithUs } from './die-with-us.ts';
import { freePorts } from './free-ports.ts';
import { standsStill } from './process-facts.ts';
import { waitUntil } from './wait-until.ts';

/** The ports of one agent, all on 127.0.0.1. */
export interface ConsulPorts {
  readonly http: number;
  readonly server: number;
  readonly serfLan: number;
  readonly serfWan: number;
}

/** Certificate files for an agent that speaks TLS: it then answers on https only. */
export interface ConsulAgentTls {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** True: clients must show a certificate of the same authority, which `certFile` is taken for here. */
  readonly verifyIncoming: boolean;
}

/** What kind of agent a test wants. */
export interface StartConsulOptions {
  /** Deny by default, with {@link ConsulAgent.managementToken} as the token that may do everything. */
  readonly acl?: boolean;
  readonly tls?: ConsulAgentTls;
  /** Keeps its data in a folder, so that it outlives a restart; without, the agent is in memory (`-dev`). */
  readonly dataDir?: boolean;
  /** Makes it a client of this server, which has to run. */
  readonly clientOf?: ConsulAgent;
  readonly ports?: ConsulPorts;
  /** Merged into the agent's config. */
  readonly extraConfig?: Readonly<Record<string, unknown>>;
}

/** A service as the agent's API takes it. */
export interface ServiceRegistration {
  readonly ID?: string;
  readonly Name: string;
  readonly Port?: number;
  readonly Address?: string;
  readonly Tags?: readonly string[];
  readonly Meta?: Readonly<Record<string, string>>;
  readonly Check?: Readonly<Record<string, unknown>>;
  readonly Checks?: readonly Readonly<Record<string, unknown>>[];
}

/** What came back from the agent. */
export interface ConsulReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const LEADER_TIMEOUT_MS = 30_000;
const MANAGEMENT_TOKEN = '6f2d3a1e-5b7c-4d89-9e10-2f3a4b5c6d7e';

/** Starts a real Consul server on 127.0.0.1 and free ports, and waits for it to lead itself. Stop it with `stop`. */
export async function startConsul(options: StartConsulOptions = {}): Promise<ConsulAgent> {
  const binary = await ensureConsul();
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-consul-'));
  const agent = new ConsulAgent(binary, folder, options.ports ?? (await choosePorts()), options);
  try {
    await agent.start();
  } catch (error) {
    await agent.stop();
    throw error;
  }
  return agent;
}

async function choosePorts(): Promise<ConsulPorts> {
  const [http, server, serfLan, serfWan] = await freePorts(4);
  return { http, server, serfLan, serfWan } as ConsulPorts;
}

/** A running agent, and what a test does to it. Requests to its API carry the management token. */
export class ConsulAgent {
  readonly ports: ConsulPorts;
  /** Holds the agent's config, log and data. */
  readonly folder: string;
  readonly logFile: string;
  readonly managementToken = MANAGEMENT_TOKEN;
  readonly #binary: string;
  readonly #options: StartConsulOptions;
  #child: ChildProcess | undefined;

  constructor(binary: string, folder: string, ports: ConsulPorts, options: StartConsulOptions) {
    this.#binary = binary;
    this.folder = folder;
    this.logFile = join(folder, 'agent.log');
    this.ports = ports;
    this.#options = options;
  }

  /** `http://127.0.0.1:PORT`, or https where the agent has certificates. */
  get address(): string {
    return `${this.#options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.ports.http}`;
  }

  /** The agent's process, or undefined while it is down. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the process and waits for a leader. */
  async start(): Promise<void> {
    const configFile = join(this.folder, 'agent.json');
    await writeFile(configFile, JSON.stringify(this.#config()));
    const log = openSync(this.logFile, 'a');
    const child = spawn(this.#binary, ['agent', ...this.#mode(), `-config-file=${configFile}`], {
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#child = child;
    child.once(
      'exit',
      dieWithUs(() => child.kill('SIGKILL')),
    );
    try {
      await waitUntil(() => this.#hasLeader(child), {
        timeoutMs: LEADER_TIMEOUT_MS,
        what: 'a Consul agent that leads itself',
      });
    } catch (error) {
      const log = await readFile(this.logFile, 'utf8');
      throw new Error(`Consul did not start:\n${log.slice(-2000)}`, { cause: error });
    }
  }

  /** Sends a signal; resolves once the process is gone when the signal is one that ends it. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ends = signal === 'SIGKILL' || signal === 'SIGTERM';
    const gone = new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve();
      else child.once('exit', () => resolve());
    });
    child.kill(signal);
    if (signal === 'SIGSTOP') {
      await waitUntil(() => standsStill(child.pid ?? 0), { what: 'the agent to stand still' });
    }
    if (!ends) return;
    await gone;
    this.#child = undefined;
  }

  /** Kills the agent and brings it back on the same ports; `wipe` takes its data away in between. */
  async restart({ wipe = false }: { readonly wipe?: boolean } = {}): Promise<void> {
    await this.kill('SIGKILL');
    if (wipe) await rm(join(this.folder, 'data'), { recursive: true, force: true });
    await this.start();
  }

  /** Ends the process and removes all that it left. */
  async stop(): Promise<void> {
    await this.kill('SIGCONT');
    await this.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  async putKey(key: string, value: string | Buffer): Promise<void> {
    await this.expectOk('PUT', `/v1/kv/${encodeKey(key)}`, value);
  }

  /** `recurse` takes every key below this prefix. */
  async deleteKey(key: string, { recurse = false }: { readonly recurse?: boolean } = {}) {
    await this.expectOk('DELETE', `/v1/kv/${encodeKey(key)}${recurse ? '?recurse' : ''}`);
  }

  async register(service: ServiceRegistration): Promise<void> {
    await this.expectOk('PUT', '/v1/agent/service/register', JSON.stringify(service));
  }

  async deregister(serviceId: string): Promise<void> {
    const id = encodeURIComponent(serviceId);
    await this.expectOk('PUT', `/v1/agent/service/deregister/${id}`);
  }

  /** The whole state, as `restoreSnapshot` takes it. */
  async saveSnapshot(): Promise<Buffer> {
    return (await this.expectOk('GET', '/v1/snapshot')).body;
  }

  async restoreSnapshot(snapshot: Buffer): Promise<void> {
    await this.expectOk('PUT', '/v1/snapshot', snapshot);
  }

  /** One request; throws for any answer that is not 200. */
  async expectOk(method: string, path: string, body?: string | Buffer): Promise<ConsulReply> {
    const reply = await this.request(method, path, body);
    if (reply.status === 200) return reply;
    throw new Error(`${method} ${path}: ${reply.status} ${reply.body.toString()}`);
  }

  /** One request on a connection of its own. */
  async request(method: string, path: string, body?: string | Buffer): Promise<ConsulReply> {
    const tls = this.#options.tls;
    const options = {
      method,
      agent: false as const,
      timeout: 10_000,
      headers: this.#options.acl === true ? { 'X-Consul-Token': MANAGEMENT_TOKEN } : {},
    };
    const certificates =
      tls === undefined
        ? undefined
        : {
            ca: await readFile(tls.caFile),
            cert: await readFile(tls.certFile),
            key: await readFile(tls.keyFile),
            rejectUnauthorized: false,
          };
    return new Promise((resolve, reject) => {
      const url = `${this.address}${path}`;
      const request =
        certificates === undefined
          ? requestHttp(url, options)
          : requestHttps(url, { ...options, ...certificates });
      request.on('error', reject);
      request.on('timeout', () => request.destroy(new Error(`no answer: ${method} ${path}`)));
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      request.end(body);
    });
  }

  async #hasLeader(child: ChildProcess): Promise<boolean> {
    if (child.exitCode !== null) throw new Error(`Consul ended with code ${child.exitCode}`);
    try {
      const leader = await this.request('GET', '/v1/status/leader');
      if (!leader.body.toString().includes(':')) return false;
      // A leader is known a moment before the agent's own node is in the catalog, where checks and services hang.
      const self = await this.request('GET', '/v1/health/service/consul');
      return self.status === 200 && self.body.length > 10;
    } catch {
      return false;
    }
  }

  #mode(): readonly string[] {
    const { clientOf, dataDir } = this.#options;
    if (clientOf !== undefined) return [`-retry-join=127.0.0.1:${clientOf.ports.serfLan}`];
    return dataDir === true ? ['-server', '-bootstrap-expect=1'] : ['-dev'];
  }

  #config(): Record<string, unknown> {
    const { acl, clientOf, dataDir, tls, extraConfig } = this.#options;
    const { http, server, serfLan, serfWan } = this.ports;
    const ports = { server, serf_lan: serfLan, serf_wan: serfWan, dns: -1, grpc: -1 };
    return {
      node_name: clientOf === undefined ? 'test-node' : 'test-client',
      ...(clientOf !== undefined && { retry_interval: '500ms' }),
      datacenter: 'dc1',
      bind_addr: '127.0.0.1',
      client_addr: '127.0.0.1',
      disable_update_check: true,
      disable_host_node_id: true,
      leave_on_terminate: false,
      skip_leave_on_interrupt: true,
      performance: { raft_multiplier: 1 },
      ...(dataDir === true || clientOf !== undefined
        ? { data_dir: join(this.folder, 'data') }
        : {}),
      ports:
        tls === undefined ? { ...ports, http, https: -1 } : { ...ports, http: -1, https: http },
      ...(tls === undefined
        ? {}
        : {
            ca_file: tls.caFile,
            cert_file: tls.certFile,
            key_file: tls.keyFile,
            verify_incoming_https: tls.verifyIncoming,
          }),
      ...(acl === true
        ? { acl: { enabled: true, default_policy: 'deny', tokens: ownTokens() } }
        : {}),
      ...extraConfig,
    };
  }
}

function ownTokens(): Record<string, string> {
  return { master: MANAGEMENT_TOKEN, agent: MANAGEMENT_TOKEN };
}

/** A key keeps its slashes; everything else that a path cannot hold is escaped. */
function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
