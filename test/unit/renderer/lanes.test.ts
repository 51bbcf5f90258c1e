import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../../src/renderer/target.ts';
import { GuardedFiles } from '../../support/guarded-files.ts';
import { ScriptedChecks } from '../../support/scripted-checks.ts';
import { makeTarget } from '../../support/targets.ts';

let files: GuardedFiles;
let checks: ScriptedChecks;

beforeEach(() => {
  files = new GuardedFiles();
  checks = new ScriptedChecks();
});
afterEach(async () => {
  await files.stop();
  const left = readdirSync(files.folder).filter((name) => /autotmpl-\d/.test(name));
  await files.end();
  expect(left).toEqual([]);
  expect(files.clock.pending).toBe(0);
});

const put = (key: string, value: string): void =>
  files.catalog.answer(`key(${key})`, {
    ...{ Path: key, Key: key, Value: value },
    ...{ CreateIndex: 1, ModifyIndex: 1, LockIndex: 0, Flags: 0, Session: '' },
  });

/** A file that is the value of a key, or of several. */
const file = (label: string, keys: string, fields: Partial<Target> = {}): Target =>
  makeTarget({
    label,
    source: {
      contents: [...keys].map((key) => `{{ key("${key}") }}`).join(' '),
      name: `${label}.njk`,
      folder: files.folder,
    },
    destination: files.at(label),
    ...fields,
  });

const checked = (label: string, keys: string, fields: Partial<Target> = {}): Target =>
  file(label, keys, { check: { command: 'check', timeoutMs: 30_000 }, ...fields });

const start = (targets: readonly Target[], { once = false } = {}) =>
  files.start(targets, { once, runCheck: checks.run });

const untilChecked = (name: string, times = 1): Promise<void> =>
  files.until(
    () => checks.isUnderWay(name) && checks.made.filter((made) => made === name).length === times,
    `check ${times} of ${name} to be under way`,
  );

/** Starts with all files in place. */
const startWith = async (targets: readonly Target[]): Promise<ReturnType<typeof start>> => {
  const started = start(targets);
  for (const { label, check } of targets) {
    if (check === undefined) continue;
    await untilChecked(label);
    checks.pass(label);
  }
  await files.untilTold(/^ready/);
  const commands = new Set(targets.flatMap(({ command = [] }) => command));
  await files.until(() => files.commands.length === commands.size, 'the first commands');
  files.facts.length = 0;
  files.commands.length = 0;
  return started;
};

describe('a check that takes its time', () => {
  beforeEach(() => {
    put('a', '1');
    put('b', '1');
  });

  it('keeps no other file from being true, neither of its batch nor later', async () => {
    await startWith([checked('slow', 'a'), file('mate', 'a'), file('other', 'b')]);
    put('a', '2');
    await files.untilText('2', 'mate');
    for (const value of ['2', '3', '4']) {
      put('b', value);
      await files.untilText(value, 'other');
    }
    expect(files.read('slow')).toBe('1');
    checks.pass('slow');
    await files.untilText('2', 'slow');
    expect(checks.made).toEqual(['slow', 'slow']);
  });

  it('is waited for by the readiness, and said to be under way', async () => {
    const { renderer } = start([checked('slow', 'a'), file('other', 'b')]);
    await files.untilTold(/^written other/);
    await untilChecked('slow');
    expect(renderer.isReady).toBe(false);
    expect(renderer.standings()).toMatchObject([
      { label: 'slow', state: 'waiting', reason: 'its new text is being checked' },
      { label: 'other', state: 'current' },
    ]);
    checks.pass('slow');
    await files.untilTold(/^ready/);
    expect(renderer.standings()[0]).toEqual({ label: 'slow', state: 'current' });
  });

  it('holds its own file alone where it fails', async () => {
    await startWith([checked('slow', 'a'), file('other', 'b')]);
    put('a', '2');
    await untilChecked('slow', 2);
    put('b', '2');
    await files.untilText('2', 'other');
    checks.fail('slow');
    await files.untilTold(/^held slow check/);
    expect(files.read('slow')).toBe('1');
  });

  it('is made anew where the data changed meanwhile, and the text between is never put in place', async () => {
    await startWith([checked('slow', 'a')]);
    put('a', '2');
    await untilChecked('slow', 2);
    put('a', '3');
    checks.pass('slow');
    await untilChecked('slow', 3);
    expect(files.read('slow')).toBe('1');
    checks.pass('slow');
    await files.untilText('3', 'slow');
    await files.untilTold(/^written slow/);
    expect(checks.made).toHaveLength(3);
  });

  it('is for nothing where the data changed back meanwhile', async () => {
    await startWith([checked('slow', 'a', { command: 'reload' })]);
    put('a', '2');
    await untilChecked('slow', 2);
    put('a', '1');
    checks.pass('slow');
    await files.untilTold(/^unchanged slow/);
    expect([files.read('slow'), checks.made.length, files.commands]).toEqual(['1', 2, []]);
  });

  it('lets the second of two texts in, though data changes all the time', async () => {
    await startWith([checked('slow', 'a')]);
    for (const value of ['2', '3', '4']) {
      put('a', value);
      await untilChecked('slow', Number(value));
      put('a', `${value}, then another`);
      if (value === '4') break;
      checks.pass('slow');
    }
    expect(files.read('slow')).toBe('3');
  });

  it('holds back the whole of its group, which is then put in place together', async () => {
    const group = { fileGroup: 'web' };
    await startWith([checked('slow', 'a', group), file('mate', 'ab', group), file('other', 'a')]);
    put('a', '2');
    await files.untilText('2', 'other');
    await untilChecked('slow', 2);
    expect([files.read('slow'), files.read('mate')]).toEqual(['1', '1 1']);
    put('b', '2');
    await files.clock.advance(10);
    checks.pass('slow');
    await untilChecked('slow', 3);
    expect([files.read('slow'), files.read('mate')]).toEqual(['1', '1 1']);
    checks.pass('slow');
    await files.untilText('2 2', 'mate');
    expect(files.read('slow')).toBe('2');
    await files.untilTold(/^written mate/);
  });

  it('is ended where the run is told to stop, which puts nothing in place', async () => {
    const { stop } = await startWith([checked('slow', 'a')]);
    put('a', '2');
    await untilChecked('slow', 2);
    await stop();
    expect([checks.isUnderWay('slow'), files.read('slow')]).toEqual([false, '1']);
  });

  it('is waited for by a single run', async () => {
    let hasEnded = false;
    const { ended } = start([checked('slow', 'a', { command: 'reload' }), file('other', 'b')], {
      once: true,
    });
    void ended.then(() => (hasEnded = true));
    await files.untilText('1', 'other');
    await untilChecked('slow');
    await files.clock.advance(10_000);
    expect(hasEnded).toBe(false);
    checks.pass('slow');
    await ended;
    expect([files.read('slow'), files.commands]).toEqual(['1', ['reload for slow']]);
  });
});

