import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { Program } from '../support/autotmpl.ts';
import { logLines, messages, Scene } from '../support/scene.ts';
import { sideBySide } from '../support/side-by-side.ts';

const SITE = 'conf/site.conf';
const TEXT = 'color blue\nsize 7\n';

/** Puts a value into the catalog. */
const say = (scene: Scene, color: string): void =>
  scene.write('catalog.json', JSON.stringify({ keys: { color } }));
const drifts = (program: Program): string[] => messages(program, /drifted/);

const test = sideBySide((ends) => {
  const scene = new Scene();
  ends.push(() => scene.close());
  say(scene, 'blue');
  return {
    scene,
    path: scene.at(SITE),
    say: (color: string) => say(scene, color),
    runs: () => scene.read('runs').length / 'run\n'.length,
    keep: (fields?: Readonly<Record<string, unknown>>) => keep(scene, fields),
  };
});

/** Starts the program on one file, and waits until it is looked after. */
async function keep(
  scene: Scene,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<Program> {
  const program = scene.start({
    catalog: { file: 'catalog.json' },
    control: { socket: 'control.sock' },
    templates: [
      {
        contents: 'color {{ key("color") }}\nsize 7\n',
        destination: 'conf/site.conf',
        command: 'echo run >> runs',
        ...fields,
      },
    ],
  });
  await scene.untilText(
    'conf/site.conf',
    fields.contents === undefined ? TEXT : 'pw s3cr3t-word\n',
  );
  await program.logs(/"done: /);
  // Its first look is over: what is changed from now on is a change.
  await sleep(400);
  return program;
}

type Hand = readonly [name: string, act: (scene: Scene) => void, said: RegExp, then?: RegExp];
const OVERWRITTEN = /left so \(onDrift: report\), and overwritten when its data changes/;
const REFUSED = /left so \(onDrift: report\), and nothing is written until that is taken away/;
const HANDS: readonly Hand[] = [
  ['appends to it', (scene) => appendFileSync(scene.at(SITE), 'mine\n'), /it has another text;/],
  [
    'edits it with sed',
    (scene) => execFileSync('sed', ['-i', 's/blue/pink/', scene.at(SITE)]),
    /it has another text;/,
  ],
  ['deletes it', (scene) => scene.remove(SITE), /it was deleted;/],
  [
    'moves it away',
    (scene) => renameSync(scene.at(SITE), scene.at('elsewhere')),
    /it was deleted;/,
  ],
  [
    'moves another over it',
    (scene) => {
      scene.write('other', 'theirs\n');
      renameSync(scene.at('other'), scene.at(SITE));
    },
    /it has another text;/,
  ],
  [
    'changes its mode',
    (scene) => chmodSync(scene.at(SITE), 0o600),
    /it has mode 0600 and should have 0644;/,
  ],
  [
    'makes it a symbolic link',
    (scene) => {
      scene.write('other', TEXT);
      scene.remove(SITE);
      symlinkSync(scene.at('other'), scene.at(SITE));
    },
    /it was replaced by a symbolic link;/,
    REFUSED,
  ],
  [
    'deletes its folder',
    (scene) => rmSync(scene.at('conf'), { recursive: true }),
    /it was deleted;/,
  ],
];

/** What is no file is not put away: there may be something in it. */
const FOLDER: Hand = [
  'makes it a folder',
  (scene) => {
    scene.remove(SITE);
    mkdirSync(scene.at(SITE));
  },
  /it was replaced by something that is no file;/,
  REFUSED,
];

describe.concurrent('with onDrift: report', () => {
  test.for([...HANDS, FOLDER])(
    'says once, soon, when somebody %s, and leaves it so',
    async ([, act, said, then = OVERWRITTEN], { stage: { scene, keep, runs } }) => {
      const program = await keep({ createDirs: true });
      act(scene);
      // By the look of each minute it would be later.
      await program.logs(/drifted/);
      expect(drifts(program)).toEqual([expect.stringMatching(said)]);
      expect(drifts(program)[0]).toMatch(then);
      await sleep(700);
      expect(drifts(program)).toHaveLength(1);
      expect(runs()).toBe(1);
    },
  );

  test('shows the difference, tells status of it, and overwrites it with the next change', async ({
    stage: { scene, keep, path, say },
  }) => {
    const program = await keep();
    appendFileSync(path, 'mine\n');
    await program.logs(/drifted/);
    const line = logLines(program).find(({ message }) => /drifted/.test(message));
    expect(line).toMatchObject({ level: 'warn' });
    expect((line as { diff?: readonly string[] }).diff).toContain('-mine');
    const status = scene.startWith(['status', '-socket', 'control.sock']);
    expect((await status.ended).stdout).toMatch(/site\.conf\n.*changed by somebody else, /);
    say('red');
    await scene.untilText('conf/site.conf', TEXT.replace('blue', 'red'));
    await program.logs(/as it should be again: it was written anew/);
    await sleep(500);
    expect(drifts(program)).toHaveLength(1);
  });

  test('says when it is as it should be again', async ({ stage: { keep, path, runs } }) => {
    const program = await keep();
    appendFileSync(path, 'mine\n');
    await program.logs(/drifted/);
    writeFileSync(path, TEXT);
    await program.logs(/as it should be again: somebody else put that right/);
    expect(runs()).toBe(1);
  });

  test('hears of a folder again that was deleted and made anew', async ({
    stage: { scene, keep, path },
  }) => {
    const program = await keep();
    rmSync(scene.at('conf'), { recursive: true });
    await program.logs(/it was deleted/);
    mkdirSync(scene.at('conf'));
    writeFileSync(path, TEXT);
    await program.logs(/as it should be again/);
    appendFileSync(path, 'mine\n');
    await program.logs(/it has another text/);
  });

  test('shows nothing of a secret file, and no line of others in one that has a secret', async ({
    stage: { scene, keep, path },
  }) => {
    scene.write('catalog.json', JSON.stringify({ keys: { pw: 's3cr3t-word' } }));
    const program = await keep({ contents: 'pw {{ key("pw") | secret }}\n' });
    writeFileSync(path, 'pw old-s3cr3t\n');
    await program.logs(/drifted/);
    expect(program.stderr).not.toMatch(/s3cr3t/);
  });

  test('takes no write of its own for drift, however many there are', async ({
    stage: { scene, keep, path, say },
  }) => {
    const program = await keep();
    for (const color of ['a', 'b', 'c', 'd', 'e', 'f']) {
      say(color);
      await scene.untilText('conf/site.conf', TEXT.replace('blue', color));
      await sleep(150);
    }
    // The same after a new config.
    program.kill('SIGHUP');
    await program.logs(/config and templates read again/);
    await sleep(600);
    expect(drifts(program)).toEqual([]);
    appendFileSync(path, 'mine\n');
    await program.logs(/drifted/);
  });
});

test.for(['report', 'restore'])(
  'takes neither a file that is rolled back nor a group that is swapped for drift, with %s',
  async (onDrift, { stage: { scene, path, say } }) => {
    const group = (name: string) => ({
      contents: '{{ key("color") }}\n',
      destination: `conf/${name}`,
      fileGroup: 'all',
      onDrift,
    });
    const command = 'grep -q blue conf/site.conf && echo run >> runs';
    const program = scene.start({
      catalog: { file: 'catalog.json' },
      templates: [
        {
          ...{ contents: 'color {{ key("color") }}\nsize 7\n', destination: 'conf/site.conf' },
          ...{ command, onFailure: 'rollback', onDrift },
        },
        group('a'),
        group('b'),
      ],
    });
    await program.logs(/"done: /);
    say('red');
    await program.logs(/site\.conf is rolled back/);
    await scene.untilText('conf/a', 'red\n');
    await scene.untilText('conf/b', 'red\n');
    await sleep(800);
    expect(scene.read('conf/site.conf')).toBe(TEXT);
    expect(drifts(program)).toEqual([]);
    appendFileSync(path, 'mine\n');
    await program.logs(/drifted/);
    if (onDrift === 'restore') await scene.untilText('conf/site.conf', TEXT);
  },
);

describe.concurrent('with onDrift: restore', () => {
  test('keeps what it put back where the command fails on it: the same text was good before', async ({
    stage: { scene, keep, path, say },
  }) => {
    const command = 'echo run >> runs; [ ! -e broken ]';
    const program = await keep({ onDrift: 'restore', onFailure: 'rollback', command });
    say('red');
    await scene.untilText(SITE, 'color red\nsize 7\n');
    await scene.until('the second run', () => scene.read('runs') === 'run\nrun\n');
    await scene.until('no debt', () => !scene.exists('conf/.site.conf.autotmpl-owed'));
    scene.write('broken', '');
    appendFileSync(path, 'mine\n');
    await program.logs(/it is tried again in/);
    expect(scene.read(SITE)).toBe('color red\nsize 7\n');
    expect(messages(program, /rolled back/)).toEqual([]);
    scene.remove('broken');
    await scene.until('no debt', () => !scene.exists('conf/.site.conf.autotmpl-owed'));
  });

  test("keeps what was good apart from what it put back, which is nobody else's where everybody may make files", async ({
    stage: { scene, keep, path, runs },
  }) => {
    const program = await keep({ onDrift: 'restore', onFailure: 'rollback' });
    await scene.until('no debt', () => !scene.exists('conf/.site.conf.autotmpl-owed'));
    chmodSync(scene.at('conf'), 0o1777);
    appendFileSync(path, 'mine\n');
    await program.logs(/it was put back/);
    await scene.until('the command to run again', () => runs() === 2);
    await scene.until('what was good', () => scene.exists('conf/.site.conf.autotmpl-good'));
    expect(statSync(path).nlink).toBe(1);
    await sleep(600);
    expect(drifts(program)).toHaveLength(1);
  });

  test('puts it back less and less often where two programs fight about it, and says so', async ({
    stage: { scene, keep, path },
  }) => {
    const program = await keep({ onDrift: 'restore' });
    for (const text of ['theirs 1\n', 'theirs 2\n', 'theirs 3\n']) {
      await scene.untilText('conf/site.conf', TEXT);
      await sleep(300);
      writeFileSync(path, text);
      const seen = drifts(program).length;
      await scene.until('it to be noticed', () => drifts(program).length > seen);
    }
    await program.logs(/was put back 2 times in .*undo each other's work/);
    await scene.untilText('conf/site.conf', TEXT);
  });

  test.for(HANDS)(
    'puts it back when somebody %s',
    async ([name, act, said], { stage: { scene, keep, path, runs } }) => {
      const program = await keep({ onDrift: 'restore', createDirs: true });
      act(scene);
      await program.logs(/it was put back/);
      expect(drifts(program)).toEqual([expect.stringMatching(said)]);
      expect(scene.read('conf/site.conf')).toBe(TEXT);
      expect(statSync(path).mode & 0o777).toBe(0o644);
      const isMode = name === 'changes its mode';
      if (!isMode) await scene.until('the command to run again', () => runs() === 2);
      await sleep(600);
      expect(drifts(program)).toHaveLength(1);
      expect(runs()).toBe(isMode ? 1 : 2);
    },
  );

  test('says what keeps it from putting it back, and does it when it can', async ({
    stage: { scene, keep, path },
  }) => {
    const program = await keep({ onDrift: 'restore' });
    rmSync(path);
    mkdirSync(path);
    await program.logs(/cannot be put back/);
    rmSync(path, { recursive: true });
    await scene.untilText('conf/site.conf', TEXT);
  });
});

test('notices nothing with onDrift: ignore', async ({ stage: { keep, path } }) => {
  const program = await keep({ onDrift: 'ignore' });
  rmSync(path);
  await sleep(1200);
  expect(drifts(program)).toEqual([]);
  expect(existsSync(path)).toBe(false);
});
