import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrateConfig, NO_FLAGS } from '../../../../src/config/migrate/config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autotmpl-migrate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function migrated(name: string, text: string, environment: Record<string, string> = {}) {
  writeFileSync(join(folder, name), text);
  const sources = { configPaths: [name], cwd: folder, environment, flags: NO_FLAGS };
  const result = await migrateConfig(sources);
  return {
    text: result.text,
    problems: result.problems.map(({ place, reason }) => `${place}: ${reason}`),
  };
}

describe("a config of consul-template's in our own words", () => {
  it('says what was given, and nothing that is our default', async () => {
    const { text, problems } = await migrated(
      'c.hcl',
      [
        'consul { address = "10.0.0.1:8500"  token = "t-1" }',
        'log_level = "debug"',
        'log_file { path = "/var/log/ct.log" log_rotate_bytes = 1024 }',
        'template { source = "/in.ctmpl" destination = "out" command = "reload" }',
        'template { contents = "x" destination = "other" left_delimiter = "<<" right_delimiter = ">>" }',
      ].join('\n'),
    );
    expect(text).toBe(
      [
        'catalog:',
        '  consul:',
        '    address: "http://10.0.0.1:8500"',
        '    token: "t-1"',
        'log:',
        '  level: debug',
        '  file: {"path":"/var/log/ct.log","rotateBytes":1024,"rotateDuration":"24h","rotateMaxFiles":0}',
        'templates:',
        '  - source: "/in.ctmpl"',
        '    destination: out',
        '    command: ["reload"]',
        '  - contents: x',
        '    destination: other',
        '    engine: go',
        '    leftDelimiter: "<<"',
        '    rightDelimiter: ">>"',
        '',
      ].join('\n'),
    );
    expect(problems).toEqual([
      'c.hcl: files of the log have other names: the newest is the path itself',
      'c.hcl: CONSUL_HTTP_TOKEN is no longer set for commands: set it where autotmpl is started',
    ]);
  });

  it('says the process of the exec mode as the main job, told of files by a watch', async () => {
    const { text, problems } = await migrated(
      'c.hcl',
      `template { contents = "x" destination = "out" }
exec {
  command = ["app", "-v"]
  reload_signal = "HUP"
  splay = "5s"
  env {
    denylist = ["VAULT_*"]
    custom = ["A=b"]
  }
}`,
    );
    expect(text).toBe(
      [
        'templates:',
        '  - contents: x',
        '    destination: out',
        '    engine: go',
        'jobs:',
        '  - name: exec',
        '    main: true',
        '    exec: ["app","-v"]',
        '    stopSignal: INT',
        '    stopTimeout: "30s"',
        '    inherits: {"pristine":false,"allowlist":[],"denylist":["VAULT_*"]}',
        '    env: {"A":"b"}',
        '    logging: raw',
        'watches:',
        '  - name: files',
        '    files: true',
        '    onChange: {"signal":"HUP","job":"exec","splay":"5s"}',
        'signals:',
        ...['QUIT', 'USR1', 'USR2', 'WINCH', 'CONT', 'TSTP', 'TTIN', 'TTOU', 'ALRM', 'ABRT'].map(
          (signal) => `  ${signal}: forward`,
        ),
        '  TERM: "stop:TERM"',
        '',
      ].join('\n'),
    );
    expect(problems).toEqual([
      'c.hcl:3:13: signals reach the whole process group of the job',
      'c.hcl: the whole stop has a budget: see stopTimeout',
      'c.hcl: commands of templates run once the process runs, and not before it; -once starts no jobs',
      'c.hcl: a control socket is served: see control',
    ]);
  });

  it('tells what our own config cannot say, each with its place and no value', async () => {
    const { problems } = await migrated(
      'c.hcl',
      [
        'once = true',
        'pid_file = "/run/ct.pid"',
        '  kill_signal = "SIGUSR1"',
        'reload_signal = "SIGUSR2"',
        'consul { retry { attempts = 12 } transport { max_idle_conns = 5 } }',
        'template { contents = "x" destination = "o" exec { command = "a" env { custom = ["P=hunter2"] } } }',
      ].join('\n'),
    );
    expect(problems).toEqual([
      expect.stringMatching(/^c\.hcl:5:\d+.*: retry: autotmpl asks .* for ever/),
      expect.stringMatching(/^c\.hcl:6:\d+: exec: its command/),
      expect.stringMatching(/^c\.hcl:1:\d+.*: once: start autotmpl with -once$/),
      expect.stringMatching(/^c\.hcl:3:\d+.*: kill_signal: TERM, INT and QUIT/),
      expect.stringMatching(/^c\.hcl:4:\d+.*: reload_signal: HUP reloads/),
      expect.stringMatching(/^c\.hcl:2:\d+.*: pid_file: start autotmpl with -pid-file$/),
    ]);
    expect(problems.join()).not.toContain('hunter2');
  });
});

describe("a config of ContainerPilot's in our own words", () => {
  it('holds what its template gave, and tells each line that had one', async () => {
    const { text, problems } = await migrated(
      'c.json',
      `{
        "consul": "{{ .CONSUL }}:8500",
        "preStart": "setup.sh",
        {{ if .TASKS }}"tasks": [{"command": "t.sh", "frequency": "5m"}],{{ end }}
        "backends": [{"name": "db", "poll": 3, "onChange": ["sh", "-c", "x"]}]
      }`,
      { CONSUL: 'consul.example', TASKS: '1' },
    );
    expect(text).toContain('address: "http://consul.example:8500"');
    expect(text).toContain('hooks:\n  preStart: ["setup.sh"]\n');
    expect(text).toContain('when: {"interval":"5m","first":"later"}');
    expect(text).toContain('onChange: {"exec":["sh","-c","x"]}');
    expect(problems).toContain(
      "c.json:2:20: {{ .CONSUL }}: filled in with what it gives now, since a config of autotmpl's is no template",
    );
    expect(problems).toContain(
      "c.json:4:9: {{ if .TASKS }}: filled in with what it gives now, since a config of autotmpl's is no template",
    );
    expect(problems).toContainEqual(expect.stringContaining('AUTOTMPL_ variables in place of'));
  });

  it('is refused where it is wrong, with its place', async () => {
    await expect(migrated('c.json', '{"consul": "x", "services": [{}]}')).rejects.toThrow(
      'c.json:1:',
    );
  });
});

it('is the same for a config of our own', async () => {
  const text = 'templates:\n  - source: a.njk\n    destination: b\n    wait: 1s:2s\n';
  expect(await migrated('a.yaml', text)).toEqual({
    text: text.replace('a.njk', '"a.njk"').replace('1s:2s', '"1s:2s"'),
    problems: [],
  });
});
