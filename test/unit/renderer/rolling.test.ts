import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Locks } from '../../../src/catalog/locks.ts';
import { begin, type Begun } from '../../../src/core/actor.ts';
import { Bus } from '../../../src/core/bus.ts';
import type { CommandResult } from '../../../src/process/result.ts';
import type { Remedy } from '../../../src/renderer/aftermath.ts';
import type { Reload } from '../../../src/renderer/reload.ts';
import { Reloads } from '../../../src/renderer/reloads.ts';
import { Turns } from '../../../src/renderer/rolling/turns.ts';
import type { RollingRules } from '../../../src/renderer/safety.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { MemoryLocks } from '../../support/memory-locks.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { makeTarget } from '../../support/targets.ts';

const OK: CommandResult = { outcome: 'ok', exitCode: 0, durationMs: 1, tail: [], droppedLines: 0 };
const FAILED: CommandResult = { ...OK, outcome: 'failed', exitCode: 3 };
const RULES: RollingRules = { lock: 'nginx', limit: 1, splayMs: 0, without: 'wait' };

/** One program of a fleet. */
interface Host {
  readonly reloads: Reloads;
  readonly turns: Turns;
  readonly begun: Begun<Reloads>;
  /** The commands that it started. */
  readonly ran: string[];
  /** Ends the command under way. */
  end(result?: CommandResult): Promise<void>;
}

