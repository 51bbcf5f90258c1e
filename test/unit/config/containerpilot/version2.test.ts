import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../../src/config/settings.ts';
import type { SettingsSources } from '../../../../src/config/settings-sources.ts';
import type { SupervisorSettings } from '../../../../src/supervisor/settings.ts';
import { complaint, load } from '../scratch-configs.ts';

type Supervised = Settings & { readonly supervisor: SupervisorSettings };

/** The settings of a config that is given as it stands. */
async function read(
  config: object | string,
  sources: Partial<SettingsSources> = {},
): Promise<Supervised> {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  const configText = { name: '-config', text };
  const { settings } = await load({}, { configText, ...sources });
  return settings as Supervised;
}

function refusal(config: object | string, sources: Partial<SettingsSources> = {}): Promise<string> {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  return complaint({}, { configText: { name: 'app.json', text }, ...sources });
}

const SERVICE = {
  name: 'app',
  port: 8000,
  health: 'true',
  poll: 1,
  ttl: 3,
  interfaces: ['static:127.0.0.1'],
};

const consul = '127.0.0.1:8500';

describe('a service of ContainerPilot 2', () => {
  it('is a job that runs nothing, and is checked and advertised', async () => {
    const { supervisor } = await read({ consul, services: [SERVICE] });
    expect(supervisor.jobs).toMatchObject([
      {
        name: 'app',
        place: '-config:1:40 services[0]',
        role: 'job',
        when: { kind: 'startup' },
        stopSignal: 'SIGTERM',
        stopTimeoutMs: 5000,
        service: {
          name: 'app',
          port: 8000,
          ttlMs: 3000,
          interfaces: ['static:127.0.0.1'],
          checkId: 'service',
          enableTagOverride: false,
        },
        health: {
          probe: { kind: 'exec', command: ['true'] },
          intervalMs: 1000,
          timeoutMs: undefined,
          first: 'later',
        },
      },
    ]);
    expect(supervisor.jobs[0]).not.toHaveProperty('exec');
    expect(supervisor.jobs[0]?.service).not.toHaveProperty('deregisterAfterMs');
    expect(supervisor).toMatchObject({
      stopTimeoutMs: undefined,
      stopOrder: 'deregisterFirst',
      childVariables: 'containerpilot2',
    });
  });

  it('is always well without a check, and found on the first address of eth0', async () => {
    const service = { name: 'db', port: '5432', poll: 10, ttl: 25.9, timeout: 3 };
    const { supervisor } = await read({ consul, services: [service, null] });
    expect(supervisor.jobs).toMatchObject([
      {
        service: { port: 5432, ttlMs: 25_000, interfaces: ['eth0:inet'] },
        health: { probe: { kind: 'none' }, timeoutMs: 3000 },
      },
    ]);
  });

  it('has what Consul is told of it', async () => {
    const extra = { enableTagOverride: 'true', deregisterCriticalServiceAfter: '10m' };
    const { supervisor } = await read({
      consul,
      services: [{ ...SERVICE, tags: 'edge', consul: extra, timeout: '300ms' }],
    });
    expect(supervisor.jobs).toMatchObject([
      {
        service: { tags: ['edge'], enableTagOverride: true, deregisterAfterMs: 600_000 },
        health: { timeoutMs: 300 },
      },
    ]);
  });
});

