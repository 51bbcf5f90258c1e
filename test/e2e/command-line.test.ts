import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { runAutotmpl, startAutotmpl, type Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { waitUntil } from '../support/wait-until.ts';

const CATALOG = `
services:
  sales:
    - {id: sales-1, address: 10.0.0.1, port: 8080, tags: [v2]}
    - {id: sales-2, address: 10.0.0.2, port: 8080}
keys:
  web: {motd: welcome, password: hunter22}
`;

describe('the command line', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(at(name), 'utf8');
  const write = (name: string, text: string) => writeFileSync(at(name), text);
  const run = (...args: string[]) => runAutotmpl(args, { cwd: folder });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-cli-'));
    write('catalog.yaml', CATALOG);
    write('a.njk', '{% for s in service("sales") %}{{ s.Address }}:{{ s.Port }}\n{% endfor %}');
    write('motd.njk', '{{ key("web/motd") }}\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  describe('-once', () => {
    it('renders to a file and ends with 0', async () => {
      const end = await run('-catalog', 'catalog.yaml', '-once', '-template', 'a.njk:out.conf');
      expect(end).toMatchObject({ code: 0, stdout: '' });
      expect(read('out.conf')).toBe('10.0.0.1:8080\n10.0.0.2:8080\n');
      expect(statSync(at('out.conf')).mode & 0o777).toBe(0o644);
    });

    it('takes GNU-style flags as well as Go-style ones', async () => {
      const end = await run('--catalog=catalog.yaml', '--once=true', '--template=a.njk:out.conf');
      expect(end.code).toBe(0);
      expect(existsSync(at('out.conf'))).toBe(true);
    });

    it('prints the text where no destination is given, and keeps logs off standard output', async () => {
      const end = await run(
        '-catalog',
        'catalog.yaml',
        '-once',
        '-log-level',
        'debug',
        '-template',
        'motd.njk',
      );
      expect(end).toMatchObject({ code: 0, stdout: 'welcome\n' });
    });

    it('splits a template flag at the first two colons only', async () => {
      const end = await run(
        '-catalog',
        'catalog.yaml',
        '-once',
        '-template',
        'motd.njk:out:echo a:b > ran',
      );
      expect(end.code).toBe(0);
      expect(read('ran')).toBe('a:b\n');
    });

    it('runs the command after the write, tells it what changed, and keeps the token from it', async () => {
      const script =
        'printf "%s|%s|%s" "$AUTOTMPL_TARGETS" "$AUTOTMPL_REASON" "$CONSUL_HTTP_TOKEN" > ran; cat out >> ran';
      const end = await runAutotmpl(
        ['-catalog', 'catalog.yaml', '-once', '-template', `motd.njk:out:${script}`],
        { cwd: folder, env: { CONSUL_HTTP_TOKEN: 'very-secret' } },
      );
      expect(end.code).toBe(0);
      expect(read('ran')).toBe(`${at('out')}|key(web/motd)|welcome\n`);
    });

    it('ends with 1 when a command fails, and runs it again next time', async () => {
      const args = [
        '-catalog',
        'catalog.yaml',
        '-once',
        '-template',
        'motd.njk:out:echo x >> ran; exit 9',
      ];
      const first = await run(...args);
      expect(first.code).toBe(1);
      expect(first.stderr).toContain('exit code 9');
      expect(read('out')).toBe('welcome\n');
      const second = await run(...args);
      expect(second.code).toBe(1);
      expect(read('ran')).toBe('x\nx\n');
    });

    it('does nothing at all when nothing changed', async () => {
      const args = ['-catalog', 'catalog.yaml', '-once', '-template', 'motd.njk:out:echo x >> ran'];
      await run(...args);
      const before = statSync(at('out'));
      const end = await run(...args);
      expect(end.code).toBe(0);
      expect(read('ran')).toBe('x\n');
      expect(statSync(at('out'))).toMatchObject({ mtimeMs: before.mtimeMs, ino: before.ino });
      expect(readdirSync(folder).filter((name) => name.includes('autotmpl'))).toEqual([]);
    });

    it('ends with 1 when a template fails, naming file, line and column, and keeps the old file', async () => {
      write('bad.njk', 'ok\n  {{ nothing }}');
      write('out', 'old');
      const end = await run('-catalog', 'catalog.yaml', '-once', '-template', 'bad.njk:out');
      expect(end.code).toBe(1);
      expect(end.stderr).toMatch(/bad\.njk:2:6/);
      expect(read('out')).toBe('old');
    });

    it('ends with 1 when there is no such template', async () => {
      const end = await run('-catalog', 'catalog.yaml', '-once', '-template', 'nowhere.njk:out');
      expect(end.code).toBe(1);
      expect(end.stderr).toContain('nowhere.njk');
    });

    it('ends with 73 when the file cannot be written', async () => {
      const end = await run(
        '-catalog',
        'catalog.yaml',
        '-once',
        '-template',
        'motd.njk:/proc/nowhere/out',
      );
      expect(end.code).toBe(73);
      expect(end.stderr).toContain('/proc/nowhere/out');
    });

    it('gives up after -timeout with 75, naming what is missing and where it is used', async () => {
      write('wait.njk', '\n {{ key("nosuch/key") }}');
      const end = await run(
        '-catalog',
        'catalog.yaml',
        '-once',
        '-timeout',
        '300ms',
        '-template',
        'wait.njk:out',
      );
      expect(end.code).toBe(75);
      expect(end.stderr).toMatch(/key\(nosuch\/key\).*wait\.njk:2:8/s);
      expect(existsSync(at('out'))).toBe(false);
    });

    it('gives up with 1 when nothing is missing but a command has not ended, and names it', async () => {
      const template = 'motd.njk:out:sleep 60';
      const flags = ['-catalog', 'catalog.yaml', '-once', '-timeout', '500ms'];
      const end = await run(...flags, '-template', template);
      expect(end.code).toBe(1);
      expect(end.stderr).toContain('not ended: sleep 60');
      // Its success is still owed: the next run makes it good.
      const next = await run(
        '-catalog',
        'catalog.yaml',
        '-once',
        '-template',
        'motd.njk:out:touch ran',
      );
      expect(next.code).toBe(0);
      expect(existsSync(at('ran'))).toBe(true);
    });

    it.each([
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const)('does not call itself done when %s ends it before it is', async (signal, code) => {
      write('wait.njk', '{{ key("nosuch/key") }}');
      const flags = [
        '-log-level',
        'debug',
        '-catalog',
        'catalog.yaml',
        '-once',
        '-pid-file',
        'pid',
      ];
      const program = startAutotmpl(
        [...flags, '-template', 'motd.njk:motd', '-template', 'wait.njk:out'],
        {
          cwd: folder,
        },
      );
      await waitUntil(() => existsSync(at('motd')), { what: 'the first file' });
      program.kill(signal);
      expect(await program.ended).toMatchObject({ code, signal: null });
    });

    it('gives up with 69 when the catalog does not answer', async () => {
      const end = await run(
        '-consul-addr',
        '127.0.0.1:1',
        '-once',
        '-timeout',
        '500ms',
        '-template',
        'motd.njk:out',
      );
      expect(end.code).toBe(69);
      expect(end.stderr).toContain('127.0.0.1:1');
    });
  });

  describe('-dry', () => {
    it('prints a diff and the command, and changes nothing', async () => {
      write('out', '10.0.0.1:8080\nold\n');
      const end = await run(
        '-catalog',
        'catalog.yaml',
        '-once',
        '-dry',
        '-template',
        'a.njk:out:touch ran',
      );
      expect(end.code).toBe(0);
      expect(end.stdout).toContain('@@');
      expect(end.stdout).toContain('\n-old\n');
      expect(end.stdout).toContain('\n+10.0.0.2:8080\n');
      expect(end.stdout).toContain('touch ran');
      expect(read('out')).toBe('10.0.0.1:8080\nold\n');
      expect(existsSync(at('ran'))).toBe(false);
    });

    it('counts a mode that would be set as a change, and says so', async () => {
      write('out', 'hello\n');
      write(
        'perms.json',
        JSON.stringify({ templates: [{ contents: 'hello\n', destination: 'out', perms: '0600' }] }),
      );
      const flags = ['-catalog', 'catalog.yaml', '-config', 'perms.json', '-once'];
      const end = await run(...flags, '-dry', '-detailed-exitcode');
      expect(end).toMatchObject({
        code: 2,
        stdout: 'out: unchanged text; its mode or owner would be set\n',
      });
      await run(...flags);
      const after = await run(...flags, '-dry', '-detailed-exitcode');
      expect(after).toMatchObject({ code: 0, stdout: 'out: unchanged\n' });
    });

    it('tells by the exit code whether anything would change, when asked to', async () => {
      const args = [
        '-catalog',
        'catalog.yaml',
        '-once',
        '-dry',
        '-detailed-exitcode',
        '-template',
        'motd.njk:out',
      ];
      expect((await run(...args)).code).toBe(2);
      write('out', 'welcome\n');
      const end = await run(...args);
      expect(end.code).toBe(0);
      expect(end.stdout).toContain('unchanged');
    });

    it('colours only where colours are wanted', async () => {
      const args = ['-catalog', 'catalog.yaml', '-once', '-dry', '-template', 'motd.njk:out'];
      expect((await run(...args)).stdout).not.toContain('\u001b[');
      const forced = await runAutotmpl(args, { cwd: folder, env: { FORCE_COLOR: '1' } });
      expect(forced.stdout).toContain('\u001b[');
      const both = await runAutotmpl(args, {
        cwd: folder,
        env: { FORCE_COLOR: '1', NO_COLOR: '1' },
      });
      expect(both.stdout).not.toContain('\u001b[');
    });

    it('masks what is marked secret', async () => {
      write('secret.njk', 'password = {{ key("web/password") | secret }}\n');
      write('out', 'password = the-old-one\n');
      const end = await run(
        '-catalog',
        'catalog.yaml',
        '-once',
        '-dry',
        '-template',
        'secret.njk:out',
      );
      expect(end.stdout).toContain('+password = ********');
      expect(end.stdout + end.stderr).not.toMatch(/hunter22|the-old-one/);
    });

    it('goes on printing diffs as facts change', async () => {
      const program = startAutotmpl(
        ['-catalog', 'catalog.yaml', '-dry', '-template', 'motd.njk:out'],
        { cwd: folder },
      );
      await waitUntil(() => program.stdout.includes('+welcome'), { what: 'the first diff' });
      write('catalog.yaml', CATALOG.replace('welcome', 'goodbye'));
      await waitUntil(() => program.stdout.includes('+goodbye'), { what: 'the second diff' });
      expect((await program.stop()).code).toBe(0);
      expect(existsSync(at('out'))).toBe(false);
    });
  });

  describe('usage', () => {
    it('prints help and version to standard output', async () => {
      const help = await run('-help');
      expect(help).toMatchObject({ code: 0, stderr: '' });
      for (const word of ['-template', '-once', '-dry', 'Exit codes', '75'])
        expect(help.stdout).toContain(word);
      const version = await run('-version');
      expect(version.code).toBe(0);
      expect(version.stdout).toMatch(/\d+\.\d+\.\d+/);
    });

    it('suggests the nearest flag for an unknown one, with 64', async () => {
      const end = await run('-onec', '-template', 'a.njk');
      expect(end).toMatchObject({ code: 64, stdout: '' });
      expect(end.stderr).toMatch(/-onec.*-once/s);
    });

    it('refuses to start with nothing to do, with 64', async () => {
      expect((await run()).code).toBe(64);
    });
  });

  describe('the config', () => {
    it('is read from a file, with paths relative to it', async () => {
      write(
        'autotmpl.yaml',
        'catalog: {file: catalog.yaml}\ntemplates:\n  - {source: motd.njk, destination: conf/motd, perms: "0600"}\n',
      );
      const end = await runAutotmpl(['-config', at('autotmpl.yaml'), '-once'], { cwd: tmpdir() });
      expect(end.code).toBe(0);
      expect(read('conf/motd')).toBe('welcome\n');
      expect(statSync(at('conf/motd')).mode & 0o777).toBe(0o600);
    });

    it('is refused with 78 and line, column and path of every mistake at once', async () => {
      write(
        'autotmpl.yaml',
        'templates:\n  - source: motd.njk\n    destinaton: out\n    wait: never\n',
      );
      const end = await run('-config', 'autotmpl.yaml', '-once');
      expect(end.code).toBe(78);
      expect(end.stderr).toMatch(/autotmpl\.yaml:3:5/);
      expect(end.stderr).toContain('templates[0].destinaton');
      expect(end.stderr).toContain('destination');
      expect(end.stderr).toMatch(/autotmpl\.yaml:4:/);
    });

    it('refuses what belongs to a later version instead of ignoring it', async () => {
      write(
        'autotmpl.yaml',
        'catalog: {etcd: {}}\ntemplates: [{source: motd.njk, destination: out}]\n',
      );
      const end = await run('-config', 'autotmpl.yaml', '-once');
      expect(end.code).toBe(78);
      expect(end.stderr).toMatch(/catalog\.etcd.*not supported yet/s);
    });
  });

  describe('with a running agent', () => {
    let consul: ConsulAgent;
    let program: Program | undefined;
    beforeAll(async () => {
      consul = await startConsul();
    });
    afterAll(() => consul.stop());
    afterEach(async () => {
      await program?.stop();
      program = undefined;
    });
    const start = (...args: string[]) => {
      program = startAutotmpl(['-consul-addr', `127.0.0.1:${consul.ports.http}`, ...args], {
        cwd: folder,
      });
      return program;
    };
    const written = (name: string, text: string) =>
      waitUntil(() => existsSync(at(name)) && read(name) === text, {
        what: `${name} to be ${JSON.stringify(text)}`,
      });

    it('follows keys and runs the reload command', async () => {
      await consul.putKey('web/motd', 'one');
      start('-template', 'motd.njk:out:cat out >> ran');
      await written('ran', 'one\n');
      await consul.putKey('web/motd', 'two');
      await written('ran', 'one\ntwo\n');
      expect(read('out')).toBe('two\n');
    });

    it('ends on TERM and INT whatever its command does, with 0 and no pid file left', async () => {
      await consul.putKey('web/motd', 'one');
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        rmSync(at('out'), { force: true });
        const running = start('-pid-file', 'pid', '-template', 'motd.njk:out:sleep 60');
        await running.logs(/running: sleep 60/);
        expect(read('pid')).toBe(`${running.pid}\n`);
        running.kill(signal);
        expect(await running.ended).toMatchObject({ code: 0, signal: null });
        expect(existsSync(at('pid'))).toBe(false);
      }
    });

    it('reads config and templates again on HUP, and keeps the old ones when the new are broken', async () => {
      await consul.putKey('web/motd', 'one');
      const running = start('-template', 'motd.njk:out');
      await written('out', 'one\n');
      write('motd.njk', 'new {{ key("web/motd") }}\n');
      running.kill('SIGHUP');
      await written('out', 'new one\n');
      write('motd.njk', '{% if %}');
      running.kill('SIGHUP');
      await running.logs(/stay in force.*motd\.njk:1:/s);
      await consul.putKey('web/motd', 'two');
      await written('out', 'new two\n');
    });

    it('never opens a debugger on USR1, but says how things stand', async () => {
      await consul.deleteKey('web/nosuch');
      write('wait.njk', '{{ key("web/nosuch") }}');
      const running = start('-template', 'wait.njk:out');
      await running.logs(/keeping 1 file true/);
      await waitUntil(
        () => {
          running.kill('SIGUSR1');
          return /waits for key\(web\/nosuch\), used at wait\.njk:1:7: it does not exist/.test(
            running.stderr,
          );
        },
        { what: 'what is waited for' },
      );
      expect(running.stderr).not.toMatch(/[Dd]ebugger/);
    });

    it('keeps the last file when a key is deleted, and says so', async () => {
      await consul.putKey('web/motd', 'one');
      const running = start('-template', 'motd.njk:out');
      await written('out', 'one\n');
      await consul.deleteKey('web/motd');
      await running.logs(/key\(web\/motd\) is gone/);
      expect(read('out')).toBe('one\n');
    });
  });
});
