/**
 * ContainerPilot 2's life of a container, as it was measured of 2.7.8, and better where it fell short: exit codes, hooks, tasks,
 * coprocesses, process 1, and the config's text. The rest of its table is in containerpilot-catalog.test.ts and
 * containerpilot-three.test.ts.
 */
import { symlinkSync } from 'node:fs';
import { describe } from 'vitest';
import { Container } from '../support/container.ts';
import { insideOf } from '../support/inside.ts';
import { waitUntil } from '../support/wait-until.ts';

const inside = insideOf(Container);

const DEAF = ['sh', '-c', `trap '' TERM; while :; do sleep 0.1; done`];
const never = 'while :; do sleep 0.1; done';

describe.concurrent('the exit code', () => {
  inside("is the application's own (row 6)", async (container, expect) => {
    const config = {
      services: [container.app()],
      preStop: container.notes('preStop'),
      postStop: container.notes('postStop'),
    };
    const program = container.start(config, ['sh', '-c', `${container.untilTold}; exit 3`]);
    await container.untilStatus('passing');
    container.tell();
    expect((await program.ended).code).toBe(3);
    // Better: what is not there any more is not in the catalog either.
    expect(await container.held()).toBeUndefined();
    expect(container.order).toEqual(['postStop']);
  });

  inside('is 128 and the signal when one ended it (row 7)', async (container, expect) => {
    expect((await container.run({}, ['sh', '-c', 'kill -KILL $$'])).code).toBe(137);
    expect((await container.run({}, ['sh', '-c', 'kill -TERM $$'])).code).toBe(143);
  });

  inside('is 127 for a program that is not there (row 8)', async (container, expect) => {
    const end = await container.run({}, ['/no/such']);
    expect(end.code).toBe(127);
    expect(container.said).toContain('/no/such: not found');
  });

  inside(
    "is preStart's where that fails, and nothing else runs (row 9)",
    async (container, expect) => {
      const postStop = container.notes('postStop');
      const main = container.notes('main');
      const run = async (preStart: readonly string[]) =>
        (await container.run({ preStart, postStop, services: [container.app()] }, main)).code;
      expect(await run(['sh', '-c', 'exit 5'])).toBe(5);
      expect(await run(['/no/such'])).toBe(127);
      expect(await run(['sh', '-c', 'kill -KILL $$'])).toBe(137);
      expect(container.order).toEqual([]);
    },
  );

  inside("is postStop's where that fails (row 10)", async (container, expect) => {
    expect(
      (await container.run({ postStop: ['sh', '-c', 'exit 9'] }, ['sh', '-c', 'exit 0'])).code,
    ).toBe(9);
    expect((await container.run({ postStop: ['/no/such'] }, ['sh', '-c', 'exit 4'])).code).toBe(
      127,
    );
  });

  inside('is 137 when the application does not end in time (row 11)', async (container, expect) => {
    const program = container.start({ stopTimeout: 1, services: [container.app()] }, DEAF);
    await container.untilStatus('passing');
    const since = performance.now();
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(137);
    expect(performance.now() - since).toBeGreaterThan(990);
  });

  inside('is 137 at once with a stopTimeout of -1 (row 12)', async (container, expect) => {
    const config = { stopTimeout: -1, services: [container.app()] };
    const program = container.start(config, container.notes('up', `trap 'sleep 9' TERM; ${never}`));
    await container.untilStatus('passing');
    const since = performance.now();
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(137);
    expect(performance.now() - since).toBeLessThan(8000);
  });

  inside('is 0 where there is no main command, after TERM (row 32)', async (container, expect) => {
    const program = container.start({ services: [container.app()] }, []);
    await container.untilStatus('passing');
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
  });

  inside("is the application's though Consul is away (row 33)", async (container, expect) => {
    const health = container.notes('check');
    const config = JSON.stringify({ consul: '127.0.0.1:1', services: [container.app({ health })] });
    const untilAsked = `until test -e ${container.scene.at('end')}; do sleep 0.1; done; exit 6`;
    const program = container.start(config, ['sh', '-c', untilAsked]);
    await container.untilSaid(/could not be reported/);
    const checks = container.order.length;
    await container.untilNoted('check', checks + 2);
    container.scene.write('end', '');
    expect((await program.ended).code).toBe(6);
    // Said once, not at each check.
    expect(container.said.match(/could not be reported/g)).toHaveLength(1);
  });
});

