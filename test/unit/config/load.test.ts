import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/flags.ts';
import type { SettingsInvocation } from '../../../src/cli/invocation.ts';
import { loadSettings } from '../../../src/config/load.ts';
import { complaint, load, NO_FLAGS, scratchFolder } from './scratch-configs.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/config', import.meta.url));
const ONE_TEMPLATE = 'templates: [{source: a.njk, destination: out/a}]\n';

describe('one config', () => {
  it.each(['whole.yaml', 'whole.jsonc', 'whole.toml'])(
    'means the same in every syntax: %s',
    async (name) => {
      const settings = await loadSettings({
        configPaths: [name],
        flags: NO_FLAGS,
        environment: {},
        cwd: FIXTURES,
      });
      expect(settings).toEqual({
        catalog: {
          backend: 'consul',
          consul: {
            address: {
              transport: 'tcp',
              secure: true,
              host: 'consul.example',
              port: 8501,
              pathPrefix: '/prefix',
            },
            tokenFile: join(FIXTURES, 'token'),
            auth: { username: 'edge', password: 'pass:word' },
            namespace: 'team',
            partition: 'east',
            tls: {
              caFile: join(FIXTURES, 'ca.pem'),
              caFolder: join(FIXTURES, 'cas'),
              certFile: join(FIXTURES, 'client.pem'),
              keyFile: join(FIXTURES, 'client.key'),
              serverName: 'consul',
              verify: false,
            },
            waitMs: 30_000,
            maxConnections: 8,
          },
        },
        searchPath: [join(FIXTURES, 'templates')],
        log: { level: 'debug', format: 'json' },
        targets: [
          {
            label: '/etc/nginx/nginx.conf',
            source: { path: join(FIXTURES, 'nginx.conf.njk'), name: 'nginx.conf.njk' },
            destination: '/etc/nginx/nginx.conf',
            file: {
              mode: 0o640,
              user: 'root',
              group: '33',
              createDirs: false,
              backup: true,
              symlink: 'follow',
              write: 'auto',
            },
            command: ['nginx', '-s', 'reload'],
            commandTimeoutMs: 5000,
            quiet: { minMs: 1000, maxMs: 4000 },
            engine: 'nunjucks',
            strict: false,
            allowControlCharacters: true,
            secret: true,
          },
          {
            label: 'greeting.txt',
            source: {
              contents: "{{ key('greeting') }}\n",
              name: 'contents of greeting.txt',
              folder: FIXTURES,
            },
            destination: join(FIXTURES, 'greeting.txt'),
            file: { createDirs: true, backup: false, symlink: 'refuse', write: 'rename' },
            command: 'echo changed',
            commandTimeoutMs: 30_000,
            quiet: { minMs: 100, maxMs: 2000 },
            engine: 'nunjucks',
            strict: true,
            allowControlCharacters: false,
            secret: false,
          },
        ],
      });
    },
  );

  it('has a default for everything but the template', async () => {
    const { settings } = await load({ 'a.yaml': 'templates: [{source: a.njk}]' });
    expect(settings).toMatchObject({
      catalog: {
        backend: 'consul',
        consul: {
          address: { transport: 'tcp', secure: false, host: '127.0.0.1', port: 8500 },
          tls: { verify: true },
          waitMs: 60_000,
          maxConnections: 100,
        },
      },
      searchPath: [],
      log: { level: 'info', format: 'auto' },
      targets: [{ label: 'stdout (a.njk)', quiet: { minMs: 0, maxMs: 0 } }],
    });
    expect(settings.targets[0]).not.toHaveProperty('destination');
  });

  it('shares answers where it says so, with a prefix that is a folder', async () => {
    const { settings } = await load({
      'a.yaml': `deduplicate: {}\n${ONE_TEMPLATE}`,
    });
    expect(settings.deduplicate).toEqual({
      prefix: 'consul-template/dedup/',
      ttlMs: 15_000,
      maxStaleMs: 2000,
      waitMs: 60_000,
    });
    const other = await load({
      'a.yaml': `deduplicate: {prefix: app/shared, ttl: 1m, maxStale: 0s, wait: 5m}\n${ONE_TEMPLATE}`,
    });
    expect(other.settings.deduplicate).toEqual({
      prefix: 'app/shared/',
      ttlMs: 60_000,
      maxStaleMs: 0,
      waitMs: 300_000,
    });
    const none = await load({ 'a.yaml': ONE_TEMPLATE });
    expect(none.settings.deduplicate).toBeUndefined();
  });

  it.each([
    ['deduplicate: {prefix: a/}\n', true, 'a/'],
    ['deduplicate: {prefix: a/}\n', false, undefined],
    ['deduplicate: {prefix: a/}\n', undefined, 'a/'],
    ['', true, 'consul-template/dedup/'],
    ['', false, undefined],
  ])('shares answers or not as -dedup says: %j, %s', async (text, flag, prefix) => {
    const fields = new Map(
      flag === undefined ? [] : [['deduplicate.enabled', { value: flag, origin: '-dedup' }]],
    );
    const sources = { flags: { ...NO_FLAGS, fields } };
    const { settings } = await load({ 'a.yaml': `${text}${ONE_TEMPLATE}` }, sources);
    expect(settings.deduplicate?.prefix).toBe(prefix);
  });

  it('may name a file as the catalog', async () => {
    const { settings, folder } = await load({
      'conf/a.yaml': `catalog: {file: catalog.yaml}\n${ONE_TEMPLATE}`,
    });
    expect(settings.catalog).toEqual({
      backend: 'file',
      file: { path: join(folder, 'conf/catalog.yaml') },
    });
  });

  it('may use merge keys and a $schema for editors', async () => {
    const { settings } = await load({
      'a.yaml':
        '$schema: config.schema.json\ntemplates:\n  - &first {source: a.njk, destination: a, perms: "0600"}\n  - {<<: *first, destination: b}\n',
    });
    expect(settings.targets.map(({ label, file }) => [label, file.mode])).toEqual([
      ['a', 0o600],
      ['b', 0o600],
    ]);
  });

  it.each([
    ['{source: a.njk}', 'nunjucks'],
    ['{source: a.conf}', 'nunjucks'],
    ['{source: a.ctmpl}', 'go'],
    ['{source: a.conf.tmpl}', 'go'],
    ['{source: a.tpl, engine: auto}', 'go'],
    ['{source: a.ctmpl, engine: nunjucks}', 'nunjucks'],
    ['{source: a.njk, engine: go}', 'go'],
    ['{contents: x, destination: a.ctmpl}', 'nunjucks'],
    ['{contents: x, engine: go}', 'go'],
  ] as const)('takes the template %s for %s', async (template, engine) => {
    const { settings } = await load({ 'a.yaml': `templates: [${template}]` });
    // Go templates do by default what consul-template does: they print what is no value.
    expect(settings.targets[0]).toMatchObject({ engine, strict: engine === 'nunjucks' });
  });

  it('takes a template that a flag names for what its name says', async () => {
    const { settings } = await load(
      { 'a.yaml': ONE_TEMPLATE },
      { flags: { ...NO_FLAGS, templates: [{ source: 'a.ctmpl' }] } },
    );
    expect(settings.targets.map(({ engine }) => engine)).toEqual(['nunjucks', 'go']);
  });

  it('may change what Go templates look like and may do', async () => {
    const { settings, folder } = await load({
      'a.yaml':
        'templates: [{source: a.tmpl, strict: true, errorOnMissingKey: true, leftDelimiter: "<<", functionDenylist: [plugin, "sprig_*"], sandboxPath: files}, {source: b.tmpl}]',
    });
    expect(settings.targets).toMatchObject([
      {
        strict: true,
        missingKey: 'error',
        delimiters: { left: '<<', right: '}}' },
        functionDenylist: ['plugin', 'sprig_*'],
        sandboxPath: join(folder, 'files'),
      },
      { strict: false, missingKey: 'zero' },
    ]);
    expect(settings.targets[1]).not.toHaveProperty('delimiters');
  });

  it('expands nothing in values', async () => {
    const { settings, folder } = await load(
      { 'a.yaml': 'templates: [{source: "$HOME/~a.njk", destination: "~/b"}]' },
      { environment: { HOME: '/root' } },
    );
    expect(settings.targets[0]?.destination).toBe(join(folder, '~/b'));
    expect(settings.targets[0]?.source).toMatchObject({ path: join(folder, '$HOME/~a.njk') });
  });
});

