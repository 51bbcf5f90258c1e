/** Guards on data from a real Consul: what they keep from a file, how that is seen, and how it ends. */
import { describe, expect } from 'vitest';
import { runAutotmpl, type Program } from '../support/autotmpl.ts';
import { startConsul } from '../support/consul.ts';
import { freePorts } from '../support/free-ports.ts';
import { logLines, messages, Scene } from '../support/scene.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { waitUntil } from '../support/wait-until.ts';

const TEMPLATE = '{% for one in service("sales") %}{{ one.ID }}\n{% endfor %}';
const IDS = ['s1', 's2', 's3', 's4'];

const text = (...ids: string[]): string => ids.map((id) => `${id}\n`).join('');

const test = sideBySide(async (ends) => {
  const agent = await startConsul();
  ends.push(() => agent.stop());
  const scene = new Scene();
  ends.push(() => scene.close());
  const [port = 0] = await freePorts(1);
  await have(...IDS);

  /** Exactly these instances are in the catalog. */
  async function have(...ids: string[]): Promise<void> {
    for (const ID of ids) await agent.register({ ID, Name: 'sales', Address: ID, Port: 80 });
    for (const id of IDS) if (!ids.includes(id)) await agent.deregister(id).catch(() => undefined);
  }

  function config(guard: Readonly<Record<string, unknown>>, more = {}) {
    return {
      catalog: { consul: { address: agent.address } },
      control: { socket: scene.at('socket') },
      telemetry: { listen: `127.0.0.1:${port}` },
      templates: [
        {
          contents: TEMPLATE,
          destination: 'sales.conf',
          command: 'echo run >> runs',
          guard,
          ...more,
        },
      ],
    };
  }

  /** Writes the config and keeps the file true, until it has all instances. */
  async function watch(guard: Readonly<Record<string, unknown>>): Promise<Program> {
    const program = scene.start(config(guard));
    await scene.untilText('sales.conf', text(...IDS));
    await program.logs(/"done: /);
    return program;
  }

  const ask = (...words: string[]) => runAutotmpl([...words, '-socket', scene.at('socket')]);

  async function status(): Promise<{ targets: Record<string, unknown>[]; ready: boolean }> {
    const { stdout } = await ask('status', '-format', 'json');
    return JSON.parse(stdout) as Awaited<ReturnType<typeof status>>;
  }

  return { agent, scene, port, have, config, watch, ask, status };
});

describe.concurrent('with a folder for its state', () => {
  test('knows after a restart what the file was made of', async ({
    stage: { agent, scene, have, ask, config },
  }) => {
    const first = scene.start({ ...config({ maxRemovedPercent: 50 }), state: scene.at('state') });
    await scene.untilText('sales.conf', text(...IDS));
    await first.logs(/"done: /);
    await first.stop();
    await have('s1');
    const second = scene.start(undefined);
    await second.logs(/sales went from 4 instances to 1 \(75 % removed/);
    expect(scene.read('sales.conf')).toBe(text(...IDS));
    await ask('release', 'sales.conf');
    await scene.untilText('sales.conf', text('s1'));
    await second.stop();
    const third = scene.start(undefined);
    await third.logs(/"keeping 1 file true"/);
    await scene.until('what was released to be taken for good', () => scene.exists('socket'));
    await agent.register({ ID: 's2', Name: 'sales', Address: 's2', Port: 80 });
    await scene.untilText('sales.conf', text('s1', 's2'));
    expect(messages(third, /went from/)).toEqual([]);
  });

  test('guards runs that render once, and each of them anew', async ({
    stage: { scene, have, config },
  }) => {
    scene.write(
      'autotmpl.json',
      JSON.stringify({ ...config({ maxRemovedPercent: 50 }), state: scene.at('state') }),
    );
    const once = () => runAutotmpl(['-config', 'autotmpl.json', '-once'], { cwd: scene.folder });
    expect((await once()).code).toBe(0);
    await have('s1');
    for (let turn = 0; turn < 2; turn += 1) {
      const { code, stderr } = await once();
      expect(code, stderr).toBe(77);
      expect(stderr).toContain('sales went from 4 instances to 1');
    }
    expect(scene.read('sales.conf')).toBe(text(...IDS));
  });
});

describe.concurrent('a template that goes through all services', () => {
  const EACH =
    '{% for one in services() %}{% if one.Name == "sales" %}{% for i in service(one.Name) %}{{ i.ID }}\n{% endfor %}{% endif %}{% endfor %}';

  test('misses what the list has lost, also after a HUP and after a restart', async ({
    stage: { scene, have, config, status },
  }) => {
    const guarded = config({ minInstances: { sales: 4 } }, { contents: EACH });
    const first = scene.start({ ...guarded, state: scene.at('state') });
    await scene.untilText('sales.conf', text(...IDS));
    await first.logs(/"done: /);
    await have();
    // How many had gone when it was first objected to is up to Consul.
    const lost = {
      state: 'held',
      reason: expect.stringMatching(/sales went from 4 .* to none/) as string,
    };
    const isLost = async () => {
      const { targets } = await status();
      return / to none/.test(String(targets[0]?.reason));
    };
    await waitUntil(isLost, { what: 'all of them to be missed' });
    first.kill('SIGHUP');
    await first.logs(/config and templates read again/);
    await waitUntil(async () => (await status()).targets[0]?.state !== 'waiting', {
      what: 'another look',
    });
    expect((await status()).targets).toMatchObject([lost]);
    await first.stop();
    const second = scene.start(undefined);
    await second.logs(/sales went from 4 instances to none, and at least 4 are asked for/);
    expect(scene.read('sales.conf')).toBe(text(...IDS));
  });
});

describe.concurrent('when all instances leave the catalog', () => {
  test('keeps the file, and is seen in the log, the status, the metrics and the events', async ({
    stage: { scene, port, have, watch, ask, status },
  }) => {
    const program = await watch({ maxRemovedPercent: 50 });
    await have();
    await program.logs(/sales\.conf stays as it was/);
    const errors = logLines(program).filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    // How many had gone when it was first seen is up to Consul; half of them may go.
    expect(errors[0]?.message).toMatch(
      /^sales went from 4 instances to (?:1|none) \((?:75|100) % removed; at most 50 % may go at once\): .* are gone \[maxRemovedPercent\] \(where this is as it should be: autotmpl release sales\.conf -socket /,
    );
    expect(scene.read('sales.conf').trim().split('\n').length).toBeGreaterThanOrEqual(2);

    expect(await status()).toMatchObject({
      ready: true,
      targets: [
        {
          label: 'sales.conf',
          state: 'held',
          heldBy: 'guard',
          heldSince: expect.any(Number) as number,
          guards: [{ guard: 'maxRemovedPercent', objections: 1 }],
        },
      ],
    });
    const { stdout } = await ask('status');
    expect(stdout).toMatch(/^held +sales\.conf\n +by a guard for /m);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('autotmpl_target_held{target="sales.conf",by="guard"} 1');
    expect(metrics).toContain(
      'autotmpl_guard_objections_total{target="sales.conf",guard="maxRemovedPercent"} 1',
    );
    expect(metrics).toMatch(
      /autotmpl_guard_verdicts_total\{target="sales.conf",guard="maxRemovedPercent",result="objected"\} \d/,
    );
    expect(metrics).toContain('autotmpl_targets{state="held"} 1');
  });

  test('follows the data that comes back, without a command for what never was', async ({
    stage: { agent, scene, have, watch },
  }) => {
    const program = await watch({ neverEmpty: ['sales'] });
    const before = scene.read('runs');
    await have('s1');
    await scene.untilText('sales.conf', text('s1'));
    const follower = scene.startWith(['events', '-socket', scene.at('socket')]);
    let next = 81;
    await waitUntil(
      async () => {
        await agent.register({ ID: 's1', Name: 'sales', Address: 's1', Port: next++ });
        return follower.stdout !== '';
      },
      { what: 'the follower to follow' },
    );
    await have();
    await program.logs(/sales went from 1 instance to none, and must never be empty: s1 is gone/);
    expect(scene.read('sales.conf')).toBe(text('s1'));
    await have('s2', 's3');
    await program.logs(/sales\.conf is released after .*: no guard objects any more/);
    await scene.until('the new file', () => scene.read('sales.conf').includes('s2'));
    await scene.untilText('sales.conf', text('s2', 's3'));
    expect(scene.read('runs').length).toBeGreaterThan(before.length);
    await scene.until('the release among the events', () =>
      /target:released target=sales\.conf by=data/.test(follower.stdout),
    );
  });

  test('takes what is there when an operator says so, and not what comes later', async ({
    stage: { agent, scene, watch, ask },
  }) => {
    const program = await watch({ minInstances: { sales: 3 } });
    await agent.deregister('s4');
    await scene.untilText('sales.conf', text('s1', 's2', 's3'));
    await agent.deregister('s3');
    await program.logs(/sales went from 3 instances to 2, and at least 3 are asked for/);
    expect(scene.read('sales.conf')).toBe(text('s1', 's2', 's3'));
    const wrong = await ask('release', 'sale.conf');
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.stderr).toContain('there is no file "sale.conf"; did you mean sales.conf?');
    expect(await ask('release', 'sales.conf')).toMatchObject({
      code: 0,
      stdout: 'sales.conf: takes what is there\n',
    });
    await scene.untilText('sales.conf', text('s1', 's2'));
    const again = await ask('release', scene.at('sales.conf'));
    expect(again.stderr).toContain('sales.conf is not held: it is as it should be');
    await agent.deregister('s2');
    await program.logs(/sales went from 2 instances to 1, and at least 3 are asked for/);
    expect(scene.read('sales.conf')).toBe(text('s1', 's2'));
  });

  test('gives in when holdFor is over', async ({ stage: { scene, have, watch } }) => {
    const program = await watch({ minInstances: { sales: 4 }, holdFor: '2s' });
    await have('s1', 's2', 's3');
    await program.logs(/and holdFor ends it after 2s/);
    expect(scene.read('sales.conf')).toBe(text(...IDS));
    await scene.untilText('sales.conf', text('s1', 's2', 's3'));
    expect(messages(program, /released after 2(\.\d)?s: its time is up/)).toHaveLength(1);
  });

  test('leaves a removed instance in the file for its grace, and takes a new one at once', async ({
    stage: { agent, scene, watch },
  }) => {
    await watch({ removeAfter: '2s', neverEmpty: ['sales'] });
    await agent.deregister('s1');
    await agent.register({ ID: 's0', Name: 'sales', Address: 's0', Port: 80 });
    await scene.untilText('sales.conf', text('s0', ...IDS));
    await scene.untilText('sales.conf', text('s0', ...IDS.slice(1)));
    await agent.deregister('s0');
  });

  test('sees a failing check as a removal, too', async ({ stage: { agent, scene, watch } }) => {
    const Check = { CheckID: 'c', TTL: '10m', Status: 'passing' };
    await agent.register({ ID: 's1', Name: 'sales', Address: 's1', Port: 80, Check });
    await watch({ removeAfter: '1h' });
    await agent.expectOk('PUT', '/v1/agent/check/fail/c');
    await agent.register({ ID: 's5', Name: 'sales', Address: 's5', Port: 80 });
    await scene.untilText('sales.conf', text(...IDS, 's5'));
    await agent.deregister('s5');
    await agent.deregister('s1');
  });
});

describe.concurrent('a single run', () => {
  const once = (scene: Scene) =>
    runAutotmpl(['-config', 'autotmpl.json', '-once'], { cwd: scene.folder });

  test('ends with 77 and leaves the file alone where a guard objects', async ({
    stage: { scene, config },
  }) => {
    scene.write('autotmpl.json', JSON.stringify(config({ minInstances: { sales: 9 } })));
    scene.write('sales.conf', 'of yesterday');
    const { code, stderr } = await once(scene);
    expect(code, stderr).toBe(77);
    expect(stderr).toContain('sales has 4 instances, and at least 9 are asked for');
    expect(stderr).toContain('change the guard where this is as it should be, and run again');
    expect(scene.read('sales.conf')).toBe('of yesterday');
    expect(scene.exists('runs')).toBe(false);
  });

  test('shows it as a dry one, with the same code', async ({ stage: { scene, config } }) => {
    scene.write('autotmpl.json', JSON.stringify(config({ minInstances: { sales: 9 } })));
    for (const flags of [['-dry'], ['-dry', '-detailed-exitcode']]) {
      const dry = await runAutotmpl(['-config', 'autotmpl.json', '-once', ...flags], {
        cwd: scene.folder,
      });
      expect(dry.code).toBe(77);
      expect(dry.stderr).toContain('[minInstances]');
    }
    expect(scene.exists('sales.conf')).toBe(false);
  });

  test('ends with 0 where none does, and is delayed by none', async ({
    stage: { scene, have, config },
  }) => {
    scene.write('autotmpl.json', JSON.stringify(config({ maxChanges: '1/1h', removeAfter: '1h' })));
    expect((await once(scene)).code).toBe(0);
    await have('s1');
    expect((await once(scene)).code).toBe(0);
    expect(scene.read('sales.conf')).toBe(text('s1'));
  });
});

describe.concurrent('after a restart', () => {
  test('holds a file whose data is too little from the start, and is ready with the old one', async ({
    stage: { scene, have, watch, status },
  }) => {
    const first = await watch({ minInstances: { sales: 3 } });
    await first.stop();
    await have('s1');
    const second = scene.start(undefined);
    await second.logs(
      /sales has 1 instance, and at least 3 are asked for|sales went from 4 instances to 1/,
    );
    expect(scene.read('sales.conf')).toBe(text(...IDS));
    expect(await status()).toMatchObject({ ready: true, targets: [{ state: 'held' }] });
    await have(...IDS);
    await second.logs(/is released after/);
  });
});

describe.concurrent('a supervised program', () => {
  const supervised = (config: Readonly<Record<string, unknown>>) => ({
    ...config,
    jobs: [{ name: 'app', main: true, exec: ['sh', '-c', 'cat sales.conf > seen; exec sleep 60'] }],
  });

  test('does not start on a file that is not there, and starts when it is', async ({
    stage: { scene, have, config, ask, status },
  }) => {
    await have('s1');
    const program = scene.start(supervised(config({ minInstances: { sales: 2 } })));
    await program.logs(/at least 2 are asked for/);
    expect((await status()).ready).toBe(false);
    expect(scene.exists('seen')).toBe(false);
    await ask('release', 'sales.conf');
    await scene.untilText('seen', text('s1'));
  });

  test('starts on the good file of an earlier run', async ({ stage: { scene, have, config } }) => {
    await have('s1');
    scene.write('sales.conf', 'of yesterday\n');
    const program = scene.start(supervised(config({ minInstances: { sales: 2 } })));
    await scene.untilText('seen', 'of yesterday\n');
    await program.logs(/at least 2 are asked for/);
  });
});
