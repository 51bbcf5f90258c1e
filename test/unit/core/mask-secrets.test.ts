import { describe, expect, it } from 'vitest';
import { maskCommand, maskNamed, maskSecrets } from '../../../src/core/mask-secrets.ts';

describe('what looks like a secret', () => {
  it.each([
    ['http://me:hunter2@h:8500/v1', 'http://********@h:8500/v1'],
    ['postgres://hunter2@h/db, redis://:hunter2@r', 'postgres://********@h/db, redis://********@r'],
    ['{"token": "hunter2", "a": "b"}', '{"token": "********", "a": "b"}'],
    [`{apiKey: 'hun"ter2', a: 1}`, `{apiKey: '********', a: 1}`],
    ['{"db_password":"hunter2', '{"db_password":"********'],
    ['curl --token=hunter2 x', 'curl --token=******** x'],
    ['/health?token=hunter2&wait=1', '/health?token=********&wait=1'],
    ['X-Consul-Token: hunter2', 'X-Consul-Token: ********'],
    ['Authorization: Bearer hunter2', 'Authorization: Bearer ********'],
    ['{"token": hunter2"}', '{"token": ********"}'],
  ])('is masked in %s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
    expect(maskSecrets(masked)).toBe(masked);
  });

  it.each(['http://h:8500/a@b', 'mail me@example.org', 'nginx -g "daemon off;"', 'a: b, c=d'])(
    'is not found in %s',
    (text) => expect(maskSecrets(text)).toBe(text),
  );

  it('is masked behind a flag of a command, and by the name of a variable', () => {
    expect(maskCommand(['mysql', '--password', 'hunter2', '-e', 'x'])).toEqual([
      ...['mysql', '--password', '********', '-e', 'x'],
    ]);
    expect(maskCommand('curl http://u:hunter2@h')).toBe('curl http://********@h');
    expect(maskNamed({ API_KEY: 'hunter2', URL: 'a://b:hunter2@c', TZ: 'UTC' })).toEqual({
      ...{ API_KEY: '********', URL: 'a://********@c', TZ: 'UTC' },
    });
  });

  it('keeps its length where a mark has to stand below it', () => {
    const stars = (secret: string) => '*'.repeat(secret.length);
    expect(maskSecrets('a://u:pw@h "token": "xyz"', stars)).toBe('a://****@h "token": "***"');
  });
});