describe('several configs', () => {
  it('merge from left to right: single values win, maps merge, lists add up', async () => {
    const { settings, folder } = await load({
      'one/a.yaml':
        'wait: 1s\nlog: {level: debug, format: text}\nsearchPath: [x]\ncatalog: {consul: {address: "one:1", namespace: n}}\ntemplates: [{source: a.njk, destination: a}]',
      'two/b.toml':
        'wait = "2s"\nsearchPath = ["y"]\n[log]\nlevel = "warn"\n[catalog.consul]\naddress = "two:2"\n[[templates]]\nsource = "b.njk"\ndestination = "b"\n',
    });
    expect(settings.log).toEqual({ level: 'warn', format: 'text' });
    expect(settings.searchPath).toEqual([join(folder, 'one/x'), join(folder, 'two/y')]);
    expect(settings.catalog).toMatchObject({
      consul: { address: { host: 'two', port: 2 }, namespace: 'n' },
    });
    expect(settings.targets.map(({ destination, quiet }) => [destination, quiet.minMs])).toEqual([
      [join(folder, 'one/a'), 2000],
      [join(folder, 'two/b'), 2000],
    ]);
  });

  it('take the catalog of the last one that names any', async () => {
    const consul = `catalog: {consul: {address: "one:1"}}\n${ONE_TEMPLATE}`;
    const file = 'catalog: {file: c.yaml}';
    expect((await load({ 'a.yaml': consul, 'b.yaml': file })).settings.catalog.backend).toBe(
      'file',
    );
    expect((await load({ 'a.yaml': file, 'b.yaml': consul })).settings.catalog.backend).toBe(
      'consul',
    );
  });

  it('may be a folder, read in lexical order with those below it, what begins with a dot and what is no config left out', async () => {
    const { settings } = await load(
      {
        'conf/20.json': '{"templates": [{"source": "c"}]}',
        'conf/10/b.toml': '[[templates]]\nsource = "b"',
        'conf/05.yml': 'templates: [{source: a}]',
        'conf/.hidden.yaml': 'templates: [{source: hidden}]',
        'conf/..2024/05.yml': 'templates: [{source: older}]',
        'conf/README.md': '# no config',
      },
      { configPaths: ['conf'] },
    );
    expect(settings.targets.map(({ source }) => source.name)).toEqual(['a', 'b', 'c']);
  });

  it('are found through links to files, as Kubernetes mounts them, and not through links to folders', async () => {
    const folder = await scratchFolder({
      'conf/..data/a.yaml': 'templates: [{source: a}]',
      'elsewhere/b.yaml': 'templates: [{source: b}]',
    });
    await symlink('..data/a.yaml', join(folder, 'conf/a.yaml'));
    await symlink('../elsewhere', join(folder, 'conf/linked'));
    const settings = await loadSettings({
      configPaths: ['conf'],
      flags: NO_FLAGS,
      environment: {},
      cwd: folder,
    });
    expect(settings.targets.map(({ source }) => source.name)).toEqual(['a']);
  });
});

