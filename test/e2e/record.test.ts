import { statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { Scene } from '../support/scene.ts';

describe('autotmpl record', () => {
  let agent: ConsulAgent;
  let scene: Scene;
  beforeAll(async () => {
    agent = await startConsul();
    await agent.putKey('app/services', 'web,db');
    await agent.putKey('app/motd', 'hello: "world" # \u001b ☃\n');
    await agent.putKey('app/db/password', 'hunter2!');
    await agent.putKey('app/pin', '4711-0815');
    await agent.register({
      ...{ ID: 'web-1', Name: 'web', Port: 80, Address: '10.0.0.1', Tags: ['b', 'a'] },
      Meta: { version: '1.10', note: 'pin 4711-0815' },
      Check: { TTL: '1h', Status: 'passing' },
    });
    await agent.register({ ID: 'db-1', Name: 'db', Port: 5432 });
  });
  afterAll(() => agent.stop());
  beforeEach(() => (scene = new Scene()));
  afterEach(() => scene.close());

  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    scene.startWith(args, { env });
  const live = () => ({ CONSUL_HTTP_ADDR: agent.address });
  const render = (...args: string[]) => ['-config', 'autotmpl.yaml', '-once', ...args];

  it('makes a document from which the same files come, byte for byte', async () => {
    scene.write(
      'a.njk',
      `{% for name in key("app/services") | split(",") %}{% for one in service(name ~ "|any") -%}
{{ one | dump }}
{% endfor %}{% endfor %}{{ services() | dump }} {{ nodes() | dump }} {{ node() | dump }} {{ datacenters() }}
{{ keyOrDefault("app/none", "none") }} {{ service("none") | length }} {{ key("app/motd") }}`,
    );
    scene.write(
      'b.ctmpl',
      '{{ range tree "app/m" }}{{ .Path }} {{ .ModifyIndex }} {{ .Value }}{{ end }}',
    );
    scene.write(
      'autotmpl.yaml',
      'templates: [{source: a.njk, destination: a.txt}, {source: b.ctmpl, destination: b.txt}]',
    );
    expect((await run(render(), live()).ended).code).toBe(0);
    const texts = ['a.txt', 'b.txt'].map((name) => scene.read(name));
    expect(texts[0]).toContain('10.0.0.1');
    expect(texts[1]).toMatch(/app\/motd \d+ hello/);
    const recorded = await run(['record', '-config', 'autotmpl.yaml', '-output', 'r.yaml'], live())
      .ended;
    expect(recorded.stderr).toMatch(
      /^recorded \d+ answers, 0 answers with something masked: r\.yaml\n$/,
    );
    expect(recorded.code).toBe(0);
    expect(statSync(scene.at('r.yaml')).mode & 0o777).toBe(0o600);
    for (const name of ['a.txt', 'b.txt']) scene.remove(name);
    const offline = await run(render('-catalog', 'r.yaml', '-timeout', '10s')).ended;
    expect(offline.code).toBe(0);
    expect(['a.txt', 'b.txt'].map((name) => scene.read(name))).toEqual(texts);
  });

  it('says in plain words what it can, so that people can read and change it', async () => {
    scene.write(
      'a.njk',
      '{% for one in service("web") %}{{ one.Address }}{% endfor %}{{ key("app/motd") }}',
    );
    const { stdout } = await run(['record', '-template', 'a.njk'], live()).ended;
    expect(stdout).toMatch(/^# recorded by autotmpl .* from Consul at http/);
    expect(stdout).toContain('  web:\n    - id: web-1\n');
    expect(stdout).not.toContain('answers:');
    expect(stdout).not.toContain('app/services');
  });

  it('masks what is secret by its name, by a template or by a flag, and lists it', async () => {
    scene.write(
      'a.njk',
      '{{ key("app/db/password") }} {{ key("app/pin") | secret }} {{ key("app/motd") }} {{ service("web") | dump }}',
    );
    const { stdout, code } = await run(['record', '-template', 'a.njk', '-mask', 'app/m*'], live())
      .ended;
    expect(code).toBe(0);
    for (const secret of ['hunter2', '4711', 'world']) expect(stdout).not.toContain(secret);
    expect(stdout).toContain('pin masked-by-autotmpl');
    expect(stdout).toContain(
      '#   key(app/db/password): keys whose names say that they are secret\n',
    );
    expect(stdout).toContain('#   key(app/pin): texts that a template marks as secret\n');
    expect(stdout).toContain('#   key(app/motd): keys that -mask names\n');
    expect(stdout).toContain('#   service(web): texts that a template marks as secret\n');
  });

  it('goes on with -for: each change with its time, the secrets of the new answers masked', async () => {
    scene.write('a.njk', '{{ key(key("live/pointer")) | secret }}');
    await agent.putKey('live/pointer', 'live/one');
    await agent.putKey('live/one', 'secret-one');
    await agent.putKey('live/two', 'secret-two');
    const program = run(
      ['record', '-template', 'a.njk', '-for', '1h', '-output', 'r.yaml'],
      live(),
    );
    await scene.until('the first answers', () => scene.exists('r.yaml'));
    await agent.putKey('live/pointer', 'live/two');
    await scene.until('the second', () => scene.read('r.yaml').includes('key(live/two)'));
    const end = await program.stop();
    expect(end.code).toBe(0);
    const text = scene.read('r.yaml');
    expect(text).not.toContain('secret-');
    expect(text).toMatch(/^changes:\n {2}- after: \d+ms\n {4}answers:\n {6}key\(live\/pointer\):/m);
    // What it was at the start is what it is as a catalog.
    const offline = await run(['-once', '-template', 'a.njk', '-catalog', 'r.yaml']).ended;
    expect(offline.stdout).toBe('masked-by-autotmpl');
  });

  it('notes when the catalog stops answering, and when it is back with the same', async () => {
    const other = await startConsul({ dataDir: true });
    try {
      await other.putKey('a', 'kept');
      scene.write('a.njk', '{{ key("a") }}');
      const program = run(['record', '-template', 'a.njk', '-for', '1h', '-output', 'r.yaml'], {
        CONSUL_HTTP_ADDR: other.address,
      });
      await scene.until('the first answers', () => scene.exists('r.yaml'));
      await other.kill('SIGTERM');
      await scene.until('the trouble', () => scene.read('r.yaml').includes('held:'), 20_000);
      await other.restart();
      await scene.until('its end', () => scene.read('r.yaml').includes('    answers:'), 30_000);
      await program.stop();
      expect(scene.read('r.yaml')).toMatch(/ held:\n {6}key\(a\): .*Consul/);
    } finally {
      await other.stop();
    }
  }, 90_000);

  it('leaves nothing where an answer never came, and writes over recordings only', async () => {
    scene.write('a.njk', '{{ key("app/motd") }}');
    const away = await run(
      ['record', '-template', 'a.njk', '-output', 'r.yaml', '-timeout', '300ms'],
      { CONSUL_HTTP_ADDR: '127.0.0.1:1' },
    ).ended;
    expect(away.code).toBe(75);
    expect(away.stderr).toContain('nothing is recorded: no answer to key(app/motd)');
    expect(scene.exists('r.yaml')).toBe(false);
    const again = () => run(['record', '-template', 'a.njk', '-output', 'r.yaml'], live()).ended;
    expect((await again()).code).toBe(0);
    expect((await again()).code).toBe(0);
    scene.write('r.yaml', 'keys: {}\n');
    const refused = await again();
    expect(refused.code).toBe(73);
    expect(refused.stderr).toContain('r.yaml is there already, and is no recording');
    expect(scene.read('r.yaml')).toBe('keys: {}\n');
  });
});
