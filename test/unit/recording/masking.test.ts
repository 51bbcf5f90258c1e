import { describe, expect, it } from 'vitest';
import type { Query } from '../../../src/catalog/query.ts';
import { freezeValue, type KeyPair, type Value } from '../../../src/catalog/values.ts';
import { maskAnswer, MASKED, type MaskingRules } from '../../../src/recording/masking.ts';

const NONE: MaskingRules = { keys: [] };

function pair(path: string, value: string): KeyPair {
  const key = path.split('/').at(-1) ?? '';
  return {
    ...{ Path: path, Key: key, Value: value, CreateIndex: 7, ModifyIndex: 123_456 },
    ...{ LockIndex: 0, Flags: 0, Session: '' },
  };
}

function mask(query: Query, value: unknown, secrets: readonly string[] = [], rules = NONE) {
  return maskAnswer(query, freezeValue(value) as Value, new Set(secrets), rules);
}

describe('a recorded answer', () => {
  it.each([
    ['db/password', true],
    ['db.api-key', true],
    ['sales/API_KEY', true],
    ['PRIVATE-KEY', true],
    ['oauth/client_secret', true],
    ['limits/token-bucket', false],
    ['secret/motd', false],
    ['tokenizer', false],
  ])('to a key called %s is masked by its name: %s', (path, isMasked) => {
    const masked = mask({ kind: 'key', path }, pair(path, 'value'));
    expect(masked?.value).toEqual(pair(path, isMasked ? MASKED : 'value'));
    expect(masked?.why === undefined).toBe(!isMasked);
  });

  it('keeps that a key is empty or not there', () => {
    const query: Query = { kind: 'key', path: 'password' };
    expect(mask(query, null)).toEqual({ value: null, why: undefined });
    expect(mask(query, pair('password', ''))?.why).toBeUndefined();
  });

  it('is masked key by key below a prefix, also by patterns', () => {
    const value = [pair('a/b.c', '1'), pair('a/bxc', '2'), pair('a/token', '3')];
    const masked = mask({ kind: 'tree', prefix: 'a' }, value, [], { keys: ['*b.c'] });
    expect((masked?.value as KeyPair[]).map(({ Value: text }) => text)).toEqual([
      ...[MASKED, '2', MASKED],
    ]);
    expect(masked?.why).toBe('keys that -mask names, keys whose names say that they are secret');
  });

  it('has no text of a secret in it, in whatever form, and no number that is one', () => {
    const encoded = Buffer.from('user:hunter2!').toString('base64');
    const masked = mask(
      { kind: 'service', name: 'web', passingOnly: true },
      [{ Meta: { a: 'x hunter2! y', b: encoded }, Port: 471_108, Other: 80 }],
      ['hunter2!', '471108'],
    );
    const text = JSON.stringify(masked?.value);
    expect(text).not.toContain('hunter2');
    expect(Buffer.from(encoded, 'base64').toString()).toContain('hunter2');
    expect(text).not.toContain(encoded);
    expect(masked?.value).toMatchObject([{ Port: 0, Other: 80 }]);
  });

  it.each<[string, Query, unknown, unknown]>([
    [
      'Vault',
      { kind: 'vaultRead', path: 'a', parameters: {} },
      {
        RequestID: 'r',
        LeaseDuration: 60,
        Data: { data: { pin: 4711, on: true, empty: '', pw: 'x' } },
      },
      {
        ...{ RequestID: MASKED, LeaseDuration: 60 },
        Data: { data: { pin: 0, on: true, empty: '', pw: MASKED } },
      },
    ],
    [
      'Nomad',
      { kind: 'nomadVar', path: 'a' },
      { Path: 'a', Items: { user: 'u' } },
      { Path: 'a', Items: { user: MASKED } },
    ],
    [
      'the mesh',
      { kind: 'caLeaf', service: 'web' },
      { CertPEM: 'c', PrivateKeyPEM: 'k' },
      { CertPEM: 'c', PrivateKeyPEM: MASKED },
    ],
    [
      'a file that is a private key',
      { kind: 'file', path: '/k.pem' },
      '-----BEGIN EC PRIVATE KEY-----\nx\n-----END EC PRIVATE KEY-----\n',
      MASKED,
    ],
  ])('of %s is masked whoever asks', (_, query, value, expected) => {
    const masked = mask(query, value);
    expect(masked?.value).toEqual(expected);
    expect(masked?.why).toBeDefined();
  });

  it('is left out where the query itself holds a secret', () => {
    expect(
      mask({ kind: 'key', path: 'users/hunter2!' }, pair('x', 'y'), ['hunter2!']),
    ).toBeUndefined();
  });
});
