/** As images are run that allow nothing: no privileges, a root that nobody can write to, one folder for files; also as process 1. */
import { chownSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Program } from '../support/autotmpl.ts';
import { Scene } from '../support/scene.ts';
import { WAYS, ownPid, signalIt, type Way } from '../support/ways.ts';

const NOBODY = 65_534;
const ROOT_ONLY = 'this test gives up the privileges of root: run it as root';

let scene: Scene;

beforeEach(() => {
  if (process.getuid?.() !== 0) throw new Error(ROOT_ONLY);
  scene = new Scene();
  scene.write('catalog.json', '{}');
  scene.write('a.njk', 'files are written\n');
  chownSync(scene.folder, NOBODY, NOBODY);
});

afterEach(() => scene.close());

/** Starts the program as nobody, on a system that is read-only but for the scene's folder and `/dev/shm`. */
function start(way: Way, more: object): Program {
  const mounts = [
    'mount --make-rprivate /',
    `mount --bind ${scene.folder} ${scene.folder}`,
    'mount -t tmpfs -o ro none /run',
    'mount -o remount,bind,ro /',
    '! touch /tmp/no 2>/dev/null',
    // The folder of before is the one below the mount.
    `cd ${scene.folder}`,
  ];
  const ids = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`];
  const drop = ['setpriv', ...ids, '--clear-groups', '--inh-caps=-all', '--no-new-privs', '--'];
  const script = [...mounts, 'exec "$@"'].join(' && ');
  const order = scene.at('order');
  scene.write(
    'autotmpl.json',
    JSON.stringify({
      catalog: { file: 'catalog.json' },
      templates: [{ source: 'a.njk', destination: 'out.txt', command: `echo command >> ${order}` }],
      hooks: { preStart: ['sh', '-c', `id -u >> ${order}`] },
      jobs: [
        {
          ...{ name: 'main', main: true, health: { exec: ['true'], interval: '1s' } },
          exec: [
            'sh',
            '-c',
            // As the log of nginx's image: a link to /dev/stderr, which only a real pipe lets it open.
            `echo main >> ${order}; echo by name > /dev/stderr; trap 'exit 7' TERM; while :; do sleep 0.1; done`,
          ],
        },
      ],
      ...more,
    }),
  );
  const args = ['-config', 'autotmpl.json', '-log-format', 'json'];
  const under = ['unshare', '-m', 'sh', '-c', script, 'sh', ...way.under, ...drop];
  return scene.startWith(args, { under });
}

describe.each(WAYS)('without privileges and with a read-only root, $name,', (way) => {
  it('all works but the default control socket, which is said', async () => {
    const program = start(way, {});
    await scene.until(
      'the command to be run',
      () => scene.exists('order') && scene.read('order').includes('command'),
    );
    expect(scene.read('out.txt')).toBe('files are written\n');
    expect(scene.read('order')).toBe('65534\nmain\ncommand\n');
    await scene.until('the line', () => /by name/.test(program.stdout + program.stderr));
    expect(program.stderr).toMatch(
      /"warn".*nobody can ask this program: the control socket \/run\/autotmpl\.sock cannot be made/,
    );
    expect(program.stderr).not.toContain('"error"');
    await signalIt(program, way, 'SIGTERM');
    expect((await program.ended).code).toBe(7);
  });

  it('a control socket in the folder that can be written to works', async () => {
    const program = start(way, { control: { socket: scene.at('socket') } });
    await scene.until('the socket', () => scene.exists('socket'));
    await program.logs(/main is healthy/);
    expect(program.stderr).not.toContain('"warn"');
    expect(await ownPid(program, way)).toBeGreaterThan(0);
    await signalIt(program, way, 'SIGTERM');
    expect((await program.ended).code).toBe(7);
    expect(scene.exists('socket')).toBe(false);
  });
});
