import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { freePorts } from './free-ports.ts';
import { CertificateAuthority, type Issued } from './x509.ts';

/** A request as it arrived. */
export interface VaultAsked {
  readonly method: string;
  /** Below `/v1/`, with its parameters. */
  readonly path: string;
  readonly token: string | undefined;
  readonly namespace: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Token {
  /** 0: without end. */
  ttlS: number;
  expiresAtMs: number;
  readonly renewable: boolean;
  /** Paths that it may use, by their beginning. */
  readonly paths: readonly string[];
  revoked: boolean;
  /** No renewal goes beyond it. */
  readonly endsAtMs: number;
}

interface Lease {
  readonly ttlS: number;
  expiresAtMs: number;
  /** No renewal goes beyond it. */
  readonly endsAtMs: number;
}

type Data = Record<string, unknown>;
type Reply = { readonly status: number; readonly body?: unknown; readonly headers?: Data };

/**
 * Stands in for a Vault server: a real HTTP server with Vault's wire format as its API documentation has it
 * (https://developer.hashicorp.com/vault/api-docs), with tokens, leases, KV of both versions, a PKI, wrapping and the Kubernetes
 * login. What it does not do, it answers with 404.
 */
export class VaultServer {
  readonly asked: VaultAsked[] = [];
  readonly authority = new CertificateAuthority('Stand-in Root');
  /** KV version 1, by path below `kv1/`. */
  readonly kv1 = new Map<string, Data>();
  /** Versions of KV version 2, oldest first, by path below `secret/`; `null` is deleted. */
  readonly kv2 = new Map<string, (Data | null)[]>();
  readonly tokens = new Map<string, Token>();
  readonly leases = new Map<string, Lease>();
  readonly #wrapped = new Map<string, string>();
  readonly #server: Server;
  readonly #scheme: 'http' | 'https';
  #connections = 0;
  /** Of the next answers, before anything else is looked at. */
  readonly failures: Reply[] = [];
  sealed = false;
  /** A standby's answer to everything: go there. */
  redirectTo: string | undefined;
  leaseS = 3600;
  /** No lease goes on for longer. */
  longestLeaseS = Number.POSITIVE_INFINITY;
  certificateMs = 3_600_000;
  /** How long ago a new certificate began to be good. */
  certificateAgeMs = 1000;
  renewableLeases = true;
  /** Tokens that the Kubernetes login gives. */
  loginTtlS = 3600;
  kubernetesRole = 'web';
  serviceAccountToken = 'a-service-account';
  mountsAreHidden = false;
  #port = 0;

  /** With a certificate it speaks TLS. */
  constructor(tls?: Issued) {
    const serve = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#serve(request, response);
    this.#scheme = tls === undefined ? 'http' : 'https';
    this.#server =
      tls === undefined
        ? createServer(serve)
        : createSecureServer({ cert: tls.certificate, key: tls.privateKey }, serve);
    this.#server.on('connection', (socket) => {
      this.#connections += 1;
      socket.on('close', () => (this.#connections -= 1));
    });
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#connections;
  }

