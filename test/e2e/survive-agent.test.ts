import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { Program } from '../support/autotmpl.ts';
import { startConsul } from '../support/consul.ts';
import { messages, Scene } from '../support/scene.ts';
import { sideBySide } from '../support/side-by-side.ts';

/** What "within seconds" means here. The wait of a blocking query is 60 s. */
const SECONDS_MS = 20_000;
/** What a catalog that began anew does not have any more is believed once that has stayed so for 5 s. */
const SETTLED_MS = 5000 + SECONDS_MS;
const TROUBLE = /^(?!answered again).*cannot ask Consul|Consul does not answer|have no leader/;

const TEMPLATE = `version {{ key("site/version") }}
{% for instance in service("sales") %}{{ instance.Address }}:{{ instance.Port }}
{% endfor %}`;
const text = (version: string, ...instances: string[]) =>
  `version ${version}\n${instances.map((instance) => `${instance}\n`).join('')}`;
const sales = (address: string) => ({ ID: address, Name: 'sales', Address: address, Port: 80 });

const test = sideBySide(async (ends) => {
  const agent = await startConsul({ dataDir: true });
  ends.push(() => agent.stop());
  const scene = new Scene();
  ends.push(() => scene.close());
  await agent.register(sales('10.0.0.1'));
  // The index is well above that of an empty catalog.
  for (let version = 0; version < 60; version += 1) await agent.putKey('other', String(version));
  await agent.putKey('site/version', 'one');

  /** Starts the program and waits for the first file. */
  async function watch(): Promise<Program> {
    const program = scene.start({
      catalog: { consul: { address: agent.address } },
      templates: [{ contents: TEMPLATE, destination: 'site.conf', command: 'echo run >> runs' }],
    });
    await scene.untilText('site.conf', text('one', '10.0.0.1:80'));
    await program.logs(/"done: /);
    return program;
  }

  return { agent, scene, watch };
});

/** Said once when it began, whatever was tried since, and once when it was over; both queries in one line. */
function expectSaidOnce(program: Program): void {
  expect(messages(program, TROUBLE)).toHaveLength(1);
  expect(messages(program, TROUBLE)[0]).toMatch(/the last good answers are kept/);
  expect(messages(program, /^answered again/)).toHaveLength(1);
}

test('notices an agent that is stopped for 20 s, keeps the file, and goes on when the agent does', async ({
  stage: { agent, scene, watch },
}) => {
  const program = await watch();
  const stamp = scene.stamp('site.conf');
  await agent.kill('SIGSTOP');
  const stoppedAt = performance.now();
  await program.logs(/the agent has stopped answering.*the last good answers are kept/, 20_000);
  await sleep(20_000 - (performance.now() - stoppedAt));
  expect(scene.stamp('site.conf')).toBe(stamp);
  await agent.kill('SIGCONT');
  await program.logs(/answered again/, SECONDS_MS);
  await agent.putKey('site/version', 'two');
  await scene.untilText('site.conf', text('two', '10.0.0.1:80'), SECONDS_MS);
  expectSaidOnce(program);
  await scene.untilText('runs', 'run\nrun\n', SECONDS_MS);
}, 90_000);

describe.concurrent('when the agent is killed', () => {
  test('row 76: leaves the file alone while it is away, says so once, and follows it when it is back', async ({
    stage: { agent, scene, watch },
  }) => {
    const program = await watch();
    const stamp = scene.stamp('site.conf');
    await agent.kill('SIGKILL');
    await program.logs(/the last good answers are kept/);
    // Long enough for a number of tries.
    await sleep(4000);
    expect(scene.stamp('site.conf')).toBe(stamp);
    await agent.start();
    await program.logs(/answered again/, SECONDS_MS);
    await agent.putKey('site/version', 'two');
    await scene.untilText('site.conf', text('two', '10.0.0.1:80'), SECONDS_MS);
    expectSaidOnce(program);
  });

  test('row 78: writes the new truth, of keys and lists, within seconds when it comes back without its data', async ({
    stage: { agent, scene, watch },
  }) => {
    const program = await watch();
    const stamp = scene.stamp('site.conf');
    await agent.restart({ wipe: true });
    await program.logs(/key\(site\/version\).*believed when it stays so for 5s/, SECONDS_MS);
    await program.logs(/"key\(site\/version\) is gone; site.conf stays as it was/, SETTLED_MS);
    expect(scene.stamp('site.conf')).toBe(stamp);
    await agent.register(sales('10.0.0.2'));
    await agent.putKey('site/version', 'new');
    await scene.untilText('site.conf', text('new', '10.0.0.2:80'), SECONDS_MS);
    await agent.putKey('site/version', 'newer');
    await scene.untilText('site.conf', text('newer', '10.0.0.2:80'), SECONDS_MS);
    await agent.deregister('10.0.0.2');
    await scene.untilText('site.conf', text('newer'), SECONDS_MS);
  });
});

test('goes back with a catalog that is restored from a snapshot, and follows it from there', async ({
  stage: { agent, scene, watch },
}) => {
  const snapshot = await agent.saveSnapshot();
  await watch();
  for (let version = 2; version <= 30; version += 1) {
    await agent.putKey('site/version', String(version));
  }
  await scene.untilText('site.conf', text('30', '10.0.0.1:80'), SECONDS_MS);
  await agent.restoreSnapshot(snapshot);
  await scene.untilText('site.conf', text('one', '10.0.0.1:80'), SECONDS_MS);
  // Its index is still lower than the one that was followed.
  await agent.putKey('site/version', 'after');
  await scene.untilText('site.conf', text('after', '10.0.0.1:80'), SECONDS_MS);
});
