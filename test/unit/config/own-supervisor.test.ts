import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../src/config/settings.ts';
import type { SettingsSources } from '../../../src/config/settings-sources.ts';
import type { SupervisorSettings } from '../../../src/supervisor/settings.ts';
import { complaint, load } from './scratch-configs.ts';

type Supervised = Settings & { readonly supervisor: SupervisorSettings };

async function read(
  yaml: string,
  sources: Partial<SettingsSources> = {},
): Promise<{ settings: Supervised; folder: string }> {
  const { settings, folder } = await load({ 'a.yaml': yaml }, sources);
  return { settings: settings as Supervised, folder };
}

const about = (yaml: string) => complaint({ 'a.yaml': yaml });

describe('a job of our own', () => {
  it('says all that a process and its service need', async () => {
    const { settings, folder } = await read(`
templates: [{source: a.njk, destination: out}]
jobs:
  - name: nginx
    main: true
    exec: [nginx, -g, "daemon off;"]
    restarts: {max: 3, delay: 2s, factor: 3, cap: 1m, reset: 2m}
    stopSignal: QUIT
    stopTimeout: 5s
    user: www-data
    cwd: work
    env: {TZ: UTC}
    inherits: {denylist: ["VAULT_*"]}
    logging: raw
    service:
      port: 80
      id: "{{ name }}-1"
      address: 10.0.0.5
      tags: [edge]
      meta: {version: "1.2"}
      initialStatus: critical
      drain: 5s
    health: {exec: curl -fs localhost, interval: 4s, timeout: 2s, warningExitCode: 3}
`);
    expect(settings.supervisor.jobs).toMatchObject([
      {
        name: 'nginx',
        role: 'main',
        exec: ['nginx', '-g', 'daemon off;'],
        when: { kind: 'event', source: 'renderer', code: 'ready', mode: 'once' },
        restarts: { max: 3, delayMs: 2000, factor: 3, capMs: 60_000, resetMs: 120_000 },
        stopSignal: 'SIGQUIT',
        stopTimeoutMs: 5000,
        user: 'www-data',
        cwd: `${folder}/work`,
        env: { TZ: 'UTC' },
        inherits: { pristine: false, allowlist: [], denylist: ['VAULT_*'] },
        logging: 'raw',
        service: {
          name: 'nginx',
          id: '{{ name }}-1',
          port: 80,
          address: '10.0.0.5',
          tags: ['edge'],
          meta: { version: '1.2' },
          ttlMs: 10_000,
          deregisterAfterMs: 100_000,
          initialStatus: 'critical',
          drainMs: 5000,
          checkId: 'service:',
        },
        health: {
          probe: { kind: 'exec', command: 'curl -fs localhost' },
          intervalMs: 4000,
          timeoutMs: 2000,
          warningExitCode: 3,
          first: 'now',
        },
      },
    ]);
  });

  it('has defaults for all of it', async () => {
    const { settings } = await read(
      'jobs: [{name: app, exec: app, main: true, service: {port: 1}}]',
    );
    expect(settings.supervisor).toMatchObject({
      jobs: [
        {
          when: { kind: 'startup' },
          restarts: { max: 0, delayMs: 1000, factor: 2, capMs: 30_000, resetMs: 60_000 },
          stopSignal: 'SIGTERM',
          stopTimeoutMs: 10_000,
          logging: 'prefix',
          service: {
            name: 'app',
            interfaces: ['eth0:inet', 'inet'],
            ttlMs: 25_000,
            deregisterAfterMs: 250_000,
            drainMs: 0,
          },
          health: { probe: { kind: 'none' }, intervalMs: 10_000 },
        },
      ],
      signals: {
        SIGHUP: { kind: 'reload' },
        SIGUSR1: { kind: 'maintenance' },
        SIGUSR2: { kind: 'event' },
        SIGTERM: { kind: 'stop' },
        SIGINT: { kind: 'stop' },
      },
      stopTimeoutMs: 30_000,
      stopOrder: 'deregisterFirst',
      childVariables: 'autotmpl',
    });
    expect(settings.control).toEqual({
      socket: '/run/autotmpl.sock',
      mode: 0o600,
      byDefault: true,
    });
    expect(settings.telemetry).toBeUndefined();
  });

  it('leaves the catalog by itself after a minute at least', async () => {
    const { settings } = await read(
      'jobs: [{name: a, service: {port: 1}, health: {tcp: "localhost:1", interval: 1s, ttl: 2s}}]',
    );
    expect(settings.supervisor.jobs[0]?.service?.deregisterAfterMs).toBe(60_000);
  });

  it.each([
    ['{http: "http://h/"}', { kind: 'http', url: 'http://h/' }],
    ['{tcp: "h:1"}', { kind: 'tcp', address: 'h:1' }],
    ['{file: /x}', { kind: 'file', path: '/x' }],
  ])('is checked by %s', async (health, probe) => {
    const { settings } = await read(`jobs: [{name: a, health: ${health}}]`);
    expect(settings.supervisor.jobs[0]?.health?.probe).toEqual(probe);
  });

  it.each([
    ['{interval: 5m}', { kind: 'interval', intervalMs: 300_000, first: 'now' }],
    ['{interval: 5m, first: later}', { kind: 'interval', intervalMs: 300_000, first: 'later' }],
    ['{source: b, each: started}', { kind: 'event', source: 'b', code: 'started', mode: 'each' }],
    [
      '{source: watch.db, once: healthy, timeout: 1m}',
      { kind: 'event', source: 'watch.db', code: 'healthy', mode: 'once', timeoutMs: 60_000 },
    ],
    ['{source: SIGHUP}', { kind: 'event', source: 'SIGHUP', code: 'SIGHUP', mode: 'each' }],
  ])('starts when it says: %s', async (when, start) => {
    const { settings } = await read(
      `{watches: [{service: db}], jobs: [{name: b, exec: b}, {name: a, exec: a, when: ${when}}]}`,
    );
    expect(settings.supervisor.jobs[1]?.when).toEqual(start);
  });

  it('that moves in the file is the same job, and one that changed is another', async () => {
    const fingerprint = async (yaml: string) =>
      (await read(yaml)).settings.supervisor.jobs[0]?.fingerprint;
    const first = await fingerprint('jobs: [{name: a, exec: a}]');
    expect(await fingerprint('stopTimeout: 5s\njobs:\n- {exec: a, name: a}')).toBe(first);
    expect(await fingerprint('jobs: [{name: a, exec: b}]')).not.toBe(first);
    expect(await fingerprint('jobs: [{name: a, exec: a, restarts: {max: unlimited}}]')).not.toBe(
      first,
    );
  });

  it('takes its process from the command line, where there is one', async () => {
    const mainCommand = ['nginx', '-g', 'daemon off;'];
    const own = await read('jobs: [{name: web, main: true, service: {port: 1}}]', { mainCommand });
    expect(own.settings.supervisor.jobs).toMatchObject([{ name: 'web', exec: mainCommand }]);
    const added = await read('templates: [{source: a}]', { mainCommand });
    expect(added.settings.supervisor.jobs).toMatchObject([
      { name: 'main', role: 'main', exec: mainCommand, when: { source: 'renderer' } },
    ]);
    await expect(
      read('templates: [{source: a}]', { mainCommand, isBareCommand: true }),
    ).rejects.toThrow('unexpected argument "nginx"');
  });
});

