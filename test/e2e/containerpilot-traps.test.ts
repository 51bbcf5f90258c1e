/**
 * What ContainerPilot 2.7.8 and 3.8.0 do wrong, by mistake or against their own manuals, and is not done here. What the tables of
 * containerpilot-life, -catalog and -three show is not shown again:
 *
 * | what it does                                                  | shown by                                              |
 * | ------------------------------------------------------------- | ----------------------------------------------------- |
 * | cuts variables at each equals sign                            | life, row 42                                          |
 * | takes no list for an empty one                                | here                                                  |
 * | complains of an empty command where there is none             | here                                                  |
 * | reads a sensor's timeout and does not keep to it              | here                                                  |
 * | knows no interface with a dash or a dot                       | unit/supervisor/interfaces                            |
 * | mixes up watches of one name                                  | catalog, "of one name with two tags"                  |
 * | forgets a reaction that failed                                | catalog, "is told again"                              |
 * | goes on after TERM without a main command                     | life, row 32                                          |
 * | starts the application after a TERM during preStart           | life, "comes during preStart"                         |
 * | is held up by whatever hangs at a stop                        | life, row 23                                          |
 * | gives coprocesses a variable that no shell can read           | here                                                  |
 * | loses the exit code as process 1                              | life, rows 50 and 51                                  |
 * | remembers for all services that one was registered            | here                                                  |
 * | frightens with an error at the first report                   | here                                                  |
 * | takes any word for `disable`                                  | unit/cli/flags, unit/cli/control                      |
 * | checks no certificates                                        | unit/config/containerpilot/version3                   |
 * | wants a duration in each `consul`                             | three, row 62                                         |
 * | starts what crashes hundreds of times a second                | life, row 40; three, "that crash"                     |
 * | ends with 0, and only after the whole stopTimeout             | three, row 5 and CP#526; here                         |
 * | never keeps to a job's stopTimeout                            | three, row 59                                         |
 * | waits for one of several jobs before a stop                   | here                                                  |
 * | lets the agent's job end before entries have left (CP#455)    | here                                                  |
 * | never registers again after maintenance or a lost agent       | three, row 55; catalog, "is there again"              |
 * | ends all jobs at a reload, and with a broken config itself    | three, row 56 and "replaces only"                     |
 * | starts the new process beside the old one                     | here                                                  |
 * | sets a variable to nothing instead of taking it away          | three, "takes them away"; integration/control-socket  |
 * | promises other paths and answers than it has                  | integration/control-socket                            |
 * | cannot set a metric by its name, and says nothing of it       | here; integration/control-socket                      |
 * | forwards a few signals only                                   | here                                                  |
 * | stalls a process that prints a long line                      | here                                                  |
 */
import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { Container3 } from '../support/container3.ts';
import { freePorts } from '../support/free-ports.ts';
import { insideOf } from '../support/inside.ts';
import { waitUntil } from '../support/wait-until.ts';

const inside = insideOf(Container3);

const never = 'while :; do sleep 0.1; done';

