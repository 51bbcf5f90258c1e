import { renameSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messages, Scene } from '../support/scene.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
  scene.write('catalog.yaml', 'keys: {text: one}\n');
});
afterEach(() => scene.close());

const catalog = { file: 'catalog.yaml' };
const template = (destination: string, contents = '{{ key("text") }}') => ({
  contents,
  destination,
});

describe('HUP', () => {
  const putText = (text: string): void => scene.write('catalog.yaml', `keys: {text: ${text}}\n`);

  it('keeps the old config where a new destination belongs to another autotmpl, and takes it once that has ended', async () => {
    const other = scene.start({ catalog, templates: [template('taken.conf')] });
    await scene.untilText('taken.conf', 'one');
    const running = scene.start({ catalog, templates: [template('mine.conf')] });
    await scene.untilText('mine.conf', 'one');

    const both = { catalog, templates: [template('mine.conf'), template('taken.conf', 'mine')] };
    scene.write('autotmpl.json', JSON.stringify(both));
    running.kill('SIGHUP');
    await running.logs(/stay in force.*taken\.conf is kept true by another autotmpl/);
    putText('two');
    await scene.untilText('mine.conf', 'two');
    await scene.untilText('taken.conf', 'two');

    await other.stop();
    running.kill('SIGHUP');
    await scene.untilText('taken.conf', 'mine');
    putText('three');
    await scene.untilText('mine.conf', 'three');
  });

  it('keeps the old config where the new catalog cannot be had', async () => {
    const running = scene.start({ catalog, templates: [template('out')] });
    await scene.untilText('out', 'one');
    const consul = { address: 'https://127.0.0.1:1', tls: { ca: scene.at('no-such.pem') } };
    scene.write(
      'autotmpl.json',
      JSON.stringify({ catalog: { consul }, templates: [template('out', 'new')] }),
    );
    running.kill('SIGHUP');
    await running.logs(/stay in force.*no-such\.pem/);
    putText('two');
    await scene.untilText('out', 'two');
  });

  it('never lets go of a file that the old config and the new one both name', async () => {
    const running = scene.start({ catalog, templates: [template('out')] });
    await scene.untilText('out', 'one');
    scene.write('autotmpl.json', JSON.stringify({ catalog, templates: [template('out', 'new')] }));
    running.kill('SIGHUP');
    await scene.untilText('out', 'new');
    const second = await scene.start(undefined).ended;
    expect(second.code).toBe(73);
    expect(second.stderr).toContain(`process ${running.pid}`);
  });

  it('changes the level of the log', async () => {
    const config = { catalog, templates: [template('out')] };
    const running = scene.start({ ...config, log: { level: 'error' } });
    await scene.untilText('out', 'one');
    scene.write('autotmpl.json', JSON.stringify({ ...config, log: { level: 'debug' } }));
    await scene.until('the level to change', () => {
      running.kill('SIGHUP');
      return messages(running, /HUP: config and templates read again/).length > 0;
    });
    putText('two');
    await running.logs(/wrote out/);
  });

  it('ends up with what was there at the last of many', async () => {
    const running = scene.start({ catalog, templates: [template('out')] });
    await scene.untilText('out', 'one');
    for (let round = 1; round <= 30; round += 1) {
      const templates = [template('out', `round ${round}`), template(`extra-${round % 3}`)];
      scene.write('next.json', JSON.stringify({ catalog, templates }));
      renameSync(scene.at('next.json'), scene.at('autotmpl.json'));
      running.kill('SIGHUP');
    }
    await scene.untilText('out', 'round 30');
    expect(messages(running, /stay in force/)).toEqual([]);
    putText('two');
    await scene.untilText('extra-0', 'two');
    await running.stop();
    expect((await running.ended).code).toBe(0);
  });

  it('goes over to another catalog while the old one is being left', async () => {
    scene.write('other.yaml', 'keys: {text: other}\n');
    const running = scene.start({ catalog, templates: [template('out')] });
    await scene.untilText('out', 'one');
    for (const file of ['other.yaml', 'catalog.yaml', 'other.yaml']) {
      const config = { catalog: { file }, templates: [template('out')] };
      scene.write('autotmpl.json', JSON.stringify(config));
      running.kill('SIGHUP');
    }
    await scene.untilText('out', 'other');
    scene.write('other.yaml', 'keys: {text: changed}\n');
    await scene.untilText('out', 'changed');
  });
});
