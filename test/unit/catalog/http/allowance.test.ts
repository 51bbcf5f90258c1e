import { once } from 'node:events';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Allowance } from '../../../../src/catalog/http/allowance.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

function grant(allowance: Allowance, count: number): Socket[] {
  const sockets = Array.from({ length: count }, () => new Socket());
  for (const socket of sockets) allowance.note(socket);
  return sockets;
}

async function closed(socket: Socket): Promise<void> {
  socket.destroy();
  await once(socket, 'close');
}

it('is what we allow ourselves until one is turned away, and then what was granted', () => {
  const allowance = new Allowance(10, new ManualClock());
  const [first] = grant(allowance, 4);
  expect(allowance.most).toBe(10);
  expect(allowance.turnAway()).toBe(true);
  expect(allowance.most).toBe(4);
  if (first !== undefined) allowance.note(first);
  expect(allowance.most).toBe(4);
  expect(first?.listenerCount('close')).toBe(1);
});

it('is never more than we allow ourselves, though more was granted', async () => {
  const clock = new ManualClock();
  const allowance = new Allowance(10, clock);
  grant(allowance, 4);
  allowance.turnAway();
  allowance.limit(2);
  expect(allowance.most).toBe(2);
  allowance.limit(4);
  await clock.advance(30_000);
  expect(allowance.most).toBe(4);
});

it('is two more after half a minute, and at once another for each that carries an answer', async () => {
  const clock = new ManualClock();
  const allowance = new Allowance(7, clock);
  grant(allowance, 3);
  allowance.turnAway();
  await clock.advance(29_999);
  expect(allowance.most).toBe(3);
  await clock.advance(1);
  expect(allowance.most).toBe(5);
  grant(allowance, 1);
  expect(allowance.most).toBe(6);
  grant(allowance, 3);
  allowance.limit(8);
  expect(allowance.most).toBe(8);
});

it('is tried for again after twice the time when that is turned away too, up to ten minutes, and after half a minute once it grew', async () => {
  const clock = new ManualClock();
  const allowance = new Allowance(9, clock);
  grant(allowance, 4);
  allowance.turnAway();
  for (const seconds of [30, 60, 120, 240, 480, 600, 600]) {
    await clock.advance(seconds * 1000 - 1);
    expect([seconds, allowance.most]).toEqual([seconds, 4]);
    await clock.advance(1);
    expect([seconds, allowance.most]).toEqual([seconds, 6]);
    allowance.turnAway();
  }
  await clock.advance(600_000);
  grant(allowance, 1);
  allowance.turnAway();
  await clock.advance(30_000);
  expect(allowance.most).toBe(7);
});

it('leaves one in ten of what was granted to others, but for a try, which ends after seven seconds where nobody needs it', async () => {
  const clock = new ManualClock();
  const allowance = new Allowance(100, clock);
  grant(allowance, 20);
  allowance.turnAway();
  expect([allowance.granted, allowance.most]).toEqual([20, 18]);
  await clock.advance(30_000);
  expect(allowance.most).toBe(22);
  await clock.advance(6999);
  expect(allowance.most).toBe(22);
  await clock.advance(1);
  expect(allowance.most).toBe(18);
  await clock.advance(59_999);
  expect(allowance.most).toBe(18);
  await clock.advance(1);
  expect(allowance.most).toBe(22);
});

it('takes many that are turned away at the same time for one try', async () => {
  const clock = new ManualClock();
  const allowance = new Allowance(10, clock);
  grant(allowance, 4);
  for (let count = 0; count < 5; count += 1) allowance.turnAway();
  await clock.advance(30_000);
  expect(allowance.most).toBe(6);
});

it('forgets the limit of a server that closed all that it had granted', async () => {
  const clock = new ManualClock();
  const allowance = new Allowance(10, clock);
  const [first, ...others] = grant(allowance, 4);
  for (const socket of others) await closed(socket);
  allowance.turnAway();
  expect(allowance.most).toBe(1);
  if (first !== undefined) await closed(first);
  expect(allowance.most).toBe(10);
  expect(allowance.granted).toBeUndefined();
});

it('does not know what is granted where nothing was, or all of it is gone', async () => {
  const allowance = new Allowance(6, new ManualClock());
  expect(allowance.turnAway()).toBe(false);
  const sockets = grant(allowance, 2);
  await Promise.all(sockets.map(closed));
  expect(allowance.turnAway()).toBe(false);
  expect(allowance.most).toBe(6);
});
