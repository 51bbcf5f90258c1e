import { symlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { PROGRAM, type Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { CountingProxy } from '../support/counting-proxy.ts';
import { Scene } from '../support/scene.ts';

/** The rows of consul-template's behaviours that its reads of Consul have to do with, by their numbers. */
let agent: ConsulAgent;
let proxy: CountingProxy;
let scene: Scene;

beforeAll(async () => {
  agent = await startConsul();
  await agent.putKey('p/a', '1');
});
afterAll(() => agent.stop());
beforeEach(async () => {
  scene = new Scene();
  symlinkSync(PROGRAM, scene.at('consul-template'));
  proxy = await CountingProxy.start(agent.address);
});
afterEach(async () => {
  await scene.close();
  await proxy.stop();
});

/** Starts the program by the name consul-template, on the agent. */
function start(args: readonly string[]): Program {
  return scene.startWith(args, {
    link: scene.at('consul-template'),
    env: { CONSUL_HTTP_ADDR: proxy.address },
  });
}

describe('consul-template’s reads', () => {
  it('row 2: end a single run with 14 once the tries for an unknown datacenter are used up', async () => {
    scene.write('t', '{{ key "p/a@nodc" }}');
    const end = await start(['-template', 't:o', '-once', '-consul-retry-attempts=1']).ended;
    expect(end.code).toBe(14);
    expect(end.stderr).toMatch(/given up after 2 tries: .*No path to datacenter/);
    expect(scene.exists('o')).toBe(false);
  });

  it('row 2: with -consul-retry=false the first try is the last', async () => {
    scene.write('t', '{{ key "p/a@nodc" }}');
    const end = await start(['-template', 't:o', '-once', '-consul-retry=false']).ended;
    expect(end.code).toBe(14);
    expect(end.stderr).toContain('given up after the first try');
  });

  it('row 77: go on for ever in watch mode, whatever the number of tries', async () => {
    const own = await startConsul();
    try {
      await own.putKey('p/a', 'first');
      scene.write('t', '{{ key "p/a" }}');
      const program = scene.startWith(
        ['-template', 't:o', '-consul-retry-attempts=1', '-consul-retry-backoff=20ms'],
        { link: scene.at('consul-template'), env: { CONSUL_HTTP_ADDR: own.address } },
      );
      await scene.until('the file', () => scene.exists('o') && scene.read('o') === 'first');
      await own.kill('SIGKILL');
      await program.logs(/the last good answers are kept/);
      await own.start();
      await own.putKey('p/a', 'second');
      await scene.until('the change', () => scene.read('o') === 'second', 30_000);
    } finally {
      await own.stop();
    }
  });

  it('row 84: are stale there, and the leader’s with -max-stale=0 and under our own name', async () => {
    scene.write('t', '{{ key "p/a" }}');
    const flags = ['-template', 't:o', '-once'];
    expect((await start(flags).ended).code).toBe(0);
    expect(proxy.urls.splice(0)).toEqual(['/v1/kv/p/a?stale']);
    expect((await start([...flags, '-max-stale=0']).ended).code).toBe(0);
    expect(proxy.urls.splice(0)).toEqual(['/v1/kv/p/a']);
    scene.write('t.ctmpl', '{{ key "p/a" }}');
    const ours = ['-template', 't.ctmpl:o', '-once', '-consul-addr', proxy.address];
    expect((await scene.startWith(ours).ended).code).toBe(0);
    expect(proxy.urls.splice(0)).toEqual(['/v1/kv/p/a']);
    expect((await scene.startWith([...ours, '-max-stale=5s']).ended).code).toBe(0);
    expect(proxy.urls.splice(0)).toEqual(['/v1/kv/p/a?stale']);
  });

  it('end the program with err_on_failed_lookup, once and in watch mode, for a key that is not there', async () => {
    const template = (key: string) =>
      `err_on_failed_lookup = true\ntemplate {\n contents = "{{ key \\"${key}\\" }}"\n destination = "o"\n}\n`;
    scene.write('a.hcl', template('p/none'));
    for (const mode of [['-once'], []]) {
      const end = await start(['-config', 'a.hcl', ...mode]).ended;
      expect(end.code).toBe(14);
      expect(end.stderr).toContain('the catalog has no key(p/none), used at contents of o:1');
    }
    scene.write('a.hcl', template('p/a'));
    expect((await start(['-config', 'a.hcl', '-once']).ended).code).toBe(0);
  });

  it('say at the level debug what of a config has no meaning here', async () => {
    scene.write('a.hcl', 'consul {\n transport {\n  max_idle_conns = 3\n }\n}\n');
    scene.write('t', 'x');
    const flags = ['-config', 'a.hcl', '-template', 't:o', '-once'];
    expect((await start(flags).ended).stderr).not.toContain('max_idle_conns');
    const loud = await start([...flags, '-log-level=debug']).ended;
    expect(loud.stderr).toMatch(/a\.hcl:3:\d+: consul\.transport\.max_idle_conns has no meaning/);
  });
});
