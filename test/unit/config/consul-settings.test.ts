import { describe, expect, it } from 'vitest';
import { consulFromEnvironment } from '../../../src/catalog/consul/environment.ts';
import { combineConsul } from '../../../src/config/consul-settings.ts';

describe('what is said about Consul', () => {
  it('is told with the name of who said it wrong', () => {
    const combine = (address: string) => () =>
      combineConsul([consulFromEnvironment({ CONSUL_HTTP_ADDR: address })]);
    expect(combine('ftp://h')).toThrow(/^CONSUL_HTTP_ADDR: expected host:port, .* "ftp:\/\/h"$/);
    expect(combine('http://u:hunter2@h')).toThrow('found an address with credentials');
    expect(combine('http://u:hunter2@h')).not.toThrow('hunter2');
  });

  it('is an error of the config, or of the command line where a flag said it', () => {
    const lone = (origin: string) => () => combineConsul([{ certFile: { value: '/c', origin } }]);
    expect(lone('CONSUL_CLIENT_CERT')).toThrow(expect.objectContaining({ code: 'config' }));
    expect(lone('-consul-ssl-cert')).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('comes fact by fact from the first who says it', () => {
    const { options, origins } = combineConsul([
      { waitMs: { value: 1, origin: 'a' } },
      { waitMs: { value: 2, origin: 'b' }, namespace: { value: 'n', origin: 'b' } },
    ]);
    expect(options).toMatchObject({ waitMs: 1, namespace: 'n', maxConnections: 100 });
    expect([...origins]).toEqual([
      ['namespace', 'b'],
      ['waitMs', 'a'],
    ]);
  });
});
