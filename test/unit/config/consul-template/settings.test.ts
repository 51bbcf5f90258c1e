import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../../src/cli/flags.ts';
import type { SettingsInvocation } from '../../../../src/cli/invocation.ts';
import { loadSettings } from '../../../../src/config/load.ts';
import type { SettingsSources } from '../../../../src/config/settings-sources.ts';
import type { Settings } from '../../../../src/config/settings.ts';
import { AutotmplError, describeError } from '../../../../src/core/errors.ts';
import { scratchFolder } from '../scratch-configs.ts';

const fixture = (name: string): string =>
  readFileSync(
    fileURLToPath(new URL(`../../../fixtures/consul-template/${name}`, import.meta.url)),
    'utf8',
  );

/** What a call of consul-template in a folder with these files comes to. */
async function settingsOf(
  files: Readonly<Record<string, string>>,
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ settings: Settings; cwd: string }> {
  const cwd = await scratchFolder(files);
  const invocation = parseCommandLine(argv, {
    program: 'consul-template',
    environment,
  }) as SettingsInvocation;
  const { configPaths, flags, dialect } = invocation;
  const sources: SettingsSources = {
    ...{ configPaths, flags, environment, cwd, likely: 'consul-template' },
    ...(dialect !== undefined && { dialect }),
  };
  return { settings: await loadSettings(sources), cwd };
}

/** The settings of a config of one file. */
async function of(text: string, ...argv: readonly string[]): Promise<Settings> {
  return (await settingsOf({ 'a.hcl': text }, ['-config=a.hcl', ...argv])).settings;
}

async function failure(
  files: Readonly<Record<string, string>>,
  ...argv: readonly string[]
): Promise<AutotmplError> {
  const error: unknown = await settingsOf(files, argv).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AutotmplError) return error;
  throw new Error('it is taken');
}

const complaint = async (text: string): Promise<string> =>
  describeError(await failure({ 'a.hcl': text }, '-config=a.hcl'));