describe('the rest of ContainerPilot 2', () => {
  it('comes to jobs by their roles', async () => {
    const { supervisor } = await read(
      {
        consul,
        stopTimeout: '9',
        preStart: 'setup.sh --now',
        preStop: ['drain.sh', 1, true],
        postStop: 'clean.sh',
        tasks: [{ name: 't', command: 'true', frequency: '500ms' }],
        coprocesses: [{ name: 'agent', command: ['consul', 'agent'], restarts: 'unlimited' }],
      },
      { mainCommand: ['nginx', '-g', 'daemon off;'] },
    );
    expect(supervisor.jobs).toMatchObject([
      { name: 'preStart', role: 'preStart', exec: ['setup.sh', '--now'], logging: 'raw' },
      {
        name: 'preStop',
        role: 'preStop',
        exec: ['drain.sh', '1', 'true'],
        when: { kind: 'event', source: 'main', code: 'stopping', mode: 'once' },
      },
      {
        name: 'postStop',
        role: 'postStop',
        when: { kind: 'event', source: 'main', code: 'stopped', mode: 'once' },
      },
      {
        name: 'task[t]',
        role: 'job',
        when: { kind: 'interval', intervalMs: 500, first: 'later' },
        timeoutMs: 500,
      },
      {
        name: 'agent',
        role: 'coprocess',
        restarts: { max: Number.POSITIVE_INFINITY, delayMs: 1000, factor: 2, capMs: 30_000 },
      },
      {
        name: 'main',
        role: 'main',
        exec: ['nginx', '-g', 'daemon off;'],
        logging: 'raw',
        stopTimeoutMs: 9000,
        restarts: { max: 0 },
      },
    ]);
  });

  it('has a backend as a watch whose change runs a command, and two of one name and two tags as two', async () => {
    const backend = { name: 'db', poll: 3, onChange: 'reload.sh', timeout: '10' };
    const { supervisor } = await read({ consul, backends: [backend, { ...backend, tag: 'v2' }] });
    expect(supervisor.watches).toMatchObject([
      {
        name: 'db',
        query: { kind: 'service', name: 'db', passingOnly: true },
        compare: 'addresses',
        onChange: { action: { kind: 'exec', command: ['reload.sh'] }, timeoutMs: 10_000 },
      },
      { name: 'db[v2]', query: { tag: 'v2' } },
    ]);
  });

  it('kills at once with a stopTimeout of -1, and waits five seconds with 0', async () => {
    const of = async (stopTimeout: number) => {
      const { supervisor } = await read({ consul, stopTimeout }, { mainCommand: ['x'] });
      return supervisor.jobs[0]?.stopTimeoutMs;
    };
    expect(await of(-1)).toBe(0);
    expect(await of(0)).toBe(5000);
  });

  it('gives the main command another name where a service is called main', async () => {
    const services = [{ ...SERVICE, name: 'main' }];
    const { supervisor } = await read({ consul, services }, { mainCommand: ['x'] });
    expect(supervisor.jobs.map(({ name, role }) => [name, role])).toEqual([
      ['main', 'job'],
      ['main-2', 'main'],
    ]);
  });

  it('advertises its telemetry as a service of a fixed TTL', async () => {
    const sensors = [
      { namespace: 'ns', subsystem: 'sub', name: 'g', type: 'gauge', poll: 1, check: ['echo', 42] },
    ];
    const { telemetry, supervisor } = await read({
      consul,
      telemetry: { port: 9099, interfaces: 'inet', tags: ['m'], sensors },
    });
    expect(telemetry).toEqual({
      host: '127.0.0.1',
      port: 9099,
      interfaces: ['inet'],
      sensors: [
        {
          ...{ namespace: 'ns', subsystem: 'sub', name: 'g', help: '', type: 'gauge' },
          command: ['echo', '42'],
          intervalMs: 1000,
        },
      ],
    });
    expect(supervisor.jobs).toMatchObject([
      {
        name: 'containerpilot',
        service: { port: 9099, ttlMs: 15_000, tags: ['m'] },
        health: { probe: { kind: 'none' }, intervalMs: 5000 },
      },
    ]);
  });

  it('logs where and what it says', async () => {
    const { log } = await read({
      consul,
      logging: { level: 'DEBUG', format: 'json', output: 'stderr' },
    });
    expect(log).toEqual({ level: 'debug', format: 'json', output: 'stderr' });
    expect((await read({ consul })).log).toEqual({
      level: 'info',
      format: 'text',
      output: 'stdout',
    });
  });

  it('gives signals their meaning, which a flag changes: the article stops by HUP', async () => {
    const { supervisor } = await read({ consul });
    expect(supervisor.signals).toMatchObject({
      SIGHUP: { kind: 'reload' },
      SIGTERM: { kind: 'stop' },
      SIGUSR1: { kind: 'maintenance' },
    });
    const flags = {
      templates: [],
      consul: {},
      fields: new Map(),
      searchPath: [],
      signals: { SIGHUP: { kind: 'stop' } },
    } as const;
    const stopping = await read({ consul }, { flags });
    expect(stopping.supervisor.signals.SIGHUP).toEqual({ kind: 'stop' });
  });
});

