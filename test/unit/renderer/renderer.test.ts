import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ServiceInstance } from '../../../src/catalog/values.ts';
import { begin } from '../../../src/core/actor.ts';
import { Bus } from '../../../src/core/bus.ts';
import type { AutotmplError } from '../../../src/core/errors.ts';
import { systemClock } from '../../../src/core/time.ts';
import { OwedMarkers } from '../../../src/output/owed-markers.ts';
import type { CommandResult } from '../../../src/process/result.ts';
import { compileTargets } from '../../../src/renderer/compile-targets.ts';
import type { Reload } from '../../../src/renderer/reload.ts';
import { Reloads } from '../../../src/renderer/reloads.ts';
import { MemoryLedger } from '../../../src/renderer/ledger.ts';
import { Renderer } from '../../../src/renderer/renderer.ts';
import type { Target } from '../../../src/renderer/target.ts';
import { createNunjucksEngine } from '../../../src/template/nunjucks/engine.ts';
import { Watcher } from '../../../src/watch/watcher.ts';
import { filePublisher } from '../../support/file-publisher.ts';
import { noTurns } from '../../support/no-turns.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { ScriptedCatalog } from '../../support/scripted-catalog.ts';
import { makeTarget } from '../../support/targets.ts';
import { waitUntil } from '../../support/wait-until.ts';

const pair = (path: string, value: string) => ({
  Path: path,
  Key: path,
  Value: value,
  CreateIndex: 1,
  ModifyIndex: 1,
  LockIndex: 0,
  Flags: 0,
  Session: '',
});

const instance: ServiceInstance = {
  Node: 'n1',
  NodeID: '1',
  NodeAddress: '127.0.0.1',
  NodeDatacenter: 'dc1',
  NodeTaggedAddresses: {},
  NodeMeta: {},
  ServiceMeta: {},
  Address: '10.0.0.1',
  ServiceTaggedAddresses: {},
  ID: 'web-1',
  Name: 'web',
  Tags: [],
  Checks: [],
  Status: 'passing',
  Port: 80,
  Weights: { Passing: 1, Warning: 1 },
};

