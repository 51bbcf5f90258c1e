import { Agent, request } from 'node:http';
import { Agent as TlsAgent, request as requestOverTls } from 'node:https';

/** A transaction takes no more operations than this in Consul 1.8. */
const OPERATIONS_PER_TRANSACTION = 64;

interface Reply {
  readonly index: string | undefined;
  readonly body: string;
}

/** How a client talks with its agent. */
export interface ClientOptions {
  /** Connections that it keeps; 1. */
  readonly connections?: number;
  /** The authority that signed the agent's certificate (PEM), where the agent speaks TLS. */
  readonly ca?: string;
}

/** One operation of a transaction, as the agent takes it. */
export type Operation = Readonly<Record<string, unknown>>;

/**
 * The least that can be done to talk with an agent: Node's http, one connection that stays open, or a few. It fills the catalog
 * and is the bare blocking query that everything else is compared with.
 */
export class AgentClient {
  readonly #origin: string;
  readonly #connections: Agent;
  readonly #request: typeof request;

  /** `origin` as in `http://127.0.0.1:8500`. */
  constructor(origin: string, { connections = 1, ca }: ClientOptions = {}) {
    this.#origin = origin;
    const options = { keepAlive: true, maxSockets: connections, noDelay: true };
    this.#connections = ca === undefined ? new Agent(options) : new TlsAgent({ ...options, ca });
    this.#request = ca === undefined ? request : requestOverTls;
  }

  /** The body of a plain question. */
  async read(path: string): Promise<string> {
    return (await this.#ask('GET', path)).body;
  }

  async putKey(key: string, value: string): Promise<void> {
    await this.#ask('PUT', `/v1/kv/${key}`, value);
  }

  /** Writes many keys, all with the same value. */
  async putKeys(keys: readonly string[], value: string): Promise<void> {
    await this.transact(keys.map((key) => setKey(key, value)));
  }

  /** Does many things, in as few transactions as they fit into. */
  async transact(operations: readonly Operation[]): Promise<void> {
    for (let start = 0; start < operations.length; start += OPERATIONS_PER_TRANSACTION) {
      const some = operations.slice(start, start + OPERATIONS_PER_TRANSACTION);
      await this.#ask('PUT', '/v1/txn', JSON.stringify(some));
    }
  }

  /** Registers one instance of a service, without checks. */
  async register(name: string, port: number): Promise<void> {
    const service = { Name: name, Address: '10.0.0.1', Port: port };
    await this.#ask('PUT', '/v1/agent/service/register', JSON.stringify(service));
  }

  /** Registers an instance with a TTL check, passing, on 127.0.0.1; its id is `name-port`. */
  async registerPassing(name: string, port: number): Promise<void> {
    const check = { CheckID: `${name}-${port}`, TTL: '10m', Status: 'passing' };
    const service = { ID: `${name}-${port}`, Name: name, Address: '127.0.0.1', Port: port };
    const body = JSON.stringify({ ...service, Check: check });
    await this.#ask('PUT', '/v1/agent/service/register', body);
  }

  /** Tells the health of an instance that {@link registerPassing} made. */
  async report(id: string, status: 'passing' | 'critical'): Promise<void> {
    await this.#ask('PUT', `/v1/agent/check/update/${id}`, JSON.stringify({ Status: status }));
  }

  async deregister(id: string): Promise<void> {
    await this.#ask('PUT', `/v1/agent/service/deregister/${id}`);
  }

  /** Tells each value of a key with the moment at which it was read (`performance.now()`), until the signal aborts. */
  async watchKey(
    key: string,
    signal: AbortSignal,
    tell: (value: string, at: number) => void,
  ): Promise<void> {
    await this.#follow(`/v1/kv/${key}`, signal, (body, at) => {
      const [entry] = JSON.parse(body) as readonly [{ readonly Value: string }];
      tell(Buffer.from(entry.Value, 'base64').toString(), at);
    });
  }

  /** Tells the ports of a service's passing instances, sorted and joined by blanks, with the moment at which they were read, until the signal aborts. */
  async watchPassing(
    name: string,
    signal: AbortSignal,
    tell: (ports: string, at: number) => void,
  ): Promise<void> {
    const path = `/v1/health/service/${name}?passing`;
    await this.#follow(path, signal, (body, at) => tell(portsOf(body).join(' '), at));
  }

  /** The ports of a service's passing instances, sorted. */
  async passing(name: string): Promise<number[]> {
    return portsOf((await this.#ask('GET', `/v1/health/service/${name}?passing`)).body);
  }

  /** Closes its connections. */
  close(): void {
    this.#connections.destroy();
  }

  /** Blocking queries, one after the other. */
  async #follow(
    path: string,
    signal: AbortSignal,
    tell: (body: string, at: number) => void,
  ): Promise<void> {
    const question = `${path}${path.includes('?') ? '&' : '?'}wait=60s&index=`;
    let index = '0';
    while (!signal.aborted) {
      const reply = await this.#ask('GET', question + index, undefined, signal);
      tell(reply.body, performance.now());
      index = reply.index ?? '0';
    }
  }

  async #ask(method: string, path: string, body?: string, signal?: AbortSignal): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const url = this.#origin + path;
      const asked = this.#request(url, { method, agent: this.#connections, signal }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode !== 200) {
            reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
          } else resolve({ index: response.headers['x-consul-index'] as string, body: text });
        });
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
}

/** The operation that writes a key. */
export function setKey(key: string, value: string): Operation {
  return { KV: { Verb: 'set', Key: key, Value: Buffer.from(value).toString('base64') } };
}

function portsOf(body: string): number[] {
  const entries = JSON.parse(body) as readonly { readonly Service: { readonly Port: number } }[];
  return entries.map(({ Service }) => Service.Port).sort((one, other) => one - other);
}