describe('the catalog of ContainerPilot 2', () => {
  const consulOf = async (written: unknown, environment: Record<string, string> = {}) => {
    const { catalog } = await read({ consul: written }, { environment });
    if (catalog.backend !== 'consul') throw new Error('another backend');
    return catalog.consul;
  };

  it('is a text, or a map with scheme and token', async () => {
    expect((await consulOf('https://c:1')).address).toMatchObject({
      secure: true,
      host: 'c',
      port: 1,
    });
    const { address, token } = await consulOf({ address: 'c:1', scheme: 'https', token: 't' });
    expect(address).toMatchObject({ secure: true, host: 'c', port: 1 });
    expect(token).toBe('t');
  });

  it('has its token from the environment, and its address from itself', async () => {
    const environment = { CONSUL_HTTP_TOKEN: 'env', CONSUL_HTTP_ADDR: 'other:1' };
    const { address, token } = await consulOf({ address: 'c:1', token: 't' }, environment);
    expect(address).toMatchObject({ host: 'c' });
    expect(token).toBe('env');
  });

  it('checks certificates', async () => {
    expect((await consulOf('https://c:1')).tls.verify).toBe(true);
  });
});

describe('what is wrong in ContainerPilot 2', () => {
  it.each([
    [{}, 'No discovery backend defined'],
    [{ consul, foo: 1 }, 'app.json:1:28: Unknown config keys: [foo]'],
    [{ consul, services: [{ ...SERVICE, bar: 1 }] }, 'services[0]: has invalid keys: bar'],
    [{ consul, etcd: {} }, 'More than one discovery backend defined'],
    [{ etcd: { endpoints: 'x' } }, 'etcd as a catalog is not supported yet'],
    [{ consul: 1 }, 'Unexpected Consul config structure. Expected a string or map'],
    [{ consul, logging: { level: 'foo' } }, "Unknown log level 'foo'"],
    [{ consul, logging: { format: 'xml' } }, "Unknown log format 'xml'"],
    [{ consul, logging: { output: 'x' } }, "Unknown output type 'x'"],
    [{ consul, preStart: '' }, 'Could not parse `preStart`: received zero-length argument'],
    [{ consul, preStop: [] }, 'Could not parse `preStop`: received zero-length argument'],
    [{ consul, services: {} }, 'Unable to parse services'],
    [{ consul, services: [{ ...SERVICE, name: '' }] }, '`name` must not be blank'],
    [{ consul, services: [{ ...SERVICE, port: 0 }] }, '`port` must be > 0 in service app'],
    [{ consul, services: [{ ...SERVICE, poll: 0 }] }, '`poll` must be > 0 in service app'],
    [{ consul, services: [{ ...SERVICE, ttl: 0 }] }, '`ttl` must be > 0 in service app'],
    [
      { consul, services: [{ ...SERVICE, port: 'x' }] },
      'services[0].port: expected a whole number',
    ],
    [
      { consul, services: [{ ...SERVICE, interfaces: 'eth0:x' }] },
      'Unable to parse interface spec: eth0:x',
    ],
    [{ consul, services: [{ ...SERVICE, interfaces: 'static:x' }] }, 'Unable to parse static ip'],
    [{ consul, services: [SERVICE, SERVICE] }, 'the service app is there already'],
    [{ consul, backends: [{ name: 'db', poll: 1 }] }, '`onChange` is required in backend db'],
    [{ consul, backends: [{ name: 'db', onChange: 'x' }] }, '`poll` must be > 0 in backend db'],
    [{ consul, tasks: [{ frequency: '1s' }] }, 'Task did not provide a command'],
    [{ consul, tasks: [{ command: 'x', frequency: '1ns' }] }, 'cannot be less that 1ms'],
    [{ consul, tasks: [{ command: 'x' }] }, 'Unable to parse frequency'],
    [{ consul, coprocesses: [{}] }, 'Coprocess did not provide a command'],
    [{ consul, coprocesses: [{ command: 'x', restarts: 'no' }] }, `Invalid 'restarts' field "no"`],
    [{ consul, telemetry: { sensors: [{ name: 'x', type: 'y' }] } }, 'invalid sensor type: y'],
    ['{ // c\n}', 'Parse error at line:col [1:3]'],
    ['{"consul":"x",}', 'Parse error at line:col [1:15]'],
    ['{"services": [], "jobs": []}', "services is ContainerPilot 2's, jobs is ContainerPilot 3's"],
    ['{"services": [], "templates": []}', "templates is autotmpl's, services is ContainerPilot's"],
  ])('is told: %j', async (config, words) => {
    expect(await refusal(config)).toContain(words);
  });

  it('is told all at once, each with line, column and path', async () => {
    const text = [
      '{',
      '  "consul": "c",',
      '  "services": [',
      '    {"name": "a1", "port": 0, "poll": 1, "ttl": 1,',
      '     "prot": 1}',
      '  ],',
      '  "preStart": ""',
      '}',
    ].join('\n');
    expect((await refusal(text)).split('\n')).toEqual([
      'the config has 3 errors:',
      '  app.json:4:28: services[0].port: `port` must be > 0 in service a1',
      '  app.json:5:6: services[0]: has invalid keys: prot (did you mean port?)',
      '  app.json:7:15: preStart: Could not parse `preStart`: received zero-length argument',
    ]);
  });

  it('ends with the exit code of ContainerPilot', async () => {
    await expect(read({})).rejects.toMatchObject({ code: 'containerpilotConfig' });
  });

  it('shows the line that cannot be parsed, and no secret in it', async () => {
    const told = await refusal('{\n  "consul": {"token": "hunter2" "address": "c"}\n}');
    expect(told).toContain('    {\n      "consul": {"token": "*******" "address": "c"}\n');
    expect(told.split('\n')[3]).toBe(`    ${'-'.repeat(32)}^`);
    expect(told).not.toContain('hunter2');
  });
});

describe('what ContainerPilot 2 takes and nobody means', () => {
  it.each([
    [{ consul, preStart: 'acme init && curl x' }, 'preStart: "&&" is passed on as it is'],
    [{ consul, preStart: 'echo $HOME' }, '"$HOME" is passed on'],
    [{ consul, preStart: 'a | b' }, '"|" is passed on'],
    [{ consul, preStart: `sh -c 'a b'` }, `"'" is passed on`],
    [{ consul, onStart: 'x' }, 'onStart: is an old name of preStart'],
    [
      { consul, services: [{ ...SERVICE, name: 'My_Service' }] },
      'must be alphanumeric with dashes',
    ],
  ])('is worth a warning: %j', async (config, words) => {
    const { warnings } = await read(config);
    expect(warnings).toEqual([expect.stringContaining(words)]);
    expect(warnings?.[0]).toMatch(/^-config:1:\d+: /);
  });

  it('is nothing in a list of words', async () => {
    expect((await read({ consul, preStart: ['sh', '-c', 'a && b'] })).warnings).toEqual([]);
  });
});
