import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadSettings, loadSettingsWithOrigins } from '../../../src/config/load.ts';
import { describeSettings } from '../../../src/config/origins.ts';
import { NO_FLAGS, scratchFolder } from './scratch-configs.ts';

async function describeConfig(text: string): Promise<string> {
  const cwd = await scratchFolder({ 'a.yaml': text });
  const loaded = await loadSettingsWithOrigins({
    configPaths: ['a.yaml'],
    flags: { ...NO_FLAGS, logLevel: 'debug', templates: [{ source: '/b.njk' }] },
    environment: { CONSUL_HTTP_TOKEN: 'hunter2' },
    cwd,
  });
  return describeSettings(loaded);
}

const CONFIG = `wait: 1s
catalog:
  consul: {address: "h:1", auth: {username: u, password: hunter2}}
searchPath: [/templates]
templates:
  - {contents: hunter2, secret: true, destination: /out, perms: "4755", command: [a, "b c"]}
`;

describe('the merged settings', () => {
  it('tell for each value who gave it', async () => {
    const lines = (await describeConfig(CONFIG)).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '    address: "http://h:1" # a.yaml:3:21',
        '    token: "********" # CONSUL_HTTP_TOKEN',
        '    wait: "1m" # default',
        '  level: debug # -log-level',
        '  - "/templates" # a.yaml:4:14',
        '    destination: "/out" # a.yaml:6:52',
        '    perms: "4755" # a.yaml:6:65',
        '    wait: "1s:4s" # a.yaml:1:7',
        '    strict: true # default',
        '  - source: "/b.njk" # -template',
      ]),
    );
  });

  it('show no secret', async () => {
    expect(await describeConfig(CONFIG)).not.toContain('hunter2');
  });

  it('are a config again, that means the same', async () => {
    const text = await describeConfig(CONFIG.replaceAll('hunter2', 'harmless'));
    expect(parse(text)).toMatchObject({ templates: [{ perms: '4755' }, { source: '/b.njk' }] });
    const cwd = await scratchFolder({ 'first.yaml': CONFIG, 'again.yaml': text });
    const read = (name: string) =>
      loadSettings({ configPaths: [name], flags: NO_FLAGS, environment: {}, cwd });
    const [first, again] = [await read('first.yaml'), await read('again.yaml')];
    expect(again.targets[0]?.file).toEqual(first.targets[0]?.file);
    expect(again.targets[0]?.quiet).toEqual(first.targets[0]?.quiet);
    expect(again.searchPath).toEqual(first.searchPath);
  });

  it('show what is supervised in our own words, which are a config again', async () => {
    const supervised = `jobs:
- {name: web, main: true, exec: [x, "a b"], service: {port: 80, tags: [t]}, health: {tcp: "h:1"}, env: {API_KEY: hunter2, A: b}}
- {name: t, exec: t, when: {interval: 5m}, timeout: 1s}
hooks: {preStop: [drain]}
watches: [{service: db, onChange: {signal: HUP}, group: g}]
waitFor: [{service: db, min: 2}]
election: {key: k}
signals: {HUP: stop, QUIT: "forward:TERM"}
stopTimeout: 20s
control: {mode: "0660"}
telemetry: {listen: "[::1]:1", sensors: [{name: n, type: gauge, exec: x, interval: 1s}]}
`;
    const text = await describeConfig(supervised);
    expect(text).not.toContain('hunter2');
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        '  - name: web # a.yaml:2:3',
        '    exec: ["x","a b"] # a.yaml:2:33',
        '    stopTimeout: "10s" # default',
        '  preStop: ["drain"] # a.yaml:4:18',
        '    group: g # a.yaml:5:57',
        '  HUP: stop # a.yaml:8:16',
        '  USR1: maintenance # default',
        'stopTimeout: "20s" # a.yaml:9:14',
        '  mode: "0660" # a.yaml:10:17',
      ]),
    );
    const cwd = await scratchFolder({
      'first.yaml': supervised,
      'again.yaml': text.replaceAll('********', 'hunter2'),
    });
    const read = async (name: string) => {
      const settings = await loadSettings({
        configPaths: [name],
        flags: NO_FLAGS,
        environment: {},
        cwd,
      });
      const { supervisor } = settings;
      const plain = (things: readonly { readonly place: string }[] = []) =>
        things.map((thing) => ({ ...thing, place: '', when: undefined, fingerprint: '' }));
      return { ...supervisor, jobs: plain(supervisor?.jobs), watches: plain(supervisor?.watches) };
    };
    expect(await read('again.yaml')).toEqual(await read('first.yaml'));
  });
});
