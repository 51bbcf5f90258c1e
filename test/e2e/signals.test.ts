/**
 * Signals in every way in which a program may be started: what HUP may mean, and what becomes of a signal that comes before the
 * program can know that.
 */
import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { Container } from '../support/container.ts';
import { Scene } from '../support/scene.ts';
import { WAYS, signalIt, stopIt } from '../support/ways.ts';

const never = 'while :; do sleep 0.1; done';

describe.each(WAYS)('HUP, $name,', (way) => {
  let agent: ConsulAgent;
  let container: Container;
  let program: Program;

  beforeAll(async () => {
    agent = await startConsul();
  });

  afterAll(() => agent.stop());

  const checkId = (): string => `service:${container.id}`;

  /** Starts a service that notes the HUP that it gets, and ends with 7 when it is told to. */
  async function start(hup: string, more: () => readonly object[] = () => []): Promise<void> {
    container = new Container(agent);
    container.scene.write('app.json', config(hup, more()));
    const args = ['supervise', '-config', container.scene.at('app.json')];
    program = container.startWith(args, { under: way.under });
    await container.untilNoted('main');
    await container.untilStatus('passing', checkId());
  }

  function config(hup: string, more: readonly object[], others: object = {}): string {
    const order = container.scene.at('order');
    const script = `trap 'echo term >> ${order}; exit 7' TERM; trap 'echo hup >> ${order}' HUP; ${never}`;
    const main = {
      ...{ name: container.service, main: true, exec: container.notes('main', script) },
      service: { port: 8000, address: '127.0.0.1' },
      health: { exec: ['true'], interval: '1s', ttl: '3s' },
    };
    return JSON.stringify({
      catalog: { consul: { address: container.consul } },
      control: { socket: container.scene.at('socket') },
      signals: { HUP: hup, ...others },
      jobs: [main, ...more],
    });
  }

  async function end(): Promise<void> {
    expect((await stopIt(program, way)).code).toBe(7);
    await container.close();
  }

  it('may stop: the entry leaves the catalog, and the exit code is passed on', async () => {
    await start('stop');
    await signalIt(program, way, 'SIGHUP');
    expect((await program.ended).code).toBe(7);
    expect(await container.held()).toBeUndefined();
    expect(container.order).toEqual(['main', 'term']);
    await container.close();
  });

  it('may reload: what is new starts, what stayed is not touched', async () => {
    await start('reload');
    const added = { name: 'added', exec: container.notes('added') };
    container.scene.write('app.json', config('reload', [added]));
    await signalIt(program, way, 'SIGHUP');
    await container.untilNoted('added');
    expect((await container.check(checkId()))?.Status).toBe('passing');
    expect(container.order).toEqual(['main', 'added']);
    await end();
  });

  it('may reload: another signal does from then on what the config says of it now', async () => {
    await start('reload');
    const added = { name: 'added', exec: container.notes('added') };
    container.scene.write('app.json', config('reload', [added], { WINCH: 'forward:HUP' }));
    await signalIt(program, way, 'SIGHUP');
    await container.untilNoted('added');
    await signalIt(program, way, 'SIGWINCH');
    await container.untilNoted('hup');
    await end();
  });

  it('and QUIT, which stops where nobody says otherwise', async () => {
    await start('reload');
    await signalIt(program, way, 'SIGQUIT');
    expect((await program.ended).code).toBe(7);
    expect(await container.held()).toBeUndefined();
    expect(container.order).toEqual(['main', 'term']);
    await container.close();
  });

  it('may be an event, each time', async () => {
    await start('event', () => [
      { name: 'event', exec: container.notes('event'), when: { source: 'SIGHUP' } },
    ]);
    await signalIt(program, way, 'SIGHUP');
    await container.untilNoted('event');
    await signalIt(program, way, 'SIGHUP');
    await container.untilNoted('event', 2);
    expect(container.order).toEqual(['main', 'event', 'event']);
    await end();
  });

  it('may be forwarded, as itself or as another', async () => {
    await start('forward');
    await signalIt(program, way, 'SIGHUP');
    await container.untilNoted('hup');
    expect(container.order).toEqual(['main', 'hup']);
    await end();
    await start('forward:TERM');
    await signalIt(program, way, 'SIGHUP');
    expect((await program.ended).code).toBe(7);
    expect(container.order).toEqual(['main', 'term']);
    await container.close();
  });
});

describe.each(WAYS)('a signal that comes while the config is read, $name,', (way) => {
  const told = (order: string) => (word: string) => ['sh', '-c', `echo ${word} >> ${order}`];

  /** Starts the program on a config that is a pipe; `body` is called once it is read from, with what writes it. */
  async function early(
    body: (scene: Scene, program: Program, send: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const scene = new Scene();
    const exec = told(scene.at('order'));
    const config = JSON.stringify({
      catalog: { file: 'catalog.yaml' },
      control: { socket: scene.at('socket') },
      signals: { HUP: 'event', USR1: 'maintenance' },
      jobs: [
        {
          name: 'main',
          main: true,
          exec: [...exec('main').slice(0, 2), `${exec('main')[2]}; ${never}`],
        },
        { name: 'event', exec: exec('event'), when: { source: 'SIGHUP' } },
      ],
    });
    scene.write('catalog.yaml', '{}');
    execFileSync('mkfifo', [scene.at('app.json')]);
    const args = ['supervise', '-config', scene.at('app.json')];
    const program = scene.startWith(args, { under: way.under });
    // Resolves when the other end was opened.
    const pipe = await open(scene.at('app.json'), 'w');
    await body(scene, program, async () => {
      await pipe.write(config);
      await pipe.close();
    });
    await pipe.close().catch(() => undefined);
    await scene.close();
  }

  it('TERM: it ends in order, and starts nothing', async () => {
    await early(async (scene, program, send) => {
      await signalIt(program, way, 'SIGTERM');
      await send();
      expect((await program.ended).code).toBe(0);
      expect(scene.exists('order')).toBe(false);
    });
  });

  it('HUP and USR1: they do what the config says, once, in order', async () => {
    await early(async (scene, program, send) => {
      await signalIt(program, way, 'SIGHUP');
      await signalIt(program, way, 'SIGUSR1');
      await send();
      const order = (): string[] =>
        scene.exists('order') ? scene.read('order').trim().split('\n').sort() : [];
      await scene.until('both to be noted', () => order().length >= 2);
      await program.logs(/maintenance begins/);
      await signalIt(program, way, 'SIGTERM');
      expect((await program.ended).code).toBe(143);
      expect(order()).toEqual(['event', 'main']);
    });
  });
});

describe('a signal that comes to a program that never listens', () => {
  const pipes = async (args: readonly string[]) => {
    const scene = new Scene();
    execFileSync('mkfifo', [scene.at('app.json')]);
    const program = scene.startWith([...args, '-config', scene.at('app.json')]);
    const pipe = await open(scene.at('app.json'), 'w');
    return { scene, program, pipe };
  };

  // Each takes three seconds, in which it does nothing.
  it.concurrent.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'SIGQUIT'] as const)(
    'ends it after a moment: %s',
    async (signal) => {
      const { scene, program, pipe } = await pipes(['supervise']);
      program.kill(signal);
      expect(await program.ended).toMatchObject({ code: null, signal });
      await pipe.close();
      await scene.close();
    },
  );

  it.concurrent('ends a command that would not listen at all', async () => {
    const { scene, program, pipe } = await pipes(['check']);
    program.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    await pipe.close();
    await scene.close();
  });
});
