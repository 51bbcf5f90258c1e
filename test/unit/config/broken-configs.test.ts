/** Configs that were broken by hand, as an outsider would: all that is wrong is told at once, each with its place, and no secret is. */
import { describe, expect, it } from 'vitest';
import { loadSettingsWithOrigins } from '../../../src/config/load.ts';
import { describeSettings } from '../../../src/config/origins.ts';
import { NO_FLAGS, complaint, scratchFolder } from './scratch-configs.ts';

async function told(name: string, text: string): Promise<string[]> {
  return (await complaint({ [name]: text })).split('\n').slice(1);
}

describe('a broken config of our own', () => {
  it('is told of addresses, users and probes that are none', async () => {
    const text = `jobs:
  - {name: a, service: {port: 1, address: "x y"}, health: {http: "ftp://u:hunter2@x"}}
  - {name: b, exec: x, user: "a b:c:d", health: {tcp: "x"}}
  - {name: c, exec: x, user: "a:b:c", health: {http: "http://[x"}}`;
    const about = await told('a.yaml', text);
    expect(about).toEqual([
      expect.stringMatching(
        /a\.yaml:2:43: jobs\[0\]\.service\.address: expected an address or a hostname, found "x y"/,
      ),
      expect.stringMatching(/jobs\[0\]\.health\.http: expected an address that begins with http/),
      expect.stringMatching(/jobs\[1\]\.user: expected a name or a number, and for a group/),
      expect.stringMatching(/jobs\[1\]\.health\.tcp: expected host:port, /),
      expect.stringMatching(/jobs\[2\]\.user: /),
      expect.stringMatching(/jobs\[2\]\.health\.http: /),
    ]);
    expect(about.join()).not.toContain('hunter2');
  });

  it.each([':80', '127.0.0.1:80', '[::1]:80', 'db.local:80', '/run/x.sock', 'localhost:65535'])(
    'may connect to %s',
    async (tcp) => {
      const cwd = await scratchFolder({
        'a.yaml': `jobs: [{name: a, exec: x, user: "1000:www-data", health: {tcp: "${tcp}"}}]`,
      });
      const sources = { configPaths: ['a.yaml'], flags: NO_FLAGS, environment: {}, cwd };
      await expect(loadSettingsWithOrigins(sources)).resolves.toBeDefined();
    },
  );

  it('is told of names that no metric can have, or that two have', async () => {
    const sensor = (name: string, more = '') => `{name: ${name}, type: gauge${more}}`;
    const text = `jobs: [{name: a, exec: x}]
telemetry: {sensors: [${sensor('"a b"')}, ${sensor('n_x')}, ${sensor('x', ', namespace: n')}]}`;
    expect(await told('a.yaml', text)).toEqual([
      expect.stringMatching(/sensors\[0\]\.name: "a b" cannot be the name of a metric/),
      expect.stringMatching(/sensors\[2\]\.name: the metric n_x is there twice/),
    ]);
  });

  it('says each sentence once, and only what it says itself', async () => {
    const text = 'catalog: {consul: {token: hunter2, address: "http://u:hunter2@h:1}}\n';
    const about = await told('a.yaml', text);
    expect(new Set(about).size).toBe(about.length);
    expect(about.join()).not.toContain('hunter2');
    const text2 = `jobs: [${['a', 'a'].map((name) => `{name: ${name}, exec: x}`).join()}, {name: b, exec: x, when: {source: zzzzz, once: healthy}}]`;
    expect((await told('a.yaml', text2)).join('\n')).toContain('(known here: a, renderer,');
  });
});

describe("a broken config of ContainerPilot's", () => {
  it.each([
    ['two.json', `{"consul": {"address": "http://u:hunter2@h", "token": "hunter2" "x": 1}}`],
    ['two.json', `{"consul": {"token": "hunter2'}}`],
    ['two.json', `{"consul": {"token": hunter2"}}`],
    ['three.json5', `{consul: 'http://u:hunter2@h', jobs: [{exec: 'curl --token=hunter2'},,]}`],
  ])('shows where it cannot be parsed, without a secret: %s %s', async (name, text) => {
    const about = await complaint({ [name]: text });
    expect(about).toMatch(/Parse error at line:col \[1:\d+\]/);
    expect(about).not.toContain('hunter2');
    const [, shown = '', mark = ''] = about.split('\n');
    expect(shown).toContain('*****');
    expect(mark).toMatch(/^ +-*\^$/);
  });

  it('is told of metrics as ours is', async () => {
    const metrics =
      '[{name: "a b", type: "gauge"}, {name: "c", type: "gauge"}, {name: "c", type: "counter"}]';
    expect(
      await told('a.json5', `{consul: 'x', jobs: [], telemetry: {metrics: ${metrics}}}`),
    ).toEqual([
      expect.stringMatching(/metrics\[0\]\.name: "a b" cannot be the name of a metric/),
      expect.stringMatching(/metrics\[2\]\.name: the metric c is there twice/),
    ]);
  });
});

describe('a config that is printed', () => {
  it('has no secret in commands, variables and addresses', async () => {
    const cwd = await scratchFolder({
      'a.yaml': `jobs:
  - name: a
    exec: [curl, "http://u:hunter2@x", -H, "X-Consul-Token: hunter2", --password, hunter2]
    env: {API_TOKEN: hunter2, URL: "postgres://u:hunter2@h/db"}
    health: {http: "http://u:hunter2@x/y?token=hunter2"}
hooks: {preStart: "login --token=hunter2"}
watches: [{service: s, onChange: {exec: "put http://u:hunter2@h"}}]
telemetry: {sensors: [{name: n, type: gauge, exec: [m, --token, hunter2], interval: 1s}]}
templates: [{contents: x, destination: /tmp/x, command: "reload --password=hunter2"}]
`,
    });
    const sources = { configPaths: ['a.yaml'], flags: NO_FLAGS, environment: {}, cwd };
    const text = describeSettings(await loadSettingsWithOrigins(sources));
    expect(text).not.toContain('hunter2');
    expect(text.match(/\*{8}/g)?.length).toBeGreaterThanOrEqual(9);
  });
});
