import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/flags.ts';
import type { ControlInvocation, SettingsInvocation } from '../../../src/cli/invocation.ts';
import type { Program } from '../../../src/cli/program-name.ts';
import { AutotmplError, describeError } from '../../../src/core/errors.ts';

function parse(...argv: string[]): SettingsInvocation {
  return parseCommandLine(argv) as SettingsInvocation;
}

function complaint(...argv: string[]): string {
  try {
    parseCommandLine(argv);
  } catch (error) {
    if (error instanceof AutotmplError && error.code === 'usage') return describeError(error);
    throw error;
  }
  throw new Error('the command line was taken, and should not have been');
}

describe('the command line', () => {
  it('says what a config could say too', () => {
    const { flags, configPaths, command } = parse(
      ...['-template', 'a:b:c:d', '--template=x', '-config=one', '-config', 'two'],
      ...['-search-path', 's', '-search-path=t', '-wait', '1s', '-log-level', 'ERR'],
      ...['-log-format=JSON', '-consul-wait=5s', '-consul-max-connections', '7'],
    );
    expect(command).toBe('run');
    expect(configPaths).toEqual(['one', 'two']);
    expect(flags).toMatchObject({
      templates: [{ source: 'a', destination: 'b', command: 'c:d' }, { source: 'x' }],
      searchPath: ['s', 't'],
      quiet: { minMs: 1000, maxMs: 4000 },
      logLevel: 'error',
      logFormat: 'json',
      consul: { waitMs: { value: 5000 }, maxConnections: { value: 7 } },
    });
  });

  it('takes a number of connections of any size, as a config does', () => {
    const { flags } = parse('-template=a', '-consul-max-connections=1000000000');
    expect(flags.consul).toMatchObject({ maxConnections: { value: 1_000_000_000 } });
  });

  it.each(['trace', 'DEBUG', 'Info', 'WARN', 'error'])('knows the level %s', (level) => {
    const { flags } = parse('-template=a', '-log-level', level);
    expect(flags.logLevel).toBe(level.toLowerCase());
  });

  it('says how to run', () => {
    expect(
      parse(
        ...['-template=a', '-once', '-timeout=1m30s', '-dry', '-detailed-exitcode'],
        '-pid-file=p',
      ).run,
    ).toEqual({
      once: true,
      parseOnly: undefined,
      dry: true,
      detailedExitcode: true,
      timeoutMs: 90_000,
      pidFile: 'p',
    });
    expect(parse('-template=a').run).toEqual({
      once: undefined,
      parseOnly: undefined,
      dry: false,
      detailedExitcode: false,
      timeoutMs: undefined,
      pidFile: undefined,
    });
  });

  it('counts the last of a flag that is given twice', () => {
    expect(parse('-template=a', '-once', '-once=false', '-wait=1s', '-wait=2s')).toMatchObject({
      run: { once: false },
      flags: { quiet: { minMs: 2000 } },
    });
  });

  it.each([
    [['-h'], 'help'],
    [['-once', '--help', '-nonsense'], 'help'],
    [['-v'], 'version'],
    [['-version'], 'version'],
    [['schema'], 'schema'],
    [['check', '-config', 'a'], 'check'],
    [['-config', 'a', 'check'], 'check'],
    [['config'], 'config'],
  ])('%j asks for %s', (argv, command) => {
    expect(parseCommandLine(argv).command).toBe(command);
  });

  it.each([
    [['-timeout=1s', '-template=a'], '-timeout has a meaning only with -once'],
    [['-detailed-exitcode', '-template=a'], '-detailed-exitcode has a meaning only with -dry'],
    [['-once', '-timeout=0s', '-template=a'], '-timeout: expected a duration of more than zero'],
    [['-once', '-timeout=5', '-template=a'], 'found "5"'],
    [['-wait=2s:1s', '-template=a'], '-wait: expected a quiet period'],
    [['-log-level=wran'], '-log-level: expected one of trace, debug, info, warn, error'],
    [['-log-level=wran'], 'did you mean warn?'],
    [['-consul-addr=ftp://h'], '-consul-addr: expected host:port'],
    [['-consul-max-connections=0'], 'expected a whole number of at least 1, found "0"'],
    [['-template=:b'], '-template ":b": SRC is empty'],
    [['-template=a:'], 'DST is empty'],
    [['-template=a::c'], 'DST is empty'],
    [['-template=a:b:'], 'COMMAND is empty'],
    [['-catalog=c', '-consul=h', '-template=a'], '-catalog and -consul-addr contradict each other'],
    [['-template=a', 'chek'], 'unexpected argument "chek" (did you mean check?)'],
    [['check', 'more'], 'unexpected argument "more" (check takes flags only)'],
    [['-once', 'false'], 'takes its value behind an equals sign: -once=false'],
    [['-template=a', '--', '-once'], 'unexpected argument "-once"'],
    [['-tempalte=a'], 'unknown flag "-tempalte" (did you mean -template?)'],
  ])('%j is refused', (argv, words) => {
    expect(complaint(...argv)).toContain(words);
  });

  it('with nothing to render shows how it is done', () => {
    expect(complaint()).toBe(
      "nothing to render: no -template and no -config\n  autotmpl -template 'nginx.conf.njk:/etc/nginx/nginx.conf:nginx -s reload'\n  autotmpl -config autotmpl.yaml -once (autotmpl -help tells more)",
    );
    expect(complaint('check')).toContain('nothing to check');
  });

  it('shows no secret in a message', () => {
    expect(complaint('-consul-addr=http://u:hunter2@h')).not.toContain('hunter2');
    expect(complaint('-consul-tokn=hunter2')).not.toContain('hunter2');
  });
});

