import { describe, expect, it } from 'vitest';
import { parseConsulAddress, showConsulAddress } from '../../../../src/catalog/consul/address.ts';
import { type Encryption } from '../../../../src/catalog/http/address.ts';
import { consulFromEnvironment, resolvePaths } from '../../../../src/catalog/consul/environment.ts';
import { describeError } from '../../../../src/core/errors.ts';

describe("an agent's address", () => {
  it.each([
    ['127.0.0.1:8500', 'http://127.0.0.1:8500'],
    ['consul', 'http://consul:8500'],
    ['consul:80', 'http://consul:80'],
    ['consul.example:8500/prefix', 'http://consul.example:8500/prefix'],
    ['http://consul:8500', 'http://consul:8500'],
    ['http://consul', 'http://consul:80'],
    ['https://consul', 'https://consul:443'],
    ['HTTPS://consul:8501/a/b/', 'https://consul:8501/a/b'],
    ['[::1]:8500', 'http://[::1]:8500'],
    ['[::1]', 'http://[::1]:8500'],
    ['::1', 'http://[::1]:8500'],
    ['https://[fe80::1]:8501/x', 'https://[fe80::1]:8501/x'],
    ['unix:///run/consul.sock', 'unix:///run/consul.sock'],
  ])('may be %s', (text, shown) => {
    const address = parseConsulAddress(text);
    expect(address && showConsulAddress(address)).toBe(shown);
  });

  it('in its parts has no brackets and no slash at the end of its prefix', () => {
    expect(parseConsulAddress('http://[::1]:1/p/')).toEqual({
      transport: 'tcp',
      secure: false,
      host: '::1',
      port: 1,
      pathPrefix: '/p',
    });
    expect(parseConsulAddress('unix:///s')).toEqual({ transport: 'unix', socketPath: '/s' });
  });

  it.each([
    '',
    ':8500',
    'host:',
    'host:0',
    'host:65536',
    'host:http',
    'host:1:2',
    'http://',
    'ftp://host',
    'unix://relative',
    'http://user:password@host',
    'host:1?x=1',
    'host/#x',
    'ho st',
    'host\r\nX: y',
    '[::1',
    '[host]:1',
    'http://::1:8500',
  ])('is not %j', (text) => {
    expect(parseConsulAddress(text)).toBeUndefined();
  });

  it.each<[string, Encryption, string]>([
    ['host', 'asWritten', 'http://host:8500'],
    ['host', 'unlessHttp', 'https://host:8500'],
    ['http://host:1', 'unlessHttp', 'http://host:1'],
    ['http://host', 'always', 'https://host:443'],
    ['host:1', 'always', 'https://host:1'],
  ])('%s is encrypted %s: %s', (text, encryption, shown) => {
    const address = parseConsulAddress(text, encryption);
    expect(address && showConsulAddress(address)).toBe(shown);
  });
});

describe('the environment', () => {
  it('says what it says to the Consul CLI', () => {
    const layer = consulFromEnvironment({
      CONSUL_HTTP_ADDR: 'https://h',
      CONSUL_HTTP_TOKEN: 'token',
      CONSUL_HTTP_TOKEN_FILE: 'file',
      CONSUL_HTTP_AUTH: 'user:pass:word',
      CONSUL_HTTP_SSL: '1',
      CONSUL_HTTP_SSL_VERIFY: 'false',
      CONSUL_CACERT: 'ca',
      CONSUL_CAPATH: '/cas',
      CONSUL_CLIENT_CERT: 'cert',
      CONSUL_CLIENT_KEY: 'key',
      CONSUL_TLS_SERVER_NAME: 'name',
      CONSUL_NAMESPACE: 'ns',
      CONSUL_PARTITION: 'part',
    });
    const values = Object.entries(resolvePaths(layer, '/work')).map(([field, { value }]) => [
      field,
      value,
    ]);
    expect(Object.fromEntries(values)).toEqual({
      address: 'https://h',
      token: 'token',
      tokenFile: '/work/file',
      auth: { username: 'user', password: 'pass:word' },
      encryption: 'always',
      verify: false,
      caFile: '/work/ca',
      caFolder: '/cas',
      certFile: '/work/cert',
      keyFile: '/work/key',
      serverName: 'name',
      namespace: 'ns',
      partition: 'part',
    });
    expect(layer.caFile?.origin).toBe('CONSUL_CACERT');
  });

  it('says nothing where it is empty', () => {
    expect(consulFromEnvironment({ CONSUL_HTTP_ADDR: '', CONSUL_HTTP_SSL: '' })).toEqual({});
  });

  it("may use consul-template's older names, which the newer ones beat", () => {
    expect(consulFromEnvironment({ CONSUL_TOKEN: 'old' }).token?.value).toBe('old');
    expect(
      consulFromEnvironment({ CONSUL_TOKEN: 'old', CONSUL_HTTP_TOKEN: 'new' }).token?.value,
    ).toBe('new');
  });

  it('may name a user without a password', () => {
    expect(consulFromEnvironment({ CONSUL_HTTP_AUTH: 'user' }).auth?.value).toEqual({
      username: 'user',
      password: '',
    });
  });

  it.each(['CONSUL_HTTP_SSL', 'CONSUL_HTTP_SSL_VERIFY'])('is told what is wrong: %s', (name) => {
    let told = '';
    try {
      consulFromEnvironment({ [name]: 'yes' });
    } catch (error) {
      told = describeError(error);
    }
    expect(told).toBe(
      `${name}: "yes" is not a boolean (set ${name} to true or false, or unset it)`,
    );
  });
});
