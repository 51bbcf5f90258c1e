import { describe, expect, it } from 'vitest';
import { findByName } from '../../../src/renderer/find-by-name.ts';
import { makeTarget } from '../../support/targets.ts';

const item = (label: string, destination?: string) => ({
  target: makeTarget({ label, ...(destination !== undefined && { destination }) }),
});

describe('a file that somebody names', () => {
  const nginx = item('conf/nginx.conf', '/etc/nginx/conf/nginx.conf');
  const one = item('a/site', '/etc/a/site');
  const other = item('b/site', '/etc/b/site');
  const shown = item('standard output');
  const all = [nginx, one, other, shown];

  it.each([
    ['conf/nginx.conf', nginx],
    ['/etc/nginx/conf/nginx.conf', nginx],
    ['nginx.conf', nginx],
    ['b/site', other],
    ['standard output', shown],
  ])('is found by its label, its path, or the name of the file: %s', (name, found) => {
    expect(findByName(all, name)).toBe(found);
  });

  it.each(['site', 'conf', '', 'etc/nginx/conf/nginx.conf'])(
    'is none where several have the name, or none has: %s',
    (name) => {
      expect(findByName(all, name)).toBeUndefined();
    },
  );

  it('is the one whose label it is, though another file has that name too', () => {
    const label = item('site', '/etc/c/else');
    expect(findByName([one, label], 'site')).toBe(label);
  });
});
