import { mkdirSync, renameSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messages, Scene } from '../support/scene.ts';

let scene: Scene;
const putText = (text: string): void => {
  scene.write('catalog.new', `keys: {text: ${JSON.stringify(text)}}\n`);
  renameSync(scene.at('catalog.new'), scene.at('catalog.yaml'));
};

beforeEach(() => {
  scene = new Scene();
  mkdirSync(scene.at('out'));
  putText('one');
});
afterEach(() => scene.close());

const config = (
  common: Readonly<Record<string, unknown>>,
  last: Readonly<Record<string, unknown>> = {},
) => {
  const contents = '{{ key("text") }}';
  const group = { contents, fileGroup: 'web', ...common };
  return {
    catalog: { file: 'catalog.yaml' },
    templates: [
      { ...group, destination: 'out/a' },
      { ...group, destination: 'out/b', ...last },
    ],
  };
};

const texts = (): string[] => ['a', 'b'].map((name) => scene.read(`out/${name}`));

describe('a group of files', () => {
  it('is replaced whole, with one command, and with none while a check refuses one of them', async () => {
    const program = scene.start(
      config({ command: 'cat out/a out/b >> applied' }, { check: '! grep -q bad {{ staged }}' }),
    );
    await scene.untilText('applied', 'oneone');
    putText('bad');
    await program.logs(/the check of out\/b failed.*; out\/b stays as it was/);
    await program.logs(
      /nothing of the group web is replaced, because of out\/b; out\/a stays as it was/,
    );
    expect(texts()).toEqual(['one', 'one']);
    putText('two');
    await scene.untilText('applied', 'oneonetwotwo');
    expect(messages(program, /^running: /)).toHaveLength(2);
    await scene.until('nothing owed any more', () => scene.names('out').join() === 'a,b');
  });

  it('is rolled back whole where its command fails', async () => {
    const program = scene.start(
      config({ command: '! grep -q bad out/a out/b', onFailure: 'rollback' }),
    );
    await program.logs(/done: /);
    putText('bad');
    await program.logs(/out\/b is rolled back/);
    await scene.until('both to be old', () => texts().join() === 'one,one');
    putText('two');
    await scene.until('both to be new', () => texts().join() === 'two,two');
  });

  it('can be checked as a whole, by a check that finds all of it', async () => {
    const check =
      'mkdir whole && printf "%s\\n" "$AUTOTMPL_STAGED_FILES" | while IFS="$(printf "\\t")" read -r to from; do cp "$from" "whole/${to##*/}"; done';
    const program = scene.start(config({}, { check }));
    await scene.until('both', () => scene.exists('out/b'));
    expect([scene.read('whole/a'), scene.read('whole/b')]).toEqual(['one', 'one']);
    await program.stop();
  });

  it('has a single run end with what the one to blame was held by', async () => {
    scene.write('out/a', 'old');
    scene.write('autotmpl.json', JSON.stringify(config({}, { format: 'json' })));
    const end = await scene.startWith(['-config', 'autotmpl.json', '-once']).ended;
    expect([end.code, scene.read('out/a'), scene.names('out')]).toEqual([65, 'old', ['a']]);
  });
});
