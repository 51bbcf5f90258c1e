import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeCertificates } from '../test/support/certificates.ts';
import { startConsul, type ConsulAgent } from '../test/support/consul.ts';
import { AgentClient } from './agent-client.ts';
import { Statsite } from './statsite.ts';

/** What programs and agent say to each other over. */
export type Transport = 'http' | 'https';

const QUESTIONS = 'consul.http.GET.';
/** What {@link Outsider} asks. */
const OUTSIDE = 'status.leader';

/** An agent with its default limits, over plain HTTP or TLS, that counts what it is asked; `stop` it. */
export class CountedAgent {
  /** Questions that it answered, without those of {@link Outsider}. Only reads, so that those who write are not in it. */
  questions = 0;
  readonly transport: Transport;
  /** The authority behind its certificate, and the file with it; where it speaks TLS. */
  readonly authority?: { readonly pem: string; readonly file: string };
  readonly #folder: string;
  #consul: ConsulAgent | undefined;
  #statsite: Statsite | undefined;

  private constructor(
    transport: Transport,
    folder: string,
    authority?: { readonly pem: string; readonly file: string },
  ) {
    this.transport = transport;
    this.#folder = folder;
    if (authority !== undefined) this.authority = authority;
  }

  /** Starts one, over TLS with a certificate that is made now. */
  static async start(transport: Transport): Promise<CountedAgent> {
    const folder = await mkdtemp(join(tmpdir(), 'autotmpl-bench-agent-'));
    const certificates = transport === 'http' ? undefined : await makeCertificates(folder);
    const caFile = certificates?.caFile ?? '';
    const authority =
      certificates === undefined
        ? undefined
        : { file: caFile, pem: await readFile(caFile, 'utf8') };
    const agent = new CountedAgent(transport, folder, authority);
    try {
      agent.#statsite = await Statsite.start(({ name, kind }) => {
        if (kind !== 'ms' || !name.startsWith(QUESTIONS) || name.includes(OUTSIDE)) return;
        agent.questions += 1;
      });
      agent.#consul = await startConsul({
        extraConfig: agent.#statsite.agentConfig(['consul.http']),
        ...(certificates && {
          tls: {
            ...{ caFile, verifyIncoming: false },
            ...{ certFile: certificates.serverCertFile, keyFile: certificates.serverKeyFile },
          },
        }),
      });
    } catch (error) {
      await agent.stop();
      throw error;
    }
    return agent;
  }

  /** `http://127.0.0.1:PORT`, or https. */
  get origin(): string {
    return this.#running.address;
  }

  get port(): number {
    return this.#running.ports.http;
  }

  get pid(): number {
    return this.#running.pid ?? 0;
  }

  /** The flags that programs need to trust its certificate. */
  get flags(): readonly string[] {
    if (this.authority === undefined) return [];
    return ['-consul-ssl', `-consul-ssl-ca-cert=${this.authority.file}`];
  }

  /** A client with connections of its own; close it. */
  newClient(connections = 1): AgentClient {
    const ca = this.authority?.pem;
    return new AgentClient(this.origin, { connections, ...(ca === undefined ? {} : { ca }) });
  }

  async stop(): Promise<void> {
    await this.#consul?.stop();
    this.#statsite?.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #running(): ConsulAgent {
    if (this.#consul === undefined) throw new Error('the agent is not running');
    return this.#consul;
  }
}
