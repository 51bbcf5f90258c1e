import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROGRAM } from '../support/autotmpl.ts';

describe('the program under another name', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-names-'));
    for (const name of ['autotmpl', 'containerpilot', 'consul-template']) {
      symlinkSync(PROGRAM, join(folder, name));
    }
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs a shell command with the links on the PATH, as a container's entry point would find them. */
  function sh(command: string, env: Readonly<Record<string, string>> = {}) {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env.PATH ?? ''}`, ...env },
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  it('says its version as ContainerPilot does', () => {
    expect(sh('containerpilot -version')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Version: \d+\.\d+\.\d+\nGitHash: \S+\n$/) as string,
    });
    expect(sh('autotmpl -version').stdout).toMatch(/^autotmpl \d/);
  });

  it("ends with ContainerPilot's codes", () => {
    expect(sh('containerpilot -nope')).toMatchObject({ status: 2 });
    expect(sh('containerpilot')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('-config flag is required') as string,
    });
    expect(sh("containerpilot -config '{}' true")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('No discovery backend defined') as string,
    });
    expect(sh("autotmpl -config '{}' true")).toMatchObject({ status: 1 });
    expect(sh('autotmpl -nope')).toMatchObject({ status: 64 });
  });

  it('prints a config after its template step, and writes it to a file', () => {
    writeFileSync(join(folder, 'app.json'), '{"consul": "{{ .CONSUL }}:8500"}');
    const env = { CONSUL: 'a=b' };
    const expected = '{"consul": "a=b:8500"}';
    expect(sh('containerpilot -config file://app.json -template', env).stdout).toBe(expected);
    expect(sh('autotmpl -config file://app.json -template', env).stdout).toBe(expected);
    expect(
      sh('containerpilot -template -out file://out.json', {
        ...env,
        CONTAINERPILOT: 'file://app.json',
      }),
    ).toMatchObject({ status: 0, stdout: '' });
    expect(readFileSync(join(folder, 'out.json'), 'utf8')).toBe(expected);
  });

  it("renders as the article's hooks call it", () => {
    writeFileSync(join(folder, 'a.njk'), 'hello {{ env("WHO") }}\n');
    const call = sh(
      'consul-template -once -dedup -retry 30s -consul localhost:1 -template "a.njk:b:cat b"',
      {
        WHO: 'world',
        CONTAINERPILOT: 'file:///etc/containerpilot.json',
      },
    );
    expect(call).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('hello world\n');
  });

  it('warns of what no shell will see, and counts what a config has', () => {
    writeFileSync(
      join(folder, 'app.json'),
      '{"consul": "c", "preStart": "a && b", "coprocesses": [{"command": "x"}]}',
    );
    expect(sh('autotmpl check -config app.json')).toEqual({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(
        /^warning: app\.json:1:29: preStart: "&&" is passed on .*\n2 jobs and the config are right\n$/,
      ) as string,
    });
  });

  it('says of names and tags that follow the role that they cannot be filled in', () => {
    const service = '{port: 1, name: "{{ foo( }}", tags: ["{{ role }}", "{{ rolle }}"]}';
    writeFileSync(join(folder, 'own.yaml'), `jobs: [{name: web, exec: x, service: ${service}}]`);
    const { status, stderr } = sh('autotmpl check -config own.yaml');
    expect(status).toBe(78);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/own\.yaml:1:8 jobs\[0\]: service: "\{\{ foo\( \}\}"/) as string,
      expect.stringMatching(/own\.yaml:1:8 jobs\[0\]: service: .*rolle/) as string,
    ]);
  });
});
