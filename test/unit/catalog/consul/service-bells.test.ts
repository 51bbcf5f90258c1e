import { setMaxListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Answered, BlockingClient } from '../../../../src/catalog/blocking/client.ts';
import type { Position } from '../../../../src/catalog/blocking/cursor.ts';
import { Places, type Place } from '../../../../src/catalog/blocking/places.ts';
import type { BellName } from '../../../../src/catalog/consul/explanation.ts';
import { CONSUL } from '../../../../src/catalog/consul/server.ts';
import { ServiceBells } from '../../../../src/catalog/consul/service-bells.ts';
import { ManualClock, settle } from '../../../support/manual-clock.ts';
import { SILENT } from '../../../support/consul-catalog.ts';

const PATHS = {
  '/v1/health/state/any': 'checks',
  '/v1/catalog/services': 'services',
  '/v1/catalog/nodes': 'nodes',
} as const;
const EMPTY: Readonly<Record<BellName, string>> = { checks: '[]', services: '{}', nodes: '[]' };
const BELLS = Object.values(PATHS);
const GIVEN_UP_MS = 600_000;
const MINUTE_MS = 60_000;

interface Asked {
  readonly position: Position;
  readonly resolve: (answered: Answered) => void;
  readonly reject: (error: Error) => void;
  readonly forget: () => void;
}

/** An agent whose bells ring when a test says so. */
class FakeBells {
  readonly open = new Map<BellName, Asked>();
  /** Services of the one node that there is, and at which index each was registered; undefined where that cannot be asked. */
  registered: Readonly<Record<string, number>> | undefined;
  readonly read: string[] = [];
  readonly client = {
    server: CONSUL,
    ask: ({ path }: { path: keyof typeof PATHS }, position: Position, signal: AbortSignal) =>
      new Promise<Answered>((resolve, reject) => {
        const bell = PATHS[path];
        const abort = (): void => {
          this.open.delete(bell);
          reject(signal.reason as Error);
        };
        const forget = (): void => signal.removeEventListener('abort', abort);
        signal.addEventListener('abort', abort);
        this.open.set(bell, { position, resolve, reject, forget });
      }),
    read: ({ path }: { path: string }) => {
      this.read.push(path);
      if (this.registered === undefined) return Promise.reject(new Error('not now'));
      const Services = Object.fromEntries(
        Object.entries(this.registered).map(([Service, ModifyIndex]) => [
          Service,
          { Service, ModifyIndex },
        ]),
      );
      const body = Buffer.from(JSON.stringify({ Services }));
      return Promise.resolve({ status: 200, headers: {}, body });
    },
  } as unknown as BlockingClient;

  async answer(bell: BellName, index: number, body: string | Buffer, status = 200): Promise<void> {
    const { position, resolve } = this.#take(bell);
    const headers = { 'x-consul-index': String(index), 'x-consul-knownleader': 'true' };
    const reply = { status, headers, body: Buffer.from(body) };
    resolve({ reply, asked: position, elapsedMs: position.waitMs });
    await settle();
  }

  async fail(bell: BellName): Promise<void> {
    this.#take(bell).reject(new Error('away'));
    await settle();
  }

  async answerAll(index = 10): Promise<void> {
    for (const bell of BELLS) await this.answer(bell, index, EMPTY[bell]);
  }

  #take(bell: BellName): Asked {
    const asked = this.open.get(bell);
    if (asked === undefined) throw new Error(`${bell} is not asked`);
    this.open.delete(bell);
    asked.forget();
    return asked;
  }
}

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** So many services without a place, all asleep until they are to be visited; `turns` is how and when each was. */
async function services(count: number) {
  const clock = new ManualClock();
  const agent = new FakeBells();
  const { client } = agent;
  const bells = new ServiceBells({
    ...{ client, clock, waitMs: MINUTE_MS, random: () => 0, logger: SILENT, scope: {} },
  });
  const places = new Places(
    () => 0,
    clock,
    () => 0,
    bells.rung,
  );
  const ended = new AbortController();
  setMaxListeners(0, ended.signal);
  const turns: [string, string][] = [];
  const lives: Promise<void>[] = [];
  const live = async (name: string, place: Place): Promise<void> => {
    while (!ended.signal.aborted) {
      const turn = await place.untilTurn(ended.signal);
      if (!ended.signal.aborted && bells.rung.isOn) turns.push([name, turn]);
    }
  };
  const join = (name: string): Place => {
    const place = places.join(name);
    lives.push(live(name, place));
    return place;
  };
  const joined = Array.from({ length: count }, (_, at) => join(`svc-${at}`));
  await settle();
  ends.push(async () => {
    ended.abort();
    bells.close();
    await Promise.all(lives);
    await settle();
    expect([clock.pending, agent.open.size]).toEqual([0, 0]);
  });
  return { agent, bells, clock, join, joined, turns };
}