describe.concurrent("of ContainerPilot 2's mistakes", () => {
  inside('a list that is none is told', async (container, expect) => {
    const wrong = { services: {}, backends: 'x', tasks: 5, coprocesses: true };
    const { code, stderr } = await container.run(wrong, ['true']);
    expect(code).toBe(1);
    for (const key of Object.keys(wrong)) {
      expect(stderr).toContain(`Unable to parse ${key}: expected a list`);
    }
  });

  inside('no main command and a first report are no errors', async (container, expect) => {
    container.start({ services: [container.app()] }, []);
    await container.untilStatus('passing');
    expect(container.said).not.toMatch(/zero-length|TTL|\[ERROR\]/);
  });

  inside('each service comes back when only it was lost', async (container) => {
    const second = `${container.service}-x`;
    const secondId = container.id.replace(container.service, second);
    container.start({ services: [container.app(), container.app({ name: second })] });
    await container.untilStatus('passing', secondId);
    await container.untilStatus('passing');
    await container.agent.expectOk('PUT', `/v1/agent/service/deregister/${secondId}`);
    await container.untilStatus('passing', secondId);
  });

  inside('a coprocess is found by a name that shells can read', async (container) => {
    const find = container.notes(
      'asked',
      `kill -0 "$CONTAINERPILOT_COPROCESS_AGENT_PID" && echo found >> ${container.scene.at('order')}`,
    );
    container.start({
      coprocesses: [{ name: 'agent', command: ['sleep', '60'] }],
      tasks: [{ name: 't', command: find, frequency: '300ms' }],
    });
    await container.untilNoted('found');
  });

  inside('a sensor keeps to its timeout, and holds up no other', async (container, expect) => {
    const [port = 0] = await freePorts(1);
    const sensor = { type: 'counter', help: 'h', poll: 1, timeout: '300ms' };
    const program = container.start({
      telemetry: {
        ...{ port, interfaces: ['static:127.0.0.1'] },
        sensors: [
          { ...sensor, name: 'hangs', check: container.notes('hangs', 'sleep 60') },
          { ...sensor, name: 'goes', check: 'echo 1' },
        ],
      },
    });
    await container.untilNoted('hangs', 2);
    const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await waitUntil(async () => /^goes [2-9]$/m.test(await metrics().catch(() => '')), {
      what: 'the other sensor',
    });
    await program.stop();
    expect(container.scene.processes()).toEqual([]);
  });

  inside('any signal can be forwarded', async (container) => {
    container.write({});
    const traps = ['QUIT', 'WINCH', 'USR2'].map(
      (name) => `trap 'echo ${name} >> ${container.scene.at('order')}' ${name}`,
    );
    const flags = ['QUIT', 'WINCH', 'USR2'].flatMap((name) => ['-signal', `${name}=forward`]);
    const program = container.startWith([
      ...['-config', `file://${container.scene.at('app.json')}`, ...flags],
      ...container.notes(
        'up',
        `${traps.join('; ')}; echo ready >> ${container.scene.at('order')}; ${never}`,
      ),
    ]);
    await container.untilNoted('ready');
    for (const name of ['QUIT', 'WINCH', 'USR2'] as const) {
      program.kill(`SIG${name}`);
      await container.untilNoted(name);
    }
  });
});

