/** ContainerPilot 3's jobs, events and control, as they were measured of 3.8.0, and better where it fell short. */
import { describe } from 'vitest';
import { Container3 } from '../support/container3.ts';
import { freePorts } from '../support/free-ports.ts';
import { insideOf } from '../support/inside.ts';
import { waitUntil } from '../support/wait-until.ts';

const inside = insideOf(Container3);

const never = 'while :; do sleep 0.1; done';

describe.concurrent('jobs', () => {
  inside('run hooks by events, and pass the exit code on (row 5)', async (container, expect) => {
    const { service } = container;
    const trap = `trap 'echo term >> ${container.scene.at('order')}; exit 7' TERM; ${never}`;
    const held = `curl -s http://${container.consul}/v1/agent/services | grep -q '"${container.id}"' && echo held >> ${container.scene.at('order')}`;
    const program = container.up({
      jobs: [
        { name: 'pre-start', exec: container.notes('preStart') },
        container.job({
          exec: container.notes('start', trap),
          when: { source: 'pre-start', once: 'exitSuccess' },
        }),
        {
          name: 'pre-stop',
          exec: container.notes('preStop', held),
          when: { source: service, once: 'stopping' },
        },
        {
          name: 'post-stop',
          exec: container.notes('postStop'),
          when: { source: service, once: 'stopped' },
        },
      ],
    });
    await container.untilStatus('passing', container.checkId);
    program.kill('SIGTERM');
    await program.ended;
    // Still registered while the job for `stopping` runs, and gone before the process is told.
    expect(container.order).toEqual(['preStart', 'start', 'preStop', 'held', 'term', 'postStop']);
  });

  inside('end with the code of the only one (CP#526)', async (container, expect) => {
    const program = container.up({
      jobs: [container.job({ exec: ['sh', '-c', 'sleep 1.5; exit 3'] })],
    });
    expect((await program.ended).code).toBe(3);
  });

  inside('at an interval run N + 1 times for N restarts (row 38)', async (container, expect) => {
    const since = Date.now();
    const program = container.up({
      jobs: [
        { name: 'job', exec: container.notes('run'), restarts: 2, when: { interval: '500ms' } },
      ],
    });
    await program.ended;
    expect(container.order).toHaveLength(3);
    expect(Date.now() - since).toBeGreaterThan(990);
  });

  inside(
    'that end leave the catalog at once, and the others go on (row 58)',
    async (container, expect) => {
      const program = container.up({
        jobs: [
          container.job({ exec: container.notes('app', container.untilTold) }),
          { name: 'other', exec: container.notes('other', 'sleep 60') },
        ],
      });
      await container.untilStatus('passing', container.checkId);
      container.tell();
      await container.untilGone();
      expect(program.isRunning).toBe(true);
      await program.stop();
    },
  );

  inside(
    'wait for who runs before their stop no longer than their stopTimeout (row 59)',
    async (container, expect) => {
      const program = container.up({
        jobs: [
          container.job({ stopTimeout: '1s' }),
          {
            name: 'pre-stop',
            exec: container.notes('preStop', 'sleep 20'),
            when: { source: container.service, once: 'stopping' },
          },
        ],
      });
      await container.untilStatus('passing', container.checkId);
      const since = performance.now();
      program.kill('SIGTERM');
      await program.ended;
      expect(container.order).toEqual(['preStop']);
      expect(performance.now() - since).toBeLessThan(15_000);
    },
  );

  inside(
    'are registered with their initial status before their first check (row 61)',
    async (container, expect) => {
      container.up({
        jobs: [
          container.job({
            initial_status: 'warning',
            health: { exec: 'false', interval: 3, ttl: 9 },
          }),
        ],
      });
      await container.untilStatus('warning', container.checkId);
      await container.untilStatus('critical', container.checkId);
      expect(await container.held()).toBeDefined();
    },
  );

  inside('take a consul block with one key only (row 62)', async (container, expect) => {
    container.up({ jobs: [container.job({ consul: { enableTagOverride: true } })] });
    await container.untilStatus('passing', container.checkId);
    expect((await container.held())?.EnableTagOverride).toBe(true);
  });

  inside('for each `healthy` run at every check (row 65)', async (container) => {
    container.up({
      jobs: [
        container.job(),
        {
          name: 'each',
          exec: container.notes('healthy'),
          when: { source: container.service, each: 'healthy' },
        },
      ],
    });
    await container.untilNoted('healthy', 3);
  });

  inside(
    'log their lines with time, job and process, or raw (row 66)',
    async (container, expect) => {
      const program = container.up({
        jobs: [
          { name: 'plain', exec: ['echo', 'a line'] },
          { name: 'raw', exec: ['echo', 'a raw line'], logging: { raw: true } },
        ],
      });
      const { stdout } = await program.ended;
      expect(stdout).toMatch(/^\S+Z \[plain\] \[\d+\] a line$/m);
      expect(stdout).toMatch(/^a raw line$/m);
    },
  );

  inside('that crash are started again only after a delay', async (container, expect) => {
    container.up({
      jobs: [{ name: 'job', exec: container.notes('run', 'exit 1'), restarts: 'unlimited' }],
    });
    await container.untilNoted('run', 2);
    expect(container.order.length).toBeLessThan(4);
  });
});