/** Where they are heard, and all have been visited. */
async function ringing(count = 50) {
  const scene = await services(count);
  await scene.agent.answerAll();
  await scene.clock.advance(10_000);
  scene.turns.length = 0;
  return scene;
}

const checksAt = (index: number, count = 50): string =>
  JSON.stringify(
    Array.from({ length: count }, (_, at) => ({
      ...{ Node: 'n', CheckID: `c${at}`, ServiceName: `svc-${at}`, ModifyIndex: index },
    })),
  );

describe('the bells of services', () => {
  it('are heard where fifty have no place, and as long as twenty-five have none', async () => {
    const { agent, bells, join, joined } = await services(49);
    expect(agent.open.size).toBe(0);
    join('one more');
    await settle();
    expect([...agent.open.keys()]).toEqual(BELLS);
    await agent.answerAll();
    expect([bells.rung.isOn, bells.places]).toEqual([true, 3]);
    for (const place of joined.slice(0, 25)) place.leave();
    expect([bells.rung.isOn, bells.places]).toEqual([true, 3]);
    joined.at(-1)?.leave();
    await settle();
    expect([bells.rung.isOn, bells.places, agent.open.size]).toEqual([false, 0, 0]);
  });

  it('ring for nobody before all three of them are heard', async () => {
    const { agent, bells } = await services(50);
    await agent.answer('checks', 10, '[]');
    await agent.answer('services', 10, '{}');
    expect(bells.rung.isOn).toBe(false);
    await agent.answer('nodes', 10, '[]');
    expect(bells.rung.isOn).toBe(true);
  });

  it('have all visited once when they are heard first', async () => {
    const { agent, clock, turns } = await services(50);
    await agent.answerAll();
    await clock.advance(6000);
    expect(new Set(turns.map(([name]) => name)).size).toBe(50);
    expect(turns).toHaveLength(50);
  });

  it('ring at once for a service whose check changed, and for no other', async () => {
    const { agent, clock, turns } = await ringing();
    await agent.answer('checks', 12, checksAt(12, 1));
    expect(turns).toEqual([['svc-0', 'visit']]);
    await clock.advance(30_000);
    expect(turns).toHaveLength(1);
  });

  it('ring for all within a third of a second where nobody can say what changed', async () => {
    const { agent, clock, turns } = await ringing();
    await agent.answer('nodes', 12, '[]');
    await clock.advance(330);
    expect(turns).toHaveLength(50);
  });

  it('ring for a registration without a check that its node tells of, and for all others later', async () => {
    const { agent, clock, turns } = await ringing();
    await agent.answer('checks', 12, checksAt(12));
    await clock.advance(30_000);
    turns.length = 0;
    agent.registered = { 'svc-3': 20, 'svc-4': 9 };
    await agent.answer('services', 20, '{}');
    await clock.advance(1000);
    expect(agent.read).toEqual(['/v1/catalog/node/n']);
    expect(turns).toEqual([['svc-3', 'visit']]);
    await clock.advance(20_000);
    expect(new Set(turns.map(([name]) => name)).size).toBe(50);
    turns.length = 0;
    // It was looked for up to there.
    agent.registered = { 'svc-3': 20, 'svc-4': 21 };
    await agent.answer('services', 21, '{}');
    await clock.advance(1000);
    expect(turns).toEqual([['svc-4', 'visit']]);
  });

  it('ring for all at once where the node cannot be asked for its registrations', async () => {
    const { agent, clock, turns } = await ringing();
    await agent.answer('checks', 12, checksAt(12));
    await clock.advance(30_000);
    turns.length = 0;
    await agent.answer('services', 20, '{}');
    await clock.advance(330);
    expect(turns).toHaveLength(50);
  });

  it('ask no node for its registrations where there are more than a quarter as many as services', async () => {
    const { agent, clock, turns } = await ringing();
    const rows = Array.from({ length: 13 }, (_, at) => ({ Node: `n${at}`, CheckID: 'c' }));
    await agent.answer('checks', 12, JSON.stringify(rows));
    await clock.advance(30_000);
    turns.length = 0;
    agent.registered = { 'svc-3': 20 };
    agent.read.length = 0;
    await agent.answer('services', 20, '{}');
    await clock.advance(330);
    expect(agent.read).toEqual([]);
    expect(turns).toHaveLength(50);
  });

  it('ring for all within a minute each ten minutes, whatever is heard', async () => {
    const { clock, turns } = await ringing();
    await clock.advance(GIVEN_UP_MS + MINUTE_MS);
    expect(new Set(turns.map(([name]) => name)).size).toBe(50);
  });

  it('make all forget their index where their own goes back', async () => {
    const { agent, clock, turns } = await ringing();
    await agent.answer('services', 3, '{}');
    expect(agent.open.get('services')?.position.index).toBe(0);
    await agent.answer('services', 3, '{}');
    await clock.advance(330);
    expect(turns).toHaveLength(50);
    expect(new Set(turns.map(([, turn]) => turn))).toEqual(new Set(['anew']));
  });
});

