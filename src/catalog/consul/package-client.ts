import { EventEmitter } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type Consul from 'consul';
import { AutotmplError, describeError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import { showConsulAddress } from './address.ts';
import { Certificates } from './certificates.ts';
import type { ConsulOptions } from './options.ts';
import { TokenSource } from './token.ts';

/** What every call of the package takes. */
export interface CallOptions {
  readonly token?: string;
  readonly timeout: number;
  /** The package's own way to be told to stop. */
  readonly ctx: EventEmitter;
}

const TIMEOUT_MS = 5000;

/** The `consul` package with our options: it is loaded when it is first needed, follows the token, and obeys a signal. */
export class PackageClient {
  readonly #options: ConsulOptions;
  readonly #tokens: TokenSource;
  readonly #agent: HttpAgent;
  #consul: Promise<Consul> | undefined;

  /** Throws an AutotmplError where the options cannot work. */
  constructor(options: ConsulOptions, clock: Clock) {
    this.#options = options;
    this.#tokens = new TokenSource(options, clock);
    const { address, tls } = options;
    const secure = address.transport === 'tcp' && address.secure;
    this.#agent = secure
      ? new HttpsAgent({
          keepAlive: true,
          rejectUnauthorized: tls.verify,
          ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
          ...{ secureContext: new Certificates(tls, clock).context() },
        })
      : new HttpAgent({ keepAlive: true });
  }

  /**
   * Makes one call. `failure` begins the message where it fails: `Consul gave no session`. Rejects with an AutotmplError (`catalog`),
   * or with the signal's reason.
   */
  async call<T>(
    failure: string,
    signal: AbortSignal,
    make: (consul: Consul, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const ctx = new EventEmitter();
    const cancel = (): void => void ctx.emit('cancel');
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const consul = await (this.#consul ??= this.#load());
      const token = await this.#tokens.current();
      signal.throwIfAborted();
      const options = { timeout: TIMEOUT_MS, ctx, ...(token === undefined ? {} : { token }) };
      return await make(consul, options);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AutotmplError) throw error;
      throw this.#failed(failure, error);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Closes the kept connections. */
  close(): void {
    this.#agent.destroy();
  }

  #failed(failure: string, error: unknown): AutotmplError {
    const agent = showConsulAddress(this.#options.address);
    const advice =
      statusOf(error) === 403
        ? 'the token needs session:write and key:write'
        : 'check that the agent runs and that the address is right';
    return new AutotmplError('catalog', `${failure} at ${agent}: ${describeError(error)}`, {
      cause: error,
      advice,
    });
  }

  async #load(): Promise<Consul> {
    const { default: Package } = await import('consul');
    const { address, auth } = this.#options;
    // The package's types leave out most of what its constructor takes.
    const settings: Record<string, unknown> = {
      agent: this.#agent,
      ...(address.transport === 'unix'
        ? { socketPath: address.socketPath }
        : { baseUrl: `${showConsulAddress(address)}/v1` }),
      ...(auth === undefined ? {} : { headers: basicAuthorization(auth) }),
    };
    return new Package(settings);
  }
}

/** The status of the agent's answer, where there was one. */
export function statusOf(error: unknown): number | undefined {
  const cause: unknown = error instanceof AutotmplError ? error.cause : error;
  if (typeof cause !== 'object' || cause === null || !('statusCode' in cause)) return undefined;
  return typeof cause.statusCode === 'number' ? cause.statusCode : undefined;
}

function basicAuthorization(auth: NonNullable<ConsulOptions['auth']>): Record<string, string> {
  const credentials = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  return { authorization: `Basic ${credentials}` };
}
