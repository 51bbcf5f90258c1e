import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A question as it arrived. */
export interface FakeQuestion {
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  /** 0 where the question does not wait. */
  readonly index: number;
  readonly waitMs: number;
  /** Counts from 0. */
  readonly turn: number;
}

/** Answers one question, in whatever way an agent may and some more. */
export type FakeHandler = (question: FakeQuestion, response: ServerResponse) => void;

/** An HTTP server that does what no real agent can be made to do. */
export interface FakeAgent {
  readonly address: string;
  readonly questions: readonly FakeQuestion[];
  /** How many connections are open. */
  readonly connections: number;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. The probe for a leader is answered for it. */
export async function startFakeAgent(handler: FakeHandler): Promise<FakeAgent> {
  const questions: FakeQuestion[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://agent');
    if (url.pathname === '/v1/status/leader') {
      response.end('"127.0.0.1:8300"');
      return;
    }
    const question = {
      url,
      headers: request.headers,
      index: Number(url.searchParams.get('index') ?? 0),
      waitMs: Number((url.searchParams.get('wait') ?? '0ms').replace('ms', '')),
      turn: questions.length,
    };
    questions.push(question);
    handler(question, response);
  });
  server.on('connection', (socket) => {
    connections++;
    socket.on('close', () => connections--);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server without a port');
  return {
    address: `http://127.0.0.1:${address.port}`,
    questions,
    get connections() {
      return connections;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A good answer about one key. */
export function answerKey(response: ServerResponse, index: number, value: string): void {
  response.writeHead(200, { 'X-Consul-Index': String(index), 'X-Consul-KnownLeader': 'true' });
  response.end(JSON.stringify([{ Key: 'a', Value: Buffer.from(value).toString('base64') }]));
}
