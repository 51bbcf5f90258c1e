import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { Scene } from '../support/scene.ts';

const RECORDING = `recording: { started: 2026-01-31T12:00:00Z }
services:
  web: [{ id: a, address: 10.0.0.1, port: 80 }, { id: b, address: 10.0.0.2, port: 80 }]
changes:
  - after: 2s
    held: { service(web): Consul is away }
  - after: 20m
    catalog: { services: { web: [{ id: a, address: 10.0.0.1, port: 80 }] } }
`;

describe('autotmpl replay', () => {
  let agent: ConsulAgent;
  let scene: Scene;
  beforeAll(async () => (agent = await startConsul()));
  afterAll(() => agent.stop());
  beforeEach(() => {
    scene = new Scene();
    scene.write(
      'a.njk',
      '{% for one in service("web") %}server {{ one.Address }}:{{ one.Port }};\n{% endfor %}',
    );
    scene.write(
      'autotmpl.json',
      JSON.stringify({
        templates: [
          {
            ...{ source: 'a.njk', destination: 'live/a.conf', createDirs: true, wait: '50ms' },
            command: 'echo ran >> commands',
          },
        ],
      }),
    );
  });
  afterEach(() => scene.close());

  const replay = (...args: string[]) =>
    scene.startWith(['replay', 'r.yaml', '-config', 'autotmpl.json', ...args]);

  it('shows what became of the files and when, in no time, and touches nothing', async () => {
    scene.write('r.yaml', RECORDING);
    const began = performance.now();
    const { code, stdout, stderr } = await replay('-speed', '0').ended;
    expect(stderr).toBe('played 2 changes in 1201.200s: 2 texts of 1 file\n');
    expect(code).toBe(0);
    expect(stdout).toBe(`+0.000s live/a.conf: 2 lines at first
+2.000s service(web) is not answered: Consul is away
+1200.000s service(web) is answered again
+1200.050s live/a.conf changes:
--- live/a.conf
+++ live/a.conf
@@ -1,2 +1,1 @@
 server 10.0.0.1:80;
-server 10.0.0.2:80;
+1200.050s would run: echo ran >> commands
`);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(scene.names()).toEqual(['a.njk', 'autotmpl.json', 'r.yaml']);
  });

  it('has guards object, and delay removals, by the time of the recording', async () => {
    scene.write('b.njk', scene.read('a.njk'));
    scene.write(
      'autotmpl.json',
      JSON.stringify({
        templates: [
          { source: 'a.njk', destination: 'a.conf', guard: { minInstances: { web: 2 } } },
          { source: 'b.njk', destination: 'b.conf', guard: { removeAfter: '30s' } },
        ],
      }),
    );
    scene.write('r.yaml', RECORDING);
    const { code, stdout } = await replay('-speed', '0').ended;
    expect(stdout).toMatch(/^\+1200\.\d+s a\.conf: held by guard: /m);
    expect(stdout).not.toContain('a.conf changes:');
    expect(stdout).toMatch(/^\+1230\.\d+s b\.conf changes:$/m);
    expect(stdout.match(/^[+-]server .*$/gm)).toEqual(['-server 10.0.0.2:80;']);
    expect(code).toBe(1);
  });

  it('plays in the time that it took, or so many times as fast, until it is told to stop', async () => {
    scene.write('r.yaml', RECORDING);
    const fast = replay('-speed', '10');
    await scene.until('the trouble', () => fast.stdout.includes('Consul is away'));
    const shownAt = Number(/\+([\d.]+)s service\(web\) is not/.exec(fast.stdout)?.[1]);
    expect(shownAt).toBeGreaterThanOrEqual(2);
    expect(shownAt).toBeLessThan(8);
    const { code, stdout } = await fast.stop();
    expect(code).toBe(143);
    expect(stdout).not.toContain('changes:');
  });

  it('makes of a recording of a live catalog what was made of the catalog itself', async () => {
    const put = (id: string, port: number) =>
      agent.register({ ID: id, Name: 'web', Port: port, Address: '10.0.0.1' });
    await put('a', 1);
    const env = { CONSUL_HTTP_ADDR: agent.address };
    const live = scene.start(undefined, { env });
    const recorder = scene.startWith(
      ['record', '-config', 'autotmpl.json', '-for', '1h', '-output', 'r.yaml'],
      { env },
    );
    const text = (...ports: number[]) => ports.map((port) => `server 10.0.0.1:${port};\n`).join('');
    await scene.untilText('live/a.conf', text(1));
    await scene.until('the recording', () => scene.exists('r.yaml'));
    await put('b', 2);
    await scene.untilText('live/a.conf', text(1, 2));
    await put('a', 3);
    await scene.untilText('live/a.conf', text(3, 2));
    await scene.until('the last change', () => scene.read('r.yaml').includes('Port: 3'));
    await recorder.stop();
    await live.stop();
    const commands = scene.read('commands');
    scene.write('live/a.conf', 'not to be touched\n');
    const { code, stdout } = await replay('-speed', '0', '-output', 'out').ended;
    expect(code).toBe(0);
    expect(scene.read(`out${scene.at('live/a.conf')}`)).toBe(text(3, 2));
    expect(stdout.match(/^[+-]server .*$/gm)).toEqual([
      '+server 10.0.0.1:2;',
      '-server 10.0.0.1:1;',
      '+server 10.0.0.1:3;',
    ]);
    expect(scene.read('live/a.conf')).toBe('not to be touched\n');
    expect(scene.read('commands')).toBe(commands);
  });

  it('fails where the recording lacks what the templates ask', async () => {
    scene.write('r.yaml', RECORDING);
    scene.write('a.njk', '{{ plugin("touch", "made") }}');
    const { code, stderr } = await replay('-speed', '0').ended;
    expect(code).toBe(1);
    expect(stderr).toContain('the recording has no answer to plugin(touch');
    expect(scene.exists('made')).toBe(false);
    scene.write('r.yaml', 'changes: [{after: soon}]');
    const broken = await replay().ended;
    expect(broken.code).toBe(78);
    expect(broken.stderr).toContain('r.yaml:1:19: a change: after must be a duration');
  });
});
