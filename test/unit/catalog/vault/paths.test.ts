import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../../../src/catalog/vault/json.ts';
import { apiPath } from '../../../../src/catalog/vault/mounts.ts';

const KV2 = { path: 'team/secret', isKvVersion2: true };

describe('the path of KV version 2', () => {
  it.each([
    ['team/secret/app', 'data', 'team/secret/data/app'],
    ['team/secret/data/app', 'data', 'team/secret/data/app'],
    ['team/secret/metadata/app', 'data', 'team/secret/metadata/app'],
    ['team/secret/database', 'data', 'team/secret/data/database'],
    ['team/secret', 'data', 'team/secret/data'],
    ['team/secret', 'metadata', 'team/secret/metadata'],
    ['team/secret/app', 'metadata', 'team/secret/metadata/app'],
    ['team/secret/data/app', 'metadata', 'team/secret/metadata/app'],
    ['team/secret/metadata/app', 'metadata', 'team/secret/metadata/app'],
  ] as const)('%s, as %s, is %s', (path, part, expected) => {
    expect(apiPath(path, KV2, part)).toBe(expected);
  });

  it('is left alone in any other mount', () => {
    expect(apiPath('kv/app', { path: 'kv', isKvVersion2: false }, 'data')).toBe('kv/app');
  });
});

describe('a body', () => {
  it.each([
    ['{"a":1,"b":-2.5,"c":"1.0"}', { a: 1, b: -2.5, c: '1.0' }],
    ['{"a":12345678901234567890}', { a: '12345678901234567890' }],
    ['[1.0,1e3,0]', ['1.0', '1e3', 0]],
    [String.raw`{"a\"1.0":"x\\\"2.0"}`, { 'a"1.0': 'x\\"2.0' }],
    ['', undefined],
  ])('%s is read to the last digit', (text, expected) => {
    expect(parseExactJson(Buffer.from(text))).toEqual(expected);
  });

  it('that is no JSON is said to be none', () => {
    expect(() => parseExactJson(Buffer.from('<html>'))).toThrow('the body is not JSON');
  });
});