describe('a command that only so many hosts run at a time', () => {
  let clock: ManualClock;
  let logger: ReturnType<typeof recordingLogger>;
  let catalog: MemoryLocks;
  let hosts: Host[];
  let running: number;
  let most: number;
  let events: string[];
  let remedy: Remedy;

  const rolling = (rules: Partial<RollingRules> = {}) =>
    makeTarget({ label: 'nginx.conf', rolling: { ...RULES, ...rules } });
  const reload = (command: string, target = rolling()): Reload => ({
    ...{ command, timeoutMs: 1000, targets: [target], reasons: [] },
  });

  const addHost = (locks: Locks = catalog.client(), { once = false } = {}): Host => {
    const bus = new Bus();
    bus.on('lock:changed', ({ key, held }) => events.push(`${key} ${held ? 'taken' : 'free'}`));
    const name = `host ${hosts.length}`;
    const turns = new Turns({ holder: () => name, once, clock, bus, logger });
    turns.use(locks);
    const ran: string[] = [];
    let finish: (result: CommandResult) => void = () => undefined;
    const reloads = new Reloads({
      ...{ turns, clock, bus, logger, retry: !once },
      run: async ({ command }, signal) => {
        ran.push(String(command));
        running += 1;
        most = Math.max(most, running);
        const result = await new Promise<CommandResult>((resolve) => {
          finish = resolve;
          signal.addEventListener('abort', () => resolve({ ...OK, outcome: 'aborted' }));
        });
        running -= 1;
        return result;
      },
      probe: async () => undefined,
      follow: async () => remedy,
      cover: () => ({
        clear: async () => undefined,
        replace: async () => true,
        end: () => undefined,
      }),
    });
    const host: Host = {
      ...{ reloads, turns, ran, begun: begin(reloads) },
      end: async (result = OK) => {
        finish(result);
        await settle();
      },
    };
    hosts.push(host);
    return host;
  };

  beforeEach(() => {
    clock = new ManualClock();
    logger = recordingLogger();
    catalog = new MemoryLocks();
    hosts = [];
    running = 0;
    most = 0;
    events = [];
    remedy = { kind: 'keep' };
  });

  afterEach(async () => {
    for (const { begun } of hosts) await begun.stop();
    expect(catalog.holders.size).toBe(0);
    expect(catalog.waiting).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('runs on the hosts one after the other, and in the end on all', async () => {
    for (let host = 0; host < 5; host += 1) addHost();
    for (const { reloads } of hosts) reloads.enqueue([reload('reload', rolling({ limit: 2 }))]);
    await clock.advance(1000);
    for (let round = 0; round < 5; round += 1) {
      for (const host of hosts) await host.end();
      await clock.advance(200);
    }
    expect(hosts.map(({ ran }) => ran)).toEqual(hosts.map(() => ['reload']));
    expect(most).toBe(2);
  });

  it('holds one slot, though several are free', async () => {
    const host = addHost();
    host.reloads.enqueue([reload('reload', rolling({ limit: 3 }))]);
    await clock.advance(1000);
    expect(catalog.holders.size).toBe(1);
    expect([...catalog.holders.values()]).toEqual(['host 0']);
    await host.end();
    expect(catalog.holders.size).toBe(0);
  });

  it('lets others pass while it waits, and says what it waits for', async () => {
    const [first, second] = [addHost(), addHost()];
    first.reloads.enqueue([reload('reload')]);
    await settle();
    second.reloads.enqueue([reload('reload'), reload('other', makeTarget({ label: 'b' }))]);
    await settle();
    expect(second.ran).toEqual(['other']);
    expect(second.reloads.standings()).toEqual([
      {
        ...{ command: 'reload', state: 'waiting', targets: ['nginx.conf'] },
        reason: 'waits for a slot of nginx',
      },
      { command: 'other', state: 'running', targets: ['b'] },
    ]);
    expect(second.reloads.underWay).toEqual(['reload (waits for a slot of nginx)', 'other']);
    await second.end();
    await clock.advance(1000);
    expect(logger.text()).toContain('reload waits for a slot of nginx, 1 at a time');
    await first.end();
    expect(second.ran).toEqual(['other', 'reload']);
    await second.end();
    expect(events).toEqual(['nginx/1 taken', 'nginx/1 free', 'nginx/1 taken', 'nginx/1 free']);
  });

  it('is held until all that follows from a failure has ended', async () => {
    const [first, second] = [addHost(), addHost()];
    first.reloads.enqueue([reload('reload')]);
    await settle();
    second.reloads.enqueue([reload('reload')]);
    remedy = { kind: 'rolledBack', targets: [] };
    await first.end(FAILED);
    expect(first.ran).toHaveLength(2);
    expect(second.ran).toEqual([]);
    await first.end(FAILED);
    expect(second.ran).toEqual(['reload']);
    // What is owed asks for another turn.
    await clock.advance(1000);
    expect(first.ran).toHaveLength(2);
    await second.end();
    expect(first.ran).toHaveLength(3);
    await first.end();
  });

  it('gives its slot to others while nothing runs that it could reload', async () => {
    const [first, second] = [addHost(), addHost()];
    first.reloads.enqueue([reload('busy', makeTarget({ label: 'b' })), reload('reload')]);
    await settle();
    expect(catalog.holders.get('nginx/1')).toBe('host 0');
    first.reloads.hold();
    second.reloads.enqueue([reload('reload')]);
    await settle();
    expect(second.ran).toEqual(['reload']);
    await first.end();
    first.reloads.release();
    await settle();
    expect(first.ran).toEqual(['busy']);
    await second.end();
    expect(first.ran).toEqual(['busy', 'reload']);
    await first.end();
  });

  it('waits while the catalog is away where it is to wait, says so once, and runs when it is back', async () => {
    catalog.setAway('no leader');
    const host = addHost();
    host.reloads.enqueue([reload('reload')]);
    await clock.advance(60_000);
    catalog.setAway('no leader at all');
    await clock.advance(60_000);
    expect(host.ran).toEqual([]);
    expect(host.reloads.standings()).toMatchObject([
      {
        state: 'waiting',
        reason: 'waits for a slot of nginx; the catalog gives none: no leader at all',
      },
    ]);
    const said = logger.records.filter(({ message }) => /gives no slot of nginx/.test(message));
    expect(said).toHaveLength(1);
    catalog.setAway(undefined);
    await settle();
    expect(host.ran).toEqual(['reload']);
    await host.end();
  });

  it('says at once why the catalog gives none, for a run that ends before it counts as away', async () => {
    catalog.setAway('403 Permission denied');
    const host = addHost();
    host.reloads.enqueue([reload('reload')]);
    await clock.advance(1000);
    const reason = 'waits for a slot of nginx; the catalog gives none: 403 Permission denied';
    expect(host.reloads.standings()).toMatchObject([{ state: 'waiting', reason }]);
    await host.end();
  });

  it('goes without a slot after a short while where that is wanted', async () => {
    catalog.setAway('no leader');
    const host = addHost();
    host.reloads.enqueue([reload('reload', rolling({ without: 'go' }))]);
    await clock.advance(4999);
    expect(host.ran).toEqual([]);
    await clock.advance(1);
    expect(host.ran).toEqual(['reload']);
    expect(logger.text()).toContain('(no leader): reload runs without one');
    await host.end();
  });

  it('does not go without a slot because others have them all', async () => {
    const [first, second] = [addHost(), addHost()];
    first.reloads.enqueue([reload('reload')]);
    await settle();
    second.reloads.enqueue([reload('reload', rolling({ without: 'go' }))]);
    await clock.advance(600_000);
    expect(second.ran).toEqual([]);
    await first.end();
    expect(second.ran).toEqual(['reload']);
    await second.end();
  });

  it('finishes where its slot is lost meanwhile, which is said', async () => {
    const host = addHost();
    host.reloads.enqueue([reload('reload')]);
    await settle();
    catalog.lose('nginx/1', 'Consul has ended its session');
    await settle();
    expect(running).toBe(1);
    expect(logger.text()).toContain(
      'the slot nginx/1 was lost while reload ran (Consul has ended its session); it is let finish',
    );
    await host.end();
    expect(host.reloads.standings()).toEqual([]);
  });

  it('asks again where its slot is lost before it begins', async () => {
    const host = addHost();
    host.reloads.enqueue([reload('busy', makeTarget({ label: 'b' })), reload('reload')]);
    await settle();
    catalog.lose('nginx/1', 'gone');
    await host.end();
    expect(host.ran).toEqual(['busy', 'reload']);
    expect(catalog.holders.get('nginx/1')).toBe('host 0');
    await host.end();
  });

  it('waits a random part of its splay before it asks, and not at all in a single run', async () => {
    const lasting = addHost();
    lasting.reloads.enqueue([reload('reload', rolling({ splayMs: 10_000 }))]);
    await settle();
    expect(catalog.holders.size + catalog.waiting).toBe(0);
    await clock.advance(10_000);
    expect(lasting.ran).toEqual(['reload']);
    await lasting.end();
    const single = addHost(catalog.client(), { once: true });
    single.reloads.enqueue([reload('reload', rolling({ splayMs: 10_000 }))]);
    await settle();
    expect(single.ran).toEqual(['reload']);
    await single.end();
  });

  it('gives its slot back at once when the program stops', async () => {
    const [first, second] = [addHost(), addHost()];
    first.reloads.enqueue([reload('reload')]);
    await settle();
    second.reloads.enqueue([reload('reload')]);
    await settle();
    await first.begun.stop();
    await settle();
    expect(second.ran).toEqual(['reload']);
    await second.end();
  });

  it('asks another catalog where a new config names one, and closes the old one when nothing holds it', async () => {
    const [before, after] = [catalog.client(), catalog.client()];
    const host = addHost(before);
    host.reloads.enqueue([reload('reload')]);
    await settle();
    host.turns.use(after);
    await settle();
    expect(before.closed()).toBe(false);
    host.reloads.enqueue([reload('reload')]);
    await host.end();
    expect(before.closed()).toBe(true);
    expect(host.ran).toEqual(['reload', 'reload']);
    await host.end();
  });

  it('waits for nothing that the config does not name any more', async () => {
    const [first, second] = [addHost(), addHost()];
    first.reloads.enqueue([reload('reload')]);
    await settle();
    second.reloads.enqueue([reload('reload')]);
    await settle();
    second.reloads.keepOnly(new Set());
    await settle();
    expect(catalog.waiting).toBe(0);
    await first.end();
    expect(second.ran).toEqual([]);
  });
});