describe('a command that files with checks share', () => {
  const command = 'reload';

  beforeEach(() => put('a', '1'));

  it('runs once for a batch whose checks pass soon', async () => {
    await startWith([
      checked('one', 'a', { command }),
      checked('two', 'a', { command }),
      file('three', 'a', { command }),
      file('other', 'a', { command: 'other' }),
    ]);
    put('a', '2');
    await files.until(() => files.commands.length > 0, 'the command that nobody else asks for');
    await untilChecked('two', 2);
    checks.pass('one');
    await files.untilText('2', 'one');
    await files.clock.advance(900);
    checks.pass('two');
    await files.until(() => files.commands.length === 2, 'the command');
    expect(files.commands).toEqual(['other for other', 'reload for three,one,two']);
  });

  it('waits no longer than a second for a check', async () => {
    await startWith([checked('one', 'a', { command }), file('three', 'a', { command })]);
    put('a', '2');
    await files.untilTold(/^written three/);
    await untilChecked('one', 2);
    await files.clock.advance(900);
    expect(files.commands).toEqual([]);
    await files.clock.advance(100);
    await files.until(() => files.commands.length === 1, 'the command');
    checks.pass('one');
    await files.until(() => files.commands.length === 2, 'the command, again');
    expect(files.commands).toEqual(['reload for three', 'reload for one']);
  });

  it('runs where a check of its batch failed', async () => {
    await startWith([checked('one', 'a', { command }), file('three', 'a', { command })]);
    put('a', '2');
    await untilChecked('one', 2);
    checks.fail('one');
    await files.until(() => files.commands.length === 1, 'the command');
    expect(files.commands).toEqual(['reload for three']);
  });
});

describe('a file that its check holds', () => {
  const held = async (fields: Partial<Target> = {}): Promise<ReturnType<typeof start>> => {
    put('a', '1');
    const mates = fields.fileGroup === undefined ? [] : [file('mate', 'a', fields)];
    const started = await startWith([checked('slow', 'a', fields), ...mates]);
    put('a', '2');
    await untilChecked('slow', 2);
    checks.fail('slow');
    await files.untilTold(/^held slow check/);
    return started;
  };

  it('is checked once more when an operator asks, and put in place where that passes', async () => {
    const { renderer } = await held({ command: 'reload' });
    expect(renderer.standings()[0]?.reason).toContain('(release slow)');
    expect(renderer.releaseHeld('slow')).toEqual({ outcome: 'triedAgain', label: 'slow' });
    await untilChecked('slow', 3);
    checks.pass('slow');
    await files.untilText('2', 'slow');
    await files.until(() => files.commands.length > 0, 'its command');
    expect(renderer.releaseHeld('slow')).toMatchObject({ outcome: 'notHeld' });
  });

  it('is said to be refused once more where it is', async () => {
    const { renderer } = await held();
    const complaints = (): number => files.logger.text().split('the check of slow failed').length;
    const before = complaints();
    renderer.releaseHeld('slow');
    await untilChecked('slow', 3);
    checks.fail('slow');
    await files.untilTold(/^held slow check/);
    expect([complaints() - before, files.read('slow')]).toEqual([1, '1']);
  });

  it('is tried again with its group, but by its own name alone', async () => {
    const { renderer } = await held({ fileGroup: 'web' });
    await files.until(() => renderer.standings()[1]?.heldBy === 'group', 'the other to be held');
    expect(renderer.releaseHeld('mate')).toMatchObject({ outcome: 'notHeld' });
    renderer.releaseHeld('slow');
    await untilChecked('slow', 3);
    checks.pass('slow');
    await files.untilText('2', 'mate');
    expect(files.read('slow')).toBe('2');
    await files.untilTold(/^written mate/);
  });
});

it('looks at others when as many checks hang as run side by side', async () => {
  put('a', '1');
  const names = ['one', 'two', 'three', 'four', 'five'];
  start(names.map((name) => checked(name, 'a')));
  await untilChecked('four');
  expect(checks.isUnderWay('five')).toBe(false);
  await files.clock.advance(1000);
  await untilChecked('five');
  checks.pass('five');
  await files.untilText('1', 'five');
  for (const name of names.slice(0, 4)) checks.pass(name);
  await files.untilText('1', 'four');
});
