import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { SensorSettings, TelemetrySettings } from '../../src/control/settings.ts';
import { ControlScene } from '../support/control-scene.ts';
import { freePorts } from '../support/free-ports.ts';
import { processesWith } from '../support/process-facts.ts';
import { jobStatus } from '../support/scripted-control.ts';
import { waitUntil } from '../support/wait-until.ts';

let scene: ControlScene;

beforeEach(async () => {
  scene = await ControlScene.create();
});
afterEach(() => scene.end());

function sensor(differs: Partial<SensorSettings>): SensorSettings {
  return { namespace: '', subsystem: '', name: 'x', help: '', type: 'gauge', ...differs };
}

function telemetry(...sensors: SensorSettings[]): TelemetrySettings {
  return { host: '127.0.0.1', port: 0, sensors };
}

function get(path: string, options: RequestInit = {}): Promise<Response> {
  const { host, port } = scene.control.telemetryAddress ?? { host: '', port: 0 };
  return fetch(`http://${host}:${port}${path}`, options);
}

async function metrics(): Promise<string[]> {
  return (await (await get('/metrics')).text()).split('\n');
}

describe('telemetry', () => {
  it('says that the program lives, and whether it is ready and why not', async () => {
    await scene.serve({ telemetry: telemetry() });
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    scene.controlled.present = {
      ...scene.controlled.present,
      jobs: [jobStatus({ status: 'unhealthy' })],
    };
    scene.controlled.presentFiles = {
      ready: false,
      targets: [{ label: 'a -> b', state: 'waiting' }],
    };
    const answer = await get('/readyz');
    expect(answer.status).toBe(503);
    expect(
      (await answer.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([{ reason: 'not rendered yet: a -> b' }, { reason: 'web runs and is unhealthy' }]);
    expect((await get('/healthz')).status).toBe(200);
  });

  it("shows the status in ContainerPilot 3's shape, and nothing that a check printed", async () => {
    const lastCheck = { status: 'critical', output: 'token hunter2', at: 0 };
    scene.controlled.present = {
      ...scene.controlled.present,
      jobs: [jobStatus({ lastCheck })],
      services: [
        {
          ...{ id: 'web-host', name: 'web', address: '10.0.0.5', port: 80 },
          ...{ status: 'healthy', registered: true },
        },
      ],
      watches: [{ name: 'sales', instances: 2, status: 'healthy' }],
    };
    await scene.serve({ telemetry: telemetry() });
    const text = await (await get('/status')).text();
    expect(JSON.parse(text)).toMatchObject({
      Version: '1.2.3',
      Jobs: [{ Name: 'web', Status: 'healthy' }],
      Services: [{ Name: 'web', Address: '10.0.0.5', Port: 80, Status: 'healthy' }],
      Watches: ['sales'],
    });
    expect(text).not.toContain('hunter2');
  });

  it('can only be looked at', async () => {
    await scene.serve({ telemetry: telemetry() });
    for (const path of ['/metrics', '/status', '/healthz', '/readyz']) {
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const answer = await get(path, { method });
        expect(answer.status).toBe(405);
        expect(answer.headers.get('allow')).toBe('GET, HEAD');
      }
      const head = await get(path, { method: 'HEAD' });
      expect(head.status).toBe(200);
      expect(await head.text()).toBe('');
    }
    expect((await get('/v3/reload', { method: 'POST' })).status).toBe(404);
    expect(scene.controlled.asked).toEqual([]);
  });

  it('says who may have the port, where it is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(scene.serve({ telemetry: { ...telemetry(), port } })).rejects.toMatchObject({
      code: 'config',
      message: `telemetry cannot listen on 127.0.0.1:${port}: another program has the port`,
      advice: expect.stringContaining(`sport = :${port}`) as unknown,
    });
    other.close();
  });

  it.each([
    ['192.0.2.1', 'this machine has no such address'],
    ['no.such.invalid', 'there is no such host'],
  ])('says what is wrong with the address %s', async (host, message) => {
    await expect(scene.serve({ telemetry: { ...telemetry(), host } })).rejects.toThrow(message);
  });

  it('asks for the address where interfaces are given', async () => {
    await scene.serve({ telemetry: { ...telemetry(), host: '192.0.2.1', interfaces: ['lo'] } });
    expect(scene.control.telemetryAddress?.host).toBe('127.0.0.1');
  });
});