describe.concurrent('the stop', () => {
  inside('goes in order, the entry first (row 4)', async (container, expect) => {
    const held = `curl -s http://${container.consul}/v1/agent/services | grep -q '"${container.id}"' && echo held >> ${container.scene.at('order')}`;
    const config = {
      preStart: container.notes('preStart'),
      preStop: container.notes('preStop', held),
      postStop: container.notes('postStop'),
      services: [container.app()],
    };
    const program = container.start(
      config,
      container.notes(
        'start',
        `trap 'echo term >> ${container.scene.at('order')}; exit 7' TERM; ${never}`,
      ),
    );
    await container.untilStatus('passing');
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(7);
    expect(container.order).toEqual(['preStart', 'start', 'preStop', 'term', 'postStop']);
  });

  inside('comes during preStart, too: nothing else is started', async (container, expect) => {
    const config = {
      preStart: container.notes('preStart', 'sleep 30'),
      services: [container.app()],
    };
    const program = container.start(config, container.notes('main'));
    await container.untilNoted('preStart');
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(143);
    expect(container.order).toEqual(['preStart']);
  });

  inside(
    'is not held up by a check, a task or an onChange that hangs (row 23)',
    async (container, expect) => {
      const config = {
        services: [
          container.app(),
          {
            ...container.app({ name: `${container.service}-b` }),
            health: container.notes('check', 'sleep 60'),
          },
        ],
        tasks: [
          { command: container.notes('task', 'sleep 60'), frequency: '300ms', timeout: '90s' },
        ],
      };
      const program = container.start(config);
      await container.untilNoted('check');
      await container.untilNoted('task');
      const since = performance.now();
      program.kill('SIGTERM');
      await program.ended;
      expect(performance.now() - since).toBeLessThan(8000);
    },
  );

  inside('is made shorter by a second TERM', async (container, expect) => {
    const config = {
      stopTimeout: 60,
      preStop: container.notes('preStop', 'sleep 60'),
      services: [container.app()],
    };
    const program = container.start(config, DEAF);
    await container.untilStatus('passing');
    program.kill('SIGTERM');
    await container.untilNoted('preStop');
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(137);
  });

  inside(
    'ends coprocesses last, after a postStop that may need them (row 41)',
    async (container, expect) => {
      const note = (word: string) => `echo ${word} >> ${container.scene.at('order')}`;
      const config = {
        postStop: ['sh', '-c', note('postStop')],
        coprocesses: [
          {
            name: 'agent',
            command: [
              'sh',
              '-c',
              `trap '${note('agentEnds')}; exit 0' TERM; ${note('agent')}; ${never}`,
            ],
          },
        ],
      };
      const program = container.start(config, [
        'sh',
        '-c',
        `trap '${note('mainEnds')}; exit 0' TERM; ${note('main')}; ${never}`,
      ]);
      await container.untilNoted('agent');
      await container.untilNoted('main');
      program.kill('SIGTERM');
      expect((await program.ended).code).toBe(0);
      expect(container.order.slice(2)).toEqual(['mainEnds', 'postStop', 'agentEnds']);
    },
  );

  inside('can be what HUP does, as the article has it', async (container, expect) => {
    container.write({ services: [container.app()] });
    const file = `file://${container.scene.at('app.json')}`;
    const program = container.scene.startWith([
      '-signal',
      'HUP=stop',
      '-config',
      file,
      'sleep',
      '60',
    ]);
    await container.untilStatus('passing');
    program.kill('SIGHUP');
    expect((await program.ended).code).toBe(143);
    expect(await container.held()).toBeUndefined();
  });
});

