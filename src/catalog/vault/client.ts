import type { Clock } from '../../core/time.ts';
import { showHttpAddress, parseHttpAddress } from '../http/address.ts';
import { encodePath, UnaskableError } from '../http/api-path.ts';
import { ShapeError } from '../http/shapes.ts';
import type { HttpReply } from '../http/exchange.ts';
import { Transport } from '../http/transport.ts';
import { exchangeTrouble } from '../http/trouble.ts';
import { HEALTH_WORDS, refusal, saidBy, VaultTrouble } from './failures.ts';
import { parseExactJson } from './json.ts';
import type { VaultOptions } from './options.ts';
import { VAULT } from './server.ts';

/** Issuing a certificate with a long key takes a server seconds. */
const DEADLINE_MS = 30_000;
const HEALTH_DEADLINE_MS = 5000;
const MOST_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);

/** What is asked of Vault. */
export interface VaultRequest {
  /** API path below `/v1/`, not escaped. */
  readonly path: string;
  /** Parameters, escaped, without the question mark. */
  readonly parameters?: string;
  /** What is written; absent: a question. */
  readonly write?: unknown;
  readonly token: string | undefined;
  /** Asked of the server as a whole, not of our namespace. */
  readonly ofServer?: boolean;
}

/** An answer, and its body read. */
export interface VaultReply {
  readonly reply: HttpReply;
  /** Undefined for an empty body. */
  readonly body: unknown;
}

/** Carries single requests to Vault, and follows a standby's word to the active server. */
export class VaultClient {
  /** What messages call the server. */
  readonly address: string;
  readonly #options: VaultOptions;
  readonly #clock: Clock;
  /** By address: the one that was named, and those that it sent us to. */
  readonly #transports = new Map<string, Transport>();

  /** Throws an AutotmplError where the options cannot work. */
  constructor(options: VaultOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.address = showHttpAddress(options.address);
    this.#transports.set(this.address, new Transport(VAULT.name, options, clock));
  }

  /**
   * Makes one request; any status but a redirect and the server's own trouble is an answer. Rejects with a VaultTrouble, with an
   * AutotmplError for a path that no request can carry, or with the signal's reason.
   */
  async request(request: VaultRequest, signal: AbortSignal): Promise<VaultReply> {
    const reply = await this.#send(request, DEADLINE_MS, signal);
    if (reply.status === 503 || reply.status === 501 || reply.status === 472) {
      throw new VaultTrouble(await this.#healthTrouble(reply, signal));
    }
    try {
      const isData = reply.status === 200 || reply.status === 404;
      return { reply, body: isData ? parseExactJson(reply.body) : undefined };
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      // A 404 of something else than Vault.
      return {
        reply: { ...reply, status: reply.status === 200 ? 502 : reply.status },
        body: undefined,
      };
    }
  }

  /** Closes the kept connections. */
  close(): void {
    for (const transport of this.#transports.values()) transport.close();
  }

  async #send(request: VaultRequest, deadlineMs: number, signal: AbortSignal): Promise<HttpReply> {
    const { write, token, parameters, ofServer } = request;
    const namespace = ofServer === true ? undefined : this.#options.namespace;
    const path = encodePath(request.path);
    if (path === undefined) {
      throw new UnaskableError('catalog', `Vault's HTTP API has no address for ${request.path}`);
    }
    let target = {
      address: this.address,
      path: `/v1/${path}${parameters === undefined ? '' : `?${parameters}`}`,
    };
    for (let redirects = 0; ; redirects++) {
      const reply = await this.#exchange(
        target.address,
        {
          path: target.path,
          packed: false,
          deadlineMs,
          ...(write === undefined ? {} : { write }),
          headers: {
            'x-vault-request': 'true',
            ...(write === undefined ? {} : { 'content-type': 'application/json' }),
            ...(token === undefined ? {} : { 'x-vault-token': token }),
            ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
          },
        },
        signal,
      );
      if (!REDIRECTS.has(reply.status)) return reply;
      if (redirects === MOST_REDIRECTS) {
        throw new VaultTrouble(
          refusal(`Vault at ${this.address} sends us in circles`, 'check api_addr of its servers'),
        );
      }
      target = this.#redirected(reply, target.address);
    }
  }

  async #exchange(
    address: string,
    request: Parameters<Transport['exchange']>[0],
    signal: AbortSignal,
  ): Promise<HttpReply> {
    try {
      const transport = this.#transports.get(address);
      if (transport === undefined) throw new Error(`no way to ${address}`);
      return await transport.exchange(request, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new VaultTrouble(exchangeTrouble(error, VAULT, address));
    }
  }

  /** Where a standby sends us. The token goes along, so never from TLS to a plain connection. */
  #redirected(reply: HttpReply, from: string): { address: string; path: string } {
    const location = reply.headers.location ?? '';
    const url = URL.canParse(location, from) ? new URL(location, from) : undefined;
    const address = url === undefined ? undefined : parseHttpAddress(url.origin, 8200);
    if (url === undefined || address === undefined) {
      throw new VaultTrouble(
        refusal(
          `Vault at ${from} sends us to an address that is none`,
          'check api_addr of its servers',
        ),
      );
    }
    if (from.startsWith('https:') && url.protocol !== 'https:') {
      throw new VaultTrouble(
        refusal(
          `Vault at ${from} sends us to ${url.origin}, which is not encrypted`,
          'give the active server an api_addr with https://',
        ),
      );
    }
    const shown = showHttpAddress(address);
    if (!this.#transports.has(shown)) {
      const options = { ...this.#options, address };
      this.#transports.set(shown, new Transport(VAULT.name, options, this.#clock));
    }
    return { address: shown, path: url.pathname + url.search };
  }

  /** A 503 may have several reasons; the server's health says which. */
  async #healthTrouble(reply: HttpReply, signal: AbortSignal) {
    const status = await this.#healthStatus(signal);
    const [words, advice] = HEALTH_WORDS[status ?? 0] ?? [];
    if (words === undefined) {
      return {
        ...refusal(`Vault does not answer: ${reply.status} ${saidBy(reply)}`),
        nature: 'blip' as const,
      };
    }
    return refusal(`Vault at ${this.address} ${words}`, advice);
  }

  async #healthStatus(signal: AbortSignal): Promise<number | undefined> {
    try {
      const request = { path: 'sys/health', token: undefined, ofServer: true };
      return (await this.#send(request, HEALTH_DEADLINE_MS, signal)).status;
    } catch (error) {
      if (signal.aborted) throw error;
      return undefined;
    }
  }
}
