/** The container of the article on the Autopilot Pattern, and its better form, with a real nginx and a real Consul. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROGRAM, type Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { freePorts } from '../support/free-ports.ts';
import { nginxBinary } from '../support/nginx.ts';
import { commandLineOf } from '../support/process-facts.ts';
import { Scene } from '../support/scene.ts';
import { SteadyClient } from '../support/steady-client.ts';
import { waitUntil } from '../support/wait-until.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/nginx', import.meta.url));

let consul: ConsulAgent;
let scene: Scene;
let port: number;
let environment: Record<string, string>;

beforeEach(async () => {
  consul = await startConsul();
  scene = new Scene();
  cpSync(EXAMPLE, scene.folder, { recursive: true });
  mkdirSync(scene.at('bin'));
  mkdirSync(scene.at('run'), { recursive: true });
  for (const name of ['autotmpl', 'containerpilot', 'consul-template']) {
    symlinkSync(PROGRAM, join(scene.at('bin'), name));
  }
  [port = 0] = await freePorts(1);
  environment = {
    PATH: `${scene.at('bin')}${delimiter}${process.env.PATH ?? ''}`,
    ...{
      CONSUL: '127.0.0.1',
      CONSUL_PORT: String(consul.ports.http),
      INTERFACE: 'static:127.0.0.1',
    },
    ...{ NGINX_PORT: String(port), NGINX_LISTEN: `127.0.0.1:${port}`, NGINX_BIN: nginxBinary() },
    CONSUL_HTTP_ADDR: consul.address,
  };
});

afterEach(async () => {
  await scene.close();
  await consul.stop();
});

/** ContainerPilot's config, run under its name. */
function startArticle(): Program {
  const nginx = [nginxBinary(), '-e', 'stderr', '-p', scene.at('run'), '-c', 'nginx.conf'];
  return scene.startWith(
    ['-config', `file://${scene.at('containerpilot.json')}`, ...nginx, '-g', 'daemon off;'],
    { env: environment },
  );
}

/** Our own config: only the port and the address are the machine's. */
function startBetter(): Program {
  const text = readFileSync(scene.at('supervised.yaml'), 'utf8')
    .replaceAll('8080', String(port))
    .replace('interfaces: [eth0, inet]', 'address: 127.0.0.1')
    .replace('exec: [nginx,', `exec: [${nginxBinary()},`);
  writeFileSync(scene.at('supervised.yaml'), text);
  return scene.startWith(['supervise', '-config', 'supervised.yaml'], { env: environment });
}

/** An instance of sales, supervised, which serves on for a second after it left the catalog. */
async function startSales(id: string): Promise<Program> {
  const [own = 0] = await freePorts(1);
  const config = {
    catalog: { consul: { address: consul.address } },
    control: { socket: scene.at(`${id}.sock`) },
    jobs: [
      {
        ...{ name: 'sales', main: true, exec: [process.execPath, scene.at('services/plain.mjs')] },
        env: { NAME: 'sales', PORT: String(own), INSTANCE: id },
        service: { id, port: own, address: '127.0.0.1', drain: '1s' },
        health: { tcp: `127.0.0.1:${own}`, interval: '200ms', ttl: '3s' },
      },
    ],
  };
  scene.write(`${id}.json`, JSON.stringify(config));
  return scene.startWith(['supervise', '-config', `${id}.json`], { env: environment });
}

async function statusOf(id: string): Promise<string | undefined> {
  const { body } = await consul.expectOk('GET', '/v1/agent/checks');
  const checks = Object.values(
    JSON.parse(body.toString()) as Record<string, { ServiceID: string; Status: string }>,
  );
  return checks.find(({ ServiceID }) => ServiceID === id)?.Status;
}

