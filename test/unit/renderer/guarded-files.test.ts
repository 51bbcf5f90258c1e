import { renameSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AutotmplError } from '../../../src/core/errors.ts';
import type { Published, Publisher } from '../../../src/renderer/publisher.ts';
import type { ByName } from '../../../src/renderer/safety.ts';
import { GuardedFiles, SALES } from '../../support/guarded-files.ts';
import { makeTarget } from '../../support/targets.ts';

const HALF = { maxRemovedPercent: new Map([['*', 50]]) };
const named = <Value>(value: Value, name = 'sales'): ByName<Value> => new Map([[name, value]]);

let files: GuardedFiles;
beforeEach(() => {
  files = new GuardedFiles();
});
afterEach(async () => {
  await files.end();
  expect(files.clock.pending).toBe(0);
  expect(files.catalog.open).toEqual([]);
});

/** Starts with four instances in the file, and loses three of them. */
async function loseThree(rules: Parameters<GuardedFiles['target']>[0] = HALF) {
  files.sales('a', 'b', 'c', 'd');
  const rendering = files.start([files.target(rules)]);
  await files.untilText('a b c d ');
  await files.untilTold(/^ready/);
  files.sales('a');
  await files.untilTold(/^held/);
  return rendering;
}

describe('a file whose data a guard objects to', () => {
  it('stays as it was, and says once what the guard saw, what to do, and that it stays', async () => {
    const { renderer } = await loseThree();
    expect(files.read()).toBe('a b c d ');
    const errors = files.logger.records.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual([
      'sales went from 4 instances to 1 (75 % removed; at most 50 % may go at once): b, c, d are gone [maxRemovedPercent] (autotmpl release out); out stays as it was',
    ]);
    expect(renderer.standings()).toEqual([
      {
        label: 'out',
        state: 'held',
        heldBy: 'guard',
        reason: expect.stringContaining('went from 4 instances to 1') as string,
        guards: {
          heldSinceMs: 0,
          tallies: [{ guard: 'maxRemovedPercent', evaluated: 2, objections: 1, lastObjectedMs: 0 }],
        },
      },
    ]);
    // The numbers change, the objection does not: no new line.
    files.sales('a', 'b2');
    await files.until(() => files.evaluations.length === 3, 'another look');
    expect(files.logger.records.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(renderer.standings()[0]?.reason).toContain('went from 4 instances to 2');
    expect(files.facts).toEqual([]);
  });

  it('is released by the data that comes back, and then follows it', async () => {
    await loseThree();
    files.sales('a', 'b', 'c');
    await files.untilText('a b c ');
    expect(await files.untilTold(/^written/)).toEqual(['released out data', 'written out']);
    expect(files.logger.text()).toMatch(
      /info out is released after 0ms: no guard objects any more/,
    );
  });

  it('takes additions at once, and a change elsewhere only with what is held', async () => {
    files.catalog.answer('service(customers)', []);
    files.sales('a', 'b');
    const contents = `${SALES}{{ service("customers") | length }}`;
    const source = { contents, name: 'out.njk', folder: files.folder };
    files.start([files.target({ neverEmpty: ['sales'] }, { source })]);
    await files.untilText('a b 0');
    files.sales('a', 'b', 'c');
    await files.clock.advance(10);
    await files.untilText('a b c 0');
    files.sales();
    await files.clock.advance(10);
    await files.untilTold(/^held/);
    files.catalog.answer('service(customers)', [{ ID: 'x' } as never]);
    await files.clock.advance(10);
    await files.until(() => files.evaluations.at(-1) === 'out neverEmpty objected', 'a look');
    expect(files.read()).toBe('a b c 0');
    files.sales('d');
    await files.clock.advance(10);
    await files.untilText('d 1');
  });

  it('counts what goes one after the other as going at once', async () => {
    files.sales('a', 'b', 'c', 'd');
    files.start([files.target(HALF)]);
    await files.untilText('a b c d ');
    files.sales('a', 'b', 'c');
    await files.untilText('a b c ');
    files.sales('a', 'b');
    await files.untilText('a b ');
    files.sales('a');
    await files.untilTold(/^held/);
    // However long it stands: what went before it is still part of it.
    await files.clock.advance(3_600_000);
    files.sales('b');
    await files.until(() => files.evaluations.at(-1)?.endsWith('objected') === true, 'a look');
    expect(files.read()).toBe('a b ');
  });

  it('is not even made where the guard objects at the first rendering', async () => {
    files.sales('a');
    const { renderer } = files.start([files.target({ minInstances: named(2) })]);
    await files.untilTold(/^held out guard minInstances/);
    expect(files.read()).toBe('(no file)');
    expect(renderer.isReady).toBe(false);
    files.sales('a', 'b');
    await files.untilText('a b ');
    expect(await files.untilTold(/^ready/)).toEqual(['released out data', 'written out', 'ready']);
  });

  it('is good enough to go on with where it is there from an earlier run', async () => {
    files.write('out', 'of yesterday');
    files.sales();
    const { renderer } = files.start([files.target({ neverEmpty: ['sales'] })]);
    await files.untilTold(/^ready/);
    expect(files.read()).toBe('of yesterday');
    expect(renderer.standings()[0]?.state).toBe('held');
  });

  it('is said to be replaced unseen where nobody knows what it was made of', async () => {
    files.write('out', 'a b c d ');
    files.sales('a');
    const { stop } = files.start([files.target(HALF)]);
    await files.untilTold(/^written/);
    expect(files.logger.text()).toContain(
      'warn out was replaced, and maxRemovedPercent had nothing to compare with: what the file was made of before this run is not known; with state in the config it is kept over restarts',
    );
    await stop();
    files.sales('a', 'b');
    files.start([files.target(HALF)]);
    await files.untilText('a b ');
    expect(files.logger.records.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it.each([
    ['there was none', undefined],
    ['it is the same', 'a '],
  ])('is not said to be replaced unseen where %s', async (_, text) => {
    if (text !== undefined) files.write('out', text);
    files.sales('a');
    files.start([files.target(HALF)]);
    await files.untilTold(/^ready/);
    expect(files.logger.records.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('fails a single run', async () => {
    files.sales();
    const { renderer, ended } = files.start([files.target({ neverEmpty: ['sales'] })], {
      once: true,
    });
    await ended;
    expect(renderer.failures()).toMatchObject([{ code: 'guard' }]);
    expect(files.read()).toBe('(no file)');
  });
});

it('holds all files of a group by the guard of one of them, says so once, and releases them together', async () => {
  const fileGroup = 'web';
  const source = {
    contents: '{{ service("sales") | length }}',
    name: 'two.njk',
    folder: files.folder,
  };
  files.sales('a', 'b', 'c', 'd');
  const { renderer } = files.start([
    files.target(HALF, { fileGroup }),
    makeTarget({ label: 'two', destination: files.at('two'), source, fileGroup }),
  ]);
  await files.untilText('4', 'two');
  await files.untilTold(/^ready/);
  files.sales('a');
  await files.untilTold(/^held two group/);
  files.sales();
  await files.until(() => files.evaluations.at(-1)?.endsWith('objected') === true, 'a look');
  await files.until(() => renderer.standings()[0]?.reason?.includes('to none') === true, 'news');
  expect([files.read(), files.read('two')]).toEqual(['a b c d ', '4']);
  expect(files.facts.filter((fact) => fact.startsWith('held'))).toEqual([]);
  expect(renderer.releaseHeld('two')).toMatchObject({ standing: { heldBy: 'group' } });
  renderer.releaseHeld('out');
  await files.untilText('0', 'two');
  expect(files.read()).toBe('');
});

it('compares with what the file is made of after it was rolled back', async () => {
  const outcomes: Published[] = [
    { outcome: 'written', files: ['out'] },
    { outcome: 'written', files: ['out'] },
    { outcome: 'held', by: 'rollback', error: new AutotmplError('command', 'no reload') },
    { outcome: 'written', files: ['out'] },
  ];
  const published: string[] = [];
  const publisher: Publisher = {
    open: () => Promise.resolve(),
    publish: (batch) => {
      published.push(...batch.map(({ text }) => text));
      const landed = new Map(
        batch.map((one) => [one, outcomes.shift() ?? ({ outcome: 'stopped' } as const)]),
      );
      return Promise.resolve({ landed, lanes: [] });
    },
  };
  files.sales('a', 'b', 'c', 'd', 'e', 'f');
  const { renderer } = files.start([files.target({ maxRemovedPercent: named(60) })], { publisher });
  await files.until(() => published.length === 1, 'the first');
  files.sales('a', 'b', 'c');
  await files.until(() => published.length === 2, 'the one that is put back');
  renderer.renderAgain('out.njk');
  await files.until(() => published.length === 3, 'the one that is rejected');
  await files.clock.advance(60_000);
  files.sales('a', 'b');
  await files.untilTold(/^held out guard/);
  expect(renderer.standings()[0]?.reason).toContain('sales went from 6 instances to 2');
});

describe('released by an operator', () => {
  it('takes what is there, once', async () => {
    const { renderer } = await loseThree({ ...HALF, minInstances: named(2) });
    expect(renderer.releaseHeld('out')).toEqual({ outcome: 'released', label: 'out' });
    await files.untilText('a ');
    expect(await files.untilTold(/^written/)).toEqual(['released out operator', 'written out']);
    // What was accepted is no reason to object again, and more of it is one.
    files.catalog.answer('service(sales)', []);
    await files.untilTold(/^held out guard minInstances maxRemovedPercent/);
    expect(files.read()).toBe('a ');
  });

  it('stays released where the file cannot be written at first', async () => {
    files.sales('a', 'b', 'c', 'd');
    const destination = files.at('in/out');
    const { renderer } = files.start([files.target(HALF, { destination })]);
    await files.untilText('a b c d ', 'in/out');
    files.sales('a');
    await files.untilTold(/^held/);
    // A folder in the way of the temporary file's folder is a disk that cannot be written.
    renameSync(files.at('in'), files.at('moved'));
    files.write('in', '');
    renderer.releaseHeld('out');
    await files.until(() => renderer.standings()[0]?.state === 'failed', 'the failure');
    rmSync(files.at('in'));
    await files.clock.advance(5000);
    await files.untilText('a ', 'in/out');
  });

  it('says where nothing is held, and where there is no such file', async () => {
    files.sales('a');
    const { renderer } = files.start([files.target(HALF)]);
    await files.untilText('a ');
    await files.untilTold(/^ready/);
    expect(renderer.releaseHeld('out')).toMatchObject({
      outcome: 'notHeld',
      standing: { state: 'current' },
    });
    expect(renderer.releaseHeld('other')).toEqual({ outcome: 'unknown' });
  });

  it('is no way around a guard that fails: it takes the very data that was refused', async () => {
    const failing = {
      size: 1,
      keys: () => ['sales'].values(),
      get: () => {
        throw new Error('a defect');
      },
    };
    files.sales('a');
    const { renderer } = files.start([
      files.target({ minInstances: failing as unknown as ByName<number> }),
    ]);
    await files.untilTold(/^held/);
    expect(files.logger.text()).toContain(
      'the guard minInstances failed, which is a defect of autotmpl: a defect',
    );
    renderer.releaseHeld('out');
    await files.untilText('a ');
    files.sales('a', 'b');
    await files.untilTold(/^held/);
    expect(files.read()).toBe('a ');
  });
});

describe('released by time', () => {
  it('takes what is there when the objection is old enough, though the data never rests', async () => {
    await loseThree({ ...HALF, holdForMs: 60_000 });
    for (let second = 0; second < 59; second += 1) {
      await files.clock.advance(1000);
      files.sales(`new${second}`);
      await files.until(() => files.evaluations.length >= second + 2, 'a look');
    }
    expect(files.read()).toBe('a b c d ');
    await files.clock.advance(1000);
    await files.untilText('new58 ');
    expect(await files.untilTold(/^written/)).toEqual(['released out time', 'written out']);
    expect(files.logger.text()).toContain('out is released after 1m: its time is up');
  });

  it('is not put off by a config that is read again', async () => {
    const rules = { ...HALF, holdForMs: 60_000 };
    const { stop } = await loseThree(rules);
    await files.clock.advance(50_000);
    await stop();
    files.start([files.target(rules)]);
    await files.clock.advance(1000);
    expect(files.read()).toBe('a b c d ');
    await files.clock.advance(9000);
    await files.untilText('a ');
  });

  it('is not forgotten by a config that is read again, where the template goes through a list', async () => {
    const contents =
      '{% for one in services() %}{{ one.Name }} {{ service(one.Name) | length }} {% endfor %}';
    const source = { contents, name: 'out.njk', folder: files.folder };
    const target = files.target({ minInstances: named(2) }, { source });
    const list = (...names: string[]): void => {
      files.catalog.answer(
        'services()',
        names.map((Name) => ({ Name, Tags: [] })),
      );
    };
    files.sales('a', 'b');
    files.catalog.answer('service(mail)', []);
    list('mail', 'sales');
    const { stop } = files.start([target]);
    await files.untilText('mail 0 sales 2 ');
    await files.untilTold(/^ready/);
    list('mail');
    await files.clock.advance(10);
    await files.untilTold(/^held/);
    await stop();
    const { renderer } = files.start([target]);
    await files.clock.advance(500);
    const file = () => renderer.standings()[0];
    await files.until(() => file()?.state !== 'waiting', 'another look');
    expect(file()).toMatchObject({ state: 'held', heldBy: 'guard' });
    expect(files.read()).toBe('mail 0 sales 2 ');
  });

  it('says in the advice when that will be', async () => {
    await loseThree({ ...HALF, holdForMs: 600_000 });
    expect(files.logger.text()).toContain('(autotmpl release out, and holdFor ends it after 10m)');
  });

  it('is not said to a single run, which does not see that', async () => {
    const rules = { ...HALF, holdForMs: 600_000 };
    await (await loseThree(rules)).stop();
    // Another process remembers nothing of the objection.
    files.memories.begin([]);
    await files.start([files.target(rules)], { once: true }).ended;
    expect(files.logger.text()).toMatch(/\(autotmpl release out\); out stays as it was$/);
  });
});

describe('the grace of removal', () => {
  it('keeps what is gone in the file for its time, and then takes it out without any news', async () => {
    files.sales('a', 'b');
    files.start([files.target({ removeAfterMs: named(10_000) })]);
    await files.untilText('a b ');
    files.sales('b', 'c');
    await files.untilText('a b c ');
    await files.clock.advance(9999);
    expect(files.read()).toBe('a b c ');
    await files.clock.advance(1);
    await files.untilText('b c ');
  });

  it('does not begin anew with a config that is read again', async () => {
    const rules = { removeAfterMs: named(10_000) };
    files.sales('a', 'b');
    const first = files.start([files.target(rules)]);
    await files.untilText('a b ');
    await files.untilTold(/^ready/);
    files.sales('a');
    await files.until(() => files.evaluations.at(-1) === 'out removeAfter objected', 'a look');
    await first.stop();
    await files.clock.advance(9000);
    files.start([files.target(rules)]);
    await files.untilTold(/^ready/);
    expect(files.read()).toBe('a b ');
    await files.clock.advance(1000);
    await files.untilText('a ');
  });

  it('comes before other guards, which judge what the template sees', async () => {
    files.sales('a', 'b');
    files.start([files.target({ removeAfterMs: named(10_000), neverEmpty: ['sales'] })]);
    await files.untilText('a b ');
    files.sales();
    await files.untilTold(/^unchanged/);
    await files.clock.advance(10_000);
    await files.untilTold(/^held out guard neverEmpty/);
    expect(files.read()).toBe('a b ');
  });

  it('does not keep a single run waiting', async () => {
    files.ledger.note(files.target({}), new Map([['service(sales)', []]]));
    files.sales('a');
    const { ended } = files.start([files.target({ removeAfterMs: named(10_000, '*') })], {
      once: true,
    });
    await ended;
    expect(files.read()).toBe('a ');
  });
});

describe('the budget of changes', () => {
  const twice = { maxChanges: { count: 2, withinMs: 60_000 } };

  it('delays, says so once, and writes the newest text when it goes on', async () => {
    files.sales('a');
    const { renderer } = files.start([files.target(twice)]);
    await files.untilText('a ');
    await files.untilTold(/^written/);
    await files.clock.advance(10_000);
    files.sales('b');
    await files.untilText('b ');
    await files.untilTold(/^written[^]*/);
    files.sales('c');
    await files.untilTold(/^held out guard maxChanges/);
    files.sales('d');
    await files.until(() => files.evaluations.length === 4, 'a look');
    expect(files.logger.records.filter(({ level }) => level === 'warn')).toMatchObject([
      {
        message:
          'out changed 2 times within 1m, as often as maxChanges has it; the newest text is written at 1970-01-01T00:01:00.000Z, in 50s (autotmpl release out); out stays as it was',
      },
    ]);
    expect(renderer.standings()[0]).toMatchObject({ state: 'held', heldBy: 'guard' });
    await files.clock.advance(49_999);
    expect(files.read()).toBe('b ');
    await files.clock.advance(1);
    await files.untilText('d ');
  });

  it('is said, and counted, also where an objection went before it', async () => {
    const { maxChanges } = twice;
    files.sales('a', 'b');
    const rules = { neverEmpty: ['sales'], maxChanges: { ...maxChanges, count: 1 } };
    const { renderer } = files.start([files.target(rules)]);
    await files.untilText('a b ');
    files.sales();
    await files.untilTold(/^held out guard neverEmpty/);
    files.sales('a');
    await files.untilTold(/^held out guard maxChanges/);
    expect(renderer.standings()[0]?.guards?.tallies).toMatchObject([
      { guard: 'neverEmpty', objections: 1 },
      { guard: 'maxChanges', objections: 1 },
    ]);
    files.sales();
    await files.untilTold(/^held out guard neverEmpty/);
  });

  it('goes on by the time that passes, and says when by the time of day', async () => {
    files.sales('a');
    files.start([files.target({ maxChanges: { count: 1, withinMs: 60_000 } })]);
    await files.untilText('a ');
    await files.untilTold(/^written/);
    files.clock.jump(3_600_000);
    files.sales('b');
    await files.untilTold(/^held/);
    expect(files.logger.text()).toContain('is written at 1970-01-01T01:01:00.000Z, in 1m');
    await files.clock.advance(60_000);
    await files.untilText('b ');
  });

  it('has nothing against a text that is in place', async () => {
    files.sales('a');
    files.start([files.target({ maxChanges: { count: 1, withinMs: 60_000 } })]);
    await files.untilText('a ');
    files.sales('b');
    await files.untilTold(/^held/);
    files.sales('a');
    await files.untilTold(/^unchanged/);
    expect(files.read()).toBe('a ');
  });

  it('can be overruled', async () => {
    files.sales('a');
    const { renderer } = files.start([
      files.target({ maxChanges: { count: 1, withinMs: 60_000 } }),
    ]);
    await files.untilText('a ');
    files.sales('b');
    await files.untilTold(/^held/);
    renderer.releaseHeld('out');
    await files.untilText('b ');
  });

  it('does not keep a single run waiting, nor is it new with each config', async () => {
    const once = { maxChanges: { count: 1, withinMs: 60_000 } };
    files.sales('a');
    const { stop } = files.start([files.target(once)]);
    await files.untilText('a ');
    await stop();
    files.sales('b');
    const second = files.start([files.target(once)]);
    await files.untilTold(/^held/);
    await second.stop();
    await files.start([files.target(once)], { once: true }).ended;
    expect(files.read()).toBe('b ');
  });
});

describe('a guard that guards nothing', () => {
  it('is told of where it is a time that nothing has, and counted as one that never looked', async () => {
    files.sales('a');
    const rules = {
      removeAfterMs: new Map([
        ['sales', 1000],
        ['salse', 1000],
      ]),
    };
    const { renderer, stop } = files.start([files.target(rules)]);
    await files.untilText('a ');
    const warnings = () => files.logger.records.filter(({ level }) => level === 'warn');
    const told =
      'the guard removeAfter of out names salse, which its template does not ask for: it guards nothing';
    expect(warnings().map(({ message }) => message)).toEqual([told]);
    expect(renderer.standings()[0]?.guards?.tallies).toMatchObject([{ evaluated: 1 }]);
    await stop();
    files.memories.begin([]);
    const second = files.start([files.target({ removeAfterMs: named(1000, 'salse') })]);
    await files.until(() => warnings().length === 2, 'the second warning');
    expect(second.renderer.standings()[0]?.guards?.tallies).toMatchObject([{ evaluated: 0 }]);
  });

  it('is told of once', async () => {
    files.sales('a');
    files.start([files.target({ neverEmpty: ['seles'] })]);
    await files.untilText('a ');
    files.sales('b');
    await files.untilText('b ');
    expect(files.logger.records.filter(({ level }) => level === 'warn')).toMatchObject([
      {
        message:
          'the guard neverEmpty of out names seles, which its template does not ask for: it guards nothing',
      },
    ]);
  });

  it('is none where it stands for all files, and one of them asks for what it names', async () => {
    files.sales('a');
    const shared = { neverEmpty: ['sales', 'seles'], shared: new Set(['neverEmpty']) };
    const source = { contents: 'fixed', name: 'two.njk', folder: files.folder };
    files.start([files.target(shared), files.target(shared, { label: 'two', source })]);
    await files.untilText('fixed', 'two');
    await files.untilText('a ');
    expect(files.logger.records.filter(({ level }) => level === 'warn')).toMatchObject([
      {
        message: 'the guard neverEmpty names seles, which no template asks for: it guards nothing',
      },
    ]);
  });
});