describe('a config of consul-template', () => {
  it('says every field', async () => {
    const { settings, cwd } = await settingsOf({ 'a.hcl': fixture('whole.hcl') }, [
      '-config=a.hcl',
    ]);
    expect(settings).toMatchObject({
      catalog: {
        backend: 'consul',
        consul: {
          address: { host: 'consul.example', port: 8501, secure: true },
          namespace: 'team',
          token: '11111111-2222-3333-4444-555555555555',
          auth: { username: 'proxy', password: 's3cret' },
          tls: {
            verify: false,
            certFile: `${cwd}/client.pem`,
            keyFile: `${cwd}/client.key`,
            caFile: `${cwd}/ca.pem`,
            caFolder: `${cwd}/certs`,
            serverName: 'server.dc1.consul',
          },
          waitMs: 30_000,
          maxConnections: 20,
          reads: { mode: 'stale', maxStaleMs: 600_000 },
          retry: { attempts: 7, backoffMs: 500, maxBackoffMs: 120_000 },
          connections: {
            dialTimeoutMs: 10_000,
            keepAliveMs: 10_000,
            reuse: true,
            idleTimeoutMs: 5000,
            maxIdle: 10,
          },
        },
      },
      vault: {
        address: { host: 'vault.example', port: 8200, secure: true },
        namespace: 'ns1',
        token: 'hvs.secret',
        tokenFile: `${cwd}/agent-token`,
        userAgent: 'ct',
        unwrapToken: true,
        renewToken: false,
        defaultLeaseMs: 60_000,
        leaseRenewalThreshold: 0.5,
        kubernetes: {
          role: 'role',
          serviceAccountToken: 'jwt',
          serviceAccountTokenFile: '/token',
          mountPath: 'auth/cluster',
        },
        tls: { verify: false, caPem: '-----BEGIN', serverName: 'vault' },
        maxConnections: 3,
      },
      nomad: {
        address: { host: 'nomad.example', port: 4646, secure: true },
        namespace: 'apps',
        token: 'nomad-token',
        auth: { username: 'u', password: 'p' },
      },
      run: {
        once: true,
        parseOnly: true,
        pidFile: `${cwd}/run/ct.pid`,
        killSignal: 'SIGQUIT',
        reloadSignal: 'SIGUSR1',
      },
      deduplicate: { prefix: 'dedup/', ttlMs: 20_000, maxStaleMs: 3000, waitMs: 40_000 },
      log: {
        level: 'debug',
        format: 'auto',
        file: {
          path: `${cwd}/logs/ct.log`,
          naming: 'stamped',
          rotateBytes: 1_024_000,
          rotateDurationMs: 3 * 3_600_000,
          rotateMaxFiles: 10,
        },
        syslog: { facility: 'LOCAL5', name: 'ct' },
      },
    });
    expect(settings.targets).toEqual([
      {
        label: 'out/app.conf',
        source: { path: `${cwd}/in.ctmpl`, name: 'in.ctmpl' },
        destination: `${cwd}/out/app.conf`,
        file: {
          mode: 0o600,
          user: 'app',
          group: '1000',
          createDirs: false,
          backup: true,
          symlink: 'refuse',
          write: 'rename',
        },
        command: ['systemctl', 'reload', 'app'],
        commandTimeoutMs: 60_000,
        commandRules: {
          environment: {
            pristine: true,
            custom: expect.arrayContaining(['A=b']) as string[],
            allowlist: ['PATH'],
            denylist: ['VAULT_*'],
          },
          killSignal: 'SIGTERM',
          killAfterMs: 2000,
          splayMs: 1000,
        },
        quiet: { minMs: 2000, maxMs: 10_000 },
        engine: 'go',
        strict: false,
        allowControlCharacters: false,
        absentFatal: true,
        missingKey: 'error',
        delimiters: { left: '<<', right: '>>' },
        functionDenylist: ['plugin', 'sprig_*'],
        sandboxPath: `${cwd}/sandbox`,
        secret: false,
      },
      expect.objectContaining({
        label: 'out/b',
        source: { contents: '{{ key "a" }}\nb\n', name: 'contents of out/b', folder: cwd },
        command: 'service nginx reload',
        commandTimeoutMs: 30_000,
        quiet: { minMs: 1000, maxMs: 2000 },
        delimiters: { left: '[[', right: ']]' },
        missingKey: 'zero',
      }),
    ]);
  });

  it('has its defaults', async () => {
    const settings = await of('template {\n source = "a"\n destination = "b"\n}');
    expect(settings.catalog).toMatchObject({
      consul: {
        address: { host: '127.0.0.1', port: 8500 },
        waitMs: 60_000,
        reads: { mode: 'stale', maxStaleMs: 2000 },
      },
    });
    for (const part of ['retry', 'connections']) {
      expect(settings.catalog).not.toHaveProperty(`consul.${part}`);
    }
    expect(settings.log).toEqual({ level: 'warn', format: 'auto' });
    expect(settings.run).toEqual({
      once: false,
      parseOnly: false,
      killSignal: 'SIGINT',
      reloadSignal: 'SIGHUP',
    });
    for (const part of ['vault', 'nomad', 'supervisor', 'deduplicate'] as const) {
      expect(settings[part]).toBeUndefined();
    }
    expect(settings.targets).toMatchObject([
      {
        file: { createDirs: true, backup: false },
        commandTimeoutMs: 30_000,
        quiet: { minMs: 0, maxMs: 0 },
        engine: 'go',
        missingKey: 'zero',
      },
    ]);
    expect(settings.targets[0]).not.toHaveProperty('delimiters');
    expect(settings.targets[0]).not.toHaveProperty('errorFatal');
  });

  it('may be JSON, as HAProxy people keep it', async () => {
    const { settings } = await settingsOf({ 'a.json': fixture('haproxy.json') }, [
      '-config=a.json',
    ]);
    expect(settings.targets).toMatchObject([
      {
        source: { name: '/etc/haproxy/haproxy.ctmpl' },
        file: { mode: 0o644 },
        command: "sh -c 'haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl reload haproxy'",
        commandTimeoutMs: 60_000,
      },
    ]);
  });

  it('may be old, and is told of its older names', async () => {
    const settings = await of(fixture('nginx.hcl'));
    expect(settings.catalog).toMatchObject({
      consul: { address: { host: 'consul.service.consul', port: 8500 } },
    });
    expect(settings.targets).toMatchObject([
      { file: { mode: 0o640, user: '33', group: '33' }, functionDenylist: ['env'] },
    ]);
    expect(settings.warnings).toEqual([
      'a.hcl:11:21: template.uid: is an old name of user',
      'a.hcl:12:21: template.gid: is an old name of group',
      'a.hcl:13:24: template.function_blacklist: is an old name of function_denylist',
    ]);
  });

  it.each([
    ['perms = 0644', { mode: 0o644 }],
    ['perms = "0755"', { mode: 0o755 }],
    ['perms = "600"', { mode: 0o600 }],
    ['perms = 0', {}],
    ['perms = ""', {}],
    ['user = ""\ngroup = ""', {}],
    ['uid = -1\ngid = -1', {}],
    ['user = 0', { user: '0' }],
  ])('has a file of a template with %s', async (line, file) => {
    const settings = await of(`template {\n source = "a"\n destination = "b"\n ${line}\n}`);
    expect(settings.targets[0]?.file).toEqual({
      ...file,
      ...{ createDirs: true, backup: false, symlink: 'refuse', write: 'rename' },
    });
  });

  it.each([
    ['command = "true"', ['true'], 30_000],
    ['command = "nginx -s reload"', 'nginx -s reload', 30_000],
    ['command = "a|b"', 'a|b', 30_000],
    ['command = ["a b"]', 'a b', 30_000],
    ['command = ["a", "b c"]', ['a', 'b c'], 30_000],
    ['command = "x"\nexec { command = "y" }', ['y'], 30_000],
    ['exec { command = "y" }\ncommand = "x"', ['y'], 30_000],
    ['exec { command = "y" timeout = 0 }', ['y'], Number.POSITIVE_INFINITY],
    ['exec { command = "y" enabled = false }', undefined, 30_000],
    ['command = ""', undefined, 30_000],
  ])('runs what %s says', async (line, command, timeoutMs) => {
    const [target] = (await of(`template {\n source = "a"\n destination = "b"\n${line}\n}`))
      .targets;
    expect(target?.command).toEqual(command);
    expect(target?.commandTimeoutMs).toBe(timeoutMs);
  });

  it.each([
    ['wait = "2s"', 2000, 8000],
    ['wait = "2s:3s"', 2000, 3000],
    ['wait { min = "1s" }', 1000, 4000],
    ['wait { min = "1s" max = "2s" }', 1000, 2000],
    ['wait { enabled = false min = "1s" }', 0, 0],
  ])('has the quiet period of %s', async (line, minMs, maxMs) => {
    const settings = await of(`${line}\ntemplate { source = "a" destination = "b" }`);
    expect(settings.targets[0]?.quiet).toEqual({ minMs, maxMs });
  });

  it.each([
    ['', false],
    ['template_error_fatal = true', true],
    ['template_error_fatal = false', false],
  ])('lets %j decide whether failures are fatal', async (line, fatal) => {
    const settings = await of(`${line}\ntemplate { source = "a" destination = "b" }`);
    expect(settings.targets[0]?.errorFatal ?? false).toBe(fatal);
  });

  it.each([
    ['ssl {\n ca_cert = "x"\n}', true],
    ['ssl {\n enabled = false\n ca_cert = "x"\n}', false],
    ['ssl {\n enabled = true\n}', true],
    ['', false],
  ])('uses TLS with Consul for %j: %s', async (block, secure) => {
    const settings = await of(`consul {\n address = "c:1"\n ${block}\n}`);
    expect(settings.catalog).toMatchObject({ consul: { address: { secure } } });
  });

  it.each([
    ['', undefined],
    ['consul { retry { attempts = 0 } }', undefined],
    ['consul { retry { attempts = 3 } }', { attempts: 3 }],
    ['consul { retry { enabled = false } }', { attempts: 0 }],
    ['consul { retry { backoff = "1s" max_backoff = 0 } }', { backoffMs: 1000, maxBackoffMs: 0 }],
  ])('reads the tries of %j', async (text, retry) => {
    const { catalog } = await of(text);
    expect(catalog.backend === 'consul' ? catalog.consul.retry : 'none').toEqual(retry);
  });

  it('keeps the last of blocks that come again, and says so', async () => {
    const settings = await of(
      'consul { token = "a" }\nconsul { address = "b:1" }\nonce = true\nonce = false',
    );
    expect(settings.catalog).not.toHaveProperty('consul.token');
    expect(settings.run?.once).toBe(false);
    expect(settings.warnings).toEqual([
      'a.hcl:4:1: once: is there twice, and only the last counts',
      'a.hcl:1:8: consul: is there 2 times, of which only the last counts',
    ]);
  });

  it('takes the same template for the same file once', async () => {
    const template = 'template { source = "a" destination = "b" }\n';
    expect((await of(template + template)).targets).toHaveLength(1);
  });

  it('warns of a number that is hardly a mode', async () => {
    const settings = await of('template { source = "a" destination = "b" perms = 644 }');
    expect(settings.warnings?.[0]).toContain(
      'the number 644 is mode 1204; most likely "0644" is meant',
    );
  });
});

