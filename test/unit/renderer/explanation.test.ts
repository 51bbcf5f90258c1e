import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AutotmplError } from '../../../src/core/errors.ts';
import { begin, type Begun } from '../../../src/core/actor.ts';
import { Bus } from '../../../src/core/bus.ts';
import { compileTargets } from '../../../src/renderer/compile-targets.ts';
import { explainTargets, type ExplainedTarget } from '../../../src/renderer/explanation.ts';
import { createNunjucksEngine } from '../../../src/template/nunjucks/engine.ts';
import { Watcher } from '../../../src/watch/watcher.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { ScriptedCatalog } from '../../support/scripted-catalog.ts';
import { makeTarget } from '../../support/targets.ts';

const pair = (path: string, value: string) => ({
  ...{ Path: path, Key: path, Value: value, CreateIndex: 1, ModifyIndex: 1 },
  ...{ LockIndex: 0, Flags: 0, Session: '' },
});

describe('the explanation of templates', () => {
  let catalog: ScriptedCatalog;
  let clock: ManualClock;
  let watcher: Begun<Watcher>;
  let stop: AbortController;

  beforeEach(() => {
    catalog = new ScriptedCatalog();
    clock = new ManualClock();
    stop = new AbortController();
    watcher = begin(new Watcher({ catalog, bus: new Bus(), logger: recordingLogger(), clock }));
  });
  afterEach(async () => {
    await watcher.stop();
    expect(catalog.open).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  const explain = (...contents: string[]): Promise<readonly ExplainedTarget[]> => {
    const engine = createNunjucksEngine({ searchPath: [], environment: {}, clock });
    const targets = contents.map((text, index) =>
      makeTarget({
        label: `${index}.conf`,
        source: { contents: text, name: `${index}.njk`, folder: '/' },
      }),
    );
    const parts = { watcher: watcher.actor, clock, timeoutMs: 5000 };
    return explainTargets(
      compileTargets(targets, () => engine),
      parts,
      stop.signal,
    );
  };
  const rows = ({ queries }: ExplainedTarget) =>
    queries.map(({ id, pass, state, position, waitedFor }) =>
      [id, pass, state, `${position?.line}:${position?.column}`, waitedFor ?? ''].join(' '),
    );

  it('says in which pass and where each query was first made', async () => {
    catalog.answer('key(ptr)', pair('ptr', 'a'));
    catalog.answer('key(a)', pair('a', '1'));
    catalog.answer('tree(x)', []);
    const [one] = await explain('{{ key(key("ptr")) }}\n{{ ls("x") | length }}{{ key("ptr") }}');
    expect(one).toMatchObject({ state: 'complete', passes: 3 });
    expect(one === undefined ? [] : rows(one)).toEqual([
      'key(ptr) 1 fresh 1:11 ',
      'tree(x) 1 fresh 2:6 ',
      'key(a) 2 fresh 1:7 ',
    ]);
  });

  it('numbers the passes of a template by what it asks itself, not by what others know', async () => {
    catalog.answer('key(ptr)', pair('ptr', 'a'));
    catalog.answer('key(a)', pair('a', '1'));
    const [, two] = await explain('{{ key("a") }}', '{{ key(key("ptr")) }}');
    expect(two === undefined ? [] : rows(two)).toEqual([
      'key(ptr) 1 fresh 1:11 ',
      'key(a) 2 fresh 1:7 ',
    ]);
  });

  it('says how old and how large an answer is', async () => {
    catalog.answer('key(a)', pair('a', 'värde'));
    const explained = explain('{{ key("a") }}{{ key("b") }}');
    await settle();
    await clock.advance(1500);
    catalog.answer('key(b)', pair('b', '1'));
    const [one] = await explained;
    const size = Buffer.byteLength(JSON.stringify(pair('a', 'värde')));
    expect(one?.queries[0]).toMatchObject({ id: 'key(a)', ageMs: 1500, bytes: size });
    expect(one?.queries[1]).toMatchObject({ id: 'key(b)', ageMs: 0 });
  });

  it('does not wait for what is not there', async () => {
    catalog.answer('key(a)', null);
    const [one] = await explain('{{ key("a") }}');
    expect(one).toMatchObject({ state: 'incomplete' });
    expect(one === undefined ? [] : rows(one)).toEqual(['key(a) 1 fresh 1:7 absent']);
  });

  it('gives up after its time, and tells what came meanwhile from what did not', async () => {
    catalog.answer('key(ptr)', pair('ptr', 'a'));
    catalog.hold('key(down)', 'no leader');
    const explained = explain('{{ key(key("ptr")) }}{{ key("down") }}{{ key("silent") }}');
    await settle();
    await clock.advance(5000);
    const [one] = await explained;
    expect(one).toMatchObject({ state: 'incomplete', passes: 2 });
    expect(one === undefined ? [] : rows(one)).toEqual([
      'key(ptr) 1 fresh 1:11 ',
      'key(down) 1 held 1:28 unanswered',
      'key(silent) 1 unanswered 1:45 unanswered',
      'key(a) 2 unanswered 1:7 unanswered',
    ]);
    expect(one?.queries[1]?.reason?.message).toBe('no leader');
  });

  it('does not wait for a query that can never succeed', async () => {
    const explained = explain('{{ key("a") }}');
    await settle();
    catalog.refuse('key(a)', new AutotmplError('catalog', 'no such datacenter'));
    const [one] = await explained;
    expect(one).toMatchObject({ state: 'incomplete' });
    expect(one?.queries[0]).toMatchObject({ state: 'held', waitedFor: 'unanswered' });
  });

  it('tells a template that fails with everything there', async () => {
    catalog.answer('key(a)', pair('a', 'x'));
    const [one] = await explain('{{ key("a") | parseInt }}');
    expect(one).toMatchObject({ state: 'failed' });
    expect(one?.error?.message).toContain('0.njk:1');
  });

  it('ends when it is told to', async () => {
    const explained = explain('{{ key("a") }}');
    await settle();
    stop.abort();
    expect((await explained)[0]).toMatchObject({ state: 'incomplete' });
  });
});
