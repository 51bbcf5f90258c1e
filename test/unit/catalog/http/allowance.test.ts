import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Allowance } from '../../../../src/catalog/http/allowance.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

function grant(allowance: Allowance, count: number): Socket[] {
  const sockets = Array.from({ length: count }, () => new Socket());
  for (const socket of sockets) allowance.note(socket);
  return sockets;
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

it('is one more after half a minute, and so on while each of these carries an answer', async () => {
  const clock = new ManualClock();
  const allowance = new Allowance(6, clock);
  grant(allowance, 4);
  allowance.turnAway();
  await clock.advance(29_999);
  expect(allowance.most).toBe(4);
  await clock.advance(1);
  expect(allowance.most).toBe(5);
  grant(allowance, 1);
  expect(allowance.most).toBe(6);
  allowance.turnAway();
  expect(allowance.most).toBe(5);
  await clock.advance(30_000);
  grant(allowance, 1);
  allowance.limit(8);
  expect(allowance.most).toBe(8);
});

it('does not know what is granted where nothing was, or all of it is gone', async () => {
  const allowance = new Allowance(6, new ManualClock());
  expect(allowance.turnAway()).toBe(false);
  const sockets = grant(allowance, 2);
  for (const socket of sockets) socket.destroy();
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.on('close', resolve))));
  expect(allowance.turnAway()).toBe(false);
  expect(allowance.most).toBe(6);
});
