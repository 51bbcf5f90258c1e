import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { probeReload } from '../../../src/renderer/probe-reload.ts';
import type { ProbeKind } from '../../../src/renderer/safety.ts';
import type { Target } from '../../../src/renderer/target.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { makeTarget } from '../../support/targets.ts';
import { waitUntil } from '../../support/wait-until.ts';

describe('the probe after a reload', () => {
  let clock: ManualClock;
  let servers: (Server | TcpServer)[];
  let folder: string;
  let answered: number;
  const never = new AbortController().signal;

  beforeEach(() => {
    clock = new ManualClock();
    servers = [];
    answered = 0;
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-probe-'));
  });

  afterEach(async () => {
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
    expect(clock.pending).toBe(0);
  });

  const listen = async (server: Server | TcpServer, where: number | string, host?: string) => {
    servers.push(server);
    server.listen(where as number, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  const serve = (answer: RequestListener) => {
    const server = createHttpServer((asked, reply) => {
      reply.on('close', () => (answered += 1));
      answer(asked, reply);
    });
    return listen(server, 0, '127.0.0.1');
  };

  const followedBy = (probe: ProbeKind, withinMs = 5000, fields: Partial<Target> = {}) =>
    makeTarget({ label: 'web.conf', probe: { probe, withinMs }, ...fields });

  const probe = (targets: Target[], signal = never) =>
    probeReload(
      { command: 'reload', timeoutMs: 1000, targets, reasons: [] },
      {
        ...{ environment: { PATH: process.env.PATH }, told: {}, clock, insist: never },
        mask: (text) => text.replaceAll('hunter2', '********'),
      },
      signal,
    );

  /** Moves the clock until the promise is settled. */
  const byTime = async (found: Promise<string | undefined>): Promise<string | undefined> => {
    let isOver = false;
    void found.finally(() => (isOver = true));
    await waitUntil(
      async () => {
        await clock.advance(50);
        return isOver;
      },
      { what: 'the probe to come to an end' },
    );
    return found;
  };

  it('is tried again until it succeeds', async () => {
    const port = await serve((_, reply) => {
      reply.statusCode = answered < 2 ? 503 : 204;
      reply.end();
    });
    const target = followedBy({ kind: 'http', url: `http://127.0.0.1:${port}/health` });
    expect(await byTime(probe([target]))).toBeUndefined();
    expect(answered).toBeGreaterThan(3);
  });

  it('is not taken in by the old self of a program that is about to reload', async () => {
    const port = await serve((_, reply) => {
      reply.statusCode = answered < 2 ? 200 : 503;
      reply.end();
    });
    const target = followedBy({ kind: 'http', url: `http://127.0.0.1:${port}/` });
    expect(await byTime(probe([target]))).toContain('503 Service Unavailable');
  });

  it('counts a success that came too late to last', async () => {
    const port = await serve((_, reply) => {
      reply.statusCode = clock.now() < 4500 ? 503 : 200;
      reply.end();
    });
    const target = followedBy({ kind: 'http', url: `http://127.0.0.1:${port}/` });
    expect(await byTime(probe([target]))).toBeUndefined();
  });

  it('fails when its time is over, with what the last try said, masked', async () => {
    const port = await serve((_, reply) => {
      reply.statusCode = 500;
      reply.end('no database\nfor user hunter2\u001b[0m');
    });
    const target = followedBy({ kind: 'http', url: `http://127.0.0.1:${port}/health?key=hunter2` });
    expect(await byTime(probe([target]))).toBe(
      `the probe after "reload" did not succeed within 5s: GET http://127.0.0.1:${port}/health: ` +
        '500 Internal Server Error | no database | for user ********[0m',
    );
  });

  it('quotes no answer where a file is secret', async () => {
    const port = await serve((_, reply) => {
      reply.statusCode = 500;
      reply.end('what the file says');
    });
    const url = `http://127.0.0.1:${port}/`;
    const target = followedBy({ kind: 'http', url }, 1000, { secret: true });
    expect(await byTime(probe([target]))).toMatch(/500 Internal Server Error$/);
  });

  it('takes a redirect for a failure, and says that it is one', async () => {
    const port = await serve((_, reply) => {
      reply.writeHead(302, { location: '/login' });
      reply.end();
    });
    const url = `http://127.0.0.1:${port}/`;
    expect(await byTime(probe([followedBy({ kind: 'http', url })]))).toContain(
      '302 Found (a redirect, which is not followed)',
    );
  });

  it('does not let one try that hangs use up the time', async () => {
    const port = await serve((_, reply) => {
      if (answered > 0) reply.end();
    });
    const url = `http://127.0.0.1:${port}/`;
    expect(await byTime(probe([followedBy({ kind: 'http', url }, 30_000)]))).toBeUndefined();
  });

  it('connects to a port, by address or by name, and to a unix socket', async () => {
    const accept = (): TcpServer => createServer((socket) => socket.destroy());
    const port = await listen(accept(), 0, '127.0.0.1');
    const port6 = await listen(accept(), 0, '::1');
    const path = join(folder, 'app.sock');
    await listen(accept(), path);
    for (const address of [`127.0.0.1:${port}`, `:${port}`, `[::1]:${port6}`, path]) {
      expect(await byTime(probe([followedBy({ kind: 'tcp', address }, 500)]))).toBeUndefined();
    }
    const closed = `${path}.other`;
    expect(await byTime(probe([followedBy({ kind: 'tcp', address: closed }, 500)]))).toContain(
      `connect ${closed}: ENOENT`,
    );
  });

  it('runs a command, which knows the files, and tells what it printed last', async () => {
    const script = `test "$AUTOTMPL_TARGETS" = /etc/web.conf && echo still down && exit 3`;
    const target = followedBy({ kind: 'command', command: script }, 5000, {
      destination: '/etc/web.conf',
    });
    expect(await byTime(probe([target]))).toMatch(
      /within 5s: The command ".*" ended with exit code 3 \| still down$/,
    );
  });

  it('asks once where several files name the same probe, for the longest of their times', async () => {
    const port = await serve((_, reply) => {
      reply.statusCode = 503;
      reply.end();
    });
    const url = `http://127.0.0.1:${port}/`;
    const sentence = await byTime(
      probe([followedBy({ kind: 'http', url }, 1000), followedBy({ kind: 'http', url }, 4000)]),
    );
    expect(sentence?.match(/did not succeed/g)).toHaveLength(1);
    expect(sentence).toContain('within 4s');
  });

  it('ends at once when it is told to stop', async () => {
    const stop = new AbortController();
    const found = probe([followedBy({ kind: 'tcp', address: join(folder, 'none') })], stop.signal);
    await settle();
    stop.abort();
    expect(await found).toContain('ENOENT');
  });
});
