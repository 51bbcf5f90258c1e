/**
 * A program under control, for those who attack it: serves the socket that its first argument names and telemetry on some port,
 * prints that port, and lets things happen all the time. scripts/fuzz-control.mjs bundles and starts it.
 */
import { Control } from '../../src/control/control.ts';
import { Bus } from '../../src/core/bus.ts';
import { systemClock } from '../../src/core/time.ts';
import { ScriptedControlled } from './scripted-control.ts';

const [socket = '', patience = '300'] = process.argv.slice(2);
const bus = new Bus();
const say = (message: string): boolean => process.stderr.write(`${message}\n`);
const control = new Control({
  controlled: new ScriptedControlled(),
  identity: { version: '0.0.0', pid: process.pid, startedAt: Date.now() },
  bus,
  clock: systemClock,
  logger: { trace: () => 0, debug: () => 0, info: () => 0, warn: say, error: say },
  environment: () => ({}),
  chooseAddress: () => '127.0.0.1',
  patienceMs: Number(patience),
});
const sensor = { namespace: '', subsystem: '', name: 'fuzzed', help: '', type: 'gauge' } as const;
await control.apply({
  control: { socket, mode: 0o600 },
  telemetry: { host: '127.0.0.1', port: 0, sensors: [sensor] },
});
const happen = setInterval(() => {
  for (let index = 0; index < 20; index++) {
    bus.emit('job:changed', { job: 'web', state: 'running', pid: index });
  }
}, 5);
process.stdout.write(`${control.telemetryAddress?.port}\n`);
process.once('SIGTERM', () => {
  clearInterval(happen);
  void control.close();
});