describe('the flags of TLS', () => {
  const consul = (...argv: string[]) => parse('-template=a', ...argv).flags.consul;

  it('say what they say in consul-template, and any of them turns TLS on', () => {
    expect(
      consul(
        ...['-consul-ssl-ca-cert=ca', '-consul-ssl-ca-path=cas', '-consul-ssl-cert=cert'],
        ...['-consul-ssl-key=key', '-consul-ssl-server-name=name', '-consul-ssl-verify=false'],
      ),
    ).toEqual({
      caFile: { value: 'ca', origin: '-consul-ssl-ca-cert' },
      caFolder: { value: 'cas', origin: '-consul-ssl-ca-path' },
      certFile: { value: 'cert', origin: '-consul-ssl-cert' },
      keyFile: { value: 'key', origin: '-consul-ssl-key' },
      serverName: { value: 'name', origin: '-consul-ssl-server-name' },
      verify: { value: false, origin: '-consul-ssl-verify' },
      encryption: { value: 'always', origin: '-consul-ssl-ca-cert' },
    });
    expect(consul('-consul-ssl-verify').encryption?.value).toBe('always');
    expect(consul('-consul-ssl').encryption?.value).toBe('always');
  });

  it('leave TLS off where -consul-ssl=false says so', () => {
    expect(consul('-consul-ssl=false', '-consul-ssl-ca-cert=ca').encryption?.value).toBe(
      'asWritten',
    );
  });

  it('are no others of Consul', () => {
    expect(
      consul(
        '-consul-token=t',
        '-consul-token-file=f',
        '-consul-auth=u:p:w',
        '-consul-namespace=n',
      ),
    ).toEqual({
      token: { value: 't', origin: '-consul-token' },
      tokenFile: { value: 'f', origin: '-consul-token-file' },
      auth: { value: { username: 'u', password: 'p:w' }, origin: '-consul-auth' },
      namespace: { value: 'n', origin: '-consul-namespace' },
    });
  });
});