describe.concurrent('tasks and coprocesses', () => {
  inside(
    'a task runs first after one interval, and then at each (row 35)',
    async (container, expect) => {
      const since = Date.now();
      container.start({ tasks: [{ command: container.notes('tick'), frequency: '500ms' }] });
      await container.untilNoted('tick');
      expect(Date.now() - since).toBeGreaterThan(490);
      await container.untilNoted('tick', 4);
      expect(Date.now() - since).toBeGreaterThan(1990);
    },
  );

  inside(
    'a task that takes too long is killed with all that it started (row 36)',
    async (container) => {
      const command = container.notes('task', 'sleep 33 & sleep 33');
      const tasks = [{ name: 't', command, frequency: '10s', timeout: '200ms' }];
      const program = container.start({ tasks: [{ ...tasks[0], frequency: '300ms' }] });
      await container.untilSaid(/t.* timeout after 200ms/);
      program.kill('SIGTERM');
      await program.ended;
    },
  );

  inside(
    'a coprocess that crashes is started again, after a delay (row 40)',
    async (container, expect) => {
      const coprocesses = [
        { name: 'c', command: container.notes('c', 'exit 1'), restarts: 'unlimited' },
      ];
      container.start({ coprocesses });
      await container.untilNoted('c', 2);
      expect(container.order.length).toBeLessThan(4);
    },
  );

  inside('children find what ContainerPilot tells them (row 45)', async (container, expect) => {
    const file = container.scene.at('env');
    const health = [
      'sh',
      '-c',
      `env | grep ^CONTAINERPILOT > ${file}.part; readlink /proc/self/fd/0 >> ${file}.part; mv ${file}.part ${file}`,
    ];
    container.start({ preStart: 'true', services: [container.app({ health })] });
    await container.scene.until('the environment to be written', () =>
      container.scene.exists('env'),
    );
    const lines = container.scene.read('env').trim().split('\n');
    const service = container.service.toUpperCase().replaceAll('-', '_');
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^CONTAINERPILOT_PID=\d+$/),
        expect.stringMatching(/^CONTAINERPILOT_APP_PID=\d+$/),
        expect.stringMatching(/^CONTAINERPILOT_PRESTART_PID=\d+$/),
        `CONTAINERPILOT_${service}_IP=127.0.0.1`,
        '/dev/null',
      ]),
    );
  });
});

describe.concurrent('the config', () => {
  inside('has any word for its main command, true and false too', async (container, expect) => {
    expect((await container.run({}, ['true'])).code).toBe(0);
    expect((await container.run({}, ['false'])).code).toBe(1);
    container.scene.write('own.json', JSON.stringify({ jobs: [{ name: 'a', exec: ['true'] }] }));
    const refused = await container.startWith(['-config', 'own.json', '-once', 'true']).ended;
    expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining('-once=true')]);
  });

  inside(
    'fills in the words of the main command, values whole (row 42)',
    async (container, expect) => {
      const words = ['echo', '{{ .FOO }}', '[{{ .NOPE }}]', '{{ .NOPE | default "d" }}'];
      const end = await container.run({}, words, { env: { FOO: 'a=b=c' } });
      expect(end.stdout.split('\n')).toContain('a=b=c [] d');
    },
  );

  inside(
    'is refused with all that is wrong with it, and 1 (rows 46, 47, 68)',
    async (container, expect) => {
      const refusal = async (config: string): Promise<string> => {
        const end = await container.run(config, container.notes('main'));
        expect(end.code, end.stderr).toBe(1);
        return end.stderr;
      };
      const C = `"consul":"${container.consul}"`;
      const service = (fields: object) =>
        `{${C},"services":[${JSON.stringify(container.app(fields))}]}`;
      expect(await refusal('{}')).toContain('No discovery backend defined');
      expect(await refusal(`{${C},"foo":1}`)).toContain('Unknown config keys: [foo]');
      expect(await refusal(service({ bar: 1 }))).toContain('bar');
      expect(await refusal(`{${C},"etcd":{"endpoints":"x"}}`)).toContain(
        'More than one discovery backend defined',
      );
      expect(await refusal('{"etcd":{"endpoints":"x"}}')).toContain('etcd');
      expect(await refusal('{ // c\n}')).toContain('[1:3]');
      expect(await refusal(`{${C},}`)).toMatch(/Parse error at line:col \[1:\d+\]/);
      expect(await refusal(service({ interfaces: 'eth0:x' }))).toContain(
        'Unable to parse interface spec: eth0:x',
      );
      expect(await refusal(service({ interfaces: 'eth9' }))).toContain(
        'None of the interface specifications were able to match',
      );
      expect(await refusal(`{${C},"logging":{"level":"foo"}}`)).toContain(
        "Unknown log level 'foo'",
      );
      for (const field of ['name', 'poll', 'ttl', 'port']) {
        expect(await refusal(service({ [field]: undefined }))).toContain(field);
      }
      expect(await refusal(`{${C},"backends":[{"name":"db","poll":1}]}`)).toContain('onChange');
      expect(container.order).toEqual([]);
    },
  );

  inside(
    'is printed after its template step, and nothing is started (row 49)',
    async (container, expect) => {
      container.write('{"consul": "{{ .HOST }}:8500"}');
      const args = ['-config', `file://${container.scene.at('app.json')}`, '-template'];
      const env = { HOST: 'h' };
      const printed = await container.scene.startWith(args, { env }).ended;
      expect(printed).toMatchObject({ code: 0, stdout: '{"consul": "h:8500"}' });
      const out = container.scene.at('out');
      await container.scene.startWith([...args, '-out', `file://${out}`], { env }).ended;
      expect(container.scene.read('out')).toBe('{"consul": "h:8500"}');
    },
  );
});

