import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { PROGRAM } from '../support/autotmpl.ts';
import { startChild, type Child } from '../support/child.ts';
import { startConsul } from '../support/consul.ts';
import { freePorts } from '../support/free-ports.ts';
import { haproxyBinary } from '../support/haproxy.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { exchange, SteadyClient } from '../support/steady-client.ts';
import { waitUntil } from '../support/wait-until.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
/** Longer than the guard's `removeAfter`: an instance goes on answering until nobody asks it. */
const DRAIN_MS = 4000;
/** Requests after which "every instance" and "none" mean something. */
const MANY = 200;

const test = sideBySide(async (ends) => {
  const consul = await startConsul();
  ends.push(() => consul.stop());
  /** A copy of the example, with the port and the address of this machine. */
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-haproxy-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  await cp(join(EXAMPLES, 'haproxy'), folder, { recursive: true });
  const [port] = await freePorts(1);
  const listen = `127.0.0.1:${port}`;
  const origin = `http://${listen}`;
  const config = await readFile(join(folder, 'autotmpl.yaml'), 'utf8');
  await writeFile(
    join(folder, 'autotmpl.yaml'),
    config
      .replaceAll('8080', String(port))
      .replace('interfaces: [eth0, inet]', 'address: 127.0.0.1')
      .concat('control: { socket: run/control.sock }\n'),
  );
  await mkdir(join(folder, 'bin'));
  await symlink(PROGRAM, join(folder, 'bin/autotmpl'));
  const path = [join(folder, 'bin'), dirname(haproxyBinary()), process.env.PATH ?? ''].join(
    delimiter,
  );

  function start(command: readonly [string, ...string[]], env: Record<string, string> = {}): Child {
    const child = startChild(command, {
      cwd: folder,
      env: { CONSUL_HTTP_ADDR: consul.address, HAPROXY_LISTEN: listen, PATH: path, ...env },
    });
    ends.push(() => child.stop());
    return child;
  }

  function startInstance(service: 'sales' | 'customers', id: string): Child {
    return start([process.execPath, join(EXAMPLES, 'nginx/services', `${service}.mjs`)], {
      INSTANCE: id,
      ADDRESS: '127.0.0.1',
      DRAIN_MS: String(DRAIN_MS),
    });
  }

  /** One instance of each service, and HAProxy in front of them when both are known. */
  async function startEdge(): Promise<{ edge: Child; sales: Child }> {
    startInstance('customers', 'customers-1');
    const sales = startInstance('sales', 'sales-1');
    const edge = start([join(folder, 'run.sh')]);
    // Gently, before the rest: it has to take HAProxy with it, which is not of its group.
    ends.push(async () => {
      edge.kill('SIGTERM');
      await edge.ended;
    });
    for (const service of ['/sales/', '/customers/']) {
      await waitUntil(async () => (await exchange(origin, service)).status === 200, {
        what: `an answer from ${service}; the log is:\n${edge.stderr}`,
      });
    }
    return { edge, sales };
  }

  async function servers(): Promise<number> {
    const text = await readFile(join(folder, 'run/haproxy.cfg'), 'utf8');
    return [...text.matchAll(/^ *server 127/gm)].length;
  }

  const untilServers = (count: number, edge: Child) =>
    waitUntil(async () => (await servers()) === count, {
      what: `${count} servers in haproxy.cfg; the log is:\n${edge.stderr}`,
    });

  /** Client traffic to both services. */
  function startClient(): SteadyClient {
    const client = new SteadyClient(origin, ['/sales/', '/customers/'], 4);
    ends.push(() => client.stop());
    return client;
  }

  return { consul, origin, startInstance, startEdge, servers, untilServers, startClient };
});

describe.concurrent('examples/haproxy', () => {
  test(
    'scales sales from 1 to 3 to 2 without a failed request',
    { timeout: 90_000 },
    async ({ stage: { origin, startInstance, startEdge, untilServers, startClient } }) => {
      const { edge } = await startEdge();
      const client = startClient();

      const second = startInstance('sales', 'sales-2');
      startInstance('sales', 'sales-3');
      const ofThree = ['customers-1', 'sales-1', 'sales-2', 'sales-3'];
      await waitUntil(() => ofThree.every((id) => client.answersSince(0).has(id)), {
        what: 'an answer from each instance',
      });

      second.kill('SIGTERM');
      await untilServers(3, edge);
      expect(second.isRunning).toBe(true);
      await waitUntil(
        async () => {
          const since = performance.now();
          await client.untilSent(MANY, since);
          return !client.answersSince(since).has('sales-2');
        },
        { what: 'no answer from sales-2 any more' },
      );
      expect(await second.ended, second.stderr).toEqual({ code: 0, signal: null });
      await client.untilSent(MANY, performance.now());
      await client.stop();
      expect(client.failures(), edge.stdout + edge.stderr).toEqual([]);

      edge.kill('SIGTERM');
      // HAProxy's workers get USR1 from us and from their master: one that hears it twice ends by it, and HAProxy with 138.
      expect([0, 138], edge.stderr).toContain((await edge.ended).code);
      expect((await exchange(origin, '/sales/')).status).toBe(0);
    },
  );

  test(
    'keeps the last address when all of sales goes at once, and says so',
    { timeout: 90_000 },
    async ({ stage: { consul, origin, startEdge, servers } }) => {
      const { edge } = await startEdge();
      await consul.deregister('sales-1');
      // The instance itself lives: only the catalog has lost it, and it looks after that every five seconds.
      await waitUntil(() => /neverEmpty/.test(edge.stderr), {
        what: `the guard to object; the log is:\n${edge.stderr}`,
      });
      expect(await servers()).toBe(2);
      expect((await exchange(origin, '/sales/')).status).toBe(200);
      await waitUntil(() => /no guard objects any more/.test(edge.stderr), {
        what: `the instance to be back; the log is:\n${edge.stderr}`,
      });
      expect(await servers()).toBe(2);
    },
  );

  test(
    'says 503, and when to come back, while no instance answers',
    { timeout: 90_000 },
    async ({ stage: { origin, startEdge } }) => {
      const { sales } = await startEdge();
      sales.kill('SIGKILL');
      await waitUntil(async () => (await exchange(origin, '/sales/')).status === 503, {
        what: 'a 503',
      });
      const response = await fetch(`${origin}/sales/`);
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await response.json()).toEqual({ error: 'no instance of sales is healthy' });
      expect((await exchange(origin, '/customers/')).status).toBe(200);
      expect((await exchange(origin, '/nowhere')).status).toBe(404);
    },
  );
});