describe('what is wrong with a config of consul-template', () => {
  it.each([
    ['consl { }', 'a.hcl:1:1: consl: unknown key (did you mean consul?)'],
    ['consul { addres = "x" }', 'consul.addres: unknown key (did you mean address?)'],
    ['attempts = 3', 'attempts: unknown key (it belongs at consul.retry.attempts)'],
    ['parse_only = true', 'unknown key (did you mean parseonly?)'],
    ['template { src = "a" }', 'template.src: unknown key'],
    ['once = "maybe"', 'once: expected true or false, found "maybe"'],
    ['kill_signal = "SIGNOPE"', 'kill_signal: expected a signal such as "SIGINT"'],
    ['kill_signal = "SIGKILL"', 'nobody can listen to SIGKILL'],
    [
      'max_stale = 5',
      'expected a duration such as "5s" or "1m30s", found the number 5 (add a unit: "5s"',
    ],
    ['log_level = "loud"', 'expected one of TRACE, DEBUG, INFO, WARN, ERR'],
    ['wait = "5s:1s"', 'expected a quiet period'],
    ['wait { min = "5s" max = "1s" }', 'wait.max: expected no less than wait.min'],
    ['exec = "x"', 'exec: expected a block, found text'],
    ['consul = 5', 'consul: expected a block'],
    ['template = "x"', 'template: expected a block'],
    ['template { source = "a" perms = "0999" }', 'expected octal digits'],
    ['template { source = "a" perms = 99999 }', 'expected octal digits'],
    ['syslog { facility = "LOCAL9" }', 'expected one of KERN'],
    ['vault { lease_renewal_threshold = 2 }', 'expected a number between 0 and 1'],
    ['vault { address = "ht!tp://x" }', 'expected host:port'],
    ['consul { auth { username = ["a"] } }', 'expected text, found a list'],
  ])('%s', async (text, words) => {
    expect(await complaint(text)).toContain(words);
  });

  it('is told all at once, with its places', async () => {
    const sentence = await complaint('consl {}\nonce = 1\ntemplate {\n  perms = "9"\n}');
    expect(sentence).toContain('the config has 3 errors');
    for (const place of ['a.hcl:1:1', 'a.hcl:2:8', 'a.hcl:4:11']) expect(sentence).toContain(place);
  });

  it.each([
    ['template { destination = "b" }', "must specify exactly one of 'source' or 'contents'"],
    ['template { contents = "" destination = "b" }', 'must specify exactly one of'],
    ['template { source = "a" contents = "b" }', "cannot specify both 'source' and 'contents'"],
  ])('is the template’s fault, and not the config’s: %s', async (text, words) => {
    const error = await failure({ 'a.hcl': text }, '-config=a.hcl');
    expect(error.code).toBe('template');
    expect(error.message).toContain(words);
  });

  it('shows no secret', async () => {
    expect(await complaint('consul { token = ["hunter2"] }')).not.toContain('hunter2');
    expect(await complaint('consul { address = "u:hunter2@c" }')).not.toContain('hunter2');
  });
});