  /** Listens on 127.0.0.1, on the port of before where it has been stopped. */
  async start(): Promise<void> {
    // One of its own, or somebody else could listen there between a stop and the next start.
    if (this.#port === 0) [this.#port = 0] = await freePorts(1);
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get address(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  addToken(
    token: string,
    wish: Partial<Pick<Token, 'ttlS' | 'renewable' | 'paths'>> & { maxS?: number } = {},
  ): string {
    const { ttlS = 0, renewable = ttlS > 0, paths = [''], maxS = Number.POSITIVE_INFINITY } = wish;
    const now = Date.now();
    const expiresAtMs = ttlS === 0 ? Number.POSITIVE_INFINITY : now + ttlS * 1000;
    this.tokens.set(token, {
      ttlS,
      expiresAtMs,
      renewable,
      paths,
      revoked: false,
      endsAtMs: now + maxS * 1000,
    });
    return token;
  }

  /** Wraps a token; what it gives can be unwrapped once. */
  wrap(token: string): string {
    const wrapping = `hvs.wrap-${randomUUID()}`;
    this.#wrapped.set(wrapping, token);
    return wrapping;
  }

  revoke(token: string): void {
    const found = this.tokens.get(token);
    if (found !== undefined) found.revoked = true;
  }

  put(path: string, data: Data): void {
    this.kv2.set(path, [...(this.kv2.get(path) ?? []), data]);
  }

  /** How often something was asked: a beginning of `METHOD path`. */
  count(beginning: string): number {
    return this.asked.filter(({ method, path }) => `${method} ${path}`.startsWith(beginning))
      .length;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const asked: VaultAsked = {
      method: request.method ?? '',
      path: decodeURIComponent((request.url ?? '').replace(/^\/v1\//, '')),
      token: headerOf(request, 'x-vault-token'),
      namespace: headerOf(request, 'x-vault-namespace'),
      body: text === '' ? {} : (JSON.parse(text) as Data),
    };
    this.asked.push(asked);
    const { status, body, headers } = this.#answer(asked, request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json', ...headers } as never);
    response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  }

  #answer(asked: VaultAsked, url: string): Reply {
    const [path = '', query = ''] = asked.path.split('?');
    const failure = this.failures.shift();
    if (failure !== undefined) return failure;
    if (path === 'sys/health') return this.#health();
    if (this.sealed) return errors(503, 'Vault is sealed');
    if (this.redirectTo !== undefined) {
      return { status: 307, headers: { location: `${this.redirectTo}${url}` } };
    }
    if (path === 'sys/wrapping/unwrap') return this.#unwrap(asked);
    if (path === 'auth/kubernetes/login') return this.#logIn(asked);
    const token = this.tokens.get(asked.token ?? '');
    if (token === undefined || token.revoked || token.expiresAtMs <= Date.now()) {
      return errors(403, 'permission denied');
    }
    if (path === 'auth/token/lookup-self') return this.#lookUp(token);
    if (path === 'auth/token/renew-self') return this.#renewToken(asked.token ?? '', token);
    if (path === 'sys/leases/renew') return this.#renewLease(asked);
    if (path.startsWith('sys/internal/ui/mounts/')) return this.#mount(path);
    if (!token.paths.some((allowed) => path.startsWith(allowed))) {
      return errors(403, '1 error occurred:\n\t* permission denied\n\n');
    }
    return this.#engine(asked, path, new URLSearchParams(query));
  }

  #engine(asked: VaultAsked, path: string, query: URLSearchParams): Reply {
    if (path === 'kv1' || path.startsWith('kv1/'))
      return this.#kvVersion1(asked, path.slice(4), query);
    if (path === 'secret' || path.startsWith('secret/')) {
      return this.#kvVersion2(asked, path.slice(7), query);
    }
    if (path.startsWith('database/creds/')) return this.#credentials(path);
    if (path.startsWith('pki/issue/')) return this.#certificate(asked);
    if (path.startsWith('transit/encrypt/')) {
      return answer({ ciphertext: `vault:v1:${String(asked.body['plaintext'])}` });
    }
    return errors(404);
  }

  #health(): Reply {
    if (this.sealed) return { status: 503, body: { sealed: true } };
    return { status: this.redirectTo === undefined ? 200 : 429, body: { sealed: false } };
  }

  #kvVersion1(asked: VaultAsked, path: string, query: URLSearchParams): Reply {
    if (query.get('list') === 'true') return listOf([...this.kv1.keys()], path);
    if (asked.method !== 'GET') {
      this.kv1.set(path, asked.body);
      return { status: 204 };
    }
    const data = this.kv1.get(path);
    return data === undefined ? errors(404) : answer(data, { lease_duration: 2_764_800 });
  }

  #kvVersion2(asked: VaultAsked, path: string, query: URLSearchParams): Reply {
    const [part = '', ...rest] = path.split('/');
    const name = rest.join('/');
    if (part === 'metadata' && query.get('list') === 'true')
      return listOf([...this.kv2.keys()], name);
    if (part !== 'data') {
      return {
        status: 404,
        body: {
          errors: [],
          warnings: [
            'Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use.',
          ],
        },
      };
    }
    if (asked.method !== 'GET') {
      this.put(name, asked.body['data'] as Data);
      return answer({
        version: this.kv2.get(name)?.length ?? 0,
        created_time: new Date().toISOString(),
      });
    }
    const versions = this.kv2.get(name) ?? [];
    const version = Number(query.get('version') ?? 0) || versions.length;
    const data = versions[version - 1];
    if (data === undefined) return errors(404);
    const metadata = {
      version,
      created_time: '2024-01-01T00:00:00Z',
      deletion_time: data === null ? '2024-01-02T00:00:00Z' : '',
      destroyed: false,
    };
    return { ...answer({ data, metadata }), status: data === null ? 404 : 200 };
  }

  #credentials(path: string): Reply {
    const lease_id = `${path}/${randomUUID()}`;
    const now = Date.now();
    const ttlS = Math.min(this.leaseS, this.longestLeaseS);
    this.leases.set(lease_id, {
      ttlS,
      expiresAtMs: now + ttlS * 1000,
      endsAtMs: now + this.longestLeaseS * 1000,
    });
    return answer(
      { username: `v-${this.leases.size}`, password: `dynamic-${randomUUID()}` },
      { lease_id, lease_duration: ttlS, renewable: this.renewableLeases },
    );
  }

