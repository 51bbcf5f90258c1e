import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentAccess } from '../../../../src/catalog/consul/access.ts';
import type { ConsulOptions } from '../../../../src/catalog/consul/options.ts';
import { PackageClient } from '../../../../src/catalog/consul/package-client.ts';
import { Session } from '../../../../src/catalog/consul/session.ts';
import { describeError } from '../../../../src/core/errors.ts';
import { accessTo, consulOptions } from '../../../support/consul-catalog.ts';
import { startFakeAgent, type FakeAgent } from '../../../support/fake-agent.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const OPTIONS = { value: '', ttlMs: 10_000, lockDelayMs: 1000 };
const never = new AbortController().signal;

describe('a session', () => {
  let clock: ManualClock;
  let agent: FakeAgent;
  let client: PackageClient;
  let access: AgentAccess;
  /** How renewals are answered; 0: not at all. */
  let renewalStatus = 200;
  /** When the agent hears of a new session, this runs before it answers. */
  let onCreate: () => void | Promise<void> = () => undefined;

  beforeEach(async () => {
    clock = new ManualClock();
    renewalStatus = 200;
    onCreate = () => undefined;
    agent = await startFakeAgent(({ url }, response) => {
      response.setHeader('content-type', 'application/json');
      if (url.pathname === '/v1/session/create') {
        void Promise.resolve(onCreate()).then(() => response.end('{"ID": "s-1"}'));
      } else if (url.pathname.includes('/renew/')) {
        if (renewalStatus !== 0) response.writeHead(renewalStatus).end('[]');
      } else response.end('true');
    });
    reach();
  });
  afterEach(async () => {
    access.close();
    await agent.close();
  });

  function reach(overrides: Partial<ConsulOptions> = {}): void {
    const options = consulOptions(agent.address, overrides);
    access = accessTo(options, clock);
    client = new PackageClient(options, access.way.client);
  }
  const open = () => Session.open({ client, clock }, 'test', OPTIONS, never);
  const count = (part: string) =>
    agent.questions.filter(({ url }) => url.pathname.includes(part)).length;

  /** Moves on to the next renewal, and waits until its answer was taken. */
  async function renewAfter(delayMs: number): Promise<void> {
    const before = count('/renew/');
    const timers = clock.pending;
    await clock.advance(delayMs);
    await waitUntil(() => count('/renew/') > before, { what: 'a renewal' });
    // The answer sets the timer for the next one.
    await waitUntil(() => clock.pending >= timers, { what: 'the answer' });
  }

  it('is renewed at half of its time to live, for as long as it lasts', async () => {
    const session = await open();
    await clock.advance(4999);
    expect(count('/renew/')).toBe(0);
    await renewAfter(1);
    for (let turn = 0; turn < 20; turn += 1) await renewAfter(5000);
    expect(count('/renew/')).toBe(21);
    expect(session.lost.aborted).toBe(false);
    await session.close(never);
    expect(clock.pending).toBe(0);
  });

  it.each([
    // The timers that wait then: for the end, and for another renewal where the last one was answered.
    ['fails', 500, 2],
    ['is not answered', 0, 1],
  ])(
    'is lost when each renewal %s, its time to live after the last good one was sent',
    async (_, status, timers) => {
      const session = await open();
      await renewAfter(5000);
      renewalStatus = status;
      for (const delayMs of [5000, 1000, 1000, 1000, 1000, 999]) {
        await clock.advance(delayMs);
        await waitUntil(() => clock.pending === timers, { what: 'the answer' });
      }
      expect(session.lost.aborted).toBe(false);
      await clock.advance(1);
      expect(session.lost.aborted).toBe(true);
      expect(describeError(session.lost.reason)).toContain('not heard for the 10 s');
      expect(clock.pending).toBe(0);
    },
  );

  it('counts its time from when it was asked for, not from when that was answered', async () => {
    onCreate = () => clock.advance(3000);
    renewalStatus = 500;
    const session = await open();
    await clock.advance(6990);
    expect(session.lost.aborted).toBe(false);
    await clock.advance(10);
    expect(session.lost.aborted).toBe(true);
  });

  it('is lost at once when Consul does not know it any more', async () => {
    const session = await open();
    renewalStatus = 404;
    await clock.advance(5000);
    await waitUntil(() => session.lost.aborted, { what: 'the loss' });
    expect(describeError(session.lost.reason)).toContain('Consul has ended its session');
    expect(clock.pending).toBe(0);
  });

  it('is ended where nobody wants it any more when it comes', async () => {
    const stop = new AbortController();
    onCreate = () => stop.abort(new Error('we stop'));
    const opened = Session.open({ client, clock }, 'test', OPTIONS, stop.signal);
    await expect(opened).rejects.toThrow('we stop');
    expect(count('/destroy/s-1')).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('is not waited for any longer than a second then', async () => {
    const stop = new AbortController();
    onCreate = () => new Promise(() => undefined);
    const opened = Session.open({ client, clock }, 'test', OPTIONS, stop.signal);
    const rejected = expect(opened).rejects.toThrow('we stop');
    await waitUntil(() => count('/create') > 0, { what: 'the question' });
    stop.abort(new Error('we stop'));
    await clock.advance(1000);
    await rejected;
    expect(clock.pending).toBe(0);
  });

  it('tells of no token, whatever is asked of its failure', async () => {
    await agent.close();
    reach({ token: 'secret-token' });
    const error: unknown = await open().catch((reason: unknown) => reason);
    expect(describeError(error)).toContain('ECONNREFUSED');
    const { inspect } = await import('node:util');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('secret-token');
    agent = await startFakeAgent((_, response) => response.writeHead(403).end('no'));
    reach({ token: 'secret-token' });
    const refused: unknown = await open().catch((reason: unknown) => reason);
    expect(describeError(refused)).toContain('session:write');
    expect(inspect(refused, { depth: 10, showHidden: true })).not.toContain('secret-token');
  });
});