describe('flags', () => {
  it('beat configs, and configs beat the environment', async () => {
    const environment = {
      CONSUL_HTTP_ADDR: 'environment:1',
      CONSUL_NAMESPACE: 'environment',
      CONSUL_PARTITION: 'environment',
    };
    const { settings, folder } = await load(
      {
        'conf/a.yaml': `wait: 1s\nlog: {level: debug}\nsearchPath: [x]\ncatalog: {consul: {address: "file:2", namespace: file}}\n${ONE_TEMPLATE}`,
      },
      {
        environment,
        flags: {
          templates: [{ source: 'b.njk', destination: 'b', command: 'true' }],
          consul: { address: { value: 'flag:3', origin: '-consul-addr' } },
          fields: new Map(),
          searchPath: ['y'],
          quiet: { minMs: 5, maxMs: 20 },
          logLevel: 'error',
        },
      },
    );
    expect(settings.catalog).toMatchObject({
      consul: {
        address: { host: 'flag', port: 3 },
        namespace: 'file',
        partition: 'environment',
      },
    });
    expect(settings.log.level).toBe('error');
    expect(settings.searchPath).toEqual([join(folder, 'conf/x'), join(folder, 'y')]);
    expect(settings.targets.map(({ destination }) => destination)).toEqual([
      join(folder, 'conf/out/a'),
      join(folder, 'b'),
    ]);
    expect(settings.targets.map(({ quiet }) => quiet)).toEqual([
      { minMs: 5, maxMs: 20 },
      { minMs: 5, maxMs: 20 },
    ]);
  });

  it('that name a catalog beat the catalog of a config', async () => {
    const file = `catalog: {file: c.yaml}\n${ONE_TEMPLATE}`;
    const address = { value: 'flag:3', origin: '-consul-addr' };
    const consul = await load({ 'a.yaml': file }, { flags: { ...NO_FLAGS, consul: { address } } });
    expect(consul.settings.catalog).toMatchObject({ consul: { address: { host: 'flag' } } });
    const other = await load(
      { 'a.yaml': file },
      { flags: { ...NO_FLAGS, catalogFile: 'other.yaml' } },
    );
    expect(other.settings.catalog).toEqual({
      backend: 'file',
      file: { path: join(other.folder, 'other.yaml') },
    });
  });

  it('are enough without any config', async () => {
    const { settings } = await load(
      {},
      { flags: { ...NO_FLAGS, templates: [{ source: 'a.njk' }] } },
    );
    expect(settings.targets).toHaveLength(1);
  });
});

