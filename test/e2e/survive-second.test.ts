import { afterEach, beforeEach, expect, it } from 'vitest';
import { messages, Scene } from '../support/scene.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
  scene.write('catalog.yaml', 'keys: {text: one}\n');
});
afterEach(() => scene.close());

const config = {
  catalog: { file: 'catalog.yaml' },
  templates: [
    { contents: '{{ key("text") }}', destination: 'first.conf' },
    { contents: '{{ key("text") }}', destination: 'second.conf' },
  ],
};

it('refuses to start a second time for the same file, naming the first, and starts once that has ended', async () => {
  const first = scene.start(config);
  await scene.untilText('second.conf', 'one');

  const second = scene.start(config);
  const end = await second.ended;
  expect(end.code).toBe(73);
  expect(end.stderr).toContain(`another autotmpl already (process ${first.pid})`);
  expect(end.stderr).toMatch(/(first|second)\.conf/);
  scene.write('catalog.yaml', 'keys: {text: two}\n');
  await scene.untilText('second.conf', 'two');

  first.kill('SIGKILL');
  await first.ended;
  const third = scene.start(config);
  scene.write('catalog.yaml', 'keys: {text: three}\n');
  await scene.untilText('second.conf', 'three');
  expect(messages(third, /another autotmpl/)).toEqual([]);
});

it('refuses the same file under another name, too', async () => {
  const first = scene.start(config);
  await scene.untilText('first.conf', 'one');
  const other = {
    contents: 'x',
    destination: `${scene.folder}/../${scene.folder.split('/').at(-1)}/first.conf`,
  };
  const end = await scene.start({ ...config, templates: [other] }).ended;
  expect(end.code).toBe(73);
  expect(end.stderr).toContain(`process ${first.pid}`);
  expect(scene.read('first.conf')).toBe('one');
});
