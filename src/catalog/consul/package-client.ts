import { EventEmitter } from 'node:events';
import { STATUS_CODES, type Agent } from 'node:http';
import type Consul from 'consul';
import { AutotmplError, describeError } from '../../core/errors.ts';
import type { BlockingClient } from '../blocking/client.ts';
import { showConsulAddress } from './address.ts';
import type { ConsulOptions } from './options.ts';

/** What every call of the package takes. */
export interface CallOptions {
  readonly token?: string;
  readonly partition?: string;
  readonly timeout: number;
  /** The package's own way to be told to stop. */
  readonly ctx: EventEmitter;
}

/** What a call is for, as its failure is told. */
export interface Purpose {
  /** The beginning of a sentence: `Consul gave no session`. */
  readonly failure: string;
  /** What the token has to be good for. */
  readonly aclRule: string;
}

const TIMEOUT_MS = 5000;
const LONGEST_SAID = 200;
const NO_ANSWER = 'check that the agent runs and that the address is right';

/** A call that failed. The package's own error is not its cause: it holds the request, and so the token. */
export class CallError extends AutotmplError {
  /** Of the agent's answer; undefined where none came. */
  readonly status: number | undefined;

  constructor(status: number | undefined, message: string, advice: string | undefined) {
    super('catalog', message, advice === undefined ? {} : { advice });
    this.status = status;
  }
}

/** The `consul` package with our options: it is loaded when it is first needed, goes over our connections with our token and certificates, and obeys a signal. */
export class PackageClient {
  readonly #options: ConsulOptions;
  readonly #client: BlockingClient;
  #consul: Promise<Consul> | undefined;

  constructor(options: ConsulOptions, client: BlockingClient) {
    this.#options = options;
    this.#client = client;
    client.keepForOwn({ lends: true });
  }

  /** Makes one call, with a deadline of 5 s. Rejects with a {@link CallError}, an AutotmplError, or the signal's reason. */
  async call<T>(
    purpose: Purpose,
    signal: AbortSignal,
    make: (consul: Consul, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const ctx = new EventEmitter();
    const cancel = (): void => void ctx.emit('cancel');
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#client.lend(TIMEOUT_MS, signal, async (agent, token) => {
        const consul = await (this.#consul ??= this.#load(agent));
        signal.throwIfAborted();
        const { partition } = this.#options;
        return make(consul, {
          ...{ timeout: TIMEOUT_MS, ctx },
          ...(token === undefined ? {} : { token }),
          ...(partition === undefined ? {} : { partition }),
        });
      });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AutotmplError) throw error;
      throw this.#failed(purpose, error);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #failed({ failure, aclRule }: Purpose, error: unknown): CallError {
    const agent = showConsulAddress(this.#options.address);
    const reply = replyOf(error);
    if (reply === undefined) {
      return new CallError(undefined, `${failure} at ${agent}: ${describeError(error)}`, NO_ANSWER);
    }
    const { status, said } = reply;
    const unknownToken = /not found/i.test(said)
      ? 'the token is unknown to Consul: give a valid one'
      : `the token needs ${aclRule}`;
    return new CallError(
      status,
      `${failure} at ${agent}: ${`${status} ${said}`.trimEnd()}`,
      status === 403 ? unknownToken : undefined,
    );
  }

  async #load(agent: Agent): Promise<Consul> {
    const { default: Package } = await import('consul');
    const { address, auth, namespace } = this.#options;
    // The package's types leave out most of what its constructor takes.
    const settings: Record<string, unknown> = {
      agent,
      ...(address.transport === 'unix'
        ? { socketPath: address.socketPath }
        : { baseUrl: `${showConsulAddress(address)}/v1` }),
      headers: {
        ...(auth === undefined ? {} : basicAuthorization(auth)),
        // The package takes `ns`, and never sends it.
        ...(namespace === undefined ? {} : { 'x-consul-namespace': namespace }),
      },
    };
    return new Package(settings);
  }
}

/** The package's own message leaves out whatever the agent said at length. */
function replyOf(error: unknown): { readonly status: number; readonly said: string } | undefined {
  if (typeof error !== 'object' || error === null || !('response' in error)) return undefined;
  const { statusCode = 0, body } = error.response as { statusCode?: number; body?: unknown };
  const said = typeof body === 'string' ? (body.trim().split('\n')[0] ?? '') : '';
  return {
    status: statusCode,
    said: said.slice(0, LONGEST_SAID) || (STATUS_CODES[statusCode] ?? ''),
  };
}

function basicAuthorization(auth: NonNullable<ConsulOptions['auth']>): Record<string, string> {
  const credentials = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  return { authorization: `Basic ${credentials}` };
}
