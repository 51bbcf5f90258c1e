import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runAutotmpl, type Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { CountingProxy } from '../support/counting-proxy.ts';
import { ConsulPolicy } from '../support/consul-tokens.ts';
import { messages, Scene } from '../support/scene.ts';
import { waitUntil } from '../support/wait-until.ts';

/** What "within seconds" means here. */
const SECONDS_MS = 20_000;
const ALL =
  'service_prefix "" { policy = "read" } node_prefix "" { policy = "read" } key_prefix "" { policy = "read" }';
const NAMES = ['sales', 'stock', 'search', 'shop', 'staff'];
const TEMPLATE = `${NAMES.map((name) => `{{ service("${name}") | join(" ", "ID") }}`).join('\n')}
{{ tree("app") | join(" ", "Value") }}
`;

let agent: ConsulAgent;
let scene: Scene;
let policy: ConsulPolicy;
beforeAll(async () => {
  agent = await startConsul({ acl: true });
  for (const Name of NAMES) {
    for (const at of [1, 2]) await agent.register({ ID: `${Name}-${at}`, Name, Port: 80 });
  }
  await agent.putKey('app/a', 'one');
  await agent.putKey('app/b', 'two');
});
afterAll(() => agent.stop());
beforeEach(async () => {
  scene = new Scene();
  policy = await ConsulPolicy.make(agent, ALL);
});
afterEach(() => scene.close());

/** The file as it is with these instances of `sales`, and all else. */
const text = (...sales: number[]) =>
  `${NAMES.map((name) => (name === 'sales' ? sales : [1, 2]).map((at) => `${name}-${at}`).join(' ')).join('\n')}\none two\n`;

async function watch(extra: object = {}, first = text(1, 2)): Promise<Program> {
  const program = scene.start({
    catalog: { consul: { address: agent.address, token: policy.token } },
    templates: [{ contents: TEMPLATE, destination: 'site.conf' }],
    control: { socket: scene.at('socket') },
    ...extra,
  });
  await scene.untilText('site.conf', first);
  return program;
}

/** Queries that wait keep their rights for one more answer: changes all of it, twice, and back again. */
async function touchAll(): Promise<void> {
  for (let time = 0; time < 2; time += 1) {
    for (const Name of NAMES) {
      await agent.register({ ID: 'extra', Name, Port: 80 });
      await agent.deregister('extra');
    }
    await agent.putKey('app/a', 'changed');
    await agent.putKey('app/a', 'one');
  }
}

async function status(): Promise<string> {
  const args = ['status', '-socket', scene.at('socket')];
  return (await runAutotmpl(args, { cwd: scene.folder })).stdout;
}

describe('a token that loses its rights while the program runs', () => {
  it('empties no file: that is said once for all, with the rules, and over within seconds when they are back', async () => {
    const program = await watch();
    await policy.write('operator = "read"');
    await touchAll();
    await program.logs(/leaves out what the token may not read/, SECONDS_MS);
    await waitUntil(
      async () => (await status()).includes('0 fresh, 0 held, 6 suspect, 0 unanswered'),
      {
        what: 'six queries that are suspect',
        timeoutMs: SECONDS_MS,
      },
    );
    // Whatever the file shows, it was there: an instance that came while the token could still see it.
    for (const name of NAMES) expect(scene.read('site.conf')).toContain(`${name}-1 ${name}-2`);
    const told = messages(program, /leaves out what the token may not read/);
    expect(told.join('\n')).toMatch(/service "s\w+" \{ policy = "read" \}/);
    expect(told.join('\n')).toMatch(/the last good answers are kept/);
    // Those that are found out together share a line; the changes above come one after the other.
    expect(told.length).toBeLessThanOrEqual(3);

    await agent.register({ ID: 'sales-3', Name: 'sales', Port: 80 });
    await policy.write(ALL);
    await scene.untilText('site.conf', text(1, 2, 3), SECONDS_MS);
    await program.logs(/answered again/);
    await agent.deregister('sales-3');
    await scene.untilText('site.conf', text(1, 2));
    expect(await status()).toContain('queries: 6 fresh, 0 held, 0 suspect, 0 unanswered');
    expect(program.stderr).not.toContain(policy.token);
  });

  it('is told from one that is deleted', async () => {
    const program = await watch();
    await policy.deleteToken();
    await touchAll();
    await program.logs(/the token is unknown to Consul/, SECONDS_MS);
    for (const name of NAMES) expect(scene.read('site.conf')).toContain(`${name}-1 ${name}-2`);
    expect(messages(program, /leaves out/)).toEqual([]);
  });
});

describe('a token that never had the rights', () => {
  it('makes a run wait, and say what for, where it would else write an empty file', async () => {
    await policy.write('service "sales" { policy = "read" }');
    scene.write('a.njk', '{% for one in service("sales") %}{{ one.Port }}{% endfor %}|');
    const env = { CONSUL_HTTP_ADDR: agent.address, CONSUL_HTTP_TOKEN: policy.token };
    const where = { cwd: scene.folder, env };
    const args = ['-template', 'a.njk:a.conf', '-once', '-timeout', '2s'];
    const run = await runAutotmpl(args, where);
    expect(run.code).not.toBe(0);
    expect(run.stderr).toMatch(/a\.conf waits for service\(sales\).*the token needs node_prefix/);
    expect(scene.exists('a.conf')).toBe(false);
    const explained = await runAutotmpl(['explain', '-timeout', '1s', 'a.njk'], where);
    expect(explained.stdout).toMatch(/^1 +suspect .* service\(sales\)$/m);
    expect(explained.stdout).toContain('leaves out what the token may not read');
  });
});

it('removes what really left with one question more for each, and in milliseconds', async () => {
  const proxy = await CountingProxy.start(agent.address);
  try {
    // Before anybody looks: a query that had much news of late is asked less often.
    for (const at of [3, 4, 5, 6])
      await agent.register({ ID: `sales-${at}`, Name: 'sales', Port: 80 });
    const consul = { address: proxy.address, token: policy.token };
    await watch({ catalog: { consul } }, text(1, 2, 3, 4, 5, 6));
    const path = '/v1/health/service/sales';
    const took: number[] = [];
    for (const at of [6, 5, 4, 3]) {
      const left = [1, 2, 3, 4, 5, 6].filter((other) => other < at);
      const before = proxy.counts.get(path) ?? 0;
      const startedAt = performance.now();
      await agent.deregister(`sales-${at}`);
      await scene.until('the file without it', () => scene.read('site.conf') === text(...left));
      took.push(performance.now() - startedAt);
      await scene.until('the next question', () => (proxy.counts.get(path) ?? 0) === before + 2);
    }
    expect(Math.min(...took)).toBeLessThan(2000);
  } finally {
    await proxy.stop();
  }
});
