import { expect, it } from 'vitest';
import { begin } from '../../../src/core/actor.ts';
import { Bus } from '../../../src/core/bus.ts';
import { describeError } from '../../../src/core/errors.ts';
import { Recorder } from '../../../src/recording/recorder.ts';
import { compileTargets } from '../../../src/renderer/compile-targets.ts';
import { createNunjucksEngine } from '../../../src/template/nunjucks/engine.ts';
import { Watcher } from '../../../src/watch/watcher.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { ScriptedCatalog } from '../../support/scripted-catalog.ts';
import { makeTarget } from '../../support/targets.ts';
import { keyPair } from '../../support/watched.ts';

it('waits for what a template wants that fails meanwhile, and says why it fails', async () => {
  const catalog = new ScriptedCatalog();
  const clock = new ManualClock();
  const watcher = begin(new Watcher({ catalog, bus: new Bus(), logger: recordingLogger(), clock }));
  const engine = createNunjucksEngine({ searchPath: [], environment: {}, clock });
  const source = {
    ...{
      contents: '{% if key("name") %}{{ service(key("name")) }}{% endif %}{{ key("late") }}',
      name: 'a.njk',
      folder: '/',
    },
  };
  const target = makeTarget({ label: 'a.conf', source });
  const recorder = new Recorder(
    compileTargets([target], () => engine),
    { watcher: watcher.actor, clock },
  );
  let isOver = false;
  const converged = recorder
    .converge(5000, new AbortController().signal)
    .then(() => (isOver = true));
  catalog.answer('key(name)', keyPair('name', 'no such: name|'));
  await settle();
  expect(isOver).toBe(false);
  catalog.answer('key(late)', keyPair('late', 'x'));
  await converged;
  expect(recorder.unanswered).toEqual([]);
  expect(recorder.failures.map(({ label, error }) => `${label}: ${describeError(error)}`)).toEqual([
    expect.stringMatching(/^a\.conf: a\.njk:1:\d+: service: its argument does not follow/),
  ]);
  recorder.release();
  await watcher.stop();
  expect(clock.pending).toBe(0);
});
