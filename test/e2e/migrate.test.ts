import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { existsSync, mkdirSync } from 'node:fs';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { Scene } from '../support/scene.ts';

const TEMPLATE = [
  '{{- range services }}',
  'upstream {{ .Name }} {',
  '{{- range service .Name }}',
  '  server {{ .Address }}:{{ .Port }};',
  '{{- else }}',
  '  server 127.0.0.1:65535;',
  '{{- end }}',
  '}',
  '{{- end }}',
  '# {{ key "p/json" | parseJSON | toJSON }} {{ (key "p/json" | parseJSON).name }}',
  '',
].join('\n');

let agent: ConsulAgent;
let scene: Scene;
beforeAll(async () => {
  agent = await startConsul();
  await agent.register({ Name: 'web', Port: 80, Address: '10.0.0.1' });
  await agent.putKey('p/json', '{"name":"n"}');
  await agent.putKey('p/list', '{"name":["a","b"]}');
});
afterAll(() => agent.stop());
beforeEach(() => (scene = new Scene()));
afterEach(() => scene.close());

const migrate = (...args: string[]) =>
  scene.startWith(['migrate', '-consul-addr', agent.address, ...args]).ended;

describe('autotmpl migrate', () => {
  it('prints a Go template in Nunjucks, and lists what it cannot be sure of', async () => {
    scene.write('web.conf.ctmpl', TEMPLATE);
    const { code, stdout, stderr } = await migrate('web.conf.ctmpl');
    expect(code).toBe(2);
    expect(stdout).toContain('  {%- for instance in service(item.Name) %}'.trimStart());
    expect(stderr).toMatch(/^web\.conf\.ctmpl:10:\d+: uncertain: .*: a list, a map/m);
  });

  it('proves on the catalog that both give the same text', async () => {
    scene.write('web.conf.ctmpl', TEMPLATE);
    const { code, stderr } = await migrate('-prove', 'web.conf.ctmpl');
    expect(stderr).toBe('web.conf.ctmpl: proven: both give the same text\n');
    expect(code).toBe(0);
  });

  it('proves on a file catalog, without a Consul', async () => {
    scene.write('catalog.yaml', 'keys: {a: "1"}\n');
    scene.write('a.tpl', '{{ key "a" }}');
    const { code, stderr } = await scene.startWith([
      ...['migrate', '-catalog', 'catalog.yaml', '-prove', 'a.tpl'],
    ]).ended;
    expect(stderr).toContain('proven: both give the same text');
    expect(code).toBe(0);
  });

  it('shows what differs, and says why a proof could not be had', async () => {
    scene.write('list.ctmpl', '{{ (key "p/list" | parseJSON).name }}\n');
    const different = await migrate('-prove', 'list.ctmpl');
    expect(different.code).toBe(2);
    expect(different.stderr).toContain('list.ctmpl: not the same text:');
    expect(different.stderr).toMatch(/^-\[a b\]$/m);
    expect(different.stderr).toMatch(/^\+a,b$/m);

    scene.write('none.ctmpl', '{{ key "p/none" }}\n');
    const unknown = await migrate('-prove', 'none.ctmpl');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain(
      'not proven: none.ctmpl waits for key(p/none), which does not exist',
    );
  });

  it('lists what has no counterpart, with its place', async () => {
    scene.write('sprig.ctmpl', 'a\n {{ "b" | sprig_upper }}\n');
    const { code, stderr } = await migrate('sprig.ctmpl');
    expect(code).toBe(2);
    expect(stderr).toContain(
      'sprig.ctmpl:2:11: lost: sprig_upper: there is no function sprig_upper',
    );
  });

  it('reads templates with delimiters of their own', async () => {
    scene.write('d.ctmpl', '[[ key "p/json" ]] {{ text }}');
    const { code, stdout } = await migrate(
      ...['-default-left-delimiter', '[[', '-default-right-delimiter', ']]', 'd.ctmpl'],
    );
    expect(stdout).toBe('{{ key("p/json") }} {{ "{{" }} text }}');
    expect(code).toBe(0);
  });

  it("turns consul-template's config into one that runs, and overwrites nothing", async () => {
    scene.write('web.conf.ctmpl', TEMPLATE);
    scene.write(
      'config.hcl',
      [
        `consul { address = "${agent.address}" }`,
        'kill_signal = "SIGUSR2"',
        'template {',
        '  source      = "web.conf.ctmpl"',
        '  destination = "web.conf"',
        '  perms       = 0600',
        '  wait        = "1s:2s"',
        '}',
      ].join('\n'),
    );
    mkdirSync(scene.at('out'));
    const { code, stderr } = await migrate('-out', 'out', 'config.hcl');
    expect(stderr).toMatch(
      /^config\.hcl:2:\d+ ?.*: kill_signal: TERM, INT and QUIT stop autotmpl/m,
    );
    expect(code).toBe(2);
    const text = scene.read('out/config.yaml');
    expect(text).toContain(
      '  - source: "web.conf.ctmpl"\n    destination: "web.conf"\n    perms: "0600"\n',
    );
    expect(text).not.toContain('symlink');

    scene.write('config.yaml', text);
    const { code: ran } = await scene.startWith(['-config', 'config.yaml', '-once']).ended;
    expect(ran).toBe(0);
    expect(scene.read('web.conf')).toContain('server 10.0.0.1:80;');

    scene.write('out/config.yaml', 'mine');
    const again = await migrate('-out', 'out', 'config.hcl');
    expect(again.code).toBe(73);
    expect(scene.read('out/config.yaml')).toBe('mine');
  });

  it("turns ContainerPilot's config into ours, and tells what its template gave", async () => {
    scene.write(
      'containerpilot.json',
      `{
        "consul": "{{ .CONSUL | default "127.0.0.1" }}:8500",
        "services": [{"name": "app", "port": 80, "poll": 1, "ttl": 5, "health": "true", "interfaces": "static:127.0.0.1"}],
        "backends": [{"name": "db", "poll": 3, "onChange": "reload.sh"}]
      }`,
    );
    const { code, stdout, stderr } = await migrate('containerpilot.json');
    expect(code).toBe(2);
    expect(stdout).toContain('    address: "http://127.0.0.1:8500"');
    expect(stdout).toContain('onChange: {"exec":["reload.sh"]}');
    expect(stderr).toContain('filled in with what it gives now');
    expect(stderr).toContain('AUTOTMPL_ variables in place of CONTAINERPILOT_');
    scene.write('ours.yaml', stdout);
    expect((await scene.startWith(['check', '-config', 'ours.yaml']).ended).code).toBe(0);
  });

  it('wants a folder for several files, and says what is no file', async () => {
    scene.write('a.ctmpl', 'a');
    scene.write('b.ctmpl', 'b');
    expect((await migrate('a.ctmpl', 'b.ctmpl')).stderr).toContain('need a folder to go to');
    mkdirSync(scene.at('to'));
    expect((await migrate('-out', 'to', 'a.ctmpl', 'b.ctmpl')).code).toBe(0);
    expect(existsSync(scene.at('to/b.njk'))).toBe(true);
    const none = await migrate('none.ctmpl');
    expect(none.stderr).toContain('none.ctmpl: there is no such file');
    expect(none.code).toBe(1);
    expect((await migrate()).code).toBe(64);
  });
});
