import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { PROGRAM, type Program, type ProgramEnd } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { Scene } from '../support/scene.ts';

/** The rows of consul-template's behaviours that its command line and configs have to do with, by their numbers. */
let agent: ConsulAgent;
let scene: Scene;

beforeAll(async () => {
  agent = await startConsul();
  await agent.putKey('p/a', '1');
});
afterAll(() => agent.stop());
beforeEach(() => {
  scene = new Scene();
  symlinkSync(PROGRAM, scene.at('consul-template'));
});
afterEach(() => scene.close());

/** Starts the program by the name consul-template, on the agent. */
function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  return scene.startWith(args, {
    link: scene.at('consul-template'),
    env: { CONSUL_HTTP_ADDR: agent.address, ...env },
  });
}

async function run(...args: readonly string[]): Promise<ProgramEnd> {
  return start(args).ended;
}

/** Renders a config once. */
async function once(config: string, ...args: readonly string[]): Promise<ProgramEnd> {
  scene.write('a.hcl', config);
  return run('-config', 'a.hcl', '-once', ...args);
}

/** A template of some text, for a file. */
const template = (contents: string, destination: string, more = ''): string =>
  `template {\n  contents = ${JSON.stringify(contents)}\n  destination = "${destination}"\n  ${more}\n}\n`;

const modeOf = (name: string): string => (statSync(scene.at(name)).mode & 0o7777).toString(8);

describe('consul-template’s command line', () => {
  it('row 31: -dry prints the text behind the name of its file, and writes nothing', async () => {
    scene.write('t', 'v={{ key "p/a" }}');
    const end = await run('-template', 't:o:touch ran', '-dry', '-once');
    expect(end).toMatchObject({ code: 0, stdout: '> o\nv=1' });
    expect(scene.names()).toEqual(['consul-template', 't']);
  });

  it('row 32: -parse-only needs no Consul, and ends with 14 for what cannot be parsed', async () => {
    scene.write('good', '{{ key "p/a" }}');
    scene.write('bad', '{{ nofunc }}');
    const flags = ['-parse-only', '-consul-addr', '127.0.0.1:1', '-template'];
    expect(await run(...flags, 'good:o')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const end = await run(...flags, 'bad:o');
    expect(end.code).toBe(14);
    expect(end.stderr).toMatch(/^\S+Z \[ERR\] \(cli\) bad:1:\d+: .*nofunc/);
    expect(scene.exists('o')).toBe(false);
  });

  it('row 34: env "CONSUL_HTTP_ADDR" is the address of the flag, for commands too', async () => {
    scene.write('t', '{{ env "CONSUL_HTTP_ADDR" }}');
    const address = agent.address.replace('http://', '');
    const command = 'printf %s "$CONSUL_HTTP_ADDR" > seen';
    const end = await run('-consul-addr', address, '-once', '-template', `t:o:${command}`);
    expect(end.code).toBe(0);
    expect([scene.read('o'), scene.read('seen')]).toEqual([address, address]);
  });

  it('row 73: -v and -h go to standard output; words and unknown flags end with 13', async () => {
    expect(await run('-v')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^consul-template v\d+\.\d+\.\d+ \(autotmpl .*\)\n$/) as string,
      stderr: '',
    });
    const help = await run('-h');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const flag of [
      '-exec-kill-timeout',
      '-vault-retry-max-backoff',
      '-log-rotate-max-files',
    ]) {
      expect(help.stdout).toContain(flag);
    }
    expect(await run('-once', 'extra')).toMatchObject({
      code: 13,
      stderr: expect.stringMatching(/\[ERR\] \(cli\) extra args: \["extra"\]/) as string,
    });
    expect(await run('-nope')).toMatchObject({ code: 13 });
  });

  it('row 74: what is missing or unknown in a config ends with 15, a missing template with 14, no template with 0', async () => {
    expect(await run('-config', 'none.hcl', '-once')).toMatchObject({ code: 15 });
    expect(await once('consl {}')).toMatchObject({ code: 15 });
    expect(await run('-template', 'none:o', '-once')).toMatchObject({ code: 14 });
    expect(await run('-once')).toMatchObject({ code: 0 });
  });

  it('row 75: a template with empty contents ends with 14', async () => {
    const end = await once('template { contents = "" destination = "o" }');
    expect(end).toMatchObject({ code: 14 });
    expect(end.stderr).toContain("must specify exactly one of 'source' or 'contents'");
  });

  it('row 81: a folder is read in lexical order, templates add up, and a command keeps its colons', async () => {
    mkdirSync(scene.at('conf'));
    scene.write('conf/a', `${template('a', 'oa')}pid_file = "first"`);
    scene.write('conf/b.conf', `${template('b', 'ob')}pid_file = "second"`);
    scene.write('t', 't');
    const flag = 't:o:printf c:d > seen; cat second > pid';
    const end = await run('-config', 'conf', '-template', flag, '-once');
    expect(end.code).toBe(0);
    expect(['oa', 'ob', 'o', 'seen'].map((name) => scene.read(name))).toEqual([
      'a',
      'b',
      't',
      'c:d',
    ]);
    expect(scene.read('pid')).toMatch(/^\d+\n$/);
  });

  it('row 92: a template with a name of one letter is no drive', async () => {
    scene.write('t', 'x');
    expect(await run('-template', 't:o:touch ran', '-once')).toMatchObject({ code: 0 });
    expect(scene.exists('ran')).toBe(true);
  });
});

