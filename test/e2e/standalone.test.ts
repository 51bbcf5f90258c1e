/** The executable that has Node in it: what it finds inside of itself, and that it is the same program under every name. */
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureStandalone } from '../../scripts/standalone.mjs';
import { Scene } from '../support/scene.ts';

/** The first time the runtime has to be fetched. */
const BUILD_TIMEOUT_MS = 180_000;

let executable: string;
let scene: Scene;

beforeAll(async () => {
  executable = await ensureStandalone();
}, BUILD_TIMEOUT_MS);

beforeEach(() => {
  scene = new Scene();
  scene.write('catalog.yaml', 'services: {sales: [{address: 10.0.0.1, port: 80}]}\n');
});

afterEach(() => scene.close());

/** Runs it in an environment in which no Node can be found. */
function run(args: readonly string[], program = executable): SpawnSyncReturns<string> {
  return spawnSync(program, args, { cwd: scene.folder, encoding: 'utf8', env: { PATH: '/bin' } });
}

function render(template: string): SpawnSyncReturns<string> {
  scene.write('a.njk', template);
  return run(['-once', '-catalog', 'catalog.yaml', '-template', 'a.njk', '-log-level', 'warn']);
}

describe('the standalone executable', () => {
  it('renders a template', () => {
    const end = render(
      '{% for one in service("sales") %}{{ one.Address }}:{{ one.Port }}{% endfor %}',
    );
    expect(end).toMatchObject({ status: 0, stdout: '10.0.0.1:80', stderr: '' });
  });

  it('has the shipped templates in it', () => {
    const end = render(
      '{% import "nginx/upstreams.njk" as nginx with context %}{{ nginx.upstream("sales", service("sales")) }}',
    );
    expect(end.stderr).toBe('');
    expect(end.stdout).toContain('server 10.0.0.1:80');
  });

  it('has the packages in it that functions ask for', () => {
    const end = render(
      '{{ ("a: 1" | parseYAML).a }} {{ "a1" | regexReplaceAll("[0-9]", "x") }} {{ ({a: 1}) | toTOML }}',
    );
    expect(end.stderr).toBe('');
    expect(end.stdout).toContain('1 ax a = 1');
  });

  it('has the schema of the config in it', () => {
    expect(JSON.parse(run(['schema']).stdout)).toMatchObject({ title: 'autotmpl config' });
  });

  it('reads nothing in place of itself', () => {
    const end = render('{% include "../../../proc/self/exe/dist/config.schema.json" %}');
    expect(end.status).toBe(1);
    expect(end.stdout).toBe('');
  });

  it.each([
    ['consul-template', /^consul-template v\d/],
    ['containerpilot', /^Version: \d/],
  ])('is %s under that name', (name, words) => {
    symlinkSync(executable, scene.at(name));
    expect(run(['-version'], scene.at(name)).stdout).toMatch(words);
  });

  it('waits for what orphans leave behind as process 1, and ends with the code of its main job', () => {
    const orphans =
      'for i in 1 2 3; do (sleep 0.1 &); done; sleep 1; grep -l "^State:.Z" /proc/[0-9]*/status; exit 7';
    scene.write(
      'autotmpl.json',
      JSON.stringify({
        catalog: { file: 'catalog.yaml' },
        jobs: [{ name: 'main', main: true, exec: orphans, logging: 'raw' }],
        control: { socket: 'control.sock' },
      }),
    );
    const words = ['--pid', '--fork', '--mount-proc', executable, '-config', 'autotmpl.json'];
    const end = spawnSync('unshare', words, { cwd: scene.folder, encoding: 'utf8' });
    expect(end.stderr).not.toMatch(/cannot be loaded/);
    expect(end.stdout).toBe('');
    expect(end.status).toBe(7);
  });
});
