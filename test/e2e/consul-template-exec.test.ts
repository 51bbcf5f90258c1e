import { symlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { PROGRAM, type Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { Scene } from '../support/scene.ts';

/** The rows of consul-template's behaviours that its exec mode has to do with, by their numbers. */
let agent: ConsulAgent;
let scene: Scene;
let key: string;
let count = 0;

beforeAll(async () => {
  agent = await startConsul();
});
afterAll(() => agent.stop());
beforeEach(async () => {
  scene = new Scene();
  symlinkSync(PROGRAM, scene.at('consul-template'));
  count += 1;
  key = `exec/${count}`;
  await agent.putKey(key, '1');
});
afterEach(async () => {
  await scene.close();
});

/** Starts the program by the name consul-template, on the agent. */
function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  return scene.startWith(args, {
    link: scene.at('consul-template'),
    env: { CONSUL_HTTP_ADDR: agent.address, ...env },
  });
}

/** A config with one template, of the key into `out`, and this `exec`. */
function config(exec: string, more = ''): string {
  return `
template {
  contents = "{{ key \\"${key}\\" }}"
  destination = "out"
}
exec {
  ${exec}
}
${more}
`;
}

function startConfig(exec: string, more = '', args: readonly string[] = []): Program {
  scene.write('a.hcl', config(exec, more));
  return start(['-config', 'a.hcl', ...args]);
}

/** A script that notes what comes to it in `notes`: how it started, with which file, and each signal. TERM and QUIT end it well, INT with 3. */
const NOTING = `
note() { echo "$1 $(cat out)" >> notes; }
trap 'note HUP' HUP
trap 'note USR1' USR1
trap 'note TERM; exit 0' TERM
trap 'note QUIT; exit 0' QUIT
trap 'note INT; exit 3' INT
echo $$ > pid
note start
while :; do sleep 0.05; done
`;

/** Starts it as a list, so that it gets its signals itself. */
const noting = (): string => {
  scene.write('noting.sh', NOTING);
  return 'command = ["sh", "noting.sh"]';
};

const notes = (): string[] =>
  scene.exists('notes') ? scene.read('notes').split('\n').slice(0, -1) : [];

const untilNotes = (...expected: readonly string[]): Promise<void> =>
  scene.until(`notes ${expected.join(', ')}, not ${notes().join(', ')}`, () => {
    return notes().join() === expected.join();
  });

/** Nothing that the program started is left. */
const expectNothingLeft = (): Promise<void> =>
  scene.until('nothing to be left', () => scene.processes().length === 0);

/** A change that comes after all others: whoever has it has had theirs. */
async function put(value: string): Promise<void> {
  await agent.putKey(key, value);
  await scene.untilText('out', value);
}

describe('consul-template’s exec mode', () => {
  it('row 65: the process starts when its files are there, and its exit code is the program’s', async () => {
    await agent.deleteKey(key);
    const program = startConfig('command = "test -e out && exit 7"');
    await program.logs(/^$/);
    await scene.until('a watch of the key', () => program.isRunning);
    await agent.putKey(key, '1');
    expect((await program.ended).code).toBe(7);
    expect(scene.read('out')).toBe('1');
    await expectNothingLeft();
  });

  it('row 66: it gets one reload signal for all files of a change, and none where nothing changes', async () => {
    const second = 'template {\n contents = "{{ key \\"K\\" }}!"\n destination = "second"\n}\n';
    const program = startConfig(
      `${noting()}\n  reload_signal = "SIGHUP"`,
      second.replace('K', key),
    );
    await untilNotes('start 1');
    await put('2');
    await untilNotes('start 1', 'HUP 2');
    await agent.putKey(key, '2');
    await put('3');
    await untilNotes('start 1', 'HUP 2', 'HUP 3');
    expect(scene.read('second')).toBe('3!');
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
    await expectNothingLeft();
  });

  it.each(['SIGNULL', ''])('a reload signal of "%s" is none: nothing happens', async (none) => {
    const program = startConfig(`${noting()}\n  reload_signal = "${none}"`);
    await untilNotes('start 1');
    await put('2');
    program.kill('SIGUSR1');
    await untilNotes('start 1', 'USR1 2');
    expect((await program.stop()).code).toBe(0);
  });

  it('row 67: TERM goes to the process, whose exit code counts; without one it ends the program', async () => {
    const program = startConfig(noting());
    await untilNotes('start 1');
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
    await untilNotes('start 1', 'TERM 1');
    await expectNothingLeft();

    await agent.deleteKey(key);
    const waiting = startConfig(noting(), 'log_level = "info"');
    await waiting.logs(/initiating run/);
    waiting.kill('SIGTERM');
    expect((await waiting.ended).code).toBe(0);
  });

  it('row 67: TERM ends the program also where the process does not listen to it', async () => {
    scene.write('deaf.sh', "trap '' TERM\necho > up\nwhile :; do sleep 0.05; done\n");
    const program = startConfig('command = ["sh", "deaf.sh"]\n  kill_timeout = "300ms"');
    await scene.until('the process', () => scene.exists('up'));
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(128 + 9);
    await expectNothingLeft();
  });

  it('row 68: without a reload signal it is ended and started anew; INT ends both, with code 12', async () => {
    const program = startConfig(noting());
    await untilNotes('start 1');
    await put('2');
    await untilNotes('start 1', 'INT 2', 'start 2');
    program.kill('SIGINT');
    const { code, stderr } = await program.ended;
    expect(code).toBe(12);
    expect(stderr).toContain('Cleaning up...');
    await untilNotes('start 1', 'INT 2', 'start 2', 'INT 2');
    await expectNothingLeft();
  });

  it('row 68: a process that does not listen to its kill signal is killed after kill_timeout', async () => {
    scene.write('deaf.sh', "trap '' INT QUIT\ncat out >> starts\nwhile :; do sleep 0.05; done\n");
    const program = startConfig(
      'command = ["sh", "deaf.sh"]\n  kill_signal = "SIGQUIT"\n  kill_timeout = "300ms"',
    );
    await scene.untilText('starts', '1');
    await put('2');
    await scene.untilText('starts', '12');
    program.kill('SIGINT');
    expect((await program.ended).code).toBe(12);
    await expectNothingLeft();
  });

  it('row 70: -once waits for the process, and follows no more changes', async () => {
    const program = startConfig(noting(), 'wait {\n min = "1h"\n}', ['-once']);
    await untilNotes('start 1');
    await agent.putKey(key, '2');
    program.kill('SIGQUIT');
    expect((await program.ended).code).toBe(0);
    await untilNotes('start 1', 'QUIT 1');
    expect(scene.read('out')).toBe('1');
    await expectNothingLeft();
  });

  it('row 70: with wait the first rendering is held up no more than without', async () => {
    const program = startConfig('command = "exit 5"', 'wait {\n min = "1h"\n}');
    expect((await program.ended).code).toBe(5);
  });

  it('-once starts nothing where a command of the files failed, and ends with 14', async () => {
    const failing = 'template {\n contents = "x"\n destination = "b"\n command = "exit 1"\n}\n';
    const program = startConfig(noting(), failing, ['-once']);
    expect((await program.ended).code).toBe(14);
    expect(notes()).toEqual([]);
  });

  it('commands of the first rendering come before the process', async () => {
    const more = 'template {\n contents = "x"\n destination = "b"\n command = "cp b made"\n}\n';
    expect((await startConfig('command = "cat made; exit 0"', more).ended).stdout).toBe('x');
  });

  it('row 86: what the process inherits is what the rules leave of it', async () => {
    scene.write('t', `{{ key "${key}" }}`);
    const seen = async (...flags: readonly string[]): Promise<string[]> => {
      const program = start(
        ['-template', 't:out', '-consul-token', 'sesame', ...flags, '-exec', 'env'],
        { TEST_ONE: '1', TEST_TWO: '2', OTHER: '3' },
      );
      const { code, stdout } = await program.ended;
      expect(code).toBe(0);
      return stdout
        .split('\n')
        .filter((line) => /^(?:TEST_|OTHER|PATH=|CUSTOM|CONSUL_|AUTOTMPL_PID)/.test(line))
        .map((line) => line.replace(/^(PATH|AUTOTMPL_PID)=.*/, '$1'))
        .toSorted();
    };
    const told = [`CONSUL_HTTP_ADDR=${agent.address}`, 'CONSUL_HTTP_TOKEN=sesame'];
    const ours = ['OTHER=3', 'PATH', 'TEST_ONE=1', 'TEST_TWO=2'];
    expect(await seen()).toEqual(['AUTOTMPL_PID', ...told, ...ours].toSorted());
    expect(await seen('-exec-env-pristine')).toEqual(told);
    expect(await seen('-exec-env-pristine', '-exec-env-custom', 'CUSTOM=a=b')).toEqual([
      ...told,
      'CUSTOM=a=b',
    ]);
    expect(await seen('-exec-env-allowlist', 'TEST_*', '-exec-env-denylist', 'TEST_T?O')).toEqual([
      ...told,
      'TEST_ONE=1',
    ]);
    expect(await seen('-exec-env-denylist', 'TEST_*')).toEqual(
      ['AUTOTMPL_PID', ...told, 'OTHER=3', 'PATH'].toSorted(),
    );
  });

  it('row 86: the same holds for the command of a template', async () => {
    scene.write(
      'a.hcl',
      `
consul { token = "sesame" }
template {
  contents = "{{ key \\"${key}\\" }}{{ env \\"CONSUL_HTTP_TOKEN\\" }}"
  destination = "out"
  exec {
    command = ["env"]
    env {
      allowlist = ["TEST_*"]
      denylist  = ["TEST_TWO"]
      custom    = ["CUSTOM=c"]
    }
  }
}
`,
    );
    const { code, stdout } = await start(['-config', 'a.hcl', '-once'], {
      TEST_ONE: '1',
      TEST_TWO: '2',
    }).ended;
    expect(code).toBe(0);
    expect(scene.read('out')).toBe('1sesame');
    const lines = stdout.split('\n').filter((line) => line !== '');
    expect(lines.map((line) => line.replace(/^(AUTOTMPL_TARGETS)=.*/, '$1')).toSorted()).toEqual([
      `AUTOTMPL_REASON=key(${key})`,
      'AUTOTMPL_TARGETS',
      `CONSUL_HTTP_ADDR=${agent.address}`,
      expect.stringMatching(/^CONSUL_HTTP_TOKEN=/),
      'CUSTOM=c',
      'TEST_ONE=1',
    ]);
  });

  it('row 56: the command of a template is ended by its kill signal, and has its kill_timeout', async () => {
    scene.write(
      'slow.sh',
      "trap 'echo QUIT >> notes; exit 0' QUIT\ntrap 'echo TERM >> notes' TERM\nwhile :; do sleep 0.05; done\n",
    );
    scene.write(
      'a.hcl',
      `template {
  contents = "x"
  destination = "out"
  exec {
    command      = ["sh", "slow.sh"]
    timeout      = "500ms"
    kill_signal  = "QUIT"
    kill_timeout = "30s"
  }
}`,
    );
    const { code, stderr } = await start(['-config', 'a.hcl', '-once']).ended;
    expect(code).toBe(14);
    expect(stderr).toMatch(/ran longer than 500ms/);
    expect(notes()).toEqual(['QUIT']);
    await expectNothingLeft();
  });

  it('row 90: a stop waits for no splay, and none is sent what it waited for', async () => {
    const program = startConfig(`${noting()}\n  reload_signal = "HUP"\n  splay = "1h"`);
    await untilNotes('start 1');
    await put('2');
    program.kill('SIGINT');
    expect((await program.ended).code).toBe(12);
    await untilNotes('start 1', 'INT 2');
  });

  it('a splay spreads signals, and one covers all changes meanwhile', async () => {
    const program = startConfig(`${noting()}\n  reload_signal = "HUP"\n  splay = "1s"`);
    await untilNotes('start 1');
    for (const value of ['2', '3', '4']) await put(value);
    await scene.until('a HUP with the last file', () => notes().at(-1) === 'HUP 4');
    expect(notes().filter((note) => note.startsWith('HUP')).length).toBeLessThanOrEqual(3);
    await program.stop();
  });

  it('other signals go to the process, and to nobody beside it where it is no shell’s', async () => {
    const loop = 'while :; do sleep 0.05; done\n';
    scene.write(
      'child.sh',
      `trap 'echo child USR1 >> notes' USR1\ntrap 'echo child told >> notes' USR2\necho > up\n${loop}`,
    );
    // Whoever is told by the parent has heard by then what it was told before.
    const tell = "trap 'echo parent USR1 >> notes; kill -USR2 $child' USR1\n";
    scene.write('parent.sh', `${tell}sh child.sh &\nchild=$!\n${loop}`);
    const program = startConfig('command = ["sh", "parent.sh"]');
    await scene.until('both', () => scene.exists('up'));
    program.kill('SIGUSR1');
    await untilNotes('parent USR1', 'child told');
    await program.stop();
    await expectNothingLeft();
  });

  it('HUP takes a new config without a restart, and restarts only for another command', async () => {
    const program = startConfig(`${noting()}\n  reload_signal = "USR1"`);
    await untilNotes('start 1');
    const pid = scene.read('pid');
    const rendering = (text: string): string =>
      config(`${noting()}\n  reload_signal = "USR1"`).replace('}}"', `}}${text}"`);
    scene.write('a.hcl', rendering('+'));
    program.kill('SIGHUP');
    await untilNotes('start 1', 'USR1 1+');
    expect(scene.read('pid')).toBe(pid);
    scene.write('a.hcl', 'exec { comand = "x" }');
    program.kill('SIGHUP');
    await program.logs(/stay in force/);
    scene.write('noting2.sh', NOTING);
    scene.write('a.hcl', rendering('+').replace('noting.sh', 'noting2.sh'));
    program.kill('SIGHUP');
    await untilNotes('start 1', 'USR1 1+', 'INT 1+', 'start 1+');
    expect(scene.read('pid')).not.toBe(pid);
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
    await expectNothingLeft();
  });

  it('a process that cannot be started ends the program with 127', async () => {
    expect((await startConfig('command = ["/nowhere"]').ended).code).toBe(127);
    expect((await startConfig('command = "nowhere --and more"').ended).code).toBe(127);
  });

  it('a process that takes longer than its timeout is killed', async () => {
    const program = startConfig('command = ["sleep", "60"]\n  timeout = "200ms"');
    expect((await program.ended).code).toBe(128 + 9);
    await expectNothingLeft();
  });

  it('is -exec under our own name too, with templates of our own', async () => {
    scene.write('t.njk', `{{ key("${key}") }}`);
    scene.write('noting.sh', NOTING);
    const program = scene.startWith(
      ['-template', 't.njk:out', '-exec', 'sh noting.sh', '-exec-reload-signal', 'HUP'],
      { env: { CONSUL_HTTP_ADDR: agent.address } },
    );
    await untilNotes('start 1');
    await put('2');
    await untilNotes('start 1', 'HUP 2');
    program.kill('SIGINT');
    expect((await program.ended).code).toBe(3);
    await expectNothingLeft();
  });
});
