import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/flags.ts';
import type { LockInvocation } from '../../../src/cli/invocation.ts';
import { AutotmplError, describeError } from '../../../src/core/errors.ts';

function parse(...words: string[]): LockInvocation {
  const invocation = parseCommandLine(['lock', ...words]);
  if (invocation.command !== 'lock') throw new Error(`parsed as ${invocation.command}`);
  return invocation;
}

function complaint(...words: string[]): string {
  try {
    parseCommandLine(words);
  } catch (error) {
    if (error instanceof AutotmplError && error.code === 'usage') return describeError(error);
    throw error;
  }
  return 'nothing is wrong';
}

describe('the command line of lock', () => {
  it('has a key, and a command behind the dashes', () => {
    expect(parse('service/app', '--', 'rake', 'db:migrate', '-v')).toMatchObject({
      key: 'service/app',
      words: ['rake', 'db:migrate', '-v'],
      timeoutMs: undefined,
      ttlMs: 15_000,
      lockDelayMs: 15_000,
      shell: false,
      childExitCode: false,
      name: undefined,
    });
  });

  it('takes a command without dashes, as consul lock does', () => {
    expect(parse('app', 'git', 'checkout', '--', 'file').words).toEqual([
      ...['git', 'checkout', '--', 'file'],
    ]);
    expect(parse('-try=5s', 'app', 'echo', '-n')).toMatchObject({
      words: ['echo', '-n'],
      timeoutMs: 5000,
    });
  });

  it('takes its flags on both sides of the key, and none of the command', () => {
    const flags = ['-consul-addr', '10.0.0.1:8500', '-name=me', 'app', '-timeout', '1m'];
    const more = ['-session-ttl=30s', '-lock-delay=0', '-shell', '-child-exit-code'];
    expect(parse(...flags, ...more, '--', '-timeout', '--', '-name')).toMatchObject({
      key: 'app',
      name: 'me',
      timeoutMs: 60_000,
      ttlMs: 30_000,
      lockDelayMs: 0,
      shell: true,
      childExitCode: true,
      words: ['-timeout', '--', '-name'],
      flags: { consul: { address: { value: '10.0.0.1:8500' } } },
    });
  });

  it('waits for ever where the timeout is 0', () => {
    expect(parse('-timeout', '0', 'app', '--', 'true').timeoutMs).toBeUndefined();
  });

  it('takes configs for the address of the catalog', () => {
    expect(parse('-config', 'a.yaml', 'app', '--', 'true').configPaths).toEqual(['a.yaml']);
  });

  it('says what is missing, and what is wrong', () => {
    expect(complaint('lock')).toContain('lock needs a key');
    expect(complaint('lock', '--', 'touch', 'file')).toContain('lock needs a key');
    expect(complaint('lock', 'app')).toContain('lock needs a command');
    expect(complaint('lock', 'app', '--')).toContain('lock needs a command');
    expect(complaint('lock', '-timeout', 'soon', 'app', '--', 'true')).toContain('-timeout');
    expect(complaint('lock', '-session-ttl', '0', 'app', '--', 'true')).toContain('-session-ttl');
    expect(complaint('lock', '-n', '3', 'app', '--', 'true')).toContain('unknown flag "-n"');
    expect(complaint('lock', '-once', 'app', '--', 'true')).toContain('unknown flag "-once"');
    expect(complaint('-log-level', 'debug', 'lock', 'app')).toContain('lock stands before');
  });

  it('gives help for whoever asks before the command', () => {
    expect(parseCommandLine(['lock', '-h']).command).toBe('help');
    expect(parseCommandLine(['lock', 'app', '-help']).command).toBe('help');
    expect(parse('app', 'ls', '-help').words).toEqual(['ls', '-help']);
  });
});
