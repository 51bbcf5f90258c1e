import { mkdirSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scene } from '../support/scene.ts';

const DIE_AT_RENAME = fileURLToPath(new URL('../fixtures/die-at-rename.cjs', import.meta.url));
const NAMES = Array.from({ length: 12 }, (_, index) => `${String(index).padStart(2, '0')}.conf`);
const ROUNDS = 6;
/** On a machine that has nothing else to do, a start to the last rename takes less. */
const LONGEST_LIFE_MS = 400;

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
  mkdirSync(scene.at('out'));
});
afterEach(() => scene.close());

const putVersion = (version: string): void => {
  scene.write('catalog.new', `keys: {version: "${version}"}\n`);
  renameSync(scene.at('catalog.new'), scene.at('catalog.yaml'));
};

const config = (contents: string, command?: string) => ({
  catalog: { file: 'catalog.yaml' },
  templates: NAMES.map((name) => ({
    ...{ contents, destination: `out/${name}`, fileGroup: 'all', onDrift: 'ignore' },
    ...(command !== undefined && { command }),
  })),
});
const VERSION = '{{ key("version") }}';

const generations = (): string[] => [
  ...new Set(NAMES.map((name) => (scene.exists(`out/${name}`) ? scene.read(`out/${name}`) : ''))),
];

const sideFiles = (): string[] => scene.names('out').filter((name) => name.includes('autotmpl'));

/** Starts the program so that it does only what comes first, since no template of it works; says what it logged. */
const startInVain = async (): Promise<string> => {
  scene.write('vain.json', JSON.stringify(config('{{ nothing.here }}')));
  return (await scene.startWith(['-config', 'vain.json', '-once']).ended).stderr;
};

const dieAt = async (count: number, command?: string) =>
  scene.start(config(VERSION, command), {
    env: { NODE_OPTIONS: `--require ${DIE_AT_RENAME}`, AUTOTMPL_TEST_DIE_AT: String(count) },
  }).ended;

describe('an autotmpl that is killed with -9 while it replaces a group of files', () => {
  it.each([1, 2, 7, 12])(
    'before the rename of file %i of 12 leaves them all new after the next start',
    async (count) => {
      for (const name of NAMES) scene.write(`out/${name}`, 'old');
      putVersion('new');
      expect((await dieAt(count)).signal).toBe('SIGKILL');
      expect(generations()).toEqual(count === 1 ? ['old'] : ['new', 'old']);

      expect(await startInVain()).toContain('finished what an earlier run had begun');
      expect(generations()).toEqual(['new']);
      expect(sideFiles()).toEqual([]);
    },
  );

  it('has the command run by the next start, once, though all files are right by then', async () => {
    putVersion('new');
    const command = 'echo run >> runs';
    await dieAt(5, command);
    const program = scene.start(config(VERSION, command));
    await program.logs(/done: echo/);
    expect([generations(), scene.read('runs')]).toEqual([['new'], 'run\n']);
    await scene.until('nothing owed any more', () => sideFiles().length === 0);
  });

  it('leaves them all of one time after the next start, at whatever moment it dies', async () => {
    const lives: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      putVersion(String(round));
      const program = scene.start(config(VERSION));
      lives.push(Math.random() * LONGEST_LIFE_MS);
      await sleep(lives.at(-1));
      program.kill('SIGKILL');
      await program.ended;

      const said = await startInVain();
      expect(generations(), `killed after ${lives.join(', ')} ms\n${said}`).toHaveLength(1);
      expect(sideFiles()).toEqual([]);
    }
  }, 90_000);
});