describe('a command to supervise', () => {
  it.each([
    [['supervise', '-config', 'a', '--', 'nginx', '-g', 'daemon off;'], false],
    [['supervise', '--', 'nginx', '-g', 'daemon off;'], false],
    [['-config', 'file:///a.json', 'nginx', '-g', 'daemon off;'], true],
    [['-config={}', 'nginx', '-g', 'daemon off;'], true],
    [['-template', 'a:b', '--', 'nginx', '-g', 'daemon off;'], false],
  ])('is the words behind the flags: %j', (argv, isBare) => {
    expect(parse(...argv)).toMatchObject({
      command: 'supervise',
      mainCommand: ['nginx', '-g', 'daemon off;'],
    });
    expect(parse(...argv).isBareCommand ?? false).toBe(isBare);
  });

  it('is none where a command of our own is named, before the config or behind it', () => {
    expect(parse('check', '-config', 'a').mainCommand).toBeUndefined();
    expect(parse('-config', 'a', 'check').mainCommand).toBeUndefined();
    expect(parse('-config', 'a').command).toBe('run');
  });

  it('may have a config that is text, which stands alone', () => {
    expect(parse('-config', '{"consul": "c"}')).toMatchObject({
      configPaths: [],
      configText: { name: '-config', text: '{"consul": "c"}' },
    });
    expect(complaint('-config={}', '-config=a')).toContain('stands alone');
  });

  it('has its config from CONTAINERPILOT, unless it is called to render', () => {
    const environment = { CONTAINERPILOT: 'file:///etc/c.json' };
    const under = (argv: readonly string[], program: Program = 'autotmpl') =>
      parseCommandLine(argv, { program, environment }) as SettingsInvocation;
    expect(under(['nginx'])).toMatchObject({
      configPaths: ['file:///etc/c.json'],
      likely: 'containerpilot',
      mainCommand: ['nginx'],
    });
    expect(under(['-template=a:b']).configPaths).toEqual([]);
    expect(under(['-once'], 'consul-template')).toMatchObject({
      configPaths: [],
      likely: 'consul-template',
    });
    expect(under(['-config=x'])).toMatchObject({ configPaths: ['x'] });
  });

  it('has signals that mean what the flag says', () => {
    expect(
      parse('-template=a', '-signal', 'HUP=stop', '-signal=SIGQUIT=forward:TERM').flags.signals,
    ).toEqual({ SIGHUP: { kind: 'stop' }, SIGQUIT: { kind: 'forward', as: 'SIGTERM' } });
    expect(complaint('-signal=KILL=stop', '-template=a')).toContain('expected a signal of HUP');
    expect(complaint('-signal=HUP=halt', '-template=a')).toContain('expected one of stop, reload');
    expect(complaint('-signal=INT=event', '-template=a')).toContain('only HUP and USR2');
  });

  it('has a dialect that is one', () => {
    expect(parse('-config=a', '-dialect=containerpilot3').dialect).toBe('containerpilot3');
    expect(complaint('-config=a', '-dialect=containerpilt')).toContain(
      'did you mean containerpilot?',
    );
  });
});

describe("ContainerPilot's flags", () => {
  const called = (...argv: string[]) => parseCommandLine(argv, { program: 'containerpilot' });

  it.each([
    [['-reload'], 'reload', []],
    [['-maintenance', 'enable'], 'maintenance', ['enable']],
    [['--maintenance=disable'], 'maintenance', ['disable']],
    [['-putenv', 'A=b=c', '-putenv', 'D='], 'putenv', ['A=b=c', 'D=']],
    [['-putmetric', 'a=1'], 'putmetric', ['a=1']],
    [['-ping', '-reload'], 'reload', []],
    [['-ping'], 'ping', []],
  ])('ask a running program, by either name: %j', (argv, asked, words) => {
    const expected = { command: 'control', asked, words, configPaths: ['c'] };
    expect(called('-config', 'c', ...argv)).toMatchObject(expected);
    expect(parseCommandLine(['-config', 'c', ...argv])).toMatchObject(expected);
    expect((parseCommandLine(argv) as ControlInvocation).asked).toBe(asked);
  });

  it('render a config with a bare -template', () => {
    const expected = { command: 'renderConfig', configPaths: ['file:///c'], out: '-' };
    expect(called('-template', '-config', 'file:///c')).toMatchObject(expected);
    expect(parseCommandLine(['-config', 'file:///c', '-template'])).toMatchObject(expected);
    expect(
      parseCommandLine(['-config', 'file:///c', '-template', '-out', 'file:///o']),
    ).toMatchObject({ ...expected, out: 'file:///o' });
    expect(complaint('-out', 'x', '-template=a')).toContain('only with a bare -template');
  });

  it('take everything from the first word on for the main command', () => {
    expect(called('-config=c', 'check', '-config', 'd')).toMatchObject({
      command: 'supervise',
      configPaths: ['c'],
      mainCommand: ['check', '-config', 'd'],
    });
  });

  it.each([
    [['-maintenance', 'on'], 'expected enable or disable, found "on"'],
    [['-putenv', 'x'], "flag value 'x' was not in the format 'key=val'"],
    [['-once'], 'unknown flag "-once"'],
    [[], '-config flag is required'],
  ])('are refused: %j', (argv, words) => {
    expect(() => called(...argv)).toThrow(words);
  });
});

describe("consul-template's flags", () => {
  it("take the article's calls as they are", () => {
    const argv = [
      '-once',
      '-dedup',
      '-consul',
      'c:8500',
      '-retry',
      '30s',
      '-template',
      '/a.njk:/b:nginx -s reload',
    ];
    expect(parseCommandLine(argv, { program: 'consul-template' })).toMatchObject({
      command: 'run',
      run: { once: true },
      flags: {
        templates: [{ source: '/a.njk', destination: '/b', command: 'nginx -s reload' }],
        consul: { address: { value: 'c:8500' } },
      },
    });
  });
});
