import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runAutotmpl } from '../support/autotmpl.ts';
import { Scene } from '../support/scene.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('autotmpl test', () => {
  let scene: Scene;
  beforeEach(() => (scene = new Scene()));
  afterEach(() => scene.close());

  const run = (...args: string[]) => scene.startWith(['test', ...args]).ended;

  it('finds every template that ships with the package as its cases say', async () => {
    const { code, stdout, stderr } = await runAutotmpl(['test', 'templates', 'examples'], {
      cwd: ROOT,
    });
    expect(stderr).toBe('');
    expect(stdout).not.toContain('FAIL');
    expect(code).toBe(0);
    for (const name of ['nginx', 'haproxy', 'env', 'hosts', 'prometheus']) {
      expect(stdout).toContain(`templates/${name}/`);
    }
    expect(stdout).toContain('examples/nginx/nginx.conf.njk.test.yaml');
  });

  it('shows where a text is not what is expected, and ends with 1', async () => {
    scene.write('motd.njk', 'hello {{ key("name") }}\n');
    scene.write(
      'motd.njk.test.yaml',
      `cases:
  - name: greets
    catalog: { keys: { name: world } }
    expect: |
      hello there
  - name: waits for a name
    missing: key(name)
`,
    );
    const { code, stdout } = await run();
    expect(code).toBe(1);
    expect(stdout).toBe(`motd.njk.test.yaml
  FAIL  greets
        motd.njk.test.yaml:4:13: the text differs (- expected, + rendered)
        --- expect
        +++ expect
        @@ -1,1 +1,1 @@
        -hello there
        +hello world
  ok    waits for a name

2 cases: 1 passed, 1 failed
`);
    // One dash and two are the same, as everywhere.
    expect((await run('--filter', 'waits', '-format=tap')).stdout).toBe(
      'TAP version 14\n1..1\nok 1 - motd.njk.test.yaml: waits for a name\n',
    );
    expect((await run('--update', 'motd.njk.test.yaml')).code).toBe(0);
    expect(scene.read('motd.njk.test.yaml')).toContain('      hello world\n  - name: waits');
    expect((await run('.', '-format', 'junit', '-output', 'report.xml')).code).toBe(0);
    expect(scene.read('report.xml')).toContain(
      '<testsuites name="autotmpl test" tests="2" failures="0"',
    );
  });

  it('takes nothing from the environment', async () => {
    scene.write('a.njk', '{{ envOrDefault("HOME", "none") }}');
    scene.write('a.njk.test.yaml', 'cases: [{name: a, expect: none}]');
    expect((await run()).code).toBe(0);
  });

  it('is no success where nothing is tested, and names what is wrong in a case file', async () => {
    const nothing = await run();
    expect(nothing.code).toBe(64);
    expect(nothing.stderr).toContain('no case file in . (cases are in files called');
    scene.write('a.test.yaml', 'contents: a\ncases: [{name: a, expct: a}]');
    const wrong = await run();
    expect(wrong.code).toBe(78);
    expect(wrong.stderr).toContain(
      'a.test.yaml:2:19: a case has no field "expct" (did you mean expect?',
    );
    scene.write('a.test.yaml', 'contents: a\ncases: [{name: a, expect: a}]');
    const filtered = await run('-filter', 'none');
    expect(filtered.code).toBe(64);
    expect(filtered.stderr).toContain('no case has "none" in its name');
  });
});