function inFile(): string[] {
  if (!scene.exists('run/nginx.conf')) return [];
  return [...scene.read('run/nginx.conf').matchAll(/^ *server .*; # (.+)$/gm)]
    .map((match) => match[1] ?? '')
    .sort();
}

async function untilInFile(...ids: string[]): Promise<void> {
  await scene.until(
    `${ids.join(', ')} in nginx.conf`,
    () => JSON.stringify(inFile()) === JSON.stringify(ids),
  );
}

/** Waits until no handler is under way: it would cover a change that comes meanwhile only with its next run. */
async function untilAtRest(): Promise<void> {
  await scene.until('the handlers to rest', () =>
    scene.processes().every((pid) => !/-once|reload\.sh/.test(commandLineOf(pid))),
  );
}

/** When a program logged this, as `Date.now()` has it. */
function timeOf({ stderr }: Program, message: RegExp): number {
  const lines = stderr.slice(0, stderr.lastIndexOf('\n') + 1).split('\n');
  const entries = lines
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { time: string; message: string });
  return Date.parse(entries.find((entry) => message.test(entry.message))?.time ?? '');
}

/** An instance more and one less with nothing else to do, each from what the catalog says or is told to when the file has it. */
async function measureAtRest(...others: string[]): Promise<{ inMs: number; outMs: number }> {
  await untilAtRest();
  const one = await startSales('sales-4');
  await untilInFile(...others, 'sales-4');
  const inFileAt = Date.now();
  await scene.until('sales-4 to say so', () => timeOf(one, /^sales is in the catalog/) > 0);
  const inMs = inFileAt - timeOf(one, /^sales is in the catalog/);
  await untilAtRest();
  const asked = performance.now();
  one.kill('SIGTERM');
  await untilInFile(...others);
  const outMs = performance.now() - asked;
  await one.ended;
  return { inMs, outMs };
}

/** How long after one thing the other came; both are awaited from now on. */
async function delayMs(first: Promise<unknown>, second: Promise<unknown>): Promise<number> {
  let firstAt = 0;
  await Promise.all([first.then(() => (firstAt = performance.now())), second]);
  return performance.now() - firstAt;
}

describe.each([
  ["the article's container", startArticle, 4000],
  ['its better form', startBetter, 1500],
] as const)('%s', (name, startNginx, withinMs) => {
  it(
    'follows sales from 1 to 3 to 2 without a failed request, and leaves in order',
    { timeout: 90_000 },
    async () => {
      await startSales('sales-1');
      await waitUntil(async () => (await statusOf('sales-1')) === 'passing', { what: 'sales-1' });
      const container = startNginx();
      const id = `nginx-${hostname()}`;
      await waitUntil(async () => (await statusOf(id)) === 'passing', {
        what: 'nginx in the catalog',
      });
      await untilInFile('sales-1');

      const client = new SteadyClient(`http://127.0.0.1:${port}`, ['/sales/'], 4);
      const second = await startSales('sales-2');
      const third = await startSales('sales-3');
      const added = await delayMs(
        waitUntil(
          async () =>
            (await statusOf('sales-2')) === 'passing' && (await statusOf('sales-3')) === 'passing',
          { what: 'three instances' },
        ),
        untilInFile('sales-1', 'sales-2', 'sales-3'),
      );
      await waitUntil(() => client.answersSince(0).has('sales-3'), {
        what: 'an answer of the third',
      });

      const asked = performance.now();
      second.kill('SIGTERM');
      await untilInFile('sales-1', 'sales-3');
      const removed = performance.now() - asked;
      expect((await second.ended).code).toBe(0);
      await client.untilSent(100, performance.now());
      await client.stop();
      expect(client.failures()).toEqual([]);

      const { inMs, outMs } = await measureAtRest('sales-1', 'sales-3');
      // Nobody takes leave of the catalog for the third.
      third.kill('SIGKILL');
      const killed = performance.now();
      await untilInFile('sales-1');
      const killedMs = Math.round(performance.now() - killed);
      console.log(
        `${name}: under load in after ${Math.round(added)} ms, out after ${Math.round(removed)} ms; at rest in after ${Math.round(inMs)} ms, out after ${Math.round(outMs)} ms; killed out after ${killedMs} ms (ttl 3 s)`,
      );
      expect(Math.max(inMs, outMs)).toBeLessThan(withinMs);
      expect(added).toBeLessThan(withinMs);
      expect(removed).toBeLessThan(withinMs);

      container.kill('SIGTERM');
      const gone = waitUntil(async () => (await statusOf(id)) === undefined, {
        what: 'nginx to leave the catalog',
      });
      expect(
        await Promise.race([gone.then(() => 'left'), container.ended.then(() => 'ended')]),
      ).toBe('left');
      expect((await container.ended).code).toBe(0);
    },
  );
});
