import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Places, type Place } from '../../../../src/catalog/blocking/places.ts';
import { Rung } from '../../../../src/catalog/blocking/rung.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

function share(count: number, watches: number, random = 0) {
  const clock = new ManualClock();
  const places = new Places(
    () => count,
    clock,
    () => random,
  );
  const joined = Array.from({ length: watches }, () => places.join());
  return {
    clock,
    places,
    at: (position: number): Place => joined[position] as Place,
    waiting: () => joined.flatMap((place, at) => (place.mayWait() ? [at] : [])),
  };
}

describe('the places to wait at', () => {
  it('are for everybody while there are enough', () => {
    const { waiting, at } = share(3, 3);
    for (const one of [0, 1, 2]) at(one).noteQuiet();
    expect(waiting()).toEqual([0, 1, 2]);
  });

  it('are for those who came first where there are not', () => {
    const { waiting, places } = share(2, 5);
    expect(waiting()).toEqual([0, 1]);
    expect(places.visited).toEqual({ inRounds: 3, whenRung: 0 });
  });

  it('go from a watch whose wait brought nothing to the one that had news last', async () => {
    const { clock, waiting, at } = share(2, 5);
    await clock.advance(10);
    at(3).noteNews();
    await clock.advance(10);
    at(4).noteNews();
    at(0).noteQuiet();
    expect(waiting()).toEqual([1, 4]);
    at(1).noteQuiet();
    expect(waiting()).toEqual([3, 4]);
  });

  it('stay with a watch whose own news are later than anybody else’s', async () => {
    const { clock, waiting, at } = share(1, 2);
    at(1).noteNews();
    await clock.advance(10);
    at(0).noteNews();
    at(0).noteQuiet();
    expect(waiting()).toEqual([0]);
  });

  it('do not go to and fro between two watches without news', () => {
    const { waiting, at } = share(1, 2);
    at(0).noteQuiet();
    expect(waiting()).toEqual([0]);
  });

  it('are there for others once their watch has ended, and given back once', () => {
    const { places, waiting, at } = share(1, 3);
    at(0).leave();
    at(0).leave();
    expect(at(0).mayWait()).toBe(false);
    expect(waiting()).toEqual([1]);
    expect(places.join().mayWait()).toBe(false);
  });
});

describe('the first waits', () => {
  it.each([
    [1, 1000, false],
    [1000, 1000, false],
    [1001, 1001, true],
    [4000, 4000, true],
    [10_000, 10_000, true],
    [12_000, 10_000, true],
  ])('of %i watches are %i ms, which are many: %s', (watches, firstWaitMs, areMany) => {
    const { places } = share(90, watches);
    expect([places.firstWaitMs, places.areMany]).toEqual([firstWaitMs, areMany]);
  });

  it('are short again where most watches have ended', () => {
    const { places, at } = share(90, 4000);
    for (let one = 0; one < 3900; one++) at(one).leave();
    expect(places.firstWaitMs).toBe(1000);
  });
});

describe('the rounds of those who have no place', () => {
  it.each([
    [1, 1000],
    [25, 1000],
    [26, 2000],
    [110, 5000],
    [900, 5000],
  ])('come for %i watches every %i ms', (visited, roundMs) => {
    expect(share(0, visited).places.untilRoundMs()).toBe(roundMs);
  });

  it('come for all at the same moment', async () => {
    const { clock, at } = share(0, 900);
    await clock.advance(1700);
    const woken: number[] = [];
    for (const one of [0, 1, 2]) {
      void at(one)
        .untilTurn(new AbortController().signal)
        .then(() => woken.push(clock.now()));
      await clock.advance(100);
    }
    await clock.advance(2999);
    expect(woken).toEqual([]);
    await clock.advance(1);
    expect(woken).toEqual([5000, 5000, 5000]);
  });

  it('come at another moment in another program', () => {
    expect(share(0, 900, 0.5).places.untilRoundMs()).toBe(2500);
  });

  it('leave nobody out while those who have places change without end', async () => {
    const { clock, at, waiting } = share(2, 30);
    const ended = new AbortController();
    setMaxListeners(0, ended.signal);
    const visits = Array.from({ length: 30 }, () => 0);
    const lives = visits.map(async (_, one) => {
      while (!ended.signal.aborted) {
        if (at(one).mayWait()) {
          at(one).noteNews();
          await clock.sleep(50, ended.signal);
        } else {
          await at(one).untilTurn(ended.signal);
          visits[one] = (visits[one] ?? 0) + 1;
        }
      }
    });
    await clock.advance(60_000);
    expect(waiting()).toEqual([0, 1]);
    expect(visits.slice(2)).toEqual(visits.slice(2).map(() => 30));
    ended.abort();
    await Promise.all(lives);
    expect(clock.pending).toBe(0);
  });

  it('come once, also for a timer that was a little early', async () => {
    const { clock, places } = share(0, 900);
    await clock.advance(4995);
    expect(places.untilRoundMs()).toBe(5005);
  });
});

describe('the places of very many that a bell rings for', () => {
  function shareRung(count: number, watches: number) {
    const clock = new ManualClock();
    const rung = new Rung(clock);
    const crowds: number[] = [];
    rung.onCrowd = (unplaced) => crowds.push(unplaced);
    const places = new Places(
      () => count,
      clock,
      () => 0,
      rung,
    );
    const joined = Array.from({ length: watches }, (_, one) => places.join(`service-${one}`));
    return {
      ...{ clock, rung, places, joined, crowds },
      waiting: () => joined.filter((place) => place.mayWait()).length,
    };
  }

  it('are as many as there are while no bell rings, and the bell hears of the crowd all the same', () => {
    const { waiting, crowds } = shareRung(10_000, 1000);
    expect(waiting()).toBe(1000);
    expect(crowds.at(-1)).toBe(850);
  });

  it('are 150 once it rings, and all again when it falls silent', () => {
    const { waiting, rung } = shareRung(10_000, 1000);
    waiting();
    rung.turnOn();
    expect(waiting()).toBe(150);
    rung.turnOff();
    expect(waiting()).toBe(1000);
  });

  it('go to those that have news, though there are places enough for all', async () => {
    const { clock, waiting, rung, joined } = shareRung(10_000, 1000);
    rung.turnOn();
    waiting();
    const isPlaced = (place: Place): boolean => place.mayWait();
    const [quiet] = joined.filter(isPlaced);
    const late = joined.find((place) => !isPlaced(place));
    await clock.advance(10);
    late?.noteNews();
    quiet?.noteQuiet();
    expect(late !== undefined && isPlaced(late)).toBe(true);
    expect(quiet !== undefined && isPlaced(quiet)).toBe(false);
    expect(waiting()).toBe(150);
  });

  it('leave all others theirs', () => {
    const { waiting, rung, places } = shareRung(10_000, 1000);
    rung.turnOn();
    waiting();
    const others = Array.from({ length: 300 }, () => places.join());
    expect(others.every((place) => place.mayWait())).toBe(true);
    for (const place of others) place.noteQuiet();
    expect(others.every((place) => place.mayWait())).toBe(true);
    expect(waiting()).toBe(150);
  });
});