describe('the renderer', () => {
  let folder: string;
  let catalog: ScriptedCatalog;
  let clock: ManualClock;
  let logger: ReturnType<typeof recordingLogger>;
  let events: string[];
  /** How many events there were each time when the renderer said that it is ready. */
  let readyAfter: number[];
  /** Which files were announced together. */
  let batches: (readonly string[])[];
  /** What each file held when its writing was announced. */
  let announced: Map<string, string>;
  let printed: string[];
  let runs: Reload[];
  let commandResult: () => CommandResult;
  let stops: (() => Promise<void>)[];
  /** What each writing was said to be for. */
  let reasons: string[];
  let onRendered: () => void;

  const at = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(at(name), 'utf8');
  const until = (condition: () => boolean, what: string) =>
    waitUntil(() => condition(), { timeoutMs: 5000, what });
  const written = (name: string, text: string) =>
    until(() => announced.get(name) === text, `${name} to be ${JSON.stringify(text)}`);

  const target = (name: string, contents: string, fields: Partial<Target> = {}): Target =>
    makeTarget({
      label: name,
      source: { contents, name: `${name}.njk`, folder },
      destination: at(name),
      ...fields,
    });

  /** Starts everything as the daemon does; returns the renderer and the promise of its end. */
  const start = async (targets: Target[], { once = false } = {}) => {
    const bus = new Bus();
    bus.on('target:rendered', () => onRendered());
    bus.on('target:written', ({ target: label, reason }) => {
      events.push(`written ${label}`);
      reasons.push(reason);
      if (existsSync(at(label))) announced.set(label, read(label));
    });
    bus.on('files:written', ({ targets: labels }) => batches.push(labels));
    bus.on('target:unchanged', ({ target: label }) => events.push(`unchanged ${label}`));
    bus.on('target:failed', ({ target: label }) => events.push(`failed ${label}`));
    bus.on('renderer:ready', () => readyAfter.push(events.length));
    const markers = new OwedMarkers();
    const engine = createNunjucksEngine({ searchPath: [], environment: {}, clock: systemClock });
    const watcher = begin(new Watcher({ catalog, bus, clock, logger }));
    const reloads = begin(
      new Reloads({
        turns: noTurns({ clock, logger }),
        run: async (reload) => {
          runs.push(reload);
          events.push(`ran ${String(reload.command)}`);
          return commandResult();
        },
        probe: async () => undefined,
        follow: async () => ({ kind: 'keep' }),
        cover: (covered) => markers.cover(covered.flatMap(({ destination }) => destination ?? [])),
        retry: !once,
        clock,
        bus,
        logger,
      }),
    );
    const renderer = new Renderer({
      targets: compileTargets(targets, () => engine),
      watcher: watcher.actor,
      publisher: filePublisher({
        print: (text) => printed.push(text),
        markers,
        logger,
      }),
      reloads: reloads.actor,
      ledger: new MemoryLedger(),
      once,
      clock,
      bus,
      logger,
    });
    const controller = new AbortController();
    const ended = renderer.run(controller.signal);
    const stop = async () => {
      controller.abort();
      await ended.catch(() => undefined);
      renderer.release();
      await reloads.stop();
      await watcher.stop();
    };
    stops.push(stop);
    return { renderer, ended, stop, watcher: watcher.actor };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-renderer-'));
    catalog = new ScriptedCatalog();
    clock = new ManualClock();
    logger = recordingLogger();
    events = [];
    readyAfter = [];
    batches = [];
    announced = new Map();
    printed = [];
    runs = [];
    stops = [];
    reasons = [];
    onRendered = () => undefined;
    commandResult = () => ({
      outcome: 'ok',
      exitCode: 0,
      durationMs: 1,
      tail: [],
      droppedLines: 0,
    });
  });

  afterEach(async () => {
    for (const stop of stops) await stop();
    expect(clock.pending).toBe(0);
    expect(catalog.open).toEqual([]);
    expect(readdirSync(folder).filter((name) => /autotmpl-\d/.test(name))).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('does not render where all that changed of an answer is nothing that the template had', async () => {
    let renders = 0;
    onRendered = () => (renders += 1);
    catalog.answer('key(a)', pair('a', '1'));
    const { watcher } = await start([target('out', '{{ key("a") }}')]);
    await written('out', '1');
    const before = renders;
    catalog.answer('key(a)', { ...pair('a', '1'), ModifyIndex: 2, Session: 's' });
    const taken = () => watcher.recall({ kind: 'key', path: 'a' })?.value?.ModifyIndex;
    await until(() => taken() === 2, 'the new answer to be known');
    catalog.answer('key(a)', { ...pair('a', '2'), ModifyIndex: 3 });
    await written('out', '2');
    expect(renders).toBe(before + 1);
    expect(events).toEqual(['written out', 'written out']);
  });

  it('writes a file once everything that it needs is there, and not before', async () => {
    await start([target('out', '{{ key("a") }}-{{ key("b") }}')]);
    catalog.answer('key(a)', pair('a', '1'));
    await until(() => catalog.open.length === 2, 'both keys to be watched');
    expect(existsSync(at('out'))).toBe(false);
    catalog.answer('key(b)', pair('b', '2'));
    await written('out', '1-2');
  });

  it('renders once when the last of many first answers is there, not at each', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const all = names.map((name) => `{{ key("${name}") }}`).join('');
    await start([target('out', all), target('plain', 'text')]);
    // From here on the renderer has nothing else to do.
    await written('plain', 'text');
    let renderings = 0;
    onRendered = () => (renderings += 1);
    for (const name of names) {
      catalog.answer(`key(${name})`, pair(name, name));
      await settle();
    }
    await written('out', 'abcdef');
    expect(renderings).toBe(1);
  });

  it('asks for what follows from an answer though another one is not there yet', async () => {
    await start([target('out', '{{ key("slow") }}{{ key(key("name")) }}')]);
    catalog.answer('key(name)', pair('name', 'next'));
    await until(() => catalog.open.length === 2, 'both keys to be watched');
    await clock.advance(300);
    await until(() => catalog.open.includes('key(next)'), 'the key that the other names');
    expect(existsSync(at('out'))).toBe(false);
  });

  it('is ready, once, when every file has been as it should be', async () => {
    catalog.answer('key(a)', pair('a', '1'));
    const { renderer } = await start([
      target('one', '{{ key("a") }}'),
      target('two', '{{ key("b") }}'),
    ]);
    await written('one', '1');
    expect(renderer.isReady).toBe(false);
    catalog.answer('key(b)', pair('b', '1'));
    await written('two', '1');
    await until(() => renderer.isReady, 'the renderer to be ready');
    catalog.answer('key(b)', pair('b', '2'));
    await written('two', '2');
    expect(readyAfter).toEqual([2]);
  });

  it('tells of the files of one batch together, and of none where nothing was written', async () => {
    writeFileSync(at('three'), '1');
    catalog.answer('key(a)', pair('a', '1'));
    catalog.answer('key(b)', pair('b', '1'));
    await start([
      target('one', '{{ key("a") }}'),
      target('two', '{{ key("a") }}'),
      target('three', '{{ key("b") }}'),
    ]);
    await until(() => readyAfter.length > 0, 'the renderer to be ready');
    expect(batches.flat().toSorted()).toEqual(['one', 'two']);
    batches = [];
    catalog.answer('key(a)', pair('a', '2'));
    await written('two', '2');
    await until(() => batches.length > 0, 'a batch');
    expect(batches).toEqual([['one', 'two']]);
  });

  it('renders the targets of a source again when asked to, though nothing changed', async () => {
    const { renderer } = await start([target('one', 'text'), target('two', 'text')]);
    await until(() => renderer.isReady, 'the renderer to be ready');
    writeFileSync(at('one'), 'changed by hand');
    events.length = 0;
    expect(renderer.renderAgain('one.njk')).toBe(1);
    await until(() => events.length > 0, 'a file to be written');
    expect(events).toEqual(['written one']);
    expect(read('one')).toBe('text');
    expect(renderer.renderAgain('three.njk')).toBe(0);
  });

  it('renders only the targets that use what changed', async () => {
    catalog.answer('key(a)', pair('a', '1'));
    catalog.answer('key(b)', pair('b', '1'));
    await start([target('one', '{{ key("a") }}'), target('two', '{{ key("b") }}')]);
    await written('one', '1');
    await written('two', '1');
    events.length = 0;
    catalog.answer('key(b)', pair('b', '2'));
    await written('two', '2');
    expect(events).toEqual(['written two']);
  });

  it('neither writes nor runs anything when the text is what the file says already', async () => {
    writeFileSync(at('out'), '1');
    utimesSync(at('out'), 1000, 1000);
    catalog.answer('key(a)', pair('a', '1'));
    await start([target('out', '{{ key("a") }}', { command: 'reload' })]);
    await until(() => events.length > 0, 'a first outcome');
    expect(events).toEqual(['unchanged out']);
    expect(statSync(at('out')).mtimeMs).toBe(1_000_000);
  });

  it('runs equal commands once, after all files of the batch, in the order of the targets', async () => {
    catalog.answer('key(a)', pair('a', '1'));
    await start([
      target('one', '{{ key("a") }}', { command: 'first' }),
      target('two', '{{ key("a") }}', { command: 'second' }),
      target('three', '{{ key("a") }}', { command: 'first' }),
    ]);
    await until(() => runs.length === 2, 'both commands');
    expect(events).toEqual([
      'written one',
      'written two',
      'written three',
      'ran first',
      'ran second',
    ]);
    expect(runs[0]?.targets.map(({ label }) => label)).toEqual(['one', 'three']);
  });

  it('runs a shared command once at the start although answers trickle in', async () => {
    const targets = ['a', 'b', 'c'].map((name) =>
      target(name, `{{ key("${name}") }}`, { command: 'reload' }),
    );
    await start(targets);
    for (const name of ['a', 'b', 'c']) {
      catalog.answer(`key(${name})`, pair(name, name));
      await written(name, name);
    }
    await until(() => runs.length > 0, 'the command');
    expect(runs).toHaveLength(1);
    expect(runs[0]?.targets).toHaveLength(3);
  });

  it('does not hold the first command up for an answer that does not come', async () => {
    await start([
      target('one', '{{ key("a") }}', { command: 'reload' }),
      target('two', '{{ key("slow") }}', { command: 'reload' }),
    ]);
    catalog.answer('key(a)', pair('a', '1'));
    await written('one', '1');
    expect(runs).toEqual([]);
    await clock.advance(2000);
    await until(() => runs.length === 1, 'the command');
  });

  it('keeps the last file, and says so, when a key that was there is deleted', async () => {
    catalog.answer('key(a)', pair('a', '1'));
    await start([target('out', '{{ key("a") }}')]);
    await written('out', '1');
    catalog.answer('key(a)', null);
    await until(() => logger.text().includes('key(a) is gone; out stays as it was'), 'the warning');
    expect(read('out')).toBe('1');
    catalog.answer('key(a)', pair('a', '2'));
    await written('out', '2');
  });

  it('keeps the last file while the catalog is in trouble', async () => {
    catalog.answer('key(a)', pair('a', '1'));
    const { watcher } = await start([target('out', '{{ keyOrDefault("a", "empty") }}')]);
    await written('out', '1');
    catalog.hold('key(a)', '500 No cluster leader');
    await until(() => watcher.answer('key(a)')?.state === 'held', 'the answer to be held');
    await clock.advance(60_000);
    expect(read('out')).toBe('1');
    expect(events).toEqual(['written out']);
  });

  it('warns about what is waited for after five seconds, then ever more seldom, with its place', async () => {
    await start([target('out', 'x\n {{ key("missing") }}')]);
    await until(() => catalog.open.length === 1, 'the watch');
    await until(() => clock.pending === 2, 'the timers of first batch and report');
    catalog.answer('key(missing)', null);
    const warnings = () =>
      logger.records.filter(({ level }) => level === 'warn').map(({ message }) => message);
    await clock.advance(4900);
    expect(warnings()).toEqual([]);
    await clock.advance(200);
    expect(warnings()).toEqual([
      'out waits for key(missing), used at out.njk:2:8: it does not exist (for 5s)',
    ]);
    await clock.advance(10_000);
    expect(warnings()).toHaveLength(2);
    await clock.advance(10_000);
    expect(warnings()).toHaveLength(2);
  });

  it('says what each writing was for, also where an answer comes while the file before is written', async () => {
    catalog.answer('key(a)', pair('a', '1'));
    let renderings = 0;
    onRendered = () => {
      renderings += 1;
      // The first complete one: its file is not there yet.
      if (renderings === 2) catalog.answer('key(a)', pair('a', '2'));
    };
    await start([target('out', '{{ key("a") }}')]);
    await written('out', '2');
    expect(events).toEqual(['written out', 'written out']);
    expect(reasons).toEqual(['key(a)', 'key(a)']);
  });

  it('waits for the quiet period after the first rendering, which is never held up', async () => {
    catalog.answer('key(a)', pair('a', '1'));
    await start([target('out', '{{ key("a") }}', { quiet: { minMs: 1000, maxMs: 3000 } })]);
    await written('out', '1');
    for (const value of ['2', '3', '4']) {
      catalog.answer('key(a)', pair('a', value));
      await clock.advance(500);
    }
    expect(read('out')).toBe('1');
    await clock.advance(1000);
    await written('out', '4');
    expect(events).toEqual(['written out', 'written out']);
  });

  it('makes one rendering of one write that wakes several queries', async () => {
    catalog.answer('key(a)', pair('a', '1'));
    catalog.answer('tree(a)', [pair('a/x', '1')]);
    await start([target('out', '{{ key("a") }}{{ tree("a") | length }}', { command: 'reload' })]);
    await written('out', '11');
    await until(() => runs.length === 1, 'the first command');
    catalog.answer('key(a)', pair('a', '2'));
    catalog.answer('tree(a)', [pair('a/x', '2'), pair('a/y', '2')]);
    await clock.advance(10);
    await written('out', '22');
    expect(events.filter((event) => event === 'written out')).toHaveLength(2);
  });

  it('does not mix what a returning catalog says with what it said before', async () => {
    catalog.answer('service(web)', []);
    catalog.answer('key(a)', pair('a', '1'));
    const { watcher } = await start([target('out', '{{ service("web") | length }}{{ key("a") }}')]);
    await written('out', '01');
    catalog.hold('service(web)', 'refused');
    catalog.hold('key(a)', 'refused');
    await until(() => watcher.answer('key(a)')?.state === 'held', 'the trouble');
    await clock.advance(200);
    events.length = 0;
    catalog.answer('service(web)', [instance]);
    await clock.advance(100);
    catalog.answer('key(a)', pair('a', '2'));
    await clock.advance(1000);
    await written('out', '12');
    expect(events).toEqual(['written out']);
  });

  it('drops a query that no target uses any more, and keeps nested ones while a new one is on its way', async () => {
    catalog.answer('key(which)', pair('which', 'a'));
    catalog.answer('key(a)', pair('a', '1'));
    await start([target('out', '{{ key(key("which")) }}')]);
    await written('out', '1');
    catalog.answer('key(which)', pair('which', 'b'));
    await clock.advance(10);
    await until(() => catalog.open.includes('key(b)'), 'the new key to be watched');
    expect(catalog.open).toContain('key(a)');
    catalog.answer('key(b)', pair('b', '2'));
    await clock.advance(10);
    await written('out', '2');
    await until(() => !catalog.open.includes('key(a)'), 'the old key to be dropped');
  });

  it('says once that a template fails, keeps its file, and goes on with the others', async () => {
    catalog.answer('key(a)', pair('a', 'x'));
    writeFileSync(at('bad'), 'old');
    await start([target('bad', '{{ key("a") | parseInt }}'), target('good', '{{ key("a") }}')]);
    await written('good', 'x');
    catalog.answer('key(a)', pair('a', 'y'));
    await written('good', 'y');
    expect(read('bad')).toBe('old');
    expect(logger.records.filter(({ level }) => level === 'error')).toHaveLength(1);
    catalog.answer('key(a)', pair('a', '7'));
    await written('bad', '7');
  });

  it('tries again to write a file that could not be written', async () => {
    mkdirSync(at('out'));
    catalog.answer('key(a)', pair('a', '1'));
    await start([target('out', '{{ key("a") }}')]);
    await until(() => events.includes('failed out'), 'the failure');
    rmSync(at('out'), { recursive: true });
    await clock.advance(1000);
    await written('out', '1');
  });

  it('runs at the next start a command that never succeeded on the file', async () => {
    catalog.answer('key(a)', pair('a', '1'));
    commandResult = () => ({
      outcome: 'failed',
      exitCode: 9,
      durationMs: 1,
      tail: [],
      droppedLines: 0,
    });
    const first = await start([target('out', '{{ key("a") }}', { command: 'reload' })], {
      once: true,
    });
    await first.ended;
    expect(runs).toHaveLength(1);
    await first.stop();
    commandResult = () => ({
      outcome: 'ok',
      exitCode: 0,
      durationMs: 1,
      tail: [],
      droppedLines: 0,
    });
    const second = await start([target('out', '{{ key("a") }}', { command: 'reload' })], {
      once: true,
    });
    await second.ended;
    expect(runs).toHaveLength(2);
    await second.stop();
    const third = await start([target('out', '{{ key("a") }}', { command: 'reload' })], {
      once: true,
    });
    await third.ended;
    expect(runs).toHaveLength(2);
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('prints a target without destination, again only when it changed', async () => {
    catalog.answer('key(a)', pair('a', '1'));
    const source = { contents: '{{ key("a") }}\n', name: 'stdout.njk', folder };
    await start([makeTarget({ label: 'stdout', source })]);
    await until(() => printed.length === 1, 'the text');
    catalog.answer('key(a)', pair('a', '2'));
    await until(() => printed.length === 2, 'the new text');
    expect(printed).toEqual(['1\n', '2\n']);
  });

  describe('with once', () => {
    it('ends when every target is written and every command has ended', async () => {
      catalog.answer('key(a)', pair('a', '1'));
      const { ended, renderer } = await start(
        [target('one', '{{ key("a") }}', { command: 'reload' }), target('two', 'static')],
        { once: true },
      );
      await ended;
      // The one that needs nothing is first.
      expect(events).toEqual(['written two', 'written one', 'ran reload']);
      expect(renderer.changed).toBe(2);
    });

    it('ends as well when a template fails although everything is there', async () => {
      catalog.answer('key(a)', pair('a', 'x'));
      const { ended, renderer } = await start(
        [target('bad', '{{ key("a") | parseInt }}'), target('good', '{{ key("a") }}')],
        { once: true },
      );
      await ended;
      expect(read('good')).toBe('x');
      expect(renderer.failures().map(({ message }) => message)).toEqual([
        expect.stringMatching(/^bad\.njk:1:\d+: /),
      ]);
    });

    it('waits for no quiet period', async () => {
      catalog.answer('key(a)', pair('a', 'b'));
      const { ended } = await start(
        [target('out', '{{ key(key("a")) }}', { quiet: { minMs: 60_000, maxMs: 60_000 } })],
        { once: true },
      );
      await until(() => catalog.open.includes('key(b)'), 'the nested key');
      catalog.answer('key(b)', pair('b', 'deep'));
      await ended;
      expect(read('out')).toBe('deep');
    });
  });

  describe('with a group of files', () => {
    const group = (...names: string[]) =>
      names.map((name) =>
        target(name, `{{ key("${name}") }}`, { fileGroup: 'web', command: 'reload' }),
      );
    const standingOf = (renderer: Renderer, label: string) =>
      renderer.standings().find((standing) => standing.label === label);

    it('waits quietly until all of them are ready, then writes them together, and reloads once', async () => {
      catalog.answer('key(a)', pair('a', '1'));
      const { renderer } = await start(group('a', 'b'));
      const isStandingBack = () =>
        standingOf(renderer, 'a')?.reason === 'b of its group is not ready';
      await until(isStandingBack, 'a to wait for b');
      expect(standingOf(renderer, 'a')?.state).toBe('waiting');
      expect(existsSync(at('a'))).toBe(false);
      catalog.answer('key(b)', pair('b', '1'));
      await written('b', '1');
      await until(() => runs.length > 0, 'a command');
      expect([events, batches]).toEqual([['written a', 'written b', 'ran reload'], [['a', 'b']]]);
      expect(logger.text()).not.toContain('error');
    });

    it('renders all of them when one is due, from the same answers', async () => {
      for (const key of ['a', 'b']) catalog.answer(`key(${key})`, pair(key, '1'));
      const [a, b] = group('a', 'b');
      const slow = { ...b!, quiet: { minMs: 60_000, maxMs: 60_000 } };
      await start([a!, slow]);
      await written('b', '1');
      catalog.answer('key(b)', pair('b', '2'));
      catalog.answer('key(a)', pair('a', '2'));
      await written('a', '2');
      expect(read('b')).toBe('2');
    });

    it('holds the others where the template of one fails, says so once for each, and goes on when it is mended', async () => {
      for (const key of ['a', 'b']) catalog.answer(`key(${key})`, pair(key, '1'));
      const failing = target('b', '{{ key("b") | parseJSON | length }}', { fileGroup: 'web' });
      const { renderer } = await start([...group('a'), failing]);
      catalog.answer('key(b)', pair('b', '[1]'));
      await written('b', '1');
      catalog.answer('key(b)', pair('b', '{'));
      catalog.answer('key(a)', pair('a', '2'));
      await until(() => standingOf(renderer, 'a')?.state === 'held', 'a to be held');
      expect(standingOf(renderer, 'a')?.reason).toBe(
        'nothing of the group web is replaced, because of b',
      );
      expect(read('a')).toBe('1');
      catalog.answer('key(b)', pair('b', '[1, 2]'));
      await written('b', '2');
      expect(read('a')).toBe('2');
      expect(logger.text().match(/because of b/g)).toHaveLength(1);
    });

    it('ends a single run with what the one to blame failed by', async () => {
      const [a] = group('a');
      catalog.answer('key(a)', pair('a', '1'));
      const bad = target('b', 'no json', { fileGroup: 'web', format: 'json' });
      const { renderer, ended } = await start([a!, bad], { once: true });
      await ended;
      const codes = renderer.failures().map((failure) => (failure as AutotmplError).code);
      expect([codes, existsSync(at('a'))]).toEqual([['check', 'check'], false]);
    });
  });
});
