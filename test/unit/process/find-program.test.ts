import { describe, expect, it } from 'vitest';

import { findProgram } from '../../../src/process/find-program.ts';

describe('finding a program', () => {
  it('uses our PATH where the process has none', () => {
    expect(findProgram(['sh', '-c', 'x'], {}, '/nowhere:/bin:/usr/bin')).toEqual([
      '/bin/sh',
      '-c',
      'x',
    ]);
  });

  it('leaves it to whoever has a PATH, a path, or a shell, and where nothing is found', () => {
    expect(findProgram(['sh'], { PATH: '' }, '/bin')).toEqual(['sh']);
    expect(findProgram(['./sh'], {}, '/bin')).toEqual(['./sh']);
    expect(findProgram('sh', {}, '/bin')).toBe('sh');
    expect(findProgram(['no-such-program'], {}, '/bin')).toEqual(['no-such-program']);
    expect(findProgram(['etc'], {}, '/nowhere')).toEqual(['etc']);
  });
});
