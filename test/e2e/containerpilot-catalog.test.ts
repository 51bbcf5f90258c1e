/** ContainerPilot 2's dealings with the catalog, as they were measured of 2.7.8, and better where it fell short. */
import { renameSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, it } from 'vitest';
import { startConsul } from '../support/consul.ts';
import { Container } from '../support/container.ts';
import { freePorts } from '../support/free-ports.ts';
import { insideOf } from '../support/inside.ts';
import { waitUntil } from '../support/wait-until.ts';

const inside = insideOf(Container);

describe.concurrent('a service', () => {
  inside(
    'is there once its check passes, as ContainerPilot has it (rows 1, 2)',
    async (container, expect) => {
      container.start({ services: [container.app({ tags: ['a', 'b'] })] });
      await container.untilStatus('passing');
      expect(await container.held()).toMatchObject({
        ...{ ID: container.id, Service: container.service, Address: '127.0.0.1', Port: 8000 },
        ...{ Tags: ['a', 'b'], EnableTagOverride: false },
      });
      await waitUntil(async () => (await container.check())?.Output === 'ok', {
        what: 'the output',
      });
      expect(await container.check()).toMatchObject({
        ...{ CheckID: container.id, Name: container.id, Type: 'ttl' },
        Notes: `TTL for ${container.service} set by containerpilot`,
      });
      const path = `/v1/health/service/${container.service}?tag=a`;
      await waitUntil(
        async () => (await container.agent.expectOk('GET', path)).body.includes(container.id),
        {
          what: 'the catalog to find it by its tag',
        },
      );
    },
  );

  inside(
    'is critical at once when its check fails, with what that said (row 21)',
    async (container, expect) => {
      container.scene.write('well', '');
      const health = [
        'sh',
        '-c',
        `test -e ${container.scene.at('well')} || { echo it is gone; exit 1; }`,
      ];
      container.start({ services: [container.app({ health, ttl: 60 })] });
      await container.untilStatus('passing');
      const { rmSync } = await import('node:fs');
      rmSync(container.scene.at('well'));
      await container.untilStatus('critical', container.id);
      expect((await container.check())?.Output).toBe('it is gone');
      container.scene.write('well', '');
      await container.untilStatus('passing', container.id);
    },
  );

  inside(
    'is never there when its check hangs, and the check is killed (row 22)',
    async (container, expect) => {
      const health = container.notes('check', 'sleep 61 & sleep 61');
      container.start({ services: [container.app({ health, timeout: '300ms' })] });
      await container.untilNoted('check', 2);
      expect(container.said).toContain(`${container.service}.health timeout after 300ms`);
      expect(await container.held()).toBeUndefined();
    },
  );

  inside(
    'leaves the catalog for maintenance, and comes back (row 14)',
    async (container, expect) => {
      const program = container.start({ services: [container.app()] });
      await container.untilStatus('passing');
      program.kill('SIGUSR1');
      await container.untilGone();
      // Two checks later it is still out.
      await new Promise((resolve) => setTimeout(resolve, 2200));
      expect(await container.held()).toBeUndefined();
      program.kill('SIGUSR1');
      await container.untilStatus('passing', container.id);
    },
  );

  inside('comes back after a maintenance that preStart began (row 19)', async (container) => {
    const program = container.start({
      preStart: ['sh', '-c', 'kill -USR1 $PPID; sleep 0.3'],
      services: [container.app()],
    });
    await container.untilSaid(/maintenance begins/);
    program.kill('SIGUSR1');
    await container.untilStatus('passing');
  });

  inside('stays as it is when HUP finds a broken file (row 15)', async (container, expect) => {
    const program = container.start({ services: [container.app()] });
    await container.untilStatus('passing');
    container.write('{ broken');
    program.kill('SIGHUP');
    await container.untilSaid(/stay in force.*\[1:3\]/s);
    expect((await container.check())?.Status).toBe('passing');
    expect(program.isRunning).toBe(true);
  });

  inside(
    'gives way to another that HUP brings, the main process untouched (row 16)',
    async (container, expect) => {
      const program = container.start(
        { services: [container.app()] },
        container.notes('main', 'sleep 60'),
      );
      await container.untilStatus('passing');
      const other = `${container.service}-2`;
      container.write({ services: [container.app({ name: other })] });
      program.kill('SIGHUP');
      await container.untilGone(container.id);
      await container.untilStatus('passing', `${other}-${hostname()}`);
      expect(container.order).toEqual(['main']);
      await program.stop();
      expect(await container.held(`${other}-${hostname()}`)).toBeUndefined();
    },
  );

  inside(
    'passes after a preStart that mended its check and sent HUP (row 18)',
    async (container) => {
      const config = (health: string) => ({
        preStart: [
          'sh',
          '-c',
          `mv ${container.scene.at('mended')} ${container.scene.at('app.json')}; kill -HUP $PPID; sleep 0.3`,
        ],
        consul: container.consul,
        services: [container.app({ health })],
      });
      container.scene.write('mended', JSON.stringify(config('true')));
      container.start(config('false'));
      await container.untilStatus('passing');
    },
  );

  inside(
    'is passing after 300 HUPs at 0 to 30 ms, each with another config',
    async (container, expect) => {
      // A reload that changes nothing would leave the entry alone: each of these replaces the service.
      const config = (generation: number) => ({
        consul: container.consul,
        services: [container.app({ tags: [`generation-${generation}`] })],
      });
      const program = container.start(config(0), container.notes('main', 'sleep 60'));
      await container.untilStatus('passing');
      for (let generation = 1; generation <= 300; generation += 1) {
        container.scene.write('next.json', JSON.stringify(config(generation)));
        renameSync(container.scene.at('next.json'), container.scene.at('app.json'));
        program.kill('SIGHUP');
        await new Promise((resolve) => setTimeout(resolve, (generation * 7) % 31));
      }
      await waitUntil(async () => (await container.held())?.Tags.join() === 'generation-300', {
        ...{ timeoutMs: 20_000, what: 'the last config to be in the catalog' },
      });
      await container.untilStatus('passing', container.id, 10_000);
      expect(container.order).toEqual(['main']);
      expect(container.scene.processes()).toContain(program.pid);
    },
  );

  it('is there again when the agent lost its state, and corrected when it has another address', async ({
    expect,
  }) => {
    const own = await startConsul({ dataDir: true });
    const container = new Container(own);
    try {
      container.start({ services: [container.app()] });
      await container.untilStatus('passing');
      await own.restart({ wipe: true });
      await container.untilStatus('passing', container.id, 10_000);
      await own.register({
        ID: container.id,
        Name: container.service,
        Address: '10.9.9.9',
        Port: 1,
      });
      await waitUntil(async () => (await container.held())?.Address === '127.0.0.1', {
        what: 'the address',
      });
      expect((await container.held())?.Port).toBe(8000);
      await container.close();
    } finally {
      await own.stop();
    }
  });

  inside(
    'of a supervisor that was killed is corrected by the next, or swept',
    async (container, expect) => {
      const first = container.start({
        services: [container.app(), container.app({ name: `${container.service}-x` })],
      });
      await container.untilStatus('passing');
      await container.untilStatus('passing', `${container.service}-x-${hostname()}`);
      // The supervisor first, so that it can do nothing about the end of the others.
      first.kill('SIGKILL');
      for (const pid of container.scene.processes()) process.kill(pid, 'SIGKILL');
      await first.ended;
      container.start({ services: [container.app({ port: 8001 })] });
      await waitUntil(async () => (await container.held())?.Port === 8001, {
        what: 'the new port',
      });
      await container.untilGone(`${container.service}-x-${hostname()}`);
      expect(container.said).toContain('removed');
    },
  );
});

