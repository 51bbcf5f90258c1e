/** What a config may do at a change in the catalog, besides commands: at a real Consul, by the built program. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { Scene } from '../support/scene.ts';

describe('onChange', () => {
  let agent: ConsulAgent;
  let scene: Scene;

  beforeAll(async () => {
    agent = await startConsul();
  });
  afterAll(() => agent.stop());
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(async () => {
    await scene.close();
    await agent.deleteKey('', { recurse: true });
  });

  const start = (config: object): Program =>
    scene.start({
      catalog: { consul: { address: agent.address } },
      control: { socket: scene.at('socket') },
      ...config,
    });
  const lines = (name: string): string[] =>
    scene.exists(name) ? scene.read(name).trimEnd().split('\n') : [];
  /** Notes its pid, and runs until it is told to end. */
  const lasting = (name: string) => `echo $$ >> ${scene.at(name)}; exec sleep 600`;
  const runs = (pid: string | undefined) => scene.processes().includes(Number(pid));

  it('renders the template of a source anew', async () => {
    scene.write('page.njk', 'hello');
    start({
      templates: [
        { source: 'page.njk', destination: 'page.html' },
        { source: 'page.njk', destination: 'copy.html' },
        { contents: 'other', destination: 'other.html' },
      ],
      watches: [{ key: 'page', onChange: { render: 'page.njk' } }],
      jobs: [{ name: 'app', main: true, exec: lasting('app') }],
    });
    await scene.until('the process', () => lines('app').length === 1);
    // Nothing that these files are made of ever changes: only the watch brings them back.
    for (const name of ['page.html', 'copy.html', 'other.html']) scene.remove(name);
    await agent.putKey('page', 'new');
    await scene.untilText('page.html', 'hello');
    await scene.untilText('copy.html', 'hello');
    expect(scene.exists('other.html')).toBe(false);
  });

  it('restarts a job, and nobody else', async () => {
    start({
      watches: [{ key: 'settings', onChange: { restart: 'worker' } }],
      jobs: [
        { name: 'app', main: true, exec: lasting('app') },
        { name: 'worker', exec: lasting('worker') },
      ],
    });
    await scene.until('both', () => lines('app').length === 1 && lines('worker').length === 1);
    await agent.putKey('settings', 'new');
    await scene.until('another worker', () => lines('worker').length === 2);
    const [first, second] = lines('worker');
    await scene.until('the first to be gone', () => !runs(first));
    expect(runs(second)).toBe(true);
    expect(lines('app').map(runs)).toEqual([true]);
    // Each change restarts it, and it is restarted once for each.
    await agent.putKey('settings', 'newer');
    await scene.until('a third worker', () => lines('worker').length === 3);
    expect(lines('app')).toHaveLength(1);
  });

  it('signals a job only once it is up: before, the signal would end it', async () => {
    const slow = [
      `echo $$ >> ${scene.at('pid')}`,
      `until [ -e ${scene.at('go')} ]; do sleep 0.05; done`,
      `trap 'echo HUP >> ${scene.at('heard')}' HUP`,
      `echo > ${scene.at('ready')}`,
      'while :; do sleep 0.05; done',
    ].join('; ');
    const program = start({
      watches: [{ key: 'settings', onChange: { signal: 'HUP', job: 'app' } }],
      jobs: [
        {
          ...{ name: 'app', main: true, exec: slow },
          health: { file: scene.at('ready'), interval: '100ms' },
        },
      ],
    });
    // A change that comes before the process is no news to it, and it is told of none.
    await scene.until('the process', () => lines('pid').length === 1);
    await agent.putKey('settings', 'while it comes up');
    // So that it would be ended, if it could be.
    await sleep(500);
    scene.write('go', '');
    await scene.until('the signal', () => lines('heard').length === 1);
    await agent.putKey('settings', 'new');
    await scene.until('the next signal', () => lines('heard').length === 2);
    expect(lines('pid').map(runs)).toEqual([true]);
    expect(program.isRunning).toBe(true);
  });

  it('never runs two actions of one group together', async () => {
    const names = ['a', 'b', 'c'];
    const slow = (name: string) =>
      `echo start ${name} >> ${scene.at('log')}; sleep 0.2; echo end ${name} >> ${scene.at('log')}`;
    start({
      watches: names.map((key) => ({ key, group: 'web', onChange: { exec: slow(key) } })),
      jobs: [{ name: 'app', main: true, exec: lasting('app') }],
    });
    await scene.until('the process', () => lines('app').length === 1);
    for (const round of ['1', '2']) {
      const told = lines('log').length;
      await Promise.all(names.map((key) => agent.putKey(key, round)));
      await scene.until('all of them', () => lines('log').length === told + 6);
    }
    const log = lines('log');
    for (let at = 0; at < log.length; at += 2) {
      expect(log[at + 1]).toBe(log[at]?.replace('start', 'end'));
    }
    expect(log.filter((line) => line === 'start a')).toHaveLength(2);
  });
});
