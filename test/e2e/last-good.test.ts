import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Program } from '../support/autotmpl.ts';
import { startConsul } from '../support/consul.ts';
import { messages, Scene } from '../support/scene.ts';
import { sideBySide } from '../support/side-by-side.ts';

const TEMPLATE = `version {{ key("site/version") }}
{% for found in services() %}{% if found.Name != "consul" %}{% for instance in service(found.Name) -%}
{{ found.Name }} {{ instance.Address }}:{{ instance.Port }}
{% endfor %}{% endif %}{% endfor %}`;
const text = (version: string, ...instances: string[]) =>
  `version ${version}\n${instances.map((instance) => `${instance}\n`).join('')}`;
const SALES = 'sales 10.0.0.1:80';
const SECRET = 'Tr0ub4dor&3-and-more';

const site = { contents: TEMPLATE, destination: 'site.conf', command: 'echo run >> runs' };

const test = sideBySide(async (ends) => {
  // Certificates are for one test.
  const extraConfig = { connect: { enabled: true } };
  const agent = await startConsul({ dataDir: true, extraConfig });
  ends.push(() => agent.stop());
  const scene = new Scene();
  ends.push(() => scene.close());
  await agent.register({ ID: 'sales', Name: 'sales', Address: '10.0.0.1', Port: 80 });
  await agent.putKey('site/version', 'one');

  const config = (more: Readonly<Record<string, unknown>> = {}) => ({
    catalog: { consul: { address: agent.address } },
    control: { socket: 'control.sock' },
    state: 'state',
    startWith: 'lastGood',
    templates: [site],
    ...more,
  });
  const kept = (): string[] => readdirSync(scene.at('state/answers')).sort();
  const allKept = (): string => {
    for (;;) {
      const names = kept();
      try {
        return names
          .map((name) => readFileSync(join(scene.at('state/answers'), name), 'utf8'))
          .join('');
      } catch (error) {
        // Replaced since it was listed.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  };

  const keeps = (...words: readonly string[]): boolean =>
    scene.exists('state/answers') && words.every((word) => allKept().includes(word));

  /** Runs until the file is right and its answers are kept, then stops. */
  async function live(settings: Readonly<Record<string, unknown>> = config()): Promise<void> {
    rmSync(scene.at('site.conf'), { force: true });
    const program = scene.start(settings);
    await scene.untilText('site.conf', text('one', SALES));
    // The stop writes them as well, but does not wait long for a slow disk.
    await scene.until(
      'its answers to be kept',
      () => scene.exists('state/answers') && kept().length === 1,
    );
    expect((await program.stop()).code).toBe(0);
  }

  const status = async (): Promise<string> =>
    (await scene.startWith(['status', '-socket', 'control.sock']).ended).stdout;

  return { agent, scene, config, kept, allKept, keeps, live, status };
});

describe.concurrent('a start while Consul is away, with startWith: lastGood', () => {
  test('renders from kept answers, nested queries too, says so everywhere, and takes the fresh ones when they come', async ({
    stage: { agent, scene, config, live, status },
  }) => {
    await live();
    await agent.kill('SIGKILL');
    rmSync(scene.at('site.conf'));
    const program = scene.start(config());
    await scene.untilText('site.conf', text('one', SALES));
    await program.logs(/site.conf is made of answers from before, the oldest of 20/);
    await program.logs(
      /the answer kept on disk is used, of 20.* UTC; the last good answers are kept/,
    );
    expect(await status()).toMatch(
      /: ready\n[^]*current +site\.conf\n +degraded: of kept answers, /,
    );
    await agent.start();
    await agent.putKey('site/version', 'two');
    await scene.untilText('site.conf', text('two', SALES));
    await program.logs(/answered again/);
    expect(await status()).not.toMatch(/degraded/);
  }, 90_000);

  test('does so with -once, and ends with 0', async ({ stage: { agent, scene, config, live } }) => {
    await live();
    await agent.kill('SIGKILL');
    rmSync(scene.at('site.conf'));
    scene.write('autotmpl.json', JSON.stringify(config()));
    const program = scene.startWith(['-config', 'autotmpl.json', '-log-format', 'json', '-once']);
    expect((await program.ended).code).toBe(0);
    expect(scene.read('site.conf')).toBe(text('one', SALES));
    expect(messages(program, /made of answers from before/)).toHaveLength(1);
  });

  test('takes kept answers after two seconds where Consul takes the connection and says nothing', async ({
    stage: { agent, scene, config, live },
  }) => {
    await live();
    await agent.kill('SIGSTOP');
    rmSync(scene.at('site.conf'));
    const program = scene.start(config());
    await scene.untilText('site.conf', text('one', SALES));
    await program.logs(/the catalog has not answered yet; the answer kept on disk is used/);
    await agent.kill('SIGCONT');
    await program.logs(/answered again/);
  }, 90_000);

  test('asks a Consul that answers first, and renders nothing that is old', async ({
    stage: { agent, scene, config, live },
  }) => {
    await live();
    await agent.putKey('site/version', 'two');
    rmSync(scene.at('site.conf'));
    rmSync(scene.at('runs'));
    const program = scene.start(config());
    await scene.untilText('site.conf', text('two', SALES));
    await scene.untilText('runs', 'run\n');
    expect(messages(program, /kept on disk|answers from before/)).toEqual([]);
  });

  test.for<[string, (whole: string) => string, RegExp]>([
    ['damaged', (whole: string) => whole.replace('sales', 'salad'), /left unread.*it is damaged/],
    ['cut short', (whole: string) => whole.slice(0, -20), /left unread.*it is damaged/],
    ['empty', () => '', /left unread.*it is damaged, or was never a file of kept answers/],
    [
      'of a newer autotmpl',
      (whole: string) => whole.replace('answers 1 ', 'answers 9 '),
      /left unread.*it has version 9/,
    ],
  ])(
    'leaves a file unread that is %s, with one warning, and waits',
    { timeout: 90_000 },
    async ([, change, said], { stage: { agent, scene, config, kept, live } }) => {
      await live();
      await agent.kill('SIGKILL');
      const [name = ''] = kept();
      const path = join(scene.at('state/answers'), name);
      writeFileSync(path, change(readFileSync(path, 'utf8')));
      const program = scene.start(config());
      await program.logs(/no answer is kept on disk/);
      expect(messages(program, said)).toHaveLength(1);
      await agent.start();
      await agent.putKey('site/version', 'two');
      await scene.untilText('site.conf', text('two', SALES));
    },
  );

  test('does not trust a folder or a file that others could have written', async ({
    stage: { agent, scene, config, kept, live },
  }) => {
    await live();
    await agent.kill('SIGKILL');
    const [name = ''] = kept();
    chmodSync(join(scene.at('state/answers'), name), 0o666);
    const program = scene.start(config());
    await program.logs(/left unread.*others could have written it/);
    await program.stop();
    chmodSync(scene.at('state/answers'), 0o777);
    const second = scene.start(config());
    await second.logs(/left unread.*others could read or write in it.*chmod 700/);
    expect(second.isRunning).toBe(true);
  });
});

describe.concurrent('what is kept', () => {
  test('is in files of 0600 in folders of 0700, and not written again without a change', async ({
    stage: { scene, kept, live },
  }) => {
    await live();
    expect(statSync(scene.at('state')).mode & 0o777).toBe(0o700);
    expect(statSync(scene.at('state/answers')).mode & 0o777).toBe(0o700);
    const [name = ''] = kept();
    const path = join(scene.at('state/answers'), name);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { ino } = statSync(path);
    await live();
    expect(statSync(path).ino).toBe(ino);
    expect(kept()).toEqual([name]);
  });

  test('has no secret: not what is marked in this template or another, nor what only secret targets use, nor a private key', async ({
    stage: { agent, scene, config, allKept },
  }) => {
    await agent.putKey('db/password', SECRET);
    await agent.putKey(
      'copy/of/it',
      JSON.stringify({ pw: SECRET, url: encodeURIComponent(SECRET) }),
    );
    await agent.putKey('hidden/word', 'only-for-the-secret-target');
    const templates = [
      site,
      { contents: 'plain {{ key("copy/of/it") }}', destination: 'plain.conf' },
      { contents: 'pw {{ key("db/password") | secret }}', destination: 'pw.conf' },
      { contents: '{{ key("hidden/word") }}', destination: 'hidden.conf', secret: true },
      { contents: '{{ caLeaf("sales").PrivateKeyPEM }}', destination: 'leaf.pem' },
    ];
    const program = scene.start(config({ templates }));
    await scene.until('all files', () =>
      templates.every(({ destination }) => scene.exists(destination)),
    );
    await program.stop();
    expect(allKept()).toContain('site/version');
    for (const word of [SECRET, 'only-for-the-secret', 'PRIVATE KEY', 'Tr0ub4dor']) {
      expect(allKept()).not.toContain(word);
    }
    await agent.kill('SIGKILL');
    for (const { destination } of templates) rmSync(scene.at(destination));
    const second = scene.start(config({ templates }));
    await scene.untilText('site.conf', text('one', SALES));
    await second.logs(
      /key\(db\/password\).*no answer is kept on disk: it holds what a template marks as secret/,
    );
    expect(scene.exists('pw.conf')).toBe(false);
    expect(scene.exists('plain.conf')).toBe(false);
    expect(scene.exists('hidden.conf')).toBe(false);
    expect(second.stderr).not.toContain(SECRET);
  }, 90_000);

  test('is taken away again when a template comes to mark it as secret', async ({
    stage: { agent, scene, config, allKept },
  }) => {
    await agent.putKey('db/password', SECRET);
    const plain = { contents: '{{ key("db/password") }}', destination: 'plain.conf' };
    const program = scene.start(config({ templates: [plain] }));
    await scene.untilText('plain.conf', SECRET);
    await scene.until(
      'it to be kept',
      () => scene.exists('state/answers') && allKept().includes(SECRET),
    );
    const marked = { contents: 'pw {{ key("db/password") | secret }}', destination: 'pw.conf' };
    scene.write('autotmpl.json', JSON.stringify(config({ templates: [plain, marked] })));
    program.kill('SIGHUP');
    await scene.untilText('pw.conf', `pw ${SECRET}`);
    await scene.until('it to be kept no more', () => !allKept().includes(SECRET));
  });

  test('goes to another folder with a new config, and works there', async ({
    stage: { agent, scene, config, kept },
  }) => {
    const program = scene.start(config());
    await scene.untilText('site.conf', text('one', SALES));
    await scene.until('it to be kept', () => scene.exists('state/answers') && kept().length === 1);
    scene.write('autotmpl.json', JSON.stringify(config({ state: 'other' })));
    program.kill('SIGHUP');
    await scene.until(
      'it to be kept there',
      () => scene.exists('other/answers') && scene.names('other/answers').length === 1,
    );
    await agent.putKey('site/version', 'two');
    await scene.untilText('site.conf', text('two', SALES));
    await program.stop();
    await agent.kill('SIGKILL');
    rmSync(scene.at('site.conf'));
    scene.start(undefined);
    await scene.untilText('site.conf', text('two', SALES));
  }, 90_000);

  test('of two programs in one folder do not meet', async ({
    stage: { agent, scene, config, kept },
  }) => {
    const first = scene.start(config());
    await scene.untilText('site.conf', text('one', SALES));
    const other = { ...site, destination: 'other.conf', contents: '{{ key("site/version") }}' };
    scene.write(
      'other.json',
      JSON.stringify(config({ templates: [other], control: { socket: 'other.sock' } })),
    );
    const second = scene.startWith(['-config', 'other.json', '-log-format', 'json']);
    await scene.untilText('other.conf', 'one');
    for (const version of ['two', 'three', 'four']) {
      await agent.putKey('site/version', version);
      await scene.untilText('site.conf', text(version, SALES));
      await scene.untilText('other.conf', version);
    }
    await Promise.all([first.stop(), second.stop()]);
    expect(kept()).toHaveLength(2);
    await agent.kill('SIGKILL');
    const third: Program = scene.start(undefined);
    await third.logs(/site.conf is made of answers/);
    expect(messages(third, /left unread/)).toEqual([]);
  }, 90_000);

  test('hinders nothing where the folder cannot be written, says so once, and is written when it can', async ({
    stage: { agent, scene, config, allKept },
  }) => {
    // A file in the folder's place: not even root makes a folder there.
    scene.write('state', 'no folder');
    const program = scene.start(config());
    await scene.untilText('site.conf', text('one', SALES));
    await program.logs(/answers are not kept on disk: /);
    await agent.putKey('site/version', 'two');
    await scene.untilText('site.conf', text('two', SALES));
    rmSync(scene.at('state'));
    mkdirSync(scene.at('state'), { mode: 0o700 });
    await program.logs(/answers are kept on disk again/);
    expect(messages(program, /answers are not kept on disk/)).toHaveLength(1);
    expect(allKept()).toContain('two');
  }, 90_000);
});

test('waits with startWith: fresh, though answers are kept', async ({
  stage: { agent, scene, config, kept, live },
}) => {
  await live(config({ startWith: 'fresh' }));
  expect(kept()).toHaveLength(1);
  await agent.kill('SIGKILL');
  rmSync(scene.at('site.conf'));
  const program = scene.start(config({ startWith: 'fresh' }));
  await program.logs(/no answer yet, and asking goes on/);
  expect(scene.exists('site.conf')).toBe(false);
});

describe.concurrent('after a restart with state, whatever startWith says', () => {
  const guarded = { ...site, guard: { maxRemovedPercent: 50 } };

  test('a guard compares with what the file was made of before', async ({
    stage: { agent, scene, config, keeps },
  }) => {
    for (const id of ['b', 'c', 'd']) {
      await agent.register({
        ID: id,
        Name: 'sales',
        Address: `10.0.0.${id.charCodeAt(0)}`,
        Port: 80,
      });
    }
    const settings = config({ startWith: 'fresh', templates: [guarded] });
    const first = scene.start(settings);
    await scene.until(
      'four of them',
      () => scene.exists('site.conf') && /(sales.*\n){4}/.test(scene.read('site.conf')),
    );
    // The stop does not wait long for a slow disk.
    await scene.until('its answers to be kept', () =>
      keeps('10.0.0.98', '10.0.0.99', '10.0.0.100'),
    );
    await first.stop();
    const before = scene.read('site.conf');
    for (const id of ['b', 'c', 'd']) await agent.deregister(id);
    const second = scene.start(settings);
    await scene.until(
      'the guard to object',
      () => messages(second, /site\.conf.*stays as it was/).length > 0,
      20_000,
    );
    expect(scene.read('site.conf')).toBe(before);
  }, 90_000);

  test('an answer that is emptier than before is doubted, and the file stays', async ({
    stage: { agent, scene, config, keeps },
  }) => {
    for (let number = 0; number < 6; number += 1) {
      await agent.register({
        ID: `s${number}`,
        Name: 'sales',
        Address: `10.0.1.${number}`,
        Port: 80,
      });
    }
    const settings = config({ startWith: 'fresh' });
    const first = scene.start(settings);
    await scene.until(
      'all of them',
      () => scene.exists('site.conf') && /(sales.*\n){7}/.test(scene.read('site.conf')),
    );
    const added = [0, 1, 2, 3, 4, 5].map((number) => `10.0.1.${number}`);
    await scene.until('its answers to be kept', () => keeps(...added));
    await first.stop();
    const before = scene.read('site.conf');
    await agent.restart({ wipe: true });
    await agent.putKey('site/version', 'wiped');
    const second = scene.start(settings);
    await second.logs(/services\(\).*was away, and now has/);
    expect(scene.read('site.conf')).toBe(before);
  }, 90_000);
});
