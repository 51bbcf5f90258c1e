import { describe, expect, it } from 'vitest';
import {
  applyEnvironmentRules,
  type EnvironmentRules,
} from '../../../src/process/environment-rules.ts';

const NONE: EnvironmentRules = { pristine: false, custom: [], allowlist: [], denylist: [] };
const OURS = { PATH: '/bin', CONSUL_TOKEN: 's', CONSUL_ADDR: 'a', 'A.B': '1', AXB: '2' };

describe('the rules of an environment', () => {
  it.each<[string, Partial<EnvironmentRules>, readonly string[]]>([
    ['keep all without a word', {}, ['PATH', 'CONSUL_TOKEN', 'CONSUL_ADDR', 'A.B', 'AXB']],
    ['keep nothing', { pristine: true }, []],
    ['keep what is allowed', { allowlist: ['CONSUL_*'] }, ['CONSUL_TOKEN', 'CONSUL_ADDR']],
    ['drop what is denied', { denylist: ['CONSUL_*', 'A?B'] }, ['PATH']],
    ['deny before they allow', { allowlist: ['CONSUL_*'], denylist: ['*_TOKEN'] }, ['CONSUL_ADDR']],
    ['take a dot for a dot', { allowlist: ['A.B'] }, ['A.B']],
    [
      'give what is custom in any case',
      { pristine: true, denylist: ['X'], custom: ['X=1=2'] },
      ['X'],
    ],
  ])('%s', (_, rules, names) => {
    expect(Object.keys(applyEnvironmentRules(OURS, { ...NONE, ...rules }))).toEqual(names);
  });

  it('cut a custom variable at its first equals sign', () => {
    const rules = { ...NONE, pristine: true, custom: ['X=1=2', 'Y'] };
    expect(applyEnvironmentRules(OURS, rules)).toEqual({ X: '1=2', Y: '' });
  });
});