describe.concurrent('watches', () => {
  inside(
    'announce that something changed, and whether it is there (row 30)',
    async (container, expect) => {
      const db = `${container.service}-db`;
      const on = (code: string) => ({
        name: `on-${code}`,
        exec: container.notes(code),
        when: { source: `watch.${db}`, each: code },
      });
      container.up({
        jobs: [
          { name: 'main', exec: ['sleep', '60'] },
          on('changed'),
          on('healthy'),
          on('unhealthy'),
        ],
        watches: [{ name: db, interval: 1 }],
      });
      await container.scene.until('the jobs to wait', () => container.scene.processes().length > 1);
      await container.agent.register({ ID: `${db}-1`, Name: db, Address: '10.0.0.1', Port: 1 });
      await container.untilNoted('healthy');
      await container.agent.deregister(`${db}-1`);
      await container.untilNoted('unhealthy');
      await container.untilNoted('changed', 2);
      expect(container.order.filter((word) => word === 'changed')).toHaveLength(2);
    },
  );
});

describe.concurrent('control', () => {
  inside('tells how all stands (row 54)', async (container, expect) => {
    const [port = 0] = await freePorts(1);
    container.up({
      jobs: [container.job()],
      watches: [{ name: 'nobody', interval: 1 }],
      telemetry: { port, interfaces: ['static:127.0.0.1'] },
    });
    await container.untilStatus('passing', container.checkId);
    const status = await (await fetch(`http://127.0.0.1:${port}/status`)).json();
    expect(status).toMatchObject({
      Version: expect.any(String) as string,
      Jobs: expect.arrayContaining([
        expect.objectContaining({ Name: container.service }),
      ]) as unknown,
      Services: expect.arrayContaining([
        expect.objectContaining({
          Name: container.service,
          Address: '127.0.0.1',
          Port: 8000,
          Status: 'healthy',
        }),
      ]) as unknown,
    });
    expect((await container.ask('-ping')).stdout).toBe('ok\n');
  });

  inside(
    'begins and ends a maintenance, and the service is back within one interval (row 55)',
    async (container, expect) => {
      container.up({
        jobs: [
          container.job(),
          {
            name: 'enter',
            exec: container.notes('enter'),
            when: { source: 'global', once: 'enterMaintenance' },
          },
        ],
      });
      await container.untilStatus('passing', container.checkId);
      expect((await container.ask('-maintenance', 'enable')).code).toBe(0);
      await container.untilGone(container.id);
      await container.untilNoted('enter');
      expect((await container.ask('-maintenance', 'perhaps')).code).not.toBe(0);
      expect(await container.held()).toBeUndefined();
      expect((await container.ask('-maintenance', 'disable')).code).toBe(0);
      await container.untilStatus('passing', container.checkId);
    },
  );

  inside(
    'refuses a config that is wrong, and keeps the old one (row 56)',
    async (container, expect) => {
      const program = container.up({ jobs: [container.job()] });
      await container.untilStatus('passing', container.checkId);
      container.write('{ broken');
      expect((await container.ask('-reload', '-socket', container.socket)).code).not.toBe(0);
      const { request } = await import('node:http');
      const status = await new Promise((resolve, reject) => {
        request({ socketPath: container.socket, path: '/v3/reload', method: 'POST' }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
          .on('error', reject)
          .end();
      });
      expect(status).toBe(422);
      expect(program.isRunning).toBe(true);
      expect((await container.check(container.checkId))?.Status).toBe('passing');
    },
  );

  inside('replaces only the jobs that a reload changed', async (container, expect) => {
    const jobs = (word: string) => [
      container.job({ exec: container.notes('app', 'sleep 60') }),
      { name: 'other', exec: container.notes(word, 'sleep 60') },
    ];
    container.up({ jobs: jobs('old') });
    await container.untilStatus('passing', container.checkId);
    await container.untilNoted('old');
    container.write({ control: { socket: container.socket }, jobs: jobs('new') });
    expect((await container.ask('-reload')).code).toBe(0);
    await container.untilNoted('new');
    expect(container.order.filter((word) => word === 'app')).toHaveLength(1);
    expect((await container.check(container.checkId))?.Status).toBe('passing');
  });

  inside('sets variables for who starts later, and takes them away', async (container, expect) => {
    const seen = `echo "got-\${PUT-none}-\${BORN-none}" >> ${container.scene.at('order')}`;
    // Its interval is its timeout too: long enough for a busy machine.
    const tick = { name: 'tick', exec: ['sh', '-c', seen], when: { interval: '1s' } };
    container.up(
      { jobs: [{ name: 'main', exec: ['sleep', '60'] }, tick] },
      { env: { BORN: 'yes' } },
    );
    await container.untilNoted('got-none-yes');
    expect((await container.ask('-putenv', 'PUT=a=b')).code).toBe(0);
    await container.untilNoted('got-a=b-yes');
    const { code, stdout } = await container.ask('putenv', 'PUT-', 'BORN-');
    expect([code, stdout]).toEqual([0, 'unset: PUT, BORN\n']);
    await container.untilNoted('got-none-none');
    expect((await container.ask('-putenv', 'PUT-')).code).toBe(64);
  });

  inside('says what a job waits for, a signal by its name alone', async (container, expect) => {
    container.up({
      jobs: [
        container.job(),
        { name: 'hup', exec: 'true', when: { source: 'SIGHUP' } },
        { name: 'last', exec: 'true', when: { source: container.service, once: 'stopped' } },
      ],
    });
    await container.untilStatus('passing', container.checkId);
    const { stdout } = await container.ask('status');
    expect(stdout).toMatch(/^hup .* SIGHUP is waited for$/m);
    expect(stdout).toMatch(/^last .*\s*stopped of .* is waited for$/m);
  });

  inside('lets nobody but the owner in', async (container, expect) => {
    container.up({ jobs: [{ name: 'main', exec: ['sleep', '60'] }] });
    await container.scene.until('the socket to be there', () => container.scene.exists('socket'));
    const { statSync } = await import('node:fs');
    expect(statSync(container.socket).mode & 0o777).toBe(0o600);
    await waitUntil(async () => (await container.ask('-ping')).code === 0, { what: 'an answer' });
  });
});