describe('the sources of consul-template’s settings', () => {
  it('win over each other: flags, CT_LOCAL_CONFIG, later files, earlier files, variables', async () => {
    const files = {
      'a.hcl':
        'consul { address = "a:1" namespace = "a" }\nlog_level = "TRACE"\nkill_signal = "SIGUSR2"\ntemplate { source = "a" destination = "oa" }',
      'b.hcl':
        'consul { address = "b:1" }\nlog_level = "DEBUG"\ntemplate { source = "b" destination = "ob" }',
    };
    const environment = {
      CT_LOCAL_CONFIG:
        'log_level = "INFO"\nmax_stale = "1s"\ntemplate { source = "c" destination = "oc" }',
      CONSUL_HTTP_ADDR: 'environment:1',
      CONSUL_NAMESPACE: 'environment',
      CONSUL_HTTP_TOKEN: 'environment',
      CT_LOG: 'ERR',
    };
    const argv = ['-config=a.hcl', '-config=b.hcl', '-template=d:od'];
    const { settings } = await settingsOf(files, argv, environment);
    expect(settings.catalog).toMatchObject({
      consul: { address: { host: 'b' }, namespace: 'a', token: 'environment' },
    });
    expect(settings.log.level).toBe('info');
    expect(settings.run?.killSignal).toBe('SIGUSR2');
    expect(settings.targets.map(({ label }) => label)).toEqual(['oa', 'ob', 'oc', 'od']);
    const flagged = await settingsOf(
      files,
      [...argv, '-consul-addr=flag:1', '-log-level=err', '-kill-signal=', '-once=false'],
      environment,
    );
    expect(flagged.settings).toMatchObject({
      catalog: { consul: { address: { host: 'flag' } } },
      log: { level: 'error' },
      run: { killSignal: 'none' },
      environment: { CONSUL_HTTP_ADDR: 'flag:1' },
    });
  });

  it.each(['CT_LOG', 'CONSUL_TEMPLATE_LOG', 'CONSUL_TEMPLATE_LOG_LEVEL'])(
    'have the level of %s where nothing else says one',
    async (name) => {
      const { settings } = await settingsOf({}, ['-template=a:b'], { [name]: 'TRACE' });
      expect(settings.log.level).toBe('trace');
    },
  );

  it('add up the lists of the environment rules, and find Vault in the environment', async () => {
    const { settings } = await settingsOf({}, ['-template=a:b'], {
      VAULT_ADDR: 'https://v:8200',
      VAULT_TOKEN: 't',
      VAULT_SKIP_VERIFY: '1',
      NOMAD_ADDR: 'http://n:4646',
    });
    expect(settings).toMatchObject({
      vault: { address: { host: 'v' }, token: 't', renewToken: true, tls: { verify: false } },
      nomad: { address: { host: 'n' } },
      environment: { VAULT_ADDR: 'https://v:8200', VAULT_SKIP_VERIFY: 'true' },
    });
    expect(settings.environment).not.toHaveProperty('VAULT_TOKEN');
  });

  it('are folders too: all files, those below them too, in lexical order', async () => {
    const template = (name: string) => `template { source = "${name}" destination = "o${name}" }`;
    const { settings } = await settingsOf(
      {
        'conf/20.hcl': template('3'),
        'conf/10/b': template('2'),
        'conf/05.conf': template('1'),
        'conf/30.json': '{"template": {"source": "4", "destination": "o4"}}',
        'conf/..2024/05.conf': template('older'),
      },
      ['-config=conf'],
    );
    expect(settings.targets.map(({ source }) => source.name)).toEqual(['1', '2', '3', '4']);
  });

  it('do not mix with configs of our own', async () => {
    const error = await failure(
      { 'a.hcl': 'once = true', 'b.yaml': 'templates: [{source: a}]' },
      '-config=a.hcl',
      '-config=b.yaml',
    );
    expect(error.message).toContain('a consul-template config, and b.yaml is none');
  });

  it('start from the working folder, wherever a config is', async () => {
    const { settings, cwd } = await settingsOf(
      { 'conf/a.hcl': 'template { source = "a" destination = "b" }' },
      ['-config=conf/a.hcl'],
    );
    expect(settings.targets).toMatchObject([
      { source: { path: `${cwd}/a` }, destination: `${cwd}/b` },
    ]);
  });

  it('keep what is Nunjucks by its name', async () => {
    const { settings } = await settingsOf({}, ['-template=a.njk:b', '-template=c:d:true']);
    expect(settings.targets).toMatchObject([
      { engine: 'nunjucks' },
      { engine: 'go', command: ['true'] },
    ]);
  });

  it('may name no template at all', async () => {
    const { settings } = await settingsOf({}, ['-once']);
    expect(settings.targets).toEqual([]);
  });

  it('lead log files in a folder to a name of their own', async () => {
    const { settings, cwd } = await settingsOf({}, ['-template=a:b', '-log-file=logs/', '-syslog']);
    expect(settings.log).toMatchObject({
      file: { path: `${cwd}/logs/consul-template`, rotateDurationMs: 86_400_000 },
      syslog: { facility: 'LOCAL0', name: 'consul-template' },
    });
  });
});
