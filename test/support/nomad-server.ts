import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { freePorts } from './free-ports.ts';

/** An instance as somebody registers it. */
export interface NomadEntry {
  readonly id: string;
  readonly name: string;
  readonly port: number;
  readonly tags?: readonly string[];
  readonly address?: string;
  readonly namespace?: string;
}

interface Variable {
  readonly namespace: string;
  readonly path: string;
  readonly items: Readonly<Record<string, string>>;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

interface Outcome {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Stands in for a Nomad agent: a real HTTP server with Nomad's wire format as its API documentation has it
 * (https://developer.hashicorp.com/nomad/api-docs), with blocking queries, tokens, namespaces, services and variables.
 */
export class NomadServer {
  readonly asked: { readonly url: URL; readonly token: string | undefined }[] = [];
  /** Every request needs this token; undefined: none is needed. */
  token: string | undefined;
  hasLeader = true;
  readonly region = 'global';
  readonly #entries = new Map<string, NomadEntry>();
  readonly #variables = new Map<string, Variable>();
  readonly #waiting = new Set<() => void>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #index = 10;
  #port = 0;
  #connections = 0;
  /** The most connections that were open at the same time. */
  mostConnections = 0;

  constructor() {
    this.#server.on('connection', (socket) => {
      this.#connections += 1;
      this.mostConnections = Math.max(this.mostConnections, this.#connections);
      socket.on('close', () => (this.#connections -= 1));
    });
  }

  async start(): Promise<void> {
    // One of its own, or somebody else could listen there between a stop and the next start.
    if (this.#port === 0) [this.#port = 0] = await freePorts(1);
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  register(entry: NomadEntry): void {
    this.#entries.set(entry.id, entry);
    this.#change();
  }

  deregister(id: string): void {
    this.#entries.delete(id);
    this.#change();
  }

  putVariable(path: string, items: Readonly<Record<string, string>>, namespace = 'default'): void {
    const key = `${namespace}/${path}`;
    const modifyIndex = this.#index + 1;
    const createIndex = this.#variables.get(key)?.createIndex ?? modifyIndex;
    this.#variables.set(key, { namespace, path, items, createIndex, modifyIndex });
    this.#change();
  }

  deleteVariable(path: string, namespace = 'default'): void {
    this.#variables.delete(`${namespace}/${path}`);
    this.#change();
  }

  #change(): void {
    this.#index += 1;
    for (const wake of this.#waiting) wake();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.address);
    const token = request.headers['x-nomad-token'];
    if (url.pathname === '/v1/status/leader') {
      response.end('"127.0.0.1:4647"');
      return;
    }
    this.asked.push({ url, token: typeof token === 'string' ? token : undefined });
    const { status, body } = await this.#outcome(url, token, response);
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-nomad-index': String(this.#index),
      'x-nomad-lastcontact': '0',
      'x-nomad-knownleader': String(this.hasLeader),
    });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  async #outcome(url: URL, token: unknown, response: ServerResponse): Promise<Outcome> {
    if (this.token !== undefined && token !== this.token) {
      return token === undefined
        ? { status: 403, body: 'Permission denied' }
        : { status: 403, body: 'ACL token not found' };
    }
    const region = url.searchParams.get('region') ?? this.region;
    if (region !== this.region) return { status: 500, body: 'No path to region' };
    const index = Number(url.searchParams.get('index') ?? 0);
    const waitMs = Number((url.searchParams.get('wait') ?? '0ms').replace('ms', ''));
    if (index >= this.#index) await this.#changeWithin(waitMs, response);
    return this.#answer(url);
  }

  async #changeWithin(waitMs: number, response: ServerResponse): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, waitMs);
      this.#waiting.add(end);
      response.on('close', end);
    });
  }

  #answer({ pathname, searchParams }: URL): Outcome {
    const namespace = searchParams.get('namespace') ?? 'default';
    const within = <T extends { readonly namespace?: string }>(items: Iterable<T>): T[] =>
      [...items].filter((item) => namespace === '*' || (item.namespace ?? 'default') === namespace);
    const entries = within(this.#entries.values());
    const path = decodeURIComponent(pathname);
    if (path === '/v1/services') return { status: 200, body: serviceLists(entries) };
    if (path.startsWith('/v1/service/')) {
      const name = path.slice('/v1/service/'.length);
      const found = entries.filter((entry) => entry.name === name);
      return { status: 200, body: choose(found, searchParams.get('choose')).map(instanceOf) };
    }
    const variables = within(this.#variables.values());
    if (path === '/v1/vars') {
      const prefix = searchParams.get('prefix') ?? '';
      const found = variables.filter((variable) => variable.path.startsWith(prefix));
      return { status: 200, body: found.map(metaOf) };
    }
    if (path.startsWith('/v1/var/')) {
      const found = variables.find((variable) => variable.path === path.slice('/v1/var/'.length));
      if (found === undefined) return { status: 404, body: 'variable not found' };
      return { status: 200, body: { ...metaOf(found), Items: found.items } };
    }
    return { status: 404, body: 'Invalid URL' };
  }
}

function serviceLists(entries: readonly NomadEntry[]): unknown {
  const namespaces = [...new Set(entries.map(({ namespace = 'default' }) => namespace))];
  return namespaces.map((Namespace) => {
    const own = entries.filter(({ namespace = 'default' }) => namespace === Namespace);
    const names = [...new Set(own.map(({ name }) => name))];
    return {
      Namespace,
      Services: names.map((ServiceName) => ({
        ServiceName,
        Tags: [
          ...new Set(
            own.filter(({ name }) => name === ServiceName).flatMap(({ tags = [] }) => tags),
          ),
        ],
      })),
    };
  });
}

function instanceOf(entry: NomadEntry): unknown {
  return {
    ID: entry.id,
    ServiceName: entry.name,
    Namespace: entry.namespace ?? 'default',
    NodeID: 'e9a7b2d5-0000-0000-0000-000000000000',
    Datacenter: 'dc1',
    JobID: 'job',
    AllocID: 'a1b2c3d4-0000-0000-0000-000000000000',
    Tags: entry.tags ?? [],
    Address: entry.address ?? '127.0.0.1',
    Port: entry.port,
    CreateIndex: 1,
    ModifyIndex: 1,
  };
}

/** `COUNT|KEY`: the instances that hash highest together with the key. */
function choose(entries: readonly NomadEntry[], choice: string | null): readonly NomadEntry[] {
  if (choice === null) return entries;
  const [count = '', ...key] = choice.split('|');
  const weight = ({ id }: NomadEntry): string =>
    createHash('md5')
      .update(`${key.join('|')}${id}`)
      .digest('hex');
  return [...entries].sort((a, b) => (weight(a) < weight(b) ? 1 : -1)).slice(0, Number(count));
}

function metaOf(variable: Variable): Readonly<Record<string, unknown>> {
  return {
    Namespace: variable.namespace,
    Path: variable.path,
    CreateIndex: variable.createIndex,
    ModifyIndex: variable.modifyIndex,
    CreateTime: 1_700_000_000_000_000_000,
    ModifyTime: 1_700_000_000_000_000_000 + variable.modifyIndex * 1_000_000,
  };
}
