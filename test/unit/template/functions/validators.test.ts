import { describe, expect, it } from 'vitest';

import { call } from './known-facts.ts';

describe('host', () => {
  it('takes names and addresses as they are', () => {
    const hosts = ['localhost', 'web-1.node.dc1.consul', 'my_service', 'example.com.', 'x'];
    const addresses = ['10.0.0.1', '::1', 'fd00::1:2', '::ffff:10.0.0.1', 'a.1b'];
    for (const host of [...hosts, ...addresses]) expect(call('host', host)).toBe(host);
  });

  it('refuses everything else', () => {
    const wrong = [
      ...['', ' ', 'a b', 'a;', 'a\n', 'a\n.b', '-a', 'a-', 'a..b', '.a', 'ü.de', 'a/b', '*'],
      ...['10.0.0.256', '127.1', '0x7f000001', '1', '010.0.0.1', '[::1]', 'fe80::1%eth0', ':::'],
      ...['10.0.0.1:80', '10.0.0.1; return 200 x;#\n', '{{ x }}', 'a'.repeat(64), '.'],
      Array.from({ length: 64 }, () => 'abc').join('.'),
    ];
    for (const text of wrong) expect(() => call('host', text), text).toThrow(/^host: ".*" is not/s);
  });

  it('shows what it refuses, escaped and cut', () => {
    expect(() => call('host', 'a\n\x9b\u202e"b')).toThrow(
      'host: "a\\n\\u009b\\u202e\\"b" is not a DNS name, an IPv4 or an IPv6 address',
    );
    expect(() => call('host', ' '.repeat(1_000_000))).toThrow(`"${' '.repeat(60)}…" is not`);
    expect(() => call('host', ['a'])).toThrow('host: the value must be text, but it is a list');
  });
});

describe('port', () => {
  it('takes whole numbers from 1 to 65535, also as text', () => {
    expect(['1', '80', '65535'].map((text) => call('port', text))).toEqual(['1', '80', '65535']);
    expect(call('port', 8080)).toBe('8080');
  });

  it('refuses everything else', () => {
    for (const wrong of [0, -1, 65536, 99999, '', '080', '8 0', '80;', '1e3', '+80', '0x50']) {
      expect(() => call('port', wrong), String(wrong)).toThrow('is not a port from 1 to 65535');
    }
    expect(() => call('port', 80.5)).toThrow('port: the value must be text');
  });
});

describe('hostPort', () => {
  it('joins host and port, with brackets around IPv6', () => {
    expect(call('hostPort', '10.0.0.1', 80)).toBe('10.0.0.1:80');
    expect(call('hostPort', 'web.local', '81')).toBe('web.local:81');
    expect(call('hostPort', 'fd00::1', 80)).toBe('[fd00::1]:80');
  });

  it('refuses what host or port refuse', () => {
    expect(() => call('hostPort', 'a b', 80)).toThrow('host: "a b" is not');
    expect(() => call('hostPort', 'a', 0)).toThrow('port: "0" is not');
  });
});

describe('ident', () => {
  it('takes plain names', () => {
    for (const name of ['web', '_x', 'Web-2_b', 'a'.repeat(255)]) {
      expect(call('ident', name)).toBe(name);
    }
  });

  it('refuses everything else', () => {
    const wrong = ['', '1a', '-a', 'a b', 'a.b', 'a\n', 'é', 'a;', '$a', '{{', 'a'.repeat(256)];
    for (const text of wrong) expect(() => call('ident', text), text).toThrow('is not a name');
  });
});
