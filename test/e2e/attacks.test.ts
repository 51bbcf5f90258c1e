/** What a local user can do where he may make files and root's autotmpl writes: with his own hands, and with the kernel's help against it off. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProgramEnd } from '../support/autotmpl.ts';
import { messages, Scene } from '../support/scene.ts';

const STRANGER = 65_534;
const ROOT_ONLY = 'this test needs two users: run it as root';
const TAKE_PLACES = fileURLToPath(new URL('../fixtures/commands/take-places.mjs', import.meta.url));
/** So often a file comes through between the attacks that some of them came at the wrong moment, if there is one. */
const ENOUGH = 25;
const SECRET = 'root:secret\n';

let scene: Scene;
/** The folder that everybody may write to, and a file of root's that nobody may read. */
let shared: string;
let victim: string;

beforeEach(() => {
  if (process.getuid?.() !== 0) throw new Error(ROOT_ONLY);
  scene = new Scene();
  chmodSync(scene.folder, 0o755);
  scene.write('catalog.yaml', 'keys: {a: "1"}\n');
  shared = scene.at('shared');
  mkdirSync(shared);
  victim = scene.at('victim');
  writeFileSync(victim, SECRET);
  chmodSync(victim, 0o600);
});
afterEach(() => scene.close());

const at = (name: string) => join(shared, name);

/** Links and files as a local user may leave them; hard links as where the kernel does not protect them. */
const TRAPS: Readonly<Record<string, (path: string) => void>> = {
  'a symbolic link to a file of root': (path) => {
    symlinkSync(victim, path);
    ownLink(path);
  },
  'a symbolic link to nothing': (path) => {
    symlinkSync(scene.at('not-there'), path);
    ownLink(path);
  },
  'a hard link to a file of root': (path) => linkSync(victim, path),
  'a named pipe': (path) => {
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    chownSync(path, STRANGER, STRANGER);
  },
  'a file of his own': (path) => {
    writeFileSync(path, 'mine\n');
    chmodSync(path, 0o666);
    chownSync(path, STRANGER, STRANGER);
  },
};

function ownLink(path: string): void {
  const run = spawnSync('chown', ['-h', `${STRANGER}:${STRANGER}`, path]);
  expect(run.status).toBe(0);
}

const traps = Object.keys(TRAPS);

/** Root's file is what it was, and the link to nothing still leads there. */
function expectUnharmed(): void {
  const { mode, uid, gid } = statSync(victim);
  expect(readFileSync(victim, 'utf8')).toBe(SECRET);
  expect([mode & 0o7777, uid, gid]).toEqual([0o600, 0, 0]);
  expect(scene.exists('not-there')).toBe(false);
}

/** A file that only root can have made, and that no stranger has a hand on. */
function expectOfRoot(path: string, text: string): void {
  const file = lstatSync(path);
  expect([file.isFile(), file.uid, file.nlink, file.mode & 0o022]).toEqual([true, 0, 1, 0]);
  expect(readFileSync(path, 'utf8')).toBe(text);
}

const TEMPLATE = { contents: 'a={{ key("a") }}\n', command: 'true' };

function runOnce(
  template: object,
  more: object = {},
  args: readonly string[] = [],
): Promise<ProgramEnd> {
  const config = {
    catalog: { file: 'catalog.yaml' },
    templates: [{ ...TEMPLATE, destination: at('app.conf'), ...template }],
    ...more,
  };
  scene.write('autotmpl.json', JSON.stringify(config));
  return scene.startWith(['-config', 'autotmpl.json', '-once', '-timeout', '10s', ...args]).ended;
}

