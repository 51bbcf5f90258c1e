import { expect } from 'vitest';
import type { Program } from '../support/autotmpl.ts';
import { startConsul } from '../support/consul.ts';
import { Scene } from '../support/scene.ts';
import { sideBySide } from '../support/side-by-side.ts';

const HOSTS = [1, 2, 3, 4, 5];

/** A command that notes when it begins and ends, and takes a while in between. */
const noting = (host: number, seconds: string) =>
  `echo +${host} >> runs; sleep ${seconds}; echo -${host} >> runs`;

const test = sideBySide(async (ends) => {
  const agent = await startConsul();
  ends.push(() => agent.stop());
  const scene = new Scene();
  ends.push(() => scene.close());
  scene.write('runs', '');
  await agent.putKey('site/text', 'one');

  function start(host: number, fields: Record<string, unknown>, ...flags: string[]): Program {
    const file = `host-${host}.json`;
    const template = {
      ...{ contents: '{{ key("site/text") }}', destination: `host-${host}.conf` },
      reload: { lock: 'site/reload', limit: 2 },
      ...fields,
    };
    const catalog = { consul: { address: agent.address } };
    scene.write(file, JSON.stringify({ catalog, templates: [template] }));
    return scene.startWith(['-config', file, '-log-format', 'json', ...flags]);
  }

  /** The lines that commands have noted, and how many ran at once at the most. */
  function runs(): { readonly lines: string[]; readonly most: number } {
    const lines = scene.read('runs').trim().split('\n').filter(Boolean);
    let [now, most] = [0, 0];
    for (const line of lines) {
      now += line.startsWith('+') ? 1 : -1;
      most = Math.max(most, now);
    }
    return { lines, most };
  }

  return { agent, scene, start, runs };
});

test('has the slot of a program that was killed after its time to live', async ({
  stage: { scene, start, runs },
}) => {
  const reload = { lock: 'site/reload', limit: 1 };
  const first = start(1, { reload, command: noting(1, '60') });
  await scene.until('the first command', () => runs().lines.length === 1);
  const second = start(2, { reload, command: noting(2, '0') });
  await second.logs(/waits for a slot of site\/reload, 1 at a time/);
  first.kill('SIGKILL');
  await scene.until('the second command', () => runs().lines.includes('-2'), 40_000);
}, 90_000);

test('reloads on five hosts, two at a time, at the start and at a change', async ({
  stage: { agent, scene, start, runs },
}) => {
  const programs = HOSTS.map((host) => start(host, { command: noting(host, '0.4') }));
  await scene.until('five commands', () => runs().lines.length === 10, 20_000);
  await agent.putKey('site/text', 'two');
  await scene.until('five more', () => runs().lines.length === 20, 20_000);
  expect(runs().most).toBe(2);
  expect(programs.every(({ isRunning }) => isRunning)).toBe(true);
  await scene.until('all slots free', () =>
    HOSTS.every((host) => !scene.exists(`.host-${host}.conf.autotmpl-owed`)),
  );
});

test('waits for its slot in a single run too, no longer than it may take', async ({
  stage: { scene, start, runs },
}) => {
  const untilAllowed = 'echo +1 >> runs; until [ -e go ]; do sleep 0.05; done; echo -1 >> runs';
  const fields = { command: untilAllowed, reload: { lock: 'site/reload', limit: 1 } };
  start(1, fields);
  await scene.until('the first command', () => runs().lines.length === 1);
  const late = start(2, { ...fields, command: noting(2, '0') }, '-once', '-timeout', '800ms');
  const { code, stderr } = await late.ended;
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/not ended: echo \+2.*waits for a slot of site\/reload/);
  const patient = start(3, { ...fields, command: noting(3, '0') }, '-once');
  await patient.logs(/waits for a slot of site\/reload/);
  scene.write('go', '');
  expect((await patient.ended).code).toBe(0);
  expect(runs()).toEqual({ lines: ['+1', '-1', '+3', '-3'], most: 1 });
});

test('gives its slot back at once when it is told to stop, though its command has to be ended', async ({
  stage: { scene, start, runs },
}) => {
  const reload = { lock: 'site/reload', limit: 1 };
  const first = start(1, { reload, command: noting(1, '60') });
  await scene.until('the first command', () => runs().lines.length === 1);
  const second = start(2, { reload, command: noting(2, '0') });
  await second.logs(/waits for a slot of site\/reload/);
  await first.stop();
  await scene.until('the second command', () => runs().lines.includes('-2'), 9000);
});

test('goes on without the catalog where that is wanted, and waits until it is back where not', async ({
  stage: { agent, scene, start, runs },
}) => {
  const wait = { lock: 'site/reload', limit: 1, without: 'wait' };
  const command = (host: number) => `${noting(host, '0')}; [ -e fine ]`;
  const programs = [
    start(1, { reload: wait, command: command(1) }),
    start(2, { reload: { ...wait, without: 'go' }, command: command(2) }),
  ];
  for (const program of programs) await program.logs(/it is tried again in/);
  // The next tries, of what is owed, find no catalog.
  await agent.kill('SIGKILL');
  scene.write('fine', '');
  scene.write('runs', '');
  const [waits, goes] = programs as [Program, Program];
  await goes.logs(/gives no slot of site\/reload .*runs without one/, 30_000);
  await goes.logs(/"done: /);
  await waits.logs(/gives no slot of site\/reload .*waits for it/, 30_000);
  expect(runs().lines).toEqual(['+2', '-2']);
  await agent.start();
  await waits.logs(/the catalog gives slots again/, 30_000);
  await waits.logs(/"done: /);
  expect(runs().lines).toEqual(['+2', '-2', '+1', '-1']);
});

test('is refused where the catalog has no locks, and where templates differ about their command', async ({
  stage: { agent, scene },
}) => {
  scene.write('facts.yaml', 'keys: {site/text: one}\n');
  const template = {
    ...{ contents: '{{ key("site/text") }}', destination: 'a.conf', command: 'true' },
    reload: { lock: 'site/reload' },
  };
  const ended = async (config: Record<string, unknown>) => {
    scene.write('refused.json', JSON.stringify(config));
    return scene.startWith(['-config', 'refused.json', '-once']).ended;
  };
  const noLocks = await ended({ catalog: { file: 'facts.yaml' }, templates: [template] });
  expect(noLocks.stderr).toMatch(/a.conf: reload: a catalog of the kind file has no locks/);
  expect(noLocks.code).toBe(78);
  const other = { ...template, destination: 'b.conf', reload: { lock: 'other' } };
  const catalog = { consul: { address: agent.address } };
  const differ = await ended({ catalog, templates: [template, other] });
  expect(differ.stderr).toMatch(/b.conf: reload differs from that of a.conf, and both run "true"/);
  expect(differ.code).toBe(78);
});
