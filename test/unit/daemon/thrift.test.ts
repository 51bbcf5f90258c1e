import { beforeEach, describe, expect, it } from 'vitest';
import { Bus } from '../../../src/core/bus.ts';
import { Thrift } from '../../../src/daemon/thrift.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('thrift', () => {
  let bus: Bus;
  let clock: ManualClock;
  let saved: number;
  let thrift: Thrift;

  beforeEach(() => {
    bus = new Bus();
    clock = new ManualClock();
    saved = 0;
    thrift = new Thrift({ bus, clock, save: () => (saved += 1) });
  });

  it('saves memory a little after every file is there, and again after a reload', async () => {
    bus.emit('config:adopted', { targets: 1 });
    await clock.advance(2000);
    bus.emit('renderer:ready', { targets: 1 });
    await clock.advance(4900);
    expect(saved).toBe(0);
    await clock.advance(200);
    expect(saved).toBe(1);
    await clock.advance(120_000);
    expect(saved).toBe(1);
    bus.emit('config:adopted', { targets: 1 });
    bus.emit('renderer:ready', { targets: 1 });
    await clock.advance(5100);
    expect(saved).toBe(2);
  });

  it('saves it after a minute where a file is waited for', async () => {
    bus.emit('config:adopted', { targets: 1 });
    await clock.advance(59_000);
    expect(saved).toBe(0);
    await clock.advance(1100);
    expect(saved).toBe(1);
  });

  it('leaves no timer and no listener when it stops', () => {
    bus.emit('config:adopted', { targets: 1 });
    thrift.stop();
    expect(clock.pending).toBe(0);
    expect(bus.listeners('config:adopted') + bus.listeners('renderer:ready')).toBe(0);
  });
});
