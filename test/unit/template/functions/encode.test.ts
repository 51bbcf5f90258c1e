import { describe, expect, it } from 'vitest';

import { call } from './known-facts.ts';

describe('base64', () => {
  it('is written and read', () => {
    expect(call('base64Encode', 'hello')).toBe('aGVsbG8=');
    expect(call('base64Decode', 'aGVsbG8=')).toBe('hello');
    expect(call('base64Decode', 'aGVs\r\nbG8=\n')).toBe('hello');
    expect(call('base64URLEncode', 'testing123')).toBe('dGVzdGluZzEyMw==');
    expect(call('base64URLEncode', '>>>???')).toBe('Pj4-Pz8_');
    expect(call('base64URLDecode', 'Pj4-Pz8_')).toBe('>>>???');
  });

  it('is refused where it is not whole', () => {
    expect(() => call('base64Decode', 'aGVsbG8')).toThrow('base64Decode: encoded is not base64');
    expect(() => call('base64Decode', 'Pj4-Pz8_')).toThrow('encoded is not base64');
    expect(() => call('base64URLDecode', 'Pj4+Pz8/')).toThrow('encoded is not base64url');
  });

  it('is refused where there is no text inside', () => {
    expect(() => call('base64Decode', '/////w==')).toThrow('not UTF-8');
  });
});

describe('digests', () => {
  it('are hexadecimal', () => {
    expect(call('sha256Hex', 'bladibla')).toMatch(/^54cf4c66bcab[0-9a-f]{52}$/);
    expect(call('md5sum', 'x')).toBe('9dd4e461268c8034f5c8564e155c67a6');
    expect(call('hmacSHA256Hex', 'somemessage', 'somekey')).toBe(
      '6116e95f2827172aa6ef8b22b883f6a77e966aefc129c6b8228ebd0aac74e98d',
    );
  });
});
