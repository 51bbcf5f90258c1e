import { getEventListeners, setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Places, type Place } from '../../../../src/catalog/blocking/places.ts';
import { Rung } from '../../../../src/catalog/blocking/rung.ts';
import { Sweeps } from '../../../../src/catalog/blocking/sweeps.ts';
import { ManualClock, settle } from '../../../support/manual-clock.ts';

/** Places, so many as `most` gives, with a bell and a clock. */
function bell(most: () => number) {
  const clock = new ManualClock();
  const rung = new Rung(clock);
  const places = new Places(most, clock, () => 0, rung);
  return { clock, rung, places };
}

/** Watches without a place that a bell rings for, each asleep until its turn; `turns` is who was woken how and when. */
function asleep(names: readonly string[]) {
  const { clock, rung, places } = bell(() => 0);
  const ended = new AbortController();
  setMaxListeners(0, ended.signal);
  const turns: [string, string, number][] = [];
  const joined = names.map((name) => places.join(name));
  const sleep = async (at: number): Promise<void> => {
    const turn = await (joined[at] as Place).untilTurn(ended.signal);
    if (!ended.signal.aborted) turns.push([names[at] ?? '', turn, clock.now()]);
  };
  rung.turnOn();
  const woken = () => turns.splice(0).map(([name]) => name);
  return { clock, rung, places, joined, turns, woken, sleep, ended };
}

const letters = ['a', 'b', 'c', 'd', 'e'];
const all = (sleep: (at: number) => Promise<void>) => letters.forEach((_, at) => void sleep(at));

