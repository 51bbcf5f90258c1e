import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../../src/config/settings.ts';
import type { SettingsSources } from '../../../../src/config/settings-sources.ts';
import { VERSION } from '../../../../src/core/version.ts';
import type { SupervisorSettings } from '../../../../src/supervisor/settings.ts';
import { complaint, load } from '../scratch-configs.ts';

type Supervised = Settings & { readonly supervisor: SupervisorSettings };

/** The settings of a config without the catalog that it needs. */
async function read(rest: string, sources: Partial<SettingsSources> = {}): Promise<Supervised> {
  const configText = { name: 'CONTAINERPILOT', text: `{consul: 'c:8500', ${rest}}` };
  const { settings } = await load({}, { configText, ...sources });
  return settings as Supervised;
}

function refusal(rest: string): Promise<string> {
  return complaint({}, { configText: { name: 'app.json5', text: `{consul: 'c:8500', ${rest}}` } });
}

const HEALTH = "health: {exec: 'true', interval: 1, ttl: 3}";

describe('a job of ContainerPilot 3', () => {
  it('is a process that is advertised and checked', async () => {
    const { supervisor } = await read(
      `jobs: [{name: "web", exec: ["node", "x.js"], port: 80, ${HEALTH}, initial_status: 'warning',
        tags: ['a'], consul: {enableTagOverride: true}, stopTimeout: "1s", timeout: 20}], stopTimeout: 3`,
    );
    expect(supervisor.jobs).toMatchObject([
      {
        name: 'web',
        role: 'job',
        exec: ['node', 'x.js'],
        when: { kind: 'startup' },
        restarts: { max: 0 },
        timeoutMs: 20_000,
        stopTimeoutMs: 3000,
        stoppingTimeoutMs: 1000,
        logging: 'prefix',
        service: {
          interfaces: ['eth0:inet', 'inet'],
          initialStatus: 'warning',
          enableTagOverride: true,
          ttlMs: 3000,
          checkId: 'service:',
        },
        health: { timeoutMs: 1000, intervalMs: 1000, first: 'later' },
      },
    ]);
    expect(supervisor).toMatchObject({
      stopOrder: 'preStopFirst',
      childVariables: 'containerpilot3',
      signals: { SIGHUP: { kind: 'event' }, SIGUSR1: { kind: 'reopenLogs' } },
    });
  });

  it('may only be checked, and may only be advertised', async () => {
    const { supervisor } = await read(
      `jobs: [{name: "consul agent", exec: "consul agent", ${HEALTH}}, {name: "pub", port: 1, ${HEALTH}}]`,
    );
    expect(supervisor.jobs[0]).not.toHaveProperty('service');
    expect(supervisor.jobs[1]).not.toHaveProperty('exec');
  });

  it.each([
    ['', { kind: 'startup' }, 0, undefined],
    [
      "when: {interval: '500ms'}",
      { kind: 'interval', intervalMs: 500, first: 'now' },
      Number.POSITIVE_INFINITY,
      500,
    ],
    [
      "when: {interval: '500ms'}, restarts: 2",
      { kind: 'interval', intervalMs: 500, first: 'now' },
      2,
      500,
    ],
    [
      "when: {source: 'x', once: 'exitSuccess', timeout: '5s'}",
      { kind: 'event', source: 'x', code: 'exitSuccess', mode: 'once', timeoutMs: 5000 },
      0,
      undefined,
    ],
    [
      "when: {source: 'SIGHUP'}",
      { kind: 'event', source: 'SIGHUP', code: 'SIGHUP', mode: 'each' },
      0,
      undefined,
    ],
    [
      "when: {once: 'enterMaintenance'}",
      { kind: 'event', source: 'global', code: 'enterMaintenance', mode: 'once' },
      0,
      undefined,
    ],
    ["restarts: 'unlimited'", { kind: 'startup' }, Number.POSITIVE_INFINITY, undefined],
  ])('starts as it says: %s', async (words, when, max, timeoutMs) => {
    const { supervisor } = await read(
      `jobs: [{name: 'x', exec: 'a'}, {name: 'j', exec: 'b', ${words}}]`,
    );
    expect(supervisor.jobs[1]).toMatchObject({ when, restarts: { max } });
    expect(supervisor.jobs[1]?.timeoutMs).toBe(timeoutMs);
  });

  it('that waits for what is not there is worth a warning: templates leave jobs out', async () => {
    const { warnings } = await read(
      "jobs: [{name: 'j', exec: 'b', when: {source: 'gone', once: 'healthy'}}]",
    );
    expect(warnings).toEqual([
      'CONTAINERPILOT:1:27 jobs[0]: the job j waits for gone, which is not there: it never runs',
    ]);
  });
});