describe('process 1', () => {
  const under = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];

  inside('passes exit codes on (row 50)', async (container, expect) => {
    const options = { under };
    expect((await container.run({}, ['sh', '-c', 'exit 7'], options)).code).toBe(7);
    expect((await container.run({}, ['sh', '-c', 'kill -KILL $$'], options)).code).toBe(137);
    expect((await container.run('{}', ['sh', '-c', 'exit 7'], options)).code).toBe(1);
  });

  inside(
    'takes in 1,000 orphans, and keeps the exit codes of its own (row 51)',
    async (container, expect) => {
      // An orphan counts until nothing of it is left, whether it still runs or is a zombie.
      const left = `grep -l '^Name:.orphan' /proc/[0-9]*/status 2>/dev/null | wc -l`;
      const orphan = container.scene.at('orphan');
      symlinkSync('/bin/sleep', orphan);
      const orphans = `i=0; while [ $i -lt 1000 ]; do (${orphan} 1 &); i=$((i+1)); done; echo most $(${left})`;
      const calm = `n=0; while [ "$(${left})" != 0 ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done; echo left $(${left})`;
      const config = { tasks: [{ name: 't', command: ['sh', '-c', 'exit 4'], frequency: '50ms' }] };
      const end = await container.run(config, ['sh', '-c', `${orphans}; ${calm}; exit 3`], {
        under,
      });
      expect(end.code).toBe(3);
      // They were there, and are gone.
      expect(Number(/^most (\d+)$/m.exec(end.stdout)?.[1])).toBeGreaterThan(0);
      expect(end.stdout).toContain('left 0\n');
      expect(container.said).not.toContain('koffi');
      const codes = [...container.said.matchAll(/ended with exit code (\d+)/g)].map(
        ([, code]) => code,
      );
      // The main process's own, once; a task may end after it.
      expect(codes.filter((code) => code !== '4')).toEqual(['3']);
    },
  );

  inside('opens no debugger on USR1, however early it comes', async (container, expect) => {
    const program = container.start({ preStart: ['sh', '-c', 'kill -USR1 $PPID; sleep 0.2'] });
    await container.untilSaid(/maintenance begins/);
    program.kill('SIGTERM');
    await program.ended;
    expect(container.said).not.toContain('Debugger');
  });

  inside('works as a child of a shell, with nobody else in front', async (container, expect) => {
    container.write({ services: [container.app()] });
    const program = container.startWith(
      [
        '-config',
        `file://${container.scene.at('app.json')}`,
        'sh',
        '-c',
        `${container.untilTold}; exit 8`,
      ],
      { under: ['sh', '-c', '"$@"; exit $?', 'sh'] },
    );
    await container.untilStatus('passing');
    container.tell();
    expect((await program.ended).code).toBe(8);
    await waitUntil(async () => (await container.held()) === undefined, {
      what: 'the entry to go',
    });
  });
});
