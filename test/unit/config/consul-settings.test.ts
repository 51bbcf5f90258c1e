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

describe('who may answer', () => {
  const said = <T>(value: T) => ({ value, origin: 'a.yaml:1:1' });

  it('is the leader where nobody says otherwise, whatever the age of others would be', () => {
    expect(combineConsul([]).options.reads).toBeUndefined();
    expect(combineConsul([{ maxStaleMs: said(5000) }]).options.reads).toBeUndefined();
  });

  it('is any server, or the cache, with an age of 2 s or as it is said', () => {
    expect(combineConsul([{ consistency: said('stale' as const) }]).options.reads).toEqual({
      mode: 'stale',
      maxStaleMs: 2000,
    });
    expect(combineConsul([{ consistency: said('auto' as const) }]).options.reads).toEqual({
      ...{ mode: 'stale', maxStaleMs: 2000 },
      fromMembers: 1000,
    });
    const cached = { consistency: said('cached' as const), maxStaleMs: said(9000) };
    expect(combineConsul([cached]).options.reads).toEqual({ mode: 'cached', maxStaleMs: 9000 });
  });

  it('may be others for some queries, in the order in which they are written', () => {
    const layer = {
      consistency: said('stale' as const),
      consistencyOf: said({ 'service(web*)': 'cached', services: 'default' } as const),
    };
    expect(combineConsul([layer]).options).toMatchObject({
      reads: { mode: 'stale', maxStaleMs: 2000 },
      readsOf: [
        { queries: 'service(web*)', reads: { mode: 'cached', maxStaleMs: 2000 } },
        { queries: 'services', reads: undefined },
      ],
    });
  });
});

describe('tries and pauses', () => {
  it('are without a number where they are to go on for ever', () => {
    const layer = {
      retryAttempts: { value: Number.POSITIVE_INFINITY, origin: 'a' },
      retryBackoffMs: { value: 5, origin: 'a' },
    };
    expect(combineConsul([layer]).options.retry).toEqual({ backoffMs: 5 });
  });
});