  #renewLease({ body }: VaultAsked): Reply {
    const id = String(body['lease_id']);
    const lease = this.leases.get(id);
    const now = Date.now();
    if (lease === undefined || lease.expiresAtMs <= now) return errors(400, 'lease not found');
    const leftS = Math.floor((lease.endsAtMs - now) / 1000);
    const ttlS = Math.min(lease.ttlS, leftS);
    lease.expiresAtMs = now + ttlS * 1000;
    return {
      status: 200,
      body: {
        request_id: randomUUID(),
        lease_id: id,
        lease_duration: ttlS,
        renewable: true,
        data: null,
      },
    };
  }

  #certificate({ body }: VaultAsked): Reply {
    const now = Date.now();
    const altNames = textOf(body['alt_names'])
      .split(',')
      .filter((name) => name !== '');
    const commonName = textOf(body['common_name']);
    const { certificate, privateKey } = this.authority.issue({
      commonName,
      altNames: [commonName, ...altNames],
      fromMs: now - this.certificateAgeMs,
      toMs: now + this.certificateMs,
    });
    return answer({
      certificate,
      private_key: privateKey.trim(),
      issuing_ca: this.authority.certificate,
      ca_chain: [this.authority.certificate],
      private_key_type: 'ec',
      serial_number: randomUUID(),
      expiration: Math.floor((now + this.certificateMs) / 1000),
    });
  }

  #mount(path: string): Reply {
    if (this.mountsAreHidden)
      return errors(
        403,
        "preflight capability check returned 403, please ensure client's policies grant access to path",
      );
    const [mount = ''] = path.slice('sys/internal/ui/mounts/'.length).split('/');
    const known: Record<string, Data> = {
      secret: { type: 'kv', options: { version: '2' } },
      kv1: { type: 'kv', options: { version: '1' } },
      database: { type: 'database', options: null },
      pki: { type: 'pki', options: null },
      transit: { type: 'transit', options: null },
    };
    const found = known[mount];
    return found === undefined
      ? errors(
          403,
          "preflight capability check returned 403, please ensure client's policies grant access to path",
        )
      : answer({ ...found, path: `${mount}/` });
  }

  #lookUp(token: Token): Reply {
    const ttl = token.ttlS === 0 ? 0 : Math.ceil((token.expiresAtMs - Date.now()) / 1000);
    return answer({
      ttl,
      renewable: token.renewable,
      policies: ['default'],
      creation_ttl: token.ttlS,
    });
  }

  #renewToken(name: string, token: Token): Reply {
    if (!token.renewable) return errors(400, 'lease is not renewable');
    const leftS = Math.floor((token.endsAtMs - Date.now()) / 1000);
    const ttlS = Math.min(token.ttlS, leftS);
    token.expiresAtMs = Date.now() + ttlS * 1000;
    return {
      status: 200,
      body: {
        request_id: randomUUID(),
        data: null,
        auth: { client_token: name, lease_duration: ttlS, renewable: true, policies: ['default'] },
      },
    };
  }

  #unwrap({ token = '' }: VaultAsked): Reply {
    const inner = this.#wrapped.get(token);
    if (inner === undefined) return errors(400, 'wrapping token is not valid or does not exist');
    this.#wrapped.delete(token);
    return { status: 200, body: { request_id: randomUUID(), data: null, auth: this.#auth(inner) } };
  }

  #logIn({ body }: VaultAsked): Reply {
    if (body['role'] !== this.kubernetesRole)
      return errors(400, `invalid role name "${String(body['role'])}"`);
    if (body['jwt'] !== this.serviceAccountToken) return errors(403, 'permission denied');
    const token = this.addToken(`hvs.k8s-${randomUUID()}`, { ttlS: this.loginTtlS });
    return { status: 200, body: { request_id: randomUUID(), data: null, auth: this.#auth(token) } };
  }

  #auth(token: string): Data {
    const { ttlS, renewable } = this.tokens.get(token) ?? { ttlS: 0, renewable: false };
    return {
      client_token: token,
      accessor: randomUUID(),
      policies: ['default'],
      metadata: {},
      lease_duration: ttlS,
      renewable,
    };
  }
}

function answer(data: unknown, frame: Data = {}): Reply {
  return {
    status: 200,
    body: {
      request_id: randomUUID(),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data,
      wrap_info: null,
      warnings: null,
      auth: null,
      ...frame,
    },
  };
}

function errors(status: number, ...said: readonly string[]): Reply {
  return { status, body: { errors: said } };
}

/** Names directly below a path; folders end with a slash. */
function listOf(paths: readonly string[], below: string): Reply {
  const prefix = below === '' ? '' : `${below.replace(/\/$/, '')}/`;
  const names = paths
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length).replace(/\/.*/, '/'));
  return names.length === 0 ? errors(404) : answer({ keys: [...new Set(names)] });
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
