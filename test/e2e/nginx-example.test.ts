import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { PROGRAM, programWords } from '../support/autotmpl.ts';
import { startChild, type Child } from '../support/child.ts';
import { startConsul } from '../support/consul.ts';
import { freePorts } from '../support/free-ports.ts';
import { nginxBinary, startNginx, type Nginx } from '../support/nginx.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { exchange, SteadyClient } from '../support/steady-client.ts';
import { waitUntil } from '../support/wait-until.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/nginx', import.meta.url));
/** Long enough for a reload, short enough for a test: the end of an instance is part of what is tested. */
const DRAIN_MS = 2000;
/** Requests after which "every instance" and "none" mean something. */
const MANY = 200;

const test = sideBySide(async (ends) => {
  const consul = await startConsul();
  ends.push(() => consul.stop());
  /** A copy of the example, as it is. */
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-example-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  await cp(EXAMPLE, folder, { recursive: true });
  const [port] = await freePorts(1);
  const listen = `127.0.0.1:${port}`;
  const origin = `http://${listen}`;

  function start(command: readonly [string, ...string[]], env: Record<string, string> = {}): Child {
    const child = startChild(command, {
      cwd: folder,
      env: {
        CONSUL_HTTP_ADDR: consul.address,
        NGINX_LISTEN: listen,
        NGINX_BIN: nginxBinary(),
        ...env,
      },
    });
    ends.push(() => child.stop());
    return child;
  }

  function startInstance(service: 'sales' | 'customers', id: string): Child {
    return start([process.execPath, `services/${service}.mjs`], {
      INSTANCE: id,
      ADDRESS: '127.0.0.1',
      DRAIN_MS: String(DRAIN_MS),
    });
  }

  function autotmpl(...flags: string[]): Child {
    return start([...programWords(), '-config', 'autotmpl.yaml', ...flags]);
  }

  /** As README.md does it by hand: the file, then nginx, then the watch. */
  async function startEdge(): Promise<{ nginx: Nginx; watch: Child }> {
    const once = autotmpl('-once', '-timeout', '20s');
    expect(await once.ended, once.stderr).toEqual({ code: 0, signal: null });
    const nginx = await startNginx({
      prefix: join(folder, 'run'),
      configFile: 'nginx.conf',
      url: origin,
    });
    ends.push(() => nginx.stop());
    return { nginx, watch: autotmpl() };
  }

  async function instancesInFile(): Promise<string[]> {
    const text = await readFile(join(folder, 'run/nginx.conf'), 'utf8');
    return [...text.matchAll(/^ *server .*; # (.+)$/gm)].map((match) => match[1] as string);
  }

  async function untilInFile(...ids: string[]): Promise<void> {
    await waitUntil(
      async () => JSON.stringify((await instancesInFile()).sort()) === JSON.stringify(ids.sort()),
      { what: `exactly ${ids.join(', ')} in nginx.conf` },
    );
  }

  async function untilAnswers(path: string): Promise<void> {
    await waitUntil(async () => (await exchange(origin, path)).status === 200, { what: path });
  }

  /** Starts the first instances, and nginx when they are in the catalog: no worker is about that knows of none. */
  async function startAll(
    ...ids: string[]
  ): Promise<{ nginx: Nginx; watch: Child; sales: Child[] }> {
    startInstance('customers', 'customers-1');
    const sales = ids.map((id) => startInstance('sales', id));
    const wanted = ids.length + 1;
    await waitUntil(
      async () => (await passing('sales')) + (await passing('customers')) === wanted,
      {
        what: `${wanted} instances that pass their checks`,
      },
    );
    return { ...(await startEdge()), sales };
  }

  async function passing(service: string): Promise<number> {
    const { body } = await consul.expectOk('GET', `/v1/health/service/${service}?passing`);
    return (JSON.parse(body.toString()) as unknown[]).length;
  }

  /** All of it as in the container: entrypoint.sh, with autotmpl on its PATH. */
  async function startWhole(): Promise<Child> {
    const commands = join(folder, 'bin');
    await mkdir(commands);
    await symlink(PROGRAM, join(commands, 'autotmpl'));
    const PATH = `${commands}${delimiter}${process.env.PATH}`;
    const whole = start([join(folder, 'entrypoint.sh')], { PATH });
    startInstance('sales', 'sales-1');
    await untilAnswers('/sales/');
    return whole;
  }

  /** Client traffic through nginx, to both services. */
  function startClient(): SteadyClient {
    const client = new SteadyClient(origin, ['/sales/', '/customers/'], 4);
    ends.push(() => client.stop());
    return client;
  }

  return {
    folder,
    origin,
    startInstance,
    startEdge,
    instancesInFile,
    untilInFile,
    untilAnswers,
    startAll,
    startWhole,
    startClient,
  };
});

describe.concurrent('examples/nginx', () => {
  test(
    'scales sales from 1 to 3 to 2 without a failed request',
    { timeout: 90_000 },
    async ({ stage: { startInstance, untilInFile, startAll, startClient } }) => {
      const { nginx, watch } = await startAll('sales-1');
      const client = startClient();

      const second = startInstance('sales', 'sales-2');
      startInstance('sales', 'sales-3');
      await untilInFile('sales-1', 'sales-2', 'sales-3', 'customers-1');
      const ofThree = ['sales-1', 'sales-2', 'sales-3', 'customers-1'];
      await waitUntil(() => ofThree.every((id) => client.answersSince(0).has(id)), {
        what: 'an answer from each instance',
      });
      const allThereMs = performance.now();
      await client.untilSent(MANY, allThereMs);
      expect([...client.answersSince(allThereMs).keys()].sort()).toEqual(ofThree.sort());

      const oldWorkers = await nginx.workers();
      second.kill('SIGTERM');
      await untilInFile('sales-1', 'sales-3', 'customers-1');
      await nginx.untilGone(oldWorkers);
      const goneMs = performance.now();
      // It left the catalog first: had it stopped first, nobody would be there to answer until now.
      expect(second.isRunning).toBe(true);
      expect(await second.ended, second.stderr).toEqual({ code: 0, signal: null });
      await client.untilSent(MANY, performance.now());
      await client.stop();

      expect([...client.answersSince(goneMs).keys()].sort()).toEqual(
        ['sales-1', 'sales-3', 'customers-1'].sort(),
      );
      expect(client.failures()).toEqual([]);
      expect(watch.isRunning).toBe(true);
      watch.kill('SIGTERM');
      expect(await watch.ended, watch.stderr).toEqual({ code: 0, signal: null });
    },
  );

  test(
    'keeps a crash from the clients, and takes it out',
    { timeout: 90_000 },
    async ({ stage: { untilInFile, startAll, startClient } }) => {
      const { sales } = await startAll('sales-1', 'sales-2');
      const crashing = sales[1] as Child;
      const client = startClient();
      await waitUntil(() => client.answersSince(0).has('sales-2'), {
        what: 'an answer of sales-2',
      });

      crashing.kill('SIGKILL');
      await crashing.ended;
      const crashedMs = performance.now();
      await untilInFile('sales-1', 'customers-1');
      await client.untilSent(MANY, crashedMs);
      await client.stop();
      expect(client.failures()).toEqual([]);
    },
  );

  test(
    'keeps the last good file when a whole service is gone at once',
    { timeout: 90_000 },
    async ({ stage: { instancesInFile, startAll } }) => {
      const { watch, sales } = await startAll('sales-1', 'sales-2');
      for (const instance of sales) instance.kill('SIGTERM');
      await waitUntil(() => /sales went from 2 instances to none/.test(watch.stderr), {
        what: 'the objection',
      });
      expect((await instancesInFile()).sort()).toEqual(['customers-1', 'sales-1', 'sales-2']);
    },
  );

  test(
    'answers 503 while a service has no instance',
    { timeout: 90_000 },
    async ({ stage: { origin, startInstance, startEdge, untilAnswers } }) => {
      await startEdge();
      startInstance('customers', 'customers-1');
      await untilAnswers('/customers/');
      const response = await fetch(`${origin}/sales/`);
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('1');
      expect(await response.json()).toEqual({ error: 'no instance of sales is healthy' });
    },
  );

  test(
    'runs as one whole from entrypoint.sh, and ends as one',
    { timeout: 90_000 },
    async ({ stage: { origin, startWhole } }) => {
      const whole = await startWhole();
      whole.kill('SIGTERM');
      const { code } = await whole.ended;
      expect(code, whole.stderr).toBe(143);
      expect((await exchange(origin, '/sales/')).status).toBe(0);
    },
  );

  test(
    'does not outlive its nginx',
    { timeout: 90_000 },
    async ({ stage: { folder, startWhole } }) => {
      const whole = await startWhole();
      const nginx = Number(await readFile(join(folder, 'run/nginx.pid'), 'utf8'));
      process.kill(nginx, 'SIGTERM');
      // Its output is closed, too: autotmpl, which writes to the same, has ended.
      expect(await whole.ended, whole.stderr).toEqual({ code: 0, signal: null });
    },
  );
});