describe('a reload of telemetry', () => {
  it('keeps the port that did not change, and its counters', async () => {
    await scene.serve({ telemetry: telemetry(sensor({ type: 'counter' })) });
    const before = scene.control.telemetryAddress?.port;
    scene.bus.emit('config:reloaded', { ok: true });
    await scene.ask('POST', '/v3/metric', { x: 3 });
    const more = sensor({ name: 'y' });
    await scene.serve({ telemetry: telemetry(sensor({ type: 'counter' }), more) });
    expect(scene.control.telemetryAddress?.port).toBe(before);
    const lines = await metrics();
    expect(lines).toContain('x 3');
    expect(lines).toContain('y 0');
    expect(lines).toContain('autotmpl_reloads_total{result="taken"} 1');
  });

  it('goes to another port, and to another address of the same', async () => {
    const [first = 0, second = 0] = await freePorts(2);
    await scene.serve({ telemetry: { ...telemetry(), port: first } });
    await scene.serve({ telemetry: { ...telemetry(), port: second } });
    expect((await get('/healthz')).status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${first}/healthz`)).rejects.toThrow();
    await scene.serve({ telemetry: { ...telemetry(), host: '0.0.0.0', port: second } });
    expect((await fetch(`http://127.0.0.2:${second}/healthz`)).status).toBe(200);
  });

  it('leaves everything as it was where the new port or socket cannot be had', async () => {
    const [taken = 0] = await freePorts(1);
    const other = createServer().listen(taken, '127.0.0.1');
    await once(other, 'listening');
    await scene.serve({ telemetry: telemetry(sensor({})) });
    const before = scene.control.telemetryAddress?.port;
    const wrong = [
      { telemetry: { ...telemetry(), port: taken } },
      { telemetry: telemetry(sensor({ name: 'a-b' })) },
      { telemetry: telemetry(sensor({}), sensor({})) },
      { telemetry: telemetry(sensor({ name: 'autotmpl_ready' })) },
      { telemetry: undefined, control: { socket: '/no/such/folder/sock', mode: 0o600 } },
    ];
    for (const served of wrong) {
      await expect(scene.serve(served)).rejects.toMatchObject({ name: 'AutotmplError' });
      if ('control' in served) break;
      expect(scene.control.telemetryAddress?.port).toBe(before);
      await scene.ask('POST', '/v3/metric', { x: 1 });
    }
    expect(scene.control.telemetryAddress).toBeDefined();
    await scene.ask('GET', '/v1/status');
    other.close();
  });

  it('takes it away', async () => {
    const [port = 0] = await freePorts(1);
    await scene.serve({ telemetry: { ...telemetry(), port } });
    await scene.serve({ telemetry: undefined });
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
    expect(scene.bus.listeners('supervisor:happened')).toBe(0);
  });
});

describe("metrics of the user's own", () => {
  it('are measured by their commands, a counter added to and a gauge set', async () => {
    const common = { namespace: 'ns', subsystem: 'sub', intervalMs: 50 };
    await scene.serve({
      telemetry: telemetry(
        sensor({ ...common, name: 'g', command: ['echo', '42'] }),
        sensor({ ...common, name: 'c', type: 'counter', command: 'echo " 2.5 "' }),
        sensor({ ...common, name: 'h', type: 'histogram', command: ['echo', '0.3'] }),
        sensor({ ...common, name: 's', type: 'summary', command: ['echo', '7'] }),
      ),
    });
    const lines = await waitUntil(
      async () => {
        const now = await metrics();
        const all = [
          /^ns_sub_g 42$/,
          // Twice or more often by the time that somebody looks.
          /^ns_sub_c (?:5|7\.5|\d{2,}(?:\.5)?)$/,
          /^ns_sub_h_count [1-9]/,
          /^ns_sub_s_sum [1-9]/,
        ];
        return all.every((one) => now.some((line) => one.test(line))) ? now : undefined;
      },
      { what: 'all four' },
    );
    expect(lines.find((line) => line.startsWith('ns_sub_s{quantile="0.99"}'))).toBeDefined();
  });

  it('stay as they were while a command fails, and that is said once', async () => {
    const failing = sensor({ command: 'echo nonsense', intervalMs: 20, timeoutMs: 5000 });
    const hanging = sensor({
      name: 'slow',
      command: 'sleep 600 & sleep 600',
      intervalMs: 20,
      timeoutMs: 50,
    });
    await scene.serve({ telemetry: telemetry(failing, hanging) });
    const failures = async (name: string): Promise<number> => {
      const line = (await metrics()).find((one) =>
        one.startsWith(`autotmpl_sensor_failures_total{sensor="${name}"}`),
      );
      return Number(line?.split(' ')[1] ?? 0);
    };
    await waitUntil(async () => (await failures('x')) > 2 && (await failures('slow')) > 2, {
      what: 'failures',
    });
    const warnings = scene.logger.records.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message).sort()).toEqual([
      'sensor slow: The command "sleep 600 & sleep 600" ran longer than 50ms and was killed',
      'sensor x: its command printed no number',
    ]);
    expect(await metrics()).toContain('x 0');
  });

  it('end with the program, and leave no process', async () => {
    await scene.serve({
      telemetry: telemetry(sensor({ command: 'sleep 600', intervalMs: 10, timeoutMs: 60_000 })),
    });
    await waitUntil(() => processesWith(scene.folder).length > 0, { what: 'the command' });
    await scene.control.close();
    expect(processesWith(scene.folder)).toEqual([]);
  });

  it('are set from outside by their exported name, or as ContainerPilot 3 joined it', async () => {
    await scene.serve({
      telemetry: telemetry(sensor({ name: 'alone' }), sensor({ namespace: 'a', name: 'b' })),
    });
    await scene.ask('POST', '/v3/metric', { alone: 1.5, a_b: 2 });
    expect(await metrics()).toEqual(expect.arrayContaining(['alone 1.5', 'a_b 2']));
    await scene.ask('POST', '/v3/metric', { __alone: 3, a__b: 4 });
    expect(await metrics()).toEqual(expect.arrayContaining(['alone 3', 'a_b 4']));
  });

  it.each([
    [{ other: 1 }, 'there is no metric "other"; known: good, up'],
    [{ good: 'x' }, 'good: expected a number, found a string'],
    [{ good: null }, 'good: expected a number, found null'],
    [{ up: -1 }, 'up: a counter is raised, never lowered'],
  ])('are all left as they are where one of %j cannot be taken', async (wrong, message) => {
    await scene.serve({
      telemetry: telemetry(sensor({ name: 'good' }), sensor({ name: 'up', type: 'counter' })),
    });
    const put = scene.ask('POST', '/v3/metric', { good: 7, ...wrong });
    await expect(put).rejects.toThrow(message);
    expect(await metrics()).toEqual(expect.arrayContaining(['good 0', 'up 0']));
  });
});
