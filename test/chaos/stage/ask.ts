import { request } from 'node:http';
import { HTTP_PORT, MANAGEMENT_TOKEN } from './agent.ts';

/** An answer of an agent's. */
export interface Reply {
  readonly status: number;
  readonly body: Buffer;
}

const PATIENCE_MS = 3000;

/** One request to an agent with the token that may do everything, on a connection of its own; throws for any answer but 200. */
export async function ask(
  address: string,
  method: string,
  path: string,
  body?: string | Buffer,
): Promise<Buffer> {
  const reply = await exchange(address, method, path, body);
  if (reply.status === 200) return reply.body;
  throw new Error(`${method} ${path} at ${address}: ${reply.status} ${reply.body.toString()}`);
}

/** The same, read as JSON. */
export async function askJson<Shape>(address: string, path: string): Promise<Shape> {
  return JSON.parse((await ask(address, 'GET', path)).toString()) as Shape;
}

function exchange(
  address: string,
  method: string,
  path: string,
  body: string | Buffer | undefined,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { 'X-Consul-Token': MANAGEMENT_TOKEN };
    const sent = request({ host: address, port: HTTP_PORT, method, path, headers, agent: false });
    // A hung agent takes the request and says nothing; a dropped packet says nothing either.
    const timer = setTimeout(
      () => sent.destroy(new Error(`${address} does not answer`)),
      PATIENCE_MS,
    );
    sent.on('error', reject);
    sent.on('close', () => clearTimeout(timer));
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }),
      );
    });
    sent.end(body);
  });
}
