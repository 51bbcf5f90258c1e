import { describe, expect, it } from 'vitest';

import { ChildVariables } from '../../../src/supervisor/child-variables.ts';

describe("the election in children's variables", () => {
  const told = (leader: string | undefined): Record<string, string> => {
    const variables = new ChildVariables({}, 'autotmpl');
    variables.tellRole('follower', '{"id":"a","address":"10.0.0.9:1"}');
    variables.tellRole('follower', leader);
    const { AUTOTMPL_PID: pid, ...rest } = variables.environment();
    expect(pid).toBe(String(process.pid));
    return rest;
  };

  it('is the role, who leads, and where', () => {
    expect(told('{"id":"mysql-a","address":"10.0.0.5:3306"}')).toEqual({
      AUTOTMPL_ROLE: 'follower',
      AUTOTMPL_LEADER: '{"id":"mysql-a","address":"10.0.0.5:3306"}',
      AUTOTMPL_LEADER_ADDR: '10.0.0.5:3306',
    });
  });

  it('is the role alone where nobody leads', () => {
    expect(told(undefined)).toEqual({ AUTOTMPL_ROLE: 'follower' });
  });

  it.each([['plain text'], ['null'], ['[1]'], ['{"address":5}']])(
    'has no address where %s stands in the key',
    (value) => {
      expect(told(value)).toEqual({ AUTOTMPL_ROLE: 'follower', AUTOTMPL_LEADER: value });
    },
  );

  it('leaves out what would keep any process from starting', () => {
    expect(told('a\0b')).toEqual({ AUTOTMPL_ROLE: 'follower' });
    expect(told('x'.repeat(200_000))).toEqual({ AUTOTMPL_ROLE: 'follower' });
    expect(told('{"address":"a\\u0000b"}')).not.toHaveProperty('AUTOTMPL_LEADER_ADDR');
  });
});
