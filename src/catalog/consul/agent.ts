import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Clock } from '../../core/time.ts';
import { showConsulAddress } from './address.ts';
import { Certificates } from './certificates.ts';
import type { ConsulOptions } from './options.ts';
import { asNumber, asRecord, asText } from './shapes.ts';
import { TokenSource } from './token.ts';

/** What an agent says of itself. */
export interface AgentDescription {
  readonly version: string;
  /** How many connections it grants one address; 0 is no limit, undefined where it does not say. */
  readonly maxConnectionsPerClient: number | undefined;
}

const TIMEOUT_MS = 5000;

/**
 * Asks the agent for its version and limits; needs `agent:read`. Undefined where it does not answer: this only serves a line in
 * the log. The connection is closed by the end, or when the signal aborts.
 */
export async function describeAgent(
  options: ConsulOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<AgentDescription | undefined> {
  const { address, tls } = options;
  const secure = address.transport === 'tcp' && address.secure;
  const agent = secure
    ? new HttpsAgent({
        rejectUnauthorized: tls.verify,
        ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
        ...{ secureContext: new Certificates(tls, clock).context() },
      })
    : new HttpAgent();
  const close = (): void => agent.destroy();
  signal.addEventListener('abort', close, { once: true });
  try {
    const { default: Consul } = await import('consul');
    const token = await new TokenSource(options, clock).current();
    // The package's types leave out most of what its constructor takes.
    const settings: Record<string, unknown> = {
      agent,
      ...(address.transport === 'unix'
        ? { socketPath: address.socketPath }
        : { baseUrl: `${showConsulAddress(address)}/v1` }),
      ...(options.auth === undefined ? {} : { headers: basicAuthorization(options.auth) }),
      defaults: { timeout: TIMEOUT_MS, ...(token === undefined ? {} : { token }) },
    };
    return readDescription(await new Consul(settings).agent.self());
  } catch {
    return undefined;
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

function readDescription(self: unknown): AgentDescription {
  const { Config, DebugConfig } = asRecord(self, 'the agent');
  const limit = asRecord(DebugConfig, "the agent's config").HTTPMaxConnsPerClient;
  return {
    version: asText(asRecord(Config, "the agent's config").Version, 'the version'),
    maxConnectionsPerClient: limit === undefined ? undefined : asNumber(limit, 'the limit'),
  };
}

function basicAuthorization(auth: NonNullable<ConsulOptions['auth']>): Record<string, string> {
  const credentials = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  return { authorization: `Basic ${credentials}` };
}