type Scene = Awaited<ReturnType<typeof ringing>>;

describe('the bells of services are given up for ten minutes', () => {
  const big = (bytes: number): Buffer => Buffer.alloc(bytes, ' ');

  /** Lets a bell ring as often as that, each time after so long. */
  async function ringOften(
    { agent, bells, clock }: Scene,
    { times, everyMs }: { times: number; everyMs: number },
    bell: BellName,
    body: (index: number) => string | Buffer,
  ): Promise<void> {
    for (let index = 20; index < 20 + times; index++) {
      if (agent.open.has(bell)) await agent.answer(bell, index, body(index));
      await clock.advance(everyMs);
      if (bells.places === 0) return;
    }
  }

  it.each<[string, (scene: Scene) => Promise<void>]>([
    ['where one of them may not be heard', ({ agent }) => agent.answer('services', 0, '', 403)],
    [
      'where the list of checks is over 8 MB',
      ({ agent }) => agent.answer('checks', 12, big(8_388_609)),
    ],
    [
      'where their answers cost more than the rounds for a minute',
      async (scene) => {
        await ringOften(scene, { times: 3, everyMs: 15_000 }, 'nodes', () => big(7e6));
      },
    ],
    [
      'where their visits cost more than the rounds for a minute',
      async (scene) => {
        await ringOften(scene, { times: 60, everyMs: 1000 }, 'checks', checksAt);
      },
    ],
  ])('%s', async (_, spoil) => {
    const scene = await ringing();
    const { agent, bells, clock } = scene;
    await clock.advance(2 * MINUTE_MS);
    const beganAtMs = clock.now();
    await spoil(scene);
    // Costs are looked at once a minute.
    while (bells.places > 0 && clock.now() < beganAtMs + 2 * MINUTE_MS) await clock.advance(1000);
    expect([bells.rung.isOn, bells.places, agent.open.size]).toEqual([false, 0, 0]);
    // It happened in the last second.
    await clock.advance(GIVEN_UP_MS - 1001);
    expect(agent.open.size).toBe(0);
    await clock.advance(1001);
    expect(agent.open.size).toBe(3);
    await agent.answerAll(9000);
    expect([bells.rung.isOn, bells.places]).toEqual([true, 3]);
  });

  it.each<[string, (scene: Scene) => Promise<void>]>([
    [
      'for a long list once a minute',
      (scene) => ringOften(scene, { times: 3, everyMs: MINUTE_MS }, 'nodes', () => big(7e6)),
    ],
    ['for a list of 8 MB', ({ agent }) => agent.answer('nodes', 12, big(8_388_608))],
    [
      'for visits that are fewer than in rounds',
      async (scene) => {
        await ringOften(scene, { times: 40, everyMs: 6000 }, 'checks', checksAt);
        await scene.clock.advance(MINUTE_MS);
      },
    ],
  ])('but not %s', async (_, ring) => {
    const scene = await ringing();
    await ring(scene);
    expect(scene.bells.rung.isOn).toBe(true);
  });
});

describe('the bells of services, after trouble', () => {
  it('are tried again soon, and less often the longer it lasts', async () => {
    const { agent, bells, clock } = await ringing();
    const triedAfterMs: number[] = [];
    for (let turn = 0; turn < 6; turn++) {
      await agent.fail('nodes');
      expect([bells.rung.isOn, bells.places, agent.open.size]).toEqual([false, 0, 0]);
      const sinceMs = clock.now();
      while (agent.open.size === 0) await clock.advance(100);
      triedAfterMs.push(clock.now() - sinceMs);
    }
    expect(triedAfterMs).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
  });

  it('make all forget their index, since it may be another catalog now', async () => {
    const { agent, clock, turns } = await ringing();
    await agent.fail('checks');
    await clock.advance(500);
    await agent.answerAll();
    await clock.advance(10_000);
    expect(new Set(turns.map(([name]) => name)).size).toBe(50);
    expect(new Set(turns.map(([, turn]) => turn))).toEqual(new Set(['anew']));
  });
});