describe('consul-template’s commands', () => {
  it('row 53: equal ones run once, in the order of the templates, after all is written', async () => {
    const say = (word: string) => `command = "echo ${word}; ls oa ob oc >/dev/null"`;
    const end = await once(
      template('a', 'oa', say('one')) +
        template('b', 'ob', say('two')) +
        template('c', 'oc', say('one')),
    );
    expect(end).toMatchObject({ code: 0, stdout: 'one\ntwo\n' });
  });

  it('row 54: nothing runs and no file is touched where nothing changed', async () => {
    const config = template('a', 'o', 'command = "echo ran"');
    expect((await once(config)).stdout).toBe('ran\n');
    const old = new Date('2020-01-01');
    utimesSync(scene.at('o'), old, old);
    expect(await once(config)).toMatchObject({ code: 0, stdout: '' });
    expect(statSync(scene.at('o')).mtimeMs).toBe(old.getTime());
  });

  it('row 55: one that fails keeps no other from running, and the end is 14', async () => {
    const end = await once(
      template('a', 'oa', 'command = "exit 3; true"') +
        template('b', 'ob', 'command = "echo second"'),
    );
    expect(end).toMatchObject({ code: 14, stdout: 'second\n' });
    expect([scene.read('oa'), scene.read('ob')]).toEqual(['a', 'b']);
  });

  it.each([
    ['echo a | tr a b', 'b\n'],
    ['false || echo $(echo "c d") && echo \'{e}\'', 'c d\n{e}\n'],
    ['FOO=f; echo ${FOO}', 'f\n'],
  ])('row 57: %s is for a shell', async (command, stdout) => {
    const end = await once(template('a', 'o', `command = ${JSON.stringify(command)}`));
    expect(end).toMatchObject({ code: 0, stdout });
  });

  it('row 57: a list is for none', async () => {
    const end = await once(template('a', 'o', 'command = ["printf", "%s", "$HOME | x"]'));
    expect(end).toMatchObject({ code: 0, stdout: '$HOME | x\n' });
  });

  it('row 91: a command that failed is owed to the next run', async () => {
    const config = (code: number) => template('a', 'o', `command = "echo try; exit ${code}"`);
    expect(await once(config(9))).toMatchObject({ code: 14, stdout: 'try\n' });
    expect(await once(config(0))).toMatchObject({ code: 0, stdout: 'try\n' });
    expect(await once(config(0))).toMatchObject({ code: 0, stdout: '' });
  });

  it('row 86: get the variables that their rules allow', async () => {
    const rules =
      'env { allowlist = ["KEEP_*", "PATH"] denylist = ["KEEP_NOT"] custom = ["ADDED=x=y"] }';
    scene.write(
      'a.hcl',
      template(
        'a',
        'o',
        `exec { command = "env | grep -E '^(KEEP|ADDED|OTHER)' | sort" ${rules} }`,
      ),
    );
    const env = { KEEP_IT: '1', KEEP_NOT: '2', OTHER: '3' };
    const end = await start(['-config', 'a.hcl', '-once'], env).ended;
    expect(end).toMatchObject({ code: 0, stdout: 'ADDED=x=y\nKEEP_IT=1\n' });
  });
});

