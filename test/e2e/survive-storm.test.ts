import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { CountingProxy } from '../support/counting-proxy.ts';
import { Scene } from '../support/scene.ts';

const CHANGES = 2000;
const OVER_MS = 10_000;
/** Pauses that grow by 50 ms up to a second, as docs/consul.md promises; and a few for the ends. */
const MOST_QUESTIONS = 40;
/** For a slow machine. */
const SLACK_MS = 4000;
/** What `wait: 1200ms:2s` allows: one at the start, one every 2 s, one at the end; and one for a slow machine. */
const MOST_QUIET_RELOADS = 2 + OVER_MS / 2000 + 1;

let agent: ConsulAgent;
let proxy: CountingProxy;
let scene: Scene;
beforeAll(async () => {
  agent = await startConsul();
  proxy = await CountingProxy.start(agent.address);
  scene = new Scene();
});
afterAll(async () => {
  await scene.close();
  await proxy.stop();
  await agent.stop();
});

it('has the last of 2,000 changes in the file, after few reloads and few questions', async () => {
  await agent.putKey('site/version', '0');
  await agent.register({ Name: 'sales', Address: '10.0.0.1', Port: 80 });
  const contents = '{{ key("site/version") }} {{ service("sales") | length }}';
  scene.start({
    catalog: { consul: { address: proxy.address } },
    templates: [
      { contents, destination: 'hasty.conf', command: 'echo x >> hasty' },
      { contents, destination: 'quiet.conf', command: 'echo x >> quiet', wait: '1200ms:2s' },
    ],
  });
  const reloads = (name: string) => (scene.exists(name) ? scene.read(name).length / 2 : 0);
  await scene.untilText('quiet.conf', '0 1');
  await scene.until('the first commands', () => reloads('hasty') + reloads('quiet') === 2);

  const startedAt = performance.now();
  for (let version = 1; version <= CHANGES; version += 1) {
    await agent.putKey('site/version', String(version));
    const dueMs = (version / CHANGES) * OVER_MS;
    const aheadMs = dueMs - (performance.now() - startedAt);
    if (aheadMs > 0) await sleep(aheadMs);
  }
  await scene.untilText('hasty.conf', `${CHANGES} 1`, 1000 + SLACK_MS);
  await scene.untilText('quiet.conf', `${CHANGES} 1`, 3000 + SLACK_MS);

  const lastedMs = performance.now() - startedAt;
  expect(lastedMs, 'the agent takes the changes about as fast as they come').toBeLessThan(60_000);
  const slower = lastedMs / OVER_MS;
  const questions = proxy.counts.get('/v1/kv/site/version') ?? 0;
  expect(questions).toBeGreaterThan(10);
  expect(questions).toBeLessThan(MOST_QUESTIONS * slower);
  // Each question gives one text at the most.
  expect(reloads('hasty')).toBeLessThan(MOST_QUESTIONS * slower);
  expect(reloads('quiet')).toBeGreaterThan(3);
  expect(reloads('quiet')).toBeLessThanOrEqual(Math.ceil(MOST_QUIET_RELOADS * slower));
  // Another service's news is none of theirs, and a key's is no service's.
  expect(proxy.counts.get('/v1/health/service/sales')).toBeLessThan(10);
}, 150_000);
