import { describe, expect, it } from 'vitest';
import { commandEnvironment } from '../../../src/process/environment.ts';
import { describeResult, type CommandResult } from '../../../src/process/result.ts';

const RUN = { durationMs: 1234, tail: [], droppedLines: 0 } as const;

describe('describeResult', () => {
  it.each<[CommandResult, string]>([
    [{ ...RUN, outcome: 'ok', exitCode: 0 }, 'succeeded in 1.2s'],
    [{ ...RUN, outcome: 'failed', exitCode: 3 }, 'ended with exit code 3'],
    [
      { ...RUN, outcome: 'failed', exitCode: 127 },
      'ended with exit code 127 (a program of it was not found)',
    ],
    [
      { ...RUN, outcome: 'failed', exitCode: 139 },
      'ended with exit code 139 (in a shell: killed by signal 11)',
    ],
    [{ ...RUN, outcome: 'failed', signal: 'SIGSEGV' }, 'was killed by SIGSEGV'],
    [{ ...RUN, outcome: 'timedOut', timeoutMs: 30_000 }, 'ran longer than 30s and was killed'],
    [{ ...RUN, outcome: 'aborted' }, 'was stopped after 1.2s'],
    [{ ...RUN, outcome: 'couldNotStart', reason: 'not found' }, 'could not be started: not found'],
  ])('says of %o that it %s', (result, words) => {
    expect(describeResult('nginx -s reload', result)).toBe(
      `The command "nginx -s reload" ${words}`,
    );
  });
});

describe('commandEnvironment', () => {
  it('is ours without our credentials, with what the command is to know', () => {
    const ours = {
      PATH: '/bin',
      UNSET: undefined,
      AUTOTMPL_REASON: 'of our own parent',
      CONSUL_HTTP_ADDR: 'http://127.0.0.1:8500',
      CONSUL_HTTP_TOKEN: 's',
      CONSUL_TOKEN: 's',
      CONSUL_HTTP_AUTH: 'user:s',
      CONSUL_HTTP_TOKEN_FILE: '/run/secrets/consul',
      VAULT_TOKEN: 's',
      NOMAD_TOKEN: 's',
    };
    expect(commandEnvironment(ours, { AUTOTMPL_REASON: 'key web/x' })).toEqual({
      PATH: '/bin',
      CONSUL_HTTP_ADDR: 'http://127.0.0.1:8500',
      CONSUL_HTTP_TOKEN_FILE: '/run/secrets/consul',
      AUTOTMPL_REASON: 'key web/x',
    });
  });
});