describe('a watch that a bell rings for', () => {
  it('sleeps until its name is called, whatever the time', async () => {
    const { clock, rung, sleep, woken } = asleep(['a', 'b', 'a']);
    for (const at of [0, 1, 2]) void sleep(at);
    await clock.advance(3_600_000);
    expect(woken()).toEqual([]);
    rung.ring(['a', 'nobody']);
    await settle();
    expect(woken()).toEqual(['a', 'a']);
  });

  it('is visited once more where the bell rang while it was asked', async () => {
    const { rung, sleep, woken } = asleep(['a']);
    void sleep(0);
    rung.ring(['a']);
    await settle();
    // Its question is under way now.
    rung.ring(['a']);
    expect(woken()).toEqual(['a']);
    void sleep(0);
    await settle();
    expect(woken()).toEqual(['a']);
    void sleep(0);
    await settle();
    expect(woken()).toEqual([]);
  });

  it('is visited where the bell rang while it had a place, and lost it', async () => {
    let count = 1;
    const { rung, places } = bell(() => count);
    const place = places.join('a');
    rung.turnOn();
    expect(place.mayWait()).toBe(true);
    rung.ring(['a']);
    count = 0;
    expect(place.mayWait()).toBe(false);
    let turn: string | undefined;
    void place.untilTurn(new AbortController().signal).then((is) => (turn = is));
    await settle();
    expect(turn).toBe('visit');
  });

  it('is not visited for what rang before its wait began', async () => {
    let count = 1;
    const { rung, places } = bell(() => count);
    const place = places.join('a');
    rung.turnOn();
    rung.ring(['a']);
    expect(place.mayWait()).toBe(true);
    count = 0;
    expect(place.mayWait()).toBe(false);
    let isVisited = false;
    const ended = new AbortController();
    const slept = place.untilTurn(ended.signal).then(() => (isVisited = true));
    await settle();
    expect(isVisited).toBe(false);
    ended.abort();
    await slept;
  });

  it('goes its rounds once there is no bell any more, and keeps what it was told', async () => {
    const { clock, rung, sleep, turns } = asleep(['a', 'b']);
    void sleep(0);
    void sleep(1);
    await clock.advance(1500);
    rung.sweep('anew', 1000);
    rung.turnOff();
    await clock.advance(5000);
    expect([...turns].sort()).toEqual([
      ['a', 'anew', 2000],
      ['b', 'anew', 2000],
    ]);
  });

  it('goes its rounds where the bell ended before it slept', async () => {
    const { clock, rung, sleep, turns } = asleep(['a']);
    rung.turnOff();
    void sleep(0);
    await clock.advance(5000);
    expect(turns).toEqual([['a', 'visit', 1000]]);
  });

  it('does not sleep once it is over', async () => {
    const { sleep, ended } = asleep(['a']);
    ended.abort();
    await sleep(0);
  });

  it('leaves nothing at its signal, however often it is woken', async () => {
    const { rung, sleep, ended } = asleep(['a']);
    for (let turn = 0; turn < 5; turn++) {
      const slept = sleep(0);
      rung.ring(['a']);
      await slept;
    }
    expect(getEventListeners(ended.signal, 'abort')).toEqual([]);
  });

  it('leaves neither timer nor sleeper behind', async () => {
    const { clock, rung, joined, sleep, ended } = asleep(letters);
    const sleeps = letters.map((_, at) => sleep(at));
    rung.sweep('visit', 60_000);
    ended.abort();
    await Promise.all(sleeps);
    for (const place of joined) place.leave();
    rung.turnOff();
    expect(rung.size).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

describe('a visit of all', () => {
  it('begins with those that had news last, and is spread over its time', async () => {
    const { clock, rung, joined, sleep, turns } = asleep(letters);
    for (const at of [3, 1]) {
      await clock.advance(1);
      joined[at]?.noteNews();
    }
    all(sleep);
    await clock.advance(8);
    rung.sweep('visit', 50);
    await clock.advance(100);
    expect(turns.slice(0, 2).map(([name]) => name)).toEqual(['b', 'd']);
    expect(turns.map(([, , atMs]) => atMs)).toEqual([10, 20, 30, 40, 50]);
  });

  it('leaves out who was visited meanwhile, and visits nobody twice for two that overlap', async () => {
    const { clock, rung, sleep, woken } = asleep(letters);
    all(sleep);
    rung.sweep('visit', 1000);
    await clock.advance(20);
    const first = woken();
    expect(first).toHaveLength(3);
    const [called = '', last] = letters.filter((letter) => !first.includes(letter));
    rung.ring([called]);
    await settle();
    expect(woken()).toEqual([called]);
    for (const name of [...first, called]) void sleep(letters.indexOf(name));
    await clock.advance(1000);
    expect(woken()).toEqual([last]);
    void sleep(letters.indexOf(last ?? ''));
    rung.sweep('visit', 1000);
    await clock.advance(20);
    rung.sweep('visit', 1000);
    for (const name of woken()) void sleep(letters.indexOf(name));
    await clock.advance(2000);
    expect(woken().sort()).toEqual(letters);
  });

  it('does not go on slowly where all are to be visited soon, and leaves one timer for both', async () => {
    const names = Array.from({ length: 21 }, (_, at) => `watch ${at}`);
    const { clock, rung, sleep, woken } = asleep(names);
    for (const at of names.keys()) void sleep(at);
    rung.sweep('visit', 60_000);
    await settle();
    expect(woken()).toHaveLength(1);
    rung.sweep('visit', 40);
    expect(clock.pending).toBe(1);
    await clock.advance(40);
    expect(woken()).toHaveLength(20);
  });

  it('lets those that are called by name go first', async () => {
    const { clock, rung, sleep, woken } = asleep(letters);
    all(sleep);
    rung.sweep('visit', 5000);
    await clock.advance(10);
    rung.ring(['e']);
    await clock.advance(10_000);
    const order = woken();
    expect(order.indexOf('e')).toBeLessThan(3);
    expect([...order].sort()).toEqual(letters);
  });

  it('makes them forget their index where the catalog may have begun anew', async () => {
    const { clock, rung, sleep, turns } = asleep(['a', 'b']);
    rung.sweep('anew', 100);
    rung.sweep('visit', 100);
    void sleep(0);
    await clock.advance(200);
    void sleep(0);
    rung.ring(['a']);
    await settle();
    rung.sweep('anew', 100);
    rung.ring(['a']);
    void sleep(0);
    await settle();
    expect(turns.map(([name, turn]) => [name, turn])).toEqual([
      ['a', 'anew'],
      ['a', 'visit'],
      ['a', 'anew'],
    ]);
  });
});

describe('the places, where a bell rings for some', () => {
  it('go to those that have nothing but rounds, once a wait is over', async () => {
    const { clock, rung, places } = bell(() => 2);
    const served = [places.join('a'), places.join('b')];
    const others = [places.join(), places.join()];
    await clock.advance(1);
    served[0]?.noteNews();
    served[1]?.noteQuiet();
    expect([...served, ...others].map((place) => place.mayWait())).toEqual([
      true,
      true,
      false,
      false,
    ]);
    rung.turnOn();
    for (const place of served) place.noteQuiet();
    expect([...served, ...others].map((place) => place.mayWait())).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('are taken at once by one that sleeps, where they become free', async () => {
    const { rung, places } = bell(() => 1);
    const [first, second] = [places.join('a'), places.join('b')];
    rung.turnOn();
    let isWoken = false;
    void second.untilTurn(new AbortController().signal).then(() => (isWoken = true));
    first.leave();
    await settle();
    expect(isWoken).toBe(true);
    expect(second.mayWait()).toBe(true);
  });

  it('are taken at once by one that sleeps, which had news after another whose wait is over', async () => {
    const { rung, places } = bell(() => 1);
    const crowds: number[] = [];
    rung.onCrowd = (unplaced) => crowds.push(unplaced);
    const [first, second] = [places.join('a'), places.join('b')];
    rung.turnOn();
    second.noteNews();
    let isWoken = false;
    void second.untilTurn(new AbortController().signal).then(() => (isWoken = true));
    first.noteQuiet();
    await settle();
    expect(isWoken).toBe(true);
    expect([first, second].map((place) => place.mayWait())).toEqual([false, true]);
    first.leave();
    // Of one that has a place, none is without.
    expect(crowds).toEqual([0, 1, 0]);
  });

  it('leave the rounds of the others as short as there are few of them', () => {
    const { rung, places } = bell(() => 0);
    for (let at = 0; at < 500; at++) places.join('a');
    places.join();
    expect(places.untilRoundMs()).toBe(5000);
    rung.turnOn();
    expect(places.untilRoundMs()).toBe(1000);
  });
});

describe('a watch whose bell changes', () => {
  it('is visited once where it got one, since nobody rang for what was before', async () => {
    const { rung, joined, sleep, woken } = asleep(['a']);
    joined[0]?.ringAs('b');
    void sleep(0);
    await settle();
    expect(woken()).toEqual(['a']);
    void sleep(0);
    rung.ring(['a']);
    await settle();
    expect(woken()).toEqual([]);
    rung.ring(['b']);
    await settle();
    expect(woken()).toEqual(['a']);
  });

  it('is not visited for a name that it has already', async () => {
    const { joined, sleep, woken } = asleep(['a']);
    joined[0]?.ringAs('a');
    void sleep(0);
    await settle();
    expect(woken()).toEqual([]);
  });

  it('goes its rounds where it has none any more, and is no more of the crowd', async () => {
    const { clock, rung, joined, sleep, turns } = asleep(['a', 'b']);
    const crowds: number[] = [];
    rung.onCrowd = (unplaced) => crowds.push(unplaced);
    joined[0]?.ringAs(undefined);
    void sleep(0);
    void sleep(1);
    await clock.advance(1000);
    expect(turns).toEqual([['a', 'visit', 1000]]);
    joined[0]?.ringAs('a');
    joined[0]?.leave();
    expect(crowds).toEqual([1, 2, 1]);
    expect(rung.size).toBe(1);
  });

  it('forgets its index first where it was told to', async () => {
    const { rung, joined, sleep, turns } = asleep(['a']);
    rung.sweep('anew', 100);
    joined[0]?.ringAs(undefined);
    void sleep(0);
    await settle();
    expect(turns).toEqual([['a', 'anew', 0]]);
    joined[0]?.ringAs(undefined);
    expect(rung.size).toBe(0);
  });

  it('is counted right where it has a place', () => {
    const { rung, places } = bell(() => 1);
    const crowds: number[] = [];
    rung.onCrowd = (unplaced) => crowds.push(unplaced);
    const placed = places.join('a');
    places.join('b');
    placed.ringAs(undefined);
    placed.ringAs('c');
    placed.leave();
    expect(crowds).toEqual([0, 1, 1, 1, 1]);
  });
});

describe('where some flap without end', () => {
  /** Lets watches be asked again and again, as queries are, while the first of them change all the time; the longest that one was not asked. */
  async function longestUnasked({ count = 200, explained = false, sweepMs = 250, forMs = 30_000 }) {
    const flapping = 5;
    const { clock, rung, places } = bell(() => 0);
    const sweeps = new Sweeps(
      clock,
      () => 0,
      () => rung.sweep('visit', sweepMs),
    );
    const ended = new AbortController();
    setMaxListeners(0, ended.signal);
    const askedAtMs = Array.from({ length: count }, () => 0);
    let longestMs = 0;
    const live = async (at: number, place: Place): Promise<void> => {
      while (!ended.signal.aborted) {
        await place.untilTurn(ended.signal);
        longestMs = Math.max(longestMs, clock.now() - (askedAtMs[at] ?? 0));
        askedAtMs[at] = clock.now();
        if (at < flapping) place.noteNews();
        await clock.sleep(20, ended.signal);
      }
    };
    const joined = askedAtMs.map((_, at) => places.join(`service ${at}`));
    rung.turnOn();
    const lives = joined.map((place, at) => live(at, place));
    while (clock.now() < forMs) {
      if (explained) rung.ring(joined.slice(0, flapping).map((_, at) => `service ${at}`));
      sweeps.ask('change');
      await clock.advance(100);
    }
    for (const atMs of askedAtMs) longestMs = Math.max(longestMs, clock.now() - atMs);
    ended.abort();
    sweeps.stop();
    rung.turnOff();
    await Promise.all(lives);
    expect(clock.pending).toBe(0);
    return longestMs;
  }

  it.each([false, true])(
    'everybody is visited every five seconds and a little, whether it is known who flaps: %s',
    async (explained) => {
      expect(await longestUnasked({ explained })).toBeLessThanOrEqual(5500);
    },
  );

  it('everybody is visited in turn where a visit of all takes longer than until the next', async () => {
    // One each 10 ms.
    const longestMs = await longestUnasked({ count: 800, sweepMs: 8000, forMs: 60_000 });
    expect(longestMs).toBeLessThanOrEqual(20_000);
  });
});