describe('consul-template’s files', () => {
  it('row 58: missing folders are made, unless the template says otherwise', async () => {
    expect(await once(template('a', 'x/y/o', 'perms = 0600'))).toMatchObject({ code: 0 });
    expect([modeOf('x'), modeOf('x/y'), modeOf('x/y/o')]).toEqual(['755', '755', '600']);
    const end = await once(template('a', 'z/o', 'create_dest_dirs = false'));
    expect(end).toMatchObject({ code: 14 });
    expect(scene.exists('z')).toBe(false);
  });

  it('row 59: a backup is what was there before, once', async () => {
    scene.write('o', 'v1');
    chmodSync(scene.at('o'), 0o640);
    await once(template('v2', 'o', 'backup = true'));
    expect([scene.read('o'), modeOf('o'), scene.read('o.bak')]).toEqual(['v2', '640', 'v1']);
    await once(template('v3', 'o', 'backup = true'));
    expect([scene.read('o'), scene.read('o.bak')]).toEqual(['v3', 'v2']);
    await once(template('v1', 'new', 'backup = true'));
    expect(scene.exists('new.bak')).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)(
    'row 61: another owner is set once, with one of the two or with both',
    async () => {
      scene.write('o', 'a');
      const owner = () => [statSync(scene.at('o')).uid, statSync(scene.at('o')).gid];
      await once(template('a', 'o', 'user = "33"'));
      expect(owner()).toEqual([33, 0]);
      await once(template('a', 'o', 'group = 34'));
      expect(owner()).toEqual([33, 34]);
      const before = scene.stamp('o');
      await once(template('a', 'o', 'user = 33\n group = "34"'));
      expect(scene.stamp('o')).toBe(before);
    },
  );

  it('row 62: mode and owner of the file that is there are kept', async () => {
    scene.write('o', 'old');
    chmodSync(scene.at('o'), 0o600);
    if (process.getuid?.() === 0) chownSync(scene.at('o'), 33, 34);
    const before = statSync(scene.at('o'));
    await once(template('new', 'o'));
    const after = statSync(scene.at('o'));
    expect([scene.read('o'), after.mode, after.uid, after.gid]).toEqual([
      'new',
      before.mode,
      before.uid,
      before.gid,
    ]);
  });

  it('row 63: an empty text makes a file, and leaves an empty one alone', async () => {
    expect(await once(template('{{ "" }}', 'o'))).toMatchObject({ code: 0 });
    expect(scene.read('o')).toBe('');
    const before = scene.stamp('o');
    await once(template('{{ "" }}', 'o'));
    expect(scene.stamp('o')).toBe(before);
  });
});

describe('consul-template in watch mode', () => {
  it('rows 69, 70: waits for quiet, but not for ever, not for the first text, and not with -once', async () => {
    const key = 'quiet/a';
    await agent.putKey(key, '0');
    scene.write('a.hcl', template(`{{ key "${key}" }}`, 'o', 'command = "date +%s%N >> runs"'));
    const end = await run('-config', 'a.hcl', '-once', '-wait', '1h');
    expect(end).toMatchObject({ code: 0 });
    await agent.putKey(key, '1');
    const program = start(['-config', 'a.hcl', '-wait', '700ms:2s']);
    await scene.untilText('o', '1');
    await scene.until('the second command', () => scene.read('runs').split('\n').length === 3);
    const from = Date.now();
    let turn = 1;
    while (Date.now() - from < 3200) {
      await agent.putKey(key, String(++turn));
      // The row's own pace of writes.
      await pause(150);
    }
    await scene.untilText('o', String(turn));
    const commands = () => scene.read('runs').trim().split('\n').length - 2;
    await scene.until('the command of the last text', () => commands() >= 2);
    const runs = commands();
    // One at 2 s by the longest wait, one when it was quiet: and not twenty.
    expect(runs).toBeLessThanOrEqual(4);
    await program.stop();
  });

  it('row 71: two templates with a quiet period, one value changed: one more text', async () => {
    await agent.putKey('two/a', '1');
    await agent.putKey('two/b', '1');
    scene.write(
      'a.hcl',
      `wait { min = "50ms" max = "100ms" }\nlog_level = "INFO"\n` +
        template('{{ key "two/a" }}', 'oa') +
        template('{{ key "two/b" }}', 'ob'),
    );
    const program = start(['-config', 'a.hcl']);
    await scene.untilText('ob', '1');
    await scene.untilText('oa', '1');
    const before = scene.stamp('ob');
    await agent.putKey('two/a', '2');
    await scene.untilText('oa', '2');
    await agent.putKey('two/a', '3');
    await scene.untilText('oa', '3');
    expect(scene.stamp('ob')).toBe(before);
    const end = await program.stop();
    expect(end.stderr.match(/rendered "contents of oa" => "oa"/g)).toHaveLength(3);
    expect(end.stderr.match(/rendered "contents of ob" => "ob"/g)).toHaveLength(1);
  });

  it('row 72: HUP reads templates again; a broken one leaves all as it is', async () => {
    scene.write('t', 'one');
    const program = start(['-template', 't:o', '-log-level', 'info']);
    await scene.untilText('o', 'one');
    scene.write('t', 'two');
    program.kill('SIGHUP');
    await scene.untilText('o', 'two');
    scene.write('t', '{{ nofunc }}');
    program.kill('SIGHUP');
    await program.logs(/\[ERR\] \(runner\) HUP: the old config and templates stay in force/);
    expect(program.isRunning).toBe(true);
    expect(scene.read('o')).toBe('two');
  });

  it('row 72: another signal may reload, and none', async () => {
    scene.write('t', 'one');
    const program = start(['-template', 't:o', '-reload-signal', 'SIGUSR2']);
    await scene.untilText('o', 'one');
    scene.write('t', 'two');
    program.kill('SIGHUP');
    program.kill('SIGUSR2');
    await scene.untilText('o', 'two');
    const deaf = start(['-template', 't:o2', '-reload-signal', '']);
    await scene.untilText('o2', 'two');
    deaf.kill('SIGHUP');
    deaf.kill('SIGUSR2');
    deaf.kill('SIGINT');
    expect(await deaf.ended).toMatchObject({ code: 12 });
  });

  it('row 93: INT ends it with 12, TERM with 0, and both at once what they were told', async () => {
    scene.write('t', 'one');
    const killed = start(['-template', 't:o']);
    await scene.untilText('o', 'one');
    killed.kill('SIGINT');
    expect(await killed.ended).toMatchObject({
      code: 12,
      stderr: expect.stringContaining('Cleaning up...\n') as string,
    });
    const stopped = start(['-template', 't:o2']);
    await scene.untilText('o2', 'one');
    stopped.kill('SIGTERM');
    expect(await stopped.ended).toMatchObject({ code: 0 });
    const told = start(['-template', 't:o3', '-kill-signal', 'SIGTERM']);
    await scene.untilText('o3', 'one');
    told.kill('SIGTERM');
    expect(await told.ended).toMatchObject({ code: 12 });
  });

  it('row 94: once = true in a file is honoured, and so is parseonly', async () => {
    scene.write('a.hcl', `once = true\n${template('a', 'o')}`);
    expect(await run('-config', 'a.hcl')).toMatchObject({ code: 0 });
    expect(scene.read('o')).toBe('a');
    scene.write('b.hcl', `parseonly = true\n${template('b', 'ob')}`);
    expect(await run('-config', 'b.hcl')).toMatchObject({ code: 0 });
    expect(scene.exists('ob')).toBe(false);
  });

  it('row 82: the pid file holds the process while it runs, whatever was in it', async () => {
    scene.write('pid', 'something that is longer than any number of a process\n');
    scene.write('t', 'one');
    const program = start(['-template', 't:o', '-pid-file', 'pid']);
    await scene.untilText('o', 'one');
    expect(scene.read('pid')).toBe(`${program.pid}\n`);
    await program.stop();
    expect(scene.exists('pid')).toBe(false);
  });

  it('a failing template ends it where it is told so, and only there', async () => {
    await agent.putKey('fatal/n', '1');
    scene.write('t', '{{ key "fatal/n" | parseInt }}');
    const lasting = start(['-template', 't:o', '-log-level', 'err']);
    const fatal = start(['-template', 't:of', '-template-error-fatal']);
    await scene.untilText('o', '1');
    await scene.untilText('of', '1');
    await agent.putKey('fatal/n', 'x');
    expect(await fatal.ended).toMatchObject({ code: 14 });
    await lasting.logs(/\[ERR\] \(runner\) t:1:/);
    expect(lasting.isRunning).toBe(true);
  });

  it('without a template it waits for a config that has one', async () => {
    scene.write('a.hcl', '');
    const program = start(['-config', 'a.hcl', '-log-level', 'info']);
    await program.logs(/keeping 0 files true/);
    scene.write('a.hcl', template('a', 'o'));
    program.kill('SIGHUP');
    await scene.untilText('o', 'a');
  });
});

describe('consul-template’s log', () => {
  it('row 83: has its levels, and says little by itself', async () => {
    scene.write('t', '{{ key "p/a" }}');
    expect(await run('-template', 't:o', '-once')).toMatchObject({ code: 0, stderr: '' });
    const end = await run('-template', 't:o2:true', '-once', '-log-level', 'INFO');
    const lines = end.stderr.trim().split('\n');
    for (const line of lines) {
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[(?:INFO|WARN)\] \(\w+\) /);
    }
    const all = end.stderr;
    expect(all).toContain('[INFO] (runner) initiating run\n');
    expect(all).toContain('[INFO] (runner) rendered "t" => "o2"\n');
    expect(all).toContain('[INFO] (runner) executing command "true" from "t" => "o2"\n');
  });

  it('names what it waits for as consul-template does', async () => {
    scene.write('t', '{{ key "p/none" }}');
    const program = start(['-template', 't:o']);
    await program.logs(/\[WARN\] \(view\) o waits for kv\.block\(p\/none\), used at t:1:/);
    program.kill('SIGINT');
    expect(await program.ended).toMatchObject({ code: 12 });
    expect(scene.exists('o')).toBe(false);
  });

  it('row 83: goes to files that follow each other, of which so many are kept', async () => {
    mkdirSync(scene.at('logs'));
    scene.write('t', 'x');
    const flags = ['-log-level', 'debug', '-log-file', 'logs/ct', '-log-rotate-bytes', '200'];
    const program = start(['-template', 't:o', ...flags, '-log-rotate-max-files', '2']);
    await scene.untilText('o', 'x');
    for (let turn = 0; turn < 8; turn++) {
      const said = () => program.stderr.match(/read again/g)?.length ?? 0;
      const before = said();
      program.kill('SIGHUP');
      await scene.until('a reload', () => said() > before);
    }
    const end = await program.stop();
    const names = readdirSync(scene.at('logs'));
    expect(names).toHaveLength(3);
    for (const name of names) expect(name).toMatch(/^ct-\d{19}\.log$/);
    const last = scene.read(`logs/${names.sort().at(-1) ?? ''}`);
    expect(end.stderr.endsWith(last)).toBe(true);
    expect(modeOf(`logs/${names[0] ?? ''}`)).toBe('640');
  });
});
