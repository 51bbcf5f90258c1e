import { describe, expect, it } from 'vitest';

import { checkGroups } from '../../../src/daemon/check-groups.ts';
import type { Target } from '../../../src/renderer/target.ts';
import { makeTarget } from '../../support/targets.ts';

describe('a group that is rolled back', () => {
  const member = (label: string, fields: Partial<Target> = {}) =>
    makeTarget({ label, fileGroup: 'web', command: 'reload', onFailure: 'rollback', ...fields });

  it('has one command, and one way to fail', () => {
    expect(() => checkGroups([member('a'), member('b', { command: 'other' })])).toThrow(
      'b: a, of the same fileGroup web, is rolled back when its command fails, and this one would stay',
    );
    expect(() => checkGroups([member('a', { onFailure: 'keep' }), member('b')])).toThrow(/^a: b,/);
  });

  it('may be one of several, and beside files of none', () => {
    const others = [
      makeTarget({ label: 'c', command: 'other' }),
      makeTarget({ label: 'd', fileGroup: 'other' }),
    ];
    expect(() => checkGroups([member('a'), member('b'), ...others])).not.toThrow();
  });
});