describe.concurrent("of ContainerPilot 3's mistakes", () => {
  inside('all jobs before a stop are awaited, not the last alone', async (container, expect) => {
    const before = (name: string, seconds: number) => ({
      name,
      exec: container.notes(
        `${name}-began`,
        `sleep ${seconds}; echo ${name} >> ${container.scene.at('order')}`,
      ),
      when: { source: 'web', once: 'stopping' },
    });
    const term = `trap 'echo term >> ${container.scene.at('order')}; exit 0' TERM; ${never}`;
    const program = container.up({
      jobs: [
        { name: 'web', exec: container.notes('web', term) },
        ...[before('slow', 1), before('quick', 0)],
      ],
    });
    await container.untilNoted('web');
    program.kill('SIGTERM');
    await program.ended;
    expect(container.order.at(-1)).toBe('term');
    expect(container.order).toContain('slow');
  });

  inside('entries have left before any process is told to stop', async (container, expect) => {
    const at = container.scene.at('order');
    const held = `curl -s http://${container.consul}/v1/agent/services | grep -q '"${container.id}"'`;
    container.scene.write('leave.sh', `if ${held}; then echo held; else echo left; fi >> ${at}`);
    const leave = `trap 'sh ${container.scene.at('leave.sh')}; exit 0' TERM`;
    const program = container.up({
      jobs: [
        // What the others need to take their leave, which takes them a while.
        { name: 'agent', exec: container.notes('agent', `${leave}; ${never}`) },
        container.job(),
        {
          name: 'drain',
          exec: container.notes('drain', `sleep 1; ${held} && echo still >> ${at}`),
          when: { source: container.service, once: 'stopping' },
        },
      ],
    });
    await container.untilStatus('passing', container.checkId);
    program.kill('SIGTERM');
    await program.ended;
    expect(container.order).toEqual(['agent', 'drain', 'still', 'left']);
  });

  inside('it ends when all is done, and not stopTimeout later', async (container, expect) => {
    const program = container.up({ stopTimeout: 30, jobs: [{ name: 'web', exec: ['true'] }] });
    const began = performance.now();
    expect((await program.ended).code).toBe(0);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  inside(
    'a reload starts the new process when the old one has ended',
    async (container, expect) => {
      const at = container.scene.at('order');
      const slow = `trap 'sleep 0.7; echo ended >> ${at}; exit 0' TERM; ${never}`;
      const jobs = (word: string) => [
        { name: 'main', exec: ['sleep', '60'] },
        { name: 'web', exec: container.notes(word, `echo "is-$PUT" >> ${at}; ${slow}`) },
      ];
      container.up({ jobs: jobs('old') });
      await container.untilNoted('is-');
      // What putenv set is still there afterwards, as in ContainerPilot.
      expect((await container.ask('-putenv', 'PUT=set')).code).toBe(0);
      container.write({ control: { socket: container.socket }, jobs: jobs('new') });
      expect((await container.ask('-reload')).code).toBe(0);
      await container.untilNoted('is-set');
      expect(container.order).toEqual(['old', 'is-', 'ended', 'new', 'is-set']);
    },
  );

  inside('a metric is set by the name that it is shown by', async (container, expect) => {
    const [port = 0] = await freePorts(1);
    container.up({
      telemetry: {
        ...{ port, interfaces: ['static:127.0.0.1'] },
        metrics: [{ name: 'count', help: 'h', type: 'gauge' }],
      },
      jobs: [{ name: 'main', exec: ['sleep', '60'] }],
    });
    await container.scene.until('the socket to be there', () => container.scene.exists('socket'));
    for (const [name, value] of [
      ['count', 3],
      ['__count', 4],
    ] as const) {
      expect((await container.ask('-putmetric', `${name}=${value}`)).code).toBe(0);
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      expect(text).toMatch(new RegExp(`^count ${value}$`, 'm'));
    }
    const { code, stderr } = await container.ask('-putmetric', 'nope=1');
    expect(code).not.toBe(0);
    expect(stderr).toContain('there is no metric "nope"');
  });

  inside('a long line stalls nobody', async (container, expect) => {
    const print = `head -c 300000 /dev/zero | tr '\\0' x; echo; echo after; echo done >> ${container.scene.at('order')}; sleep 60`;
    container.up({ jobs: [{ name: 'web', exec: container.notes('web', print) }] });
    await container.untilNoted('done');
    await container.untilSaid(/after/);
    expect(container.said.match(/x{100}/)).not.toBeNull();
  });
});

it('each row of the list above names a test that is there', ({ expect }) => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const known = {
    life: read('containerpilot-life.test.ts'),
    catalog: read('containerpilot-catalog.test.ts'),
    three: read('containerpilot-three.test.ts'),
  };
  const rows =
    read('containerpilot-traps.test.ts').match(/^ \* \|(?!.*(?:---|shown by)).*$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(25);
  for (const row of rows) {
    const shown = row.split('|')[2] ?? '';
    for (const part of shown.split(';')) {
      const [, file = '', text = ''] = /^\s*(life|catalog|three), (.*?)\s*$/.exec(part) ?? [];
      if (file === '') continue;
      const source = known[file as keyof typeof known];
      for (const [, title] of text.matchAll(/"([^"]+)"/g)) expect(source, row).toContain(title);
      for (const [number] of text.matchAll(/(?<!#)\b\d+\b/g)) {
        expect(source, row).toMatch(new RegExp(`\\(rows? (?:\\d+, )*${number}\\b`));
      }
    }
  }
});
