import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { Scene } from '../support/scene.ts';

const TARGETS = 1000;

let agent: ConsulAgent;
let scene: Scene;
beforeAll(async () => {
  agent = await startConsul();
});
afterAll(() => agent.stop());
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.close());

/** Sockets that a process has open, of whatever kind. */
function socketsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}

it('row 80: keeps 1,000 files true over 100 connections, changes one where one changed, and leaves room for others', async () => {
  for (let first = 0; first < TARGETS; first += 50) {
    const puts = Array.from({ length: 50 }, (_, at) => agent.putKey(`many/${first + at}`, 'one'));
    await Promise.all(puts);
  }
  const templates = Array.from({ length: TARGETS }, (_, at) => ({
    contents: `{{ key("many/${at}") }}`,
    destination: `many/${at}`,
  }));
  const program = scene.start({ catalog: { consul: { address: agent.address } }, templates });
  const written = () =>
    scene.exists('many') ? scene.names('many').filter((name) => !name.startsWith('.')) : [];
  await scene.until('all files', () => written().length === TARGETS, 40_000);
  expect(written().every((name) => scene.read(`many/${name}`) === 'one')).toBe(true);

  // One listening socket a destination says who keeps it true; the rest are connections, standard streams among them.
  expect(socketsOf(program.pid) - TARGETS).toBeLessThanOrEqual(100 + 4);
  expect((await agent.request('GET', '/v1/status/leader')).status).toBe(200);

  const stamps = new Map(written().map((name) => [name, scene.stamp(`many/${name}`)]));
  await agent.putKey('many/777', 'two');
  await scene.untilText('many/777', 'two', 15_000);
  const changed = written().filter((name) => scene.stamp(`many/${name}`) !== stamps.get(name));
  expect(changed).toEqual(['777']);
  expect(scene.names('many')).toHaveLength(TARGETS);
}, 90_000);

it('follows keys whose names change 240 times, each within seconds, and leaves others their connections all the while', async () => {
  const names = Array.from({ length: 240 }, (_, at) => `churn/${at}`);
  for (const name of names) await agent.putKey(name, name);
  // Many take turns: one that changes again and again is asked for at a pace.
  const files = Array.from({ length: 20 }, (_, at) => `which/${at}`);
  for (const file of files) await agent.putKey(file, 'churn/0');
  scene.start({
    catalog: { consul: { address: agent.address } },
    templates: files.map((file) => ({
      contents: `{{ key(key("${file}")) }}`,
      destination: file,
    })),
  });
  for (const file of files) await scene.untilText(file, 'churn/0');
  for (const [at, name] of names.entries()) {
    const file = files[at % files.length] ?? '';
    await agent.putKey(file, name);
    await scene.untilText(file, name, 15_000);
    // The agent closes a connection that is one too many before it answers.
    expect((await agent.request('GET', '/v1/status/leader')).status).toBe(200);
  }
}, 120_000);
