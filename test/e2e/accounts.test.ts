/** Whom jobs run as, where, and with what: on a system whose users are the test's own. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Program, ProgramEnd } from '../support/autotmpl.ts';
import { PrivateMounts } from '../support/mounts.ts';
import { Scene } from '../support/scene.ts';

const TELL = 'id -u; id -g; id -G; pwd; echo "$USER $LOGNAME $HOME $SHELL"; echo "$MORE"';

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
  scene.write('passwd', 'root:x:0:0:root:/root:/bin/sh\napp:x:4711:4712::/home/app:/bin/false\n');
  scene.write('group', 'root:x:0:\napp:x:4712:\nlogs:x:4713:other,app\nother:x:4714:other\n');
  scene.write('catalog.json', '{}');
});

afterEach(() => scene.close());

/** Starts a config of one job as root of a system with these users. */
function start(job: object, command = 'supervise'): Program {
  const main = { name: 'main', main: true, logging: 'raw', ...job };
  const control = { socket: scene.at('socket') };
  scene.write(
    'app.json',
    JSON.stringify({ catalog: { file: 'catalog.json' }, control, jobs: [main] }),
  );
  const under = new PrivateMounts().under(
    `mount --bind ${scene.at('passwd')} /etc/passwd`,
    `mount --bind ${scene.at('group')} /etc/group`,
  );
  return scene.startWith([command, '-config', 'app.json'], { under, env: { HOME: '/root' } });
}

async function run(job: object, command?: string): Promise<ProgramEnd> {
  return start(job, command).ended;
}

describe('a job with a user', () => {
  it.each([
    ['app', '4711\n4712\n4712 4713\n/usr\napp app /home/app /bin/false\n\n'],
    ['4711', '4711\n4712\n4712 4713\n/usr\napp app /home/app /bin/false\n\n'],
    ['app:other', '4711\n4714\n4714\n/usr\napp app /home/app /bin/false\n\n'],
    ['4999', '4999\n4999\n4999\n/usr\n4999 4999 / /bin/sh\n\n'],
  ])('%s has its groups, its folder and its variables', async (user, told) => {
    const { stdout, stderr, code } = await run({ user, cwd: '/usr', exec: ['sh', '-c', TELL] });
    expect(stdout, stderr).toBe(told);
    expect(code).toBe(0);
  });

  it("has what the config says of the environment rather than its user's", async () => {
    const env = { HOME: '/srv', MORE: 'more' };
    const { stdout } = await run({ user: 'app', cwd: '/', env, exec: TELL });
    expect(stdout).toBe('4711\n4712\n4712 4713\n/\napp app /srv /bin/false\nmore\n');
  });

  it('may open its output by its name, as the log of an image is', async () => {
    const { stdout, stderr } = await run({
      ...{ user: 'app', logging: 'prefix' },
      exec: 'echo by name > /dev/stdout',
    });
    expect(stdout + stderr).toMatch(/by name\n/);
  });

  it('passes its signals and exit codes on', async () => {
    expect((await run({ user: 'app', exec: 'exit 9' })).code).toBe(9);
    expect((await run({ user: 'app', exec: 'kill -TERM $$' })).code).toBe(143);
    expect((await run({ user: 'app', exec: ['/no/such'] })).code).toBe(127);
  });

  it.each(['supervise', 'check'])(
    'that does not exist is an error of the config, and starts nothing: %s',
    async (command) => {
      const end = await run({ user: 'nosuch', exec: ['true'] }, command);
      expect(end.code).toBe(78);
      expect(end.stderr).toMatch(
        /app\.json:1:\d+ jobs\[0\]\.user: the user "nosuch" does not exist/,
      );
    },
  );
});

describe('a check of a job with a user', () => {
  it('runs as it, with its groups and variables', async () => {
    const program = start({
      ...{ user: 'app', cwd: '/', exec: ['sleep', '60'] },
      health: { exec: `echo $(id -u) $(id -G) $USER $HOME`, interval: '1s' },
    });
    await scene.until('the check to tell', () =>
      /4711 4712 4713 app \/home\/app/.test(program.stdout + program.stderr),
    );
    expect((await program.stop()).code).toBe(143);
  });
});