describe.each([
  ['a folder like /tmp', 0o1777],
  ['a folder of mode 0777', 0o777],
])('in %s', (_, mode) => {
  beforeEach(() => chmodSync(shared, mode));

  it.each(traps)('%s in the destination’s place is refused, or replaced', async (trap) => {
    TRAPS[trap]?.(at('app.conf'));
    const { code, stderr } = await runOnce({ backup: true });
    expectUnharmed();
    if (code === 0) expectOfRoot(at('app.conf'), 'a=1\n');
    else expect(stderr).toMatch(/Cannot use .*app\.conf: it is a (?:symbolic link|named pipe)/);
    expect(code === 0).toBe(/file of/.test(trap) && !trap.includes('symbolic'));
  });

  it.each(traps)('%s is not followed to where its maker could not write himself', async (trap) => {
    TRAPS[trap]?.(at('app.conf'));
    await runOnce({ symlink: 'follow' });
    expectUnharmed();
  });

  it.each(traps)('%s is not written into in place', async (trap) => {
    TRAPS[trap]?.(at('app.conf'));
    const { code } = await runOnce({ write: 'inPlace' });
    expectUnharmed();
    if (code === 0) expectOfRoot(at('app.conf'), 'a=1\n');
  });
});

describe('in a folder that everybody may write to', () => {
  beforeEach(() => chmodSync(shared, 0o1777));

  it.each(traps)('%s in the backup’s place is replaced', async (trap) => {
    expect((await runOnce({})).code).toBe(0);
    TRAPS[trap]?.(at('app.conf.bak'));
    scene.write('catalog.yaml', 'keys: {a: "2"}\n');
    expect((await runOnce({ backup: true })).code).toBe(0);
    expectUnharmed();
    expectOfRoot(at('app.conf.bak'), 'a=1\n');
    expectOfRoot(at('app.conf'), 'a=2\n');
  });

  it.each(traps)(
    '%s in the place of the mark of an owed command holds nothing up',
    async (trap) => {
      TRAPS[trap]?.(at('.app.conf.autotmpl-owed'));
      const { code, stderr } = await runOnce({});
      expect(code, stderr).toBe(0);
      expectUnharmed();
      expectOfRoot(at('app.conf'), 'a=1\n');
    },
  );

  it.each(traps)('%s in the place of the journal of a group is not obeyed', async (trap) => {
    TRAPS[trap]?.(at('.app.conf.autotmpl-journal'));
    const { code, stderr } = await runOnce({ fileGroup: 'all' });
    expect(code, stderr).toBe(0);
    expectUnharmed();
    expectOfRoot(at('app.conf'), 'a=1\n');
  });

  it.each(traps)('%s in the place of the pid file is not written to', async (trap) => {
    TRAPS[trap]?.(at('run.pid'));
    const { code, stderr } = await runOnce({ destination: scene.at('out') }, {}, [
      '-pid-file',
      at('run.pid'),
    ]);
    expectUnharmed();
    expect(code, stderr).not.toBe(0);
    expect(stderr).toContain('cannot write the pid file');
  });

  it.each(traps.filter((trap) => trap !== 'a named pipe'))(
    '%s in the place of the log file is not written to',
    async (trap) => {
      TRAPS[trap]?.(at('run.log'));
      const { code, stderr } = await runOnce(
        { destination: scene.at('out') },
        { log: { file: { path: at('run.log') } } },
      );
      expectUnharmed();
      expect(code, stderr).not.toBe(0);
      expect(stderr).toContain('the log file');
    },
  );

  it.each(traps)('%s in the place of the control socket is not replaced', async (trap) => {
    TRAPS[trap]?.(at('s'));
    const program = scene.start({
      catalog: { file: 'catalog.yaml' },
      templates: [{ ...TEMPLATE, destination: scene.at('out') }],
      control: { socket: at('s') },
    });
    await program.logs(/is there, and is no socket: it is not replaced/);
    await program.stop();
    expectUnharmed();
    expect(lstatSync(at('s')).isSocket()).toBe(false);
  });

  it('a file with the right text is replaced all the same: its maker may have it open', async () => {
    TRAPS['a file of his own']?.(at('app.conf'));
    writeFileSync(at('app.conf'), 'a=1\n');
    const before = lstatSync(at('app.conf')).ino;
    expect((await runOnce({ user: 'root', perms: '0644' })).code).toBe(0);
    expect(lstatSync(at('app.conf')).ino).not.toBe(before);
    expectOfRoot(at('app.conf'), 'a=1\n');
  });

  it('a file of the user that the config names is left as it is', async () => {
    const template = { user: String(STRANGER) };
    expect((await runOnce(template)).code).toBe(0);
    const before = lstatSync(at('app.conf'));
    expect(before.uid).toBe(STRANGER);
    expect((await runOnce(template)).code).toBe(0);
    expect(lstatSync(at('app.conf')).ino).toBe(before.ino);
  });
});

