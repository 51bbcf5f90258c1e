import { describe, expect, it } from 'vitest';
import type { Query } from '../../../../src/catalog/query.ts';
import type { VaultSecret } from '../../../../src/catalog/vault-facts.ts';
import { freezeValue, type Value } from '../../../../src/catalog/values.ts';
import { createMask } from '../../../../src/output/mask.ts';
import { callWith, missing, notesFor, plain } from './known-facts.ts';

const SECRET: VaultSecret = {
  RequestID: 'r',
  LeaseID: '',
  LeaseDuration: 0,
  Renewable: false,
  Data: {},
  Warnings: [],
  Auth: null,
  WrapInfo: null,
};

const secretWith = (Data: VaultSecret['Data'], rest: Partial<VaultSecret> = {}): VaultSecret =>
  freezeValue({ ...SECRET, ...rest, Data });

function knowing(query: Query, value: Value) {
  return notesFor({ answers: [[query, value]] });
}

const read = (path: string, parameters: Readonly<Record<string, string>> = {}) =>
  ({ kind: 'vaultRead', path, parameters }) as const;

const secretsOf = (notes: ReturnType<typeof notesFor>) => [
  ...notes.rendering({ text: '' }).secrets,
];

describe('secret', () => {
  it.each([
    ['secret/app', read('secret/app')],
    [' /secret/app/ ', read('secret/app')],
    ['secret/app?version=2', read('secret/app', { version: '2' })],
    ['secret/app?b=2&a=1', read('secret/app', { a: '1', b: '2' })],
  ])('reads %j', (path, query) => {
    const notes = knowing(query, secretWith({ password: 'hunter22' }));
    expect(plain(callWith(notes, 'secret', path))).toMatchObject({
      Data: { password: 'hunter22' },
    });
    expect(missing(notes)).toEqual([]);
  });

  it('writes where it is given data, or an empty text', () => {
    const data = { plaintext: 'aGk=', 'key version': '1' };
    const write = { kind: 'vaultWrite', path: 'transit/encrypt/app', data } as const;
    const notes = knowing(write, secretWith({ ciphertext: 'vault:v1:x' }));
    const result = callWith(notes, 'secret', write.path, ' key version = 1 ', 'plaintext=aGk=');
    expect(plain(result)).toMatchObject({ Data: { ciphertext: 'vault:v1:x' } });
    const empty = knowing({ kind: 'vaultWrite', path: 'sys/x', data: {} }, null);
    expect(callWith(empty, 'secret', 'sys/x', '')).toBeNull();
    expect(missing(empty)).toEqual([]);
  });

  it('waits for one that is not there, and for one that nobody has answered yet', () => {
    const absent = knowing(read('secret/app'), null);
    expect(callWith(absent, 'secret', 'secret/app')).toBeNull();
    expect(missing(absent)).toEqual(['vaultRead(secret/app) absent']);
    const unknown = notesFor();
    expect(callWith(unknown, 'secret', 'secret/app')).toBeNull();
    expect(missing(unknown)).toEqual(['vaultRead(secret/app) unanswered']);
  });

  it('marks all that it gives, in depth, and what was written', () => {
    const notes = knowing(
      read('kv/app'),
      secretWith(
        { a: 'first-secret', b: { c: ['second-secret', 12345678] }, d: true, e: 'true', f: 5432 },
        { Auth: { ...AUTH, ClientToken: 'hvs.third' } },
      ),
    );
    callWith(notes, 'secret', 'kv/app');
    expect(secretsOf(notes)).toEqual(['first-secret', 'second-secret', '12345678', 'hvs.third']);
    const write = notesFor();
    callWith(write, 'secret', 'auth/userpass/login/bob', 'password=hunter22');
    expect(secretsOf(write)).toEqual(['hunter22']);
  });

  it('leaves the metadata of KV version 2 readable', () => {
    const metadata = { version: 3, created_time: '2024-01-01T00:00:00Z' };
    const notes = knowing(read('secret/app'), secretWith({ data: { p: 'hunter22' }, metadata }));
    callWith(notes, 'secret', 'secret/app');
    expect(secretsOf(notes)).toEqual(['hunter22']);
  });

  it('does not show what may be a secret that was meant for the filter', () => {
    const notes = notesFor();
    expect(() => callWith(notes, 'secret', 'hunter22')).toThrow(/names nothing in Vault/);
    expect(() => callWith(notes, 'secret', 'hunter22')).not.toThrow(/hunter22/);
    expect(missing(notes)).toEqual([]);
  });

  it.each([
    ['', /its path is empty/],
    ['/', /its path is empty/],
  ])('refuses the path %j', (path, message) => {
    expect(() => callWith(notesFor(), 'secret', path)).toThrow(message);
  });

  it('refuses data that is no pair', () => {
    expect(() => callWith(notesFor(), 'secret', 'a/b', 'c')).toThrow(
      'each data must be name=value',
    );
  });
});

describe('secrets', () => {
  it('lists names, and is empty while there is no answer', () => {
    const query = { kind: 'vaultList', path: 'secret/app' } as const;
    expect(callWith(knowing(query, ['a', 'b/']), 'secrets', '/secret/app/')).toEqual(['a', 'b/']);
    const notes = notesFor();
    expect(callWith(notes, 'secrets', 'secret')).toEqual([]);
    expect(missing(notes)).toEqual(['vaultList(secret) unanswered']);
  });
});

describe('pkiCert', () => {
  const certificate = {
    Cert: 'cert\n',
    Key: 'line-one-of-it\nline-two-of-it\n',
    CA: 'ca\n',
    CAChain: ['ca\n'],
  };
  const query = {
    kind: 'vaultPki',
    path: 'pki/issue/web',
    data: { common_name: 'web', ttl: '1h' },
  } as const;

  it('gives the parts, under Data as well, and marks the key', () => {
    const notes = knowing(query, certificate);
    const result = callWith(notes, 'pkiCert', 'pki/issue/web', 'ttl=1h', 'common_name=web');
    expect(plain(result)).toEqual({ ...certificate, Data: certificate });
    const mask = createMask(notes.rendering({ text: '' }).secrets);
    expect(mask('key: line-two-of-it')).toBe('key: ********');
    expect(mask('ca')).toBe('ca');
  });

  it('is empty while there is no answer', () => {
    const notes = notesFor();
    expect(plain(callWith(notes, 'pkiCert', 'pki/issue/web'))).toMatchObject({
      Cert: '',
      CAChain: [],
    });
    expect(missing(notes)).toEqual(['vaultPki(pki/issue/web) unanswered']);
  });
});

const AUTH = {
  ClientToken: '',
  Accessor: '',
  Policies: [],
  Metadata: {},
  LeaseDuration: 0,
  Renewable: false,
};
