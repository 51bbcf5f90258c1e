/** What systemd would hear, at a real socket of its kind: from the carrier by itself, and from the whole program. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { SystemdReport } from '../../src/control/systemd-report.ts';
import { begin } from '../../src/core/actor.ts';
import { Bus } from '../../src/core/bus.ts';
import { systemClock } from '../../src/core/time.ts';
import { loadLibc } from '../../src/process/libc.ts';
import { createNotifier, type Notifier } from '../../src/process/notify.ts';
import { DatagramSocket } from '../support/datagram-socket.ts';
import { Scene } from '../support/scene.ts';
import { ScriptedControlled } from '../support/scripted-control.ts';
import { waitUntil } from '../support/wait-until.ts';

let scene: Scene;
let socket: DatagramSocket;

beforeEach(() => {
  scene = new Scene();
});

afterEach(async () => {
  socket.close();
  await scene.close();
});

async function notifierTo(path: string, more: object = {}): Promise<Notifier> {
  const notifier = await createNotifier({ NOTIFY_SOCKET: path, ...more }, loadLibc);
  if (notifier === undefined) throw new Error(`no notifier to ${path}`);
  return notifier;
}

describe('a notice', () => {
  it.each([
    ['a path', () => scene.at('notify')],
    ['an abstract name', () => `@autotmpl-test-${randomUUID()}`],
  ])('comes whole to %s', async (_, place) => {
    const path = place();
    socket = new DatagramSocket(path);
    const notifier = await notifierTo(path);
    notifier.notify({ ready: true, status: 'größer\nREADY=0' });
    notifier.notify({ stopping: true });
    notifier.notify({ extendMs: 1500.0001, watchdog: true });
    notifier.notify({ reloading: true });
    expect(socket.receive()).toEqual([
      'READY=1\nSTATUS=größer READY=0',
      'STOPPING=1',
      'EXTEND_TIMEOUT_USEC=1500001\nWATCHDOG=1',
      expect.stringMatching(/^RELOADING=1\nMONOTONIC_USEC=\d+$/),
    ]);
  });

  it('is lost, and harms nobody, where nobody receives or nobody could', async () => {
    socket = new DatagramSocket(scene.at('another'));
    for (const path of [scene.at('none'), `@${randomUUID()}`, `/${'x'.repeat(200)}`]) {
      (await notifierTo(path)).notify({ ready: true });
    }
    expect(socket.receive()).toEqual([]);
  });

  it("has a watchdog's time only where it is meant for this process", async () => {
    socket = new DatagramSocket(scene.at('notify'));
    const watchdogMs = async (more: object) => (await notifierTo('/x', more)).watchdogMs;
    expect(await watchdogMs({ WATCHDOG_USEC: '2000000' })).toBe(2000);
    const pid = String(process.pid);
    expect(await watchdogMs({ WATCHDOG_USEC: '2000000', WATCHDOG_PID: pid })).toBe(2000);
    expect(await watchdogMs({ WATCHDOG_USEC: '2000000', WATCHDOG_PID: '1' })).toBeUndefined();
    expect(await watchdogMs({ WATCHDOG_USEC: 'x' })).toBeUndefined();
  });
});

describe('the watchdog', () => {
  it('hears nothing while the loop does not turn, and again when it does', async () => {
    socket = new DatagramSocket(scene.at('notify'));
    const carrier = await notifierTo(scene.at('notify'), { WATCHDOG_USEC: '100000' });
    const [controlled, bus] = [new ScriptedControlled(), new Bus()];
    const report = begin(new SystemdReport({ carrier, controlled, bus, clock: systemClock }));
    const beats = (): string[] => socket.receive().filter((text) => text === 'WATCHDOG=1');
    await waitUntil(() => beats().length > 0, { what: 'a sign of life' });
    socket.receive();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    expect(beats()).toEqual([]);
    await waitUntil(() => beats().length > 0, { what: 'another sign of life' });
    await report.stop();
  });
});

describe('the program', () => {
  it('says when it is ready, and not before, and how long its stop may take', async () => {
    socket = new DatagramSocket(scene.at('notify'));
    scene.write('catalog.json', '{}');
    const heard: string[] = [];
    const until = async (pattern: RegExp) =>
      scene.until(`${String(pattern)} to be heard`, () => {
        heard.push(...socket.receive());
        return heard.some((text) => pattern.test(text));
      });
    const program = scene.start(
      {
        catalog: { file: 'catalog.json' },
        control: { socket: scene.at('socket') },
        stopTimeout: '10s',
        hooks: {
          preStart: ['true'],
          preStop: ['sh', '-c', `until [ -e ${scene.at('go')} ]; do sleep 0.05; done`],
        },
        jobs: [{ name: 'main', main: true, exec: ['sleep', '60'], stopTimeout: '1s' }],
      },
      { env: { NOTIFY_SOCKET: scene.at('notify'), WATCHDOG_USEC: '400000' } },
    );
    await until(/^READY=1\nSTATUS=1 of 1 jobs healthy$/);
    expect(heard.filter((text) => text.startsWith('READY'))).toHaveLength(1);
    await until(/^WATCHDOG=1$/);
    program.kill('SIGTERM');
    await until(/^STOPPING=1$/);
    await until(/^EXTEND_TIMEOUT_USEC=/);
    const asked = heard.flatMap((text) => /^EXTEND_TIMEOUT_USEC=(\d+)$/.exec(text)?.[1] ?? []);
    // The budget, and two seconds.
    expect(Number(asked[0])).toBeGreaterThan(5_000_000);
    expect(Number(asked[0])).toBeLessThanOrEqual(12_000_000);
    scene.write('go', '');
    expect((await program.ended).code).toBe(143);
  });
});