describe('the rest of ContainerPilot 3', () => {
  it('is watches that jobs hear of', async () => {
    const { supervisor } = await read(
      "watches: [{name: 'db', interval: 3, tag: 't', dc: 'eu'}, null]",
    );
    expect(supervisor.watches).toMatchObject([
      { name: 'db', query: { kind: 'service', name: 'db', tag: 't', dc: 'eu', passingOnly: true } },
    ]);
    expect(supervisor.watches[0]).not.toHaveProperty('onChange');
  });

  it('keeps two watches of one service apart', async () => {
    const { supervisor, warnings } = await read(
      "watches: [{name: 'db', interval: 3}, {name: 'db', interval: 3, tag: 'v2'}]",
    );
    expect(supervisor.watches.map(({ name }) => name)).toEqual(['db', 'db[v2]']);
    expect(warnings).toHaveLength(1);
  });

  it('is a control socket, by default its own', async () => {
    expect((await read('jobs: []')).control).toEqual({
      socket: '/var/run/containerpilot.socket',
      mode: 0o600,
      byDefault: true,
    });
    expect((await read("control: {socket: '/x'}")).control).toEqual({ socket: '/x', mode: 0o600 });
  });

  it('is advertised with the version as its last tag', async () => {
    const settings = await read(
      "jobs: [], telemetry: {port: 1, interfaces: ['static:127.0.0.1'], tags: ['a']}",
    );
    const job = settings.supervisor.jobs.find(({ name }) => name === 'containerpilot');
    expect(job?.service).toMatchObject({ port: 1, ttlMs: 15_000, tags: ['a', VERSION] });
    expect(job?.health).toMatchObject({ probe: { kind: 'none' }, intervalMs: 5000 });
  });

  it('is metrics that are told', async () => {
    const { telemetry } = await read(
      "telemetry: {port: 1, metrics: [{name: 'n', type: 'counter'}]}",
    );
    expect(telemetry?.sensors).toEqual([
      { namespace: '', subsystem: '', name: 'n', help: '', type: 'counter' },
    ]);
  });

  it('logs to a file', async () => {
    const { log } = await read("logging: {output: '/var/log/x'}, jobs: []");
    expect(log.output).toEqual({ file: '/var/log/x' });
  });

  it('has TLS with a certificate that is checked unless it says otherwise, and that variables name', async () => {
    const environment = { CONSUL_CACERT: '/env.pem' };
    const text = "{consul: {address: 'c:1', tls: {cafile: '/ca.pem', servername: 's'}}, jobs: []}";
    const configText = { name: '-config', text };
    const { settings } = await load({}, { configText, environment });
    expect(settings.catalog).toMatchObject({
      consul: {
        address: { secure: true },
        tls: { caFile: '/env.pem', serverName: 's', verify: true },
      },
    });
  });

  it('has no main command, unless it is named as one', async () => {
    const sources = { mainCommand: ['nginx'], isBareCommand: true };
    await expect(read('jobs: []', sources)).rejects.toThrow('unexpected argument "nginx"');
    const { supervisor } = await read('jobs: []', { mainCommand: ['nginx'] });
    expect(supervisor.jobs).toMatchObject([{ role: 'main', exec: ['nginx'] }]);
  });
});

describe('what is wrong in ContainerPilot 3', () => {
  it.each([
    ['foo: 1, jobs: []', 'unknown config keys: [foo]'],
    [`jobs: [{name: 'x', port: 1}]`, `job[x].health must be set if 'port' is set`],
    [`jobs: [{name: 'X_y', port: 1, ${HEALTH}}]`, 'service names must be alphanumeric with dashes'],
    ['jobs: [{}]', "'name' must not be blank"],
    [
      `jobs: [{name: 'x', port: 1, ${HEALTH}, initialStatus: 'warning'}]`,
      'jobs[0]: has invalid keys: initialStatus (did you mean initial_status?)',
    ],
    [`jobs: [{name: 'x', initial_status: 'y'}]`, "'y' must be one of"],
    [`jobs: [{name: 'x', health: {interval: 0, ttl: 1}}]`, 'job[x].health.interval must be > 0'],
    [`jobs: [{name: 'x', health: {interval: 1}}]`, 'job[x].health.ttl must be > 0'],
    [`jobs: [{name: 'x', when: {interval: '1s', once: 'healthy'}}]`, 'can have only one of'],
    [
      `jobs: [{name: 'x', when: {source: 'y', once: 'foo'}}]`,
      'unable to parse job[x].when.event: foo is not a valid event code',
    ],
    [`jobs: [{name: 'x', when: {once: 'healthy'}}]`, 'job[x].when.source must be set'],
    [
      `jobs: [{name: 'x', when: {source: 'y', each: 'changed'}, restarts: 'unlimited'}]`,
      'infinite processes',
    ],
    [`jobs: [{name: 'x'}, {name: 'x'}]`, 'the job x is there already'],
    [`jobs: [{name: 'x', when: {interval: '1us'}}]`, 'cannot be less than 1ms'],
    [`watches: [{name: 'db'}]`, 'watch[db].interval must be > 0'],
    [`jobs: [}`, 'Parse error at line:col [1:27]'],
  ])('is told: %s', async (config, words) => {
    expect(await refusal(config)).toContain(words);
  });

  it('is a catalog that is not named', async () => {
    const told = await complaint({}, { configText: { name: 'x', text: '{jobs: []}' } });
    expect(told).toContain('no discovery backend defined');
  });
});