describe('the rest of our own config', () => {
  it.each([
    ['election: {key: a}', 'main'],
    ['election: {key: a, health: side}', 'side'],
    ['election: {key: a, health: false}', undefined],
  ])('binds %s to %s', async (election, boundTo) => {
    const { settings } = await read(`
${election}
jobs:
  - {name: side, exec: side, service: {port: 1}, health: {file: /a}}
  - {name: main, main: true, exec: app, health: {file: /b}}
`);
    expect(settings.supervisor.election?.boundTo).toBe(boundTo);
  });

  it('binds an election without a checked main job to the first service that is checked', async () => {
    const { settings } = await read(`
election: {key: a}
jobs:
  - {name: plain, exec: a, health: {file: /a}}
  - {name: first, exec: b, service: {port: 1}, health: {file: /b}}
  - {name: main, main: true, exec: app}
`);
    expect(settings.supervisor.election?.boundTo).toBe('first');
  });

  it('is hooks, watches, what is waited for, an election and signals', async () => {
    const { settings } = await read(`
hooks: {preStart: [setup.sh], preStop: drain.sh, postStop: [clean.sh]}
waitFor: [{service: db, min: 2, timeout: 2m}, {service: cache}]
watches:
  - {service: sales, tag: v2, onChange: {signal: HUP}, group: web}
  - {key: a/b, onChange: {restart: app}}
  - {prefix: c, name: all, onChange: {exec: [x], timeout: 3s}}
  - {service: x, compare: everything, onChange: {render: nginx.conf.njk}}
  - {files: true, onChange: {signal: HUP, splay: 5s}}
  - {name: some, files: [nginx.conf], onChange: {restart: app}}
templates: [{contents: x, destination: nginx.conf}]
election: {key: leader, ttl: 20s}
signals: {HUP: stop, QUIT: "forward:USR2", WINCH: forward, TERM: "stop:QUIT"}
stopTimeout: 1m
jobs: [{name: app, main: true, exec: app}]
`);
    const { supervisor } = settings;
    expect(supervisor.jobs).toMatchObject([
      { name: 'preStart', role: 'preStart', exec: ['setup.sh'], when: { kind: 'startup' } },
      {
        name: 'preStop',
        role: 'preStop',
        exec: 'drain.sh',
        when: { source: 'app', code: 'stopping' },
      },
      { name: 'postStop', role: 'postStop', when: { source: 'app', code: 'stopped' } },
      { name: 'app', role: 'main' },
    ]);
    expect(supervisor.waitFor).toEqual([
      { query: { kind: 'service', name: 'db', passingOnly: true }, min: 2, timeoutMs: 120_000 },
      { query: { kind: 'service', name: 'cache', passingOnly: true }, min: 1 },
    ]);
    expect(supervisor.watches).toMatchObject([
      {
        name: 'sales',
        query: { kind: 'service', name: 'sales', tag: 'v2' },
        compare: 'addresses',
        onChange: { action: { kind: 'signal', signal: 'SIGHUP', job: 'app' }, group: 'web' },
      },
      {
        name: 'a/b',
        query: { kind: 'key', path: 'a/b' },
        onChange: { action: { kind: 'restart', job: 'app' } },
      },
      {
        name: 'all',
        query: { kind: 'tree', prefix: 'c' },
        onChange: { action: { kind: 'exec', command: ['x'] }, timeoutMs: 3000 },
      },
      { compare: 'everything', onChange: { action: { kind: 'render', source: 'nginx.conf.njk' } } },
      {
        name: 'files',
        files: 'any',
        onChange: { action: { kind: 'signal', signal: 'SIGHUP', job: 'app' }, splayMs: 5000 },
      },
      {
        name: 'some',
        files: ['nginx.conf'],
        onChange: { action: { kind: 'restart', job: 'app' } },
      },
    ]);
    expect(supervisor.election).toEqual({ key: 'leader', ttlMs: 20_000, lockDelayMs: 15_000 });
    expect(supervisor.signals).toMatchObject({
      SIGHUP: { kind: 'stop' },
      SIGQUIT: { kind: 'forward', as: 'SIGUSR2' },
      SIGWINCH: { kind: 'forward' },
      SIGTERM: { kind: 'stop', as: 'SIGQUIT' },
    });
    expect(supervisor.stopTimeoutMs).toBe(60_000);
  });

  it('is a control socket and telemetry, also where nothing is supervised', async () => {
    const { settings, folder } = await read(`
templates: [{source: a}]
control: {socket: c.sock, mode: "0660"}
telemetry:
  listen: "[::1]:9091"
  sensors: [{name: n, type: gauge, exec: [x], interval: 5s}, {namespace: a, name: m, type: counter}]
`);
    expect(settings.supervisor).toBeUndefined();
    expect(settings.control).toEqual({ socket: `${folder}/c.sock`, mode: 0o660 });
    expect(settings.telemetry).toMatchObject({
      host: '::1',
      port: 9091,
      sensors: [
        { name: 'n', command: ['x'], intervalMs: 5000, timeoutMs: 5000 },
        { namespace: 'a', name: 'm', type: 'counter' },
      ],
    });
  });

  it('registers its telemetry when asked to, and warns where nobody could reach it', async () => {
    const registered = await read(
      'telemetry: {listen: "0.0.0.0:1", register: true}\njobs: [{name: a, exec: a}]',
    );
    expect(registered.settings.supervisor.jobs[1]).toMatchObject({
      name: 'autotmpl',
      service: { port: 1, interfaces: ['eth0:inet', 'inet'] },
    });
    const { settings } = await read('telemetry: {register: true}\njobs: [{name: a, exec: a}]');
    expect(settings.warnings).toEqual([
      'a.yaml:1:12: telemetry: nobody else can reach what is registered at 127.0.0.1',
    ]);
  });

  it('adds up lists of several files, and takes the last of single values', async () => {
    const { settings } = await load({
      'a.yaml': 'jobs: [{name: a, exec: a}]\nsignals: {HUP: stop}\nstopTimeout: 1s',
      'b.json':
        '{"jobs": [{"name": "b", "exec": "b"}], "signals": {"USR1": "report"}, "stopTimeout": "2s"}',
    });
    expect(settings.supervisor?.jobs.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(settings.supervisor).toMatchObject({
      signals: { SIGHUP: { kind: 'stop' }, SIGUSR1: { kind: 'report' } },
      stopTimeoutMs: 2000,
    });
  });
});

describe('what is wrong in our own config', () => {
  it.each([
    ['jobs: [{exec: a}]', 'jobs[0].name: missing'],
    ['jobs: [{name: a}]', 'it runs nothing, checks nothing and advertises nothing'],
    [
      'jobs: [{name: a, exec: a}, {name: a, exec: b}]',
      'the job a is there already: a.yaml:1:8 jobs[0]',
    ],
    ['jobs: [{name: renderer, exec: a}]', 'renderer is the name of something else'],
    [
      'jobs: [{name: a, exec: a, main: true}, {name: b, exec: b, main: true}]',
      'the main job is there already',
    ],
    ['jobs: [{name: a, main: true}]', 'the main job has no exec'],
    [
      'jobs: [{name: a, exec: a, main: true, coprocess: true}]',
      'a job is the main one or a coprocess',
    ],
    ['jobs: [{name: a, exec: a, when: {}}]', 'expected one of interval, once and each, found none'],
    ['jobs: [{name: a, exec: a, when: {interval: 1s, once: ready}}]', 'found interval and once'],
    ['jobs: [{name: a, exec: a, when: {once: healthy}}]', 'an event needs its source'],
    ['jobs: [{name: a, exec: a, when: {source: b, once: healty}}]', 'did you mean healthy?'],
    [
      'jobs: [{name: nginx, exec: a}, {name: b, exec: b, when: {source: ngnix, once: healthy}}]',
      'nothing is called "ngnix" (did you mean nginx?)',
    ],
    [
      '{watches: [{service: db}], jobs: [{name: a, exec: a, when: {source: db, each: changed}}]}',
      'did you mean watch.db?',
    ],
    ['jobs: [{name: a, exec: a, when: {source: a, once: healthy}}]', 'cannot wait for itself'],
    [
      'jobs: [{name: a, exec: a, when: {source: renderer, once: healthy}}]',
      'renderer has no event healthy',
    ],
    ['jobs: [{name: a, exec: a, when: {source: election, once: leader}}]', 'there is no election'],
    ['jobs: [{name: a, exec: a, restarts: {max: often}}]', 'a whole number, or "unlimited"'],
    ['jobs: [{name: a, exec: a, stopSignal: TREM}]', 'a signal such as TERM or QUIT'],
    ['jobs: [{name: a, exec: a, env: {A: 1}}]', 'jobs[0].env.A: expected text, in quotes'],
    ['jobs: [{name: a, service: {}}]', 'jobs[0].service.port: missing'],
    ['jobs: [{name: a, service: {port: 0}}]', 'a port: a whole number from 1 to 65535'],
    [
      'jobs: [{name: a, service: {port: 1, interfaces: ["eth0:x"]}}]',
      'expected an interface such as',
    ],
    ['jobs: [{name: a, service: {port: 1, interfaces: [inet], address: x}}]', 'found both'],
    [
      'jobs: [{name: a, health: {}}]',
      'expected exactly one of exec, http, tcp and file, found none',
    ],
    ['jobs: [{name: a, health: {tcp: a, http: b}}]', 'found http and tcp'],
    ['jobs: [{name: a, health: {tcp: a, ttl: 5s}}]', 'the TTL has to be longer than the interval'],
    ['jobs: [{name: a, health: {tcp: a, warningExitCode: 1}}]', 'warningExitCode belongs to exec'],
    ['watches: [{}]', 'expected exactly one of service, key, prefix and files, found none'],
    ['watches: [{key: a, tag: b}]', 'tag belongs to a service'],
    ['watches: [{files: true}]', 'files: there is no template that could write one'],
    ['watches: [{files: false}]', 'expected true, or a list of destinations'],
    [
      '{watches: [{files: [nginx.cnf]}], templates: [{contents: x, destination: nginx.conf}]}',
      'files: no template writes "nginx.cnf" (did you mean nginx.conf?)',
    ],
    ['watches: [{files: true, key: a}]', 'found key and files'],
    ['watches: [{files: true, dc: a}]', 'files have no datacenter'],
    ['watches: [{key: a}, {service: a}]', 'the watch a is there already'],
    [
      'watches: [{key: a, onChange: {}}]',
      'expected exactly one of exec, signal, restart and render',
    ],
    ['watches: [{key: a, onChange: {signal: HUP}}]', 'there is no main job that it could mean'],
    [
      '{watches: [{key: a, onChange: {restart: ngnix}}], jobs: [{name: nginx, exec: a}]}',
      'there is no job "ngnix" (did you mean nginx?)',
    ],
    ['watches: [{key: a, onChange: {signal: HUP, timeout: 1s}}]', 'timeout belongs to exec'],
    ['waitFor: [{min: 1}]', 'waitFor[0].service: missing'],
    ['election: {ttl: 20s}', 'election.key: missing'],
    ['election: {key: a, ttl: 5s}', 'expected 10s to 24h'],
    ['election: {key: a, health: true}', "election.health: expected a job's name, or false"],
    [
      'election: {key: a, health: b}\njobs: [{name: b, exec: b}]',
      'election.health: b has no health check of its own (jobs with a check: none)',
    ],
    [
      'election: {key: a, health: abb}\njobs: [{name: abc, exec: b, health: {file: /a}}]',
      'election.health: there is no job "abb" (did you mean abc?)',
    ],
    ['signals: {SIGHUP: stop}', 'signals.SIGHUP: unknown key (did you mean HUP?)'],
    ['signals: {HUP: halt}', 'expected one of stop, reload'],
    ['signals: {QUIT: event}', 'only HUP and USR2 are events'],
    ['signals: {HUP: stop}\ntemplates: [{source: a}]', 'there is nothing to supervise'],
    ['telemetry: {listen: 9090}', 'expected host:port'],
    ['telemetry: {sensors: [{name: a, type: gauge, exec: a}]}', 'a command needs an interval'],
    ['telemetry: {listen: "127.0.0.1:0", register: true}', 'cannot be registered'],
    ['control: {mode: 600}', 'octal digits in quotes'],
  ])('is told with its place: %s', async (yaml, words) => {
    const told = await about(yaml);
    expect(told).toContain(words);
    expect(told).toMatch(/a\.yaml:\d+:\d+/);
  });
});