it.each([
  ['a folder of a stranger', () => mkdirSync(at('state'), { mode: 0o777 })],
  ['a link of a stranger to a folder of root', () => symlinkSync(scene.at('of-root'), at('state'))],
])('%s in the place of the state folder is not used', async (_, make) => {
  chmodSync(shared, 0o1777);
  mkdirSync(scene.at('of-root'), { mode: 0o700 });
  make();
  ownLink(at('state'));
  const { stderr } = await runOnce({ destination: scene.at('out') }, { state: at('state') });
  expect(scene.names('of-root')).toEqual([]);
  expect(scene.names('shared/state')).toEqual([]);
  expect(stderr).toContain('others could');
});

it('a link of a user to a file of his own may be followed', async () => {
  chmodSync(shared, 0o1777);
  TRAPS['a file of his own']?.(at('real.conf'));
  symlinkSync(at('real.conf'), at('app.conf'));
  ownLink(at('app.conf'));
  expect((await runOnce({ symlink: 'follow' })).code).toBe(0);
  expect(readFileSync(at('app.conf'), 'utf8')).toBe('a=1\n');
});

it('says of a folder that everybody may write to, without a sticky bit, what that means', async () => {
  chmodSync(shared, 0o777);
  const sentence = `everybody on this machine can replace what is in ${shared}`;
  expect((await runOnce({})).stderr).toContain(sentence);
  chmodSync(shared, 0o1777);
  expect((await runOnce({})).stderr).not.toContain('everybody on this machine');
});

it(
  'a user who takes all places again and again gets nothing of root’s',
  { timeout: 90_000 },
  async () => {
    chmodSync(shared, 0o777);
    const template = (name: string, more: object) => ({
      ...TEMPLATE,
      destination: at(name),
      ...more,
    });
    const program = scene.start({
      catalog: { file: 'catalog.yaml' },
      templates: [
        template('app.conf', { backup: true, user: 'root', perms: '0600' }),
        template('back.conf', { onFailure: 'rollback', command: 'false' }),
        template('other.conf', { write: 'auto', symlink: 'follow', perms: '0644' }),
        { ...TEMPLATE, destination: scene.at('done') },
      ],
    });
    // Before the attack: two names that lead to one file would keep it from starting.
    await scene.untilText('done', 'a=1\n');
    const attacker = spawn(
      'setpriv',
      [
        ...[
          `--reuid=${STRANGER}`,
          `--regid=${STRANGER}`,
          '--clear-groups',
          process.execPath,
          TAKE_PLACES,
        ],
        ...[
          victim,
          'app.conf',
          'app.conf.bak',
          '.app.conf.autotmpl-owed',
          'other.conf',
          'back.conf',
          '.back.conf.autotmpl-good',
          '.back.conf.autotmpl-rejected',
        ],
      ],
      { cwd: shared, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      await once(attacker.stdout, 'data');
      const written = () => messages(program, /^wrote .*other\.conf/).length;
      for (let turn = 1; written() < ENOUGH; turn += 1) {
        scene.write('catalog.yaml', `keys: {a: "${turn}"}\n`);
        await scene.untilText('done', `a=${turn}\n`, 20_000);
        expectUnharmed();
      }
      await program.stop();
    } finally {
      attacker.kill('SIGKILL');
      await once(attacker, 'close');
    }
    expectUnharmed();
  },
);