describe.concurrent('a backend', () => {
  const instance = (name: string, id: string, fields: object = {}) => ({
    ...{ ID: `${name}-${id}`, Name: name, Address: '10.0.0.1', Port: 80 },
    ...fields,
  });

  inside(
    'tells of what is there already, once, after the main process started (rows 24, 25)',
    async (container, expect) => {
      const db = `${container.service}-db`;
      await container.agent.register(instance(db, '1'));
      const nothing = { name: `${db}-none`, poll: 1, onChange: container.notes('nothing') };
      const backend = { name: db, poll: 1, onChange: container.notes('changed') };
      container.start({ backends: [backend, nothing] }, container.notes('main', 'sleep 60'));
      await container.untilNoted('changed');
      expect(container.order).toEqual(['main', 'changed']);
      await container.agent.deregister(`${db}-1`);
      await container.untilNoted('changed', 2);
      expect(container.order).not.toContain('nothing');
    },
  );

  inside(
    'tells of each change of its instances, and of no other (rows 26, 27)',
    async (container, expect) => {
      const db = `${container.service}-db`;
      container.start({ backends: [{ name: db, poll: 1, onChange: container.notes('changed') }] });
      let times = 0;
      const change = async (how: Promise<unknown>): Promise<void> => {
        await how;
        times += 1;
        await container.untilNoted('changed', times);
      };
      const check = { CheckID: `${db}-c`, TTL: '60s', Status: 'passing' };
      await change(container.agent.register(instance(db, '1', { Check: check })));
      await change(container.agent.register(instance(db, '1', { Port: 81, Check: check })));
      await container.agent.register(instance(db, '1', { Port: 81, Tags: ['t'], Check: check }));
      await change(container.agent.register(instance(db, '2')));
      await change(container.agent.expectOk('PUT', `/v1/agent/check/fail/${db}-c`));
      await change(container.agent.expectOk('PUT', `/v1/agent/check/pass/${db}-c`));
      await change(container.agent.deregister(`${db}-2`));
      expect(container.order).toHaveLength(times);
      await container.agent.deregister(`${db}-1`);
      await container.untilNoted('changed', times + 1);
    },
  );

  inside(
    'of one name with two tags are two, and know nothing of each other',
    async (container, expect) => {
      const db = `${container.service}-db`;
      const backends = ['a', 'b'].map((tag) => ({
        name: db,
        poll: 1,
        tag,
        onChange: container.notes(tag),
      }));
      container.start({ backends });
      await container.agent.register(instance(db, '1', { Tags: ['a'] }));
      await container.untilNoted('a');
      await container.agent.register(instance(db, '2', { Tags: ['b'] }));
      await container.untilNoted('b');
      expect(container.order).toEqual(['a', 'b']);
      for (const id of ['1', '2']) await container.agent.deregister(`${db}-${id}`);
      await container.untilNoted('b', 2);
    },
  );

  inside('is told again until the reaction to a change succeeds', async (container) => {
    const db = `${container.service}-db`;
    await container.agent.register(instance(db, '1'));
    const onChange = container.notes('try', `test $(wc -l < ${container.scene.at('order')}) -ge 2`);
    container.start({ backends: [{ name: db, poll: 1, onChange }] });
    await container.untilNoted('try', 2);
    await container.agent.deregister(`${db}-1`);
    await container.untilNoted('try', 3);
  });
});

describe.concurrent('telemetry', () => {
  inside(
    'has what sensors measure, and is registered as containerpilot (row 52)',
    async (container, expect) => {
      const [port = 0] = await freePorts(1);
      const sensor = (name: string, type: string, check: string) => ({
        ...{ namespace: 'ns', subsystem: 'sub', name, help: 'h', type, poll: 1, check },
      });
      const sensors = [sensor('g', 'gauge', 'echo 42'), sensor('c', 'counter', 'echo 2')];
      const telemetry = { port, interfaces: ['static:127.0.0.1'], sensors };
      const program = container.start({ telemetry });
      const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      await waitUntil(async () => /^ns_sub_c 4$/m.test(await metrics().catch(() => '')), {
        what: 'two measurements',
      });
      expect(await metrics()).toMatch(/^ns_sub_g 42$/m);
      const id = `containerpilot-${hostname()}`;
      await container.untilStatus('passing', id, 10_000);
      await program.stop();
      expect(await container.held(id)).toBeUndefined();
    },
  );
});
