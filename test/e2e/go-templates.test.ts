import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { messages, Scene } from '../support/scene.ts';

let agent: ConsulAgent;
let scene: Scene;
beforeAll(async () => {
  agent = await startConsul();
  await agent.register({ Name: 'web', ID: 'web-1', Address: '10.0.0.1', Port: 81 });
  await agent.register({ Name: 'web', ID: 'web-2', Address: '10.0.0.2', Port: 82 });
});
afterAll(() => agent.stop());
beforeEach(async () => {
  scene = new Scene();
  await agent.putKey('go/text', 'one');
});
afterEach(() => scene.close());

const WEB =
  '{{ with index (service "web") 0 }}first {{ .ID }}{{ end }}\n' +
  '{{- range service "web" }}\nserver {{ .Address }}:{{ .Port }};{{ end }}\n';
const RENDERED = 'first web-1\nserver 10.0.0.1:81;\nserver 10.0.0.2:82;\n';

/** Runs the program to its end. */
async function run(...args: readonly string[]) {
  return scene.startWith(['-consul-addr', agent.address, '-log-format=text', ...args]).ended;
}

describe('a Go template', () => {
  it('is known by its name, and waits for its data in the middle of an index', async () => {
    scene.write('web.ctmpl', WEB);
    const { code, stderr } = await run('-once', '-template', 'web.ctmpl:web.conf');
    expect(code, stderr).toBe(0);
    expect(scene.read('web.conf')).toBe(RENDERED);
  });

  it('runs beside a Nunjucks template, each in its language', async () => {
    scene.write('a.tmpl', '{{ key "go/text" }} {{ .Data.Foo }}\n');
    scene.write('b.njk', '{{ key("go/text") }}\n');
    const { code, stderr } = await run('-once', '-template=a.tmpl:a', '-template=b.njk:b');
    expect(code, stderr).toBe(0);
    expect([scene.read('a'), scene.read('b')]).toEqual(['one <no value>\n', 'one\n']);
  });

  it('is shown by -dry', async () => {
    scene.write('web.tpl', WEB);
    const { code, stdout } = await run('-once', '-dry', '-template', 'web.tpl:web.conf');
    expect(code).toBe(0);
    expect(stdout).toContain('+server 10.0.0.2:82;');
    expect(scene.exists('web.conf')).toBe(false);
  });

  it('is checked without a network, with file, line and column', async () => {
    scene.write('good.ctmpl', WEB);
    scene.write('bad.ctmpl', 'fine\n  {{ range }}\n');
    const good = await scene.startWith(['check', '-template', 'good.ctmpl']).ended;
    expect(good.code, good.stderr).toBe(0);
    const bad = await scene.startWith(['check', '-template', 'bad.ctmpl']).ended;
    expect(bad.code).not.toBe(0);
    expect(bad.stderr).toContain('bad.ctmpl:2:12: missing value for range');
  });

  it('is kept true, also by the words of its target', async () => {
    scene.write(
      'text.conf',
      '<% key "go/text" %><% range $i, $s := service "web" %> <% $i %>=<% .Port %><% end %>\n',
    );
    const program = scene.start({
      catalog: { consul: { address: agent.address } },
      templates: [
        {
          source: 'text.conf',
          destination: 'out',
          engine: 'go',
          leftDelimiter: '<%',
          rightDelimiter: '%>',
        },
      ],
    });
    await scene.untilText('out', 'one 0=81 1=82\n');
    await agent.putKey('go/text', 'two');
    await scene.untilText('out', 'two 0=81 1=82\n');
    scene.write('text.conf', '<% nofunc %>');
    program.kill('SIGHUP');
    await scene.until('an answer to HUP', () => messages(program, /^HUP: /).length > 0);
    expect(messages(program, /^HUP: /)[0]).toMatch(
      /the old config .*text\.conf:1:4: function "nofunc" not defined/,
    );
    await agent.putKey('go/text', 'three');
    await scene.untilText('out', 'three 0=81 1=82\n');
  });

  it('that fails once its data is there keeps the old file, and says where', async () => {
    scene.write('a.ctmpl', '{{ index (service "web") 7 }}');
    scene.write('out', 'old');
    const { code, stderr } = await run('-once', '-template', 'a.ctmpl:out');
    expect(code).not.toBe(0);
    expect(stderr).toContain(
      'a.ctmpl:1:4: at <index (service "web") 7>: error calling index: index out of range: 7',
    );
    expect(scene.read('out')).toBe('old');
  });
});