describe('the token', () => {
  const config = { 'a.yaml': `catalog: {consul: {tokenFile: t}}\n${ONE_TEMPLATE}` };

  it('of a stronger source is not beaten by the token file of a weaker one', async () => {
    const token = { value: 'flag', origin: '-consul-token' };
    const { settings } = await load(config, { flags: { ...NO_FLAGS, consul: { token } } });
    expect(settings.catalog).toMatchObject({ consul: { token: 'flag' } });
    expect(settings.catalog).not.toHaveProperty('consul.tokenFile');
  });

  it('of the environment gives way to the file that a config names', async () => {
    const { settings, folder } = await load(config, { environment: { CONSUL_HTTP_TOKEN: 'x' } });
    expect(settings.catalog).toMatchObject({ consul: { tokenFile: join(folder, 't') } });
    expect(settings.catalog).not.toHaveProperty('consul.token');
  });
});

describe('TLS', () => {
  const secure = async (address: string, more: string, environment = {}) => {
    const text = `catalog: {consul: {address: "${address}"${more}}}\n${ONE_TEMPLATE}`;
    const { settings } = await load({ 'a.yaml': text }, { environment });
    const { catalog } = settings;
    return catalog.backend === 'consul' && catalog.consul.address.transport === 'tcp'
      ? catalog.consul.address.secure
      : undefined;
  };

  it('follows the scheme of the address, and the tls section where there is no scheme', async () => {
    expect(await secure('h:1', '')).toBe(false);
    expect(await secure('h:1', ', tls: {ca: ca.pem}')).toBe(true);
    expect(await secure('http://h:1', ', tls: {ca: ca.pem}')).toBe(false);
    expect(await secure('https://h:1', '')).toBe(true);
  });

  it('is used whatever the scheme where CONSUL_HTTP_SSL asks for it', async () => {
    expect(await secure('http://h:1', ', tls: {ca: x}', { CONSUL_HTTP_SSL: 'true' })).toBe(true);
    expect(await secure('h:1', '', { CONSUL_HTTP_SSL: 'false' })).toBe(false);
  });

  it('wants a certificate and its key together, from whichever sources they come', async () => {
    const text = `catalog: {consul: {address: "https://h", tls: {cert: c.pem}}}\n${ONE_TEMPLATE}`;
    expect(await complaint({ 'a.yaml': text })).toMatch(
      /^a\.yaml:1:\d+: the certificate .* no key/,
    );
    const { settings } = await load(
      { 'a.yaml': text },
      { environment: { CONSUL_CLIENT_KEY: '/k.pem' } },
    );
    expect(settings.catalog).toMatchObject({ consul: { tls: { keyFile: '/k.pem' } } });
  });
});

