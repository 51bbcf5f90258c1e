import { expect, it } from 'vitest';
import { CONTROL_SOCKET } from '../../../src/config/supervisor-defaults.ts';
import { releaseAdvice } from '../../../src/daemon/release-advice.ts';

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
