import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scene } from '../support/scene.ts';

const ROUNDS = 9;
/** Enough that the renames take longer than it takes to see that they have begun. */
const NAMES = Array.from({ length: 60 }, (_, index) => `${String(index).padStart(2, '0')}.conf`);
const JOURNAL = 'out/.00.conf.autotmpl-journal';
/** A start to the last rename takes less. */
const LONGEST_LIFE_MS = 600;

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
  mkdirSync(scene.at('out'));
});
afterEach(() => scene.close());

const putVersion = (version: number): void => {
  scene.write('catalog.new', `keys: {version: "${version}"}\n`);
  renameSync(scene.at('catalog.new'), scene.at('catalog.yaml'));
};

const configOf = (contents: string) => ({
  catalog: { file: 'catalog.yaml' },
  templates: NAMES.map((name) => ({
    ...{ contents, destination: `out/${name}`, fileGroup: 'all', onDrift: 'ignore' },
  })),
});

const generations = (): string[] => [
  ...new Set(NAMES.map((name) => (scene.exists(`out/${name}`) ? scene.read(`out/${name}`) : ''))),
];

/** Starts the program so that it only does what comes first, since no template of it works; all that is said of files is in its log. */
const startInVain = async (): Promise<string> => {
  scene.write('vain.json', JSON.stringify(configOf('{{ nothing.here }}')));
  const { stderr } = await scene.startWith(['-config', 'vain.json', '-once']).ended;
  return stderr;
};

describe('an autotmpl that is killed with -9 while it replaces a group of files', () => {
  it('leaves them all new or all old after the next start, at whatever moment it dies', async () => {
    let mixed = 0;
    const lives: string[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      putVersion(round);
      const program = scene.start(configOf('{{ key("version") }}'));
      if (round % 3 === 0) {
        const life = Math.random() * LONGEST_LIFE_MS;
        lives.push(`${life} ms`);
        await sleep(life);
      } else {
        // No await in between: a turn of the event loop is longer than what is to be met.
        const until = performance.now() + 5000;
        while (!existsSync(scene.at(JOURNAL)) && performance.now() < until);
        const later = performance.now() + Math.random() * 2;
        while (performance.now() < later);
        lives.push('the journal');
      }
      program.kill('SIGKILL');
      await program.ended;
      if (generations().length > 1) mixed += 1;

      const said = await startInVain();
      expect(generations(), `round ${round} of ${lives.join(', ')}\n${said}`).toHaveLength(1);
      expect(scene.names('out').filter((name) => name.includes('autotmpl'))).toEqual([]);
    }
    // Otherwise it was never killed in the middle, and nothing was shown.
    expect(mixed).toBeGreaterThan(ROUNDS / 4);
    expect(Number(generations()[0])).toBeGreaterThan(1);
  }, 60_000);
});