describe('the log of a config', () => {
  it('may go to files that follow each other, and to syslog', async () => {
    const { settings, folder } = await load({
      'conf/a.yaml':
        'log: {file: {path: logs/a.log, rotateBytes: 1000, rotateDuration: 1h, rotateMaxFiles: -1}, syslog: {facility: DAEMON}}\n' +
        ONE_TEMPLATE,
    });
    expect(settings.log).toMatchObject({
      level: 'info',
      file: {
        path: `${folder}/conf/logs/a.log`,
        naming: 'plain',
        rotateBytes: 1000,
        rotateDurationMs: 3_600_000,
        rotateMaxFiles: -1,
      },
      syslog: { facility: 'DAEMON', name: 'autotmpl' },
    });
    const limitless = await load({ 'a.yaml': `log: {file: {path: a.log}}\n${ONE_TEMPLATE}` });
    expect(limitless.settings.log.file).toMatchObject({
      rotateBytes: 0,
      rotateDurationMs: 0,
      rotateMaxFiles: 0,
    });
    expect(limitless.settings.log.syslog).toBeUndefined();
  });
});

describe("consul-template's flags under our own name", () => {
  const flagged = async (...argv: readonly string[]) => {
    const { flags } = parseCommandLine([...argv, '-template=t.ctmpl:o']) as SettingsInvocation;
    return (await load({}, { flags })).settings;
  };

  it('say what they say there', async () => {
    expect(
      await flagged(
        ...['-log-file=a.log', '-log-rotate-max-files=3', '-syslog', '-syslog-name=me'],
        ...['-kill-signal=QUIT', '-template-error-fatal', '-vault-addr=https://v:8200'],
        ...['-default-left-delimiter=[[', '-default-right-delimiter=]]', '-dedup'],
      ),
    ).toMatchObject({
      log: {
        level: 'info',
        file: { naming: 'plain', rotateMaxFiles: 3, rotateDurationMs: 86_400_000 },
        syslog: { name: 'me' },
      },
      run: { killSignal: 'SIGQUIT', reloadSignal: 'SIGHUP' },
      vault: { address: { host: 'v', port: 8200, secure: true } },
      deduplicate: { prefix: 'consul-template/dedup/' },
      targets: [{ errorFatal: true, delimiters: { left: '[[', right: ']]' } }],
    });
  });

  it('say nothing where they are absent', async () => {
    const settings = await flagged();
    for (const part of ['run', 'vault', 'nomad', 'deduplicate'] as const) {
      expect(settings[part]).toBeUndefined();
    }
  });

  it('name a process to supervise, where the config names none', async () => {
    const settings = await flagged('-exec=sleep 9', '-exec-splay=2s');
    expect(settings.supervisor).toMatchObject({
      jobs: [{ name: 'exec', role: 'main', exec: 'exec sleep 9', place: '-exec' }],
      watches: [{ files: 'any', onChange: { action: { kind: 'restart' }, splayMs: 2000 } }],
    });
    const { flags } = parseCommandLine(['-exec=x', '-config=b.yaml']) as SettingsInvocation;
    await expect(load({ 'b.yaml': 'jobs: [{name: a, exec: b}]' }, { flags })).rejects.toThrow(
      '-exec: the config has jobs of its own',
    );
  });
});
