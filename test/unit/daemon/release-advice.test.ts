import { expect, it } from 'vitest';
import { CONTROL_SOCKET } from '../../../src/config/supervisor-defaults.ts';
import { releaseAdvice, retryAdvice } from '../../../src/daemon/release-advice.ts';

const advice = (socket: string | undefined, label: string, once = false): string =>
  releaseAdvice(socket, { once })(label);

it.each<[string, string | undefined, string, string]>([
  [
    'the command, as a shell takes it',
    CONTROL_SOCKET,
    'nginx.conf',
    'where this is as it should be: autotmpl release nginx.conf',
  ],
  [
    'the socket, where it is not the usual one',
    '/run/a b.sock',
    "it's.conf",
    `where this is as it should be: autotmpl release 'it'\\''s.conf' -socket '/run/a b.sock'`,
  ],
])('a held file is released by %s', (_, socket, label, expected) => {
  expect(advice(socket, label)).toBe(expected);
});

it('says what to do where nobody can be asked', () => {
  expect(advice(undefined, 'a')).toContain('change the guard in the config and send HUP');
  expect(advice(CONTROL_SOCKET, 'a', true)).toContain('change the guard');
  expect(advice(CONTROL_SOCKET, 'a', true)).toContain('run again');
});

it('says how a file is tried again that its check or a rollback holds', () => {
  const again = (socket: string | undefined, by: 'check' | 'group' | 'rollback', once = false) =>
    retryAdvice(socket, { once })('a.conf', by);
  expect(again('/run/x.sock', 'check')).toBe(
    'it is checked again when its data changes, or by autotmpl release a.conf -socket /run/x.sock',
  );
  expect(again(CONTROL_SOCKET, 'rollback')).toBe(
    'its text is not tried again before the data changes, but by autotmpl release a.conf',
  );
  expect(again(undefined, 'check')).toContain('or at HUP');
  expect(again(undefined, 'rollback')).toContain('with control.socket in the config');
  expect(again(CONTROL_SOCKET, 'check', true)).toBeUndefined();
  expect(again(CONTROL_SOCKET, 'rollback', true)).toBe(
    'its text is not tried again before the data changes',
  );
  expect(again(CONTROL_SOCKET, 'group')).toBeUndefined();
});
