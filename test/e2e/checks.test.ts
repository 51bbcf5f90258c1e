import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PrivateMounts, seenBy } from '../support/mounts.ts';
import { nginxBinary } from '../support/nginx.ts';
import { messages, Scene } from '../support/scene.ts';

let scene: Scene;
const putText = (text: string): void =>
  scene.write('catalog.yaml', `keys: {text: ${JSON.stringify(text)}}\n`);

beforeEach(() => {
  scene = new Scene();
  mkdirSync(scene.at('out'));
  putText('one');
});
afterEach(() => scene.close());

const config = (template: Readonly<Record<string, unknown>>) => ({
  catalog: { file: 'catalog.yaml' },
  templates: [{ contents: '{{ key("text") }}', destination: 'out/site.conf', ...template }],
});

const once = async (template: Readonly<Record<string, unknown>>, ...more: string[]) => {
  scene.write('autotmpl.json', JSON.stringify(config(template)));
  return scene.startWith(['-config', 'autotmpl.json', '-once', ...more]).ended;
};

describe('a single run', () => {
  it('ends with 65 where a check refuses a text, and leaves the old file and nothing else', async () => {
    scene.write('out/site.conf', 'old');
    const end = await once({ check: 'echo no good; exit 3' });
    expect(end.code).toBe(65);
    expect(end.stderr).toContain('the check of out/site.conf failed');
    expect(end.stderr).toContain('exit code 3; it printed: no good; out/site.conf stays as it was');
    expect(scene.read('out/site.conf')).toBe('old');
    expect(scene.names('out')).toEqual(['site.conf']);
  });

  it('ends with 65 where a text is not of its format, with -dry, too, which runs no check', async () => {
    const end = await once({ format: 'json', check: 'touch ran' });
    expect([end.code, end.stderr.includes('out/site.conf would not be JSON: line 1')]).toEqual([
      65,
      true,
    ]);
    const dry = await once({ format: 'json', check: 'touch ran' }, '-dry');
    expect([dry.code, dry.stderr.includes('out/site.conf would not be JSON: line 1')]).toEqual([
      65,
      true,
    ]);
    const shown = await once({ check: 'touch ran', command: 'reload' }, '-dry');
    expect([shown.code, shown.stdout]).toEqual([
      0,
      expect.stringMatching(/\nwould check: touch ran\nwould run: reload\n$/),
    ]);
    expect([scene.exists('ran'), scene.names('out')]).toEqual([false, []]);
  });
});

describe('a run that goes on', () => {
  it('has nginx itself check its config, keeps the old one while it is broken, and says so once', async () => {
    const contents =
      'pid nginx.pid;\nerror_log stderr;\nevents {}\nhttp { server { listen {{ key("text") }}; } }\n';
    const check = [nginxBinary(), '-e', 'stderr', '-p', scene.folder, '-t', '-c', '{{ staged }}'];
    putText('127.0.0.1:8082');
    const program = scene.start(
      config({ contents, check, command: 'cat out/site.conf > applied' }),
    );
    await scene.until('the first one', () => scene.exists('applied'));
    putText('127.0.0.1:99999');
    await program.logs(
      /invalid port in \\?"127\.0\.0\.1:99999\\?" of the \\?"listen\\?" directive in [^ ]*out\/site\.conf:4/,
    );
    expect(scene.read('out/site.conf')).toContain('8082');
    expect(scene.names('out')).toEqual(['site.conf']);
    putText('127.0.0.1:8083');
    await scene.until('the mended one', () => scene.read('applied').includes('8083'));
    expect(messages(program, /the check of/)).toHaveLength(1);
  });

  it('keeps the other files true while a check takes its time, and puts its file in place once it has passed', async () => {
    const put = (slow: string, other: string): void =>
      scene.write('catalog.yaml', `keys: {slow: ${slow}, other: ${other}}\n`);
    put('one', 'one');
    const check =
      'grep -q one {{ staged }} || { touch started; until [ -e go ]; do sleep 0.01; done; }';
    const template = (name: string) => ({
      contents: `{{ key("${name}") }}`,
      destination: `out/${name}`,
      command: `echo ${name} >> commands`,
    });
    const program = scene.start({
      catalog: { file: 'catalog.yaml' },
      control: { socket: 'control.sock' },
      templates: [{ ...template('slow'), check }, template('other')],
    });
    await scene.untilText('out/slow', 'one');
    await scene.untilText('out/other', 'one');
    put('two', 'one');
    await scene.until('the check under way', () => scene.exists('started'));
    for (const value of ['two', 'three']) {
      put('two', value);
      await scene.untilText('out/other', value);
    }
    const status = await scene.startWith(['status', '-config', 'autotmpl.json']).ended;
    expect(status.stdout).toMatch(/out\/slow\n *its new text is being checked/);
    expect(scene.read('out/slow')).toBe('one');
    scene.write('go', '');
    await scene.untilText('out/slow', 'two');
    await scene.until('its command', () => /slow\n(.*\n)*slow\n/.test(scene.read('commands')));
    await scene.until('nothing owed', () => scene.names('out').join() === 'other,slow');
    expect((await program.stop()).code).toBe(0);
    expect(scene.names('out')).toEqual(['other', 'slow']);
  });

  it('checks the same text anew after HUP', async () => {
    const program = scene.start(config({ check: '[ -e mended ]' }));
    await program.logs(/the check of out\/site\.conf failed/);
    scene.write('mended', '');
    program.kill('SIGHUP');
    await scene.untilText('out/site.conf', 'one');
  });

  it('tries again by itself what hung', async () => {
    const program = scene.start(
      config({ check: '[ -e mended ] || exec sleep 300', checkTimeout: '200ms' }),
    );
    await program.logs(/ran longer than 200ms/);
    scene.write('mended', '');
    await scene.untilText('out/site.conf', 'one');
  });

  it('is stopped at once while a check runs, which leaves no process', async () => {
    const program = scene.start(config({ check: 'touch started; sleep 300 & exec sleep 300' }));
    await scene.until('the check under way', () => scene.exists('started'));
    const before = performance.now();
    expect((await program.stop()).code).toBe(0);
    expect(performance.now() - before).toBeLessThan(60_000);
    expect(scene.processes()).toEqual([]);
    expect(scene.names('out')).toEqual([]);
  });

  it('checks a file that is mounted alone, in a folder that takes no other', async () => {
    writeFileSync(scene.at('real.conf'), 'old');
    scene.write('out/site.conf', '');
    const mounts = new PrivateMounts();
    const program = scene.start(
      config({
        ...{ write: 'inPlace', check: 'grep -q one {{ staged }} && dirname {{ staged }} > seen' },
        command: 'touch applied',
      }),
      {
        under: mounts.under(
          'mount --bind out out',
          'mount -o remount,bind,ro out',
          'mount --bind real.conf out/site.conf',
        ),
      },
    );
    await scene.untilText('real.conf', 'one');
    await scene.until('the command', () => scene.exists('applied'));
    expect(existsSync(seenBy(program.pid, scene.read('seen').trim()))).toBe(false);
    expect(scene.read('seen')).not.toContain(scene.folder);
  });
});
